"""How much of the line attachments may take. Ops, numbers and what is pulled are small and never wait."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

#: How often somebody who waits for his share looks whether the line is wanted for something else.
_LOOK_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class Allowance:
    """``bytes_per_second``: at most so many on average (0: as the line bears it). ``paused``: none, the line is paid by volume."""

    bytes_per_second: int = 0
    paused: bool = False


@dataclass(slots=True)
class Share:
    """Keeps to an allowance, which may change at any time (``now``)."""

    now: Callable[[], Allowance] = Allowance
    _free_at: float = field(default=0.0, init=False)

    def part(self, wanted: int, seconds: float, least: int) -> int:
        """How large the next part may be so that it takes about ``seconds`` of the allowance; not smaller than ``least``."""
        rate = self.now().bytes_per_second
        return min(wanted, max(int(rate * seconds), least)) if rate else wanted

    def used(self, size: int, began: float) -> None:
        """``size`` bytes were sent since ``began`` (monotonic)."""
        rate = self.now().bytes_per_second
        self._free_at = max(self._free_at, began) + size / rate if rate else 0.0

    def wait(self, stop: Callable[[], bool]) -> bool:
        """Until the next bytes may go; False where ``stop()`` came first."""
        while (left := self._free_at - time.monotonic()) > 0:
            if stop():
                return False
            time.sleep(min(left, _LOOK_SECONDS))
        return True
