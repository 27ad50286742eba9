"""A restored database: how it is recognised, and the new life that begins with it.

Signs of a restore: the database server is another one or in another timeline; the witness file is ahead of the database; a device
proves that it saw more than we hold, another history, or a later epoch. Each begins a new epoch in state ``recovering``, once.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import msgspec
from sqlalchemy import Connection, func, insert, select, text, update

from central_gateway.services import heads, life
from central_gateway.tables import device, lease, meta
from onestop.vntime import iso, utc_now, vn_date

if TYPE_CHECKING:
    from central_gateway.state import Gateway

log = logging.getLogger("central_gateway")

#: Device numbers left out where no witness says how many the lost database had given.
_UNKNOWN_DEVICES = 1000


class Began(msgspec.Struct, kw_only=True):
    """The newest recovery. ``why``: ``operator``, ``server``, ``witness``, ``device``. ``newest``: when somebody was last seen by the
    database that was restored."""

    epoch: int
    why: str
    at: str
    newest: str = ""


def begin(gateway: Gateway, expected: int, why: str, at_least: int = 0) -> bool:
    """A new epoch after ``expected``, state ``recovering``. False when somebody else began it meanwhile."""
    begun = gateway.database.retrying(lambda conn: _begin(conn, gateway, expected, why, at_least))
    gateway.life.forget()
    if begun:
        gateway.witness.began(begun)
        log.warning("recovery begins: epoch %d (%s)", begun, why)
    return bool(begun)


def _begin(conn: Connection, gateway: Gateway, expected: int, why: str, at_least: int) -> int:
    witness = gateway.witness
    epoch = max(expected + 1, at_least, witness.facts.epoch + 1)
    one = update(meta).where(meta.c.key == "epoch", meta.c.value == str(expected)).values(value=str(epoch))
    if conn.execute(one).rowcount != 1:
        return 0
    now = utc_now()
    newest = conn.execute(select(func.max(device.c.last_seen))).scalar() or ""
    life.put(conn, "state", life.RECOVERING)
    life.put(conn, "recovery", msgspec.json.encode(Began(epoch=epoch, why=why, at=iso(now), newest=newest)).decode())
    if conn.info.get("server"):
        life.put(conn, "server", conn.info["server"])
    # The lost database may have renewed any lane up to today: none goes to another device before that is over.
    until = (vn_date(now) + timedelta(days=gateway.settings.lease_days)).isoformat()
    conn.execute(update(lease).where(lease.c.valid_to < until, lease.c.valid_from != lease.c.valid_to).values(valid_to=until))
    _devices(conn, gateway)
    return epoch


def _devices(conn: Connection, gateway: Gateway) -> None:
    """Devices enrolled after the backup: the witness knows them; their numbers are never given again, they are on paper."""
    known = {row.id for row in conn.execute(select(device.c.id))}
    keys = set(conn.scalars(select(device.c.public_key)))
    witnessed = {int(number): one for number, one in gateway.witness.facts.devices.items()}
    for number, one in witnessed.items():
        if number not in known and one.public_key not in keys:
            conn.execute(insert(device).values(id=number, agency=one.agency, name=one.name, public_key=one.public_key,
                                               incarnation=one.incarnation, enrolled_at=one.enrolled_at))
            heads.open_part(conn, one.agency)
    highest = max([*known, *witnessed], default=0) + (0 if gateway.witness.there else _UNKNOWN_DEVICES)
    if conn.dialect.name == "postgresql":
        conn.execute(text("SELECT setval(pg_get_serial_sequence('device', 'id'), :n)"), {"n": max(highest, 1)})
    elif not conn.execute(text("UPDATE sqlite_sequence SET seq = :n WHERE name = 'device'"), {"n": highest}).rowcount:
        conn.execute(text("INSERT INTO sqlite_sequence (name, seq) VALUES ('device', :n)"), {"n": highest})


def meet(gateway: Gateway, evidence: heads.Contradiction) -> None:
    """What an authenticated device proved. Raises Refused 409 ``history-diverged`` with the epoch and heads that hold now."""
    if evidence.restored:
        begin(gateway, evidence.ours, evidence.why, evidence.at_least)
    with gateway.database.read() as conn:
        raise heads.diverged(conn, evidence.part)


def device_came_back(gateway: Gateway, enrolled_in: int) -> None:
    """A device showed the proof of an enrolment this database does not know: it was restored after that, in this epoch or a later
    one, unless a newer epoch says so already."""
    ours = gateway.life.now(fresh=True).epoch
    if enrolled_in >= ours:
        begin(gateway, ours, "device", enrolled_in + 1)


def at_start(gateway: Gateway) -> None:
    """Before the first request is served: is this the database we knew? Raises UserError ``witness-foreign``,
    ``witness-unreadable`` where the witness cannot tell."""
    with gateway.database.read() as conn:
        now = life.read(conn)
        server, known = conn.info.get("server", ""), life.get(conn, "server")
        why = "server" if now.moved else "witness" if _behind(conn, gateway, now.epoch) else ""
    if server and known is None:
        gateway.database.retrying(lambda conn: life.put(conn, "server", server))
    if why:
        begin(gateway, now.epoch, why)
    else:
        gateway.witness.began(now.epoch)


def _behind(conn: Connection, gateway: Gateway, epoch: int) -> bool:
    """Whether the witness saw more than this database holds."""
    facts: Any = gateway.witness.facts
    if facts.epoch != epoch:
        return facts.epoch > epoch
    lanes = dict(conn.execute(select(lease.c.agency, func.max(lease.c.lane)).group_by(lease.c.agency)).all())
    if any(lane > lanes.get(agency, -1) for agency, lane in facts.granted.items()):
        return True
    return bool(heads.contradicted(conn, gateway.witness.positions()))
