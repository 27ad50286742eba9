"""Form 01: "Giấy tiếp nhận hồ sơ và hẹn trả kết quả" (domain: TT 01/2018 and TT 03/2025/TT-VPCP)."""

from __future__ import annotations

from reportlab.platypus import Flowable, Spacer, Table

from counter_app.printing import fonts
from counter_app.printing.documents import ComponentLine, ReceiptDoc
from counter_app.printing.layout import CodeBand, code_captions, grid, head, signatures, titles
from counter_app.printing.sheet import MM, Sheet
from counter_app.printing.words import masked_id, moment_in_words

_SHORT_PAIR = 45
"""Characters of the way of return and the fees together that share a line."""


def story(doc: ReceiptDoc, sheet: Sheet, copy: str) -> list[Flowable]:
    """One copy (liên) of the receipt."""
    return [
        head(sheet, doc.header, doc.received_at),
        CodeBand(sheet, doc.title_code, doc.qr, code_captions(sheet, doc.code, doc.provisional_code)),
        *titles(sheet, copy),
        *_who(doc, sheet),
        *_numbered(doc, sheet),
        *_end(doc, sheet),
    ]


def _who(doc: ReceiptDoc, sheet: Sheet) -> list[Flowable]:
    label, options = sheet.words, sheet.template.options
    found: list[Flowable] = [sheet.text(doc.unit_name, font=fonts.BOLD)] if doc.unit_name else []
    found.append(sheet.pairs((label("owner"), doc.owner.name)))
    if doc.submitter:
        who = doc.submitter.name + (f" ({label('authority')} {doc.submitter.authority})" if doc.submitter.authority else "")
        found.append(sheet.pairs((label("submitter"), who), (label("phone"), doc.submitter.phone)))
    contact = [
        (label("id_no"), masked_id(doc.owner.id_no, doc.id_display) if options["show_id"] else ""),
        (label("phone"), doc.owner.phone),
        (label("email"), doc.owner.email),
    ]
    if any(value for _, value in contact):
        found.append(sheet.pairs(*contact, bold=False))
    if doc.owner.address:
        found.append(sheet.pairs((label("address"), doc.owner.address), bold=False))
    code = f" ({doc.procedure_code})" if doc.procedure_code else ""
    found.append(sheet.pairs((label("procedure"), doc.procedure_name + code)))
    if doc.subject:
        found.append(sheet.pairs((label("subject"), doc.subject), bold=False))
    return found


def _numbered(doc: ReceiptDoc, sheet: Sheet) -> list[Flowable]:
    label, options = sheet.words, sheet.template.options
    due = moment_in_words(doc.due_at) if doc.due_at else label("due_later")
    way = (label("return"), doc.return_method)
    fees = (label("fees"), doc.fees if options["show_fees"] else "")
    short = len(doc.return_method) + len(doc.fees) <= _SHORT_PAIR
    lines: list[list[tuple[str, str]]] = [
        [(label("sets"), f"{doc.set_count} {label('sets_unit')}"), (label("limit"), doc.limit if options["show_limit"] else "")],
        [(label("received"), moment_in_words(doc.received_at))],
        [(label("due"), due)],
        *([[way, fees]] if short else [[way], [fees]]),
    ]
    found: list[Flowable] = [sheet.text(f"1. {label('components')}"), *_components(doc.components, sheet)]
    number = 2
    for pairs in lines:
        shown = [pair for pair in pairs if pair[1]]
        if shown:
            found.append(sheet.pairs(*((f"{number + place}. {name}", value) for place, (name, value) in enumerate(shown))))
            number += len(shown)
    if doc.book_no or doc.book_seq:
        found.append(sheet.text(label("book", book=doc.book_no or "…", seq=doc.book_seq or "…")))
    return found


def _components(lines: tuple[ComponentLine, ...], sheet: Sheet) -> list[Flowable]:
    label = sheet.words
    if not lines:
        return [sheet.text(f"– {label('no_components')}")]
    if not sheet.template.options["component_table"]:
        return [sheet.text(f"({number}) {_listed(line, sheet)}") for number, line in enumerate(lines, start=1)]
    small = sheet.geometry.body - 1
    rows: list[list[object]] = [
        [sheet.text(label(key), font=fonts.BOLD, size=small, align="center") for key in ("seq", "component", "kind", "amount")]
    ]
    for number, line in enumerate(lines, start=1):
        kinds, amounts = _kinds(line, sheet)
        note = f" ({line.note})" if line.note else ""
        rows.append([
            sheet.text(str(number), size=small, align="center"),
            sheet.text(line.name + note, size=small),
            [sheet.text(kind, size=small, align="center") for kind in kinds],
            [sheet.text(amount, size=small, align="center") for amount in amounts],
        ])
    shares = (0.075, 0.61, 0.175, 0.14)
    table = Table(rows, colWidths=[sheet.geometry.usable * MM * share for share in shares], repeatRows=1)
    table.setStyle(grid())
    return [table, Spacer(0, 1.2 * MM)]


def _kinds(line: ComponentLine, sheet: Sheet) -> tuple[list[str], list[str]]:
    found = [(sheet.words(key), str(count)) for key, count in (("original", line.originals), ("photocopy", line.copies)) if count]
    found = found or [(sheet.words("electronic"), "–")]
    return [kind for kind, _ in found], [amount for _, amount in found]


def _listed(line: ComponentLine, sheet: Sheet) -> str:
    kinds, amounts = _kinds(line, sheet)
    counts = ", ".join(f"{amount} {kind.lower()}" if amount != "–" else kind.lower() for kind, amount in zip(kinds, amounts, strict=True))
    return f"{line.name} ({counts})" + (f" – {line.note}" if line.note else "")


def _end(doc: ReceiptDoc, sheet: Sheet) -> list[Flowable]:
    label = sheet.words
    notes = [label("note_bring"), label("note_post")]
    if doc.provisional_code and not doc.code:
        notes.append(label("note_provisional"))
    if doc.hotline:
        notes.append(label("note_hotline", hotline=doc.hotline))
    if doc.lookup_url:
        notes.append(label("note_lookup", url=doc.lookup_url))
    if doc.lookup_secret:
        notes.append(label("note_secret", secret=doc.lookup_secret))
    signer = doc.submitter.name if doc.submitter else ""
    boxes = [(label("left_sign"), signer), (label("right_sign"), doc.receiver)]
    return [
        signatures(sheet, boxes, 16 if sheet.geometry.name == "A4" else 10),
        Spacer(0, 1.5 * MM),
        sheet.text(f"{label('notes')} {' '.join(notes)}", font=fonts.ITALIC, size=sheet.geometry.small),
    ]
