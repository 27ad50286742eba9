"""Queries with varying conditions, put together from fixed pieces; what was asked for goes in as values.

Plain SQL: SQLAlchemy, which this package uses for its tables and upgrades, takes 20 MB and 0.2 s of a running window.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from counter_app.store.lists import WAITING, as_day, day_start, late_before
from counter_app.store.rows import CLOCK_RUNS, RESTING, ListFilter
from counter_app.store.words import seconds
from onestop.states import State

#: A statement and its values.
Query = tuple[str, list[Any]]
#: States with at most a few thousand dossiers, and the condition that leads to the index they are in; the others (final ones) hold
#: nearly everything there ever was.
_SMALL = (
    (RESTING, {State.REGISTERED, State.SUPPLEMENT, State.FINANCIAL, State.DONE}),
    (CLOCK_RUNS, {State.ACCEPTED, State.PROCESSING, State.WITHDRAWAL}),
)
_SLIPS = """SELECT id, number, direction, from_unit, to_unit, made_at, status,
    (SELECT count(*) FROM slip_line WHERE slip_line.slip = slip.id), sync FROM slip"""


def dossiers(columns: Sequence[str], wanted: ListFilter, limit: int, offset: int) -> Query:
    """One page of the dossiers that fit."""
    where, values = _where(wanted)
    by_due = wanted.order == "due" or wanted.overdue or wanted.due_soon
    order = "due_at, n" if by_due else "received_at DESC, n DESC"
    return f"SELECT {', '.join(columns)} FROM dossier{where} ORDER BY {order} LIMIT ? OFFSET ?", [*values, limit, offset]


def how_many(wanted: ListFilter) -> Query:
    """How many fit."""
    where, values = _where(wanted)
    return f"SELECT count(*) FROM dossier{where}", values


def slips(open_only: bool, direction: str | None, limit: int, offset: int) -> Query:
    """Handover slips, newest first."""
    found: list[tuple[str, list[Any]]] = []
    if open_only:
        found.append(("status = ?", ["open"]))
    if direction:
        found.append(("direction = ?", [direction]))
    where, values = _joined(found)
    return f"{_SLIPS}{where} ORDER BY made_at DESC, n DESC LIMIT ? OFFSET ?", [*values, limit, offset]


def _where(wanted: ListFilter) -> Query:
    return _joined(_conditions(wanted))


def _joined(found: list[tuple[str, list[Any]]]) -> Query:
    where = " AND ".join(f"({text})" for text, _ in found)
    return f" WHERE {where}" if where else "", [value for _, values in found for value in values]


def _conditions(f: ListFilter) -> list[tuple[str, list[Any]]]:
    found: list[tuple[str, list[Any]]] = []
    if f.statuses:
        found.append((_in_states(set(f.statuses)), []))
    if f.ready:
        found.append((_in_states({State.DONE}), []))
    if f.received_on:
        start = day_start(f.received_on)
        found.append(("received_at >= ? AND received_at < ?", [start, start + 86400]))
    for column, relation, value in (
        ("received_at", ">=", seconds(f.received_from)),
        ("received_at", "<", seconds(f.received_to)),
        ("due_at", "<", seconds(f.due_before)),
        ("due_at", ">=", seconds(f.due_after)),
        ("holder", "=", f.holder),
        ("procedure_code", "=", f.procedure_code),
    ):
        if value is not None:
            found.append((f"{column} {relation} ?", [value]))
    if f.unsent:
        found.append((f"id IN (SELECT entity FROM outbox WHERE {WAITING})", []))
    if f.needs_person:
        found.append(("sync = 3", []))
    if f.overdue or f.due_soon:
        if f.now is None:
            raise ValueError("overdue and due_soon need now")
        late, soon = late_before(f.now), day_start(as_day(f.now)) + 2 * 86400
        found.append((CLOCK_RUNS, []))
        if f.overdue and f.due_soon:
            found.append(("due_at < ? OR (due_at >= ? AND due_at < ?)", [late, late, soon]))
        elif f.overdue:
            found.append(("due_at < ?", [late]))
        else:
            found.append(("due_at >= ? AND due_at < ?", [late, soon]))
    return found


def _in_states(wanted: set[int]) -> str:
    """In one of these states, by the indexes of the small ones; a final one is met everywhere, newest first."""
    listed = f"status IN ({', '.join(str(int(s)) for s in sorted(wanted))})"
    if wanted <= _SMALL[0][1]:
        return f"{RESTING} AND {listed}"
    if wanted - _SMALL[0][1] - _SMALL[1][1]:
        return f"+{listed}"
    parts = [f"SELECT n FROM dossier WHERE {index} AND {listed}" for index, states in _SMALL if wanted & states]
    return f"n IN ({' UNION ALL '.join(parts)})"
