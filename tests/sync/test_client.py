"""What counts as an answer: only a whole, fresh reply of our own gateway. Everything else leaves the outbox as it is.

A real HTTP server on the loopback plays portals, proxies and torn lines.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress

import msgspec
import pytest

from counter_app.sync.client import GatewayClient, Identity
from counter_app.sync.errors import Busy, HistoryDiverged, NotReached, Refused
from counter_app.sync.link_state import LinkState
from onestop.wire import MEDIA_TYPE, PROBLEM_BASE, PROBLEM_TYPE, LookupReply, Problem, content_digest

GOOD = b'{"found":false}'


class Line:
    """A server that answers each request with the bytes ``answer`` makes of its request id."""

    def __init__(self, answer: Callable[[str], bytes]) -> None:
        self.answer = answer
        self.requests = 0
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._socket.accept()
                with connection:
                    head = b""
                    while b"\r\n\r\n" not in head:
                        more = connection.recv(65536)
                        if not more:
                            break
                        head += more
                    self.requests += 1
                    names = dict(line.split(": ", 1) for line in head.decode("latin-1").split("\r\n") if ": " in line)
                    with suppress(OSError):
                        connection.sendall(self.answer(names.get("Request-Id", "")))

    def close(self) -> None:
        self._socket.close()


def reply(body: bytes, request_id: str, *, status: str = "200 OK", media: str = MEDIA_TYPE, digest: str | None = None, extra: str = "",
          length: int | None = None) -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Type: {media}", f"Request-Id: {request_id}",
             f"Content-Digest: {digest or content_digest(body)}", f"Content-Length: {len(body) if length is None else length}",
             "Date: Mon, 23 Nov 2026 01:00:00 GMT", f"{extra}Connection: close", "", ""]
    return "\r\n".join(lines).encode() + body


def problem(code: str, status: int, request_id: str, extra: str = "") -> bytes:
    body = msgspec.json.encode(Problem(type=PROBLEM_BASE + code, title="x", status=status, detail="Câu cho cán bộ.", code=code))
    return reply(body, request_id, status=f"{status} x", media=PROBLEM_TYPE, extra=extra)


@pytest.fixture
def line() -> Iterator[Callable[[Callable[[str], bytes]], GatewayClient]]:
    made: list[Line] = []
    clients: list[GatewayClient] = []

    def make(answer: Callable[[str], bytes]) -> GatewayClient:
        made.append(Line(answer))
        clients.append(GatewayClient(made[-1].url, Identity(7, "inc-12345678", bytes(32))))
        return clients[-1]

    yield make
    for client in clients:
        client.close()
    for one in made:
        one.close()


def ask(client: GatewayClient, deadline: float = 3.0) -> LookupReply:
    return client.call("GET", "/v1/x", LookupReply, authorised=False, deadline=deadline)


def test_a_whole_fresh_reply_counts(line):
    assert ask(line(lambda rid: reply(GOOD, rid))).found is False


@pytest.mark.parametrize(("answer", "link"), [
    (lambda rid: reply(b"<html>Xin moi dang nhap mang</html>", rid, media="text/html"), LinkState.PORTAL),
    (lambda rid: reply(b"", rid, status="302 Found", extra="Location: http://127.0.0.1:1/\r\n"), LinkState.PORTAL),
    (lambda rid: reply(b"", rid, status="511 Network Authentication Required"), LinkState.PORTAL),
    (lambda rid: reply(GOOD, "another-request"), LinkState.SERVER_TROUBLE),
    (lambda rid: reply(GOOD, rid, digest=content_digest(b"other")), LinkState.OFFLINE),
    (lambda rid: reply(GOOD, rid, length=500), LinkState.OFFLINE),
    (lambda rid: reply(b"{broken", rid), LinkState.SERVER_TROUBLE),
    (lambda rid: reply(b'{"found":"maybe"}', rid), LinkState.SERVER_TROUBLE),
    (lambda rid: reply(GOOD, rid, media="application/json"), LinkState.SERVER_TROUBLE),
    (lambda rid: reply(GOOD, rid)[:60], LinkState.SERVER_TROUBLE),
    (lambda rid: b"", LinkState.OFFLINE),
    (lambda rid: b"\x16\x03\x01 not http at all", LinkState.OFFLINE),
    (lambda rid: reply(b"oops", rid, status="500 Internal Server Error", media="text/plain"), LinkState.SERVER_TROUBLE),
    (lambda rid: reply(b"\x28\xb5\x2f\xfdbroken", rid, extra="Content-Encoding: zstd\r\n"), LinkState.OFFLINE),
])
def test_anything_else_is_an_unknown_outcome(line, answer, link):
    with pytest.raises(NotReached) as caught:
        ask(line(answer))
    assert caught.value.code == "central-unreachable"
    assert caught.value.link in (link, LinkState.OFFLINE)
    assert "http" not in caught.value.message.lower()


@pytest.mark.parametrize("cut", range(0, 260, 13))
def test_a_reply_torn_at_any_byte_never_counts(line, cut):
    whole = len(reply(GOOD, "0" * 32))
    with pytest.raises(NotReached):
        ask(line(lambda rid: reply(GOOD, rid)[:min(cut, whole - 1)]))


def test_a_drip_ends_at_the_deadline():
    """Time-outs of the library are per socket read; the whole request has one of ours."""
    server = socket.create_server(("127.0.0.1", 0))
    stop = threading.Event()

    def drip() -> None:
        connection, _ = server.accept()
        connection.recv(65536)
        with suppress(OSError):
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
            while not stop.wait(0.1):
                connection.sendall(b"x")
        connection.close()

    thread = threading.Thread(target=drip, daemon=True)
    thread.start()
    client = GatewayClient(f"http://127.0.0.1:{server.getsockname()[1]}", Identity(7, "inc-12345678", bytes(32)))
    with pytest.raises(NotReached):
        ask(client, deadline=1.0)
    stop.set()
    thread.join(5)
    client.close()
    server.close()


def test_nobody_there():
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    client = GatewayClient(f"http://127.0.0.1:{port}", Identity(7, "inc-12345678", bytes(32)))
    with pytest.raises(NotReached) as caught:
        ask(client)
    assert caught.value.link is LinkState.OFFLINE
    client.close()


def test_problems_of_our_gateway_are_told_apart(line):
    with pytest.raises(Refused) as refused:
        ask(line(lambda rid: problem("device-fenced", 403, rid)))
    assert (refused.value.code, refused.value.status, refused.value.message) == ("device-fenced", 403, "Câu cho cán bộ.")
    with pytest.raises(HistoryDiverged):
        ask(line(lambda rid: problem("history-diverged", 409, rid)))
    with pytest.raises(Busy) as busy:
        ask(line(lambda rid: problem("busy", 503, rid, "Retry-After: 7\r\n")))
    assert busy.value.after == 7.0
    with pytest.raises(Busy) as dated:
        ask(line(lambda rid: problem("busy", 429, rid, "Retry-After: Mon, 23 Nov 2099 01:00:00 GMT\r\n")))
    assert dated.value.after > 1000
    with pytest.raises(NotReached):
        ask(line(lambda rid: problem("internal-error", 500, rid)))


def test_a_portal_401_is_not_a_verdict_of_ours(line):
    with pytest.raises(NotReached):
        ask(line(lambda rid: reply(b"login", rid, status="401 Unauthorized", media="text/html")))


def test_the_environment_cannot_change_whom_we_trust(line, monkeypatch):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/nowhere")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    assert ask(line(lambda rid: reply(GOOD, rid))).found is False
