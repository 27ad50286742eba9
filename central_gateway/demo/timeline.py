"""Working time for invented lives: which days were worked, when people come, when things fall due (cached)."""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta

from onestop.calendar import WorkCalendar
from onestop.deadline import Limit, compute_due
from onestop.vntime import VN_TZ

_DAY = timedelta(days=1)
LAST_MINUTE = 16 * 60 + 50
#: Half hours of the day (minutes since midnight) by how many people come in them.
_SLOTS = tuple(
    start for start, weight in (
        (420, 4), (450, 8), (480, 12), (510, 12), (540, 11), (570, 9), (600, 7), (630, 5), (660, 2),
        (810, 6), (840, 8), (870, 7), (900, 5), (930, 4), (960, 3), (990, 1),
    ) for _ in range(weight)
)


class Timeline:
    """Worked days around ``now``. ``back``: how many of them before it."""

    def __init__(self, calendar: WorkCalendar, now: datetime, back: int) -> None:
        self.calendar = calendar
        self.now = now.astimezone(VN_TZ)
        day, before = self.now.date(), []
        while len(before) < back:
            if calendar.is_working_day(day):
                before.append(day)
            day -= _DAY
        self.days = before[::-1]
        self.past = len(self.days)
        day = self.now.date()
        while len(self.days) < self.past + 260:
            day += _DAY
            if calendar.is_working_day(day):
                self.days.append(day)
        self.index = {day: i for i, day in enumerate(self.days)}
        self._due: dict[tuple[object, ...], datetime] = {}

    def works_today(self) -> bool:
        """Is the present day a worked one?"""
        return self.now.date() in self.index

    def moment(self, i: int, minute: int, second: int = 0) -> datetime:
        """Minute of the day of the ``i``-th worked day (the last known one where ``i`` is beyond it)."""
        day = self.days[min(i, len(self.days) - 1)]
        return datetime(day.year, day.month, day.day, minute // 60, minute % 60, second, tzinfo=VN_TZ)

    def due(self, received: datetime, value: int, unit: str) -> datetime:
        """``onestop.deadline.compute_due`` for a reception in working hours, computed once per day and limit."""
        minute = received.hour * 60 + received.minute
        key: tuple[object, ...] = (received.date(), value, unit,
                                   minute if unit == "hour" else minute > 900 if unit == "same-day" else 0)
        found = self._due.get(key)
        if found is None:
            found = self._due[key] = compute_due(received, Limit(value, unit), self.calendar).due_at  # type: ignore[arg-type]
        return found

    def arrival(self, rng: random.Random) -> int:
        """A second of the day at which somebody comes to the desk."""
        return rng.choice(_SLOTS) * 60 + int(rng.random() * 1800 * (0.6 if rng.random() < 0.5 else 1))

    def later(self, at: datetime, minutes: int) -> datetime:
        """``minutes`` of work after ``at`` (roughly: over lunch and over night in one go)."""
        i, minute = self.index[at.date()], at.hour * 60 + at.minute + minutes
        while minute > LAST_MINUTE:
            i, minute = i + 1, 7 * 60 + 10 + (minute - LAST_MINUTE) % 450
        if 11 * 60 + 30 < minute < 13 * 60 + 30:
            minute += 120
        return self.moment(i, min(minute, LAST_MINUTE), at.second)

    def position(self, day: date) -> int:
        """Index of ``day``, or of the next worked day."""
        while day not in self.index:
            day += _DAY
        return self.index[day]
