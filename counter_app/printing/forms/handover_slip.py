"""The bulk handover slip (own form, landscape): a code for the slip, and one for each line so that the receiving side can
check paper by paper with a scanner."""

from __future__ import annotations

from typing import Any

from reportlab.platypus import Flowable, KeepTogether, Spacer, Table, TableStyle

from counter_app.printing import fonts
from counter_app.printing.documents import HandoverLine, HandoverSlipDoc
from counter_app.printing.forms.control_sheet import Box
from counter_app.printing.layout import BarsOnly, CodeBand, grid, head, signatures
from counter_app.printing.sheet import MM, Sheet
from counter_app.printing.words import clipped, number_in_words, short_moment, stamp

_WIDTHS = (10, 82, 45, 50, 15, 22, 22, 11)
_COLUMNS = ("seq", "line_code", "owner", "procedure", "counts", "internal", "due", "received")


def story(doc: HandoverSlipDoc, sheet: Sheet, copy: str) -> list[Flowable]:
    """One copy of the slip."""
    label = sheet.words
    found: list[Flowable] = [
        head(sheet, doc.header, doc.handed_at),
        CodeBand(sheet, doc.slip_no, "", [(label("number"), sheet.clean(doc.slip_no))], (label("title"), sheet.clean(copy))),
        _direction(doc, sheet),
        _parties(doc, sheet),
        Spacer(0, 1.5 * MM),
        _table(doc.lines, sheet),
    ]
    end: list[Flowable] = [
        Spacer(0, 1.5 * MM),
        sheet.text(label("total", count=len(doc.lines), words=number_in_words(len(doc.lines)))),
    ]
    if doc.note:
        end.append(sheet.pairs((label("note"), doc.note), bold=False))
    boxes = [(label("sign_give"), doc.from_person), (label("sign_take"), doc.to_person), (label("sign_centre"), "")]
    # What is signed stands above the signatures on the same page.
    return [*found, KeepTogether([*end, sheet.text(label("not_received")), signatures(sheet, boxes, 16)])]


def _direction(doc: HandoverSlipDoc, sheet: Sheet) -> Table:
    label, size = sheet.words, sheet.geometry.body
    boxes = [Box(label(key), doc.direction == value, sheet, size)
             for key, value in (("to_department", "to-department"), ("results_back", "results-back"), ("post", "post"))]
    row = [sheet.pairs((label("moment"), stamp(doc.handed_at))), sheet.text(label("direction") + ":", align="right"), *boxes]
    return _plain([row], (87, 38, 36, 56, 40))


def _parties(doc: HandoverSlipDoc, sheet: Sheet) -> Table:
    def who(key: str, person: str, unit: str) -> Flowable:
        return sheet.pairs((sheet.words(key), " – ".join(part for part in (person, unit) if part)))

    return _plain([[who("from", doc.from_person, doc.from_unit), who("to", doc.to_person, doc.to_unit)]], (128.5, 128.5))


def _plain(rows: list[list[Any]], widths: tuple[float, ...]) -> Table:
    table = Table(rows, colWidths=[width * MM for width in widths])
    table.setStyle(TableStyle([("VALIGN", (0, 0), (-1, -1), "TOP"), ("LEFTPADDING", (0, 0), (-1, -1), 0),
                               ("RIGHTPADDING", (0, 0), (-1, -1), 6), ("TOPPADDING", (0, 0), (-1, -1), 0),
                               ("BOTTOMPADDING", (0, 0), (-1, -1), 1)]))
    return table


def _table(lines: tuple[HandoverLine, ...], sheet: Sheet) -> Table:
    small = sheet.geometry.small
    rows: list[list[Any]] = [[sheet.text(sheet.words(key), font=fonts.BOLD, size=small, align="center") for key in _COLUMNS]]
    rows += [_line(number, line, sheet) for number, line in enumerate(lines, start=1)]
    style: list[tuple[Any, ...]] = [("LEFTPADDING", (1, 1), (1, -1), 2), ("RIGHTPADDING", (1, 1), (1, -1), 2),
                                    ("ALIGN", (7, 1), (7, -1), "CENTER")]
    if not lines:
        rows.append([sheet.text(sheet.words("empty"), size=small, align="center"), *[""] * 7])
        style.append(("SPAN", (0, 1), (-1, 1)))
    table = Table(rows, colWidths=[width * MM for width in _WIDTHS], repeatRows=1)
    table.setStyle(grid(style))
    return table


def _line(number: int, line: HandoverLine, sheet: Sheet) -> list[Any]:
    small = sheet.geometry.small

    def cell(text: str, align: str = "left", font: str = fonts.SERIF) -> Flowable:
        return sheet.text(text, size=small, align=align, font=font)

    code = [Spacer(0, 1 * MM), BarsOnly(line.code, 80.5 * MM, 7.5 * MM, sheet.dpi), cell(line.code, "center", fonts.BOLD)]
    procedure = [cell(clipped(line.procedure, 100))] + ([cell(clipped(line.remark, 100), font=fonts.ITALIC)] if line.remark else [])
    tick = Box("", line.received, sheet, small + 2)
    return [cell(str(number), "center"), code, cell(clipped(line.owner, 120)), procedure,
            cell(f"{line.component_count}/{line.set_count}", "center"), cell(short_moment(line.internal_deadline), "center"),
            cell(short_moment(line.due_at), "center"), tick]
