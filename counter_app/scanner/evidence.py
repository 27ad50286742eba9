"""Several frames none of which reads may read together: what each says about every symbol is added up.

The hand that holds the paper moves, so blur, noise and reflections of one frame are not those of the next, while the code is the
same. Frames count only together if they show a chain of equally many symbols, and only while they are recent.
"""

from __future__ import annotations

from collections import deque

from counter_app.scanner.sequence128 import Costs, Sequence, solve

FRAMES = 8
"""How many frames are added up, and how old (in frames) they may be."""
_MIN_FIT = 0.8


class Evidence:
    """What recent frames said. One object per camera session; not thread-safe."""

    def __init__(self) -> None:
        self._frame = 0
        self._seen: deque[tuple[int, Costs]] = deque(maxlen=FRAMES * 2)

    def next_frame(self) -> None:
        """A new frame begins; what is too old is forgotten."""
        self._frame += 1
        while self._seen and self._frame - self._seen[0][0] > FRAMES:
            self._seen.popleft()

    def clear(self) -> None:
        """Forget all (something was read, or the camera was stopped)."""
        self._seen.clear()

    def added(self, costs: Costs) -> Sequence | None:
        """The most likely sequence by ``costs`` and by what earlier frames said; None when none of them did."""
        if costs.fit < _MIN_FIT:
            return None
        together, frames = costs, {self._frame}
        for frame, earlier in self._seen:
            if frame not in frames and len(earlier.values) == len(costs.values):
                together = together.plus(earlier)
                frames.add(frame)
        self._seen.append((self._frame, costs))
        return solve(together) if len(frames) > 1 else None
