"""What the person is told: from measurements, one sentence at a time, steady enough to be read."""

from __future__ import annotations

import unicodedata

import cv2
import numpy as np
import pytest

from benchmarks.scenes import scene
from benchmarks.scenes.negatives import NEGATIVES, negative
from counter_app.scanner.hints import Advice, SteadyHint, advise
from counter_app.scanner.locate import find_bar_fields
from counter_app.scanner.square import far_square
from counter_app.scanner.stream import FrameReader
from tests.scanner.rendering import CODE, code128, frame, qr


def told(picture: np.ndarray, patient: bool = False) -> Advice | None:
    return advise(picture, find_bar_fields(picture, limit=1), patient)


@pytest.mark.parametrize(("px", "angle"), [(1.1, 0), (1.1, 30), (0.8, 0)])
def test_a_code_too_small_has_to_come_closer(px, angle):
    assert told(frame(code128(CODE), px, angle, 1.2)) is Advice.CLOSER


@pytest.mark.parametrize(("px", "angle"), [(1.1, 0), (1.2, 30), (1.45, 45)])
def test_a_qr_code_too_far_away_has_to_come_closer(px, angle):
    shown = frame(qr(CODE), px, angle, 1.2)
    eye = FrameReader(lambda text: False, budget_s=0.0)
    assert Advice.CLOSER in {eye.frame(shown).advice for _ in range(16)}


@pytest.mark.parametrize("what", NEGATIVES)
def test_a_view_without_a_qr_code_is_not_told_to_come_closer_for_one(what):
    gray = negative(31_000, what).frame()
    assert not any(far_square(gray, look) for look in range(2))


@pytest.mark.parametrize("angle", [90, 85])
def test_a_code_held_upright_that_does_not_fit_has_to_be_turned(angle):
    assert told(frame(code128(CODE), 3.2, angle, 3.0)) is Advice.TURN


def test_a_code_that_fits_upright_need_not_be_turned():
    assert told(frame(code128(CODE), 1.8, 90, 3.0)) is not Advice.TURN


def test_a_moving_code_has_to_be_held_still():
    assert told(cv2.blur(frame(code128(CODE), 3.0, 0), (13, 13))) is Advice.STEADY


def test_nothing_in_view_is_said_only_in_time():
    empty = np.full((720, 1280), 180, np.uint8)
    assert told(empty) is None and told(empty, patient=True) is Advice.SHOW


def test_a_qr_code_in_the_reflection_of_a_lamp_has_to_be_tilted():
    shown, eye = scene("qr", "medium", 22_050_022), FrameReader(lambda text: False, budget_s=0.0)
    frames = list(shown.frames(4))
    assert [eye.frame(frames[i % 4]).advice for i in range(32)][-1] is Advice.GLARE
    overexposed = np.full((720, 1280), 255, np.uint8)
    assert told(overexposed, patient=True) is Advice.SHOW, "all of it is white: no spot, nothing to tilt"


def test_sentences_are_vietnamese_and_short():
    for advice in Advice:
        assert unicodedata.is_normalized("NFC", advice.value) and advice.value.endswith(".") and len(advice.value) <= 50


class Shown:
    """A hint line over time."""

    def __init__(self) -> None:
        self.now, self.line, self.changes = 0.0, "", 0
        self._hint = SteadyHint(lambda: self.now)

    def give(self, seconds: float, read: bool = False, advice: Advice | None = None) -> str:
        self.now += seconds
        words = self._hint.next(read, advice)
        if words is not None:
            self.changes += words != self.line
            self.line = words
        return self.line


def test_advice_that_flickers_is_not_shown():
    shown = Shown()
    for i in range(40):
        shown.give(0.3, advice=(Advice.CLOSER, Advice.STEADY)[i % 2])
    assert shown.changes == 0


def test_advice_is_shown_at_the_second_time_and_stays():
    shown = Shown()
    assert shown.give(0.3, advice=Advice.CLOSER) == ""
    assert shown.give(0.3, advice=Advice.CLOSER) == Advice.CLOSER.value
    assert shown.give(0.3) == Advice.CLOSER.value, "frames without an advice leave it"
    shown.give(0.2, advice=Advice.GLARE)
    assert shown.give(0.2, advice=Advice.GLARE) == Advice.CLOSER.value, "it was not there long enough to be read"
    assert shown.give(1.0, advice=Advice.GLARE) == Advice.GLARE.value


def test_a_read_takes_it_away_and_it_does_not_come_back_at_once():
    shown = Shown()
    for _ in range(2):
        shown.give(0.3, advice=Advice.CLOSER)
    assert shown.give(0.1, read=True) == ""
    for _ in range(3):
        assert shown.give(0.3, advice=Advice.CLOSER) == ""
    assert shown.give(0.4, advice=Advice.CLOSER) == Advice.CLOSER.value
