"""When to try again: decorrelated jitter between 1 s and 5 min, never sooner than the gateway asked, never later than 15 min.

The breaker keeps this in the store: a counter that is started again does not forget that the gateway asked for patience.
"""

from __future__ import annotations

import random
from contextlib import suppress
from typing import TYPE_CHECKING

import msgspec

from onestop.errors import EnvironmentFault

if TYPE_CHECKING:
    from counter_app.runtime.clock import Clock
    from counter_app.store.engine import Store

FIRST, CAP, ASKED_CAP = 1.0, 300.0, 900.0
#: Outages longer than this end for many counters at the same moment.
LONG_OUTAGE, SPREAD_CAP = 300.0, 60.0
_KEY = "sync_breaker"


class Backoff:
    """Seconds to wait after each failure. ``rng`` is injected so that a test can replay a run."""

    def __init__(self, rng: random.Random | None = None, last: float = FIRST) -> None:
        self._rng = rng or random.Random()
        self.last = last

    def failed(self, asked: float | None = None) -> float:
        """The wait after one more failure; ``asked`` is the gateway's Retry-After (spread by up to 20 %)."""
        self.last = min(CAP, self._rng.uniform(FIRST, self.last * 3))
        if asked is None:
            return self.last
        return min(max(asked, 0.0), ASKED_CAP) * (1 + 0.2 * self._rng.random())

    def worked(self) -> None:
        self.last = FIRST


class _State(msgspec.Struct):
    """``until``: not before this moment of the wall clock; ``mono``, ``boot``: the same on the monotonic clock, which counts while the
    PC runs. ``asked``: the gateway said so, nobody may be quicker. ``since``: when the outage began (wall). ``held``: its end was
    spread already."""

    failures: int = 0
    last: float = FIRST
    until: float = 0.0
    mono: float = 0.0
    boot: str = ""
    asked: bool = False
    since: float = 0.0
    held: bool = False


class Breaker:
    """The waits of one store. All moments by its clock."""

    def __init__(self, store: Store, clock: Clock, rng: random.Random) -> None:
        self._store, self._clock, self._rng = store, clock, rng
        with store.read() as reader:
            raw = reader.meta_get(_KEY)
        try:
            self._state = msgspec.json.decode(raw, type=_State) if raw else _State()
        except msgspec.MsgspecError:
            self._state = _State()

    def wait(self) -> float:
        """Seconds until the next try (0: now). A clock that was moved cannot make it longer than the longest wait there is."""
        state = self._state
        if not state.until:
            return 0.0
        same = state.boot == self._clock.boot_id()
        left = state.mono - self._clock.monotonic() if same else state.until - self._clock.wall().timestamp()
        return min(max(left, 0.0), ASKED_CAP * 1.2)

    @property
    def asked(self) -> bool:
        """Was the wait asked for by the gateway? Then a person's wish is no reason to be quicker."""
        return self._state.asked

    @property
    def failures(self) -> int:
        """Failed cycles in a row."""
        return self._state.failures

    def failed(self, asked: float | None, *, at_most: float | None = None) -> float:
        """One more failed cycle: remember it and return the wait. ``at_most`` bounds a wait nobody asked for (a counter should
        notice soon that the network is back)."""
        backoff = Backoff(self._rng, self._state.last)
        wait = backoff.failed(asked)
        if asked is None and at_most is not None:
            wait = min(wait, at_most * self._rng.uniform(0.5, 1.5))
        wall = self._clock.wall().timestamp()
        self._keep(_State(self._state.failures + 1, backoff.last, wall + wait, self._clock.monotonic() + wait, self._clock.boot_id(),
                          asked is not None, self._state.since or wall))
        return wait

    def hold(self) -> float:
        """The gateway answers again: seconds to hold the first batch back. After a long outage all counters of the province come at
        once, so each takes a moment of its own, once."""
        state = self._state
        outage = self._clock.wall().timestamp() - state.since
        if not state.failures or state.held or outage <= LONG_OUTAGE:
            return 0.0
        state.held = True
        self._keep(state)
        return self._rng.uniform(0.0, min(SPREAD_CAP, outage / 10))

    def worked(self) -> None:
        """A whole cycle went well: the outage is over."""
        if self._state.failures:
            self._keep(_State())

    def pause(self, seconds: float) -> None:
        """Nothing failed, but not before ``seconds``."""
        self._state.until = self._clock.wall().timestamp() + seconds
        self._state.mono, self._state.boot = self._clock.monotonic() + seconds, self._clock.boot_id()

    def _keep(self, state: _State) -> None:
        """In the store too, for the next start; on a full disk only until then."""
        self._state = state
        with suppress(EnvironmentFault), self._store.write() as unit:
            unit.meta_set(_KEY, msgspec.json.encode(state).decode())
