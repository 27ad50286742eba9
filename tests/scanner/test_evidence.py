"""Receipts, labels and cards in four severities: what is read is right, and enough of it is read.

``COUNTER_APP_SCAN_FRAMES=20000`` asks for that many frames instead of a hundred;
``python -m benchmarks scanning`` measures the shares themselves.
"""

from __future__ import annotations

import os

import numpy as np
import pytest

from benchmarks.scenes import KINDS, LEVELS, scene
from benchmarks.scenes.engines import by_us, by_zxing, camera_reader

FRAMES = int(os.environ.get("COUNTER_APP_SCAN_FRAMES", "100"))
CHUNK = 5
SEED = 20_000
CELLS = [(level, kind) for level in LEVELS for kind in KINDS]
CHUNKS = [(SEED + CHUNK * number, *CELLS[number % len(CELLS)]) for number in range(max(1, FRAMES // CHUNK))]

COUNTER_KINDS = ("code128", "qr", "card")
LEAST = {"mild": 0.9, "medium": 0.8, "hard": 0.2, "extreme": 0.0}
"""Of the frames of a chunk; the shares that count are measured over 500 of them (docs/scanning.md)."""


@pytest.mark.parametrize(("seed", "level", "kind"), CHUNKS)
@pytest.mark.timeout(600)
def test_what_is_read_from_one_frame_is_right(seed, level, kind):
    right = 0
    for at in range(seed, seed + CHUNK):
        shown = scene(kind, level, at)
        texts = by_us(shown.frame(), shown.expect)
        assert texts in (set(), {shown.text}), f"seed {at}"
        right += bool(texts)
    if kind in COUNTER_KINDS or level == "mild":
        assert right >= LEAST[level] * CHUNK


def test_bars_that_say_something_else_at_another_size_are_not_believed():
    """One frame in 24,000: the library misread a pair of digits and the check symbol together, in an upright field of 1.65 pixels a
    module, as a code of our grammar with a real date."""
    shown = scene("code128", "mild", 4_000_029, px=1.65, angle=0)
    assert by_us(shown.frame(), shown.expect) == {shown.text}


def test_a_sequence_that_hardly_stands_out_is_none():
    """One frame in 20,000: out of focus, two pairs of digits were weighed as two others that keep the check symbol, at a margin of 55."""
    shown = scene("code128", "hard", 12_000_079)
    assert by_us(shown.frame(), shown.expect) <= {shown.text}


@pytest.mark.parametrize("kind", COUNTER_KINDS)
def test_what_a_camera_believes_in_twelve_frames_is_right(kind):
    shown = scene(kind, "hard", SEED)
    reader = camera_reader(shown.expect)
    for gray in shown.frames(12):
        assert {read.text for read in reader.frame(gray).reads} <= {shown.text}


def test_the_severities_stand_where_the_targets_were_set():
    """One library alone reads mild codes nearly always and hard ones hardly ever: the percentages asked for mean something."""
    right = {}
    for level in ("mild", "hard"):
        shown = [scene("code128", level, at) for at in range(SEED, SEED + 12)]
        right[level] = sum(s.text in by_zxing(s.frame(), s.expect) for s in shown)
    assert right["mild"] >= 11
    assert right["hard"] <= 2


def test_a_seed_decides_every_pixel():
    for kind in KINDS:
        one, other = scene(kind, "hard", 5), scene(kind, "hard", 5)
        first, second = one.frames(2)
        assert (one.text, one.px) == (other.text, other.px)
        assert np.array_equal(first, other.frame())
        assert not np.array_equal(first, second)
        assert not np.array_equal(first, scene(kind, "hard", 6).frame())


def test_size_and_angle_can_be_chosen_and_the_corners_are_told():
    shown = scene("qr", "mild", 3, px=4.0, angle=90.0)
    assert shown.frame().shape == (720, 1280)
    side = np.linalg.norm(shown.corners[1] - shown.corners[0])
    modules = (shown.paper.box[2] - shown.paper.box[0]) / shown.paper.module
    assert abs(side / modules - 4.0) < 0.4
    across = shown.corners[1] - shown.corners[0]
    assert abs(across[1]) > 5 * abs(across[0])
