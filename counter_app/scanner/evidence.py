"""Several frames none of which reads may read together: what each says about every symbol or module is added up.

The hand that holds the paper moves, so blur, noise and reflections of one frame are not those of the next, while the code is the
same. Frames count only together if they show a chain of equally many symbols, or a code of the same version, and only while they
are recent.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import numpy as np

from counter_app.scanner.sequence128 import Costs, Sequence, solve

FRAMES = 8
"""How many frames are added up, and how old (in frames) they may be."""
_MIN_FIT = 0.8
_CERTAIN = 4.0
"""No single frame may say more than this about one module (logarithmic odds)."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a QR code was that could not be read: (left, top, right, bottom) and pixels a module."""

    box: tuple[int, int, int, int]
    module: float


class Evidence:
    """What recent frames said. One object per camera session; not thread-safe."""

    def __init__(self) -> None:
        self._frame = 0
        self._bars: deque[tuple[int, Costs]] = deque(maxlen=FRAMES)
        self._squares: deque[tuple[int, int, np.ndarray]] = deque(maxlen=FRAMES)
        self._place: tuple[int, Place] | None = None
        self._owed = False

    def owe(self) -> None:
        """There was no time left to weigh a bar field: the next frame begins with that."""
        self._owed = True

    def take_owed(self) -> bool:
        """Whether the last frame left that to this one (asked once)."""
        owed, self._owed = self._owed, False
        return owed

    def next_frame(self) -> None:
        """A new frame begins; what is too old is forgotten."""
        self._frame += 1
        while self._bars and self._frame - self._bars[0][0] > FRAMES:
            self._bars.popleft()
        while self._squares and self._frame - self._squares[0][0] > FRAMES:
            self._squares.popleft()

    def clear(self) -> None:
        """Forget all (something was read, or the camera was stopped)."""
        self._bars.clear()
        self._squares.clear()
        self._place = None
        self._owed = False

    def added(self, costs: Costs) -> Sequence | None:
        """The most likely sequence by ``costs`` and by what earlier frames said; None when none of them did."""
        if costs.fit < _MIN_FIT:
            return None
        together, frames = costs, {self._frame}
        for frame, earlier in self._bars:
            if frame not in frames and len(earlier.values) == len(costs.values):
                together = together.plus(earlier)
                frames.add(frame)
        self._bars.append((self._frame, costs))
        return solve(together) if len(frames) > 1 else None

    def added_square(self, version: int, soft: np.ndarray) -> np.ndarray | None:
        """The soft modules of a QR code with those of earlier frames; None when there are none."""
        soft = np.clip(soft, -_CERTAIN, _CERTAIN)
        earlier = [seen for frame, other, seen in self._squares if other == version and frame != self._frame]
        self._squares.append((self._frame, version, soft))
        return np.sum([soft, *earlier], axis=0) if earlier else None

    @property
    def place(self) -> Place | None:
        """Where a QR code was a moment ago."""
        return self._place[1] if self._place is not None and self._frame - self._place[0] <= 2 else None

    def seen_square(self, place: Place) -> None:
        """A QR code that could not be read is there."""
        self._place = self._frame, place
