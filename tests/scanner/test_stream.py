"""Frames of one camera, without Qt: last place first, a second code is not overlooked, doubtful reads wait."""

from __future__ import annotations

import numpy as np

from counter_app.domain.published import bundled_codes
from counter_app.scanner.known import known_code
from counter_app.scanner.stream import FrameReader
from tests.scanner.rendering import CODE, code128, frame, qr

FITS = known_code(bundled_codes())
GENEROUS_S = 5.0
"""A busy test machine must not decide what is read."""


def reader(**options) -> FrameReader:
    return FrameReader(FITS, budget_s=GENEROUS_S, **options)


def test_a_turning_receipt_is_read_in_every_frame():
    eye = reader()
    missed = [angle for angle in range(0, 180, 5) if CODE not in [r.text for r in eye.frame(frame(code128(CODE), 2.5, angle, 0.6)).reads]]
    assert missed == []


def test_a_second_code_beside_the_first_is_seen_within_some_frames():
    both = frame(code128(CODE), 2.0)
    eye = reader()
    assert [r.text for r in eye.frame(both).reads] == [CODE]
    both[20:200, 20:200] = frame(qr("TN-7-260213-0001"), 3.0, size=(180, 180))
    texts = {r.text for _ in range(10) for r in eye.frame(both).reads}
    assert texts == {CODE, "TN-7-260213-0001"}


def test_what_has_no_grammar_waits_for_a_second_sighting():
    eye = reader()
    shown = frame(code128("XYZ-12345"), 3.0)
    first = eye.frame(shown)
    assert (first.reads, [r.text for r in first.seen]) == ([], ["XYZ-12345"])
    assert [r.text for r in eye.frame(shown).reads] == ["XYZ-12345"]


def test_large_pictures_are_reduced_and_corners_are_those_of_the_large_one():
    large = np.repeat(np.repeat(frame(code128(CODE), 2.5, 30), 3, axis=0), 3, axis=1)
    (read,) = reader().frame(large).reads
    x, y = (sum(c[i] for c in read.corners) / 4 for i in (0, 1))
    assert abs(x - 1920) < 90 and abs(y - 1080) < 90


def test_an_empty_view_gives_no_read_and_in_time_an_advice():
    eye = reader()
    results = [eye.frame(np.full((360, 640), 200, np.uint8)) for _ in range(40)]
    assert not any(r.reads or r.seen for r in results)
    assert any(r.advice for r in results)


def test_id_card_view_ignores_receipts():
    eye = reader(expect="idcard")
    assert not any(eye.frame(frame(code128(CODE), 2.5, angle)).seen for angle in (0, 20))


def test_frames_may_change_size_and_be_no_picture_at_all():
    """A camera that renegotiates sends anything for a moment; the code is read again right after."""
    eye = reader()
    for size in ((720, 1280), (1, 1), (1, 5000), (5000, 2), (8, 3000), (23, 23), (600, 800), (90, 160), (1080, 1920)):
        shown = frame(code128(CODE), 1.9, 10, size=size) if min(size) >= 480 else np.full(size, 90, np.uint8)
        texts = {r.text for _ in range(5) for r in eye.frame(shown).reads}
        assert texts == ({CODE} if min(size) >= 480 else set())
