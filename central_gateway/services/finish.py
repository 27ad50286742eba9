"""The end of a recovery: copies are taken back, numbers begin where nothing can be on paper, then everything is as before."""

from __future__ import annotations

import logging
import threading
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

import msgspec
from sqlalchemy import Connection, and_, func, select, update

from central_gateway.line import line
from central_gateway.services import adopt, leases, life, numbers
from central_gateway.services.append import Row, append
from central_gateway.services.recovery import Began
from central_gateway.services.witness import BLOCK
from central_gateway.tables import agency, device, entity, lease, meta, number_pool, reported, salvage
from onestop.codec import decode, encode
from onestop.model import Dossier
from onestop.vntime import iso, utc_now, vn_date

if TYPE_CHECKING:
    from central_gateway.state import Gateway

log = logging.getLogger("central_gateway")

ENOUGH = 0.95
_SEEN_DAYS = 7
#: Dates for which numbers are given online: a month back and tomorrow.
_DAYS = range(-32, 2)


class Waiting(msgspec.Struct, kw_only=True):
    """A device whose word is missing."""

    device: int
    name: str
    agency: str
    last_seen: str


class Status(msgspec.Struct, kw_only=True):
    """How the recovery stands. ``expected``: devices seen in the last week before the restore or since; ``copies``: states kept for the
    end; ``missing``: who has not said that it has given everything (at most 100 are named)."""

    epoch: int
    state: str
    why: str = ""
    began_at: str = ""
    expected: int = 0
    done: int = 0
    copies: int = 0
    missing: list[Waiting] = []

    @property
    def enough(self) -> bool:
        """Whether it may end by itself."""
        return self.expected > 0 and self.done >= ENOUGH * self.expected


class Finished(msgspec.Struct, kw_only=True):
    """What the end of a recovery did."""

    epoch: int
    state: str
    taken_back: int = 0
    reviews: int = 0


def status(conn: Connection) -> Status:
    """For the administrator."""
    now = life.read(conn)
    found = Status(epoch=now.epoch, state=now.state)
    text = life.get(conn, "recovery")
    if text is None:
        return found
    began = msgspec.json.decode(text, type=Began)
    since = min(_days_before(began.newest or began.at, _SEEN_DAYS), began.at)
    told = and_(reported.c.device == device.c.id, reported.c.epoch == now.epoch, reported.c.salvaged_at.is_not(None))
    here = device.c.state == "active", device.c.last_seen >= since
    rows = conn.execute(select(device, reported.c.salvaged_at).outerjoin_from(device, reported, told).where(*here)
                        .order_by(device.c.id)).all()
    missing = [row for row in rows if row.salvaged_at is None]
    found.why, found.began_at, found.expected, found.done = began.why, began.at, len(rows), len(rows) - len(missing)
    found.copies = conn.execute(select(func.count()).select_from(salvage)).scalar_one()
    found.missing = [Waiting(device=row.id, name=row.name, agency=row.agency, last_seen=row.last_seen) for row in missing[:100]]
    return found


def _days_before(moment: str, days: int) -> str:
    return iso(datetime.fromisoformat(moment) - timedelta(days=days))


def finish(gateway: Gateway) -> Finished:
    """Take back every copy, move all numbers beyond what can be on paper, and go back to ``normal``. Can be stopped at any moment
    and done again."""
    database = gateway.database
    done = Finished(epoch=0, state="")
    while True:
        taken = take_back(gateway)
        done.taken_back, done.reviews = done.taken_back + taken.taken, done.reviews + taken.reviews
        database.retrying(lambda conn: _beyond(conn, gateway))
        while database.retrying(_assign_codes):
            pass
        if database.retrying(_close):
            break
    now = gateway.life.now(fresh=True)
    done.epoch, done.state = now.epoch, now.state
    log.warning("recovery ended: epoch %d, %d states taken back, %d to be looked at", done.epoch, done.taken_back, done.reviews)
    return done


def take_back(gateway: Gateway) -> adopt.Adopted:
    """Every copy that is kept, page by page."""
    total = adopt.Adopted()
    with gateway.database.read() as conn:
        key = gateway.catalogue.mark_key(conn)
    while (done := gateway.database.retrying(lambda conn: adopt.page(conn, key))) is not None:
        total.taken, total.reviews = total.taken + done.taken, total.reviews + done.reviews
    return total


def _close(conn: Connection) -> bool:
    """Back to ``normal``, unless more copies came meanwhile."""
    conn.execute(select(meta.c.value).where(meta.c.key == "state").with_for_update()).all()
    if life.read(conn).state == life.RECOVERING and conn.execute(select(salvage.c.id).limit(1)).first() is not None:
        return False
    life.put(conn, "state", life.NORMAL)
    return True


def _beyond(conn: Connection, gateway: Gateway) -> None:
    """Lanes and online numbers begin beyond everything that may have been given by the lost database."""
    if life.read(conn).state != life.RECOVERING:
        return
    today = vn_date(utc_now())
    until = (today + timedelta(days=gateway.settings.lease_days)).isoformat()
    units = {name: 0 for name in conn.scalars(select(agency.c.id).order_by(agency.c.id))}
    fleet = conn.execute(select(device.c.agency, func.count()).group_by(device.c.agency)).all()
    units.update({name: count for name, count in fleet if name in units})
    codes = _highest_codes(conn, today)
    for unit, devices in units.items():
        if devices:
            _lanes(conn, gateway, unit, until)
            _numbers(conn, gateway, unit, devices, today, codes)


def _lanes(conn: Connection, gateway: Gateway, unit: str, until: str) -> None:
    epoch = life.read(conn).epoch
    rows = conn.execute(select(lease.c.device, lease.c.lane).where(lease.c.agency == unit)).all()
    told = set(conn.scalars(select(reported.c.device).where(reported.c.epoch == epoch, reported.c.lanes_at.is_not(None))))
    silent = [n for n in conn.scalars(select(device.c.id).where(device.c.agency == unit, device.c.state == "active")) if n not in told]
    usual = 0 if gateway.witness.there else 2  # every counter holds two; so may one that was enrolled after the backup
    left_out = usual + sum(max(1, usual - sum(row.device == number for row in rows)) for number in silent)
    top = max([gateway.witness.lane(unit), *(row.lane for row in rows)], default=-1)
    leases.set_floor(conn, unit, top + 1 + left_out, until)


def _numbers(conn: Connection, gateway: Gateway, unit: str, devices: int, today: date, codes: dict[tuple[str, str], int]) -> None:
    """Every counter may hold one number nobody else knows of. The witness knows how far we were; else we leave out more than that."""
    margin = 0 if gateway.witness.there else max(BLOCK, 2 * devices)
    pools = dict(conn.execute(select(number_pool.c.date, number_pool.c.last).where(number_pool.c.agency == unit)).all())
    for day in [(today + timedelta(days=n)).isoformat() for n in _DAYS]:
        last = max(pools.get(day, 0), gateway.witness.number(unit, day), codes.get((unit, day), 0)) + margin
        last = min(last, numbers.LAST_ONLINE)
        if last > pools.get(day, 0):
            numbers.skip_to(conn, unit, day, last)


def _highest_codes(conn: Connection, today: date) -> dict[tuple[str, str], int]:
    """(agency, day) → the highest online number on a dossier."""
    days = {f"{today + timedelta(days=n):%y%m%d}": (today + timedelta(days=n)).isoformat() for n in _DAYS}
    six = func.substr(entity.c.code, func.length(entity.c.part) + 2, 6)
    found: dict[tuple[str, str], int] = {}
    for row in conn.execute(select(entity.c.part, entity.c.code).where(entity.c.code.is_not(None), six.in_(days))):
        middle, _, number = row.code[len(row.part) + 1:].partition("-")
        if middle in days and number.isdigit() and int(number) <= numbers.LAST_ONLINE:
            here = row.part, days[middle]
            found[here] = max(found.get(here, 0), int(number))
    return found


def _assign_codes(conn: Connection) -> int:
    """Dossiers that came with a provisional code during the recovery, and for which nobody remembered an official one."""
    if life.read(conn).state != life.RECOVERING:
        return 0
    epoch, now = life.read(conn).epoch, iso(utc_now())
    rows = conn.execute(select(entity).where(entity.c.kind == "dossier", entity.c.code.is_(None)).order_by(entity.c.id)).all()
    by_part: dict[str, list[Row]] = {}
    for row in rows:
        state = decode(Dossier, row.data)
        if not state.provisional_code or sum(map(len, by_part.values())) >= 200:
            continue
        locked = conn.execute(select(entity.c.version).where(entity.c.id == row.id).with_for_update()).scalar()
        code = numbers.assign_now(conn, row.part, f"salvage-{epoch}-{row.id}", row.id, vn_date(state.received_at), 0)
        if code is None or locked != row.version:
            continue
        text = encode(replace(state, code=code, version=row.version + 1)).decode()
        conn.execute(update(entity).where(entity.c.id == row.id).values(code=code, version=row.version + 1, data=text))
        op_id = f"salvage-{epoch}-{row.id}"[:64]
        by_part.setdefault(row.part, []).append(Row(op_id, "dossier", row.id, row.version + 1, text, row.version))
    for part in sorted(by_part):
        with line(conn) as send:
            append(send, part, by_part[part], now)
    return sum(map(len, by_part.values()))


class Finisher:
    """Ends the recovery by itself when nearly everybody has given what it holds; one at a time in a process, several processes do
    no harm."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def consider(self, gateway: Gateway, wait: float = 5.0) -> None:
        """A device has told all. A short ending is waited for."""
        with gateway.database.read() as conn:
            now = status(conn)
        if now.state != life.RECOVERING or not now.enough:
            return
        with self._lock:
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=_safely, args=(gateway,), name="recovery-finish", daemon=True)
                self._thread.start()
            thread = self._thread
        thread.join(wait)

    def close(self) -> None:
        """Wait for what runs."""
        if self._thread is not None:
            self._thread.join(30)


def _safely(gateway: Gateway) -> None:
    try:
        finish(gateway)
    except Exception as error:  # the next report, or the administrator, tries again
        log.error("recovery not ended: %s", type(error).__name__)
