"""Devices: a one-time code makes a PC a counter of an agency; its own key then buys short access tokens."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
from sqlalchemy import Connection, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError

from central_gateway import security
from central_gateway.errors import Refused
from central_gateway.services import heads, witness
from central_gateway.services.witness import WitnessDevice
from central_gateway.settings import Settings
from central_gateway.tables import agency, device, enrol_code
from onestop.errors import UserError
from onestop.vntime import iso, utc_now
from onestop.wire import AgencySettings, EnrolReply, EnrolRequest, TokenReply, TokenRequest


def new_code(conn: Connection, agency_id: str, settings: Settings) -> str:
    """A one-time enrolment code for ``agency_id``. Raises UserError ``agency-unknown``."""
    if conn.execute(select(agency.c.id).where(agency.c.id == agency_id)).first() is None:
        raise UserError("agency-unknown", "Không có đơn vị này trong danh mục. Hãy nạp danh mục hoặc kiểm tra lại mã đơn vị.")
    code = security.new_enrol_code()
    now = utc_now()
    conn.execute(insert(enrol_code).values(
        code_hash=security.enrol_hash(code), agency=agency_id, created_at=iso(now),
        expires_at=iso(now + timedelta(hours=settings.enrol_code_hours)),
    ))
    return code


def enrol(conn: Connection, request: EnrolRequest, keys: security.Keys, epoch: int) -> EnrolReply:
    """Make a device of the bearer of a fresh code. The same key with the same code again (the reply was lost) gets the same
    answer. Raises Refused 403 ``enrol-code-invalid``, 409 ``device-key-known``."""
    security.public_key(request.public_key)
    security.incarnation(request.incarnation)
    name = " ".join(request.device_name.split())[:100].replace("\0", "")
    code_hash = security.enrol_hash(request.code)
    now = iso(utc_now())
    row = conn.execute(select(enrol_code).where(enrol_code.c.code_hash == code_hash).with_for_update()).first()
    if row is None or row.expires_at < now:
        raise _bad_code()
    number = row.device
    if row.used_at is not None:
        known = conn.execute(select(device.c.public_key).where(device.c.id == number)).scalar()
        if known != request.public_key:
            raise _bad_code()
    else:
        try:
            number = conn.execute(insert(device).values(
                agency=row.agency, name=name or "quầy", public_key=request.public_key, incarnation=request.incarnation,
                enrolled_at=now, last_seen=now,
            ).returning(device.c.id)).scalar_one()
        except IntegrityError:
            raise Refused(409, "device-key-known", "Máy này đã được đăng ký với hệ thống trung tâm.") from None
        conn.execute(update(enrol_code).where(enrol_code.c.code_hash == code_hash).values(used_at=now, device=number))
        witness.of(conn).reserve_device(number, WitnessDevice(agency=row.agency, name=name or "quầy", public_key=request.public_key,
                                                              incarnation=request.incarnation, enrolled_at=now))
    heads.open_part(conn, row.agency)
    taken = conn.execute(select(device.c.name).where(device.c.id == number)).one()
    unit = conn.execute(select(agency).where(agency.c.id == row.agency)).one()
    return EnrolReply(device=number, agency=unit.id, agency_name=unit.name, gateway_key=keys.public_text, epoch=epoch,
                      settings=msgspec.json.decode(unit.settings, type=AgencySettings),
                      ticket=keys.ticket(number, unit.id, taken.name, request.public_key, epoch))


def token(conn: Connection, request: TokenRequest, keys: security.Keys, settings: Settings) -> tuple[TokenReply, int]:
    """An access token for the device that signed the assertion. A new incarnation is taken over from here on. With it the epoch in
    which a device was enrolled that this database had forgotten and that is back by its ticket: a proof that the database was
    restored after that (0: nothing of the kind)."""
    number = security.assertion_subject(request.assertion)
    row = conn.execute(select(device).where(device.c.id == number)).first() if 0 < number < 2**31 else None
    forgotten = 0
    if row is None and request.ticket:
        row, forgotten = _taken_back(conn, number, keys.read_ticket(request.ticket))
    if row is None:
        raise security.unauthorised("device-unknown", "Máy chưa được đăng ký với hệ thống trung tâm.")
    incarnation = security.check_assertion(request.assertion, security.public_key(row.public_key), settings)
    conn.execute(update(device).where(device.c.id == number).values(incarnation=incarnation, last_seen=iso(utc_now())))
    return TokenReply(access=keys.access_token(number, incarnation, settings.access_seconds),
                      expires_in=settings.access_seconds), forgotten


def _taken_back(conn: Connection, number: int, claims: dict[str, Any] | None) -> tuple[Any, int]:
    """Put a device back that a restored database forgot; devices are never removed otherwise."""
    if claims is None or claims["device"] != number:
        return None, 0
    if conn.execute(select(agency.c.id).where(agency.c.id == claims["agency"])).first() is None:
        return None, 0
    dialect = postgresql if conn.dialect.name == "postgresql" else sqlite
    conn.execute(dialect.insert(device).values(
        id=number, agency=claims["agency"], name=claims["name"], public_key=claims["key"], incarnation="", enrolled_at=iso(utc_now()),
    ).on_conflict_do_nothing())
    heads.open_part(conn, claims["agency"])
    row = conn.execute(select(device).where(device.c.id == number, device.c.public_key == claims["key"])).first()
    return row, claims["epoch"] if row is not None else 0


def _bad_code() -> Refused:
    return Refused(403, "enrol-code-invalid", "Mã đăng ký máy không đúng, đã dùng hoặc đã hết hạn. Hãy xin quản trị mã mới.")
