"""A change that was refused, or could not be sent, made anew: what was typed is shown again, the person corrects what is wrong, and the
result goes as a new op that names the one before (sync.md §2.13). The old op stays in the outbox with the name of the new one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from counter_app.services.correct import cleaned, differing
from counter_app.services.desk import Changes, Desk
from counter_app.services.fees import MAX_AMOUNT
from counter_app.services.fields import one_line, reason_text
from counter_app.services.reviews import MINE
from onestop.apply import CORRECTABLE, get_path, set_path
from onestop.codec import builtins, decode_op, kind_of
from onestop.copying import replace
from onestop.errors import InvalidFields, UserError
from onestop.model import Dossier, FeeEntry, Slip
from onestop.ops import Change, Correct, Create, CreateSlip, Extend, Op, Payload, RecordFee, SettleReview, Transition
from onestop.vntime import iso, parse_moment

if TYPE_CHECKING:
    from counter_app.store.unit import Reader, Unit

#: What can be typed anew, of the fields that hold a line of text or a number.
_TYPED = tuple(path for path in CORRECTABLE if path not in ("submitter", "components", "procedure", "owner.kind", "owner.gender", "channel",
                                                            "return_method"))
_STATES = ("quarantined", "review")
_AS_SHOWN = "Nhập lại thay đổi bị hỏng trên đĩa"
_NOTE = "sửa rồi gửi lại"
_NO_REASON = "Thay đổi này phải ghi rõ lý do."


@dataclass(frozen=True, slots=True)
class Draft:
    """What an op said, for a person to look at: ``fields`` that may be typed anew (path → value as JSON), ``reason`` where the op has one
    (None: it has none). ``damaged``: its bytes are lost, the fields are what the screen shows."""

    op: str
    entity: str
    kind: str
    fields: Mapping[str, Any] = field(default_factory=dict)
    reason: str | None = None
    damaged: bool = False


def draft(reader: Reader, op_id: str) -> Draft:
    """What can be edited of an op that was refused or set aside. Raises ``op-not-there``."""
    item = next((item for item in reader.outbox(states=_STATES, limit=-1) if item.op == op_id), None)
    if item is None:
        raise UserError("op-not-there", "Thao tác này không còn trong hàng chờ.")
    raw = reader.op_bytes(op_id)
    if raw is None:
        shown = reader.dossier(item.entity)
        fields = {path: builtins(get_path(shown, path)) for path in _TYPED} if shown is not None else {}
        return Draft(op_id, item.entity, item.kind, fields, None, damaged=True)
    data = decode_op(raw).data
    reason = getattr(data, "reason", None)
    return Draft(op_id, item.entity, item.kind, _fields(data), reason)


def _fields(data: Payload) -> dict[str, Any]:
    if isinstance(data, Correct):
        return {path: builtins(change.new) for path, change in data.changes.items() if path in _TYPED}
    if isinstance(data, Create):
        return {path: builtins(get_path(data.dossier, path)) for path in _TYPED if path != "due_at"}
    if isinstance(data, Extend):
        return {"due_at": iso(data.new_due_at)}
    if isinstance(data, RecordFee):
        return {"amount": data.entry.amount, "receipt_no": data.entry.receipt_no}
    return {}


def edit_again(desk: Desk, op_id: str, values: Mapping[str, Any] | None = None, reason: str | None = None) -> tuple[Op | None, Changes]:
    """Send the change of ``op_id`` as a new op, with ``values`` for those of its fields (``draft``) that were wrong; without any as it
    was. What waited behind it goes behind the new one. Of a damaged op goes what the screen shows; where that cannot be written as one
    change (a state, a fee), nothing goes (None) and the step is to be done again on the dossier.

    Raises ``op-not-there``, ``review-not-here``, ``field-unknown``, InvalidFields, the refusals of the new op, ``not-signed-in``,
    ``role-missing``."""
    staff = desk.require("review.settle")
    given = dict(values or {})
    with desk.store.write() as unit:
        before = draft(unit, op_id)
        if unknown := set(given) - set(before.fields):
            raise UserError("field-unknown", f"Thao tác này chỉ sửa được các ô: {', '.join(before.fields)}.", field=min(unknown))
        raw, shown = unit.op_bytes(op_id), unit.dossier(before.entity) or unit.slip(before.entity)
        _settle(unit, desk, op_id, staff.id)

        def make(standing: Any) -> Payload | None:
            if raw is None:
                payload = _from_screen(desk, shown, standing, given, reason)
            else:
                payload = _edited(desk, decode_op(raw).data, standing, given, before.reason if reason is None else reason)
            if payload is not None:
                _may(desk, payload, given)
            return payload

        done = unit.replace_op(op_id, make, by=staff.id, at=desk.now())
        unit.audit(staff.id, "op-replaced", before.entity, {"op": op_id, "by": done.op.op if done else ""}, at=desk.now())
    changes = Changes(dossiers=frozenset({before.entity}))
    desk.changed(changes)
    return (done.op if done else None), changes


def _settle(unit: Unit, desk: Desk, op_id: str, by: str) -> None:
    """Where the centre holds a review of the op, this is its decision."""
    (item,) = (item for item in unit.outbox(states=_STATES, limit=-1) if item.op == op_id)
    review = unit.review(item.review) if item.review else None
    if item.state == "review" and review is None:
        raise UserError("review-not-here", "Việc cần xử lý này chưa về tới máy. Hãy bấm “Gửi và nhận ngay” rồi làm lại.")
    if review is not None and review.status == "open":
        unit.submit(SettleReview(decision=MINE, note=_NOTE), entity=review.id, by=by, at=desk.now())


def _may(desk: Desk, payload: Payload, given: Mapping[str, Any]) -> None:
    """The rights of the act itself, as on its own form."""
    action = payload.action if isinstance(payload, Transition) else ""
    moved = isinstance(payload, Correct) and "due_at" in payload.changes and ("due_at" in given or "procedure" not in payload.changes)
    desk.require(kind_of(payload), action, head=moved)


def _edited(desk: Desk, data: Payload, standing: Any, given: dict[str, Any], reason: str | None) -> Payload:
    """The payload again, with what was typed now, against what stands."""
    if isinstance(data, Create):
        return replace(data, dossier=_with(desk, data.dossier, given))
    if isinstance(data, RecordFee):
        return RecordFee(entry=_fee(data.entry, given))
    if not isinstance(standing, Dossier):
        return data
    if isinstance(data, Transition):
        return replace(data, reason=reason or "", from_status=standing.status)
    if isinstance(data, Extend):
        try:
            due = parse_moment(given.get("due_at", data.new_due_at))
        except (TypeError, ValueError):
            raise InvalidFields({"due_at": "Ngày giờ không đúng."}) from None
        return replace(data, old_due_at=standing.due_at, new_due_at=due, reason=reason_text(reason or "", _NO_REASON))
    if isinstance(data, Correct):
        wanted = {path: builtins(change.new) for path, change in data.changes.items() if path not in given}
        return Correct(reason=reason_text(reason or "", _NO_REASON), changes=differing(standing, wanted | cleaned(desk, standing, given)))
    return data


def _from_screen(desk: Desk, shown: Any, standing: Any, given: dict[str, Any], reason: str | None) -> Payload | None:
    """Of a damaged op: what the screen shows, as one change against what the centre has."""
    if isinstance(shown, Slip):
        return CreateSlip(slip=replace(shown, events=(), version=0)) if standing is None else None
    if not isinstance(shown, Dossier):
        return None
    shown = _with(desk, shown, given)
    if not isinstance(standing, Dossier):
        return Create(dossier=replace(shown, events=(), version=0))
    wanted = {path: builtins(get_path(shown, path)) for path in CORRECTABLE}
    try:
        return Correct(reason=reason_text(reason or _AS_SHOWN), changes=differing(standing, wanted))
    except UserError:
        return None


def _with(desk: Desk, dossier: Dossier, given: dict[str, Any]) -> Dossier:
    for path, value in cleaned(desk, dossier, given).items():
        dossier = set_path(dossier, path, Change(old=None, new=value))
    return dossier


def _fee(entry: FeeEntry, given: dict[str, Any]) -> FeeEntry:
    amount = given.get("amount", entry.amount)
    if isinstance(amount, str) and amount.strip().isdecimal():
        amount = int(amount)
    if not isinstance(amount, int) or not 0 <= amount <= MAX_AMOUNT:
        raise InvalidFields({"amount": "Số tiền không đúng."})
    return replace(entry, amount=amount, receipt_no=one_line("receipt_no", str(given.get("receipt_no", entry.receipt_no)), 60))
