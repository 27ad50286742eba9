"""The figures of the report on receiving and settling dossiers (biểu II.06a/VPCP/KSTT, TT 01/2020/TT-VPCP), counted on this counter.

They are the counter's own: the official ones come from the central system. Every dossier that was open at some time in the period is
counted once, under its field (lĩnh vực):

- received: in the period (online; at the counter or by post) or carried over from before,
- settled in the period: early, on time or late by the agency's rule (day or minute); stopped ones are settled when they were stopped,
- else pending at its end (or now, while the period runs): in time or overdue. A paused time limit (papers or a payment asked of the
  citizen) is not overdue.

So received = settled + pending, as the form demands. Not received (registered online, refused) counts nowhere.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime

from counter_app.domain.periods import Period
from counter_app.services.desk import Desk
from counter_app.store.reports import ReportRow
from onestop.errors import UserError
from onestop.lateness import By, Lateness, lateness
from onestop.states import Clock, Group, clock, report_group
from onestop.text import fold
from onestop.vntime import to_vn

NO_SECTOR = "Chưa rõ lĩnh vực"


@dataclass(slots=True)
class Figures:
    """One line; the names follow the form's columns (4)–(13)."""

    online: int = 0
    direct: int = 0
    carried: int = 0
    early: int = 0
    on_time: int = 0
    late: int = 0
    pending: int = 0
    overdue: int = 0

    @property
    def received(self) -> int:
        """Column (3): in the period and from before."""
        return self.online + self.direct + self.carried

    @property
    def settled(self) -> int:
        """Column (7)."""
        return self.early + self.on_time + self.late

    @property
    def open(self) -> int:
        """Column (11): in time and overdue."""
        return self.pending + self.overdue

    def add(self, other: Figures) -> None:
        """Add up two lines."""
        for column in fields(Figures):
            setattr(self, column.name, getattr(self, column.name) + getattr(other, column.name))


@dataclass(frozen=True, slots=True)
class Report:
    """``lines``: field → figures, by the field's name. ``as_of``: until when it was counted. ``last_contact``: when this PC last had
    word from the centre (None: never)."""

    period: Period
    lines: dict[str, Figures]
    total: Figures
    as_of: datetime
    last_contact: datetime | None


def report_figures(desk: Desk, period: Period) -> Report:
    """Count. Raises UserError ``period-not-begun`` for a period of the future."""
    now = desk.now()
    if period.start > now:
        raise UserError("period-not-begun", f"{period.text_vi} chưa bắt đầu. Hãy chọn kỳ khác.")
    as_of = min(now, period.end)
    by = desk.settings.lateness_by
    lines: dict[str, Figures] = {}
    with desk.store.read() as reader:
        for row in reader.report_rows(period.start, period.end, desk.agency):
            _count(lines, row, period, as_of, by)
        contact = reader.meta_get("last_contact")
    total = Figures()
    for figures in lines.values():
        total.add(figures)
    ordered = dict(sorted(lines.items(), key=lambda line: (line[0] == NO_SECTOR, fold(line[0]), line[0])))
    return Report(period, ordered, total, as_of, to_vn(datetime.fromisoformat(contact)) if contact else None)


def _count(lines: dict[str, Figures], row: ReportRow, period: Period, as_of: datetime, by: By) -> None:
    settled_at = row.stopped_at or row.result_at
    if report_group(row.status) is Group.NOT_ACCEPTED or (settled_at is not None and settled_at < period.start):
        return
    line = lines.setdefault(row.sector or NO_SECTOR, Figures())
    if row.received_at < period.start:
        line.carried += 1
    elif row.channel in ("online", "online-assisted"):
        line.online += 1
    else:
        line.direct += 1
    if settled_at is not None and settled_at < period.end:
        how = lateness(row.due_at, settled_at, by) if row.due_at is not None else Lateness.ON_TIME
        line.early += how is Lateness.EARLY
        line.on_time += how is Lateness.ON_TIME
        line.late += how is Lateness.LATE
    elif row.due_at is not None and clock(row.status) is not Clock.PAUSED and _overdue(row.due_at, as_of, period, by):
        line.overdue += 1
    else:
        line.pending += 1


def _overdue(due_at: datetime, as_of: datetime, period: Period, by: By) -> bool:
    # The end of a period is midnight: by the day, what was due on its last day is late only from the next day on.
    if as_of == period.end:
        return due_at < as_of if by == "minute" else to_vn(due_at).date() < period.last
    return lateness(due_at, as_of, by) is Lateness.LATE
