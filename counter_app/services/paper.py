"""From a stored dossier or slip to what is on paper, and the record of each print. Printing is a separate, repeatable, counted
step after the COMMIT: a dead printer never touches the dossier."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from counter_app.domain.fees import money_vi, totals
from counter_app.printing import documents as paper
from counter_app.services.desk import Changes, Desk
from onestop.deadline import Limit
from onestop.errors import UserError
from onestop.lateness import Lateness, lateness
from onestop.model import Dossier, Party, Slip
from onestop.ops import Printed

CHANNEL_WORDS = {"counter": "Trực tiếp tại quầy", "online": "Trực tuyến", "post": "Bưu chính công ích",
                 "online-assisted": "Hỗ trợ nộp trực tuyến"}
RETURN_WORDS = {"counter": "Tại bộ phận một cửa", "post": "Qua bưu chính công ích", "online": "Trực tuyến"}
RELATION_WORDS = {"owner": "Chủ hồ sơ", "submitter": "Người nộp hồ sơ", "authorised": "Người được ủy quyền", "post": "Bưu chính công ích"}
_OUTCOMES: dict[Lateness, Any] = {Lateness.EARLY: "early", Lateness.ON_TIME: "on-time", Lateness.LATE: "late"}
_DIRECTIONS: dict[str, paper.Direction] = {"out": "to-department", "back": "results-back", "post": "post"}


@dataclass(frozen=True, slots=True)
class Paper:
    """A document ready to be rendered, with its place in the print log. ``entity``: the dossier or slip it is about (empty: neither);
    ``copy_no`` 1 is the first print; ``title``: a code or a period, never a name."""

    form: str
    entity: str
    copy_no: int
    title: str
    document: Any


def receipt(desk: Desk, dossier: Dossier) -> Paper:
    """Form 01, two copies; marked as a reprint from the second time on."""
    copy_no = dossier.prints.get("01", 0) + 1
    submitter = dossier.submitter
    document = paper.ReceiptDoc(
        header=header(desk), owner=_party(dossier.owner), code=dossier.code or "", provisional_code=dossier.provisional_code or "",
        procedure_name=dossier.procedure_name, procedure_code=dossier.procedure_code, received_at=dossier.received_at,
        unit_name=desk.unit.name, subject=dossier.subject,
        submitter=paper.Party(name=submitter.name, id_no=submitter.id_no, phone=submitter.phone, address=submitter.address,
                              authority=submitter.authority) if submitter else None,
        id_display="full" if desk.settings.show_id_on_receipt == "full" else "last4",
        components=tuple(paper.ComponentLine(name=c.name, originals=c.originals, copies=c.copies, note=c.note) for c in dossier.components),
        set_count=dossier.set_count, limit=Limit(dossier.limit_value, dossier.limit_unit).text_vi, due_at=dossier.due_at,
        return_method=return_words(dossier), fees=fees_words(dossier), receiver=staff_name(desk, dossier.received_by),
        hotline=desk.unit.hotline, reprint=reprint_mark(desk, copy_no),
    )
    return Paper("01", dossier.id, copy_no, dossier.shown_code, document)


def control_sheet(desk: Desk, dossier: Dossier) -> Paper:
    """Form 06: the hand-overs so far, then empty blocks for signatures by hand."""
    copy_no = dossier.prints.get("06", 0) + 1
    steps = []
    holder = desk.unit.name
    for event in dossier.events:
        if event.kind in ("handover", "result"):
            target = desk.catalogue.unit_name(str(event.facts.get("holder", ""))) if event.facts.get("holder") else ""
            outcome = None
            if event.kind == "result" and dossier.due_at is not None:
                outcome = _OUTCOMES[lateness(dossier.due_at, event.at, desk.settings.lateness_by)]
            steps.append(paper.ControlStep(from_unit=holder, to_unit=target, at=event.at, giver=staff_name(desk, event.by),
                                           outcome=outcome))
            holder = target or holder
    if not steps:
        procedure = desk.catalogue.version(dossier.procedure_code, dossier.procedure_version)
        unit = (procedure.handover_unit or procedure.competent_agency) if procedure else dossier.competent_agency
        steps.append(paper.ControlStep(from_unit=desk.unit.name, to_unit=desk.catalogue.unit_name(unit)))
    document = paper.ControlSheetDoc(
        header=header(desk), code=dossier.code or "", provisional_code=dossier.provisional_code or "", received_at=dossier.received_at,
        unit_name=desk.unit.name, owner=dossier.owner.name, procedure_name=dossier.procedure_name, due_at=dossier.due_at,
        steps=tuple(steps), reprint=reprint_mark(desk, copy_no))
    return Paper("06", dossier.id, copy_no, dossier.shown_code, document)


def handover_slip(desk: Desk, slip: Slip) -> Paper:
    """The bulk slip: one code for the slip, one for each line."""
    copy_no = slip.prints.get("handover", 0) + 1
    lines = []
    with desk.store.read() as reader:
        for line in slip.lines:
            dossier = reader.dossier(line.dossier)
            if dossier is None:
                lines.append(paper.HandoverLine(code=line.code, owner="", procedure="", remark=line.remark))
                continue
            lines.append(paper.HandoverLine(
                code=dossier.shown_code, owner=dossier.owner.name, procedure=dossier.procedure_name,
                component_count=len(dossier.components), set_count=dossier.set_count, due_at=dossier.due_at,
                internal_deadline=internal_deadline(desk, dossier), remark=line.remark, received=line.state == "received"))
    document = paper.HandoverSlipDoc(
        header=header(desk), slip_no=slip.number, direction=_DIRECTIONS[slip.direction],
        from_unit=desk.catalogue.unit_name(slip.from_unit), from_person=slip.from_person, to_unit=desk.catalogue.unit_name(slip.to_unit),
        to_person=slip.to_person, handed_at=slip.made_at, lines=tuple(lines), reprint=reprint_mark(desk, copy_no))
    return Paper("handover", slip.id, copy_no, slip.number, document)


def return_slip(desk: Desk, dossier: Dossier) -> Paper:
    """Who collected, on what identity, what went back with it. Raises ``not-returned``."""
    if dossier.returned is None:
        raise UserError("not-returned", "Hồ sơ chưa trả kết quả nên chưa có phiếu trả.")
    taken = dossier.returned
    copy_no = dossier.prints.get("return", 0) + 1
    result = dossier.result
    document = paper.ReturnSlipDoc(
        header=header(desk), code=dossier.code or "", provisional_code=dossier.provisional_code or "", owner=dossier.owner.name,
        procedure_name=dossier.procedure_name, procedure_code=dossier.procedure_code, received_at=dossier.received_at,
        returned_at=taken.at, due_at=dossier.due_at, unit_name=desk.unit.name,
        collector=paper.Party(name=taken.collector_name, id_no=taken.collector_id_no, phone=taken.phone, authority=taken.authority),
        relation=RELATION_WORDS[taken.relation], result=" ".join(p for p in (result.kind, result.number) if p) if result else "",
        originals=taken.originals, fees=fees_words(dossier), returned_by=staff_name(desk, taken.by), hotline=desk.unit.hotline,
        reprint=reprint_mark(desk, copy_no))
    return Paper("return", dossier.id, copy_no, dossier.shown_code, document)


def printed(desk: Desk, made: Paper, target: str) -> Changes:
    """Record that the paper left for ``target`` (a queue's name or ``pdf``): synced, so that every desk counts reprints
    alike. A paper about no dossier and no slip (a report, a list of accounts) is a line in this PC's log."""
    staff = desk.require()
    with desk.store.write() as unit:
        if not made.entity:
            unit.audit(staff.id, "print", "", {"form": made.form, "about": made.title, "target": target[:60]}, at=desk.now())
            return Changes()
        slip = unit.slip(made.entity) is not None
        unit.submit(Printed(form=made.form, copy_no=made.copy_no, target=target[:60]), entity=made.entity, by=staff.id, at=desk.now())
    changes = Changes(slips=frozenset({made.entity})) if slip else Changes(dossiers=frozenset({made.entity}))
    desk.changed(changes)
    return changes


def internal_deadline(desk: Desk, dossier: Dossier) -> datetime | None:
    """When the department must bring the result back: the due date less the procedure's internal days (working days)."""
    procedure = desk.catalogue.version(dossier.procedure_code, dossier.procedure_version)
    if dossier.due_at is None or procedure is None or not procedure.internal_days_before:
        return dossier.due_at
    day, left = dossier.due_at.date(), procedure.internal_days_before
    while left and day > dossier.received_at.date():
        day -= timedelta(days=1)
        left -= desk.calendar.is_working_day(day)
    return dossier.due_at.replace(year=day.year, month=day.month, day=day.day)


def header(desk: Desk) -> paper.Header:
    """The head of every paper of this office."""
    lines = (*desk.unit.header_lines, "", "")
    return paper.Header(parent=lines[0], unit=lines[1] or desk.unit.name.upper(), place=desk.unit.place)


def _party(owner: Party) -> paper.Party:
    return paper.Party(name=owner.name, id_no=owner.id_no, phone=owner.phone, email=owner.email or "", address=owner.address)


def next_copy(prints: dict[str, int], form: str) -> int:
    """The number of the print that is made now; 1 is the first."""
    return prints.get(form, 0) + 1


def reprint_mark(desk: Desk, copy_no: int) -> paper.Reprint | None:
    """What marks a reprint; nothing on the first print."""
    if copy_no <= 1:
        return None
    return paper.Reprint(n=copy_no - 1, at=desk.now(), user=desk.staff.name if desk.staff else "")


def dossier_facts(desk: Desk, dossier: Dossier) -> dict[str, Any]:
    """What every paper about a dossier says of it."""
    return {"header": header(desk), "title_code": dossier.shown_code, "code": dossier.code or "",
            "provisional_code": dossier.provisional_code or "", "unit_name": desk.unit.name, "owner": dossier.owner.name,
            "procedure_name": dossier.procedure_name, "procedure_code": dossier.procedure_code, "received_at": dossier.received_at,
            "due_at": dossier.due_at, "hotline": desk.unit.hotline}


def return_words(dossier: Dossier) -> str:
    """Where the result is collected, with the address when it goes by post."""
    words = RETURN_WORDS.get(dossier.return_method, dossier.return_method)
    return f"{words}: {dossier.return_address}" if dossier.return_method == "post" and dossier.return_address else words


def fees_words(dossier: Dossier) -> str:
    """What is to be paid and whether it was."""
    sums = totals(dossier.fees)
    if not sums.due:
        return "Không"
    if not sums.outstanding:
        return f"{money_vi(sums.due)} (đã thu)"
    return f"{money_vi(sums.due)} (đã thu {money_vi(sums.collected)})" if sums.collected else f"{money_vi(sums.due)} (chưa thu)"


def staff_name(desk: Desk, staff_id: str) -> str:
    """The name of a member of staff; nothing for one this PC does not know."""
    if desk.staff and desk.staff.id == staff_id:
        return desk.staff.name
    with desk.store.read() as reader:
        return reader.staff_names().get(staff_id, "")
