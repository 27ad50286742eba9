"""The working calendar: when an agency works, which days are off, which Saturdays are worked instead.

Public holidays come from Labour Code 2019 Art. 112 and Resolution 28/2026/QH16 (24 November); swaps of days are announced
each year by the Government. Tết is chosen each year, so nothing here is computed from a formula: it is data in a file that an
office can change.

The file (JSON, UTF-8)::

    {"version": 1,                          format of the file
     "name": "…", "source": "…",            for people
     "years": [2026, 2027],                 optional: years whose days off are complete; else the years that have an "off" day
     "weekdays": {"mon": ["07:00-11:30", "13:30-17:00"], …, "sat": ["07:30-11:30"]},     a missing day is not worked
     "reception_only": ["sat"],             optional: weekdays on which the desk receives, but which no limit counts and on
                                            which nothing falls due (the usual Saturday morning of a centre)
     "days": [{"date": "2026-02-16", "kind": "off", "note": "Tết Nguyên đán", "source": "…", "verified": true},
              {"date": "2026-08-22", "kind": "makeup"},                        Monday's hours
              {"date": "2026-02-13", "kind": "half", "ranges": ["07:30-11:30"]}]}

``off``: not worked. ``makeup``: worked and counted, with ``ranges`` of its own or Monday's. ``half``: worked and counted, with
``ranges`` of its own or the morning. ``verified: false`` marks a day that still waits for the official notice; deadlines that
depend on it say so.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from types import MappingProxyType
from typing import Literal

Range = tuple[time, time]
Kind = Literal["off", "makeup", "half"]
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
WEEKDAYS_VI = ("thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm", "thứ Sáu", "thứ Bảy", "Chủ nhật")
_DAY = timedelta(days=1)
SEARCH_DAYS = 3660
"""How far ahead a working day is looked for: ten years without one means the calendar is useless."""


@dataclass(frozen=True, slots=True)
class DayRule:
    """What a single date does differently. ``ranges`` are already resolved (empty for a day off)."""

    kind: Kind
    ranges: tuple[Range, ...] = ()
    note: str = ""
    source: str = ""
    verified: bool = True


@dataclass(frozen=True)
class WorkCalendar:
    """Immutable. ``weekdays`` are seven tuples of working ranges, Monday first; ``days`` override single dates."""

    weekdays: tuple[tuple[Range, ...], ...]
    days: Mapping[date, DayRule] = field(default_factory=dict)
    name: str = ""
    source: str = ""
    reception_only: frozenset[int] = frozenset()
    years: frozenset[int] = frozenset()

    def __post_init__(self) -> None:
        object.__setattr__(self, "days", MappingProxyType(dict(self.days)))

    @staticmethod
    def from_json(data: object) -> WorkCalendar:
        """Read the file format described above. Raises UserError ``calendar-file-invalid`` naming the entry."""
        from onestop.calendar_file import parse_calendar

        return parse_calendar(data)

    def to_json(self) -> dict[str, object]:
        """The calendar in its file format; ``from_json(c.to_json()) == c``."""
        from onestop.calendar_file import dump_calendar

        return dump_calendar(self)

    def with_days(self, days: Mapping[date, DayRule]) -> WorkCalendar:
        """This calendar with some dates changed (a unit's own half day over the province's calendar)."""
        return WorkCalendar(self.weekdays, {**self.days, **days}, self.name, self.source, self.reception_only, self.years)

    def ranges(self, day: date) -> tuple[Range, ...]:
        """The hours the desk is open on ``day``, in order; empty on a day off."""
        rule = self.days.get(day)
        return rule.ranges if rule else self.weekdays[day.weekday()]

    def is_open(self, day: date) -> bool:
        """Does the desk receive on ``day``?"""
        return bool(self.ranges(day))

    def is_working_day(self, day: date) -> bool:
        """Does ``day`` count in a limit of working days (and may something fall due on it)?"""
        if day in self.days:
            return bool(self.days[day].ranges)
        return bool(self.weekdays[day.weekday()]) and day.weekday() not in self.reception_only

    def next_working_day(self, day: date) -> date | None:
        """The first counted day after ``day``; None when there is none within ten years or before year 10000."""
        return self._next(day, self.is_working_day)

    def next_open_day(self, day: date) -> date | None:
        """The first day after ``day`` on which the desk receives; None as for `next_working_day`."""
        return self._next(day, self.is_open)

    def day_end(self, day: date) -> time:
        """When work ends on ``day``; on a day off, when it ends on the first worked weekday (17:00 as a rule)."""
        ranges = self.ranges(day) or next((r for r in self.weekdays if r), ((time(7), time(17)),))
        return ranges[-1][1]

    def covers(self, year: int) -> bool:
        """Are the days off of ``year`` known? If not, a deadline in that year is a guess and says so."""
        return year in self.years

    def count_working_days(self, after: date, until: date) -> int:
        """Counted days in ``(after, until]``; 0 when ``until`` is not later. Quick for any distance."""
        total = (until - after).days
        if total <= 0:
            return 0
        base = [bool(r) and i not in self.reception_only for i, r in enumerate(self.weekdays)]
        weeks, rest = divmod(total, 7)
        count = weeks * sum(base) + sum(base[(after.weekday() + i) % 7] for i in range(1, rest + 1))
        return count + sum(bool(rule.ranges) - base[day.weekday()] for day, rule in self.days.items() if after < day <= until)

    def working_minutes(self, start_day: date, start: time, end_day: date, end: time) -> int:
        """Whole minutes of counted working time between two wall-clock moments; 0 when the end is not later."""
        minutes, day = 0.0, start_day
        while day <= end_day:
            if self.is_working_day(day):
                lower = start if day == start_day else time.min
                upper = end if day == end_day else time.max
                minutes += sum(max(0.0, minutes_of(min(b, upper)) - minutes_of(max(a, lower))) for a, b in self.ranges(day))
            if day == date.max:
                break
            day += _DAY
        return int(minutes)

    def _next(self, day: date, wanted: object) -> date | None:
        for _ in range(SEARCH_DAYS):
            if day == date.max:
                return None
            day += _DAY
            if wanted(day):  # type: ignore[operator]
                return day
        return None


def minutes_of(moment: time) -> float:
    """Minutes since midnight."""
    return moment.hour * 60 + moment.minute + moment.second / 60 + moment.microsecond / 60_000_000


def years_with_days_off(days: Iterable[tuple[date, DayRule]]) -> frozenset[int]:
    """The years of which at least one day off is listed."""
    return frozenset(day.year for day, rule in days if rule.kind == "off")


def load_calendar(path: object) -> WorkCalendar:
    """Read a calendar file. Raises UserError ``calendar-file-invalid`` (what is wrong, and where) or EnvironmentFault
    ``calendar-file-unreadable`` (not there, not allowed)."""
    from onestop.calendar_file import read_calendar

    return read_calendar(path)
