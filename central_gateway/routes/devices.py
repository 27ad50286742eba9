"""Enrolment, tokens, hello, staff."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Header, Response

from central_gateway.routes.caller import Address, AnyDevice, Body, Device, Ours, parse, reply
from central_gateway.routes.describe import describe
from central_gateway.services import catalogue, devices, enrol, heads, identity, life, numbers, recovery, staff
from onestop.feed import format_positions
from onestop.vntime import utc_now
from onestop.wire import (
    H_UNREAD,
    EnrolReply,
    EnrolRequest,
    HelloReply,
    SignInReply,
    SignInReport,
    SignInRequest,
    TokenReply,
    TokenRequest,
)

router = APIRouter(prefix="/v1")
_SLOWED = "too-many-wrong (Retry-After says when the next try is judged)"


@router.post("/enrol", **describe("Make this PC a counter of an agency", EnrolRequest, EnrolReply, device=False, always=True,
                                 refusals={429: _SLOWED}))
def enrol_device(gateway: Ours, address: Address, body: Body) -> Response:
    """One-time code and the device's public key in, device number and settings out. Wrong codes are slowed by address."""
    request = parse(EnrolRequest, body)
    with gateway.tries.enrol(address):
        return reply(gateway.database.retrying(lambda conn: enrol.enrol(conn, request, gateway.keys, life.read(conn).epoch)))


@router.post("/token", **describe("Access token for a signed assertion", TokenRequest, TokenReply, device=False, always=True))
def token(gateway: Ours, body: Body) -> Response:
    """See ``onestop.wire.TokenRequest``."""
    request = parse(TokenRequest, body)
    given, forgotten = gateway.database.retrying(lambda conn: enrol.token(conn, request, gateway.keys, gateway.settings))
    if forgotten:
        recovery.device_came_back(gateway, forgotten)
    return reply(given)


@router.get("/hello", **describe("Where the gateway stands, who may work, which catalogue holds", None, HelloReply, always=True))
def hello(caller: AnyDevice, unread: Annotated[int, Header(alias=H_UNREAD, ge=0, le=10**9)] = 0) -> Response:
    """A fenced device may ask too: it learns that it is fenced. ``Sync-Unread``: how many items it pulled and cannot read."""
    gateway = caller.gateway

    def work(conn):
        rows = staff.listing(conn, caller.part, gateway.settings)
        settings = numbers.agency_settings(conn, caller.part)
        devices.note_unread(conn, caller.device, unread)
        dseq, last_op = devices.last_op(conn, caller.device, caller.incarnation)
        now = life.read(conn)
        return HelloReply(
            epoch=now.epoch, state=now.state, lost=now.recovering, server_time=utc_now(),
            heads=format_positions([heads.head(conn, caller.part)]),
            durable=";".join(identity.durable(conn, part) for part in devices.parts(conn, caller.device, caller.part)),
            device_state=caller.state, staff=rows, staff_etag=staff.etag(rows),
            catalogue_etag=catalogue.etag(conn), settings=settings, agency=caller.part,
            agency_name=numbers.agency_name(conn, caller.part), dseq=dseq, last_op=last_op,
        )

    return reply(gateway.database.retrying(work), caller)


@router.post("/staff/sign-in", **describe("A staff member signs in at this desk", SignInRequest, SignInReply,
                                         refusals={429: _SLOWED}))
def sign_in(caller: Device, address: Address, body: Body) -> Response:
    """Wrong passwords count towards the lock-out, and are slowed by device and address."""
    gateway = caller.gateway
    request = parse(SignInRequest, body)
    with gateway.tries.sign_in(caller.device, address):
        return reply(staff.sign_in(gateway.database, caller.part, request, gateway.passwords, gateway.settings), caller)


@router.post("/staff/reports", **describe("Sign-ins the counter judged while offline", list[SignInReport], list[str]))
def sign_in_reports(caller: Device, body: Body) -> Response:
    """Answers an empty list once they are counted."""
    reports = parse(list[SignInReport], body)
    gateway = caller.gateway
    gateway.database.retrying(lambda conn: staff.report(conn, caller.part, caller.device, reports, gateway.settings))
    return reply([], caller)
