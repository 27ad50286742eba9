"""Papers that stay with the folder or remind the citizen: the label of the cover, the handover paper of one dossier, the ticket."""

from __future__ import annotations

from counter_app.printing.desk_documents import CoverLabelDoc, HandoverOneDoc, LabelSheetDoc, TicketDoc
from counter_app.printing.documents import ComponentLine, Party
from counter_app.services.desk import Desk
from counter_app.services.paper import (
    Paper,
    dossier_facts,
    fees_words,
    header,
    internal_deadline,
    next_copy,
    reprint_mark,
    return_words,
    staff_name,
)
from onestop.deadline import Limit
from onestop.model import Dossier, Slip


def cover_label(desk: Desk, dossier: Dossier, *, skip: int = 0) -> Paper:
    """The label of a folder's cover: code, owner, procedure, until when, where it goes."""
    copy_no = next_copy(dossier.prints, "cover-label")
    document = LabelSheetDoc(form="cover-label", header=header(desk), title_code=dossier.shown_code, made_at=desk.now(), skip=skip,
                             labels=(_cover(desk, dossier),))
    return Paper("cover-label", dossier.id, copy_no, dossier.shown_code, document)


def cover_labels(desk: Desk, slip: Slip, *, skip: int = 0) -> Paper:
    """Cover labels of all folders of a slip."""
    with desk.store.read() as reader:
        dossiers = [reader.dossier(line.dossier) for line in slip.lines]
    document = LabelSheetDoc(form="cover-label", header=header(desk), title_code=slip.number, made_at=desk.now(), skip=skip,
                             labels=tuple(_cover(desk, dossier) for dossier in dossiers if dossier is not None))
    return Paper("cover-label", slip.id, next_copy(slip.prints, "cover-label"), slip.number, document)


def handover_one(desk: Desk, dossier: Dossier) -> Paper:
    """"Giấy bàn giao hồ sơ": one dossier out to the department and its result back, signed at both ends. What the open slip it lies on
    knows is filled in, the rest is for handwriting."""
    copy_no = next_copy(dossier.prints, "handover-one")
    with desk.store.read() as reader:
        slip = reader.open_slip_of(dossier.id)
    out = slip if slip is not None and slip.direction == "out" else None
    submitter = dossier.submitter
    document = HandoverOneDoc(
        **dossier_facts(desk, dossier), made_at=out.made_at if out else desk.now(), slip_no=out.number if out else "",
        address=dossier.owner.address, subject=dossier.subject, limit=Limit(dossier.limit_value, dossier.limit_unit).text_vi,
        submitter=Party(name=submitter.name, phone=submitter.phone, address=submitter.address) if submitter else None,
        internal_deadline=internal_deadline(desk, dossier), set_count=dossier.set_count,
        components=tuple(ComponentLine(name=c.name, originals=c.originals, copies=c.copies, note=c.note) for c in dossier.components),
        from_unit=desk.unit.name, from_person=out.from_person if out else desk.staff.name if desk.staff else "",
        to_unit=desk.catalogue.unit_name(out.to_unit) if out else _unit_after(desk, dossier), to_person=out.to_person if out else "",
        handed_at=out.made_at if out else None, copies=("Liên 1: Bên giao", "Liên 2: Bên nhận"), reprint=reprint_mark(desk, copy_no))
    return Paper("handover-one", dossier.id, copy_no, dossier.shown_code, document)


def ticket(desk: Desk, dossier: Dossier) -> Paper:
    """The reminder from a receipt printer: code, owner, procedure, when to come back. Form 01 remains the receipt."""
    copy_no = next_copy(dossier.prints, "ticket")
    document = TicketDoc(
        **dossier_facts(desk, dossier), made_at=dossier.received_at, return_method=return_words(dossier), fees=fees_words(dossier),
        receiver=staff_name(desk, dossier.received_by), reprint=reprint_mark(desk, copy_no))
    return Paper("ticket", dossier.id, copy_no, dossier.shown_code, document)


def _cover(desk: Desk, dossier: Dossier) -> CoverLabelDoc:
    return CoverLabelDoc(**dossier_facts(desk, dossier), made_at=dossier.received_at, set_count=dossier.set_count,
                         handover_unit=_unit_after(desk, dossier))


def _unit_after(desk: Desk, dossier: Dossier) -> str:
    procedure = desk.catalogue.version(dossier.procedure_code, dossier.procedure_version)
    unit = (procedure.handover_unit or procedure.competent_agency) if procedure else dossier.competent_agency
    return desk.catalogue.unit_name(unit)
