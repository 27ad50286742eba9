"""Queries with varying conditions, built with SQLAlchemy Core; imported when the first list is shown."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Select, and_, false, func, select, text

from counter_app.store.lists import WAITING, as_day, day_start, late_before
from counter_app.store.rows import CLOCK_RUNS, RESTING, ListFilter
from counter_app.store.tables import dossier, slip, slip_line
from counter_app.store.words import seconds
from onestop.states import State

#: States with at most a few thousand dossiers, and the condition that leads to the index they are in; the others (final ones) hold
#: nearly everything there ever was.
_SMALL = (
    (RESTING, {State.REGISTERED, State.SUPPLEMENT, State.FINANCIAL, State.DONE}),
    (CLOCK_RUNS, {State.ACCEPTED, State.PROCESSING, State.WITHDRAWAL}),
)


def dossiers(columns: tuple[str, ...], wanted: ListFilter, limit: int, offset: int) -> Select:
    """One page of the dossiers that fit."""
    d = dossier.c
    by_due = wanted.order == "due" or wanted.overdue or wanted.due_soon
    order = (d.due_at, d.n) if by_due else (d.received_at.desc(), d.n.desc())
    return select(*(d[name] for name in columns)).where(*conditions(wanted)).order_by(*order).limit(limit).offset(offset)


def how_many(wanted: ListFilter) -> Select:
    """How many fit."""
    return select(func.count()).select_from(dossier).where(*conditions(wanted))


def slips(open_only: bool, direction: str | None, limit: int, offset: int) -> Select:
    """Handover slips, newest first."""
    s = slip.c
    lines = select(func.count()).select_from(slip_line).where(slip_line.c.slip == s.id).scalar_subquery()
    query = select(s.id, s.number, s.direction, s.from_unit, s.to_unit, s.made_at, s.status, lines, s.sync)
    if open_only:
        query = query.where(s.status == "open")
    if direction:
        query = query.where(s.direction == direction)
    return query.order_by(s.made_at.desc(), s.n.desc()).limit(limit).offset(offset)


def conditions(f: ListFilter) -> list[ColumnElement[bool]]:
    d = dossier.c
    found: list[ColumnElement[bool]] = []
    if f.statuses:
        found.append(_in_states(set(f.statuses)))
    if f.ready:
        found.append(_in_states({State.DONE}))
    if f.received_on:
        start = day_start(f.received_on)
        found.append(and_(d.received_at >= start, d.received_at < start + 86400))
    if f.received_from:
        found.append(d.received_at >= seconds(f.received_from))
    if f.received_to:
        found.append(d.received_at < seconds(f.received_to))
    if f.due_before:
        found.append(d.due_at < seconds(f.due_before))
    if f.due_after:
        found.append(d.due_at >= seconds(f.due_after))
    if f.holder is not None:
        found.append(d.holder == f.holder)
    if f.procedure_code is not None:
        found.append(d.procedure_code == f.procedure_code)
    if f.unsent:
        found.append(text(f"id IN (SELECT entity FROM outbox WHERE {WAITING})"))
    if f.needs_person:
        found.append(text("sync = 3"))
    if f.overdue or f.due_soon:
        found.append(text(CLOCK_RUNS))
        if f.now is None:
            raise ValueError("overdue and due_soon need now")
        late = late_before(f.now)
        soon = and_(d.due_at >= late, d.due_at < day_start(as_day(f.now)) + 2 * 86400) if f.due_soon else false()
        found.append((d.due_at < late) | soon if f.overdue and f.due_soon else (d.due_at < late) if f.overdue else soon)
    return found


def _in_states(wanted: set[int]) -> ColumnElement[bool]:
    """In one of these states, by the indexes of the small ones; a final one is met everywhere, newest first."""
    listed = f"status IN ({', '.join(str(int(s)) for s in sorted(wanted))})"
    if wanted <= _SMALL[0][1]:
        return text(f"{RESTING} AND {listed}")
    if wanted - _SMALL[0][1] - _SMALL[1][1]:
        return text(f"+{listed}")
    parts = [f"SELECT n FROM dossier WHERE {index} AND {listed}" for index, states in _SMALL if wanted & states]
    return text(f"n IN ({' UNION ALL '.join(parts)})")
