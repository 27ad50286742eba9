"""The moves of a dossier after reception: supplement, refusal, extension, stop, withdrawal, result, return.

Each is one unit of work. A move the rules do not allow is refused before anything is written; the server decides in the
end, and what it decides otherwise comes back as work for a person.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from counter_app.services.desk import Changes, Desk
from counter_app.services.fields import bounded, one_line, person_name, reason_text
from counter_app.services.new_code import fresh_code
from onestop.deadline import Limit, compute_due
from onestop.errors import InvalidFields, UserError
from onestop.model import Dossier, Result, Returned, Supplement
from onestop.ops import Action, Extend, Transition
from onestop.states import State, can_move, state_name
from onestop.text import fold
from onestop.vntime import to_vn

if TYPE_CHECKING:
    from counter_app.store.unit import Unit
    from onestop.wire import StaffRow


def _load(unit: Unit, dossier_id: str) -> Dossier:
    dossier = unit.dossier(dossier_id)
    if dossier is None:
        raise UserError("dossier-unknown", "Không có hồ sơ này trên máy.")
    return dossier


def _move(desk: Desk, dossier_id: str, action: Action, to: State, facts: Callable[[Unit, Dossier, StaffRow], dict],
          *, head: bool = False) -> tuple[Dossier, Changes]:
    """Load, check the move, let ``facts`` build what belongs to it, submit."""
    staff = desk.require("status.transition", action, head=head)
    with desk.store.write() as unit:
        dossier = _load(unit, dossier_id)
        if not can_move(dossier.status, to):
            raise UserError("transition-not-allowed",
                            f"Hồ sơ đang ở trạng thái “{state_name(dossier.status)}”, không chuyển sang “{state_name(to)}” được.",
                            status=dossier.status, to=int(to))
        payload = Transition(action=action, from_status=dossier.status, to_status=int(to), **facts(unit, dossier, staff))
        done = unit.submit(payload, entity=dossier_id, by=staff.id, at=desk.now())
    changes = Changes(dossiers=frozenset({dossier_id}))
    desk.changed(changes)
    assert isinstance(done.state, Dossier)
    return done.state, changes


def ask_supplement(desk: Desk, dossier_id: str, items: tuple[str, ...], reason: str, *, approver: str = "",
                   answer_by: datetime | None = None) -> tuple[Dossier, Changes]:
    """Ask for more papers (mẫu 02): all gaps at once, once per stage. A second request in the same stage needs an
    ``approver`` besides its reason: UserError ``supplement-repeated``. ``answer_by``: until when, where the office sets a day
    (``answer-in-past``)."""
    reason = reason_text(reason)
    wanted = tuple(text for item in items if (text := one_line("items", item, 300)))
    approver = one_line("approver", approver, 120)
    if not wanted:
        raise InvalidFields({"items": "Phải ghi giấy tờ cần bổ sung."}, code="items-missing")
    if answer_by is not None and answer_by <= desk.now():
        raise InvalidFields({"answer_by": "Hạn bổ sung ở quá khứ."}, code="answer-in-past")

    def facts(unit: Unit, dossier: Dossier, staff: StaffRow) -> dict:
        stage = "appraisal" if dossier.status == State.PROCESSING else "intake"
        if any(s.stage == stage for s in dossier.supplements) and not approver:
            raise UserError("supplement-repeated",
                            "Đã yêu cầu bổ sung một lần ở bước này. Muốn yêu cầu lần nữa phải có lý do và người phê duyệt.", stage=stage)
        supplement = Supplement(no=len(dossier.supplements) + 1, stage=stage, reason=reason, items=wanted, asked_at=desk.now(),
                                asked_by=staff.id, approver=approver, due_before=dossier.due_at,
                                answer_by=to_vn(answer_by) if answer_by else None)
        return {"reason": reason, "supplement": supplement}

    return _move(desk, dossier_id, "supplement-ask", State.SUPPLEMENT, facts)


def answer_supplement(desk: Desk, dossier_id: str, *, due_at: datetime | None = None) -> tuple[Dossier, Changes]:
    """The papers came. The due date restarts, resumes or is given by hand (``due_at``), as the procedure's version says.
    Raises ``due-needed`` where it must be given by hand."""

    def facts(unit: Unit, dossier: Dossier, staff: StaffRow) -> dict:
        open_ones = [s for s in dossier.supplements if s.answered_at is None]
        if due_at and to_vn(due_at) <= desk.now():
            raise InvalidFields({"due_at": "Ngày hẹn mới ở quá khứ."}, code="due-in-past")
        due = to_vn(due_at) if due_at else _due_after_supplement(desk, dossier, open_ones[-1] if open_ones else None)
        if not open_ones:
            return {"due_at": due}
        return {"due_at": due, "supplement": replace(open_ones[-1], answered_at=desk.now(), due_after=due)}

    with desk.store.read() as reader:
        dossier = reader.dossier(dossier_id)
    asked_in_appraisal = bool(dossier and dossier.supplements and dossier.supplements[-1].stage == "appraisal")
    to = State.PROCESSING if asked_in_appraisal else State.ACCEPTED
    return _move(desk, dossier_id, "supplement-in", to, facts)


def _due_after_supplement(desk: Desk, dossier: Dossier, asked: Supplement | None) -> datetime | None:
    procedure = desk.catalogue.version(dossier.procedure_code, dossier.procedure_version)
    policy = procedure.due_policy if procedure else "restart"
    if policy == "manual":
        raise UserError("due-needed", "Thủ tục này phải nhập ngày hẹn trả mới sau khi bổ sung.")
    limit = Limit(dossier.limit_value, dossier.limit_unit)
    if policy == "resume" and asked is not None and dossier.due_at is not None and limit.unit in ("workday", "day"):
        left = desk.calendar.count_working_days(to_vn(asked.asked_at).date(), to_vn(dossier.due_at).date())
        limit = Limit(max(1, left), "workday")
    elif policy == "resume" and asked is not None and dossier.due_at is not None and limit.unit == "hour":
        start, end = to_vn(asked.asked_at), to_vn(dossier.due_at)
        left = desk.calendar.working_minutes(start.date(), start.time(), end.date(), end.time())
        limit = Limit(max(1, left // 60), "hour")
    return compute_due(desk.now(), limit, desk.calendar, cutoff=desk.cutoff).due_at


def accept(desk: Desk, dossier_id: str) -> tuple[Dossier, Changes]:
    """Accept a dossier that was filed online (state 1): it gets its code and its due date now, counted from this moment
    (the clock starts when a valid dossier is received, not when a form is filed)."""
    staff = desk.require("status.transition", "accept")
    now = desk.now()
    with desk.store.write() as unit:
        dossier = _load(unit, dossier_id)
        if not can_move(dossier.status, State.ACCEPTED):
            raise UserError("transition-not-allowed",
                            f"Hồ sơ đang ở trạng thái “{state_name(dossier.status)}”, không tiếp nhận được.", status=dossier.status)
        if dossier.code is None and dossier.provisional_code is None:
            unit.submit(fresh_code(unit, desk, dossier), entity=dossier_id, by=staff.id, at=now)
        due = compute_due(now, Limit(dossier.limit_value, dossier.limit_unit), desk.calendar, cutoff=desk.cutoff).due_at
        done = unit.submit(Transition(action="accept", from_status=dossier.status, to_status=int(State.ACCEPTED), due_at=due,
                                      holder=desk.agency), entity=dossier_id, by=staff.id, at=now)
    changes = Changes(dossiers=frozenset({dossier_id}))
    desk.changed(changes)
    assert isinstance(done.state, Dossier)
    return done.state, changes


def refuse(desk: Desk, dossier_id: str, reason: str) -> tuple[Dossier, Changes]:
    """Refuse a dossier (mẫu 03) before it is handed over, in writing."""
    reason = reason_text(reason)
    return _move(desk, dossier_id, "refuse", State.REFUSED, lambda *_: {"reason": reason})


def stop(desk: Desk, dossier_id: str, reason: str) -> tuple[Dossier, Changes]:
    """Stop handling (mẫu 05): the head decides."""
    reason = reason_text(reason)
    return _move(desk, dossier_id, "stop", State.STOPPED, lambda *_: {"reason": reason}, head=True)


def withdraw(desk: Desk, dossier_id: str, reason: str) -> tuple[Dossier, Changes]:
    """The citizen asks to take the dossier back (state 7); stopping it is the head's decision afterwards."""
    reason = reason_text(reason)
    return _move(desk, dossier_id, "withdraw-ask", State.WITHDRAWAL, lambda *_: {"reason": reason})


def keep_withdrawn(desk: Desk, dossier_id: str, reason: str) -> tuple[Dossier, Changes]:
    """The withdrawal is not granted: handling goes on (7 → 4); the head decides."""
    reason = reason_text(reason)
    return _move(desk, dossier_id, "withdraw-refuse", State.PROCESSING, lambda *_: {"reason": reason}, head=True)


def ask_payment(desk: Desk, dossier_id: str, reason: str) -> tuple[Dossier, Changes]:
    """A financial duty (tax, land use fee…) is asked of the citizen (state 6); the time limit pauses."""
    reason = reason_text(reason)
    return _move(desk, dossier_id, "payment-ask", State.FINANCIAL, lambda *_: {"reason": reason})


def payment_done(desk: Desk, dossier_id: str, *, note: str = "") -> tuple[Dossier, Changes]:
    """The duty is fulfilled (6 → 4). The due date moves by the working days the dossier waited."""
    note = one_line("note", note, 300)

    def facts(unit: Unit, dossier: Dossier, staff: StaffRow) -> dict:
        asked = next((e.at for e in reversed(dossier.events) if e.kind == "payment-ask"), None)
        due = dossier.due_at
        if asked is not None and due is not None:
            left = desk.calendar.count_working_days(to_vn(asked).date(), to_vn(due).date())
            due = compute_due(desk.now(), Limit(max(1, left), "workday"), desk.calendar).due_at
        return {"due_at": due, "reason": note}

    return _move(desk, dossier_id, "payment-done", State.PROCESSING, facts)


def register_result(desk: Desk, dossier_id: str, *, kind: str = "", number: str = "", note: str = "",
                    slip: str = "") -> tuple[Dossier, Changes]:
    """The result lies at the counter (state 9)."""
    kind, number, note = one_line("kind", kind, 120), one_line("number", number, 60), one_line("note", note, 300)

    def facts(unit: Unit, dossier: Dossier, staff: StaffRow) -> dict:
        result = Result(at=desk.now(), kind=kind or _result_kind(desk, dossier), number=number, note=note)
        return {"result": result, "holder": desk.agency, "slip": slip}

    return _move(desk, dossier_id, "result", State.DONE, facts)


def _result_kind(desk: Desk, dossier: Dossier) -> str:
    procedure = desk.catalogue.version(dossier.procedure_code, dossier.procedure_version)
    return procedure.result_kind if procedure else ""


def return_result(desk: Desk, dossier_id: str, *, collector_name: str, collector_id_no: str = "", relation: str = "owner",
                  authority: str = "", phone: str = "", originals: tuple[str, ...] = (), postal_code: str = "",
                  note: str = "") -> tuple[Dossier, Changes]:
    """Hand the result to the citizen (state 10): who, on what identity, which originals went back.

    Being late never withholds a result. Fees still due are the caller's warning, not a block here. Raises
    ``collector-missing``, ``authority-missing`` (somebody else collects without naming the paper that allows it),
    ``collector-differs`` (called owner or submitter, but it is another person's number or name).
    """
    bad: dict[str, str] = {}
    name = person_name("collector_name", collector_name, 200, bad, "Chưa nhập tên người nhận kết quả.")
    id_no, authority = bounded("collector_id_no", "".join(collector_id_no.split()), 20, bad), bounded("authority", authority, 200, bad)
    phone, note = bounded("phone", phone, 20, bad), bounded("note", note, 300, bad)
    given_back = tuple(bounded("originals", text, 300, bad) for text in originals)
    postal_code = bounded("postal_code", "".join(postal_code.split()).upper(), 40, bad)
    if bad:
        raise InvalidFields(bad, code="invalid-fields" if name else "collector-missing")
    if relation not in ("owner", "submitter", "authorised", "post"):
        raise InvalidFields({"relation": "Quan hệ của người nhận không đúng."})
    if relation == "authorised" and not authority:
        raise InvalidFields({"authority": "Người nhận thay phải có giấy ủy quyền; ghi số hoặc tên giấy."}, code="authority-missing")

    def facts(unit: Unit, dossier: Dossier, staff: StaffRow) -> dict:
        _same_person(dossier, relation, name, id_no)
        returned = Returned(at=desk.now(), by=staff.id, collector_name=name, collector_id_no=id_no, relation=relation,
                            authority=authority, phone=phone, originals=given_back, postal_code=postal_code, note=note)
        return {"returned": returned, "holder": ""}

    return _move(desk, dossier_id, "return", State.RETURNED, facts)


def _same_person(dossier: Dossier, relation: str, name: str, id_no: str) -> None:
    """Who is called the owner or the submitter must be that person. The 12-digit number decides (another spelling of the name is no
    matter then); old numbers of 9 digits prove nothing. Without a number the name must be the same but for marks and case."""
    person = dossier.submitter if relation == "submitter" else dossier.owner if dossier.owner.kind == "person" else None
    if relation not in ("owner", "submitter") or person is None:
        return
    who, advice = ("chủ hồ sơ" if relation == "owner" else "người nộp"), "Người khác đến nhận thì chọn “Người được ủy quyền”."
    known = person.id_no
    if id_no and id_no != known and len(id_no) == len(known) == 12:
        raise InvalidFields({"collector_id_no": f"Không phải số của {who}. {advice}"}, code="collector-differs")
    if not id_no and fold(name) != fold(person.name):
        raise InvalidFields({"collector_name": f"Tên khác {who}. Hãy nhập số định danh. {advice}"}, code="collector-differs")


def extend(desk: Desk, dossier_id: str, new_due_at: datetime, reason: str, *, approver: str = "") -> tuple[Dossier, Changes]:
    """A new due date with its reason (mẫu 04). The original date stays in the dossier. Raises ``due-not-later``."""
    reason = reason_text(reason)
    staff = desk.require("deadline.extend", head=True)
    due, approver = to_vn(new_due_at), one_line("approver", approver, 120)
    with desk.store.write() as unit:
        dossier = _load(unit, dossier_id)
        if dossier.status in (State.REFUSED, State.STOPPED, State.RETURNED):
            raise UserError("dossier-closed", "Hồ sơ đã kết thúc, không gia hạn được.")
        if dossier.due_at is not None and due <= dossier.due_at:
            raise InvalidFields({"due_at": "Ngày hẹn mới phải sau ngày hẹn hiện tại."}, code="due-not-later")
        if due <= desk.now():
            raise InvalidFields({"due_at": "Ngày hẹn mới ở quá khứ."}, code="due-in-past")
        done = unit.submit(Extend(old_due_at=dossier.due_at, new_due_at=due, reason=reason,
                                  approver=approver or staff.name), entity=dossier_id, by=staff.id, at=desk.now())
    changes = Changes(dossiers=frozenset({dossier_id}))
    desk.changed(changes)
    assert isinstance(done.state, Dossier)
    return done.state, changes
