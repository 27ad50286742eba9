"""What the gateway checks of an op beyond the shared rules: the catalogue, the agency, the rights, the due date."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time
from functools import lru_cache
from typing import Any

from central_gateway.services.catalogue import Known
from central_gateway.services.incoming import Incoming
from central_gateway.services.meeting import Person
from onestop.codec import builtins
from onestop.deadline import Limit, due_moment
from onestop.errors import UserError
from onestop.ledger import held, paid_twice
from onestop.model import Dossier
from onestop.ops import AssignCode, Correct, Create, CreateSlip, Op, RecordFee, Transition
from onestop.rights import allowed
from onestop.vntime import iso, to_vn, vn_date
from onestop.wire import AgencySettings

_DUES = 20_000

Remark = tuple[str, str, dict[str, Any], dict[str, Any]]


def days_without_code(works: Sequence[Incoming]) -> set[date]:
    """The days whose number pools these ops need."""
    days = set()
    for op in (work.op for work in works if work.op and not work.refusal):
        if isinstance(op.data, Create) and op.data.dossier.code is None:
            days.add(vn_date(op.data.dossier.received_at))
        elif isinstance(op.data, AssignCode) and op.data.code is None:
            days.add(vn_date(op.at))
    return days


def waits_for(op: Op, known: Known) -> str:
    """Why the op cannot be judged yet (empty: it can): its procedure is known, that version is not."""
    code, version = _procedure(op)
    return "catalogue-version-unknown" if code in known.codes and (code, version) not in known.procedures else ""


def never_valid(op: Op, part: str, known: Known) -> tuple[str, str] | None:
    """(code, message) where no retry can help."""
    data = op.data
    if (isinstance(data, Create) and data.dossier.agency != part) or (isinstance(data, CreateSlip) and data.slip.agency != part):
        return "wrong-agency", "Hồ sơ hoặc phiếu được lập cho đơn vị khác với đơn vị của máy này."
    code, version = _procedure(op)
    if code is None:
        return None
    if code not in known.codes:
        return "unknown-procedure", "Thủ tục này không có trong danh mục của tỉnh."
    if (code, version) in known.elsewhere:
        hint = known.elsewhere[code, version]
        return "authority-elsewhere", f"Thủ tục này do hệ thống khác tiếp nhận và giải quyết, không nhận tại đây. {hint}".strip()
    return None


def remarks(
    op: Op, part: str, people: dict[str, Person], known: Known, settings: AgencySettings, *, created: bool, state: Any = None,
) -> list[Remark]:
    """Accepted, but a person should look: (code, message, current, wanted) each. ``state``: the entity as it stands with the op."""
    found: list[Remark] = []
    person = people.get(op.by)
    action = op.data.action if isinstance(op.data, Transition) else ""
    locked = person is not None and bool(person.locked_at) and (
        iso(op.at) >= person.locked_at or (op.auth == "offline" and person.revoked))  # the time is what an offline PC says it was
    if person is None or locked or person.agency != part or not allowed(person.roles, op.kind, action):
        message = "Người thực hiện không có tài khoản, đã bị khóa hoặc không có quyền làm việc này. Thao tác vẫn được giữ."
        found.append(("staff-not-allowed", message, {}, {}))
    elif isinstance(op.data, Correct) and isinstance(state, Dossier) and "due_at" in op.data.changes and "head" not in person.roles:
        found += _due_moved(op.data, state, known, settings)
    if isinstance(op.data, Create) and created:
        found += _due_differs(op.data, known, settings)
        if op.data.dossier.code is None and op.data.dossier.provisional_code is None:
            found.append(("code-missing", "Hồ sơ gửi lên không có mã; hệ thống đã cấp mã, hãy in lại giấy hẹn.", {}, {}))
    return found


def about_money(data: RecordFee, dossier: Dossier, *, knew: bool = False) -> list[Remark]:
    """``dossier`` as it stands with the row. What went into the till or out of it stays written; a person looks. ``knew``: the desk had
    every earlier row in sight."""
    fee = data.entry
    if fee.entry == "refunded" and held(dossier.fees, fee.code) < 0:
        message = "Số tiền hoàn lớn hơn số đã thu của khoản này. Việc hoàn vẫn được ghi; hãy đối chiếu sổ thu."
        return [("refund-too-large", message, {}, {})]
    if fee.entry == "collected" and paid_twice(dossier.fees, fee, knew=knew):
        message = "Khoản này đã được thu hai lần, có thể do hai quầy thu khi mất mạng. Cả hai lần đều được ghi; hãy đối chiếu và hoàn lại."
        before = [row for row in dossier.fees if row.code == fee.code and row.entry == "collected" and row.id != fee.id]
        return [("paid-twice", message, {"fees": before}, {"fees": [fee]})]
    return []


def _due_differs(data: Create, known: Known, settings: AgencySettings) -> list[Remark]:
    dossier = data.dossier
    ours = _reckoned(dossier, known, settings)
    if ours is None or dossier.due_at is None or _same_minute(ours, dossier.due_at):
        return []
    message = "Ngày hẹn trả đã in khác với cách tính của hệ thống trung tâm. Ngày đã in vẫn có hiệu lực; hãy kiểm tra lịch làm việc."
    return [("due-date-differs", message, {"due_at": to_vn(dossier.due_at)}, {"due_at": ours})]


def _due_moved(data: Correct, dossier: Dossier, known: Known, settings: AgencySettings) -> list[Remark]:
    """Somebody who does not lead the section corrected the due date: theirs only where another procedure brings it along."""
    change = data.changes["due_at"]
    if dossier.due_at is None or builtins(change.new) != builtins(dossier.due_at):
        return []  # somebody else's date stands
    ours = _reckoned(dossier, known, settings)
    if "procedure" in data.changes and (ours is None or _same_minute(ours, dossier.due_at)):
        return []
    return [("due-date-by-head", _BY_HEAD, {"due_at": to_vn(dossier.due_at)},
             {"due_at": ours if ours is not None and "procedure" in data.changes else change.old})]


_BY_HEAD = ("Ngày hẹn trả bị sửa khi đính chính, nhưng chỉ lãnh đạo bộ phận được sửa ngày hẹn (đổi thủ tục thì ngày hẹn phải đúng cách "
            "tính của thủ tục mới). Việc sửa vẫn được ghi; hãy để lãnh đạo bộ phận xem và sửa lại nếu cần.")


def _reckoned(dossier: Dossier, known: Known, settings: AgencySettings) -> datetime | None:
    """The due moment by our calendar; None where it cannot be told."""
    if known.calendar is None:
        return None
    try:
        cutoff = _time(settings.same_day_cutoff)
        return _due(known, dossier.received_at, _limit(dossier.limit_value, dossier.limit_unit), cutoff)
    except (UserError, ValueError, OverflowError):
        return None


def _same_minute(one: datetime, other: datetime) -> bool:
    return one == other or one.replace(second=0, microsecond=0) == to_vn(other).replace(second=0, microsecond=0)


_time = lru_cache(maxsize=64)(time.fromisoformat)
_limit = lru_cache(maxsize=512)(Limit)


def _due(known: Known, received_at: datetime, limit: Limit, cutoff: time) -> datetime:
    """The due moment; limits in days depend on the day alone, so the receptions of a day share one reckoning."""
    assert known.calendar is not None
    if limit.unit not in ("workday", "day"):
        return due_moment(received_at, limit, known.calendar, cutoff=cutoff)
    at = to_vn(received_at).replace(second=0, microsecond=0)
    key = at.date(), at.time() <= known.calendar.day_end(at.date()), limit.unit, limit.value
    found = known.dues.get(key)
    if found is None:
        if len(known.dues) > _DUES:
            known.dues.clear()
        found = known.dues[key] = due_moment(received_at, limit, known.calendar, cutoff=cutoff)
    return found


def _procedure(op: Op) -> tuple[str | None, int]:
    if isinstance(op.data, Create):
        return op.data.dossier.procedure_code, op.data.dossier.procedure_version
    if isinstance(op.data, Correct) and "procedure" in op.data.changes:
        new = op.data.changes["procedure"].new
        if isinstance(new, list | tuple) and len(new) == 7 and isinstance(new[0], str) and isinstance(new[1], int):
            return new[0], new[1]
    return None, 0
