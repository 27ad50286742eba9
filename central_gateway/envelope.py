"""What surrounds every request and reply on the wire: digests, compression, sizes, the echoed request id, epoch and date.

An ASGI layer below the routes: they see plain bytes and return plain bytes.
"""

from __future__ import annotations

import logging
import time
import zlib
from email.utils import formatdate
from typing import Any

import zstandard
from fastapi import Response
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from central_gateway import problems
from central_gateway.errors import Refused
from central_gateway.services import versions
from central_gateway.settings import Settings
from onestop.wire import H_DIGEST, H_EPOCH, H_PROTO, H_REQUEST_ID, MEDIA_TYPE, PROTO, content_digest
from onestop.wire_blobs import OCTETS

log = logging.getLogger("central_gateway.access")

_WITH_BODY = {"POST", "PUT", "PATCH"}


class Envelope:
    """See the module. Reads the whole body (it is small by rule) before a route runs, buffers the whole reply."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app = app
        self.settings = settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = time.perf_counter()
        headers = Headers(scope=scope)
        reply = _Buffer()
        version = None
        try:
            body = await self._body(scope["method"], scope["path"], headers, receive)
            version = versions.check(scope["path"], headers.get(H_PROTO), self.settings.oldest_proto)
            scope = {**scope, "headers": [(k, v) for k, v in scope["headers"] if k != b"content-encoding"]}
            await self.app(scope, _replay(body), reply)
        except Refused as error:
            reply.take(problems.reply(error.status, error.code, error.message, headers=error.headers))
        except _Disconnected:
            return
        except Exception as error:  # the last wall: a fault of ours never reaches the wire as text
            reply.take(problems.internal_error(error))
        self._finish(scope, headers, reply)
        reply.headers.update(versions.notices(version) if version else {})
        log.info("%s %s %s %.0f ms", scope["method"], scope["path"], reply.status, (time.perf_counter() - started) * 1000)
        await reply.send_to(send)

    async def _body(self, method: str, path: str, headers: Headers, receive: Receive) -> bytes:
        part = method == "PATCH" and path.startswith("/v1/blobs/")  # bytes of an attachment, the one body that is no JSON
        most = self.settings.max_wire_bytes
        raw = bytearray()
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise _Disconnected
            raw += message.get("body", b"")
            if len(raw) > most:
                raise _too_large()
            if not message.get("more_body"):
                break
        digest = headers.get(H_DIGEST)
        if part and (digest is None or "sha-256=" not in digest):
            raise Refused(400, "digest-missing", "Phần tệp gửi lên thiếu mã kiểm tra.")
        if digest is not None and "sha-256=" in digest and content_digest(bytes(raw)) not in map(str.strip, digest.split(",")):
            raise Refused(460 if part else 400, "digest-mismatch", "Dữ liệu bị sai lệch trên đường truyền, máy sẽ tự gửi lại.")
        if method in _WITH_BODY:
            if headers.get("content-type") != (OCTETS if part else MEDIA_TYPE):
                raise Refused(415, "media-type", "Yêu cầu không đúng kiểu dữ liệu của hệ thống trung tâm.")
            return _decompress(bytes(raw), headers.get("content-encoding", ""), self.settings.max_body_bytes)
        return b""

    def _finish(self, scope: Scope, request: Headers, reply: _Buffer) -> None:
        headers = reply.headers
        body = bytes(reply.body)
        if len(body) >= self.settings.compress_from_bytes and headers.get("content-type") != OCTETS:  # pictures do not get smaller
            coding = _choose(request.get("accept-encoding", ""))
            if coding:
                body = _compress(body, coding)
                headers["Content-Encoding"] = coding
        headers["Vary"] = "Accept-Encoding"
        if reply.status == 304:
            body = b""
            del headers["Content-Length"]
        else:
            headers["Content-Length"] = str(len(body))
        headers[H_DIGEST] = content_digest(body)
        headers["Date"] = formatdate(usegmt=True)
        headers["Cache-Control"] = "no-store"
        headers[H_PROTO] = PROTO
        gateway = getattr(scope["app"].state, "gateway", None) if "app" in scope else None
        if gateway is not None:
            headers[H_EPOCH] = str(gateway.life.epoch)
        request_id = request.get(H_REQUEST_ID, "")
        if request_id and len(request_id) <= 128 and request_id.isprintable():
            headers[H_REQUEST_ID] = request_id
        reply.body = bytearray(body)


class _Disconnected(Exception):
    """The caller went away before the request was complete: nothing was done, nobody to answer."""


class _Buffer:
    def __init__(self) -> None:
        self.status = 500
        self.raw_headers: list[tuple[bytes, bytes]] = []
        self.headers = MutableHeaders(raw=self.raw_headers)
        self.body = bytearray()

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.raw_headers[:] = list(message["headers"])
        elif message["type"] == "http.response.body":
            self.body += message.get("body", b"")

    def take(self, response: Response) -> None:
        self.status = response.status_code
        self.raw_headers[:] = list(response.raw_headers)
        self.body = bytearray(response.body)

    async def send_to(self, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status, "headers": self.raw_headers})
        await send({"type": "http.response.body", "body": bytes(self.body)})


def _replay(body: bytes) -> Any:
    sent = False

    async def receive() -> Message:
        nonlocal sent
        if sent:
            return {"type": "http.disconnect"}
        sent = True
        return {"type": "http.request", "body": body, "more_body": False}

    return receive


def _too_large() -> Refused:
    return Refused(413, "body-too-large", "Gói dữ liệu quá lớn, máy sẽ tự chia nhỏ và gửi lại.")


def _decompress(raw: bytes, coding: str, most: int) -> bytes:
    """``raw`` without its content coding, never more than ``most`` bytes however small it arrives."""
    try:
        if coding in ("", "identity"):
            body = raw
        elif coding == "gzip":
            body = zlib.decompressobj(31).decompress(raw, most + 1)
        elif coding == "zstd":
            with zstandard.ZstdDecompressor(max_window_size=8 * 1024 * 1024).stream_reader(raw) as reader:
                body = reader.read(most + 1)
        else:
            raise Refused(415, "content-encoding", "Yêu cầu dùng kiểu nén mà hệ thống trung tâm không nhận.")
    except (zlib.error, zstandard.ZstdError):
        raise Refused(400, "body-unreadable", "Không giải nén được dữ liệu gửi lên, máy sẽ tự gửi lại.") from None
    if len(body) > most:
        raise _too_large()
    return body


def _choose(accept: str) -> str:
    offered = {}
    for piece in accept.lower().split(","):
        name, _, rest = piece.strip().partition(";")
        offered[name.strip()] = rest.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return next((name for name in ("zstd", "gzip") if offered.get(name)), "")


def _compress(body: bytes, coding: str) -> bytes:
    if coding == "zstd":
        return zstandard.ZstdCompressor(level=1).compress(body)
    packer = zlib.compressobj(1, wbits=31)
    return packer.compress(body) + packer.flush()
