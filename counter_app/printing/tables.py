"""The block ``table``: columns of a template over the rows of a list."""

from __future__ import annotations

from typing import Any

from reportlab.platypus import CondPageBreak, Flowable, Spacer

from counter_app.printing import fonts
from counter_app.printing.grid import Cell, Drawn, Grid, Row, Text, head_of
from counter_app.printing.layout import BarsOnly
from counter_app.printing.page import FACES, Block, Facts, Page, clip
from counter_app.printing.parts import Box
from counter_app.printing.sheet import MM

_BAR_MM = 7.5
_CELL_PAD = 8.0
"""Points left and right inside a cell, both together."""


def table(block: Block, page: Page) -> list[Flowable]:
    """A table with its head; nothing but the head's ``empty`` line when there are no rows."""
    sheet, columns = page.sheet, block["columns"]
    size = sheet.size(block.get("size", "small"))
    total = sum(column["width"] for column in columns)
    widths = [page.width * column["width"] / total for column in columns]
    rows: list[Row] = [_row(columns, row, page, size, widths) for row in page.facts.get(block["rows"], ())]
    if page.blank:
        rows = [[[] for _ in columns] for _ in range(page.of_paper(block.get("blank_rows"), 8))]
    elif not rows and "empty" in block:
        rows = [[[Text(sheet.clean(page.label(block["empty"])), fonts.ITALIC, size)] if number == _widest(widths) else []
                 for number in range(len(columns))]]
    rows += [[[] for _ in columns] for _ in range(max(0, block.get("fill_rows", 0) - len(rows)))]
    if block.get("numbers_row"):
        rows.insert(0, [[Text(f"({number})", fonts.ITALIC, size - 1, "center")] for number in range(1, len(columns) + 1)])
    totals = [_row(columns, row, page, size, widths, face=fonts.BOLD) for row in page.facts.get(block.get("totals", ""), ())]
    least = page.of_paper(block.get("row_height")) or (8 if page.blank else 0)
    grid = Grid(widths, _head(columns, page, size, widths), [*rows, *totals], least=least * MM, keep_last=len(totals))
    # Three lines of a table at least go with the words above it.
    return [CondPageBreak(size * 6), grid, Spacer(0, 1.5 * MM)]


def _widest(widths: list[float]) -> int:
    return widths.index(max(widths))


def _head(columns: list[Block], page: Page, size: float, widths: list[float]) -> Any:
    def title(key: str) -> Cell:
        return [Text(page.sheet.clean(page.label(key)), fonts.BOLD, size, "center")]

    groups: list[tuple[int, int, Cell]] = []
    for number, column in enumerate(columns):
        key = column.get("group")
        if key is None:
            continue
        if groups and groups[-1][1] == number and columns[number - 1].get("group") == key:
            groups[-1] = (groups[-1][0], number + 1, groups[-1][2])
        else:
            groups.append((number, number + 1, title(key)))
    return head_of([title(column["title"]) for column in columns], groups, widths)


def _row(columns: list[Block], row: Facts, page: Page, size: float, widths: list[float], *, face: str = "") -> Row:
    return [_cell(column, row, page, size, width, face) for column, width in zip(columns, widths, strict=True)]


def _cell(column: Block, row: Facts, page: Page, size: float, width: float, face: str) -> Cell:
    clean, align = page.sheet.clean, column.get("align", "left")
    if "tick" in column:
        return [Drawn(Box("", bool(row.get(column["tick"])), size + 2))]
    if "bars" in column:
        code = str(row.get(column["bars"], ""))
        bars = BarsOnly(code, width - 4, _BAR_MM * MM, page.sheet.dpi) if code else None
        under = [Text(clean(code), fonts.BOLD, size, "center")]
        return [Drawn(bars), *under] if bars is not None else under
    pieces = column.get("lines") or [column]
    found = []
    for piece in pieces:
        if "lines" in column and not page.holds(piece, row):
            continue
        said = page.said(piece, row) if "text" in piece else str(row.get(piece["fact"], page.facts.get(piece["fact"], "")))
        text = clip(clean(said), column)
        if text:
            found.append(Text(text, face or FACES[piece.get("style", "normal")], size, piece.get("align", align)))
    return found
