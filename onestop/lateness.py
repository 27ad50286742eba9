"""Early, on time or late, and how much time is left – in working time, as the counter speaks of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal

from onestop.calendar import WorkCalendar
from onestop.vntime import to_vn

By = Literal["day", "minute"]


class Lateness(StrEnum):
    """Trước hạn, đúng hạn, quá hạn (the three words of the control sheet)."""

    EARLY = "early"
    ON_TIME = "on_time"
    LATE = "late"

    @property
    def text_vi(self) -> str:
        """The word of forms and reports."""
        return {"early": "Trước hạn", "on_time": "Đúng hạn", "late": "Quá hạn"}[self.value]


class Urgency(StrEnum):
    """Còn hạn, sắp hạn (at most one working day left), đến hạn (today), quá hạn: the four colours."""

    OK = "ok"
    SOON = "soon"
    TODAY = "today"
    OVERDUE = "overdue"


@dataclass(frozen=True, slots=True)
class Remaining:
    """Working time between now and the due moment; ``days`` are whole working days, ``minutes`` are given when ``days`` is 0.
    For an overdue dossier both say by how much."""

    urgency: Urgency
    days: int
    minutes: int
    text_vi: str


def lateness(due_at: datetime, result_at: datetime, by: By = "day") -> Lateness:
    """Compare the moment of the result (or now) with the due moment: by Vietnamese calendar day (the default), or to the minute
    (an agency's setting)."""
    due, result = to_vn(due_at), to_vn(result_at)
    if by == "day":
        a, b = result.date(), due.date()
        return Lateness.EARLY if a < b else Lateness.ON_TIME if a == b else Lateness.LATE
    result, due = result.replace(second=0, microsecond=0), due.replace(second=0, microsecond=0)
    return Lateness.EARLY if result < due else Lateness.ON_TIME if result == due else Lateness.LATE


def remaining(now: datetime, due_at: datetime, calendar: WorkCalendar, *, by: By = "day") -> Remaining:
    """How much working time is left: ``còn 2 ngày làm việc``, ``đến hạn hôm nay, còn 3 giờ``, ``quá hạn 1 ngày làm việc``."""
    now, due = to_vn(now), to_vn(due_at)
    if lateness(due, now, by) is Lateness.LATE:
        days = calendar.count_working_days(due.date(), now.date())
        # Whole days only once the same wall-clock time has passed would confuse: the counter counts days by the calendar.
        minutes = 0 if days else calendar.working_minutes(due.date(), due.time(), now.date(), now.time())
        amount = f"quá hạn {days} ngày làm việc" if days else f"quá hạn {_hours_vi(minutes)}" if minutes else "vừa quá hạn"
        return Remaining(Urgency.OVERDUE, days, minutes, amount)
    if now.date() == due.date():
        minutes = calendar.working_minutes(now.date(), now.time(), due.date(), due.time()) if now < due else 0
        text = f"đến hạn hôm nay, còn {_hours_vi(minutes)}" if minutes else "đến hạn hôm nay, đã đến giờ hẹn"
        return Remaining(Urgency.TODAY, 0, minutes, text)
    days = calendar.count_working_days(now.date(), due.date())
    urgency = Urgency.SOON if days <= 1 else Urgency.OK
    if days:
        return Remaining(urgency, days, 0, f"còn {days} ngày làm việc")
    minutes = calendar.working_minutes(now.date(), now.time(), due.date(), due.time()) if (due - now).days < 60 else 0
    return Remaining(urgency, 0, minutes, f"còn {_hours_vi(minutes)}" if minutes else "sắp đến hạn")


def _hours_vi(minutes: int) -> str:
    hours, rest = divmod(minutes, 60)
    if not hours:
        return f"{rest} phút làm việc"
    return f"{hours} giờ {rest} phút làm việc" if rest else f"{hours} giờ làm việc"
