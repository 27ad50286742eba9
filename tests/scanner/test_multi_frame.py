"""Frames none of which reads, read together; and what is never believed however often it is seen."""

from __future__ import annotations

import numpy as np

from benchmarks.scenes import scene
from counter_app.domain.published import bundled_codes
from counter_app.scanner.decode import decode_image
from counter_app.scanner.evidence import FRAMES, Evidence, Place
from counter_app.scanner.known import known_code
from counter_app.scanner.qr_shape import completed, shape
from counter_app.scanner.sequence128 import Costs
from counter_app.scanner.stream import FrameReader
from tests.scanner.rendering import CARD, frame, qr

FITS = known_code(bundled_codes())
GENEROUS_S = 5.0


def test_a_soft_card_reads_from_frames_that_do_not_read_alone():
    evidence, together, alone = Evidence(), [], 0
    for number in range(10):
        seen = frame(qr(CARD), 3.0, 3 + 0.7 * number, 1.4, 25, size=(480, 800))
        alone += bool(decode_image(seen, "idcard", GENEROUS_S))
        evidence.next_frame()
        together += [r.text for r in decode_image(seen, "idcard", GENEROUS_S, evidence=evidence)]
    assert alone <= 1
    assert together and set(together) == {CARD}


def test_clips_of_hard_receipts_and_cards_read_within_twelve_frames_and_never_wrongly():
    right = {"code128": 0, "card": 0}
    for kind in ("code128", "card"):
        for seed in range(2100, 2106):
            clip = scene(kind, "hard", seed)
            eye = FrameReader(FITS, expect=clip.expect, budget_s=GENEROUS_S)
            for gray in clip.frames(12):
                texts = {r.text for r in eye.frame(gray).reads}
                assert texts <= {clip.text}
                if texts:
                    right[kind] += 1
                    break
    assert right["code128"] >= 4 and right["card"] >= 2


def bars(symbols: int, fit: float = 0.9) -> Costs:
    rng = np.random.default_rng(symbols)
    left, right = (rng.normal(0, 1, (symbols - 1, 107)).astype(np.float32) for _ in range(2))
    return Costs(left, right, np.zeros((symbols - 1, 107, 107), np.float32), fit, (104, *(10,) * (symbols - 3), 20, 106))


def test_only_frames_with_as_many_symbols_count_together():
    evidence = Evidence()
    for symbols, joins in ((14, False), (26, False), (14, True)):
        evidence.next_frame()
        assert (evidence.added(bars(symbols)) is not None) == joins


def test_what_hardly_fits_is_not_evidence():
    evidence = Evidence()
    for _ in range(3):
        evidence.next_frame()
        assert evidence.added(bars(14, fit=0.5)) is None


def test_evidence_is_bounded_and_forgotten():
    evidence = Evidence()
    soft = np.ones((25, 25), np.float32)
    for _ in range(100):
        evidence.next_frame()
        together = evidence.added_square(2, soft)
    assert together is not None and together.max() == FRAMES + 1 - (len(evidence._squares) < FRAMES)
    for _ in range(FRAMES + 1):
        evidence.next_frame()
    assert evidence.added_square(2, soft) is None
    evidence.clear()
    evidence.next_frame()
    assert evidence.added_square(2, soft) is None


def test_one_frame_cannot_outvote_the_others():
    evidence, right = Evidence(), np.where(np.arange(625).reshape(25, 25) % 3, 2.0, -2.0)
    for soft in (right, right, right * -1000):
        evidence.next_frame()
        together = evidence.added_square(2, soft)
    assert together is not None and (np.sign(together) != -np.sign(right)).all()
    assert completed(together, 2).shape == (shape(2).size,) * 2


def test_where_a_code_was_is_known_for_a_moment_only():
    evidence = Evidence()
    evidence.next_frame()
    evidence.seen_square(Place((0, 0, 90, 90), 3.0))
    evidence.next_frame()
    assert evidence.place is not None
    for _ in range(3):
        evidence.next_frame()
    assert evidence.place is None
