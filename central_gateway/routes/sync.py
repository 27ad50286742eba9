"""Push, pull, snapshot, look-up, lanes, numbers, catalogue."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Header, Query, Response
from sqlalchemy import Connection

from central_gateway.errors import Refused
from central_gateway.pokes import MOST_SECONDS
from central_gateway.routes.caller import Body, Caller, Device, own_part, parse, reply
from central_gateway.routes.describe import describe
from central_gateway.services import catalogue, devices, feed, finish, leases, letters, life, lookup, numbers, origin, salvage
from central_gateway.services.push import Push
from onestop.wire import (
    H_EPOCH,
    CatalogueDocs,
    CatalogueGet,
    LeaseReply,
    LeaseRequest,
    LookupReply,
    LookupRequest,
    ManifestReply,
    NumberReply,
    NumberRequest,
    PokeReply,
    PullReply,
    PushReply,
    PushRequest,
    SalvageReply,
    SalvageRequest,
    SnapshotReply,
)

router = APIRouter(prefix="/v1")

_Text = Annotated[str, Query(max_length=200)]
_Limit = Annotated[int, Query(ge=1, le=feed.MAX_PAGE)]


@router.post("/push", **describe("Ops of one partition, oldest first; a result per op", PushRequest, PushReply, always=True, refusals={
    400: "position-missing", 403: "wrong-device, wrong-partition, origin-invalid, origin-mismatch", 413: "batch-too-large",
    422: "body-invalid, op-id-invalid, op-repeated", 503: "busy"}))
def push(caller: Device, body: Body, epoch: Annotated[str | None, Header(alias=H_EPOCH)] = None) -> Response:
    """Nothing is applied for a caller that does not say which history it saw."""
    if epoch is None:
        raise Refused(400, "position-missing", "Máy chưa cho biết vị trí đồng bộ của mình.")
    try:
        done = _accept(caller, parse(PushRequest, body))
        return reply(done, caller, head=done.pos if done.pos.startswith(f"{caller.part}=") else "")
    except Refused as error:
        reason = error.code
        if reason in letters.UNREADABLE:
            caller.gateway.database.retrying(lambda conn: letters.keep(conn, caller.device, caller.part, reason, [body]))
        raise


def _accept(caller: Caller, request: PushRequest) -> PushReply:
    gateway = caller.gateway
    if request.device != caller.device or request.inc != caller.incarnation:
        raise Refused(403, "wrong-device", "Gói dữ liệu do máy khác lập.")
    sender = None
    if request.part != caller.part or request.origin:
        with gateway.database.read() as conn:
            if not devices.may_push(conn, caller.device, caller.part, request.part):
                own_part(caller, request.part)
            sender = origin.verify(conn, request.origin, request.part) if request.origin else None
    done = Push(gateway.database, gateway.catalogue, request.part, caller.device, caller.incarnation, sender).accept(request)
    gateway.witness.saw(done.pos)
    return done


@router.get("/pull", **describe("Feed rows after a position, in commit order", None, PullReply, refusals={
    400: "cursor-malformed", 403: "wrong-partition", 410: "cursor-too-old (rows after it were dropped: push, then take a snapshot)"}))
def pull(caller: Device, part: _Text, after: _Text = "", limit: _Limit = 500) -> Response:
    """The device's own ops are never left out."""
    own_part(caller, part)
    with caller.gateway.database.read() as conn:
        page = feed.pull(conn, part, after, limit)
    return reply(page, caller)


@router.get("/snapshot", **describe("Current states page by page, to start from", None, SnapshotReply, refusals={
    400: "cursor-malformed", 403: "wrong-partition"}))
def snapshot(caller: Device, part: _Text, as_of: _Text = "", after: _Text = "", limit: _Limit = 500) -> Response:
    """Then pull from ``as_of``."""
    own_part(caller, part)
    with caller.gateway.database.read() as conn:
        page = feed.snapshot(conn, part, as_of, after, limit)
    return reply(page, caller)


@router.get("/poke", **describe("The head of a partition as soon as it is beyond a sequence number", None, PokeReply, refusals={
    403: "wrong-partition", 503: "busy"}))
async def poke(caller: Device, part: _Text, after: Annotated[int, Query(ge=0, le=2**62)] = 0,
               wait: Annotated[float, Query(ge=0, le=MOST_SECONDS, allow_inf_nan=False)] = 0) -> Response:
    """A hint: losing it costs time, never data."""
    own_part(caller, part)
    return reply(PokeReply(head=await caller.gateway.pokes.wait(part, after, wait)))


@router.post("/lookup", **describe("A dossier or slip of any agency by its printed code", LookupRequest, LookupReply))
def look_up(caller: Device, body: Body) -> Response:
    """A POST, so that no code lands in an access log."""
    request = parse(LookupRequest, body)
    with caller.gateway.database.read() as conn:
        found = lookup.find(conn, request.code, caller.part)
    return reply(found, caller)


@router.post("/leases", **describe("Standing lanes of dossier numbers", LeaseRequest, LeaseReply))
def lease(caller: Device, body: Body) -> Response:
    """Idempotent by ``op``."""
    request = parse(LeaseRequest, body)
    gateway = caller.gateway
    _check_op(request.op)
    granted = gateway.database.retrying(lambda conn: leases.grant(
        conn, caller.part, caller.device, caller.incarnation, request, gateway.keys, gateway.settings, gateway.epoch))
    if granted is None:
        raise life.recovering()
    for one in granted.leases:
        gateway.witness.granted(caller.part, one.lane)
    return reply(granted, caller)


@router.post("/numbers", **describe("The next dossier number of a day", NumberRequest, NumberReply))
def number(caller: Device, body: Body) -> Response:
    """Idempotent by ``op``."""
    request = parse(NumberRequest, body)
    _check_op(request.op)
    _check_op(request.entity)
    return reply(caller.gateway.database.retrying(lambda conn: numbers.give(conn, caller.part, caller.device, request)), caller)


@router.post("/salvage", **describe("Copies of states a restored gateway lost", SalvageRequest, SalvageReply))
def give_back(caller: Device, body: Body) -> Response:
    """Kept until the recovery ends; taken back at once when it has ended."""
    request = parse(SalvageRequest, body)
    gateway = caller.gateway
    copies = salvage.read(request.items, request.part)

    def work(conn: Connection) -> tuple[life.Now, int]:
        if not devices.may_push(conn, caller.device, caller.part, request.part):
            own_part(caller, request.part)
        now = life.read(conn)
        kept = salvage.keep(conn, now.epoch, caller.device, request.part, copies)
        if request.done:
            salvage.report(conn, now.epoch, caller.device, "salvaged_at")
        return now, kept

    now, kept = gateway.database.retrying(work)
    if not now.recovering:
        finish.take_back(gateway)
    elif request.done:
        gateway.finisher.consider(gateway)
    return reply(SalvageReply(kept=kept), caller)


@router.get("/catalogue/manifest", **describe("What documents the catalogue has", None, ManifestReply))
def manifest(caller: Device, if_none_match: Annotated[str | None, Header()] = None) -> Response:
    """304 where the counter has this manifest."""
    with caller.gateway.database.read() as conn:
        tag = f'"{catalogue.etag(conn)}"'
        if if_none_match == tag:
            return Response(status_code=304, headers={"ETag": tag})
        found = catalogue.manifest(conn)
    found.signature = caller.gateway.keys.manifest_token(found)
    return reply(found, caller, {"ETag": tag})


@router.post("/catalogue/get", **describe("Catalogue documents by digest", CatalogueGet, CatalogueDocs))
def documents(caller: Device, body: Body) -> Response:
    """At most 200 at a time."""
    request = parse(CatalogueGet, body)
    with caller.gateway.database.read() as conn:
        found = catalogue.documents(conn, request.sha256)
    return reply(found, caller)


def _check_op(text: str) -> None:
    if not (8 <= len(text) <= 60 and text.isascii() and text.replace("-", "").isalnum()):
        raise Refused(422, "op-id-invalid", "Số nhận dạng của yêu cầu không hợp lệ.")
