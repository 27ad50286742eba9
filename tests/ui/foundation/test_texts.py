from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counter_app.ui.texts import date_text, moment_text, money_text, parse_date, parse_money, recent_text

TODAY = date(2026, 2, 3)


@pytest.mark.parametrize("text", ["3/2/2026", "03-02-26", "03.02", "03022026", "030226", "0302", "3 2 2026", " 03/02/2026 ", "2026-02-03"])
def test_a_day_may_be_typed_in_many_ways(text):
    assert parse_date(text, TODAY) == TODAY


@pytest.mark.parametrize("text", ["", "3", "31/2/2026", "abc", "3/2/202", "3/13/2026", "1/2/3/4", "12345", "03/02/2026x", "٣/٢/٢٠٢٦"])
def test_what_is_no_day_is_none(text):
    assert parse_date(text, TODAY) is None


def test_two_digit_years_are_births_or_near_dates():
    assert parse_date("1/1/99", TODAY) == date(1999, 1, 1)
    assert parse_date("1/1/31", TODAY) == date(2031, 1, 1)
    assert parse_date("1/1/32", TODAY) == date(1932, 1, 1)


@given(st.dates(min_value=date(1900, 1, 1)))
def test_what_is_shown_can_be_typed_again(day):
    assert parse_date(date_text(day), TODAY) == day


@given(st.text(max_size=30))
def test_nothing_typed_breaks_it(text):
    parse_date(text, TODAY)
    parse_money(text)


@given(st.integers(min_value=0, max_value=10**14))
def test_money_shown_can_be_typed_again(amount):
    assert parse_money(money_text(amount)) == amount


@pytest.mark.parametrize(
    ("text", "amount"), [("50k", 50_000), ("50 000 đ", 50_000), ("1.250.000 đồng", 1_250_000), ("", None), ("-5", None)]
)
def test_money(text, amount):
    assert parse_money(text) == amount


def test_moments_are_vietnamese_time():
    moment = datetime(2026, 2, 3, 1, 5, tzinfo=UTC)
    assert moment_text(moment) == "08:05 03/02/2026"
    assert date_text(datetime(2026, 2, 3, 18, 0, tzinfo=UTC)) == "04/02/2026"
    assert recent_text(moment, moment + timedelta(minutes=5)) == "5 phút trước"
    assert recent_text(moment, moment + timedelta(hours=3)) == "08:05"
    assert recent_text(moment, moment + timedelta(days=1)) == "08:05 03/02/2026"
    assert recent_text(None, moment) == "chưa có"
