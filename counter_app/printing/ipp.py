"""IPP, just enough to ask: what a print server or a printer says of itself and of its jobs (RFC 8010, RFC 8011).

The tools of CUPS (``lp``, ``lpstat``) print and cancel; what they tell is a summary, and wrong where it matters: a job the printer threw
away is "completed" to them. Asking costs one small request. Only questions are sent, to this PC's print server or to the printer whose
address the queue names (``ipp://``, or ``ipps://`` over TLS).
"""

from __future__ import annotations

import os
import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

GET_JOB, GET_JOBS, GET_PRINTER = 0x0009, 0x000A, 0x000B
SECONDS = 4.0
"""So long an answer is waited for: a printer asleep needs two or three."""
LARGEST = 4 << 20
_SOCKETS = ("/run/cups/cups.sock", "/var/run/cups/cups.sock")
_END, _JOB_GROUP = 0x03, 0x02
_INTEGER, _BOOLEAN, _ENUM, _RANGE, _COLLECTION, _END_COLLECTION = 0x21, 0x22, 0x23, 0x33, 0x34, 0x37
_URI, _CHARSET, _LANGUAGE, _KEYWORD, _NAME = 0x45, 0x47, 0x48, 0x44, 0x42

#: name → values (int, bool, str; collections are left out).
Attributes = dict[str, list[Any]]


class IppFault(Exception):
    """Nobody there, no answer in time (``silent``), or no IPP. Never shown to a person."""

    def __init__(self, why: str, silent: bool = False) -> None:
        super().__init__(why)
        self.silent = silent


@dataclass(frozen=True, slots=True)
class Place:
    """Where to ask: a socket file or host and port, and the path of the request."""

    host: str
    port: int = 631
    socket: str = ""
    tls: bool = False


def server() -> Place:
    """This PC's print server: as ``CUPS_SERVER`` says, else the socket of CUPS, else localhost."""
    named = os.environ.get("CUPS_SERVER", "").split("/version=")[0].strip()
    if named.startswith("/"):
        return Place("localhost", socket=named)
    if named:
        parts = urlsplit(f"//{named}")
        return Place(parts.hostname or "localhost", parts.port or 631)
    return next((Place("localhost", socket=name) for name in _SOCKETS if Path(name).exists()), Place("localhost"))


def printer_of_queue(queue: str, wanted: tuple[str, ...]) -> Attributes:
    """What the print server says about a queue. Raises IppFault."""
    uri = f"ipp://localhost/printers/{quote(queue, safe='')}"
    return ask(server(), uri, GET_PRINTER, wanted)[0]


def job_of_queue(number: int, wanted: tuple[str, ...]) -> Attributes:
    """What the print server says about a job. Raises IppFault (also when it knows no such job)."""
    return ask(server(), f"ipp://localhost/jobs/{number}", GET_JOB, wanted, by_job=True)[0]


def printer_at(uri: str, wanted: tuple[str, ...]) -> Attributes:
    """What the printer itself says. Raises IppFault; also for an address that is no printer's."""
    return ask(place_of(uri), uri, GET_PRINTER, wanted)[0]


def jobs_at(uri: str, wanted: tuple[str, ...], which: str) -> list[Attributes]:
    """The jobs the printer itself knows; ``which``: ``completed`` or ``not-completed``. Raises IppFault."""
    return ask(place_of(uri), uri, GET_JOBS, wanted, which=which)


def askable(uri: str) -> bool:
    """Is it a printer that can be asked: ``ipp://`` or ``ipps://`` with a host? (``dnssd`` and ``usb`` name no address: there the print
    server's own word is taken.)"""
    try:
        place_of(uri)
    except IppFault:
        return False
    return True


def place_of(uri: str) -> Place:
    """The host of a printer's address. Raises IppFault."""
    try:
        parts = urlsplit(uri)
        if parts.scheme not in ("ipp", "ipps") or not parts.hostname:
            raise IppFault("not an ipp address")
        return Place(parts.hostname, parts.port or 631, tls=parts.scheme == "ipps")
    except ValueError as error:
        raise IppFault("not an address") from error


def ask(place: Place, uri: str, operation: int, wanted: tuple[str, ...], *, which: str = "", by_job: bool = False) -> list[Attributes]:
    """One question. Raises IppFault when there is no answer or the answer is no."""
    body = request(uri, operation, wanted, which=which, by_job=by_job)
    try:
        connection = _Connection(place)
        try:
            connection.request("POST", urlsplit(uri).path or "/", body, {"Content-Type": "application/ipp"})
            answer = connection.getresponse()
            content = answer.read(LARGEST)
        finally:
            connection.close()
    except (OSError, HTTPException, ValueError) as error:
        raise IppFault(type(error).__name__, isinstance(error, TimeoutError)) from error
    if answer.status != 200:
        raise IppFault(f"HTTP {answer.status}")
    return replies(content)


class _Connection(HTTPConnection):
    def __init__(self, place: Place) -> None:
        super().__init__(place.host, place.port, timeout=SECONDS)
        self._file, self._tls = place.socket, place.tls

    def connect(self) -> None:
        if not self._file:
            super().connect()
            if self._tls:
                self.sock = _unchecked().wrap_socket(self.sock)
            return
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._file)


def _unchecked() -> ssl.SSLContext:
    """TLS without a name to check: printers sign their certificates themselves, as CUPS, which sends them the pages, takes them. Nothing
    but questions about the printer's state goes over here, and a lie in the answer costs a look at the printer."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def request(uri: str, operation: int, wanted: tuple[str, ...], *, which: str = "", by_job: bool = False) -> bytes:
    """The bytes of a question."""
    parts = [b"\x02\x00", operation.to_bytes(2, "big"), b"\x00\x00\x00\x01", b"\x01"]
    parts += [_attribute(_CHARSET, "attributes-charset", "utf-8"), _attribute(_LANGUAGE, "attributes-natural-language", "en"),
              _attribute(_URI, "job-uri" if by_job else "printer-uri", uri), _attribute(_NAME, "requesting-user-name", _user())]
    if which:
        parts.append(_attribute(_KEYWORD, "which-jobs", which))
    for number, name in enumerate(wanted):
        parts.append(_attribute(_KEYWORD, "" if number else "requested-attributes", name))
    return b"".join([*parts, bytes([_END])])


def _user() -> str:
    import getpass

    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "anonymous"


def _attribute(tag: int, name: str, value: str) -> bytes:
    coded = value.encode()
    return bytes([tag]) + len(name).to_bytes(2, "big") + name.encode() + len(coded).to_bytes(2, "big") + coded


def replies(content: bytes) -> list[Attributes]:
    """The groups of an answer that are about a printer or a job (one empty one when there is none). Raises IppFault for a refusal and
    for bytes that are no IPP."""
    if len(content) < 8:
        raise IppFault("too short")
    status = int.from_bytes(content[2:4], "big")
    if status >= 0x0100:
        raise IppFault(f"status {status:#06x}")
    groups: list[Attributes] = []
    current: Attributes | None = None
    last, depth = "", 0
    for tag, name, value in _items(content):
        if tag <= 0x0F:
            current = {} if tag in (_JOB_GROUP, 0x04) else None
            if current is not None:
                groups.append(current)
            continue
        depth += (tag == _COLLECTION) - (tag == _END_COLLECTION)
        if depth or tag in (_COLLECTION, _END_COLLECTION):
            last = name or last if depth <= 1 else last
            continue
        last = name or last
        if current is not None:
            current.setdefault(last, []).append(_value(tag, value))
    return groups or [{}]


def _items(content: bytes) -> Iterator[tuple[int, str, bytes]]:
    at = 8
    while at < len(content):
        tag = content[at]
        at += 1
        if tag == _END:
            return
        if tag <= 0x0F:
            yield tag, "", b""
            continue
        fields = []
        for _ in range(2):
            size = int.from_bytes(content[at : at + 2], "big")
            at += 2
            if at + size > len(content) or size >= 0x8000:
                raise IppFault("cut off")
            fields.append(content[at : at + size])
            at += size
        yield tag, fields[0].decode("utf-8", "replace"), fields[1]
    raise IppFault("no end")


def _value(tag: int, value: bytes) -> Any:
    if tag in (_INTEGER, _ENUM):
        return int.from_bytes(value, "big", signed=True)
    if tag == _BOOLEAN:
        return value != b"\x00"
    if tag in (0x35, 0x36) and len(value) > 2:  # text or name with its language
        size = int.from_bytes(value[:2], "big")
        return value[size + 4 :].decode("utf-8", "replace")
    return value.decode("utf-8", "replace") if tag != _RANGE else value
