"""HTTP to the gateway: the only file of the program that knows it.

A reply counts only if the status is 200, the media type is exactly ours, the request id is ours, the digest is right and the
body decodes. ``requests`` reports 200 with an empty body when a reply is cut inside its headers, so 200 alone proves nothing.
Redirects are off (a captive portal's 302 would turn a POST into a GET of its page) and the environment is ignored
(``REQUESTS_CA_BUNDLE`` would silently replace the province's certificate).
"""

from __future__ import annotations

import gzip
import io
import re
import threading
import time
import uuid
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar, cast

import msgspec
import zstandard
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from counter_app.sync.errors import Busy, HistoryDiverged, NotReached, Refused, ServerFailed
from counter_app.sync.link_state import LinkState
from onestop import wire, wire_blobs
from onestop.ids import uuid7_hex

if TYPE_CHECKING:
    import requests

    Answer = tuple[requests.Response, bytes]

T = TypeVar("T")
CONNECT_SECONDS = 4.0
MAX_REPLY = 64 * 1024 * 1024
#: What may stand behind "Bearer" in a header (RFC 6750).
_TOKEN = re.compile(r"[A-Za-z0-9._~+/-]{1,8192}=*")
_COMPRESS_FROM = 1024
#: The library's own time-outs come first where it has them: they say more.
_GRACE = 0.2
#: Refusals of the token, not of the request: a new token (made by the gateway's clock) may help. Any other 401 is an answer: a
#: wrong password sent twice would count twice. A gateway that forgot this device takes it back by the ticket shown for a token.
_ASK_AGAIN = ("token-expired", "token-invalid", "assertion-expired", "device-unknown")


@dataclass
class Identity:
    """Who this counter is on the wire. ``key_seed`` is the raw Ed25519 private key; ``device`` 0: not enrolled yet; ``ticket`` =
    ``EnrolReply.ticket``."""

    device: int
    incarnation: str
    key_seed: bytes
    ticket: str = ""

    @property
    def key(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.key_seed)


@dataclass
class GatewayClient:
    """One gateway as seen by one counter. Thread-safe: each thread has its own connection pool.

    ``positions`` and ``epoch`` are what every request proves (set by the engine before a cycle). ``on_date`` is told the
    gateway's clock with each counted reply: (server time, round trip in seconds). ``lookahead``: the next page may be fetched in a
    thread while the last one is stored (a simulation that has to repeat itself exactly turns it off).
    """

    base_url: str
    identity: Identity
    ca: Path | None = None
    epoch: int | None = None
    positions: str = ""
    on_date: Callable[[datetime, float], None] | None = None
    lookahead: bool = True
    _local: threading.local = field(default_factory=threading.local, repr=False)
    _access: tuple[str, float] = ("", 0.0)
    _skew: int = 0
    _token_lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def call(self, method: str, path: str, reply: type[T], *, body: object = None, params: dict[str, str] | None = None,
             deadline: float = 30.0, prove: bool = False, authorised: bool = True, more: dict[str, str] | None = None) -> T:
        """One request, answered by a ``reply``. ``deadline`` bounds all of it in seconds, the token it may need included (time-outs
        of the library are per socket read: a slow drip would pass them). ``prove`` sends epoch and positions. ``more``: further headers;
        with a content type of its own ``body`` goes as it is. A ``reply`` of ``bytes`` is a part of a file.

        Raises NotReached (unknown outcome), Busy, HistoryDiverged, Refused.
        """
        raw = body if isinstance(body, bytes) else wire_bytes(body) if body is not None else None
        until = time.monotonic() + deadline
        for attempt in (1, 2):
            headers = self._headers(prove) | ({"Accept": wire_blobs.OCTETS} if reply is bytes else {}) | (more or {})
            try:
                if authorised:
                    headers["Authorization"] = f"Bearer {self._token(until)}"
                content = self._exchange(method, path, raw, params, headers, _left(until))
            except Refused as refused:
                if refused.code in _ASK_AGAIN and authorised and attempt == 1:
                    self._access = ("", 0.0)
                    continue
                raise
            if reply is bytes:
                return cast("T", content)
            return _decode(content, reply)
        raise AssertionError("unreachable")

    def become(self, incarnation: str) -> None:
        """Go on as another life of this machine: with a token of its own."""
        with self._token_lock:
            self.identity = replace(self.identity, incarnation=incarnation)
            self._access = ("", 0.0)

    def close(self) -> None:
        """Close this thread's connections."""
        session = getattr(self._local, "session", None)
        if session is not None:
            session.close()
            self._local.session = None

    def _headers(self, prove: bool) -> dict[str, str]:
        headers = {wire.H_PROTO: wire.PROTO, wire.H_REQUEST_ID: uuid7_hex(), wire.H_DEVICE: str(self.identity.device),
                   wire.H_INCARNATION: self.identity.incarnation, "Accept": wire.MEDIA_TYPE, "Accept-Encoding": "zstd, gzip"}
        if prove and self.epoch is not None:
            headers[wire.H_EPOCH] = str(self.epoch)
            if self.positions:
                headers[wire.H_POSITION] = self.positions
        return headers

    def _token(self, until: float) -> str:
        """The access token, fetched by one thread for all. On a dead line the others do not wait longer than they can: a person
        signing in must not stand behind the patience of the sync."""
        if not self._token_lock.acquire(timeout=_left(until)):
            raise NotReached(LinkState.OFFLINE, "token-awaited")
        try:
            access, valid_until = self._access
            if access and time.monotonic() < valid_until:
                return access
            import jwt  # here and below: the libraries of the line are not needed before the window is there

            now = int(time.time()) + self._skew
            device = str(self.identity.device)
            assertion = jwt.encode({"iss": device, "sub": device, "aud": wire.AUD_ASSERTION, "iat": now, "exp": now + 240,
                                    "jti": uuid.uuid4().hex, "inc": self.identity.incarnation}, self.identity.key, "EdDSA")
            request = wire.TokenRequest(assertion=assertion, ticket=self.identity.ticket)
            content = self._exchange("POST", "/v1/token", wire_bytes(request), None, self._headers(False), _left(until))
            reply = _decode(content, wire.TokenReply)
            if not _TOKEN.fullmatch(reply.access):
                raise NotReached(LinkState.SERVER_TROUBLE, "reply-undecodable")
            self._access = (reply.access, time.monotonic() + reply.expires_in * 0.8)
            return reply.access
        finally:
            self._token_lock.release()

    def _session(self) -> requests.Session:
        session = getattr(self._local, "session", None)
        if session is None:
            import requests

            session = requests.Session()
            session.trust_env = False
            session.verify = str(self.ca) if self.ca else True
            self._local.session = session
        return session

    def _exchange(self, method: str, path: str, raw: bytes | None, params: dict[str, str] | None, headers: dict[str, str],
                  deadline: float) -> bytes:
        import requests
        import urllib3

        if raw is not None:
            if headers.setdefault("Content-Type", wire.MEDIA_TYPE) == wire.MEDIA_TYPE and len(raw) >= _COMPRESS_FROM:
                raw = zstandard.ZstdCompressor(level=1).compress(raw)
                headers["Content-Encoding"] = "zstd"
            headers[wire.H_DIGEST] = wire.content_digest(raw)
        started = time.monotonic()
        try:
            response, body = self._within(deadline, lambda session: _whole(session.request(
                method, self.base_url + path, data=raw, params=params, headers=headers, stream=True, allow_redirects=False,
                timeout=(min(CONNECT_SECONDS, deadline), deadline)), started + deadline))
            return self._judge(response, body, headers[wire.H_REQUEST_ID], time.monotonic() - started, headers["Accept"])
        except requests.exceptions.SSLError:
            raise NotReached(LinkState.NOT_TRUSTED, "tls") from None
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
            raise NotReached(LinkState.OFFLINE, type(error).__name__) from None

    def _within(self, deadline: float, ask: Callable[[requests.Session], Answer]) -> Answer:
        """What ``ask`` returns or raises, in ``deadline`` seconds or never: a resolver that hangs and headers that drip know no time-out
        in the library, so it works in a thread of its own, which is left alone with its connections when time is up."""
        session, late = self._session(), threading.Event()
        answer: list[Answer | BaseException] = []

        def work() -> None:
            try:
                answer.append(ask(session))
            except BaseException as error:
                answer.append(error)
            if late.is_set():
                session.close()

        thread = threading.Thread(target=work, name="request", daemon=True)
        thread.start()
        thread.join(deadline + _GRACE)
        if not answer:
            late.set()
            self._local.session = None
            raise NotReached(LinkState.OFFLINE, "deadline")
        if isinstance(answer[0], BaseException):
            raise answer[0]
        return answer[0]

    def _judge(self, response: requests.Response, raw: bytes, request_id: str, round_trip: float,
               wanted: str = wire.MEDIA_TYPE) -> bytes:
        """The body of a reply that counts. Raises for everything else."""
        status, media = response.status_code, response.headers.get("Content-Type", "")
        if media == wire.PROBLEM_TYPE and response.headers.get(wire.H_REQUEST_ID) == request_id:
            raise self._problem(status, response, _unpack(response, raw))
        if status == 413:  # a box on the way refuses the size; the gateway itself says so in a problem document
            raise Refused(413, wire.Problem(type="", title="", status=413, code="too-large", detail="Gói dữ liệu gửi lên quá lớn."))
        if status == 500:
            raise ServerFailed("http-500")
        if status in (429, 503):
            raise Busy(_retry_after(response.headers.get("Retry-After")))
        if status != 200:
            raise NotReached(LinkState.PORTAL if 300 <= status < 400 or status == 511 else LinkState.SERVER_TROUBLE, f"http-{status}")
        if media != wanted:
            html = media.startswith("text/html")
            raise NotReached(LinkState.PORTAL if html else LinkState.SERVER_TROUBLE, "foreign-reply")
        if response.headers.get(wire.H_REQUEST_ID) != request_id:
            raise NotReached(LinkState.SERVER_TROUBLE, "stale-reply")
        if response.headers.get(wire.H_DIGEST) != wire.content_digest(raw):
            raise NotReached(LinkState.OFFLINE, "torn-reply")
        self._note_date(response.headers.get("Date", ""), round_trip)
        return _unpack(response, raw)

    def _problem(self, status: int, response: requests.Response, body: bytes) -> Exception:
        try:
            problem = _decode(body, wire.Problem)
        except NotReached:
            return NotReached(LinkState.SERVER_TROUBLE, f"http-{status}")
        if status == 409 and problem.code == "history-diverged":
            return HistoryDiverged(problem)
        if status == 401 and problem.code == "assertion-expired":
            self._note_date(response.headers.get("Date", ""), 0.0)
        if status in (429, 503):
            return Busy(_retry_after(response.headers.get("Retry-After")), problem.code)
        if status == 500:
            return ServerFailed(problem.code)
        if status >= 500:
            return NotReached(LinkState.SERVER_TROUBLE, problem.code)
        return Refused(status, problem)

    def _note_date(self, text: str, round_trip: float) -> None:
        try:
            server = parsedate_to_datetime(text)
        except ValueError:
            return
        if server.tzinfo is None or not 2020 <= server.year <= 2999:  # "-0000", or a bit that fell over: no moment
            return
        self._skew = int(server.timestamp() + round_trip / 2 - time.time())
        if self.on_date is not None:
            self.on_date(server, round_trip)


def _decode(content: bytes, kind: type[T]) -> T:
    """A reply's body. Raises NotReached for what is no such document: also one that is nested without end."""
    try:
        return msgspec.json.decode(content, type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise NotReached(LinkState.SERVER_TROUBLE, "reply-undecodable") from None


def _left(until: float) -> float:
    """Seconds until then, never nothing: a time-out of 0 means something else to every library."""
    return max(until - time.monotonic(), 0.01)


def wire_bytes(body: object) -> bytes:
    """A wire Struct as JSON."""
    return msgspec.json.encode(body)


def _whole(response: requests.Response, until: float) -> tuple[requests.Response, bytes]:
    """A reply and its body; the connection is free again."""
    with response:
        return response, _read(response, until)


def _read(response: requests.Response, until: float) -> bytes:
    """The raw body (still compressed, as the digest covers it), never past the deadline or the size limit."""
    parts, size = [], 0
    while True:
        if time.monotonic() > until:
            raise NotReached(LinkState.OFFLINE, "deadline")
        chunk = response.raw.read1(65536, decode_content=False)
        if not chunk:
            break
        size += len(chunk)
        if size > MAX_REPLY:
            raise NotReached(LinkState.SERVER_TROUBLE, "reply-too-large")
        parts.append(chunk)
    body = b"".join(parts)
    length = response.headers.get("Content-Length")
    if length is not None and length.isdigit() and int(length) != len(body):
        raise NotReached(LinkState.OFFLINE, "torn-reply")
    return body


def _unpack(response: requests.Response, raw: bytes) -> bytes:
    coding = response.headers.get("Content-Encoding", "")
    try:
        if coding == "zstd":
            return zstandard.ZstdDecompressor().decompress(raw, max_output_size=MAX_REPLY)
        if coding == "gzip":
            with gzip.GzipFile(fileobj=io.BytesIO(raw)) as file:
                content = file.read(MAX_REPLY + 1)
            if len(content) > MAX_REPLY:
                raise NotReached(LinkState.SERVER_TROUBLE, "reply-too-large")
            return content
    except (zstandard.ZstdError, OSError, EOFError, zlib.error):
        raise NotReached(LinkState.OFFLINE, "torn-reply") from None
    return raw


def _retry_after(text: str | None) -> float | None:
    if not text:
        return None
    if text.isdigit():
        return float(text)
    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - time.time())
    except (ValueError, OverflowError):
        return None
