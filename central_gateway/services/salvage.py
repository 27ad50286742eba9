"""Copies that counters give back after a restore: kept until the recovery ends, because only then it is known which ops come again
by themselves. A copy given after that is taken back at once (``services.adopt``)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import Connection, delete, insert, select
from sqlalchemy.dialects import postgresql, sqlite

from central_gateway.errors import Refused
from central_gateway.tables import reported, salvage
from onestop.codec import decode, encode
from onestop.errors import UserError
from onestop.model import Dossier, Review, Slip
from onestop.vntime import iso, utc_now
from onestop.wire import SnapshotItem

TYPES: dict[str, type] = {"dossier": Dossier, "slip": Slip, "review": Review}
MOST_ITEMS = 1000


@dataclass(frozen=True, slots=True)
class Copy:
    """A state somebody still holds. ``marks`` says what is in it: two copies are compared by them, never by time."""

    kind: str
    id: str
    v: int
    data: str
    state: Any
    marks: frozenset[str]


def marks_of(state: Any) -> frozenset[str]:
    """The ops that made this state: its events; of a review whether it is settled."""
    if isinstance(state, Review):
        return frozenset({"opened", state.status, state.decision} - {"open", ""})
    return frozenset(event.id for event in state.events)


def read(items: Sequence[SnapshotItem], part: str) -> list[Copy]:
    """Those of ``items`` that are whole states of ``part``; others cannot be taken back. Raises Refused 413 ``too-many-copies``."""
    if len(items) > MOST_ITEMS:
        raise Refused(413, "too-many-copies", "Gói dữ liệu có quá nhiều bản sao, máy sẽ tự chia nhỏ và gửi lại.")
    return [copy for copy in (_read_one(item, part) for item in items) if copy is not None]


def _read_one(item: SnapshotItem, part: str) -> Copy | None:
    kind = TYPES.get(item.kind)
    if kind is None or not 0 < item.v < 2**31:
        return None
    try:
        state = decode(kind, bytes(item.data))
        text = encode(state).decode()
    except (UserError, msgspec.MsgspecError, UnicodeError, ValueError):
        return None
    if state.id != item.id or state.agency != part or not 0 < len(item.id) <= 64 or "\0" in text or "\\u0000" in text:
        return None
    return Copy(item.kind, item.id, item.v, text, state, marks_of(state))


def keep(conn: Connection, epoch: int, device: int, part: str, copies: Sequence[Copy]) -> int:
    """Remember ``copies``. One that contains another takes its place; where neither contains the other both stay. Returns how many
    were new."""
    kept = 0
    for copy in sorted(copies, key=lambda copy: (copy.kind, copy.id)):
        here = (salvage.c.epoch == epoch) & (salvage.c.part == part) & (salvage.c.kind == copy.kind) & (salvage.c.id == copy.id)
        rows = conn.execute(select(salvage).where(here).order_by(salvage.c.variant).with_for_update()).all()
        known = {row.variant: marks_of(decode(TYPES[row.kind], row.data)) for row in rows}
        if any(copy.marks <= marks for marks in known.values()):
            continue
        beaten = [variant for variant, marks in known.items() if marks < copy.marks]
        if beaten:
            conn.execute(delete(salvage).where(here, salvage.c.variant.in_(beaten)))
        variant = max(known, default=-1) + 1
        conn.execute(insert(salvage).values(epoch=epoch, part=part, kind=copy.kind, id=copy.id, variant=variant, v=copy.v,
                                            data=copy.data, device=device))
        kept += 1
    return kept


def report(conn: Connection, epoch: int, device: int, what: str) -> None:
    """``device`` has told all it holds of ``what``: ``salvaged_at`` or ``lanes_at``."""
    dialect = postgresql if conn.dialect.name == "postgresql" else sqlite
    row = dialect.insert(reported).values({"epoch": epoch, "device": device, what: iso(utc_now())})
    conn.execute(row.on_conflict_do_update(index_elements=["epoch", "device"], set_={what: iso(utc_now())}))
