"""Lists and the queue strip: indexed, so that they are as fast with a million dossiers as with a hundred."""

from __future__ import annotations

from datetime import date, datetime, time

from sqlalchemy import ColumnElement, and_, false, func, select, text

from counter_app.store.rows import SYNC, ListFilter, QueueCounts, Row, SlipRow, moment
from counter_app.store.session import Session
from counter_app.store.tables import CLOCK_RUNS, UNFINISHED, dossier, slip, slip_line
from counter_app.store.words import seconds
from onestop.states import State
from onestop.vntime import VN_TZ, to_vn

#: The columns of a Row, in its order.
ROW = (
    "id",
    "code",
    "provisional_code",
    "owner_name",
    "procedure_code",
    "procedure_name",
    "status",
    "received_at",
    "due_at",
    "returned_at",
    "holder",
    "channel",
    "sync",
)
ROW_SQL = ", ".join(f"d.{name}" for name in ROW)
#: Ops without an answer, as the partial index on the outbox has it.
WAITING = f"{UNFINISHED} AND state <> 'review'"
#: States with at most a few thousand dossiers; the others (final ones) hold nearly everything there ever was.
_SMALL = {int(s) for s in State} - {int(State.REFUSED), int(State.STOPPED), int(State.RETURNED)}


def to_row(values: tuple) -> Row:
    """A Row from its columns."""
    (i, code, prov, owner, pcode, pname, status, received, due, returned, holder, channel, sync) = values
    return Row(i, code, prov, owner, pcode, pname, status, moment(received), moment(due), moment(returned), holder, channel, SYNC[sync])


def day_start(day: date) -> int:
    """Midnight of ``day`` in Viet Nam."""
    return int(datetime.combine(day, time(), VN_TZ).timestamp())


def late_before(now: datetime | date) -> int:
    """Due before this moment is late: the moment itself, or (lateness by the day) the start of the day."""
    return int(now.timestamp()) if isinstance(now, datetime) else day_start(now)


def _day(now: datetime | date) -> date:
    return to_vn(now).date() if isinstance(now, datetime) else now


class ListReads(Session):
    """Dossier lists, counts, slip lists."""

    def list_dossiers(self, wanted: ListFilter | None = None, limit: int = 200, offset: int = 0) -> list[Row]:
        """One page of the dossiers that fit."""
        wanted = wanted or ListFilter()
        d = dossier.c
        by_due = wanted.order == "due" or wanted.overdue or wanted.due_soon
        order = (d.due_at, d.n) if by_due else (d.received_at.desc(), d.n.desc())
        query = select(*(d[name] for name in ROW)).where(*_conditions(wanted)).order_by(*order).limit(limit).offset(offset)
        return [to_row(row) for row in self._core(query)]

    def count_dossiers(self, wanted: ListFilter) -> int:
        """How many fit."""
        return self._core(select(func.count()).select_from(dossier).where(*_conditions(wanted)))[0][0]

    def counts(self, now: datetime | date) -> QueueCounts:
        """The queue strip. A moment counts lateness by the minute, a day by the day."""
        start = day_start(_day(now))
        late = late_before(now)
        row = self._one(
            f"""SELECT (SELECT count(*) FROM dossier WHERE received_at >= ?1 AND received_at < ?2),
                (SELECT count(*) FROM dossier WHERE {CLOCK_RUNS} AND due_at >= ?3 AND due_at < ?4),
                (SELECT count(*) FROM dossier WHERE {CLOCK_RUNS} AND due_at < ?3),
                (SELECT count(*) FROM dossier WHERE status = 9),
                (SELECT count(DISTINCT entity) FROM outbox WHERE {WAITING} AND target = 'dossier'),
                (SELECT count(*) FROM dossier WHERE sync = 3) + (SELECT count(*) FROM slip WHERE sync = 3)""",
            start,
            start + 86400,
            late,
            start + 2 * 86400,
        )
        assert row is not None
        return QueueCounts(*row)

    def list_slips(self, *, open_only: bool = False, direction: str | None = None, limit: int = 200, offset: int = 0) -> list[SlipRow]:
        """Handover slips, newest first."""
        s = slip.c
        lines = select(func.count()).select_from(slip_line).where(slip_line.c.slip == s.id).scalar_subquery()
        query = select(s.id, s.number, s.direction, s.from_unit, s.to_unit, s.made_at, s.status, lines, s.sync)
        if open_only:
            query = query.where(s.status == "open")
        if direction:
            query = query.where(s.direction == direction)
        rows = self._core(query.order_by(s.made_at.desc(), s.n.desc()).limit(limit).offset(offset))
        return [SlipRow(i, n, d, f, t, moment(at), status, count, SYNC[sync]) for i, n, d, f, t, at, status, count, sync in rows]

    def rows(self, ids: list[str]) -> list[Row]:
        """Rows of these dossiers, in the order given; unknown ones are left out."""
        from msgspec.json import encode

        found = self._all(f"SELECT {ROW_SQL} FROM dossier d WHERE d.id IN (SELECT value FROM json_each(?))", encode(ids).decode())
        by_id = {values[0]: to_row(values) for values in found}
        return [by_id[i] for i in ids if i in by_id]


def _conditions(f: ListFilter) -> list[ColumnElement[bool]]:
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
        soon = and_(d.due_at >= late, d.due_at < day_start(_day(f.now)) + 2 * 86400) if f.due_soon else false()
        found.append((d.due_at < late) | soon if f.overdue and f.due_soon else (d.due_at < late) if f.overdue else soon)
    return found
