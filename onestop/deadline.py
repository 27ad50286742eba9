"""When a result is due, and why – in words a receptionist can read out.

Civil Code 2015 Art. 147–148: the first day is not counted; a last day that is a day off moves to the next working day.
"Trong ngày" procedures received after 15:00 are answered the next working day. Times are Vietnamese wall-clock time.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Literal, NoReturn, get_args

from onestop.calendar import WEEKDAYS_VI, WorkCalendar
from onestop.deadline_words import Step, day_words, range_words, steps_between
from onestop.errors import UserError
from onestop.lateness import Lateness, Remaining, Urgency, lateness, remaining
from onestop.vntime import VN_TZ, iso, to_vn

Unit = Literal["workday", "day", "hour", "same-day"]
MAX_SPAN_DAYS = 3660
"""A deadline further than ten years away is a wrong procedure or a wrong calendar, not a deadline."""
_DAY = timedelta(days=1)
_UNITS = frozenset(get_args(Unit))
_UNIT_VI = {"workday": "ngày làm việc", "day": "ngày", "hour": "giờ làm việc"}


@dataclass(frozen=True, slots=True)
class Limit:
    """The time a procedure allows: working days, calendar days, working hours, or within the day (``value`` is then ignored).
    Raises UserError ``limit-invalid``."""

    value: int
    unit: Unit

    def __post_init__(self) -> None:
        if self.unit not in _UNITS or type(self.value) is not int or (self.value < 1 and self.unit != "same-day"):
            raise UserError("limit-invalid", "Thời hạn giải quyết phải là số ngày hoặc số giờ từ 1 trở lên, hoặc “trong ngày”.")

    @property
    def text_vi(self) -> str:
        """As printed on the receipt: ``3 ngày làm việc``, ``trong ngày``."""
        return "trong ngày" if self.unit == "same-day" else f"{self.value} {_UNIT_VI[self.unit]}"


@dataclass(frozen=True, slots=True)
class Due:
    """When the result is due and the reasons, in the order of the calendar."""

    due_at: datetime
    steps: tuple[Step, ...]

    def to_json(self) -> dict[str, Any]:
        """``{"due_at", "steps": [{"kind", "text", "at"}]}`` – what ``counter-app due`` prints."""
        steps = [{"kind": step.kind, "text": step.text_vi, "at": iso(step.at)} for step in self.steps]
        return {"due_at": iso(self.due_at), "steps": steps}


def _too_far() -> NoReturn:
    raise UserError(
        "deadline-too-far",
        "Không tính được ngày hẹn trả: hạn quá xa hoặc lịch làm việc không có ngày làm việc nào phía trước. "
        "Hãy kiểm tra thời hạn của thủ tục và tệp lịch làm việc.",
    )


def compute_due(received_at: datetime, limit: Limit, calendar: WorkCalendar, *, cutoff: time = time(15, 0)) -> Due:
    """The due moment of a dossier received at ``received_at`` (naive: Vietnamese wall time).

    Received on a day off or after closing counts as received when the desk opens next. Day limits end with the working time of
    the due day; hours are spent over working hours. ``cutoff`` is the 15:00 rule of same-day procedures (to the minute: 15:00 is
    in time, 15:01 is not). Raises only UserError ``deadline-too-far``.
    """
    received, start, due, own = _reckon(received_at, limit, calendar, cutoff)
    head = [Step("received", f"Nhận hồ sơ lúc {received:%H:%M} {day_words(received.date())}", received)]
    if start != received and (start.date() != received.date()):
        why = "ngoài giờ làm việc" if calendar.is_open(received.date()) else "vào ngày nghỉ"
        head.append(Step("snap", f"Nhận {why}: coi như nhận lúc {start:%H:%M} {day_words(start.date())}", start))
    head.append(Step("rule", _rule(limit), start))
    # Calendar days count days off as well: only those at the end of the limit explain anything.
    since = min(due.date(), start.date() + limit.value * _DAY) - _DAY if limit.unit == "day" else start.date()
    steps = head + sorted(own + steps_between(calendar, since, due.date()), key=lambda step: step.at)
    for year in range(received.year, due.year + 1):
        if not calendar.covers(year):
            text = f"Chưa có lịch nghỉ lễ năm {year}: ngày hẹn có thể phải đổi khi có thông báo chính thức"
            steps.append(Step("uncovered", text, max(received, datetime(year, 1, 1, tzinfo=VN_TZ))))
    steps.append(Step("due", f"Hẹn trả: {due:%H:%M} {day_words(due.date())}", due))
    return Due(due, tuple(steps))


def due_moment(received_at: datetime, limit: Limit, calendar: WorkCalendar, *, cutoff: time = time(15, 0)) -> datetime:
    """As ``compute_due`` without the reasons: for checking many dossiers at once. Raises only UserError ``deadline-too-far``."""
    return _reckon(received_at, limit, calendar, cutoff)[2]


def _reckon(
    received_at: datetime, limit: Limit, calendar: WorkCalendar, cutoff: time
) -> tuple[datetime, datetime, datetime, list[Step]]:
    """Received (to the minute), counted from, due, and the rule's own steps."""
    try:
        received = to_vn(received_at).replace(second=0, microsecond=0)
        start = _snap(received, calendar)
        due, own = _RULES[limit.unit](start, limit.value, calendar, cutoff)
    except (OverflowError, ValueError):
        _too_far()
    if due - received > timedelta(days=MAX_SPAN_DAYS):
        _too_far()
    return received, start, due, own


def _at(day: date, clock: time) -> datetime:
    return datetime.combine(day, clock, VN_TZ)


def _end(calendar: WorkCalendar, day: date) -> datetime:
    return _at(day, calendar.day_end(day))


def _after(calendar: WorkCalendar, day: date) -> date:
    following = calendar.next_working_day(day)
    return following if following is not None else _too_far()


def _snap(received: datetime, calendar: WorkCalendar) -> datetime:
    """The moment from which a reception counts: now when the desk is open (or at lunch), else its next opening."""
    day = received.date()
    ranges = calendar.ranges(day)
    if ranges and received.time() <= ranges[-1][1]:
        return max(received, _at(day, ranges[0][0]))
    following = calendar.next_open_day(day)
    return _at(following, calendar.ranges(following)[0][0]) if following is not None else _too_far()


def _rule(limit: Limit) -> str:
    if limit.unit in ("workday", "day"):
        return f"Thời hạn {limit.text_vi}, không tính ngày nhận"
    return f"Thời hạn {limit.text_vi}" if limit.unit == "hour" else "Thủ tục trả kết quả trong ngày"


def _workdays(start: datetime, value: int, calendar: WorkCalendar, cutoff: time) -> tuple[datetime, list[Step]]:
    day = start.date()
    if value > MAX_SPAN_DAYS:
        _too_far()
    for _ in range(value):
        day = _after(calendar, day)
        if (day - start.date()).days > MAX_SPAN_DAYS:
            _too_far()
    return _end(calendar, day), []


def _days(start: datetime, value: int, calendar: WorkCalendar, cutoff: time) -> tuple[datetime, list[Step]]:
    last = start.date() + value * _DAY
    if calendar.is_working_day(last):
        return _end(calendar, last), []
    due = _after(calendar, last)
    text = f"Ngày cuối là {day_words(last)}, không làm việc: lùi đến {day_words(due)}"
    return _end(calendar, due), [Step("moved", text, _at(last, time.min))]


def _hours(start: datetime, value: int, calendar: WorkCalendar, cutoff: time) -> tuple[datetime, list[Step]]:
    left, day, now = timedelta(hours=value), start.date(), start
    while True:
        if calendar.is_working_day(day):
            for opens, closes in calendar.ranges(day):
                begin, end = max(now, _at(day, opens)), _at(day, closes)
                if begin + left <= end:
                    return begin + left, []
                left -= max(end - begin, timedelta())
        if (day - start.date()).days > MAX_SPAN_DAYS:
            _too_far()
        day = _after(calendar, day)


def _same_day(start: datetime, value: int, calendar: WorkCalendar, cutoff: time) -> tuple[datetime, list[Step]]:
    day = start.date()
    if not calendar.is_working_day(day):
        due = _after(calendar, day)
        text = f"{WEEKDAYS_VI[day.weekday()].capitalize()} chỉ tiếp nhận, trả vào ngày làm việc sau"
        return _end(calendar, due), [Step("cutoff", text, start)]
    if start.time() <= cutoff:
        return _end(calendar, day), []
    due = _after(calendar, day)
    return _end(calendar, due), [Step("cutoff", f"Nhận sau {cutoff:%H:%M}: trả trong ngày làm việc tiếp theo", start)]


_RULES = {"workday": _workdays, "day": _days, "hour": _hours, "same-day": _same_day}

__all__ = [
    "MAX_SPAN_DAYS",
    "Due",
    "Lateness",
    "Limit",
    "Remaining",
    "Step",
    "Unit",
    "Urgency",
    "compute_due",
    "day_words",
    "lateness",
    "range_words",
    "remaining",
]
