"""Forms 02–05 from what happened to a dossier: the supplement that was asked, the refusal, the extension, the stop.

Each speaks of the newest such event; a reprint months later says the same. Raises in words where nothing of the kind has happened.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from counter_app.printing.documents import Party
from counter_app.printing.letters import ApologyDoc, RefusalDoc, StopDoc, SupplementDoc
from counter_app.services.desk import Desk
from counter_app.services.paper import Paper, fees_words, header, next_copy, reprint_mark, return_words, staff_name
from onestop.errors import UserError
from onestop.model import Dossier, Event
from onestop.states import State, state_name
from onestop.vntime import to_vn

_TWO = ("Liên 1: Lưu", "Liên 2: Giao người nộp")


def supplement_request(desk: Desk, dossier: Dossier) -> Paper:
    """Form 02 of the newest request. Raises ``no-supplement``."""
    if not dossier.supplements:
        raise UserError("no-supplement", "Hồ sơ chưa có yêu cầu bổ sung nên chưa có phiếu yêu cầu bổ sung.")
    asked = dossier.supplements[-1]
    copy_no, common = _common(desk, dossier, "02")
    document = SupplementDoc(
        **common, happened_at=asked.asked_at, reason=asked.reason, items=asked.items, stage=asked.stage, number_of_request=asked.no,
        approver=asked.approver, officer=staff_name(desk, asked.asked_by), copies=_TWO, answer_by=asked.answer_by)
    return Paper("02", dossier.id, copy_no, dossier.shown_code, document)


def refusal(desk: Desk, dossier: Dossier) -> Paper:
    """Form 03. Raises ``not-refused``."""
    event = _newest(dossier, "refuse")
    if dossier.status != State.REFUSED or event is None:
        raise UserError("not-refused", "Hồ sơ không bị từ chối nên không có phiếu từ chối.")
    copy_no, common = _common(desk, dossier, "03")
    document = RefusalDoc(**common, happened_at=event.at, reason=event.reason, officer=staff_name(desk, event.by), copies=_TWO,
                          submitter=dossier.submitter.name if dossier.submitter else "")
    return Paper("03", dossier.id, copy_no, dossier.shown_code, document)


def apology(desk: Desk, dossier: Dossier) -> Paper:
    """Form 04 of the newest extension: the day promised before it and the new one, which time it is and, from the second on, the day first
    promised; signed by whoever approved it. Raises ``not-extended``."""
    event = _newest(dossier, "extend")
    if event is None:
        raise UserError("not-extended", "Hồ sơ chưa được gia hạn nên chưa có văn bản xin lỗi và gia hạn.")
    copy_no, common = _common(desk, dossier, "04")
    old, new = (_moment(event, name) for name in ("old_due_at", "new_due_at"))
    approver = str(event.facts.get("approver", ""))
    document = ApologyDoc(
        **common, happened_at=event.at, reason=event.reason, agency=desk.catalogue.unit_name(dossier.competent_agency),
        old_due_at=old or dossier.original_due_at, new_due_at=new or dossier.due_at, first_due_at=dossier.original_due_at,
        times=sum(other.kind == "extend" for other in dossier.events), place_return=return_words(dossier),
        officer=staff_name(desk, event.by), approver=approver, signer=approver)
    return Paper("04", dossier.id, copy_no, dossier.shown_code, document)


def stop_notice(desk: Desk, dossier: Dossier) -> Paper:
    """Form 05, with the citizen's own wish where there was one, signed by the head who decided. Raises ``not-stopped``."""
    event = _newest(dossier, "stop")
    if dossier.status != State.STOPPED or event is None:
        raise UserError("not-stopped", "Hồ sơ chưa dừng giải quyết nên chưa có thông báo dừng.")
    asked = _newest(dossier, "withdraw-ask")
    from_status = event.facts.get("from")
    if from_status != State.WITHDRAWAL:
        asked = None
    elif asked is not None:
        from_status = asked.facts.get("from", from_status)
    copy_no, common = _common(desk, dossier, "05")
    document = StopDoc(
        **common, happened_at=event.at, reason=event.reason, asked_at=asked.at if asked else None, ask_reason=asked.reason if asked else "",
        stage=state_name(int(from_status)) if from_status else "", fee_outcome=fees_words(dossier) if dossier.fees else "",
        papers=tuple(component.name for component in dossier.components if component.originals), officer=staff_name(desk, event.by),
        signer=staff_name(desk, event.by))
    return Paper("05", dossier.id, copy_no, dossier.shown_code, document)


def _moment(event: Event, name: str) -> datetime | None:
    """A moment among the facts of an event."""
    said = event.facts.get(name)
    return to_vn(datetime.fromisoformat(said)) if isinstance(said, str) and said else None


def _newest(dossier: Dossier, kind: str) -> Event | None:
    return next((event for event in reversed(dossier.events) if event.kind == kind), None)


def _common(desk: Desk, dossier: Dossier, form: str) -> tuple[int, dict[str, Any]]:
    """The number of this print, and what all letters say of a dossier."""
    owner, copy_no = dossier.owner, next_copy(dossier.prints, form)
    return copy_no, {
        "header": header(desk), "code": dossier.code or "", "provisional_code": dossier.provisional_code or "",
        "unit_name": desk.unit.name, "procedure_name": dossier.procedure_name, "procedure_code": dossier.procedure_code,
        "owner": Party(name=owner.name, id_no=owner.id_no, phone=owner.phone, email=owner.email or "", address=owner.address),
        "subject": dossier.subject, "received_at": dossier.received_at, "due_at": dossier.due_at, "office_phone": desk.unit.hotline,
        "reprint": reprint_mark(desk, copy_no)}
