"""Dossier numbers given online: contiguous per (agency, day), 1–1999; lanes begin at 2000."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta

import msgspec
from sqlalchemy import Connection, insert, select
from sqlalchemy.dialects import postgresql, sqlite

from central_gateway.db import TryAgain
from central_gateway.errors import Refused
from central_gateway.services import life, witness
from central_gateway.tables import agency, entity, number_issued, number_pool
from onestop.codes import format_code
from onestop.vntime import utc_now, vn_date
from onestop.wire import AgencySettings, NumberReply, NumberRequest

LAST_ONLINE = 1999
_OLDEST = timedelta(days=31)


def agency_settings(conn: Connection, agency_id: str) -> AgencySettings:
    """What the province decided for this agency."""
    text = conn.execute(select(agency.c.settings).where(agency.c.id == agency_id)).scalar_one()
    return msgspec.json.decode(text, type=AgencySettings)


def agency_name(conn: Connection, agency_id: str) -> str:
    """What the agency is called on paper."""
    return conn.execute(select(agency.c.name).where(agency.c.id == agency_id)).scalar_one()


def give(conn: Connection, agency_id: str, device: int | None, request: NumberRequest) -> NumberReply:
    """The next number of that day; the same ``op`` again gets the same number. The row of the pool stays locked to the end
    of the transaction, so a rollback returns the number. Raises Refused 409 ``numbers-exhausted``, 422 ``op-reused`` and
    ``date-not-near``, 503 ``recovering``."""
    known = conn.execute(select(number_issued).where(number_issued.c.op == request.op)).first()
    if known is not None:
        if (known.agency, known.date, known.entity) != (agency_id, request.date.isoformat(), request.entity):
            raise Refused(422, "op-reused", "Yêu cầu cấp số này đã dùng cho hồ sơ khác.")
        return NumberReply(code=known.code, number=known.n, date=request.date)
    life.require_normal(conn)
    today = vn_date(utc_now())
    if not today - _OLDEST <= request.date <= today + timedelta(days=1):
        raise Refused(422, "date-not-near", "Ngày xin cấp số quá xa hôm nay. Hãy kiểm tra đồng hồ của máy.")
    code, number = next_code(conn, agency_id, request.date)
    fresh = _dialect(conn).insert(number_issued).values(
        op=request.op, agency=agency_id, date=request.date.isoformat(), n=number, code=code, entity=request.entity, device=device,
    ).on_conflict_do_nothing(index_elements=["op"]).returning(number_issued.c.n)
    if conn.execute(fresh).scalar() is None:
        raise TryAgain  # the same request arrived twice at once: the other one holds the number
    return NumberReply(code=code, number=number, date=request.date)


def assign(conn: Connection, agency_id: str, op_id: str, entity_id: str, day: date, device: int) -> str | None:
    """An official code for a dossier received under a provisional one; None when the day's pool is used up, and during a recovery:
    the code it had before may come back with a copy, else it gets one at the end."""
    if life.read(conn).recovering:
        return None
    return assign_now(conn, agency_id, op_id, entity_id, day, device)


def assign_now(conn: Connection, agency_id: str, op_id: str, entity_id: str, day: date, device: int) -> str | None:
    """As ``assign``, whatever the state."""
    try:
        code, number = next_code(conn, agency_id, day)
    except Refused:
        return None
    conn.execute(insert(number_issued).values(
        op=f"a-{op_id}"[:64], agency=agency_id, date=day.isoformat(), n=number, code=code, entity=entity_id, device=device,
    ))
    return code


def next_code(conn: Connection, agency_id: str, day: date) -> tuple[str, int]:
    """Take the next number of the pool. A number whose code a dossier already carries (brought in from an older system) is
    passed over. Raises Refused 409 ``numbers-exhausted``."""
    digits = agency_settings(conn, agency_id).code_digits
    statement = _dialect(conn).insert(number_pool).values(agency=agency_id, date=day.isoformat(), last=1)
    statement = statement.on_conflict_do_update(
        index_elements=["agency", "date"], set_={"last": number_pool.c.last + 1}, where=number_pool.c.last < LAST_ONLINE,
    ).returning(number_pool.c.last)
    while True:
        number = conn.execute(statement).scalar()
        if number is None:
            raise Refused(409, "numbers-exhausted", "Đã hết số trực tuyến của ngày này. Máy sẽ dùng dải số được cấp sẵn.")
        code = format_code(agency_id, day, number, digits)
        if conn.execute(select(entity.c.id).where(entity.c.code == code)).first() is None:
            witness.of(conn).reserve_number(agency_id, day.isoformat(), number)
            return code, number


def skip_to(conn: Connection, agency_id: str, day: str, last: int) -> None:
    """The day's next number is above ``last``."""
    statement = _dialect(conn).insert(number_pool).values(agency=agency_id, date=day, last=last)
    conn.execute(statement.on_conflict_do_update(index_elements=["agency", "date"], set_={"last": last}, where=number_pool.c.last < last))


def lock_days(conn: Connection, agency_id: str, days: Collection[date]) -> None:
    """Lock the pools of several days in order, so that two transactions that need them cannot wait for each other in a circle."""
    if len(days) < 2:
        return
    texts = sorted(day.isoformat() for day in days)
    for text in texts:
        conn.execute(_dialect(conn).insert(number_pool).values(agency=agency_id, date=text, last=0).on_conflict_do_nothing())
    pools = select(number_pool.c.last).where(number_pool.c.agency == agency_id, number_pool.c.date.in_(texts))
    conn.execute(pools.order_by(number_pool.c.date).with_for_update()).all()


def _dialect(conn: Connection):
    return postgresql if conn.dialect.name == "postgresql" else sqlite
