"""Who may come in now: pure rules, all times given from outside (``benchmarks/herd.py`` runs the same code in virtual time).

Pushes beyond what is at work and in the queue are refused with a time slot of their own, one after another, so that two thousand
counters that come back at once are served in turn instead of knocking again together (sync.md §2.14).
"""

from __future__ import annotations

import math
from collections import OrderedDict

#: A slot is this much longer than the work it is for: room for the requests that come unasked.
SLACK = 1.05
#: Nobody is sent away for longer; clients do not wait longer either.
MOST_SECONDS = 900
_LEARN = 0.05
_REMEMBERED = 20_000


class Gate:
    """At most ``permits`` at work and ``queue`` waiting. ``cost``: seconds of the whole service one of them takes, learnt on the way."""

    def __init__(self, permits: int, queue: int = 64, cost: float = 0.01) -> None:
        self.permits, self.queue, self.cost = permits, queue, cost
        self.inside = 0
        self._slot = 0.0

    def enter(self, now: float) -> float:
        """0.0: come in (``leave`` afterwards). Else the seconds after which to come again: the next free slot."""
        if self.inside < self.permits + self.queue:
            self.inside += 1
            return 0.0
        self._slot = max(self._slot, now) + self.cost * SLACK
        return min(self._slot - now, MOST_SECONDS)

    def leave(self, worked: float) -> None:
        """One is done after ``worked`` seconds of work (not counting the queue)."""
        self.inside -= 1
        self.cost += _LEARN * (worked / self.permits - self.cost)


class Buckets:
    """A token bucket per caller: ``rate`` a second, ``burst`` at once."""

    def __init__(self, rate: float, burst: float) -> None:
        self.rate, self.burst = rate, burst
        self._held: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, caller: str, now: float) -> float:
        """0.0: go on. Else the seconds until the next token."""
        tokens, at = self._held.pop(caller, (self.burst, now))
        tokens = min(self.burst, tokens + (now - at) * self.rate)
        if len(self._held) >= _REMEMBERED:
            self._held.popitem(last=False)
        self._held[caller] = (tokens - 1, now) if tokens >= 1 else (tokens, now)
        return 0.0 if tokens >= 1 else (1 - tokens) / self.rate

    def give_back(self, caller: str) -> None:
        """What was taken was not used."""
        if (held := self._held.get(caller)) is not None:
            self._held[caller] = (min(self.burst, held[0] + 1), held[1])


def retry_after(seconds: float) -> str:
    """The header: whole seconds, never sooner than asked."""
    return str(max(1, math.ceil(seconds)))
