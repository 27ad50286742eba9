"""The reasons of a deadline in words: which days off, make-up days and half days lie on the way."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from onestop.calendar import WEEKDAYS_VI, WorkCalendar
from onestop.vntime import VN_TZ

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Step:
    """One reason. ``kind``: received, snap, rule, off, weekend, makeup, half, unverified, moved, cutoff, uncovered, due."""

    kind: str
    text_vi: str
    at: datetime


def day_words(day: date) -> str:
    """``thứ Tư 25/02/2026``."""
    return f"{WEEKDAYS_VI[day.weekday()]} {day:%d/%m}/{day.year:04d}"


def range_words(first: date, last: date) -> str:
    """``16/02–20/02/2026``; one day alone ``24/11/2026``."""
    end = f"{last:%d/%m}/{last.year:04d}"
    if first == last:
        return end
    return f"{first:%d/%m}–{end}" if first.year == last.year else f"{first:%d/%m}/{first.year:04d}–{end}"


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, VN_TZ)


def steps_between(calendar: WorkCalendar, received: date, due: date) -> list[Step]:
    """The days after ``received`` up to ``due`` that are not plain working days. Days off with a reason that follow each other
    (with the weekends between them) are one step; ordinary weekly days off are one line for all."""
    steps: list[Step] = []
    weekly: list[date] = []
    for run in _runs_off(calendar, received, due):
        named = [day for day in run if day in calendar.days]
        weekly += [day for day in run if day not in calendar.days and not (named and named[0] <= day <= named[-1])]
        if named:
            notes = "; ".join(dict.fromkeys(calendar.days[day].note for day in named if calendar.days[day].note))
            text = notes if notes.startswith("nghỉ") else f"nghỉ {notes}".strip()
            steps.append(Step("off", f"Ngày {range_words(named[0], named[-1])}: {text}", _midnight(named[0])))
    unsure: list[date] = []
    for day in sorted(day for day in calendar.days if received < day <= due):
        rule = calendar.days[day]
        if not rule.verified:
            unsure.append(day)
        if rule.kind == "off":
            continue
        what = "làm bù, tính là ngày làm việc" if rule.kind == "makeup" else "làm việc nửa ngày"
        name = day_words(day)
        steps.append(Step(rule.kind, f"{name[0].upper()}{name[1:]}: {what}", _midnight(day)))
    if weekly:
        names = ", ".join(dict.fromkeys(WEEKDAYS_VI[i] for i in sorted({day.weekday() for day in weekly})))
        steps.append(Step("weekend", f"Không tính {len(weekly)} ngày nghỉ hằng tuần ({names})", _midnight(weekly[0])))
    if unsure:
        listed = ", ".join(f"{day:%d/%m}" for day in unsure[:6]) + (", …" if len(unsure) > 6 else "")
        text = f"Lịch các ngày {listed} còn chờ thông báo chính thức: ngày hẹn có thể phải đổi"
        steps.append(Step("unverified", text, _midnight(unsure[0])))
    return sorted(steps, key=lambda step: step.at)


def _runs_off(calendar: WorkCalendar, received: date, due: date) -> Iterator[list[date]]:
    """Maximal runs of days in ``(received, due]`` that do not count."""
    run: list[date] = []
    day = received
    while day < due:
        day += _DAY
        if not calendar.is_working_day(day):
            run.append(day)
        elif run:
            yield run
            run = []
    if run:
        yield run
