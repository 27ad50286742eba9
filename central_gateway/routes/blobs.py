"""Attachments: begin, ask, send a part, read a part."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Header, Path, Query, Response

from central_gateway.routes.caller import Body, Caller, Device, parse, reply
from central_gateway.routes.describe import describe
from central_gateway.services import devices
from central_gateway.services.blobs import Sender
from onestop.wire_blobs import H_LENGTH, H_OFFSET, OCTETS, BlobReply, BlobRequest

router = APIRouter(prefix="/v1/blobs")

_Sha = Annotated[str, Path(pattern="^[0-9a-f]{64}$")]
_Bytes = Annotated[int, Header(ge=0, le=2**40)]


@router.post("", **describe("A file is to come: where to go on with it", BlobRequest, BlobReply, refusals={
    413: "attachment-too-large", 422: "body-invalid, attachment-invalid, attachments-off"}))
def begin(caller: Device, body: Body) -> Response:
    """Also the way to learn the right offset after a part whose fate is unknown."""
    request = parse(BlobRequest, body)
    gateway = caller.gateway
    return reply(gateway.blobs.begin(_sender(caller), request, gateway.database), caller)


@router.head("/{sha256}", **describe("Whether a file is here, and how much of it", None, BlobReply, refusals={404: "attachment-unknown"}))
def ask(caller: Device, sha256: _Sha) -> Response:
    """``Upload-Offset``: how many bytes; ``Upload-Complete``: whether those are all."""
    sender = _sender(caller)
    with caller.gateway.database.read() as conn:
        held = caller.gateway.blobs.held(conn, sender, sha256)
    return Response(b"", 200, {H_OFFSET: str(held.offset), "Upload-Complete": "?1" if held.complete else "?0"})


@router.patch("/{sha256}", **describe("The next part of a file", bytes, BlobReply, refusals={
    400: "digest-missing", 404: "attachment-unknown", 409: "offset-wrong",
    413: "part-too-large", 460: "digest-mismatch, attachment-digest"}))
def part(caller: Device, body: Body, sha256: _Sha, offset: Annotated[_Bytes, Header(alias=H_OFFSET)],
         length: Annotated[_Bytes, Header(alias=H_LENGTH)]) -> Response:
    """At most 1 MiB, each with its ``Content-Digest``. ``Upload-Length``: of the whole file."""
    gateway = caller.gateway
    return reply(gateway.blobs.take(_sender(caller), sha256, offset, length, body, gateway.database), caller)


@router.get("/{sha256}", **describe("Up to 1 MiB of a file of the own agency", None, bytes, refusals={404: "attachment-unknown"}))
def read(caller: Device, sha256: _Sha, offset: Annotated[int, Query(ge=0, le=2**40)] = 0) -> Response:
    """``Upload-Length``: the size of the whole."""
    with caller.gateway.database.read() as conn:
        content, size = caller.gateway.blobs.read(conn, caller.part, sha256, offset)
    return Response(content, 200, {H_OFFSET: str(offset), H_LENGTH: str(size)}, OCTETS)


def _sender(caller: Caller) -> Sender:
    with caller.gateway.database.read() as conn:
        return Sender(caller.device, tuple(devices.parts(conn, caller.device, caller.part)))
