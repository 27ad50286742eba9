"""Who calls, and whether what they saw is our history: checked before a route does anything."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, TypeVar

import msgspec
from fastapi import Depends, Request, Response

from central_gateway import security
from central_gateway.errors import Refused
from central_gateway.services import devices, heads, identity, recovery
from central_gateway.state import Gateway
from onestop.feed import format_positions
from onestop.wire import H_DEVICE, H_DURABLE, H_EPOCH, H_HEAD, H_INCARNATION, H_POSITION, MEDIA_TYPE

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Caller:
    """An authenticated device. ``part`` is its agency."""

    gateway: Gateway
    device: int
    incarnation: str
    part: str
    state: str


def gateway_of(request: Request) -> Gateway:
    """The gateway of this process."""
    return request.app.state.gateway


def any_device(request: Request) -> Caller:
    """A device with a good token, fenced or not, whose position is part of our history. Raises Refused 401, 403, 409."""
    gateway = gateway_of(request)
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise security.unauthorised("token-missing", "Máy chưa được xác nhận với hệ thống trung tâm.")
    access = gateway.keys.read_access(token.strip())
    if request.headers.get(H_DEVICE, str(access.device)) != str(access.device):
        raise security.unauthorised("token-invalid", "Phiên này được cấp cho máy khác.")
    if request.headers.get(H_INCARNATION, access.incarnation) != access.incarnation:
        raise security.unauthorised("token-invalid", "Phiên này được cấp cho kho dữ liệu khác, máy sẽ tự xin lại.")
    try:
        with gateway.database.read() as conn:
            row = devices.standing(conn, access.device, access.incarnation)
            heads.check(conn, gateway.life, request.headers.get(H_EPOCH), request.headers.get(H_POSITION), row.part)
    except heads.Contradiction as evidence:
        recovery.meet(gateway, evidence)
    gateway.witness.checkpoint(gateway.life.epoch)
    return Caller(gateway, access.device, access.incarnation, row.part, row.state)


def active_device(request: Request) -> Caller:
    """As ``any_device``, but not fenced. Raises Refused 403 ``device-fenced``."""
    caller = any_device(request)
    if caller.state != "active":
        raise Refused(403, "device-fenced", "Máy này đã bị ngừng kết nối. Dữ liệu vẫn còn trên máy; hãy liên hệ quản trị hệ thống.")
    return caller


def address_of(request: Request) -> str:
    """Where the request comes from; behind a proxy on this machine (or in FORWARDED_ALLOW_IPS) what that says."""
    return request.client.host if request.client else ""


async def body(request: Request) -> bytes:
    """The request's body (already checked, decompressed and bounded)."""
    return await request.body()


def parse(kind: type[T], raw: bytes) -> T:
    """A body against its schema. Raises Refused 422 ``body-invalid``; the place is named, never a value."""
    try:
        return _decoder(kind).decode(raw)
    except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
        where = str(error).rpartition(" - at ")[2][:80].strip("`") if " - at " in str(error) else "JSON"
        raise Refused(422, "body-invalid", f"Nội dung gửi lên không đúng định dạng (tại {where}).") from None


_DECODERS: dict[Any, msgspec.json.Decoder] = {}


def _decoder(kind: Any) -> msgspec.json.Decoder:
    return _DECODERS.setdefault(kind, msgspec.json.Decoder(kind))


def reply(value: Any, caller: Caller | None = None, headers: dict[str, str] | None = None, *, head: str = "") -> Response:
    """``value`` on the wire; to a device with where its partition stands (``head``, when that was read just now) and what is durable."""
    headers = dict(headers or {})
    if caller is not None:
        with caller.gateway.database.read() as conn:
            headers |= {H_HEAD: head or format_positions([heads.head(conn, caller.part)]), H_DURABLE: identity.durable(conn, caller.part)}
    return Response(msgspec.json.encode(value), 200, headers, MEDIA_TYPE)


def own_part(caller: Caller, part: str) -> str:
    """``part`` when it is the caller's own. Raises Refused 403 ``wrong-partition``."""
    if part != caller.part:
        raise Refused(403, "wrong-partition", "Máy này không được đọc hoặc ghi dữ liệu của đơn vị khác.")
    return part


Device = Annotated[Caller, Depends(active_device)]
AnyDevice = Annotated[Caller, Depends(any_device)]
Body = Annotated[bytes, Depends(body)]
Address = Annotated[str, Depends(address_of)]
Ours = Annotated[Gateway, Depends(gateway_of)]
