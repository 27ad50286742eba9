"""Reads codes from the frames of one camera: what is cheap in each frame, what is dear in turn, and what to tell the person.

Free of Qt and threads: one object per camera session, used by one decode thread.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np

from counter_app.scanner.confirm import Confirm
from counter_app.scanner.decode import Expect, Read, decode_image, decode_region, worth_reading
from counter_app.scanner.evidence import Evidence
from counter_app.scanner.hints import Advice, advise
from counter_app.scanner.locate import find_bar_fields
from counter_app.scanner.square import busy, far_square

BUDGET_S = 0.040
"""Time for one frame; what does not fit is tried on a later one."""
MARGIN = 0.25
"""A code moves less than this part of its size from frame to frame in a hand."""
MAX_SIDE = 2400
"""Longest side decoded; a larger camera picture is reduced first (a receipt fills a third of the view)."""
_HINT_EVERY = 8
_REGION_FRAMES = 6


@dataclass(frozen=True, slots=True)
class FrameResult:
    """``reads`` may be believed; ``seen`` were read but wait for a second sighting. Corners are in pixels of the frame given."""

    reads: list[Read]
    seen: list[Read]
    advice: Advice | None = None


class FrameReader:
    """Feed it every frame that there is time for."""

    def __init__(self, fits: Callable[[str], bool], expect: Expect = "any", budget_s: float = BUDGET_S) -> None:
        self.expect = expect
        self._confirm = Confirm(fits)
        self._evidence = Evidence()
        self._budget_s = budget_s
        self._region: tuple[int, int, int, int] | None = None
        self._region_age = 0
        self._region_pause = 0
        self._empty = 0
        self._far = 0

    def frame(self, gray: np.ndarray) -> FrameResult:
        """Reads of the next frame (2-D uint8), and an advice now and then while nothing is read."""
        if not worth_reading(gray.shape):
            return FrameResult(self._confirm.frame([]), [])
        scale = min(1.0, MAX_SIDE / max(gray.shape))
        if scale < 1:
            gray = cv2.resize(gray, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        seen = self._last_place(gray)
        if not seen:
            self._evidence.next_frame()
            seen = decode_image(gray, self.expect, self._budget_s, turn=self._empty + 1, evidence=self._evidence)
        self._note(seen, gray.shape)
        reads = self._confirm.frame(seen)
        advice = None
        if not reads:
            self._empty += 1
            if self._empty % _HINT_EVERY == 0:
                advice = advise(gray, find_bar_fields(gray, limit=1), self._empty >= 4 * _HINT_EVERY, self._too_far(gray))
        else:
            self._empty, self._far = 0, 0
            self._evidence.clear()
        if scale < 1:
            reads, seen = ([read.scaled(1 / scale) for read in group] for group in (reads, seen))
        return FrameResult(reads, seen, advice)

    def _too_far(self, gray: np.ndarray) -> bool:
        """Whether a QR code too small to be read was seen now or when it was last looked for (then for modules of another size)."""
        if busy(gray) and far_square(gray, self._empty // _HINT_EVERY):
            self._far = 2
            return True
        self._far = max(0, self._far - 1)
        return self._far > 0

    def _last_place(self, gray: np.ndarray) -> list[Read]:
        """Where the code was a moment ago: 1 ms instead of 15. Every few frames the whole view is read all the same, so that a
        second code beside it is not overlooked."""
        if self._region is None or self._region_age >= _REGION_FRAMES:
            self._region_age = 0
            return []
        if self._region_pause:
            self._region_pause -= 1
            return []
        self._region_age += 1
        seen = decode_region(gray, self._region, self.expect)
        if not seen:  # what has to be weighed is not read there in the next frames either
            self._region_pause = _REGION_FRAMES
        return seen

    def _note(self, seen: list[Read], shape: tuple[int, ...]) -> None:
        if not seen:
            self._region = None
            return
        xs = [x for read in seen for x, _ in read.corners]
        ys = [y for read in seen for _, y in read.corners]
        dx = int((max(xs) - min(xs)) * MARGIN) + 24
        dy = int((max(ys) - min(ys)) * MARGIN) + 24
        self._region = (max(0, min(xs) - dx), max(0, min(ys) - dy), min(shape[1], max(xs) + dx), min(shape[0], max(ys) + dy))
