"""The line between a counter and the gateway: instead of a socket, a call of the gateway's ASGI application; and all that can happen
to a request on its way."""

from __future__ import annotations

import asyncio
import io
import random
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import requests
import urllib3
from requests.adapters import HTTPAdapter

from counter_app.sync.client import GatewayClient

#: What can happen to one request.
FAULTS = ("no-way", "request-lost", "reply-lost", "twice", "later", "torn", "torn-header", "flipped", "flipped-request", "http-500",
          "http-503", "page", "stale", "killed", "gateway-restarts")
#: Answers a request: (method, target, headers, body) → (status, headers, body).
Answer = Callable[[str, str, list[tuple[str, str]], bytes], tuple[int, list[tuple[str, str]], bytes]]


class Killed(BaseException):
    """The counter's process ends here."""


class AsgiServer:
    """Answers with an ASGI application, one request after another."""

    def __init__(self, app: Any) -> None:
        self.app, self.loop = app, asyncio.new_event_loop()

    def answer(self, method: str, target: str, headers: list[tuple[str, str]], body: bytes) -> tuple[int, list[tuple[str, str]], bytes]:
        url = urlsplit(target)
        scope = {
            "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method, "path": url.path,
            "raw_path": url.path.encode(), "query_string": url.query.encode(), "root_path": "", "scheme": "http",
            "headers": [(name.lower().encode(), value.encode("latin-1")) for name, value in headers],
            "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 80), "state": {},
        }
        sent: dict[str, Any] = {"status": 0, "headers": [], "body": b""}
        incoming = [{"type": "http.request", "body": body, "more_body": False}]

        async def receive() -> dict[str, Any]:
            return incoming.pop() if incoming else {"type": "http.disconnect"}

        async def send(message: dict[str, Any]) -> None:
            if message["type"] == "http.response.start":
                sent["status"], sent["headers"] = message["status"], message["headers"]
            else:
                sent["body"] += message.get("body", b"")

        self.loop.run_until_complete(self.app(scope, receive, send))
        return sent["status"], [(k.decode("latin-1"), v.decode("latin-1")) for k, v in sent["headers"]], sent["body"]

    def close(self) -> None:
        self.loop.run_until_complete(self.loop.shutdown_default_executor())
        self.loop.close()


class Line(HTTPAdapter):
    """A transport adapter of ``requests`` for one counter. ``fault`` happens to the ``at``-th request from now, once. ``waiting``: requests
    that will arrive later."""

    def __init__(self, answer: Answer, rng: random.Random, restart: Callable[[], None]) -> None:
        super().__init__()
        self.answer, self.rng, self.restart = answer, rng, restart
        self.fault, self.at = "", 0
        self.waiting: list[tuple[str, str, list[tuple[str, str]], bytes]] = []
        self._last: tuple[int, list[tuple[str, str]], bytes] | None = None

    def plan(self, fault: str, at: int) -> None:
        self.fault, self.at = fault, at

    def mend(self) -> None:
        self.fault = ""

    def deliver_late(self) -> bool:
        """A request the network had kept arrives; nobody hears the answer."""
        if not self.waiting:
            return False
        self.answer(*self.waiting.pop(0))
        return True

    def send(self, request: requests.PreparedRequest, *args: Any, **options: Any) -> requests.Response:
        headers = [(str(k), v if isinstance(v, str) else v.decode("latin-1")) for k, v in request.headers.items()]
        body = request.body or b""
        message = request.method or "GET", request.path_url, headers, body.encode() if isinstance(body, str) else bytes(body)
        fault = self._due()
        if fault in ("no-way", "request-lost"):
            raise requests.exceptions.ConnectionError
        if fault == "later":
            self.waiting.append(message)
            raise requests.exceptions.ReadTimeout
        if fault in ("http-500", "http-503"):
            return self._reply(request, int(fault[5:]), [("Content-Type", "text/plain")], b"upstream")
        if fault == "page":
            return self._reply(request, 200, [("Content-Type", "text/html")], b"<html>Wi-Fi</html>")
        if fault == "flipped-request" and message[3]:
            message = (*message[:3], self._flip(message[3]))
        status, found, content = self.answer(*message)
        if fault == "twice":
            status, found, content = self.answer(*message)
        if fault == "killed":
            raise Killed
        if fault == "gateway-restarts":
            self.restart()
        if fault in ("reply-lost", "gateway-restarts"):
            raise requests.exceptions.ConnectionError
        if fault == "stale" and self._last is not None:
            status, found, content = self._last
        self._last = status, found, content
        if fault == "flipped" and content:
            content = self._flip(content)
        if fault == "torn" and content:
            content = content[: self.rng.randrange(len(content))]
            if self.rng.random() < 0.5:
                found = [(k, v) for k, v in found if k.lower() != "content-length"]
        if fault == "torn-header":
            found, content = found[: self.rng.randrange(len(found))], b""
        return self._reply(request, status, found, content)

    def _due(self) -> str:
        if not self.fault:
            return ""
        if self.fault == "no-way":
            return self.fault
        self.at -= 1
        if self.at >= 0:
            return ""
        fault, self.fault = self.fault, ""
        return fault

    def _flip(self, content: bytes) -> bytes:
        at = self.rng.randrange(len(content))
        return content[:at] + bytes([content[at] ^ 1 << self.rng.randrange(8)]) + content[at + 1:]

    def _reply(self, request: requests.PreparedRequest, status: int, headers: list[tuple[str, str]], body: bytes) -> requests.Response:
        raw = urllib3.HTTPResponse(body=io.BytesIO(body), headers=urllib3.HTTPHeaderDict(headers), status=status, preload_content=False,
                                   decode_content=False)
        return self.build_response(request, raw)


class SimulatedClient(GatewayClient):
    """The real client on a simulated line."""

    line: Line

    def _within(self, deadline: float, ask: Callable[[requests.Session], Any]) -> Any:
        return ask(self._session())  # nothing hangs here, and nothing may depend on how busy this machine is

    def _session(self) -> requests.Session:
        session = getattr(self._local, "session", None)
        if session is None:
            session = requests.Session()
            session.trust_env = False
            session.mount("http://", self.line)
            self._local.session = session
        return session
