"""Sounds: short, small, different; and silence where there is no loudspeaker."""

from __future__ import annotations

import wave

import numpy as np
import pytest

from counter_app.scanner.qt.sound import SoundPlayer
from onestop.resources import resource_dir

FILES = sorted(resource_dir("sounds").glob("*.wav"))


def test_the_three_answers_to_a_scan_exist():
    assert {"found", "not-found", "warning"} <= {f.stem for f in FILES}


@pytest.mark.parametrize("file", FILES, ids=lambda f: f.stem)
def test_a_sound_is_short_small_and_audible(file):
    assert file.stat().st_size <= 20_000
    with wave.open(str(file)) as sound:
        seconds = sound.getnframes() / sound.getframerate()
        loud = np.abs(np.frombuffer(sound.readframes(sound.getnframes()), np.int16)).max()
    assert 0.03 <= seconds <= 0.8
    assert 3000 < loud < 32700


def test_no_two_sounds_are_alike():
    def spectrum(file):
        with wave.open(str(file)) as sound:
            samples = np.frombuffer(sound.readframes(sound.getnframes()), np.int16).astype(float)
        power = np.abs(np.fft.rfft(samples, 1 << 16))
        return power / np.linalg.norm(power)

    spectra = {f.stem: spectrum(f) for f in FILES}
    for a in spectra:
        for b in spectra:
            assert a == b or float(spectra[a] @ spectra[b]) < 0.9, (a, b)


def test_without_a_loudspeaker_it_is_silent_and_nothing_is_printed(qapp, capfd, monkeypatch):
    monkeypatch.delenv("PULSE_SERVER", raising=False)
    player = SoundPlayer()
    assert player.play("found") is False
    assert player.play("no-such-sound") is False
    assert player.play("none") is False
    player.set_enabled(False)
    assert player.play("warning") is False
    assert capfd.readouterr() == ("", "")
