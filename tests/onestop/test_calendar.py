from __future__ import annotations

import copy
import json
from datetime import date, time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onestop.calendar import WorkCalendar, load_calendar
from onestop.errors import EnvironmentFault, UserError

FILE = Path(__file__).parents[2] / "resources/calendar/vn-2026-2027.json"
GOOD: dict[str, Any] = {
    "version": 1,
    "name": "Lịch",
    "weekdays": {"mon": ["07:30-11:30", "13:30-17:00"], "sat": ["07:30-11:30"]},
    "days": [{"date": "2026-02-16", "kind": "off", "note": "Tết"}],
}


def changed(**top: Any) -> dict[str, Any]:
    return {**copy.deepcopy(GOOD), **top}


@pytest.mark.parametrize(
    "day",
    [
        "2026-01-01",
        "2026-02-16",
        "2026-02-20",
        "2026-04-27",
        "2026-04-30",
        "2026-05-01",
        "2026-09-01",
        "2026-09-02",
        "2026-11-24",
        "2027-04-16",
    ],
)
def test_national_holidays_are_off(day: str) -> None:
    assert not load_calendar(FILE).is_open(date.fromisoformat(day))


def test_swapped_days_wait_for_confirmation() -> None:
    calendar = load_calendar(FILE)
    for off, worked in (("2026-01-02", "2026-01-10"), ("2026-08-31", "2026-08-22")):
        assert not calendar.is_working_day(date.fromisoformat(off))
        assert calendar.ranges(date.fromisoformat(worked)) == calendar.weekdays[0]
        assert not calendar.days[date.fromisoformat(off)].verified and not calendar.days[date.fromisoformat(worked)].verified
    assert all(rule.source and rule.note for rule in calendar.days.values())


def test_a_holiday_on_a_weekly_day_off_is_made_up_for() -> None:
    """Labour Code Art. 111(3): as many working days off as there are holidays in the year: 12 since 2026."""
    calendar = load_calendar(FILE)
    for year, swapped_in in ((2026, 2), (2027, 0)):
        off = [day for day, rule in calendar.days.items() if rule.kind == "off" and day.year == year and day.weekday() < 5]
        assert len(off) - swapped_in == 12


def test_round_trip_and_coverage() -> None:
    calendar = load_calendar(FILE)
    assert WorkCalendar.from_json(calendar.to_json()) == calendar
    assert WorkCalendar.from_json(json.loads(json.dumps(calendar.to_json()))) == calendar
    assert [year for year in range(2024, 2030) if calendar.covers(year)] == [2026, 2027]
    assert WorkCalendar.from_json(GOOD).covers(2026) and not WorkCalendar.from_json(GOOD).covers(2027)


def test_kinds_of_days() -> None:
    days = [
        {"date": "2026-08-22", "kind": "makeup"},
        {"date": "2026-08-29", "kind": "makeup", "ranges": ["08:00-10:00"]},
        {"date": "2026-08-24", "kind": "half"},
    ]
    calendar = WorkCalendar.from_json(changed(days=days))
    assert calendar.ranges(date(2026, 8, 22)) == ((time(7, 30), time(11, 30)), (time(13, 30), time(17)))
    assert calendar.day_end(date(2026, 8, 29)) == time(10)
    assert calendar.day_end(date(2026, 8, 24)) == time(11, 30)
    assert calendar.day_end(date(2026, 8, 23)) == time(17)


def test_reception_only_saturday() -> None:
    calendar = WorkCalendar.from_json(changed(reception_only=["sat"]))
    saturday = date(2026, 11, 21)
    assert calendar.is_open(saturday) and not calendar.is_working_day(saturday)
    assert calendar.next_working_day(date(2026, 11, 20)) == date(2026, 11, 23)
    assert calendar.next_open_day(date(2026, 11, 20)) == saturday


def test_a_calendar_cannot_be_changed() -> None:
    calendar = WorkCalendar.from_json(GOOD)
    with pytest.raises(TypeError):
        calendar.days[date(2026, 1, 1)] = None  # type: ignore[index]


BAD = {
    "not an object": ([], "toàn tệp"),
    "newer": (changed(version=2), "mới hơn"),
    "no version": (changed(version=None), "version"),
    "version true": (changed(version=True), "version"),
    "typing slip": (changed(dayz=[]), "dayz"),
    "no working day": (changed(weekdays={}), "weekdays"),
    "only reception": (changed(weekdays={"sat": ["07:30-11:30"]}, reception_only=["sat"]), "weekdays"),
    "hours reversed": (changed(weekdays={"mon": ["11:30-07:30"]}), "weekdays.mon"),
    "hours overlap": (changed(weekdays={"mon": ["07:30-11:30", "11:00-17:00"]}), "weekdays.mon"),
    "hour 25": (changed(weekdays={"mon": ["07:30-25:00"]}), "weekdays.mon"),
    "no such day": (changed(days=[*GOOD["days"], {"date": "2026-02-30", "kind": "off"}]), "ngày thứ 2"),
    "twice": (changed(days=[*GOOD["days"], *GOOD["days"]]), "16/02/2026"),
    "kind": (changed(days=[{"date": "2026-02-16", "kind": "holiday"}]), "kind"),
    "verified": (changed(days=[{"date": "2026-02-16", "kind": "off", "verified": "no"}]), "verified"),
    "off with hours": (changed(days=[{"date": "2026-02-16", "kind": "off", "ranges": ["07:30-11:30"]}]), "ranges"),
    "empty hours": (changed(days=[{"date": "2026-02-16", "kind": "half", "ranges": []}]), "ranges"),
    "note": (changed(days=[{"date": "2026-02-16", "kind": "off", "note": 5}]), "ngày thứ 1"),
    "years": (changed(years=["2026"]), "years"),
    "days no list": (changed(days={}), "days"),
}


@pytest.mark.parametrize(("data", "named"), BAD.values(), ids=BAD.keys())
def test_a_bad_file_names_the_entry(data: object, named: str) -> None:
    with pytest.raises(UserError) as error:
        WorkCalendar.from_json(data)
    assert error.value.code == "calendar-file-invalid"
    assert named in error.value.message


@pytest.mark.parametrize(
    ("raw", "named"),
    [
        (b'{"version": 1,\n "weekdays": {,}}', "dòng 2"),
        (b'{"version": 1,\n\n "name": "\xe1\xe2"}', "dòng 3"),
        (b'{"version": 1, "version": 1}', "hai lần"),
        (b"[" * 100_000, "toàn tệp"),
        (b"", "dòng 1"),
        (b"<html>", "dòng 1"),
    ],
)
def test_a_broken_file_names_the_line(tmp_path: Path, raw: bytes, named: str) -> None:
    path = tmp_path / "lich.json"
    path.write_bytes(raw)
    with pytest.raises(UserError) as error:
        load_calendar(path)
    assert error.value.code == "calendar-file-invalid" and named in error.value.message


def test_byte_order_mark_of_notepad_is_accepted(tmp_path: Path) -> None:
    path = tmp_path / "lich.json"
    path.write_bytes(b"\xef\xbb\xbf" + json.dumps(GOOD).encode())
    assert load_calendar(path) == WorkCalendar.from_json(GOOD)


@pytest.mark.parametrize("name", ["missing.json", "", "a\0b"])
def test_a_file_that_cannot_be_read(tmp_path: Path, name: str) -> None:
    with pytest.raises(EnvironmentFault) as error:
        load_calendar(tmp_path / name if name != "a\0b" else name)
    assert error.value.code == "calendar-file-unreadable"


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.sampled_from(["mon", "07:30-11:30", "2026-01-01", "off"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*GOOD, "date", "kind", "mon", "x"]), inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=60, deadline=None, database=None)
@given(json_values, st.sampled_from(sorted([*GOOD, "years", "reception_only"])))
def test_any_json_is_a_calendar_or_a_clear_refusal(value: object, key: str) -> None:
    for data in (value, changed(**{key: value})):
        try:
            WorkCalendar.from_json(data)
        except UserError as error:
            assert error.code == "calendar-file-invalid"
