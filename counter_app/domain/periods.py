"""The span a report or a register covers, as staff name it: a day, a month, a quarter, half a year, a year, or from day to day.

Official periods run from the first to the last day (TT 01/2020/TT-VPCP asks by quarter and year; provinces by month and half-year).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal

from onestop.errors import UserError
from onestop.vntime import VN_TZ

PeriodKind = Literal["day", "month", "quarter", "half", "year", "range"]
_QUARTERS = ("I", "II", "III", "IV")
_SHAPE = re.compile(r"(?P<year>[0-9]{4})(?:-(?:(?P<month>[0-9]{2})|Q(?P<quarter>[1-4])|H(?P<half>[12])))?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Period:
    """``first`` and ``last`` are both in it; ``key`` is how it was written (``2026-11``, ``2026-H1``, ``2026``)."""

    kind: PeriodKind
    first: date
    last: date
    key: str

    @property
    def start(self) -> datetime:
        """The first moment in it."""
        return datetime.combine(self.first, time(), VN_TZ)

    @property
    def end(self) -> datetime:
        """The first moment after it."""
        return datetime.combine(self.last + timedelta(days=1), time(), VN_TZ)

    @property
    def text_vi(self) -> str:
        """As a heading says it: "Tháng 11 năm 2026", "6 tháng đầu năm 2026"."""
        year = self.first.year
        if self.kind == "month":
            return f"Tháng {self.first.month:02d} năm {year}"
        if self.kind == "quarter":
            return f"Quý {_QUARTERS[self.first.month // 3]} năm {year}"
        if self.kind == "half":
            return f"6 tháng {'đầu' if self.first.month == 1 else 'cuối'} năm {year}"
        if self.kind == "year":
            return f"Năm {year}"
        if self.kind == "day":
            return f"Ngày {self.first:%d/%m/%Y}"
        return f"Từ ngày {self.first:%d/%m/%Y} đến ngày {self.last:%d/%m/%Y}"


def parse_period(text: str) -> Period:
    """``2026-11-23``, ``2026-11``, ``2026-Q4``, ``2026-H2``, ``2026`` or ``2026-11-01..2026-11-15``.

    Raises UserError ``period-invalid`` for anything else, for years outside 2000–2099 and for an end before the beginning.
    """
    typed = text.strip().upper()[:30]
    if ".." in typed:
        first, last = (_day(part) for part in typed.split("..", 1))
        if first is None or last is None or last < first:
            raise _invalid()
        return Period("range", first, last, f"{first}..{last}")
    day = _day(typed) if typed.count("-") == 2 else None
    if day is not None:
        return Period("day", day, day, str(day))
    match = _SHAPE.fullmatch(typed)
    if match is None or not 2000 <= (year := int(match["year"])) <= 2099:
        raise _invalid()
    if match["month"]:
        month = int(match["month"])
        if not 1 <= month <= 12:
            raise _invalid()
        return _months("month", year, month, 1, typed)
    if match["quarter"]:
        return _months("quarter", year, 3 * int(match["quarter"]) - 2, 3, typed)
    if match["half"]:
        return _months("half", year, 1 if match["half"] == "1" else 7, 6, typed)
    return _months("year", year, 1, 12, typed)


def _months(kind: PeriodKind, year: int, month: int, count: int, key: str) -> Period:
    after = month + count
    end = date(year + (after > 12), after - 12 if after > 12 else after, 1)
    return Period(kind, date(year, month, 1), end - timedelta(days=1), key)


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text.strip())
    except ValueError:
        return None
    return day if 2000 <= day.year <= 2099 else None


def _invalid() -> UserError:
    return UserError(
        "period-invalid",
        "Kỳ báo cáo không đúng. Dùng: 2026-11 (tháng), 2026-Q4 (quý), 2026-H1 hoặc 2026-H2 (6 tháng), 2026 (năm), "
        "2026-11-23 (ngày), 2026-11-01..2026-11-15 (từ ngày đến ngày).",
    )
