"""Due dates: the published vectors, the rules one by one, and what must hold for every calendar."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from onestop.calendar import DayRule, WorkCalendar, load_calendar
from onestop.deadline import Limit, compute_due, day_words
from onestop.errors import UserError
from onestop.vntime import VN_TZ

OFFICIAL = load_calendar(Path(__file__).parents[2] / "resources/calendar/vn-2026-2027.json")
MORNING, AFTERNOON = (time(7, 30), time(11, 30)), (time(13, 30), time(17))
FEW = settings(max_examples=100, deadline=None, database=None)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=VN_TZ)


def without(calendar: WorkCalendar, *days: str) -> WorkCalendar:
    gone = {date.fromisoformat(day) for day in days}
    kept = {day: rule for day, rule in calendar.days.items() if day not in gone}
    return WorkCalendar(calendar.weekdays, kept, years=calendar.years)


def week(*, saturday: bool = False, reception_only: bool = False, days: dict[date, DayRule] | None = None) -> WorkCalendar:
    rows = [(MORNING, AFTERNOON)] * 5 + [(MORNING,) if saturday else (), ()]
    return WorkCalendar(tuple(rows), days or {}, reception_only=frozenset({5} if reception_only else ()), years=frozenset({2026}))


@pytest.mark.parametrize(
    ("received", "n", "expected"),
    [
        ("2026-02-13T09:00", 3, "2026-02-25T17:00"),
        ("2026-04-24T09:00", 5, "2026-05-06T17:00"),
        ("2026-08-21T09:00", 2, "2026-08-24T17:00"),
        ("2026-11-20T09:00", 15, "2026-12-14T17:00"),
        ("2026-11-23T09:00", 1, "2026-11-25T17:00"),
        ("2026-12-31T09:00", 1, "2027-01-04T17:00"),
        ("2026-11-20T15:30", 1, "2026-11-23T17:00"),
    ],
)
def test_published_vectors(received: str, n: int, expected: str) -> None:
    assert compute_due(at(received), Limit(n, "workday"), OFFICIAL).due_at == at(expected)


def test_make_up_saturday_decides_the_august_vector() -> None:
    plain = without(OFFICIAL, "2026-08-22")
    assert compute_due(at("2026-08-21T09:00"), Limit(2, "workday"), OFFICIAL).due_at.date() == date(2026, 8, 24)
    assert compute_due(at("2026-08-21T09:00"), Limit(2, "workday"), plain).due_at.date() == date(2026, 8, 25)


@pytest.mark.parametrize(
    ("received", "expected"),
    [
        ("2026-11-20T15:00", "2026-11-20T17:00"),
        ("2026-11-20T15:00:59", "2026-11-20T17:00"),
        ("2026-11-20T15:01", "2026-11-23T17:00"),
        ("2026-11-23T15:30", "2026-11-25T17:00"),
        ("2026-11-22T20:00", "2026-11-23T17:00"),
        ("2026-11-20T06:00", "2026-11-20T17:00"),
    ],
)
def test_same_day_and_the_15_00_rule(received: str, expected: str) -> None:
    assert compute_due(at(received), Limit(1, "same-day"), OFFICIAL).due_at == at(expected)


def test_cutoff_is_a_setting() -> None:
    due = compute_due(at("2026-11-20T15:30"), Limit(1, "same-day"), OFFICIAL, cutoff=time(16))
    assert due.due_at == at("2026-11-20T17:00")


@pytest.mark.parametrize(
    ("received", "n", "expected"),
    [
        ("2026-11-21T10:00", 2, "2026-11-26T17:00"),  # Saturday: counts as Monday 23, then 25 and 26 (24 is a holiday)
        ("2026-11-24T10:00", 1, "2026-11-26T17:00"),  # on the holiday itself: counts as Wednesday
        ("2026-11-20T17:01", 1, "2026-11-25T17:00"),  # after closing: counts as Monday
        ("2026-11-20T17:00", 1, "2026-11-23T17:00"),
        ("2026-11-20T12:30", 1, "2026-11-23T17:00"),  # lunch is the same day
    ],
)
def test_reception_outside_working_time_counts_from_the_next_opening(received: str, n: int, expected: str) -> None:
    assert compute_due(at(received), Limit(n, "workday"), OFFICIAL).due_at == at(expected)


@pytest.mark.parametrize(
    ("received", "n", "expected"),
    [
        ("2026-11-20T09:00", 1, "2026-11-23T17:00"),  # Saturday → Monday
        ("2026-11-20T09:00", 4, "2026-11-25T17:00"),  # 24/11 → 25/11
        ("2026-02-10T09:00", 7, "2026-02-23T17:00"),  # 17/02 in Tết → Monday 23/02
        ("2026-11-09T09:00", 7, "2026-11-16T17:00"),
    ],
)
def test_calendar_days_move_off_a_last_day_off(received: str, n: int, expected: str) -> None:
    assert compute_due(at(received), Limit(n, "day"), OFFICIAL).due_at == at(expected)


@pytest.mark.parametrize(
    ("received", "n", "expected"),
    [
        ("2026-11-20T09:00", 2, "2026-11-20T11:00"),
        ("2026-11-20T09:30", 2, "2026-11-20T11:30"),  # ends with the morning, not with the start of the afternoon
        ("2026-11-20T10:30", 2, "2026-11-20T14:30"),
        ("2026-11-20T16:00", 2, "2026-11-23T08:30"),
        ("2026-11-20T17:00", 1, "2026-11-23T08:30"),
        ("2026-11-20T12:00", 1, "2026-11-20T14:30"),
        ("2026-11-21T12:00", 8, "2026-11-24T08:00"),
    ],
)
def test_hours_are_spent_over_working_hours(received: str, n: int, expected: str) -> None:
    assert compute_due(at(received), Limit(n, "hour"), week()).due_at == at(expected)


def test_half_days() -> None:
    counted, reception_only = week(saturday=True), week(saturday=True, reception_only=True)
    friday, saturday = at("2026-11-13T09:00"), at("2026-11-14T09:00")
    assert compute_due(friday, Limit(1, "workday"), counted).due_at == at("2026-11-14T11:30")
    assert compute_due(friday, Limit(1, "workday"), reception_only).due_at == at("2026-11-16T17:00")
    # Received on a reception-only Saturday: that is the day of reception, Monday is the first day.
    assert compute_due(saturday, Limit(1, "workday"), reception_only).due_at == at("2026-11-16T17:00")
    assert compute_due(saturday, Limit(1, "workday"), week()).due_at == at("2026-11-17T17:00")
    assert compute_due(saturday, Limit(1, "same-day"), counted).due_at == at("2026-11-14T11:30")
    assert compute_due(saturday, Limit(1, "same-day"), reception_only).due_at == at("2026-11-16T17:00")
    half = week(days={date(2026, 11, 16): DayRule("half", (MORNING,))})
    assert compute_due(friday, Limit(1, "workday"), half).due_at == at("2026-11-16T11:30")


def test_reasons_can_be_read_out() -> None:
    steps = compute_due(at("2026-02-13T09:00"), Limit(3, "workday"), OFFICIAL).steps
    texts = [step.text_vi for step in steps]
    assert texts == [
        "Nhận hồ sơ lúc 09:00 thứ Sáu 13/02/2026",
        "Thời hạn 3 ngày làm việc, không tính ngày nhận",
        "Không tính 4 ngày nghỉ hằng tuần (thứ Bảy, Chủ nhật)",
        "Ngày 16/02–20/02/2026: nghỉ Tết Nguyên đán",
        "Hẹn trả: 17:00 thứ Tư 25/02/2026",
    ]
    august = compute_due(at("2026-08-21T09:00"), Limit(2, "workday"), OFFICIAL).steps
    assert "Thứ Bảy 22/08/2026: làm bù, tính là ngày làm việc" in [step.text_vi for step in august]
    assert "unverified" in [step.kind for step in august]


def test_calendar_days_do_not_claim_that_weekends_are_left_out() -> None:
    kinds = [step.kind for step in compute_due(at("2026-11-09T09:00"), Limit(7, "day"), OFFICIAL).steps]
    assert kinds == ["received", "rule", "due"]


def test_a_year_without_data_is_said() -> None:
    kinds = [step.kind for step in compute_due(at("2027-12-30T09:00"), Limit(5, "workday"), OFFICIAL).steps]
    assert "uncovered" in kinds
    assert "uncovered" not in [s.kind for s in compute_due(at("2026-12-30T09:00"), Limit(5, "workday"), OFFICIAL).steps]


def test_due_as_json_has_offset() -> None:
    shown = compute_due(at("2026-02-13T09:00"), Limit(3, "workday"), OFFICIAL).to_json()
    assert shown["due_at"] == "2026-02-25T17:00:00+07:00"
    assert {"kind", "text", "at"} == set(shown["steps"][0])


def test_utc_and_naive_moments_are_the_same_wall_clock() -> None:
    limit = Limit(1, "workday")
    expected = compute_due(at("2026-11-20T09:00"), limit, OFFICIAL).due_at
    assert compute_due(datetime.fromisoformat("2026-11-20T02:00+00:00"), limit, OFFICIAL).due_at == expected
    assert compute_due(datetime.fromisoformat("2026-11-20T09:00"), limit, OFFICIAL).due_at == expected


@pytest.mark.parametrize("bad", [(0, "workday"), (-1, "day"), (1, "week"), (True, "day"), (1.5, "hour")], ids=lambda value: str(value))
def test_bad_limits_are_refused(bad: tuple[object, str]) -> None:
    with pytest.raises(UserError) as error:
        Limit(*bad)  # type: ignore[arg-type]
    assert error.value.code == "limit-invalid"


def test_endless_searches_stop() -> None:
    closed = week(days={date(2026, 1, 1) + timedelta(days=i): DayRule("off") for i in range(4000)})
    for limit in (
        Limit(1, "workday"),
        Limit(5, "day"),
        Limit(1, "hour"),
        Limit(1, "same-day"),
        Limit(10**9, "workday"),
        Limit(10**12, "day"),
    ):
        with pytest.raises(UserError) as error:
            compute_due(at("2026-11-20T09:00"), limit, closed)
        assert error.value.code == "deadline-too-far"


# --- what must hold for every calendar --------------------------------------------------------------------------------

clock_points = st.lists(st.integers(0, 47), min_size=2, max_size=4, unique=True).map(sorted)


@st.composite
def day_ranges(draw: st.DrawFn) -> tuple[tuple[time, time], ...]:
    points = [time(p // 2, p % 2 * 30) for p in draw(clock_points)]
    return tuple(zip(points[::2], points[1::2], strict=False))


@st.composite
def calendars(draw: st.DrawFn) -> WorkCalendar:
    weekdays = draw(st.lists(st.just(()) | day_ranges(), min_size=7, max_size=7).filter(any))
    offsets = draw(st.dictionaries(st.integers(-5, 60), st.sampled_from(["off", "makeup"]), max_size=12))
    days = {
        date(2026, 11, 1) + timedelta(days=i): DayRule("off") if kind == "off" else DayRule("makeup", draw(day_ranges()))
        for i, kind in offsets.items()
    }
    worked = [i for i, ranges in enumerate(weekdays) if ranges]
    reception_only = frozenset(draw(st.sets(st.sampled_from(worked), max_size=len(worked) - 1))) if len(worked) > 1 else frozenset()
    return WorkCalendar(tuple(weekdays), days, reception_only=reception_only, years=frozenset({2026}))


moments = st.datetimes(datetime(2026, 10, 25), datetime(2026, 12, 31)).map(lambda d: d.replace(tzinfo=VN_TZ))
limits = st.builds(Limit, st.integers(1, 40), st.sampled_from(["workday", "day", "hour", "same-day"]))


def effective_start(received: datetime, calendar: WorkCalendar) -> datetime:
    """The rule of the snap, written a second time: minute by minute."""
    moment = received.replace(second=0, microsecond=0)
    while not (calendar.ranges(moment.date()) and moment.time() <= calendar.ranges(moment.date())[-1][1]):
        moment = (moment + timedelta(days=1)).replace(hour=0, minute=0)
    return max(moment, datetime.combine(moment.date(), calendar.ranges(moment.date())[0][0], VN_TZ))


@FEW
@given(moments, limits, calendars())
def test_a_due_moment_lies_in_counted_working_time_and_not_before_reception(r: datetime, limit: Limit, c: WorkCalendar) -> None:
    due = compute_due(r, limit, c).due_at
    assert c.is_working_day(due.date())
    assert due >= r.replace(second=0, microsecond=0)
    if limit.unit == "hour":
        assert any(a <= due.time() <= b for a, b in c.ranges(due.date()))
    else:
        assert due.time() == c.ranges(due.date())[-1][1]


@FEW
@given(moments, st.integers(1, 40), calendars())
def test_working_days_are_counted_one_by_one(r: datetime, n: int, c: WorkCalendar) -> None:
    due = compute_due(r, Limit(n, "workday"), c).due_at.date()
    day, counted = effective_start(r, c).date(), 0
    while day < due:
        day += timedelta(days=1)
        counted += c.is_working_day(day)
    assert counted == n


@FEW
@given(moments, st.integers(1, 40), calendars())
def test_calendar_days_end_on_the_first_working_day_from_the_last_day(r: datetime, n: int, c: WorkCalendar) -> None:
    due = compute_due(r, Limit(n, "day"), c).due_at.date()
    day = effective_start(r, c).date() + timedelta(days=n)
    while not c.is_working_day(day):
        day += timedelta(days=1)
    assert due == day


@FEW
@given(moments, st.integers(1, 20), calendars())
def test_hours_equal_the_working_minutes_between(r: datetime, n: int, c: WorkCalendar) -> None:
    due = compute_due(r, Limit(n, "hour"), c).due_at
    start = effective_start(r, c)
    assert c.working_minutes(start.date(), start.time(), due.date(), due.time()) == n * 60


@FEW
@given(moments, st.integers(0, 20_000), limits, calendars())
def test_later_reception_is_never_due_earlier(r: datetime, minutes: int, limit: Limit, c: WorkCalendar) -> None:
    assert compute_due(r, limit, c).due_at <= compute_due(r + timedelta(minutes=minutes), limit, c).due_at


@FEW
@given(moments, st.integers(1, 40), st.integers(0, 30), calendars())
def test_one_more_day_off_never_makes_it_earlier(r: datetime, n: int, ahead: int, c: WorkCalendar) -> None:
    off = r.date() + timedelta(days=ahead)
    assume(off > r.date())
    more = c.with_days({off: DayRule("off", note="x")})
    assert compute_due(r, Limit(n, "workday"), c).due_at.date() <= compute_due(r, Limit(n, "workday"), more).due_at.date()


@FEW
@given(moments, limits, calendars())
def test_reasons_start_with_reception_and_end_with_the_appointment(r: datetime, limit: Limit, c: WorkCalendar) -> None:
    due = compute_due(r, limit, c)
    assert due.steps[0].kind == "received" and due.steps[-1].kind == "due"
    assert day_words(due.due_at.date()) in due.steps[-1].text_vi
    assert all(step.text_vi and step.at.tzinfo for step in due.steps)


@FEW
@given(st.datetimes(timezones=st.sampled_from([None, VN_TZ])), limits)
def test_any_date_gives_a_deadline_or_says_that_it_is_too_far(r: datetime, limit: Limit) -> None:
    try:
        due = compute_due(r, limit, OFFICIAL)
    except UserError as error:
        assert error.code == "deadline-too-far" and r.year >= 9999
    else:
        assert due.due_at.tzinfo is not None
