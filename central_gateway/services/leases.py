"""Standing lanes: ranges of the daily number that one device may use on every date of the lease, without asking.

Lanes are 200 wide from 2000 up (40 of them below 10000). Uniqueness is a row per (agency, lane) for ever: a lane goes to
another device only for dates after the last one it was ever leased for.
"""

from __future__ import annotations

import hashlib
from datetime import date, timedelta
from typing import Any

import msgspec
from sqlalchemy import Connection, insert, select, update
from sqlalchemy.exc import IntegrityError

from central_gateway.db import TryAgain
from central_gateway.errors import Refused
from central_gateway.security import Keys
from central_gateway.services import life, salvage, witness
from central_gateway.services.numbers import agency_settings
from central_gateway.settings import Settings
from central_gateway.tables import agency, answered, lease
from onestop.ids import uuid7_hex
from onestop.vntime import utc_now, vn_date
from onestop.wire import Lease, LeaseReply, LeaseRequest

WIDTH = 200
FIRST = 2000
LANES = (10000 - FIRST) // WIDTH
#: Standing lanes of a device. One more is for today only.
MOST = 4


def grant(
    conn: Connection, agency_id: str, device: int, incarnation: str, request: LeaseRequest, keys: Keys, settings: Settings,
    epoch: int,
) -> LeaseReply | None:
    """Renew the lanes this database file of the device holds, and add new ones up to ``request.count``; one for today where
    ``request.extra`` asks for it (at most ``MOST`` + 1 at once). Idempotent by ``request.op``. An agency that numbers provisionally gets
    none. During a recovery the lanes the counter shows are written down and nothing is given: None. Raises Refused 409
    ``lanes-exhausted``, 422 ``op-reused``."""
    digest = hashlib.sha256(msgspec.json.encode(request)).hexdigest()
    conn.execute(select(agency.c.id).where(agency.c.id == agency_id).with_for_update())  # one allocation at a time
    known = conn.execute(select(answered).where(answered.c.op == request.op)).first()
    if known is not None:
        if (known.device, known.request_hash) != (device, digest):
            raise Refused(422, "op-reused", "Yêu cầu cấp dải số này đã dùng với nội dung khác.")
        return msgspec.json.decode(known.reply, type=LeaseReply)
    now = life.read(conn)
    if now.recovering:
        _held(conn, agency_id, device, incarnation, request, keys)
        salvage.report(conn, now.epoch, device, "lanes_at")
        return None
    rows: list[Any] = []
    if agency_settings(conn, agency_id).numbering == "lane":
        today = vn_date(utc_now())
        until = today + timedelta(days=settings.lease_days)
        held = _held(conn, agency_id, device, incarnation, request, keys)
        _renew(conn, device, incarnation, held, until)
        mine = lease.c.device == device, lease.c.incarnation == incarnation, lease.c.agency == agency_id
        mine = *mine, lease.c.valid_to >= today.isoformat()
        held_now = select(lease).where(*mine).order_by(lease.c.lane)
        while len(rows := conn.execute(held_now).all()) < min(request.count, MOST + 1):
            if not _allocate(conn, agency_id, device, incarnation, today, today if len(rows) == MOST else until):
                break
        if request.extra and len(rows) <= MOST and _allocate(conn, agency_id, device, incarnation, today, today):
            rows = conn.execute(held_now).all()
        if not rows and request.count > 0:
            raise Refused(409, "lanes-exhausted", "Đơn vị đã hết dải số để cấp cho máy. Hãy báo quản trị hệ thống.")
    reply = LeaseReply(leases=[_signed(row, keys, epoch) for row in rows])
    conn.execute(insert(answered).values(op=request.op, device=device, request_hash=digest, reply=msgspec.json.encode(reply).decode()))
    return reply


def _held(
    conn: Connection, agency_id: str, device: int, incarnation: str, request: LeaseRequest, keys: Keys,
) -> set[str]:
    """Lease ids the counter proves to hold. One this database does not know (it was restored) is put back: it was signed,
    so numbers of it may be on paper."""
    found = set()
    for token in request.held[:16]:
        claims = keys.read_lease(token)
        if claims is None or claims["device"] != device or claims["agency"] != agency_id:
            continue
        found.add(claims["lease"])
        facts = {"id": claims["lease"], "valid_from": claims["valid_from"], "valid_to": claims["valid_to"], "device": device}
        row = conn.execute(select(lease).where(lease.c.agency == agency_id, lease.c.lane == claims["lane"])).first()
        if row is None:
            conn.execute(insert(lease).values(**facts, agency=agency_id, lane=claims["lane"], first=claims["first"],
                                              last=claims["last"], incarnation=incarnation))
        elif row.id == claims["lease"]:
            conn.execute(update(lease).where(lease.c.id == row.id, lease.c.valid_to < claims["valid_to"])
                         .values(valid_to=claims["valid_to"]))
        elif row.valid_from < claims["valid_from"]:  # leased again after the backup was taken: who got it last has it
            conn.execute(update(lease).where(lease.c.id == row.id).values(**facts, incarnation=incarnation))
    return found


def _renew(conn: Connection, device: int, incarnation: str, held: set[str], until: date) -> None:
    """A lane stays with the database file that counts it. A new incarnation (the file was lost or rolled back) gets its old
    lanes only where it presents their leases, else fresh ones: nobody knows which numbers the lost file had used."""
    ours = (lease.c.device == device) & ((lease.c.incarnation == incarnation) | lease.c.id.in_(held))
    conn.execute(update(lease).where(ours).values(incarnation=incarnation))
    standing = lease.c.valid_from != lease.c.valid_to  # the others are for one day
    conn.execute(update(lease).where(ours, standing, lease.c.valid_to < until.isoformat()).values(valid_to=until.isoformat()))


def _allocate(conn: Connection, agency_id: str, device: int, incarnation: str, today: date, until: date) -> bool:
    """One more lane: a number never used before, else one whose dates are over. False when there is none. Below what the witness
    and the last recovery know to be given, a lane the database does not know is on somebody's paper."""
    used = conn.execute(select(lease).where(lease.c.agency == agency_id).order_by(lease.c.lane)).all()
    lanes = {row.lane for row in used}
    facts = {"id": uuid7_hex(), "device": device, "incarnation": incarnation, "valid_to": until.isoformat()}
    floor, floor_until = _floor(conn, agency_id)
    held = floor_until >= today.isoformat()
    from_here = max(witness.of(conn).lane(agency_id) + 1, floor if held else 0)
    fresh = next((n for n in range(from_here, LANES) if n not in lanes), None)
    over = next((row.lane for row in used if row.valid_to < today.isoformat()), None)
    left_out = None if held or not floor_until else next((n for n in range(min(floor, LANES)) if n not in lanes), None)
    order = (over, fresh, left_out) if until == today else (fresh, over, left_out)
    lane = next((n for n in order if n is not None), None)
    if lane is None:
        return False
    witness.of(conn).reserve_lane(agency_id, lane)
    if lane in lanes:
        here = lease.c.agency == agency_id, lease.c.lane == lane
        conn.execute(update(lease).where(*here).values(**facts, valid_from=today.isoformat()))
        return True
    first = FIRST + lane * WIDTH
    try:
        conn.execute(insert(lease).values(
            **facts, agency=agency_id, lane=lane, first=first, last=first + WIDTH - 1, valid_from=today.isoformat()))
    except IntegrityError:
        raise TryAgain from None  # the constraint said no: somebody else has it
    return True


def set_floor(conn: Connection, agency_id: str, lane: int, until: str) -> None:
    """Until that day new lanes of ``agency_id`` begin at ``lane``."""
    life.put(conn, f"lanes:{agency_id}", f"{lane} {until}")


def _floor(conn: Connection, agency_id: str) -> tuple[int, str]:
    lane, _, until = (life.get(conn, f"lanes:{agency_id}") or "0 ").partition(" ")
    return int(lane), until


def _signed(row: Any, keys: Keys, epoch: int) -> Lease:
    facts = {
        "lease": row.id, "agency": row.agency, "lane": row.lane, "first": row.first, "last": row.last,
        "valid_from": date.fromisoformat(row.valid_from), "valid_to": date.fromisoformat(row.valid_to),
    }
    token = keys.lease_token({**facts, "device": row.device, "inc": row.incarnation, "epoch": epoch})
    return Lease(**facts, token=token)
