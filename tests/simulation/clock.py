"""Time and chance of a simulated world: both come from the seed alone."""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

from central_gateway.services import life, witness
from counter_app.runtime.clock import FixedClock
from onestop import ids, vntime

#: A Monday morning with a whole week of work behind it in the calendar.
BEGIN = datetime(2026, 11, 23, 8, 0, tzinfo=vntime.VN_TZ)


class Time:
    """True time. It passes only when a world says so."""

    def __init__(self) -> None:
        self.now = BEGIN

    def passes(self, minutes: float) -> None:
        self.now += timedelta(minutes=minutes)


class DeskClock(FixedClock):
    """The clock of one PC: true time, wrong by ``off``. Anchored once the gateway has answered in this boot."""

    def __init__(self, time: Time) -> None:
        super().__init__(time.now, anchored=False)
        self.time, self.off = time, timedelta()

    def now(self) -> datetime:
        return self.time.now if self.is_anchored else self.wall()

    def wall(self) -> datetime:
        return self.time.now + self.off

    def monotonic(self) -> float:
        return (self.time.now - BEGIN).total_seconds() + 1000.0

    def measured_skew(self) -> float | None:
        return self.off.total_seconds() if self.is_anchored else None

    def boots(self, name: str) -> None:
        """The PC was started again."""
        self.boot, self.is_anchored = name, False


@contextmanager
def injected(time: Time, seed: int) -> Iterator[None]:
    """Everywhere in this process: ``utc_now`` is ``time``'s, identifiers come from ``seed``, and what the gateway believes for half a
    second is read each time."""
    rng, ticks = random.Random(seed), iter(range(10**9))
    undo: list[tuple[Any, str, Any]] = []

    def put(owner: Any, name: str, value: Any) -> None:
        undo.append((owner, name, getattr(owner, name)))
        setattr(owner, name, value)

    original = vntime.utc_now
    for module in list(sys.modules.values()):
        if getattr(module, "__name__", "").startswith(("onestop", "central_gateway", "counter_app")) and \
                module.__dict__.get("utc_now") is original:
            put(module, "utc_now", lambda: time.now.astimezone(UTC))
    put(ids, "os", SimpleNamespace(urandom=rng.randbytes))
    put(ids, "time", SimpleNamespace(time_ns=lambda: int(time.now.timestamp() * 1e9) + next(ticks) * 1_000_000))
    put(life, "_BELIEVED_SECONDS", -1.0)
    put(witness, "_CHECKPOINT_SECONDS", 0.0)
    try:
        yield
    finally:
        for owner, name, value in reversed(undo):
            setattr(owner, name, value)
