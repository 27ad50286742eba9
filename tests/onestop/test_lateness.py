from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onestop.calendar import load_calendar
from onestop.deadline import Lateness, Urgency, lateness, remaining
from onestop.vntime import VN_TZ

OFFICIAL = load_calendar(Path(__file__).parents[2] / "resources/calendar/vn-2026-2027.json")
FEW = settings(max_examples=60, deadline=None, database=None)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=VN_TZ)


@pytest.mark.parametrize(
    ("result", "by_day", "by_minute"),
    [
        ("2026-11-24T23:59", Lateness.EARLY, Lateness.EARLY),
        ("2026-11-25T08:00", Lateness.ON_TIME, Lateness.EARLY),
        ("2026-11-25T17:00:40", Lateness.ON_TIME, Lateness.ON_TIME),
        ("2026-11-25T17:01", Lateness.ON_TIME, Lateness.LATE),
        ("2026-11-26T00:00", Lateness.LATE, Lateness.LATE),
    ],
)
def test_lateness_by_day_or_minute(result: str, by_day: Lateness, by_minute: Lateness) -> None:
    due = at("2026-11-25T17:00")
    assert lateness(due, at(result)) is by_day
    assert lateness(due, at(result), by="minute") is by_minute


def test_the_day_is_the_vietnamese_one() -> None:
    # 17:30 UTC is half past midnight in Viet Nam.
    assert lateness(at("2026-11-25T17:00"), datetime.fromisoformat("2026-11-25T17:30+00:00")) is Lateness.LATE


@pytest.mark.parametrize(
    ("now", "text", "urgency"),
    [
        ("2026-11-19T09:00", "còn 3 ngày làm việc", Urgency.OK),
        ("2026-11-20T09:00", "còn 2 ngày làm việc", Urgency.OK),
        ("2026-11-23T09:00", "còn 1 ngày làm việc", Urgency.SOON),  # the holiday on the 24th does not count
        ("2026-11-24T09:00", "còn 1 ngày làm việc", Urgency.SOON),
        ("2026-11-25T13:30", "đến hạn hôm nay, còn 3 giờ 30 phút làm việc", Urgency.TODAY),
        ("2026-11-25T16:15", "đến hạn hôm nay, còn 45 phút làm việc", Urgency.TODAY),
        ("2026-11-25T18:00", "đến hạn hôm nay, đã đến giờ hẹn", Urgency.TODAY),
        ("2026-11-26T08:00", "quá hạn 1 ngày làm việc", Urgency.OVERDUE),
        ("2026-11-28T08:00", "quá hạn 2 ngày làm việc", Urgency.OVERDUE),
    ],
)
def test_remaining_in_working_time(now: str, text: str, urgency: Urgency) -> None:
    left = remaining(at(now), at("2026-11-25T17:00"), OFFICIAL)
    assert (left.text_vi, left.urgency) == (text, urgency)


def test_overdue_over_a_weekend_and_by_the_minute() -> None:
    friday = at("2026-11-20T10:00")
    assert remaining(at("2026-11-21T09:00"), at("2026-11-20T17:00"), OFFICIAL).text_vi == "vừa quá hạn"
    assert remaining(at("2026-11-20T14:00"), friday, OFFICIAL, by="minute").text_vi == "quá hạn 2 giờ làm việc"
    assert remaining(at("2026-11-20T14:00"), friday, OFFICIAL).urgency is Urgency.TODAY


far = st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30), timezones=st.just(VN_TZ))


@FEW
@given(far, far)
def test_any_two_moments_have_an_answer(now: datetime, due: datetime) -> None:
    left = remaining(now, due, OFFICIAL)
    assert left.text_vi and left.days >= 0 and left.minutes >= 0
    assert (left.urgency is Urgency.OVERDUE) == (lateness(due, now) is Lateness.LATE)


@FEW
@given(st.dates(date(2025, 12, 1), date(2028, 2, 1)), st.integers(-30, 900))
def test_quick_count_equals_counting(after: date, distance: int) -> None:
    until = after + timedelta(days=distance)
    slow = sum(OFFICIAL.is_working_day(after + timedelta(days=i)) for i in range(1, distance + 1))
    assert OFFICIAL.count_working_days(after, until) == slow
