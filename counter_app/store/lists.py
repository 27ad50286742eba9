"""Lists and the queue strip: indexed, so that they are as fast with a million dossiers as with a hundred."""

from __future__ import annotations

from datetime import date, datetime, time

from counter_app.store.rows import CLOCK_RUNS, RESTING, SYNC, UNFINISHED, ListFilter, QueueCounts, Row, SlipRow, moment
from counter_app.store.session import Session
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


def as_day(now: datetime | date) -> date:
    """The day in Viet Nam."""
    return to_vn(now).date() if isinstance(now, datetime) else now


class ListReads(Session):
    """Dossier lists, counts, slip lists."""

    def list_dossiers(self, wanted: ListFilter | None = None, limit: int = 200, offset: int = 0) -> list[Row]:
        """One page of the dossiers that fit."""
        from counter_app.store import list_query

        statement, values = list_query.dossiers(ROW, wanted or ListFilter(), limit, offset)
        return [to_row(row) for row in self._all(statement, *values)]

    def count_dossiers(self, wanted: ListFilter) -> int:
        """How many fit."""
        from counter_app.store import list_query

        statement, values = list_query.how_many(wanted)
        return self._all(statement, *values)[0][0]

    def counts(self, now: datetime | date) -> QueueCounts:
        """The queue strip. A moment counts lateness by the minute, a day by the day."""
        start = day_start(as_day(now))
        late = late_before(now)
        row = self._one(
            f"""SELECT (SELECT count(*) FROM dossier WHERE received_at >= ?1 AND received_at < ?2),
                (SELECT count(*) FROM dossier WHERE {CLOCK_RUNS} AND due_at >= ?3 AND due_at < ?4),
                (SELECT count(*) FROM dossier WHERE {CLOCK_RUNS} AND due_at < ?3),
                (SELECT count(*) FROM dossier WHERE {RESTING} AND status = 9),
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
        from counter_app.store import list_query

        statement, values = list_query.slips(open_only, direction, limit, offset)
        rows = self._all(statement, *values)
        return [SlipRow(i, n, d, f, t, moment(at), status, count, SYNC[sync]) for i, n, d, f, t, at, status, count, sync in rows]

    def rows(self, ids: list[str]) -> list[Row]:
        """Rows of these dossiers, in the order given; unknown ones are left out."""
        from msgspec.json import encode

        found = self._all(f"SELECT {ROW_SQL} FROM dossier d WHERE d.id IN (SELECT value FROM json_each(?))", encode(ids).decode())
        by_id = {values[0]: to_row(values) for values in found}
        return [by_id[i] for i in ids if i in by_id]
