"""Periods of reports: what staff type, which days it covers, how the heading says it."""

from __future__ import annotations

from datetime import date

import pytest

from counter_app.domain.periods import parse_period
from onestop.errors import UserError


@pytest.mark.parametrize(("text", "first", "last", "heading"), [
    ("2026-11", date(2026, 11, 1), date(2026, 11, 30), "Tháng 11 năm 2026"),
    ("2026-12", date(2026, 12, 1), date(2026, 12, 31), "Tháng 12 năm 2026"),
    ("2028-02", date(2028, 2, 1), date(2028, 2, 29), "Tháng 02 năm 2028"),
    ("2026-q1", date(2026, 1, 1), date(2026, 3, 31), "Quý I năm 2026"),
    ("2026-Q4", date(2026, 10, 1), date(2026, 12, 31), "Quý IV năm 2026"),
    ("2026-H1", date(2026, 1, 1), date(2026, 6, 30), "6 tháng đầu năm 2026"),
    (" 2026-H2 ", date(2026, 7, 1), date(2026, 12, 31), "6 tháng cuối năm 2026"),
    ("2026", date(2026, 1, 1), date(2026, 12, 31), "Năm 2026"),
    ("2026-11-23", date(2026, 11, 23), date(2026, 11, 23), "Ngày 23/11/2026"),
    ("2026-11-20..2026-12-05", date(2026, 11, 20), date(2026, 12, 5), "Từ ngày 20/11/2026 đến ngày 05/12/2026"),
])
def test_what_is_typed(text: str, first: date, last: date, heading: str):
    period = parse_period(text)
    assert (period.first, period.last, period.text_vi) == (first, last, heading)
    assert (period.start.isoformat(), (period.end - period.start).days) == (f"{first}T00:00:00+07:00", (last - first).days + 1)
    assert parse_period(period.key) == period


@pytest.mark.parametrize("text", ["", "2026-13", "2026-00", "2026-H3", "2026-Q0", "11-2026", "1999", "2100-01", "2026-02-30", "abc", "٢٠٢٦",
                                  "2026-11-20..2026-11-01", "..", "2026-11-20..", "2026-W47", "9" * 5000])
def test_anything_else_is_refused_with_the_ways_to_write_it(text: str):
    with pytest.raises(UserError) as caught:
        parse_period(text)
    assert caught.value.code == "period-invalid" and "2026-H1" in caught.value.message
