"""The plain wires to a receipt printer: a TCP port (9100) and a USB file (``/dev/usb/lp0``). Bytes out, answers back, never for ever."""

from __future__ import annotations

import os
import select
import socket
import stat
import sys
from contextlib import suppress
from dataclasses import dataclass
from time import monotonic
from typing import Protocol
from urllib.parse import parse_qs, unquote, urlsplit

from onestop.errors import UserError

CONNECT_SECONDS = 3.0
STALL_SECONDS = 20.0
"""A printer that takes no byte for so long has stopped (a roll is changed within it)."""
_CHUNK = 4096


@dataclass(frozen=True, slots=True)
class Address:
    """Where a receipt printer is. ``kind``: ``tcp`` (``place`` host, ``port``), ``file`` (``place`` path) or ``raw`` (``place`` a queue
    of this PC that passes bytes on). ``answers`` False (``?ask=no``): it never answers and is believed."""

    kind: str
    place: str
    port: int = 9100
    answers: bool = True


def address_of(name: str) -> Address | None:
    """``tcp://HOST[:PORT]``, ``file:///dev/usb/lp0``, ``raw:QUEUE``, each with ``?ask=no``; None for the name of an ordinary queue.

    Raises UserError ``printer-address-invalid``.
    """
    if name.startswith("raw:"):
        queue = name.removeprefix("raw:").removeprefix("//")
        if not queue.strip():
            raise _invalid(name)
        return Address("raw", queue)
    if not name.startswith(("tcp:", "file:")):
        return None
    try:
        parts = urlsplit(name)
        answers = parse_qs(parts.query).get("ask", ["yes"])[-1] != "no"
        if parts.scheme == "tcp" and parts.hostname and parts.path in ("", "/"):
            return Address("tcp", parts.hostname, parts.port or 9100, answers)
        if parts.scheme == "file" and not parts.netloc and parts.path.startswith("/") and "\0" not in parts.path:
            return Address("file", unquote(parts.path), answers=answers)
    except ValueError:
        pass
    raise _invalid(name)


def _invalid(name: str) -> UserError:
    return UserError("printer-address-invalid", f"Địa chỉ máy in “{name[:60]}” không đúng. Hãy viết tcp://ĐỊA_CHỈ:9100, "
                     "file:///dev/usb/lp0 hoặc raw:TÊN_HÀNG_ĐỢI.", address=name[:120])


class Port(Protocol):
    """An open wire. All calls raise OSError when the other side is gone; ``send`` also when it takes nothing for ``STALL_SECONDS``."""

    def send(self, content: bytes) -> None: ...

    def receive(self, seconds: float) -> bytes: ...

    def close(self) -> None: ...


class TcpPort:
    """A network printer. Raises OSError when it is not reached in time."""

    def __init__(self, host: str, port: int) -> None:
        self._socket = socket.create_connection((host, port), CONNECT_SECONDS)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def send(self, content: bytes) -> None:
        self._socket.settimeout(STALL_SECONDS)
        view = memoryview(content)
        while view:
            view = view[self._socket.send(view[:_CHUNK]) :]

    def receive(self, seconds: float) -> bytes:
        """What came within ``seconds``, nothing when nothing did."""
        self._socket.settimeout(max(seconds, 0.001))
        try:
            got = self._socket.recv(256)
        except TimeoutError:
            return b""
        if not got:
            raise ConnectionResetError("closed by the printer")
        return got

    def close(self) -> None:
        with suppress(OSError):
            self._socket.close()


class NoPrinterPortError(OSError):
    """There is something of that name, and it is no printer's wire."""


_PRINTER_MAJORS = frozenset({6, 180})
"""Linux: parallel printers, USB printers (usblp). Documentation/admin-guide/devices.txt."""


class FilePort:
    """A USB receipt printer as the kernel shows it (usblp), or a serial line set up by the system. Nothing is written to any other file,
    whatever the settings name. Raises OSError (`NoPrinterPortError`)."""

    def __init__(self, path: str) -> None:
        flags = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0)
        self._file = os.open(path, os.O_RDWR | flags)  # no O_CREAT: a missing device must not become a file
        if not _is_wire(self._file):
            os.close(self._file)
            raise NoPrinterPortError(path)

    def send(self, content: bytes) -> None:
        view, until = memoryview(content), monotonic() + STALL_SECONDS
        while view:
            _, ready, _ = select.select([], [self._file], [], max(until - monotonic(), 0))
            if not ready:
                raise TimeoutError("the printer takes nothing")
            with suppress(BlockingIOError):
                taken = os.write(self._file, view[:_CHUNK])
                view = view[taken:]
                until = monotonic() + STALL_SECONDS if taken else until

    def receive(self, seconds: float) -> bytes:
        """What came within ``seconds``, nothing when nothing did."""
        ready, _, _ = select.select([self._file], [], [], seconds)
        if not ready:
            return b""
        try:
            return os.read(self._file, 256)
        except BlockingIOError:
            return b""

    def close(self) -> None:
        with suppress(OSError):
            os.close(self._file)


def _is_wire(file: int) -> bool:
    found = os.fstat(file)
    return stat.S_ISCHR(found.st_mode) and (os.isatty(file) or sys.platform == "win32" or os.major(found.st_rdev) in _PRINTER_MAJORS)


def open_port(address: Address) -> Port:
    """Raises OSError."""
    return TcpPort(address.place, address.port) if address.kind == "tcp" else FilePort(address.place)
