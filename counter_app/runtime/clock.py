"""Clocks. ``now`` is what is printed and sent; ``wall``, ``monotonic`` and ``boot_id`` let the numbering notice a restored disk
image or a moved clock."""

from __future__ import annotations

import sys
import threading
import time
from collections import deque
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from statistics import median
from typing import Protocol

from onestop.vntime import VN_TZ, to_vn


class Clock(Protocol):
    """What the program needs of time."""

    def now(self) -> datetime:
        """Trusted now in Vietnamese time: the gateway's clock carried on, or the PC's own."""
        ...

    def wall(self) -> datetime:
        """The PC's clock as it stands."""
        ...

    def monotonic(self) -> float:
        """Seconds that only go forward, sleep included."""
        ...

    def boot_id(self) -> str:
        """Changes with every start of the PC."""
        ...

    def anchored(self) -> bool:
        """Has the gateway told the time since the PC was started? Then ``now`` does not depend on how the PC's clock is set."""
        ...

    def measured_skew(self) -> float | None:
        """Seconds the PC's clock is ahead of the gateway's (None: not measured in this boot)."""
        ...

    def anchor(self) -> Anchor | None:
        """What to keep over a restart of the program (None: nothing)."""
        ...


#: The gateway's ``Date`` has whole seconds: a smaller difference is no reason to move the time on paper.
TOLERANCE = timedelta(seconds=2)
#: So many measurements of the skew are kept; their median is not moved by one slow reply.
SAMPLES = 9


@dataclass(frozen=True, slots=True)
class Anchor:
    """The gateway's time at one moment of this boot: enough to carry it on after a restart of the program. Kept in the store."""

    boot: str
    monotonic: float
    server_time: str


class SystemClock:
    """The PC's clock, corrected by the gateway: trusted now = last gateway time + time passed since (same boot)."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._anchor: tuple[datetime, float] | None = None
        self._skews: deque[float] = deque(maxlen=SAMPLES)

    def now(self) -> datetime:
        with self._lock:
            anchor = self._anchor
        if anchor is None:
            return self.wall()
        return to_vn(anchor[0] + timedelta(seconds=self.monotonic() - anchor[1]))

    def wall(self) -> datetime:
        return datetime.now(VN_TZ)

    def monotonic(self) -> float:
        if sys.platform == "linux":  # time.monotonic stands still while the PC sleeps
            return time.clock_gettime(time.CLOCK_BOOTTIME)
        return time.monotonic()

    def boot_id(self) -> str:
        return _boot_id()

    def anchored(self) -> bool:
        return self._anchor is not None

    def measured_skew(self) -> float | None:
        with self._lock:
            return round(median(self._skews), 3) if self._skews else None

    def note_gateway(self, server: datetime, round_trip: float) -> None:
        """A reply said it is ``server`` o'clock (cut to the second) after ``round_trip`` seconds: the skew is measured, and the
        trusted time follows when it is off by more than ``TOLERANCE`` (time on paper should not jump back and forth)."""
        middle = server + timedelta(seconds=0.5 + round_trip / 2)
        with self._lock:
            self._skews.append((self.wall() - middle).total_seconds())
        if not self.anchored() or abs(middle - self.now()) > TOLERANCE:
            self.set_gateway_time(middle)

    def set_gateway_time(self, server_time: datetime, *, at: float | None = None) -> None:
        """Trust ``server_time`` from now on; ``at``: the monotonic moment it belongs to (the middle of the request)."""
        with self._lock:
            self._anchor = (server_time.astimezone(UTC), self.monotonic() if at is None else at)

    def skew(self) -> timedelta:
        """How far the PC's clock is ahead of the gateway's (more than 10 minutes deserves a banner)."""
        return self.wall() - self.now()

    def anchor(self) -> Anchor | None:
        """What to keep over a restart of the program."""
        with self._lock:
            return Anchor(self.boot_id(), self._anchor[1], self._anchor[0].isoformat()) if self._anchor else None

    def restore(self, anchor: Anchor) -> bool:
        """Carry on from a kept anchor; False (and nothing changes) when the PC was started again since."""
        if anchor.boot != self.boot_id():
            return False
        if not self.monotonic() - anchor.monotonic >= 0:
            return False
        self.set_gateway_time(datetime.fromisoformat(anchor.server_time), at=anchor.monotonic)
        self._skews.append(self.skew().total_seconds())
        return True


class FixedClock:
    """A clock that stands where it is put. For tests and for command lines with a given moment."""

    def __init__(self, now: datetime, *, boot: str = "boot-1", anchored: bool = True, skew: float | None = None) -> None:
        self.moment = to_vn(now)
        self.mono = 1000.0
        self.boot = boot
        self.is_anchored = anchored
        self.known_skew = skew

    def now(self) -> datetime:
        return self.moment

    def wall(self) -> datetime:
        return self.moment

    def monotonic(self) -> float:
        return self.mono

    def boot_id(self) -> str:
        return self.boot

    def anchored(self) -> bool:
        return self.is_anchored

    def measured_skew(self) -> float | None:
        return self.known_skew

    def anchor(self) -> Anchor | None:
        return None

    def advance(self, **delta: float) -> None:
        """Time passes: wall and monotonic together."""
        step = timedelta(**delta)
        self.moment += step
        self.mono += step.total_seconds()


@cache
def _boot_id() -> str:
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        import psutil

        return f"boot-{round(psutil.boot_time() / 10)}"
