"""A receipt printer on a TCP port or a pseudo terminal: takes ESC/POS, burns it into dots, answers what it is asked, and can run out of
paper. It knows only the commands we send; any other byte is a fault of the test."""

from __future__ import annotations

import os
import select
import socket
import threading
from contextlib import suppress

COVER, NO_PAPER, LOW_PAPER, KNIFE = "cover", "no-paper", "low-paper", "knife"


class ReceiptPrinter:
    """``tickets``: what was cut off, each a list of rows of bytes. ``troubles``: set of the names above; while one that stops is set,
    nothing more is taken from the wire and no order is finished. ``mute``: takes all and never answers."""

    def __init__(self) -> None:
        self.troubles: set[str] = set()
        self.mute = False
        self.tickets: list[list[bytes]] = []
        self.taken = 0
        self._rows: list[bytes] = []
        self._waiting = b""
        self._stop = threading.Event()
        self._threads: list[threading.Thread] = []
        self.address = ""

    # ---- the wires

    def on_tcp(self) -> ReceiptPrinter:
        """Listen; ``address`` is what the program is told."""
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"tcp://127.0.0.1:{self._listener.getsockname()[1]}"
        self._run(self._serve)
        return self

    def on_file(self) -> ReceiptPrinter:
        """A device file, as the kernel makes one for a USB printer (here a pseudo terminal in raw mode)."""
        import tty  # not on Windows, where this module must still import

        self._master, slave = os.openpty()
        tty.setraw(slave)
        self.address = f"file://{os.ttyname(slave)}"
        self._slave = slave  # kept open: the line stays up while no program holds it
        self._run(lambda: self._talk(lambda: os.read(self._master, 4096), lambda b: os.write(self._master, b), self._master))
        return self

    def close(self) -> None:
        """Switch it off."""
        self._stop.set()
        for thread in self._threads:
            thread.join(10)
        for name in ("_listener",):
            with suppress(AttributeError, OSError):
                getattr(self, name).close()
        for name in ("_master", "_slave"):
            with suppress(AttributeError, OSError):
                os.close(getattr(self, name))

    def _run(self, work) -> None:
        thread = threading.Thread(target=work, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _serve(self) -> None:
        self._listener.settimeout(0.05)
        while not self._stop.is_set():
            with suppress(TimeoutError):
                wire, _ = self._listener.accept()
                with wire:
                    self._waiting = b""
                    self._talk(lambda wire=wire: wire.recv(4096), wire.sendall, wire.fileno())

    def _talk(self, read, write, number: int) -> None:
        while not self._stop.is_set():
            ready, _, _ = select.select([number], [], [], 0.02)
            if ready:
                try:
                    got = read()
                except OSError:
                    return
                if not got:
                    return
                self._waiting += self._asked_at_once(got, write)
            with suppress(OSError):
                self._work(write)

    # ---- the machine

    @property
    def stands(self) -> bool:
        return bool(self.troubles & {COVER, NO_PAPER, KNIFE})

    def _asked_at_once(self, got: bytes, write) -> bytes:
        """DLE EOT is answered before anything else, and is no part of what is printed. (A picture that holds these two bytes would be
        misread, as by a real printer: the pictures of the tests do not.)"""
        while (at := got.find(b"\x10\x04")) >= 0 and at + 2 < len(got) and got[at + 2] in (1, 2, 3, 4):
            if not self.mute:
                write(bytes([0x12 | self._status(got[at + 2])]))
            got = got[:at] + got[at + 3 :]
        return got

    def _status(self, number: int) -> int:
        on = self.troubles
        return {1: 0x08 * self.stands, 2: 0x04 * (COVER in on) + 0x20 * (NO_PAPER in on) + 0x40 * (KNIFE in on),
                3: 0x08 * (KNIFE in on), 4: 0x0C * bool(on & {LOW_PAPER, NO_PAPER}) + 0x60 * (NO_PAPER in on)}[number]

    def _work(self, write) -> None:
        while self._waiting and not self.stands:
            done = self._one(self._waiting, write)
            if not done:
                return
            self._waiting, self.taken = self._waiting[done:], self.taken + done

    def _one(self, data: bytes, write) -> int:
        """Bytes of the first command (0: not all of it is here yet)."""
        if data[:2] == b"\x1b@"[: len(data)]:
            return 2 if len(data) >= 2 else 0
        if data[:4] == b"\x1dv0\x00":
            across, rows = int.from_bytes(data[4:6], "little"), int.from_bytes(data[6:8], "little")
            if len(data) < 8 or len(data) < 8 + across * rows:
                return 0
            self._rows += [data[8 + across * n : 8 + across * (n + 1)] for n in range(rows)]
            return 8 + across * rows
        if data[:2] == b"\x1bJ":
            return 3 if len(data) >= 3 else 0
        if data[:2] == b"\x1dV":
            if len(data) < 3:
                return 0
            self.tickets.append(self._rows)
            self._rows = []
            return 3
        if data[:2] == b"\x1dr":
            if len(data) < 3:
                return 0
            if not self.mute:
                write(bytes([0x0C * (NO_PAPER in self.troubles)]))
            return 3
        if len(data) < 4 and data[:1] in (b"\x1b", b"\x1d"):
            return 0
        raise AssertionError(f"a receipt printer does not know {data[:8]!r}")
