"""Rows 31 and 32: clocks that are wrong or jump, and midnight."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from counter_app.services.clock_guard import confirm_clock
from counter_app.services.receive import receive
from counter_app.services.workstation import Workstation
from onestop.errors import UserError
from onestop.vntime import VN_TZ
from tests.faults.checker import cycle
from tests.faults.hand import a_form
from tests.faults.moves import take_in

DAY = timedelta(days=1)


class MovedClock:
    """The counter's own clock, moved: ``wall`` shifted, the monotonic one shifted, the PC started again."""

    def __init__(self, station: Workstation, monkeypatch: pytest.MonkeyPatch) -> None:
        self.clock = station.store.clock
        self.shift, self.slept, self.boot = timedelta(), 0.0, self.clock.boot_id()
        wall, monotonic = self.clock.wall, self.clock.monotonic
        monkeypatch.setattr(self.clock, "wall", lambda: wall() + self.shift, raising=False)
        monkeypatch.setattr(self.clock, "monotonic", lambda: monotonic() + self.slept, raising=False)
        monkeypatch.setattr(self.clock, "boot_id", lambda: self.boot, raising=False)

    def start_again(self) -> None:
        """Another boot, without a word from the gateway yet."""
        self.boot += "+"
        self.clock._anchor = None

    def to(self, moment: datetime) -> None:
        self.shift += moment - self.clock.wall()


@pytest.fixture
def moved(counter: Callable[..., Workstation], gateway_up, monkeypatch: pytest.MonkeyPatch, own_counter) -> tuple[Workstation, MovedClock]:
    """A counter that took in two dossiers today, its link, and its clock to be moved."""
    station = counter()
    take_in(station, 2)
    cycle(gateway_up, station, ok=True)
    return station, MovedClock(station, monkeypatch)


def day_of(code: str) -> str:
    return code.split("-")[1]


@pytest.mark.parametrize("shift", [DAY, -DAY, timedelta(days=-365 * 56), timedelta(minutes=90)], ids=["ahead", "back", "1970", "hour"])
def test_row_31_the_clock_jumps_while_the_gateways_time_is_known(moved, gateway_up, checked, seen, shift: timedelta) -> None:
    station, clock = moved
    today = f"{station.desk.today():%y%m%d}"
    clock.shift = shift
    codes = take_in(station, 2)
    assert {day_of(code) for code in codes} == {today}, "the gateway's time carried on, not the PC's"
    cycle(gateway_up, station, ok=True)
    clock.shift = -shift
    codes += take_in(station)
    assert len(set(codes)) == 3 and {day_of(code) for code in codes} == {today}
    seen("clock moved by {shift} between and during pushes: codes keep the gateway's date", shift=shift)
    checked(station, printed=codes)


@pytest.mark.parametrize(
    ("shift", "asked"),
    [(timedelta(days=9), True), (-DAY, True), (timedelta(days=-365 * 56), True), (timedelta(minutes=5), False)],
    ids=["ahead", "back", "1970", "little"],
)
def test_row_31_the_clock_is_wrong_after_a_start_without_network(moved, gateway_up, checked, seen, shift: timedelta, asked: bool) -> None:
    station, clock = moved
    with station.store.read() as reader:
        used = {code for (code,) in reader._all("SELECT code FROM code_issued")}
    clock.start_again()
    clock.shift = shift
    codes: list[str] = []
    if asked:
        with pytest.raises(UserError) as caught:
            receive(station.desk, a_form())
        assert caught.value.code in ("clock-unsure", "procedure-unknown")  # in 1970 no procedure was in force either
        with station.store.read() as reader:
            assert {code for (code,) in reader._all("SELECT code FROM code_issued")} == used, "no code without a confirmation"
        if shift > timedelta():
            confirm_clock(station.desk)
            codes += take_in(station)
            assert day_of(codes[0]) == f"{station.desk.clock.wall():%y%m%d}"
    else:
        codes += take_in(station)
    assert not used & set(codes)
    clock.shift = timedelta()
    seen("offline start with the clock {shift} off: {what}", shift=shift, what="the head of the desk is asked" if asked else "nobody asked")
    checked(station, printed=codes)


def test_row_31_sleep_and_a_stopped_monotonic_clock(moved, gateway_up, checked, seen) -> None:
    """The PC sleeps three hours: wall and monotonic go on together or the monotonic one stood still."""
    station, clock = moved
    clock.start_again()
    confirm_clock(station.desk)
    clock.to(datetime.combine(station.desk.today() + DAY, datetime.min.time(), VN_TZ) + timedelta(hours=8))  # all of it in one day
    confirm_clock(station.desk)
    morning = clock.shift
    first = take_in(station)
    clock.shift, clock.slept = morning + timedelta(hours=3), 3 * 3600.0
    slept = take_in(station)
    clock.shift = morning + timedelta(hours=6)  # it stood still: looks like a restored image, so numbers jump over the floor
    stood = take_in(station)
    numbers = [int(code.rpartition("-")[2]) for code in (*first, *slept, *stood)]
    assert numbers[0] < numbers[1] < numbers[2] and len({day_of(code) for code in (*first, *slept, *stood)}) == 1
    clock.shift = timedelta()
    seen(
        "after sleep numbers go on; where the monotonic clock stood still they jump above the time-of-day floor (gap {gap})",
        gap=numbers[2] - numbers[1] - 1,
    )
    checked(station, printed=[*first, *slept, *stood])


def test_row_32_midnight_between_opening_and_saving(moved, gateway_up, checked, seen) -> None:
    station, clock = moved
    late = datetime.combine(station.desk.today() + DAY, datetime.min.time(), VN_TZ) - timedelta(seconds=20)
    clock.start_again()
    confirm_clock(station.desk)
    clock.to(late)
    confirm_clock(station.desk)
    form = a_form()  # opened at 23:59:40
    before = take_in(station)[0]
    clock.shift += timedelta(seconds=40)
    after = receive(station.desk, form)[0].dossier.code
    assert day_of(before) == f"{late:%y%m%d}"
    assert day_of(after) == f"{late + DAY:%y%m%d}"
    seen("opened at 23:59:40, saved at 00:00:20: the code has the new date")
    checked(station, printed=[before, after])


def test_row_32_a_lane_valid_until_today(moved, gateway_up, checked, seen) -> None:
    station, clock = moved
    today = station.desk.today()
    with station.store.write() as unit:
        unit._run("UPDATE lease SET valid_to = ?", today.isoformat())
        unit.forget_kept()
    assert take_in(station)[0].startswith("H32.15-")
    clock.start_again()
    clock.shift = DAY
    confirm_clock(station.desk)
    dossier = receive(station.desk, a_form())[0].dossier
    assert dossier.code is None and dossier.provisional_code is not None
    clock.shift = timedelta()
    seen("the lane's last day is over at midnight: a provisional number, no code of a lane that is not ours any more")
    checked(station, printed=[dossier.provisional_code])


@pytest.mark.parametrize("shift", [86400, -86400, -50 * 365 * 86400], ids=["ahead", "back", "1976"])
def test_row_31_tokens_are_judged_by_the_gateways_time(
    counter, gateway_up, checked, seen, monkeypatch: pytest.MonkeyPatch, shift: int
) -> None:
    """The PC signs its assertion by a wrong clock; the gateway's Date puts it right within the same request."""
    station = counter()
    codes = take_in(station)
    real = time.time
    with monkeypatch.context() as patch:
        patch.setattr("counter_app.sync.client.time.time", lambda: real() + shift)
        station.client._access, station.client._skew = ("", 0.0), 0
        assert cycle(gateway_up, station, ok=True).pushed == 1
    station.client._access, station.client._skew = ("", 0.0), 0
    seen("the PC's clock {days} days off: a token all the same", days=shift // 86400)
    checked(station, printed=codes)
