"""Queries with varying conditions, built with SQLAlchemy Core; imported when the first list is shown."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Select, and_, false, func, select, text

from counter_app.store.lists import WAITING, as_day, day_start, late_before
from counter_app.store.rows import CLOCK_RUNS, ListFilter
from counter_app.store.tables import dossier, slip, slip_line
from counter_app.store.words import seconds
from onestop.states import State

#: States with at most a few thousand dossiers; the others (final ones) hold nearly everything there ever was.
_SMALL = {int(s) for s in State} - {int(State.REFUSED), int(State.STOPPED), int(State.RETURNED)}


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
        # A unary plus keeps SQLite from collecting and sorting a final state's hundreds of thousands of rows by index.
        rare = set(f.statuses) <= _SMALL
        found.append(d.status.in_(f.statuses) if rare else text(f"+status IN ({', '.join(str(int(s)) for s in f.statuses)})"))
    if f.ready:
        found.append(d.status == int(State.DONE))
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
