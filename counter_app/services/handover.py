"""Hand dossiers over in bulk (bàn giao) and take results back: a slip is made by scanning receipts, and confirmed by
scanning the slip. The slip together with the control sheet (mẫu 06) is the record of who held the papers when."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Literal

from counter_app.domain.postal import postal_ok, tidy_postal
from counter_app.services.desk import Changes, Desk
from counter_app.services.fields import one_line
from onestop.codes import format_slip_number
from onestop.errors import InvalidFields, UserError
from onestop.ids import uuid7_hex
from onestop.model import Dossier, Result, Slip, SlipLine
from onestop.ops import ConfirmSlip, CreateSlip, Transition
from onestop.states import State, state_name

if TYPE_CHECKING:
    from counter_app.store.unit import Reader, Unit

Direction = Literal["out", "back", "post"]
MAX_LINES = 200
POST_UNIT = "Bưu chính công ích"
"""The other side of a slip to the post: an office of no catalogue."""

#: States in which papers may go on a slip of each direction.
_ALLOWED = {
    "out": (State.ACCEPTED, State.PROCESSING),
    "back": (State.PROCESSING,),
    "post": (State.DONE,),
}


def why_not(desk: Desk, reader: Reader, dossier: Dossier, direction: Direction, unit_id: str = "") -> UserError | None:
    """Why this dossier can't go on a slip of that direction (and to ``unit_id``, where it is known) now, or None. Asked at each
    scan, so that the receptionist hears it while the folder is still in the hand."""
    if dossier.agency != desk.agency:
        return UserError("dossier-elsewhere", "Hồ sơ này do đơn vị khác tiếp nhận.")
    if dossier.status not in _ALLOWED[direction]:
        return UserError("not-for-this-slip", f"Hồ sơ đang ở trạng thái “{state_name(dossier.status)}”, không đưa vào phiếu này được.",
                         status=dossier.status)
    if direction == "out" and dossier.status == State.PROCESSING and unit_id and dossier.holder == unit_id:
        return UserError("already-there", f"Hồ sơ đang ở {desk.catalogue.unit_name(unit_id)}. Muốn lấy kết quả thì chọn “Nhận kết quả về”.",
                         unit=unit_id)
    open_slip = reader.open_slip_of(dossier.id)
    if open_slip is not None:
        return UserError("already-on-slip", f"Hồ sơ đã nằm trên phiếu {open_slip.number} chưa xác nhận.", slip=open_slip.number)
    return None


def create_slip(desk: Desk, direction: Direction, unit_id: str, dossier_ids: list[str], *, to_person: str = "",
                remarks: dict[str, str] | None = None, items: dict[str, str] | None = None) -> tuple[Slip, Changes]:
    """Make a slip to (``out``), from (``back``) or by (``post``) ``unit_id`` with one line a dossier, in the order given.
    ``items``: the postal item (S10) each result goes in; its line's remark begins with it.

    Raises ``slip-empty``, ``slip-too-long``, ``unit-unknown``, or InvalidFields naming each dossier that can't go with its
    reason; then nothing is made.
    """
    staff = desk.require("slip.create")
    ids = list(dict.fromkeys(dossier_ids))
    if not ids:
        raise UserError("slip-empty", "Phiếu chưa có hồ sơ nào. Hãy quét giấy tiếp nhận.")
    if len(ids) > MAX_LINES:
        raise UserError("slip-too-long", f"Một phiếu tối đa {MAX_LINES} hồ sơ. Hãy lập thêm phiếu.")
    if unit_id not in desk.catalogue.units and direction != "post":
        raise UserError("unit-unknown", "Không có đơn vị này trong danh mục.")
    postal = _checked_items(items or {})
    with desk.store.write() as unit:
        lines, bad = [], {}
        for seq, dossier_id in enumerate(ids, 1):
            dossier = unit.dossier(dossier_id)
            if dossier is None:
                bad[dossier_id] = "Không có hồ sơ này trên máy."
                continue
            reason = why_not(desk, unit, dossier, direction, unit_id)
            if reason:
                bad[dossier.shown_code] = f"{dossier.shown_code}: {reason.message}"
                continue
            remark = one_line("remarks", (remarks or {}).get(dossier.id, ""), 180 if postal else 200)
            lines.append(SlipLine(seq=seq, dossier=dossier.id, code=dossier.shown_code,
                                  remark=" ".join(part for part in (postal.get(dossier.id, ""), remark) if part)))
        if bad:
            raise InvalidFields(bad, code="lines-not-allowed")
        now = desk.now()
        slip = Slip(id=uuid7_hex(), number=_next_number(desk, unit, now.date()), agency=desk.agency, direction=direction,
                    from_unit=unit_id if direction == "back" else desk.agency, to_unit=desk.agency if direction == "back" else unit_id,
                    from_person=staff.name if direction != "back" else one_line("to_person", to_person, 120),
                    to_person=one_line("to_person", to_person, 120) if direction != "back" else staff.name,
                    made_at=now, made_by=staff.id, lines=tuple(lines))
        done = unit.submit(CreateSlip(slip=slip), entity=slip.id, by=staff.id, at=now)
    changes = Changes(dossiers=frozenset(ids), slips=frozenset({slip.id}))
    desk.changed(changes)
    assert isinstance(done.state, Slip)
    return done.state, changes


def confirm_slip(desk: Desk, slip_id: str, *, received: list[str] | None = None, person: str = "",
                 remarks: dict[str, str] | None = None) -> tuple[Slip, Changes]:
    """The other side counted the papers: all lines, or only the dossier ids in ``received``. Each received dossier makes
    its move (out: to the department, state 4; back: result at the counter, state 9; post: stays ready until delivered).

    A dossier that meanwhile moved on is left as it is and its line says so. Raises ``slip-unknown``, ``slip-confirmed``,
    ``not-on-slip``.
    """
    staff = desk.require("slip.confirm")
    with desk.store.write() as unit:
        slip = unit.slip(slip_id)
        if slip is None:
            raise UserError("slip-unknown", "Không có phiếu này trên máy.")
        if slip.status == "confirmed":
            raise UserError("slip-confirmed", f"Phiếu {slip.number} đã được xác nhận trước đó.")
        on_slip = [line.dossier for line in slip.lines]
        taken = on_slip if received is None else list(dict.fromkeys(received))
        if not set(taken) <= set(on_slip):
            raise UserError("not-on-slip", "Có hồ sơ không nằm trên phiếu này.")
        now = desk.now()
        notes = {key: one_line("remarks", text, 200) for key, text in (remarks or {}).items()}
        for dossier_id in taken:
            dossier = unit.dossier(dossier_id)
            move = _move_of(desk, slip, dossier) if dossier else None
            if move is not None:
                unit.submit(move, entity=dossier_id, by=staff.id, at=now)
            elif slip.direction != "post":
                notes.setdefault(dossier_id, "Hồ sơ đã chuyển trạng thái trước khi xác nhận")
        done = unit.submit(ConfirmSlip(received=tuple(taken), person=one_line("person", person, 120), remarks=notes),
                           entity=slip_id, by=staff.id, at=now)
    changes = Changes(dossiers=frozenset(on_slip), slips=frozenset({slip_id}))
    desk.changed(changes)
    assert isinstance(done.state, Slip)
    return done.state, changes


def _checked_items(items: dict[str, str]) -> dict[str, str]:
    """Item codes in their one spelling. Raises InvalidFields ``postal-code-invalid`` for a wrong or doubled one."""
    found: dict[str, str] = {}
    for dossier_id, code in items.items():
        tidy = tidy_postal(code)
        if tidy is None or not postal_ok(tidy):
            why = "Mã bưu gửi không đúng (13 ký tự, số kiểm tra phải khớp). Hãy quét lại tem."
            raise InvalidFields({"items": why}, "postal-code-invalid")
        if tidy in found.values():
            raise InvalidFields({"items": f"Mã bưu gửi {tidy} ghi cho hai hồ sơ. Mỗi bưu gửi một tem."}, "postal-code-invalid")
        found[dossier_id] = tidy
    return found


def _move_of(desk: Desk, slip: Slip, dossier: Dossier) -> Transition | None:
    if dossier.status not in _ALLOWED[slip.direction] or slip.direction == "post":
        return None
    if slip.direction == "out":
        return Transition(action="handover", from_status=dossier.status, to_status=int(State.PROCESSING), holder=slip.to_unit,
                          slip=slip.number)
    procedure = desk.catalogue.version(dossier.procedure_code, dossier.procedure_version)
    return Transition(action="result", from_status=dossier.status, to_status=int(State.DONE), holder=desk.agency, slip=slip.number,
                      result=Result(at=desk.now(), kind=procedure.result_kind if procedure else ""))


def _next_number(desk: Desk, unit: Unit, day: date) -> str:
    """Slip numbers are the counter's own (not statutory): device, day and a count kept in the store."""
    key = f"slip_count:{day:%y%m%d}"
    n = int(unit.meta_get(key) or 0) + 1
    unit.meta_set(key, str(n))
    return format_slip_number(desk.agency, desk.device, day, n)
