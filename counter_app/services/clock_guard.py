"""Is the date on the next receipt right? (sync.md §2.5.7.) With the gateway's time in this boot nobody is asked. Without it, a date
that jumped ahead by more than a working day, or back behind the last number or the last contact, is confirmed by the head of the
section before a code is printed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from counter_app.services.desk import Desk
from onestop.errors import UserError
from onestop.vntime import vn_date

if TYPE_CHECKING:
    from counter_app.store.unit import Reader


@dataclass(frozen=True, slots=True)
class ClockState:
    """``today`` by the PC; ``last``: the newest day known for sure (last contact, last number); ``sure``: by the gateway or a person;
    ``unsure``: a person has to look at the clock before the next code."""

    today: date
    last: date | None
    sure: bool
    unsure: bool


def clock_state(reader: Reader, desk: Desk) -> ClockState:
    """How far the date can be trusted."""
    today = vn_date(desk.clock.now())
    if desk.clock.anchored():
        return ClockState(today, today, sure=True, unsure=False)
    contact, issued = reader.last_contact(), reader.last_issued_date()
    days = [day for day in (vn_date(contact) if contact else None, issued) if day is not None]
    sure = reader.clock_is_sure()
    if not days or sure:
        return ClockState(today, max(days, default=None), sure, unsure=False)
    last = max(days)
    return ClockState(today, last, sure, unsure=today < last or today > _next_workday(desk, last))


def guard_clock(desk: Desk) -> None:
    """Before a code is given (with the gateway's time this costs nothing). Raises UserError ``clock-unsure``: nothing was saved."""
    if desk.clock.anchored():
        return
    with desk.store.read() as reader:
        state = clock_state(reader, desk)
    if state.unsure:
        assert state.last is not None
        raise UserError(
            "clock-unsure",
            f"Đồng hồ máy đang chỉ ngày {state.today:%d/%m/%Y}, nhưng lần cuối máy làm việc là ngày {state.last:%d/%m/%Y} và hiện không "
            "có mạng để đối chiếu. Hãy chỉnh lại ngày giờ của máy; nếu ngày đã đúng, phụ trách bộ phận đăng nhập và bấm Xác nhận ngày "
            "trong mục Đồng bộ, rồi tiếp nhận lại.",
            today=state.today.isoformat(), last=state.last.isoformat())


def confirm_clock(desk: Desk) -> ClockState:
    """The head of the section says the PC's date is right; it holds until the PC is started again or its clock is moved. Raises
    ``not-signed-in``, ``role-missing``."""
    staff = desk.require(head=True)
    with desk.store.write() as unit:
        unit.confirm_clock(staff.id)
        unit.audit(staff.id, "clock-confirmed", "", {"today": vn_date(desk.clock.now()).isoformat()}, at=desk.now())
        return clock_state(unit, desk)


def _next_workday(desk: Desk, day: date) -> date:
    """The next day people may be at work. Without a calendar of that year only the weekend is known."""
    if desk.calendar.covers(day.year) and desk.calendar.covers((day + timedelta(days=15)).year):
        found = desk.calendar.next_working_day(day)
        if found is not None:
            return found
    following = day + timedelta(days=1)
    while following.weekday() >= 5:
        following += timedelta(days=1)
    return following
