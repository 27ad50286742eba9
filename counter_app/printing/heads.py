"""The upper part of a page: the common head, and the codes."""

from __future__ import annotations

from typing import Any

from reportlab.platypus import Flowable, Spacer, Table, TableStyle

from counter_app.printing import fonts
from counter_app.printing.layout import BAR_HEIGHT_MM, BarsOnly, CodeBand
from counter_app.printing.logo import logo_of
from counter_app.printing.page import FACES, Block, Page
from counter_app.printing.parts import Rule
from counter_app.printing.sheet import MM

BARE = TableStyle([("VALIGN", (0, 0), (-1, -1), "TOP"), ("LEFTPADDING", (0, 0), (-1, -1), 0), ("RIGHTPADDING", (0, 0), (-1, -1), 0),
                    ("TOPPADDING", (0, 0), (-1, -1), 0), ("BOTTOMPADDING", (0, 0), (-1, -1), 0)])
"""A table that only places: no lines, no padding."""

_RULES = {"line": 1.0, "part": 0.4}
"""A rule under a heading, of the length of the line above it: all of it under the motto, a third to a half under the office's name
(NĐ 30/2020, appendix I)."""


def _last_line(heading: Any, width: float) -> float:
    """Points of the last line of a paragraph."""
    heading.wrap(width, 1000)
    return float(heading.getActualLineWidths0()[-1])


def head(block: Block, page: Page) -> list[Flowable]:
    """Left the office, right the nation and motto, the place and the date: the frame common to all forms."""
    sheet, size = page.sheet, page.sheet.geometry.body - 1
    share = block.get("share", 0.44)
    widths = [page.width * share, page.width * (1 - share)]

    def column(pieces: Any, width: float, rule: Any, under: Any, *, nation: bool) -> list[Flowable]:
        made: list[Any] = []
        for number, piece in enumerate(p for p in pieces if page.holds(p)):
            face = FACES[piece.get("style", "normal")]
            points = size if number == 0 or not nation else size + 1
            made.append(sheet.balanced(page.said(piece), face, points, width - 6, one_line=nation))
        if rule and made:
            made.append(Rule(_RULES[rule] * _last_line(made[-1], width - 6) if rule in _RULES else rule * MM))
        for piece in under or ():
            if not page.holds(piece):
                continue
            if text := page.said(piece):
                made.append(sheet.balanced(text, FACES[piece.get("style", "normal")], size + 0.5, width - 6))
        return made

    left = column(block["left"], widths[0], page.of_paper(block.get("left_rule")), block.get("under_left"), nation=False)
    logo = logo_of(sheet.template) if block.get("logo") else None
    if logo:
        left.insert(0, logo)
    right = column(block["right"], widths[1], page.of_paper(block.get("right_rule")), block.get("under_right"), nation=True)
    table = Table([[left, right]], colWidths=widths)
    table.setStyle(TableStyle([*BARE.getCommands(), ("BOTTOMPADDING", (0, 0), (-1, -1), 5)]))
    return [table]


def codes(block: Block, page: Page) -> list[Flowable]:
    """The band with bars and QR; on a blank form, room for the numbers."""
    sheet = page.sheet
    if page.blank:
        return [sheet.text(page.label(block["blank"])), Spacer(0, 3 * MM)] if "blank" in block else []
    captions = [(sheet.clean(page.label(caption["label"])), sheet.clean(page.said(caption)))
                for caption in block.get("captions", ()) if page.holds(caption)]
    subtitle = sheet.clean(page.label(block.get("subtitle"))) if page.facts.get("copy") else ""
    heading = (sheet.clean(page.label(block.get("title"))), subtitle)
    return [CodeBand(sheet, str(page.facts[block["fact"]]), str(page.facts.get(block.get("qr", ""), "")), captions, heading,
                     page.of_paper(block.get("bar_height"), BAR_HEIGHT_MM))]


def code(block: Block, page: Page) -> list[Flowable]:
    """One code of its own."""
    text = str(page.facts.get(block["fact"], ""))
    if not text:
        return []
    made = BarsOnly(text, page.width, page.of_paper(block.get("height"), BAR_HEIGHT_MM) * MM, page.sheet.dpi,
                    square=block.get("symbol") == "qr", centred=False)
    made.hAlign = block.get("align", "left").upper()
    found: list[Flowable] = [made]
    if block.get("caption"):
        found.append(page.sheet.text(text, font=fonts.BOLD, align=block.get("align", "left")))
    return found
