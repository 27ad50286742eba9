"""When to try again: decorrelated jitter between 1 s and 5 min, never sooner than the gateway asked, never later than 15 min."""

from __future__ import annotations

import random

FIRST, CAP, ASKED_CAP = 1.0, 300.0, 900.0


class Backoff:
    """Seconds to wait after each failure. ``rng`` is injected so that a test can replay a run."""

    def __init__(self, rng: random.Random | None = None) -> None:
        self._rng = rng or random.Random()
        self._last = FIRST

    def failed(self, asked: float | None = None) -> float:
        """The wait after one more failure; ``asked`` is the gateway's Retry-After (spread by up to 20 %)."""
        self._last = min(CAP, self._rng.uniform(FIRST, self._last * 3))
        if asked is None:
            return self._last
        return min(max(asked, 0.0), ASKED_CAP) * (1 + 0.2 * self._rng.random())

    def worked(self) -> None:
        self._last = FIRST
