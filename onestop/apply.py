"""What an op does to an entity: one pure function, used by the gateway (truth) and by the counter (its pending ops on top
of the server's copy), so that both sides cannot disagree about the rules.

The rules are those of the conflict table: set-once fields, three-way merge per field, a state machine with a ``from``
precondition, append-only money and history. Facts (money taken, a result handed over) are kept even when the move they
came with is refused.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Literal

from onestop.codec import builtins, revive_field
from onestop.copying import replace
from onestop.items import merge_items
from onestop.model import Dossier, Event, Slip
from onestop.ops import (
    AssignCode,
    AttachLink,
    AttachUnlink,
    Change,
    ConfirmSlip,
    Correct,
    Create,
    CreateSlip,
    Extend,
    Op,
    Printed,
    RecordFee,
    Transition,
)
from onestop.states import State, can_move, state_name

Entity = Dossier | Slip

#: Field paths a correction may touch. Identity, receiving officer and the moment of reception are set once.
CORRECTABLE = (
    "owner.kind", "owner.id_no", "owner.name", "owner.dob", "owner.gender", "owner.address", "owner.phone", "owner.email",
    "submitter", "subject", "set_count", "channel", "return_method", "return_address", "components", "procedure", "due_at",
)

#: Files of one dossier, taken off ones included.
MOST_ATTACHMENTS = 200
_SHA256 = re.compile("[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Applied:
    """``state`` is the entity after the op (for ``conflict`` and ``rejected``: with the facts that are kept regardless).
    ``clash`` maps a field to (current, wanted) where a person has to choose."""

    status: Literal["applied", "merged", "conflict", "rejected"]
    state: Entity | None
    code: str = ""
    message: str = ""
    clash: dict[str, tuple[Any, Any]] | None = None


def apply(state: Entity | None, op: Op) -> Applied:
    """Apply ``op`` to ``state`` (None: the entity is unknown here). Never raises for a well-formed op."""
    data = op.data
    if isinstance(data, Create | CreateSlip):
        return _create(state, op, data)
    if state is None:
        return Applied("rejected", None, "unknown-entity", "Không tìm thấy hồ sơ hoặc phiếu mà thao tác này nói tới.")
    if isinstance(data, Printed):
        done = replace(state, prints={**state.prints, data.form: max(state.prints.get(data.form, 0) + 1, data.copy_no)})
        return Applied("applied", _log(done, op, "print", facts={"form": data.form, "copy_no": data.copy_no}
                                       | ({"target": data.target} if data.target else {})))
    if isinstance(state, Slip):
        if isinstance(data, ConfirmSlip):
            return _confirm_slip(state, op, data)
        return _wrong_entity(state)
    if isinstance(data, Transition):
        return _transition(state, op, data)
    if isinstance(data, Correct):
        return _correct(state, op, data)
    if isinstance(data, Extend):
        return _extend(state, op, data)
    if isinstance(data, RecordFee):
        if any(fee.id == data.entry.id for fee in state.fees):
            return Applied("merged", state)
        entry = replace(data.entry, at=data.entry.at or op.at, by=data.entry.by or op.by)
        return Applied("applied", _log(replace(state, fees=(*state.fees, entry)), op, f"fee-{entry.entry}",
                                       facts={"code": entry.code, "amount": entry.amount}))
    if isinstance(data, AttachLink | AttachUnlink):
        return _attach(state, op, data)
    if isinstance(data, AssignCode):
        return _assign(state, op, data)
    return _wrong_entity(state)


def get_path(state: Dossier, path: str) -> Any:
    """The value a correction path speaks of. ``procedure`` is one value: ``[code, version, name, limit value, limit unit,
    sector, competent agency]``."""
    if path == "procedure":
        return [state.procedure_code, state.procedure_version, state.procedure_name, state.limit_value, state.limit_unit,
                state.sector, state.competent_agency]
    value: Any = state
    for part in path.split("."):
        value = getattr(value, part)
    return value


def _create(state: Entity | None, op: Op, data: Create | CreateSlip) -> Applied:
    if state is not None:
        return Applied("conflict", state, "entity-exists", "Mã định danh này đã có trên hệ thống.")
    entity: Entity = data.dossier if isinstance(data, Create) else data.slip
    if entity.id != op.entity:
        return Applied("rejected", None, "entity-mismatch", "Thao tác không khớp với hồ sơ hoặc phiếu.")
    is_dossier = isinstance(entity, Dossier)
    event = Event(id=op.op, kind="receive" if is_dossier else "slip-made", at=op.at, by=op.by, device=op.device,
                  facts={"replaces": op.replaces} if op.replaces else {})
    more = {"original_due_at": entity.original_due_at or entity.due_at} if isinstance(entity, Dossier) else {}
    return Applied("applied", replace(entity, version=0, events=(event,), **more))


def _assign(state: Dossier, op: Op, data: AssignCode) -> Applied:
    if data.code is None and data.provisional_code is not None:
        # Also where another desk has given an official code meanwhile: the paper with this number is out.
        named = replace(state, provisional_code=state.provisional_code or data.provisional_code)
        return Applied("applied", _log(named, op, "provisional-given", facts={"code": data.provisional_code}))
    if data.code is None:
        return Applied("rejected", state, "code-invalid", "Thao tác cấp mã không có mã nào.")
    if state.code in (None, data.code):
        return Applied("applied", _log(replace(state, code=data.code), op, "code-assigned", facts={"code": data.code}))
    return _conflict(state, op, "code-already-assigned", "Hồ sơ đã có mã khác.", {"code": (state.code, data.code)})


def _transition(state: Dossier, op: Op, data: Transition) -> Applied:
    facts: dict[str, Any] = {"from": data.from_status, "to": data.to_status}
    if data.slip:
        facts["slip"] = data.slip
    if data.holder:
        facts["holder"] = data.holder
    if data.returned:
        facts["relation"] = data.returned.relation
    repeated = any(event.id == op.op for event in state.events)
    if repeated:
        return Applied("merged", state)
    if state.status != data.from_status:
        if state.status == data.to_status and data.action not in ("return", "supplement-ask"):
            clash = _done_otherwise(state, data)
            if not clash:
                return Applied("merged", state)
            return _conflict(state, op, "done-otherwise", "Người khác đã làm việc này với nội dung khác.", clash, kind=data.action,
                             facts=facts | _happened(data))
        return _conflict(state, op, "transition-not-allowed",
                         f"Hồ sơ đã chuyển sang trạng thái khác (đang là “{state_name(state.status)}”).",
                         {"status": (state.status, data.to_status)}, kind=data.action, facts=facts | _happened(data))
    if data.action == "handover" and data.to_status == state.status == State.PROCESSING:
        pass  # papers move on between departments while the state stays
    elif not can_move(data.from_status, data.to_status):
        return _conflict(state, op, "transition-not-allowed", "Không được chuyển giữa hai trạng thái này.",
                         {"status": (state.status, data.to_status)}, kind=data.action, facts=facts | _happened(data))
    done = replace(state, status=data.to_status)
    if data.holder is not None:
        done = replace(done, holder=data.holder)
    if data.supplement is not None:
        kept = tuple(s for s in done.supplements if s.no != data.supplement.no)
        done = replace(done, supplements=(*kept, data.supplement))
    if data.result is not None:
        done = replace(done, result=data.result)
    if data.returned is not None:
        done = replace(done, returned=data.returned)
        if data.returned.postal_code and data.returned.postal_code not in done.postal_codes:
            done = replace(done, postal_codes=(*done.postal_codes, data.returned.postal_code))
    if data.due_at is not None:
        done = replace(done, due_at=data.due_at)
    return Applied("applied", _log(done, op, data.action, data.reason, facts))


def _done_otherwise(state: Dossier, data: Transition) -> dict[str, tuple[Any, Any]]:
    """Where somebody made the same move already: what they put differently. The papers went to one place only, there
    is one result, and a date that was told to somebody at each desk is one too many."""
    clash: dict[str, tuple[Any, Any]] = {}
    been = {event.facts.get("holder") for event in state.events if event.kind == data.action}
    if data.holder and data.holder != state.holder and data.holder not in been:
        clash["holder"] = state.holder, data.holder
    if data.result and state.result and (data.result.kind, data.result.number) != (state.result.kind, state.result.number):
        clash["result"] = _plain(state.result), _plain(data.result)
    if data.due_at and state.due_at and data.due_at != state.due_at:
        clash["due_at"] = state.due_at, data.due_at
    return clash


def _correct(state: Dossier, op: Op, data: Correct) -> Applied:
    unknown = [path for path in data.changes if path not in CORRECTABLE]
    if unknown:
        return Applied("rejected", state, "field-not-correctable", "Có trường không được phép đính chính.")
    if not data.reason.strip():
        return Applied("rejected", state, "reason-missing", "Đính chính phải ghi rõ lý do.")
    clash: dict[str, tuple[Any, Any]] = {}
    refused: set[str] = set()
    merged = False
    done = state
    for path, change in data.changes.items():
        current = _plain(get_path(state, path))
        old, new = _plain(change.old), _plain(change.new)
        if current == new:
            merged = merged or old != new
        elif current == old:
            done = set_path(done, path, change)
        elif path == "components" and (items := merge_items(current, old, new)) is not None:
            merged = True
            if items.kept != current:
                done = set_path(done, path, Change(old=current, new=items.kept))
            if items.wanted != items.kept:
                clash[path] = (items.kept, items.wanted)
                refused |= {path} if items.kept == current else set()
        else:
            clash[path] = (current, new)
            refused.add(path)
    done = _log(done, op, "correct", data.reason, {"fields": sorted(set(data.changes) - refused)})
    if clash:
        return Applied("conflict", done, "field-changed-elsewhere",
                       "Người khác đã sửa cùng ô này với giá trị khác.", clash)
    return Applied("merged" if merged else "applied", done)


def _extend(state: Dossier, op: Op, data: Extend) -> Applied:
    if not data.reason.strip():
        return Applied("rejected", state, "reason-missing", "Gia hạn phải ghi rõ lý do.")
    if state.due_at not in (data.old_due_at, data.new_due_at):
        return _conflict(state, op, "due-changed-elsewhere", "Ngày hẹn trả đã được đổi ở nơi khác.",
                         {"due_at": (state.due_at, data.new_due_at)}, kind="extend")
    done = replace(state, due_at=data.new_due_at)
    return Applied("applied", _log(done, op, "extend", data.reason, {
        "approver": data.approver, "old_due_at": data.old_due_at.isoformat() if data.old_due_at else "",
        "new_due_at": data.new_due_at.isoformat()}))


def _attach(state: Dossier, op: Op, data: AttachLink | AttachUnlink) -> Applied:
    """A set of files by their digest: of a link and an older unlink the link wins; a row never goes."""
    sha256 = data.attachment.sha256 if isinstance(data, AttachLink) else data.sha256
    held = next((a for a in state.attachments if a.sha256 == sha256), None)
    others = tuple(a for a in state.attachments if a.sha256 != sha256)
    if isinstance(data, AttachUnlink):
        if not data.reason.strip():
            return Applied("rejected", state, "reason-missing", "Gỡ tệp đính kèm phải ghi rõ lý do.")
        if held is None:
            return Applied("rejected", state, "attachment-unknown", "Hồ sơ không có tệp đính kèm này.")
        if held.removed or held.linked_at != data.linked_at:
            return Applied("merged", state)
        done = replace(state, attachments=(*others, replace(held, removed=data.reason)))
        return Applied("applied", _log(done, op, "attachment-removed", data.reason, {"sha256": sha256}))
    new = data.attachment
    fits = _SHA256.fullmatch(sha256) and new.name and len(new.name) <= 200 and len(new.media_type) <= 100 and new.size >= 0
    if not fits or new.removed or len(others) >= MOST_ATTACHMENTS:
        return Applied("rejected", state, "attachment-invalid", "Tệp đính kèm không hợp lệ hoặc hồ sơ đã có quá nhiều tệp.")
    if held is not None and not held.removed:
        return Applied("merged", state)
    linked = replace(new, linked_at=new.linked_at or op.at, by=new.by or op.by)
    done = replace(state, attachments=(*others, linked))
    return Applied("applied", _log(done, op, "attachment-added", facts={"sha256": sha256}))


def _confirm_slip(state: Slip, op: Op, data: ConfirmSlip) -> Applied:
    received = set(data.received)
    lines = tuple(
        replace(line, state="received" if line.dossier in received else "refused",
                remark=data.remarks.get(line.dossier, line.remark))
        for line in state.lines
    )
    if state.status == "confirmed":
        counted = [line.state for line in state.lines], [line.state for line in lines]
        if counted[0] == counted[1] or any(event.id == op.op for event in state.events):
            return Applied("merged", state)
        return _conflict(state, op, "slip-counted-otherwise", "Phiếu này đã được xác nhận ở nơi khác với số hồ sơ nhận khác.",
                         {"lines": (_plain(state.lines), _plain(lines))}, kind="slip-confirmed",
                         facts={"received": len(received), "lines": len(lines)})
    done = replace(state, status="confirmed", confirmed_at=op.at, confirmed_by=op.by, lines=lines,
                   to_person=data.person or state.to_person)
    return Applied("applied", _log(done, op, "slip-confirmed", facts={"received": len(received), "lines": len(lines)}))


def _wrong_entity(state: Entity) -> Applied:
    return Applied("rejected", state, "wrong-entity", "Thao tác này không dành cho loại đối tượng này.")


def _conflict(state: Entity, op: Op, code: str, message: str, clash: dict[str, tuple[Any, Any]], kind: str = "",
              facts: dict[str, Any] | None = None) -> Applied:
    """Refused, but the fact that it happened at a desk stays in the history."""
    return Applied("conflict", _log(state, op, f"{kind or op.kind}-refused", facts=(facts or {}) | {"code": code}), code, message, clash)


def _happened(data: Transition) -> dict[str, Any]:
    """What a person did that a refused move does not undo: papers were asked for, a result lay there, somebody took it."""
    found = {"reason": data.reason, "supplement": data.supplement, "result": data.result, "returned": data.returned}
    return {name: _plain(value) for name, value in found.items() if value}


def _log(state: Any, op: Op, kind: str, reason: str = "", facts: dict[str, Any] | None = None) -> Any:
    facts = (facts or {}) | ({"replaces": op.replaces} if op.replaces else {})
    event = Event(id=op.op, kind=kind, at=op.at, by=op.by, device=op.device, reason=reason, facts=facts)
    return replace(state, events=(*state.events, event))


def set_path(state: Dossier, path: str, change: Change) -> Dossier:
    """``state`` with the new value at a correction path (see ``get_path``). Raises ``msgspec.ValidationError`` for a wrong type."""
    new = change.new
    if path == "procedure":
        code, version, name, value, unit, sector, competent = new
        return replace(state, procedure_code=code, procedure_version=version, procedure_name=name, limit_value=value,
                       limit_unit=unit, sector=sector, competent_agency=competent)
    if path.startswith("owner."):
        return replace(state, owner=replace(state.owner, **{path.removeprefix("owner."): new}))
    return replace(state, **{path: revive_field(Dossier, path, new)})


def _plain(value: Any) -> Any:
    """Comparable regardless of whether a value came over the wire or from memory."""
    return builtins(value)
