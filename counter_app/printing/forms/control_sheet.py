"""Form 06 (05 before September 2025): "Phiếu kiểm soát quá trình giải quyết hồ sơ"."""

from __future__ import annotations

from typing import Any

from reportlab.platypus import Flowable, Spacer, Table

from counter_app.printing import fonts
from counter_app.printing.documents import ControlSheetDoc, ControlStep
from counter_app.printing.layout import CodeBand, code_captions, grid, head, titles
from counter_app.printing.sheet import MM, Sheet
from counter_app.printing.words import moment_in_words

_WIDTHS = (32, 37, 37, 30, 29)
_ROOM_MM = 14
"""Free height for a signature by hand."""


def story(doc: ControlSheetDoc, sheet: Sheet, copy: str) -> list[Flowable]:
    """The sheet with every step made so far and empty blocks for the rest."""
    label = sheet.words
    facts = [
        (label("unit"), doc.unit_name), (label("owner"), doc.owner), (label("procedure"), doc.procedure_name),
        (label("received"), moment_in_words(doc.received_at)),
        (label("due"), moment_in_words(doc.due_at) if doc.due_at else label("due_later")),
    ]
    return [
        head(sheet, doc.header, doc.received_at),
        CodeBand(sheet, doc.title_code, doc.qr, code_captions(sheet, doc.code, doc.provisional_code)),
        *titles(sheet, copy),
        *(sheet.pairs(fact) for fact in facts if fact[1]),
        Spacer(0, 1.5 * MM),
        _table(doc, sheet),
    ]


def _table(doc: ControlSheetDoc, sheet: Sheet) -> Table:
    small = sheet.geometry.small
    titles_ = [sheet.text(sheet.words(key), font=fonts.BOLD, size=small, align="center")
               for key in ("col_agency", "col_time", "col_result", "col_note")]
    rows: list[list[Any]] = [[titles_[0], titles_[1], "", titles_[2], titles_[3]]]
    style: list[tuple[Any, ...]] = [("SPAN", (1, 0), (2, 0)), ("VALIGN", (0, 1), (-1, -1), "TOP")]
    steps = [*doc.steps, *(ControlStep() for _ in range(max(0, doc.blocks - len(doc.steps))))]
    for step in steps:
        first = len(rows)
        rows.extend(_block(step, sheet))
        last = first + 1
        style += [("SPAN", (0, first), (0, last)), ("SPAN", (3, first), (3, last)), ("SPAN", (4, first), (4, last)),
                  ("SPAN", (1, first), (2, first)), ("NOSPLIT", (0, first), (-1, last))]
    table = Table(rows, colWidths=[width * MM for width in _WIDTHS], repeatRows=1)
    table.setStyle(grid(style))
    return table


def _block(step: ControlStep, sheet: Sheet) -> list[list[Any]]:
    label, small = sheet.words, sheet.geometry.small

    def line(text: str, font: str = fonts.SERIF, align: str = "left") -> Flowable:
        return sheet.text(text, font=font, size=small, align=align)

    when = moment_in_words(step.at) if step.at else label("blank_moment")
    units = [line(f"1. {label('give')}: {step.from_unit or '……………'}"), line(f"2. {label('take')}: {step.to_unit or '……………'}")]
    outcomes = [Box(label(key), step.outcome == value, sheet)
                for key, value in (("early", "early"), ("on_time", "on-time"), ("late", "late"))]
    people = [[line(label(key), fonts.ITALIC, "center"), Spacer(0, _ROOM_MM * MM), line(name, fonts.BOLD, "center")]
              for key, name in (("giver", step.giver), ("receiver", step.receiver))]
    return [[units, line(when, align="center"), "", outcomes, line(step.note)], ["", *people, "", ""]]


class Box(Flowable):
    """A box to tick, drawn (the fonts have no such glyph), with its text; ``checked`` draws the tick."""

    def __init__(self, text: str, checked: bool, sheet: Sheet, size: float | None = None) -> None:
        super().__init__()
        self.text, self.checked, self.size = text, checked, size or sheet.geometry.small

    def wrap(self, width: float, height: float) -> tuple[float, float]:
        from reportlab.pdfbase.pdfmetrics import stringWidth

        text = self.size * 0.4 + stringWidth(self.text, fonts.SERIF, self.size) if self.text else 0
        self.width = self.size * 0.85 + text
        return self.width, self.size * 1.5

    def draw(self) -> None:
        side, base = self.size * 0.85, self.size * 0.35
        self.canv.setLineWidth(0.6)
        self.canv.rect(0, base - 0.5, side, side)
        if self.checked:
            self.canv.setLineWidth(1.2)
            self.canv.lines([(side * 0.15, base + side * 0.4, side * 0.42, base + side * 0.1),
                             (side * 0.42, base + side * 0.1, side * 0.9, base + side * 0.85)])
        self.canv.setFont(fonts.SERIF, self.size)
        self.canv.drawString(self.size * 1.25, base, self.text)
