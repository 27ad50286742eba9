"""A driver that does not return: nobody waits for it but the reader that wants the same device."""

from __future__ import annotations

import threading

from counter_app.scanner.reader import DeviceReader, PortState


class Hung(DeviceReader):
    """Its driver returns from reading when ``free`` is set."""

    def __init__(self, free: threading.Event, order: list[str]) -> None:
        super().__init__(lambda scan: None)
        self._free, self._order, self.entered = free, order, threading.Event()

    def _find(self) -> str:
        return "port"

    def _session(self, name: str) -> None:
        self._tell(PortState.OPEN)
        self.entered.set()
        self._free.wait(30)
        self._order.append("let go")


class Next(DeviceReader):
    def __init__(self, order: list[str]) -> None:
        super().__init__(lambda scan: None)
        self._order, self.entered = order, threading.Event()

    def _find(self) -> str:
        return "port"

    def _session(self, name: str) -> None:
        self._order.append("opened")
        self.entered.set()
        self._stop.wait(30)


def test_the_next_reader_opens_when_the_device_is_let_go_of():
    order: list[str] = []
    free = threading.Event()
    first, second = Hung(free, order), Next(order)
    first.start()
    assert first.entered.wait(10)
    first.ask_to_stop()
    assert not first.has_ended and not first.stop(0.0)
    second.start([first])
    assert not second.entered.wait(0.2)
    free.set()
    assert second.entered.wait(10)
    assert order == ["let go", "opened"] and first.has_ended
    assert second.stop()


def test_one_that_never_began_has_ended():
    reader = Next([])
    reader.ask_to_stop()
    assert reader.has_ended and reader.stop()
