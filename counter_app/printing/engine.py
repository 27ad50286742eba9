"""One renderer for every form: a template's blocks and a document's facts become the story of a page.

The facts are texts and lists of texts (``vocabulary``); nothing here knows a form. A blank form is the same page with ruled room where
facts would stand.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from reportlab.platypus import CondPageBreak, Flowable, KeepTogether, PageBreak, Spacer, Table, TableStyle

from counter_app.printing import fonts, heads
from counter_app.printing.heads import BARE
from counter_app.printing.page import FACES, Block, Facts, Page
from counter_app.printing.parts import Box, Boxes, Leaders, Rule, Ruled
from counter_app.printing.sheet import MM, Sheet


def story(template_blocks: Iterable[Block], facts: Facts, sheet: Sheet, *, blank: bool = False,
          width: float | None = None) -> list[Flowable]:
    """One copy of a form. ``width``: of the frame in points, where that is not the page's."""
    page = Page(sheet, facts, blank, width=width or sheet.geometry.usable * MM)
    return _blocks(template_blocks, page)


def _blocks(blocks: Iterable[Block], page: Page) -> list[Flowable]:
    found: list[Flowable] = []
    for block in blocks:
        if page.holds(block):
            if found and isinstance(found[-1], Leaders | Ruled) and block["block"] == "paragraph":
                # Dotted lines stand on their feet: words under them need room.
                found.append(Spacer(0, page.sheet.geometry.body * 0.35))
            found += _MAKERS[block["block"]](block, page)
    return found


def _title(block: Block, page: Page) -> list[Flowable]:
    sheet = page.sheet
    found: list[Flowable] = [Spacer(0, page.of_paper(block.get("space"), 1.5) * MM),
                             sheet.balanced(page.said(block), fonts.BOLD, sheet.geometry.title, page.width)]
    for piece in block.get("subtitles", ()):
        text = page.said(piece) if page.holds(piece) else ""
        if text:
            found.append(sheet.text(text, font=FACES[piece.get("style", "normal")], size=sheet.size(piece.get("size")), align="center"))
    return [*found, Spacer(0, 1 * MM)]


def _paragraph(block: Block, page: Page) -> list[Flowable]:
    sheet = page.sheet
    text = page.said(block) if "text" in block or "fact" in block else ""
    lines = block.get("blank_lines", 0) if page.blank else 0
    if not text and not lines:
        return []
    size = sheet.size(block.get("size"))
    found: list[Flowable] = [CondPageBreak(size * 3)]
    if text:
        made = sheet.text(page.counted(block) + text, font=FACES[block.get("style", "normal")], size=size, align=block.get("align", "left"),
                          indent=page.of_paper(block.get("indent")) * MM)
        if block.get("boxed"):
            table = Table([[made]], colWidths=[page.width])
            table.setStyle(TableStyle([("BOX", (0, 0), (-1, -1), 1, "black"), ("TOPPADDING", (0, 0), (-1, -1), 3),
                                       ("BOTTOMPADDING", (0, 0), (-1, -1), 5)]))
            found.append(table)
        else:
            found.append(made)
    found += [Ruled(lines, size * 1.75)] if lines else []
    space = page.of_paper(block.get("space"))
    return [*found, Spacer(0, space * MM)] if space else found


def _field(piece: Block, page: Page) -> tuple[str, str, str] | None:
    """Label, value and style of a field that is to stand there."""
    if not page.holds(piece):
        return None
    value = page.said(piece) if "fact" in piece or "text" in piece else ""
    if not value and "empty" in piece:
        value = page.label(piece["empty"])
    if not value:
        return None
    return page.counted(piece) + page.label(piece.get("label")), value, piece.get("style", "normal")


def _fields(block: Block, page: Page) -> list[Flowable]:
    found: list[Flowable] = []
    for row in block["rows"]:
        if page.blank:
            found += _blank_row(row, page)
            continue
        shown = [field for piece in row if (field := _field(piece, page))]
        if not shown:
            continue
        if block.get("columns"):
            cells = [[page.sheet.pairs(field)] for field in shown]
            table = Table([cells], colWidths=[page.width / len(row)] * len(cells))
            table.setStyle(BARE)
            found.append(table)
        else:
            found.append(page.sheet.pairs(*shown))
    gap = page.of_paper(block.get("gap"))
    return [*found, Spacer(0, gap * MM)] if gap else found


def _blank_row(row: list[Block], page: Page) -> list[Flowable]:
    """The labels of a row with dots to write on. What depends on a fact is asked for, what depends on an option only if it is on."""
    labels, known, more = [], [], 0
    for piece in row:
        if not piece.get("in_blank", True) or not _open(piece, page):
            continue
        label = page.counted(piece) + page.label(piece.get("label"))
        labels.append(f"{label}:" if label else "")
        known.append(page.label(piece.get("blank")))
        more = max(more, piece.get("blank_lines", 1) - 1)
    return [Leaders(labels, known, page.sheet.geometry.body, more)] if labels else []


def _open(piece: Block, page: Page) -> bool:
    wanted = piece.get("when", [])
    names = wanted if isinstance(wanted, list) else [wanted]
    return all(page.holds({"when": name}) for name in names if ":" in name or name in ("blank", "!blank"))


def _list(block: Block, page: Page) -> list[Flowable]:
    sheet, rows = page.sheet, page.facts.get(block["rows"], ())
    if page.blank and not rows:
        return [Ruled(block.get("blank_lines", 4), sheet.geometry.body * 1.75)]
    if not rows:
        return [sheet.text(page.label(block["empty"]))] if "empty" in block else []
    found: list[Flowable] = []
    look: dict[str, Any] = {"size": sheet.size(block.get("size")), "align": block.get("align", "left")}
    for row in rows:
        pieces = block.get("lines") or [{"text": block["text"]}]
        text = "".join(page.said(piece, row) for piece in pieces if page.holds(piece, row))
        found.append(sheet.text(text, font=FACES[block.get("style", "normal")], **look))
    return found


def _ticks(block: Block, page: Page) -> list[Flowable]:
    size = page.sheet.geometry.body
    boxes = [Box(page.sheet.clean(page.label(choice["text"])), bool(page.facts.get(choice["fact"])), size) for choice in block["choices"]]
    lead = page.label(block.get("label"))
    return [Boxes(f"{page.sheet.clean(lead)}:" if lead else "", boxes, size)]


def _signatures(block: Block, page: Page) -> list[Flowable]:
    """Signature boxes side by side, never torn from each other."""
    sheet = page.sheet
    boxes = [box for box in block["boxes"] if page.holds(box)]
    room = page.of_paper(block.get("room"), 18) * MM

    def row(key: str, face: str, size: float | None = None) -> list[Flowable]:
        return [sheet.text(page.label(box.get(key)), font=face, size=size, align="center") for box in boxes]

    names = [sheet.text(str(page.facts.get(box.get("name", ""), "")) or page.label(box.get("otherwise")), font=fonts.BOLD, align="center")
             for box in boxes]
    rows: list[list[Flowable]] = [row("above", fonts.ITALIC)] if any("above" in box for box in boxes) else []
    rows += [row("title", fonts.BOLD), row("hint", fonts.ITALIC, sheet.geometry.small), [Spacer(0, room) for _ in boxes], names]
    table = Table(rows, colWidths=[page.width / len(boxes)] * len(boxes), spaceBefore=2 * MM)
    table.setStyle(TableStyle([*BARE.getCommands(), ("NOSPLIT", (0, 0), (-1, -1)), ("LEFTPADDING", (0, 0), (-1, -1), 3),
                               ("RIGHTPADDING", (0, 0), (-1, -1), 3)]))
    return [table]


def _notes(block: Block, page: Page) -> list[Flowable]:
    sheet = page.sheet
    items = [page.said(item) for item in block["items"] if page.holds(item)]
    if not items:
        return []
    size, face = sheet.size(block.get("size", "small")), FACES[block.get("style", "italic")]
    lead = page.label(block.get("label"))
    if block.get("list"):
        return [*([sheet.text(lead, font=fonts.BOLD_ITALIC, size=size)] if lead else []),
                *(sheet.text(f"- {item}", font=fonts.SERIF, size=size) for item in items)]
    return [Spacer(0, 1.5 * MM), sheet.text(" ".join([lead, *items] if lead else items), font=face, size=size)]


def _columns(block: Block, page: Page) -> list[Flowable]:
    total = sum(part["width"] for part in block["parts"])
    widths = [page.width * part["width"] / total for part in block["parts"]]
    whole, cells = page.width, []
    for part, width in zip(block["parts"], widths, strict=True):
        page.width = width - 6
        cells.append(_blocks(part["blocks"], page) or [Spacer(0, 0)])
    page.width = whole
    table = Table([cells], colWidths=widths)
    pad = 3 if block.get("boxed") else 0
    table.setStyle(TableStyle([*BARE.getCommands(), ("RIGHTPADDING", (0, 0), (-1, -1), 6), ("LEFTPADDING", (0, 0), (-1, -1), pad),
                               *([("GRID", (0, 0), (-1, -1), 0.5, "black"), ("BOTTOMPADDING", (0, 0), (-1, -1), 4)] if pad else [])]))
    return [table]


def _keep(block: Block, page: Page) -> list[Flowable]:
    return [KeepTogether(_blocks(block["blocks"], page))]


def _table(block: Block, page: Page) -> list[Flowable]:
    from counter_app.printing.tables import table

    return table(block, page)


def _steps(block: Block, page: Page) -> list[Flowable]:
    from counter_app.printing.steps import steps

    return steps(block, page)


_MAKERS: dict[str, Callable[[Block, Page], list[Flowable]]] = {
    "head": heads.head, "codes": heads.codes, "code": heads.code, "title": _title, "paragraph": _paragraph, "fields": _fields,
    "list": _list, "table": _table, "steps": _steps, "ticks": _ticks, "signatures": _signatures, "notes": _notes, "columns": _columns,
    "keep": _keep,
    "lines": lambda block, page: [Ruled(page.of_paper(block["count"]), page.of_paper(block.get("height"), 8) * MM)],
    "space": lambda block, page: [Spacer(0, page.of_paper(block["mm"]) * MM)],
    "rule": lambda block, page: [Rule(page.of_paper(block.get("length")) * MM, block.get("align", "center"))],
    "page-break": lambda block, page: [PageBreak()],
}
