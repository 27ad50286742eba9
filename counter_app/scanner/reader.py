"""A device read by a thread of its own that survives unplugging: what serial ports and HID devices have in common."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from enum import Enum

from counter_app.scanner.raw import RawScan

RETRY_S = 1.0
PATIENCE_S = 10.0
"""How long a device is waited for that an earlier reader is still letting go of."""


class PortState(Enum):
    """What the reader tells about its device."""

    OPEN = "open"
    LOST = "lost"
    """It was there and is gone (unplugged, switched off)."""
    ABSENT = "absent"
    """It was not there when the reader started; the reader keeps looking."""
    REFUSED = "refused"
    """It is there but cannot be opened: another program has it, or no permission."""


class DeviceReader:
    """One device, read by its own thread from `start` to `stop`.

    ``on_scan`` and ``on_state`` are called **on that thread**: pass something that queues (a Qt signal's ``emit``). A device that
    disappears is reported once and opened again when it is back. Subclasses give `_find` and `_session`.
    """

    thread_name = "scanner"

    def __init__(
        self, on_scan: Callable[[RawScan], None], on_state: Callable[[PortState], None] = lambda state: None, retry_s: float = RETRY_S
    ) -> None:
        self._retry_s = retry_s
        self._on_scan, self._on_state = on_scan, on_state
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._state: PortState | None = None

    def start(self, after: Sequence[DeviceReader] = ()) -> None:
        """Begin reading, once the readers ``after`` have let go of their devices; returns at once. A second call does nothing."""
        if self._thread is None:
            self._stop.clear()
            self._thread = threading.Thread(target=self._run, args=(tuple(after),), name=self.thread_name, daemon=True)
            self._thread.start()

    def ask_to_stop(self) -> None:
        """End the thread soon; returns at once, `stop` waits."""
        self._stop.set()

    @property
    def has_ended(self) -> bool:
        """Has it never begun, or let go of its device?"""
        return self._thread is None or not self._thread.is_alive()

    def stop(self, timeout: float = 3.0) -> bool:
        """End the thread and release the device; False if a driver held it longer than ``timeout`` seconds."""
        self._stop.set()
        if self._thread is None:
            return True
        self._thread.join(timeout)
        ended = not self._thread.is_alive()
        if ended:
            self._thread = None
        return ended

    def _find(self) -> str | None:
        """The device's name now; None while it is not plugged in."""
        raise NotImplementedError

    def _session(self, name: str) -> None:
        """Read until the device fails or the reader is stopped; tells `_tell` what happens."""
        raise NotImplementedError

    def _run(self, after: tuple[DeviceReader, ...]) -> None:
        for earlier in after:
            earlier.stop(PATIENCE_S)
        while not self._stop.is_set():
            name = self._find()
            if name is None:
                self._gone()
            else:
                self._session(name)
            self._stop.wait(self._retry_s)

    def _gone(self) -> None:
        self._tell(PortState.LOST if self._state in (PortState.OPEN, PortState.LOST) else PortState.ABSENT)

    def _tell(self, state: PortState) -> None:
        if state is not self._state:
            self._state = state
            self._on_state(state)


__all__ = ["DeviceReader", "PortState"]
