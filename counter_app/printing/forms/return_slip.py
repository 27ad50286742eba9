"""The slip of a returned result (own form): who collected, on what identity, what was given back, what was paid."""

from __future__ import annotations

from reportlab.platypus import Flowable, Spacer

from counter_app.printing import fonts
from counter_app.printing.documents import ReturnSlipDoc
from counter_app.printing.layout import CodeBand, code_captions, head, signatures, titles
from counter_app.printing.sheet import MM, Sheet
from counter_app.printing.words import masked_id, moment_in_words


def story(doc: ReturnSlipDoc, sheet: Sheet, copy: str) -> list[Flowable]:
    """One copy of the slip."""
    label = sheet.words
    code = f" ({doc.procedure_code})" if doc.procedure_code else ""
    due = moment_in_words(doc.due_at) if doc.due_at else ""
    rows = [
        [(label("owner"), doc.owner)],
        [(label("procedure"), doc.procedure_name + code)],
        [(label("received"), moment_in_words(doc.received_at))],
        [(label("due"), due)],
        [(label("returned"), moment_in_words(doc.returned_at))],
        [(label("result"), doc.result)],
        [(label("collector"), doc.collector.name), (label("relation"), doc.relation)],
        [(label("authority"), doc.collector.authority)],
        [(label("id_no"), masked_id(doc.collector.id_no, doc.id_display)), (label("phone"), doc.collector.phone)],
    ]
    found: list[Flowable] = [
        head(sheet, doc.header, doc.returned_at),
        CodeBand(sheet, doc.title_code, doc.qr, code_captions(sheet, doc.code, doc.provisional_code)),
        *titles(sheet, copy),
    ]
    if doc.unit_name:
        found.append(sheet.text(doc.unit_name, font=fonts.BOLD))
    found += [sheet.pairs(*row) for row in rows if any(value for _, value in row)]
    found.append(sheet.text(f"{label('originals')}: {'' if doc.originals else label('no_originals')}"))
    found += [sheet.text(f"({number}) {paper}") for number, paper in enumerate(doc.originals, start=1)]
    found += [sheet.pairs((label("fees"), doc.fees)), Spacer(0, 2 * MM), sheet.text(label("statement"), font=fonts.ITALIC)]
    boxes = [(label("left_sign"), doc.collector.name), (label("right_sign"), doc.returned_by)]
    found.append(signatures(sheet, boxes, 18 if sheet.geometry.name == "A4" else 12))
    if doc.hotline:
        found.append(Spacer(0, 2 * MM))
        found.append(sheet.text(label("note_hotline", hotline=doc.hotline), font=fonts.ITALIC, size=sheet.geometry.small))
    return found
