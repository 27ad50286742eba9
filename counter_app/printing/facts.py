"""Documents as named texts, as ``vocabulary`` lists them: moments, counts and identities are in words here, once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from counter_app.printing.documents import ControlSheetDoc, ControlStep, HandoverSlipDoc, Header, Party, ReceiptDoc, ReturnSlipDoc
from counter_app.printing.kinds import vocabularies
from counter_app.printing.letters import ApologyDoc, BlankDoc, LetterDoc, RefusalDoc, RegisterDoc, RegisterLine, StopDoc, SupplementDoc
from counter_app.printing.templates import FormTemplate
from counter_app.printing.words import day_in_words, masked_id, moment_in_words, number_in_words, place_and_date, short_moment, stamp
from onestop.vntime import to_vn

Facts = dict[str, Any]


def facts_of(document: Any, template: FormTemplate, copy: str = "") -> Facts:
    """Every fact of the template's kind; what the document lacks is an empty text. Raises KeyError for a document without facts (a
    mistake of the program)."""
    own = _own(document)
    vocabulary = vocabularies()[template.form]
    everything: Facts = dict.fromkeys(vocabulary.facts, "")
    everything.update(_common(document, template, copy))
    everything.update(own)
    return everything


def blank_facts(header: Header, template: FormTemplate) -> Facts:
    """The facts of a form nobody has filled in: only who issues it."""
    return dict.fromkeys(vocabularies()[template.form].facts, "") | _office(header, template)


def _own(document: Any) -> Facts:
    for kind, maker in _MAKERS.items():
        if type(document) is kind:
            return maker(document)
    from counter_app.printing import desk_facts

    return desk_facts.facts_of(document)


def _office(header: Header, template: FormTemplate) -> Facts:
    return {"parent": header.parent.upper(), "unit_head": header.unit.upper(), "place": header.place, "number": template.number,
            "basis": template.basis}


def _common(document: Any, template: FormTemplate, copy: str) -> Facts:
    code, provisional = getattr(document, "code", ""), getattr(document, "provisional_code", "")
    moment = next(at for name in ("handed_at", "returned_at", "happened_at", "received_at", "made_at")
                  if (at := getattr(document, name, None)) is not None)
    shown = document.title_code
    return _office(document.header, template) | {
        "place_date": place_and_date(document.header.place, moment), "copy": copy, "shown_code": shown, "code": code,
        "provisional": provisional, "code_only": code if not provisional else "", "provisional_only": provisional if not code else "",
        "both_codes": code if code and provisional else "", "qr": getattr(document, "qr", "") or shown,
        "basis": document.legal_basis or template.basis}


def _dossier(doc: Any) -> Facts:
    code = getattr(doc, "procedure_code", "")
    owner = doc.owner.name if isinstance(doc.owner, Party) else doc.owner
    return {
        "unit": doc.unit_name, "owner": owner, "procedure": doc.procedure_name + (f" ({code})" if code else ""),
        "procedure_name": doc.procedure_name, "procedure_code": code, "received": moment_in_words(doc.received_at),
        "received_short": short_moment(doc.received_at), "due": moment_in_words(doc.due_at) if doc.due_at else "",
        "due_short": short_moment(doc.due_at), "hotline": getattr(doc, "hotline", "")}


def _person(party: Party, display: Any = "last4") -> Facts:
    return {"id_no": masked_id(party.id_no, display), "phone": party.phone, "email": party.email, "address": party.address}


def _receipt(doc: ReceiptDoc) -> Facts:
    submitter = doc.submitter or Party(name="")
    return {
        **_dossier(doc), **_person(doc.owner, doc.id_display), "submitter": submitter.name, "submitter_phone": submitter.phone,
        "authority": submitter.authority, "subject": doc.subject, "sets": str(doc.set_count), "limit": doc.limit,
        "return": doc.return_method, "fees": doc.fees, "book_no": doc.book_no, "book_seq": doc.book_seq, "receiver": doc.receiver,
        "lookup_url": doc.lookup_url, "lookup_secret": doc.lookup_secret,
        "components": [{"seq": str(number), "name": line.name, "note": line.note, "originals": str(line.originals or ""),
                        "copies": str(line.copies or ""), "electronic": "" if line.originals or line.copies else "–"}
                       for number, line in enumerate(doc.components, start=1)]}


def _control(doc: ControlSheetDoc) -> Facts:
    return {**_dossier(doc), "steps": [_step(step) for step in doc.steps]}


def _step(step: ControlStep) -> Facts:
    return {"from_unit": step.from_unit, "to_unit": step.to_unit, "at": moment_in_words(step.at) if step.at else "",
            "giver": step.giver, "receiver": step.receiver, "note": step.note, "early": _if(step.outcome == "early"),
            "on_time": _if(step.outcome == "on-time"), "late": _if(step.outcome == "late")}


def _if(true: bool) -> str:
    return "1" if true else ""


def _handover(doc: HandoverSlipDoc) -> Facts:
    return {
        "slip_no": doc.slip_no, "handed": stamp(doc.handed_at), "to_department": _if(doc.direction == "to-department"),
        "results_back": _if(doc.direction == "results-back"), "post": _if(doc.direction == "post"), "from_unit": doc.from_unit,
        "from_person": doc.from_person, "to_unit": doc.to_unit, "to_person": doc.to_person, "note": doc.note,
        "count": str(len(doc.lines)), "count_words": number_in_words(len(doc.lines)),
        "lines": [{"seq": str(number), "code": line.code, "owner": line.owner, "procedure": line.procedure,
                   "counts": f"{line.component_count}/{line.set_count}", "internal": short_moment(line.internal_deadline),
                   "due": short_moment(line.due_at), "remark": line.remark, "received": _if(line.received)}
                  for number, line in enumerate(doc.lines, start=1)]}


def _return(doc: ReturnSlipDoc) -> Facts:
    return {
        **_dossier(doc), "returned": moment_in_words(doc.returned_at), "result": doc.result, "collector": doc.collector.name,
        "relation": doc.relation, "authority": doc.collector.authority, "id_no": masked_id(doc.collector.id_no, doc.id_display),
        "phone": doc.collector.phone, "fees": doc.fees, "returned_by": doc.returned_by, "originals": _numbered(doc.originals)}


def _numbered(names: tuple[str, ...]) -> list[Facts]:
    return [{"seq": str(number), "name": name} for number, name in enumerate(names, start=1)]


def _letter(doc: LetterDoc) -> Facts:
    return {
        **_dossier(doc), **_person(doc.owner), "notice_no": doc.notice_no, "subject": doc.subject, "reason": doc.reason,
        "officer": doc.officer, "office_phone": doc.office_phone, "website": doc.website, "signer": doc.signer,
        "signer_title": doc.signer_title, "hotline": doc.office_phone}


def _only(kind: str, facts: Facts) -> Facts:
    """Those of ``facts`` the kind speaks of: the letters share more than each of them shows."""
    vocabulary = vocabularies()[kind]
    return {name: value for name, value in facts.items() if name in vocabulary.facts or name in vocabulary.lists}


def _supplement(doc: SupplementDoc) -> Facts:
    return _only("supplement-request", _letter(doc) | {
        "asked": moment_in_words(doc.happened_at), "stage_intake": _if(doc.stage == "intake"),
        "stage_appraisal": _if(doc.stage == "appraisal"),
        "answer_by": day_in_words(doc.answer_by) if doc.answer_by else "", "approver": doc.approver,
        "repeat": str(doc.number_of_request) if doc.number_of_request > 1 else "", "items": _numbered(doc.items)})


def _refusal(doc: RefusalDoc) -> Facts:
    return _only("refusal", _letter(doc) | {"refused": moment_in_words(doc.happened_at), "submitter": doc.submitter})


def _apology(doc: ApologyDoc) -> Facts:
    new = doc.new_due_at
    return _only("apology", _letter(doc) | {
        "agency": doc.agency, "old_due": moment_in_words(doc.old_due_at) if doc.old_due_at else "",
        "new_due": moment_in_words(new) if new else "", "new_due_day": f"{to_vn(new):%d/%m/%Y}" if new else "",
        "times": str(doc.times) if doc.times > 1 else "",
        "first_due": moment_in_words(doc.first_due_at) if doc.first_due_at and doc.times > 1 else "",
        "place_return": doc.place_return, "extended": moment_in_words(doc.happened_at), "approver": doc.approver,
        "late": _if(doc.old_due_at is not None and doc.happened_at > doc.old_due_at)})


def _stop(doc: StopDoc) -> Facts:
    return _only("stop-notice", _letter(doc) | {
        "stopped": moment_in_words(doc.happened_at), "asked_at": moment_in_words(doc.asked_at) if doc.asked_at else "",
        "ask_reason": doc.ask_reason, "by_request": _if(doc.asked_at is not None), "by_office": _if(doc.asked_at is None),
        "stage": doc.stage, "fee_outcome": doc.fee_outcome, "papers": _numbered(doc.papers)})


def _register(doc: RegisterDoc) -> Facts:
    return {
        "unit": doc.unit_name, "from_day": f"{doc.first:%d/%m/%Y}", "to_day": f"{doc.last:%d/%m/%Y}", "period": doc.period,
        "count": f"{len(doc.lines):,}".replace(",", "."), "count_words": number_in_words(len(doc.lines)), "book_no": doc.book_no,
        "lines": [_register_line(number, line) for number, line in enumerate(doc.lines, start=1)]}


def _register_line(number: int, line: RegisterLine) -> Facts:
    return {
        "seq": str(number), "code": line.code, "procedure": line.procedure, "sets": str(line.sets), "owner": line.owner,
        "contact": line.contact, "agency": line.agency, "received": short_moment(line.received_at), "due": short_moment(line.due_at),
        "result": short_moment(line.result_at), "returned": short_moment(line.returned_at), "method": line.method,
        "collector": line.collector, "note": line.note, "officer": line.officer}


_MAKERS: dict[type, Callable[[Any], Facts]] = {
    ReceiptDoc: _receipt, ControlSheetDoc: _control, HandoverSlipDoc: _handover, ReturnSlipDoc: _return, SupplementDoc: _supplement,
    RefusalDoc: _refusal, ApologyDoc: _apology, StopDoc: _stop, RegisterDoc: _register, BlankDoc: lambda doc: {}}
