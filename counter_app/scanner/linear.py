"""Reads one located bar field: the libraries on the field turned upright, then our own weighing of its mean."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np

from counter_app.scanner.engines import LINEAR, MIN_LINEAR, STACKED, contradictory, first_engine, second_engine
from counter_app.scanner.evidence import Evidence
from counter_app.scanner.locate import BarField
from counter_app.scanner.profile128 import find_tracks
from counter_app.scanner.reads import CODE128, Read
from counter_app.scanner.sequence128 import Sequence, solve
from counter_app.scanner.upright import profile, straightened, upright
from counter_app.scanner.waveform128 import measure

_TARGET_LENGTH = 1300.0
"""Length in pixels a field is enlarged to: some four pixels a module for a dossier code."""
_MAX_ZOOM = 4.0
_STACKED_LENGTH, _STACKED_HEIGHT = 8.0, 2.4
"""Of the height of the field that was found: how large a piece is cut out to hold the whole of a PDF417."""
_MIN_SCORE = 0.15
"""Chains in text and tables score less; measuring them would cost most of the time of a frame without a code."""


def read_field(
    gray: np.ndarray, field: BarField, deadline: float | None = None, evidence: Evidence | None = None, weigh: bool = True
) -> list[Read]:
    """The code in ``field``, if any. Nothing dear is begun after ``deadline`` (``time.monotonic``) or without ``weigh``; what is seen
    but not understood is left with ``evidence``. Without a deadline the second engine is asked too."""
    corners = field.corners()

    def placed(reads: list[Read]) -> list[Read]:
        return [replace(r, corners=corners) for r in reads]

    if _sure(reads := first_engine(upright(gray, field, share=0.8), LINEAR, rotate=False)):
        return placed(reads)
    doubted = [] if contradictory(reads) else reads
    zoom = min(_MAX_ZOOM, max(1.0, _TARGET_LENGTH / field.length))
    crop = straightened(upright(gray, field, zoom))
    if _sure(reads := first_engine(crop, LINEAR, rotate=False)):
        return placed(reads)
    doubted = [] if contradictory(doubted + reads) else doubted or reads
    if not weigh:
        return placed(doubted)
    if deadline is not None and time.monotonic() >= deadline:
        if evidence is not None:
            evidence.owe()
        return placed(doubted)
    if read := _weighed(crop, field.length * zoom, field, deadline, evidence):
        return [read]
    if doubted:
        return placed(doubted)
    return second_engine(crop, corners) if deadline is None else []


def _sure(reads: list[Read]) -> bool:
    return bool(reads) and not any(read.processed for read in reads)


def read_stacked(gray: np.ndarray, field: BarField, zooms: tuple[float, ...] = (1.0,)) -> list[Read]:
    """A PDF417 at any angle. Its rows of bars look like a bar field, or several; only where and how it lies is taken from that, for
    the piece that stands out is seldom the whole of it."""
    whole = replace(field, length=max(field.length * 1.3, field.height * _STACKED_LENGTH), height=field.height * _STACKED_HEIGHT, skew=0.0)
    for zoom in zooms:
        if reads := first_engine(upright(gray, whole, zoom, share=1.0), STACKED, rotate=False):
            return [replace(r, corners=field.corners()) for r in reads]
    return []


def _weighed(crop: np.ndarray, length: float, field: BarField, deadline: float | None, evidence: Evidence | None) -> Read | None:
    line = profile(crop)
    for number, track in enumerate(find_tracks(line, length)):
        if track.score < _MIN_SCORE or (number and deadline is not None and time.monotonic() >= deadline):
            break
        costs = measure(line, track)
        found = solve(costs)
        if read := _believed(found, field):
            return read
        if evidence is not None and (read := _believed(evidence.added(costs), field, alone=False)):
            return read
    return None


def _believed(found: Sequence | None, field: BarField, alone: bool = True) -> Read | None:
    """A sequence that stands out from all others. Limits from thousands of synthetic frames: right ones have margins in the
    hundreds, wrong ones (a symbol too many or too few; once two pairs of digits that kept the check symbol, at 55) stay below 60."""
    if found is None or found.text is None or len(found.text) < MIN_LINEAR or not found.free:
        return None
    if found.margin < 80 or found.fit < 0.9 or found.worst > 0.65 or found.uneven > 0.07:
        return None
    sure = alone and found.fit >= 0.94 and found.worst <= 0.4
    return Read(found.text, CODE128, field.corners(), processed=not sure)
