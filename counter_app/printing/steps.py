"""The block ``steps`` of the control sheet: for every hand-over a block that is never torn, with room for two signatures."""

from __future__ import annotations

from typing import Any

from reportlab.platypus import Flowable, Spacer, Table, TableStyle

from counter_app.printing import fonts
from counter_app.printing.page import Block, Facts, Page
from counter_app.printing.parts import Box
from counter_app.printing.sheet import MM


def steps(block: Block, page: Page) -> list[Flowable]:
    """The table of every step so far, and empty blocks up to ``fill``."""
    sheet, small = page.sheet, page.sheet.geometry.small
    titles = [sheet.text(page.label(block.get(key)), font=fonts.BOLD, size=small, align="center")
              for key in ("col_agency", "col_time", "col_result", "col_note")]
    rows: list[list[Any]] = [[titles[0], titles[1], "", titles[2], titles[3]]]
    style: list[tuple[Any, ...]] = [
        ("GRID", (0, 0), (-1, -1), 0.5, "black"), ("VALIGN", (0, 0), (-1, 0), "MIDDLE"), ("TOPPADDING", (0, 0), (-1, -1), 1),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 2.5), ("LEFTPADDING", (0, 0), (-1, -1), 4), ("RIGHTPADDING", (0, 0), (-1, -1), 4),
        ("SPAN", (1, 0), (2, 0)), ("VALIGN", (0, 1), (-1, -1), "TOP")]
    found = list(page.facts.get(block["rows"], ()))
    found += [{} for _ in range(max(0, block.get("fill", 0) - len(found)))]
    for step in found:
        first = len(rows)
        rows.extend(_step(step, block, page))
        last = first + 1
        style += [("SPAN", (0, first), (0, last)), ("SPAN", (3, first), (3, last)), ("SPAN", (4, first), (4, last)),
                  ("SPAN", (1, first), (2, first)), ("NOSPLIT", (0, first), (-1, last))]
    shares = block["widths"]
    table = Table(rows, colWidths=[page.width * share / sum(shares) for share in shares], repeatRows=1)
    table.setStyle(TableStyle(style))
    return [table]


def _step(step: Facts, block: Block, page: Page) -> list[list[Any]]:
    sheet, small = page.sheet, page.sheet.geometry.small

    def label(key: str) -> str:
        return page.label(block.get(key))

    def line(text: str, font: str = fonts.SERIF, align: str = "left") -> Flowable:
        return sheet.text(text, font=font, size=small, align=align)

    def said(key: str) -> str:
        return str(step.get(key, ""))

    units = [line(f"1. {label('give')}: {said('from_unit') or label('blank_unit')}"),
             line(f"2. {label('take')}: {said('to_unit') or label('blank_unit')}")]
    outcomes = [Box(label(key), bool(step.get(key)), small) for key in ("early", "on_time", "late")]
    room = page.of_paper(block.get("room"), 14) * MM
    people = [[line(label(key), fonts.ITALIC, "center"), Spacer(0, room), line(said(key), fonts.BOLD, "center")]
              for key in ("giver", "receiver")]
    return [[units, line(said("at") or label("blank_moment"), align="center"), "", outcomes, line(said("note"))], ["", *people, "", ""]]
