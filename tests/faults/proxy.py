"""A proxy on the loopback that does to HTTP what bad lines, portals and broken boxes do: rules by method, path and turn."""

from __future__ import annotations

import contextlib
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import msgspec
import zstandard

from onestop.wire import content_digest

Fault = Callable[["Exchange"], None]


@dataclass
class Exchange:
    """One request on its way. A fault forwards it or not, answers or not."""

    proxy: FaultProxy
    connection: socket.socket
    method: str
    path: str
    request: bytes

    def forward(self, request: bytes | None = None) -> bytes:
        """The gateway's whole reply; empty when the gateway is not there."""
        return self.proxy.ask(request or self.request)

    def send(self, data: bytes) -> None:
        with contextlib.suppress(OSError):
            self.connection.sendall(data)

    def close(self) -> None:
        """End the connection in the ordinary way (the library's next request opens another)."""
        with contextlib.suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)
        self.connection.close()

    def reset(self) -> None:
        """End it by RST."""
        with contextlib.suppress(OSError):
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()


@dataclass
class Rule:
    """Apply ``fault`` to matching requests number ``nth`` to ``nth + times - 1``."""

    method: str
    path: str
    fault: Fault
    nth: int = 1
    times: int = 1
    met: int = 0
    hits: int = 0

    def wants(self, method: str, path: str) -> bool:
        if self.method not in ("*", method) or not path.startswith(self.path):
            return False
        self.met += 1
        if self.nth <= self.met < self.nth + self.times:
            self.hits += 1
            return True
        return False


@dataclass
class FaultProxy:
    """``url`` stands for ``upstream`` (port of the gateway on the loopback). Without rules everything passes.

    ``bits``: speed of the line in bit/s, both ways together; None: as fast as it goes. ``context``: speak TLS with the caller.
    ``greeting``: bytes a caller gets at once instead of a conversation. ``early`` is told the head of each request before its body
    is read.
    """

    upstream: int
    context: ssl.SSLContext | None = None
    greeting: bytes = b""
    bits: float | None = None
    rules: list[Rule] = field(default_factory=list)
    log: list[tuple[str, str]] = field(default_factory=list)
    requests: list[bytes] = field(default_factory=list)
    replies: list[bytes] = field(default_factory=list)
    sent: int = 0
    received: int = 0
    ended: threading.Event = field(default_factory=threading.Event)
    early: Callable[[bytes], None] | None = None

    def __post_init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self._socket.getsockname()[1]
        self.url = f"http{'s' if self.context else ''}://127.0.0.1:{self.port}"
        self._lock = threading.Lock()
        self._line = threading.Lock()
        self._open: set[socket.socket] = set()
        threading.Thread(target=self._accept, name="fault-proxy", daemon=True).start()

    def rule(self, method: str, path: str, fault: Fault, *, nth: int = 1, times: int = 1) -> Rule:
        made = Rule(method, path, fault, nth, times)
        self.rules.append(made)
        return made

    def heal(self) -> None:
        """No more faults; whatever hangs is let go."""
        self.rules.clear()
        self.bits = None
        self.cut()

    def cut(self) -> None:
        """Every open connection dies at once."""
        self.ended.set()
        with self._lock:
            for connection in list(self._open):
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
        self.ended = threading.Event()

    def close(self) -> None:
        self.heal()
        self._socket.close()

    def count(self, method: str, path: str) -> int:
        """How many such requests came so far."""
        return sum(m == method and p.startswith(path) for m, p in self.log)

    def ask(self, request: bytes) -> bytes:
        """Send ``request`` to the gateway on a connection of its own; the whole reply, empty without one."""
        try:
            with socket.create_connection(("127.0.0.1", self.upstream), timeout=30) as line:
                line.sendall(request)
                return _message(_Reader(line)) or b""
        except OSError:
            return b""

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._socket.accept()
                threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        try:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self.greeting:
                connection.sendall(self.greeting)
                connection.recv(65536)
                return
            if self.context is not None:
                connection = self.context.wrap_socket(connection, server_side=True)
            with self._lock:
                self._open.add(connection)
            reader = _Reader(connection)
            while request := _message(reader, self.early):
                self._slow(len(request))
                self.received += len(request)
                method, path, _ = request.split(b" ", 2)
                with self._lock:
                    self.log.append((method.decode(), path.decode()))
                    self.requests.append(request)
                    fault = next((rule.fault for rule in self.rules if rule.wants(method.decode(), path.decode())), pass_on)
                fault(Exchange(self, connection, method.decode(), path.decode(), request))
                if connection.fileno() < 0:
                    return
        except (OSError, ValueError):
            pass
        finally:
            with self._lock:
                self._open.discard(connection)
            connection.close()

    def _slow(self, size: int) -> None:
        """The line carries one thing at a time."""
        if self.bits:
            with self._line:
                self.ended.wait(size * 8 / self.bits)


class _Reader:
    """Bytes of a connection, as asked for."""

    def __init__(self, line: socket.socket) -> None:
        self.line, self.kept = line, b""

    def until(self, mark: bytes) -> bytes:
        while mark not in self.kept:
            more = self.line.recv(65536)
            if not more:
                return b""
            self.kept += more
        head, _, self.kept = self.kept.partition(mark)
        return head + mark

    def exactly(self, size: int) -> bytes:
        while len(self.kept) < size:
            more = self.line.recv(65536)
            if not more:
                raise ConnectionError
            self.kept += more
        taken, self.kept = self.kept[:size], self.kept[size:]
        return taken


def _message(reader: _Reader, early: Callable[[bytes], None] | None = None) -> bytes:
    head = reader.until(b"\r\n\r\n")
    if head and early is not None:
        early(head)
    return head + reader.exactly(int(header(head, "Content-Length") or 0)) if head else b""


def header(message: bytes, name: str) -> str:
    """The value of a header of a raw message (empty: not there)."""
    for line in message.partition(b"\r\n\r\n")[0].decode("latin-1").split("\r\n")[1:]:
        key, _, value = line.partition(":")
        if key.lower() == name.lower():
            return value.strip()
    return ""


def with_header(message: bytes, name: str, value: str) -> bytes:
    """The message with that header replaced (or added)."""
    head, _, body = message.partition(b"\r\n\r\n")
    lines = [line for line in head.decode("latin-1").split("\r\n") if not line.lower().startswith(name.lower() + ":")]
    return "\r\n".join([*lines, f"{name}: {value}", "", ""]).encode("latin-1") + body


def body_of(message: bytes) -> bytes:
    """The body of a raw message, unpacked."""
    raw = message.partition(b"\r\n\r\n")[2]
    return zstandard.ZstdDecompressor().decompress(raw, max_output_size=1 << 26) if header(message, "Content-Encoding") == "zstd" else raw


def with_body(message: bytes, body: bytes) -> bytes:
    """The message with another body, plain, with the digest and length that belong to it: what only our own gateway could err in."""
    head = message.partition(b"\r\n\r\n")[0] + b"\r\n\r\n"
    lines = [line for line in head.decode("latin-1").split("\r\n") if line and not line.lower().startswith("content-encoding:")]
    message = ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")
    for name, value in (("Content-Length", str(len(body))), ("Content-Digest", content_digest(body))):
        message = with_header(message, name, value)
    return message + body


def pass_on(exchange: Exchange) -> None:
    reply = exchange.forward()
    if not reply:
        exchange.close()
        return
    with exchange.proxy._lock:
        exchange.proxy.replies.append(reply)
    exchange.proxy._slow(len(reply))
    exchange.proxy.sent += len(reply)
    exchange.send(reply)


def torn(cut: int) -> Fault:
    """The reply ends after ``cut`` bytes (negative: that many missing)."""

    def fault(exchange: Exchange) -> None:
        exchange.send(exchange.forward()[:cut])
        exchange.close()

    return fault


def rst_before(exchange: Exchange) -> None:
    exchange.reset()


def rst_after(exchange: Exchange) -> None:
    exchange.forward()
    exchange.reset()


def drop_reply(exchange: Exchange) -> None:
    exchange.forward()
    exchange.close()


def dup(exchange: Exchange) -> None:
    """The request reaches the gateway twice; the caller sees the second answer."""
    exchange.forward()
    pass_on(exchange)


def black_hole(exchange: Exchange) -> None:
    """The line is dead; nobody says so."""
    exchange.proxy.ended.wait(120)
    exchange.close()


def drip(exchange: Exchange) -> None:
    """The whole reply, ten bytes a second."""
    for byte in exchange.forward():
        exchange.send(bytes([byte]))
        if exchange.proxy.ended.wait(0.1):
            break
    exchange.close()


def flip_reply(place: int) -> Fault:
    """One bit of the reply's byte ``place`` (from the end when negative); its last byte where the reply is shorter."""

    def fault(exchange: Exchange) -> None:
        if reply := bytearray(exchange.forward()):
            reply[min(place, len(reply) - 1)] ^= 0x01
        exchange.send(bytes(reply))
        exchange.close()

    return fault


def flip_request(place: int) -> Fault:
    def fault(exchange: Exchange) -> None:
        request = bytearray(exchange.request)
        request[place] ^= 0x01
        exchange.send(exchange.forward(bytes(request)))
        exchange.close()

    return fault


def answer(status: str, body: bytes = b"", **headers: str) -> Fault:
    """Somebody in between answers; the gateway hears nothing."""

    def fault(exchange: Exchange) -> None:
        extra = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
        exchange.send(f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n{extra}\r\n".encode() + body)
        exchange.close()

    return fault


html200 = answer("200 OK", "<html>Xin mời đăng nhập mạng</html>".encode(), Content_Type="text/html; charset=utf-8")
redirect = answer("302 Found", Location="http://127.0.0.1:1/portal")
portal511 = answer("511 Network Authentication Required", b"<html></html>", Content_Type="text/html")


def rewrite(change: Callable[[dict], dict]) -> Fault:
    """The gateway's own reply with other contents, correctly wrapped."""

    def fault(exchange: Exchange) -> None:
        reply = exchange.forward()
        exchange.send(with_body(reply, msgspec.json.encode(change(msgspec.json.decode(body_of(reply))))))

    return fault


def later(seconds: float, fault: Fault = pass_on) -> Fault:
    """Wait, then do the other."""

    def slow(exchange: Exchange) -> None:
        time.sleep(seconds)
        fault(exchange)

    return slow
