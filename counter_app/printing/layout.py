"""Parts that all forms share: the common head, the band with the codes, signatures, and the numbered canvas."""

from __future__ import annotations

from typing import Any

from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, Spacer, Table, TableStyle

from counter_app.printing import fonts
from counter_app.printing.barcode import DOTS_PER_MODULE, QR_BORDER, QUIET_MODULES, BarcodeError, Bars, Matrix, code128, qr
from counter_app.printing.documents import Header, Reprint
from counter_app.printing.sheet import MM, Sheet
from counter_app.printing.words import clipped, place_and_date, stamp

BAR_HEIGHT_MM = 10.0
QR_MODULE_MM = 0.55
"""At least this wide: a webcam at arm's length still sees two pixels a module."""


def dot_points(dpi: int) -> float:
    """One printer dot in points; "203 dpi" printers have 8 dots a millimetre."""
    return MM / 8 if dpi == 203 else 72 / dpi


def bars_width(bars: Bars, dpi: int) -> float:
    """Width of a Code 128 with its quiet zones, in points."""
    return bars.total_modules * DOTS_PER_MODULE[dpi] * dot_points(dpi)


def draw_bars(canvas: Canvas, bars: Bars, x: float, y: float, height: float, dpi: int) -> None:
    """Draw with the left quiet zone starting at ``x`` or up to one dot right of it, so that every bar starts on a dot
    of the page, wherever the flow has put the symbol."""
    dot = dot_points(dpi)
    module = DOTS_PER_MODULE[dpi] * dot
    page_x, _ = canvas.absolutePosition(x, y)
    x += -(-page_x // dot) * dot - page_x + QUIET_MODULES * module
    path = canvas.beginPath()
    for start, length in bars.runs():
        path.rect(x + start * module, y, length * module, height)
    canvas.setFillGray(0)
    canvas.drawPath(path, stroke=0, fill=1)


def qr_module_points(dpi: int) -> float:
    """Side of one QR module: whole dots, at least ``QR_MODULE_MM``."""
    dot = dot_points(dpi)
    return -(-QR_MODULE_MM * MM // dot) * dot


def draw_qr(canvas: Canvas, matrix: Matrix, x: float, y: float, dpi: int) -> None:
    """Draw with the border's lower left corner at (x, y) or up to one dot beyond."""
    dot, module = dot_points(dpi), qr_module_points(dpi)
    page_x, page_y = canvas.absolutePosition(x, y)
    x += -(-page_x // dot) * dot - page_x + QR_BORDER * module
    y += -(-page_y // dot) * dot - page_y + QR_BORDER * module
    path = canvas.beginPath()
    last = len(matrix.rows) - 1
    for row_number, row in enumerate(matrix.rows):
        start = None
        for column, dark in enumerate((*row, False)):
            if dark and start is None:
                start = column
            elif not dark and start is not None:
                path.rect(x + start * module, y + (last - row_number) * module, (column - start) * module, module)
                start = None
    canvas.setFillGray(0)
    canvas.drawPath(path, stroke=0, fill=1)


class CodeBand(Flowable):
    """Code 128 with its text at the left, QR at the right. What cannot be drawn (too wide, foreign characters) is left
    out: the text stays readable for people. ``captions`` stand under the bars; ``heading`` (title, copy) between the codes,
    where the sheet is wide enough for it."""

    def __init__(
        self, sheet: Sheet, text: str, qr_text: str, captions: list[tuple[str, str]], heading: tuple[str, str] = ("", "")
    ) -> None:
        super().__init__()
        self.sheet, self.captions, self.heading = sheet, captions, heading
        self.bars, self.matrix = _try(code128, text), _try(qr, qr_text or text)
        self.qr_side = self.matrix.size * qr_module_points(sheet.dpi) if self.matrix else 0.0
        if self.bars and bars_width(self.bars, sheet.dpi) > sheet.geometry.usable * MM - self.qr_side:
            self.bars = None

    def wrap(self, width: float, height: float) -> tuple[float, float]:
        self.width = width
        leading = self.sheet.geometry.body * 1.2
        left = (BAR_HEIGHT_MM * MM if self.bars else 0) + leading * len(self.captions) + 3
        self.height = max(left, self.qr_side)
        return width, self.height

    def draw(self) -> None:
        size, y = self.sheet.geometry.body, self.height
        if self.bars:
            y -= BAR_HEIGHT_MM * MM
            quiet = QUIET_MODULES * DOTS_PER_MODULE[self.sheet.dpi] * dot_points(self.sheet.dpi)
            draw_bars(self.canv, self.bars, -quiet, y, BAR_HEIGHT_MM * MM, self.sheet.dpi)
        for label, value in self.captions:
            y -= size * 1.2
            text = self.canv.beginText(0, y)
            fitting = self._fitting(label, value)
            text.setFont(fonts.SERIF, fitting)
            text.textOut(f"{label}: " if label else "")
            text.setFont(fonts.BOLD, fitting)
            text.textOut(value)
            self.canv.drawText(text)
        title, copy = self.heading
        big = self.sheet.geometry.title
        self.canv.setFont(fonts.BOLD, big)
        self.canv.drawCentredString(self.width / 2, self.height - big * 1.5, title)
        self.canv.setFont(fonts.ITALIC, size)
        self.canv.drawCentredString(self.width / 2, self.height - big * 1.5 - size * 1.4, f"({copy})" if copy else "")
        if self.matrix:
            draw_qr(self.canv, self.matrix, self.width - self.qr_side, self.height - self.qr_side, self.sheet.dpi)


    def _fitting(self, label: str, value: str) -> float:
        """The letter size at which a caption stays clear of the QR code."""
        size = self.sheet.geometry.body
        length = stringWidth(f"{label}: ", fonts.SERIF, size) + stringWidth(value, fonts.BOLD, size)
        return size * min(1.0, (self.width - self.qr_side) / length)


class BarsOnly(Flowable):
    """A Code 128 (or, where the text does not fit as bars, a QR) of a table line."""

    def __init__(self, text: str, room: float, height: float, dpi: int) -> None:
        super().__init__()
        self.height, self.dpi, self.matrix = height, dpi, None
        self.bars = _try(code128, text)
        if self.bars is None or bars_width(self.bars, dpi) > room:
            self.bars, self.matrix = None, _try(qr, text)
        self.symbol = bars_width(self.bars, dpi) if self.bars else 0.0
        if self.matrix:
            self.symbol = self.height = self.matrix.size * qr_module_points(dpi)

    def wrap(self, width: float, height: float) -> tuple[float, float]:
        self.width = width
        return width, self.height if self.bars or self.matrix else 0

    def draw(self) -> None:
        left = (self.width - self.symbol) / 2
        if self.bars:
            draw_bars(self.canv, self.bars, left, 0, self.height, self.dpi)
        elif self.matrix:
            draw_qr(self.canv, self.matrix, left, 0, self.dpi)


def _try(make: Any, text: str) -> Any:
    try:
        return make(text)
    except BarcodeError:
        return None


class Rule(Flowable):
    """A centred line under a head."""

    def __init__(self, length: float) -> None:
        super().__init__()
        self.length = length

    def wrap(self, width: float, height: float) -> tuple[float, float]:
        self.width = width
        return width, 4

    def draw(self) -> None:
        self.canv.setLineWidth(0.6)
        middle = self.width / 2
        self.canv.line(middle - self.length / 2, 2, middle + self.length / 2, 2)


class CopyStart(Flowable):
    """An invisible mark: here starts the next copy (liên), page numbers start again."""

    width = height = 0

    def wrap(self, width: float, height: float) -> tuple[float, float]:
        return 0, 0

    def draw(self) -> None:
        self.canv.copy_starts.append(self.canv.getPageNumber())


def head(sheet: Sheet, header: Header, moment: Any) -> Table:
    """Left the office, right the nation and motto, the place and the date: the frame common to all forms."""
    geometry = sheet.geometry
    size = geometry.body - 1.2
    share = 0.47 if geometry.width < 250 else 0.4
    widths = [geometry.usable * MM * share, geometry.usable * MM * (1 - share)]
    left = [
        sheet.balanced(header.parent.upper(), fonts.SERIF, size, widths[0] - 4),
        sheet.balanced(header.unit.upper(), fonts.BOLD, size, widths[0] - 4),
        Rule(22 * MM),
    ]
    right = [
        sheet.balanced(sheet.words("nation"), fonts.BOLD, size, widths[1]),
        sheet.text(sheet.words("motto"), font=fonts.BOLD, size=size + 0.5, align="center"),
        Rule(45 * MM),
        sheet.balanced(place_and_date(header.place, moment), fonts.ITALIC, size, widths[1]),
    ]
    table = Table([[left, right]], colWidths=widths)
    table.setStyle(TableStyle([("VALIGN", (0, 0), (-1, -1), "TOP"), ("LEFTPADDING", (0, 0), (-1, -1), 0),
                               ("RIGHTPADDING", (0, 0), (-1, -1), 0), ("TOPPADDING", (0, 0), (-1, -1), 0),
                               ("BOTTOMPADDING", (0, 0), (-1, -1), 5)]))
    return table


def code_captions(sheet: Sheet, code: str, provisional: str) -> list[tuple[str, str]]:
    """The lines under the bars: the official code, or the number marked as provisional, or both."""
    lines = [(sheet.words("code"), sheet.clean(code))] if code else []
    if provisional:
        lines.append((sheet.words("was_provisional" if code else "provisional"), sheet.clean(provisional)))
    return lines


def titles(sheet: Sheet, copy: str) -> list[Flowable]:
    """The title, centred, with the name of the copy under it."""
    found: list[Flowable] = [
        Spacer(0, 1.5 * MM), sheet.text(sheet.words("title"), font=fonts.BOLD, size=sheet.geometry.title, align="center")
    ]
    if copy:
        found.append(sheet.text(f"({copy})", font=fonts.ITALIC, size=sheet.geometry.small + 0.5, align="center"))
    found.append(Spacer(0, 1 * MM))
    return found


def signatures(sheet: Sheet, boxes: list[tuple[str, str]], space_mm: float) -> Table:
    """Signature boxes side by side, never torn from each other: (title, printed name)."""
    rows = [
        [sheet.text(title, font=fonts.BOLD, align="center") for title, _ in boxes],
        [sheet.text(sheet.words("sign_hint"), font=fonts.ITALIC, size=sheet.geometry.small, align="center") for _ in boxes],
        [Spacer(0, space_mm * MM) for _ in boxes],
        [sheet.text(name, font=fonts.BOLD, align="center") for _, name in boxes],
    ]
    table = Table(rows, colWidths=[sheet.geometry.usable * MM / len(boxes)] * len(boxes), spaceBefore=2 * MM)
    table.setStyle(TableStyle([("TOPPADDING", (0, 0), (-1, -1), 0), ("BOTTOMPADDING", (0, 0), (-1, -1), 0),
                               ("NOSPLIT", (0, 0), (-1, -1))]))
    return table


def grid(extra: list[tuple[Any, ...]] | None = None, padding: float = 2.5) -> TableStyle:
    """Thin lines, middle-aligned cells, small padding."""
    return TableStyle([("GRID", (0, 0), (-1, -1), 0.5, "black"), ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
                       ("TOPPADDING", (0, 0), (-1, -1), 1), ("BOTTOMPADDING", (0, 0), (-1, -1), padding),
                       ("LEFTPADDING", (0, 0), (-1, -1), 4), ("RIGHTPADDING", (0, 0), (-1, -1), 4), *(extra or [])])


def form_mark(sheet: Sheet, basis: str) -> str:
    """"Mẫu số 01 (Thông tư …)", or nothing for forms of our own."""
    if not sheet.template.labels["form_mark"]:
        return ""
    return sheet.words("form_mark", number=sheet.template.number, basis=basis or sheet.template.basis)


class NumberedCanvas(Canvas):
    """Writes the foot of every page when all are known: form and code, reprint mark, page of pages of this copy."""

    sheet: Sheet
    mark: str = ""
    foot_code: str = ""
    reprint: Reprint | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.copy_starts: list[int] = []
        self._pages: list[dict[str, Any]] = []

    def showPage(self) -> None:
        self._pages.append(dict(self.__dict__))
        self._startPage()

    def save(self) -> None:
        starts = [*sorted(set(self.copy_starts)), len(self._pages) + 1]
        for number, state in enumerate(self._pages, start=1):
            self.__dict__.update(state)
            first = max((start for start in starts if start <= number), default=1)
            after = min(start for start in starts if start > number)
            self._foot(number - first + 1, after - first)
            super().showPage()
        super().save()

    def _foot(self, page: int, pages: int) -> None:
        geometry, sheet = self.sheet.geometry, self.sheet
        y = (geometry.bottom - 5) * MM
        self.setFillGray(0)
        self.setFont(fonts.SERIF, 8)
        left, right = geometry.left * MM, (geometry.width - geometry.right) * MM
        self.drawString(left, y, clipped(" · ".join(part for part in (self.mark, self.foot_code) if part), 100))
        self.drawRightString(right, y, sheet.words("page", page=page, pages=pages))
        if self.reprint:
            mark = sheet.words("reprint", n=self.reprint.n, at=stamp(self.reprint.at), user=self.reprint.user)
            self.setFont(fonts.ITALIC, 8)
            self.drawString(left, y - 9, clipped(mark, 160))
