"""The fleet: which agency a device serves, whether it may speak, and whether two machines speak as one."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import msgspec
from sqlalchemy import Connection, and_, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from central_gateway import security
from central_gateway.errors import Refused
from central_gateway.tables import agency, device, device_scope, forked, op, placed
from onestop.errors import UserError
from onestop.vntime import iso, utc_now, vn_date

log = logging.getLogger("central_gateway")

#: How long ops made for a former agency are taken: as long as ops are deduplicated and chain values kept.
FORMER_DAYS = 400
ACTIVE, FENCED = "active", "fenced"


class DeviceRow(msgspec.Struct, kw_only=True):
    """A device as the administrator sees it. ``former``: agencies whose ops it may still send, each with the last day.
    ``forked``: how many of its incarnations two machines used at once. ``unread``: how much of what it pulled it cannot read."""

    device: int
    agency: str
    name: str
    state: str
    enrolled_at: str
    former: dict[str, str]
    forked: int
    unread: int = 0


@dataclass(frozen=True, slots=True)
class Standing:
    """Whom a device serves and whether it may speak."""

    part: str
    state: str


def standing(conn: Connection, number: int, incarnation: str) -> Standing:
    """Raises Refused 401 ``device-unknown``, 409 ``incarnation-forked``."""
    row = conn.execute(
        select(device.c.agency, device.c.state, forked.c.at)
        .outerjoin_from(device, forked, and_(forked.c.device == device.c.id, forked.c.incarnation == incarnation))
        .where(device.c.id == number)
    ).first()
    if row is None:
        raise security.unauthorised("device-unknown", "Máy chưa được đăng ký với hệ thống trung tâm.")
    if row.at is not None:
        raise fork()
    return Standing(row.agency, row.state)


def fork() -> Refused:
    """409: two machines speak as this incarnation; each has to begin a new one and sends its ops again."""
    message = "Có hai máy dùng cùng một bản kho dữ liệu (máy bị sao chép). Máy sẽ tự tách thành kho riêng và gửi lại; không mất dữ liệu."
    return Refused(409, "incarnation-forked", message)


def mark_forked(conn: Connection, number: int, incarnation: str) -> None:
    """From now on nobody may speak as this incarnation."""
    dialect = postgresql if conn.dialect.name == "postgresql" else sqlite
    conn.execute(dialect.insert(forked).values(device=number, incarnation=incarnation, at=iso(utc_now())).on_conflict_do_nothing())


def last_op(conn: Connection, number: int, incarnation: str) -> tuple[int, str]:
    """The newest op of an incarnation that we hold: (dseq, op id); (0, "") for none."""
    row = conn.execute(
        select(op.c.dseq, op.c.op_id).where(op.c.device == number, op.c.incarnation == incarnation, placed)
        .order_by(op.c.dseq.desc()).limit(1)
    ).first()
    return (row.dseq, row.op_id) if row else (0, "")


def note_unread(conn: Connection, number: int, unread: int) -> None:
    """What a device says of itself with a hello: it cannot read so many of the items it pulled. More than before is logged: its program
    is too old for them, or something here is wrong."""
    before = conn.execute(select(device.c.unread).where(device.c.id == number)).scalar_one()
    if unread == before:
        return
    if unread > before:
        log.warning("device %d cannot read %d items it pulled", number, unread)
    conn.execute(update(device).where(device.c.id == number).values(unread=unread))


def may_push(conn: Connection, number: int, own: str, part: str) -> bool:
    """Whether a device that serves ``own`` may send ops of ``part``: its own agency, or one it was moved from not long ago."""
    return part == own or part in parts(conn, number, own)


def parts(conn: Connection, number: int, own: str) -> list[str]:
    """Its own agency, then those whose ops it may still send."""
    today = vn_date(utc_now()).isoformat()
    former = select(device_scope.c.part).where(device_scope.c.device == number, device_scope.c.until >= today).order_by(device_scope.c.part)
    return [own, *conn.scalars(former)]


def move(conn: Connection, number: int, agency_id: str) -> DeviceRow:
    """Let a device serve another agency. What it still holds for the former one is taken for ``FORMER_DAYS``. Raises UserError
    ``device-unknown``, ``agency-unknown``."""
    row = conn.execute(select(device.c.agency).where(device.c.id == number).with_for_update()).first()
    if row is None:
        raise _unknown(number)
    if conn.execute(select(agency.c.id).where(agency.c.id == agency_id)).first() is None:
        raise UserError("agency-unknown", "Không có đơn vị này trong danh mục. Hãy nạp danh mục hoặc kiểm tra lại mã đơn vị.")
    if row.agency != agency_id:
        until = (vn_date(utc_now()) + timedelta(days=FORMER_DAYS)).isoformat()
        conn.execute(delete(device_scope).where(device_scope.c.device == number, device_scope.c.part.in_((row.agency, agency_id))))
        conn.execute(device_scope.insert().values(device=number, part=row.agency, until=until))
        conn.execute(update(device).where(device.c.id == number).values(agency=agency_id))
    return listing(conn, number=number)[0]


def set_state(conn: Connection, number: int, state: str) -> DeviceRow:
    """Fence a device (lost, stolen, retired) or take it back. Raises UserError ``device-unknown``."""
    if not conn.execute(update(device).where(device.c.id == number).values(state=state)).rowcount:
        raise _unknown(number)
    return listing(conn, number=number)[0]


def listing(conn: Connection, *, number: int | None = None, agency_id: str | None = None, today: date | None = None) -> list[DeviceRow]:
    """All devices, or one, or those of an agency."""
    where: list[Any] = [] if number is None else [device.c.id == number]
    where += [] if agency_id is None else [device.c.agency == agency_id]
    day = (today or vn_date(utc_now())).isoformat()
    former: dict[int, dict[str, str]] = {}
    for row in conn.execute(select(device_scope).where(device_scope.c.until >= day)):
        former.setdefault(row.device, {})[row.part] = row.until
    forks: dict[int, int] = {}
    for row in conn.execute(select(forked.c.device)):
        forks[row.device] = forks.get(row.device, 0) + 1
    return [
        DeviceRow(device=row.id, agency=row.agency, name=row.name, state=row.state, enrolled_at=row.enrolled_at,
                  former=former.get(row.id, {}), forked=forks.get(row.id, 0), unread=row.unread)
        for row in conn.execute(select(device).where(*where).order_by(device.c.id))
    ]


def _unknown(number: int) -> UserError:
    return UserError("device-unknown", f"Không có máy số {number} trên hệ thống trung tâm.", device=number)
