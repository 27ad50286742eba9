"""The block ``steps`` of the control sheet: for every hand-over a block that is never torn, with room for two signatures."""

from __future__ import annotations

from typing import Any

from reportlab.platypus import Flowable, Spacer, Table, TableStyle

from counter_app.printing import fonts
from counter_app.printing.page import Block, Facts, Page
from counter_app.printing.parts import Box
from counter_app.printing.sheet import MM


def steps(block: Block, page: Page) -> list[Flowable]:
    """Every step so far, then empty blocks: ``fill`` blocks at least (``blank_fill`` on a blank form), two of them empty, and then as many
    as the page has room for, so that the sheet goes on by hand without another paper."""
    found = list(page.facts.get(block["rows"], ()))
    wanted = block.get("blank_fill", block.get("fill", 0)) if page.blank else max(block.get("fill", 0), len(found) + 2)
    found += [{} for _ in range(wanted - len(found))]
    return [_Steps(found, block, page)]


class _Steps(Flowable):
    """The table of ``found``, filled up to the foot of its last page."""

    def __init__(self, found: list[Facts], block: Block, page: Page) -> None:
        super().__init__()
        self.found, self.block, self.page = found, block, page

    def wrap(self, width: float, height: float) -> tuple[float, float]:
        """As high as its page, where all of it fits."""
        self.table, heights = self._table(self.found)
        more = int((height - sum(heights)) // self._table([{}])[1][1])
        if more > 0:
            self.table, heights = self._table([*self.found, *({} for _ in range(more))])
        self.width, self.height = width, sum(heights)
        return self.width, self.height

    def split(self, width: float, height: float) -> list[Flowable]:
        """No block is torn; each part has the head."""
        left, fit = height, -1
        for high in self._table(self.found)[1]:
            left -= high
            if left < 0:
                break
            fit += 1
        if not 0 < fit < len(self.found):
            return []
        return [self._table(self.found[:fit])[0], _Steps(self.found[fit:], self.block, self.page)]

    def draw(self) -> None:
        """The table."""
        self.table.drawOn(self.canv, 0, 0)

    def _table(self, found: list[Facts]) -> tuple[Table, list[float]]:
        """The table, and the heights of its head and of each block."""
        table = _table(found, self.block, self.page)
        table.wrap(self.page.width, 1e6)
        rows = table._rowHeights
        return table, [rows[0], *(rows[number] + rows[number + 1] for number in range(1, len(rows), 2))]


def _table(found: list[Facts], block: Block, page: Page) -> Table:
    sheet, small = page.sheet, page.sheet.geometry.small
    titles = [sheet.text(page.label(block.get(key)), font=fonts.BOLD, size=small, align="center")
              for key in ("col_agency", "col_time", "col_result", "col_note")]
    rows: list[list[Any]] = [[titles[0], titles[1], "", titles[2], titles[3]]]
    style: list[tuple[Any, ...]] = [
        ("GRID", (0, 0), (-1, -1), 0.5, "black"), ("VALIGN", (0, 0), (-1, 0), "MIDDLE"), ("TOPPADDING", (0, 0), (-1, -1), 1),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 2.5), ("LEFTPADDING", (0, 0), (-1, -1), 4), ("RIGHTPADDING", (0, 0), (-1, -1), 4),
        ("SPAN", (1, 0), (2, 0)), ("VALIGN", (0, 1), (-1, -1), "TOP")]
    for step in found:
        first = len(rows)
        rows.extend(_step(step, block, page))
        last = first + 1
        style += [("SPAN", (0, first), (0, last)), ("SPAN", (3, first), (3, last)), ("SPAN", (4, first), (4, last)),
                  ("SPAN", (1, first), (2, first))]
    shares = block["widths"]
    table = Table(rows, colWidths=[page.width * share / sum(shares) for share in shares])
    table.setStyle(TableStyle(style))
    return table


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
