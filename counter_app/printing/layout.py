"""Codes on the page: bars and QR on whole dots of the printer, the band under the head, codes in tables."""

from __future__ import annotations

from typing import Any

from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable

from counter_app.printing import fonts
from counter_app.printing.barcode import DOTS_PER_MODULE, QR_BORDER, QUIET_MODULES, BarcodeError, Bars, Matrix, code128, qr
from counter_app.printing.sheet import MM, Sheet

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
        self, sheet: Sheet, text: str, qr_text: str, captions: list[tuple[str, str]], heading: tuple[str, str] = ("", ""),
        bar_height: float = BAR_HEIGHT_MM,
    ) -> None:
        super().__init__()
        self.sheet, self.captions, self.heading, self.bar_height = sheet, captions, heading, bar_height * MM
        self.bars, self.matrix = _try(code128, text), _try(qr, qr_text or text)
        self.qr_side = self.matrix.size * qr_module_points(sheet.dpi) if self.matrix else 0.0
        if self.bars and bars_width(self.bars, sheet.dpi) > sheet.geometry.usable * MM - self.qr_side:
            self.bars = None

    def wrap(self, width: float, height: float) -> tuple[float, float]:
        self.width = width
        leading = self.sheet.geometry.body * 1.2
        left = (self.bar_height if self.bars else 0) + leading * len(self.captions) + 3
        self.height = max(left, self.qr_side)
        return width, self.height

    def draw(self) -> None:
        size, y = self.sheet.geometry.body, self.height
        if self.bars:
            y -= self.bar_height
            quiet = QUIET_MODULES * DOTS_PER_MODULE[self.sheet.dpi] * dot_points(self.sheet.dpi)
            draw_bars(self.canv, self.bars, -quiet, y, self.bar_height, self.sheet.dpi)
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
        self.canv.drawCentredString(self.width / 2, self.height - big * 1.5 - size * 1.4, copy)
        if self.matrix:
            draw_qr(self.canv, self.matrix, self.width - self.qr_side, self.height - self.qr_side, self.sheet.dpi)

    def _fitting(self, label: str, value: str) -> float:
        """The letter size at which a caption stays clear of the QR code."""
        size = self.sheet.geometry.body
        length = stringWidth(f"{label}: ", fonts.SERIF, size) + stringWidth(value, fonts.BOLD, size)
        return size * min(1.0, (self.width - self.qr_side) / length)


class BarsOnly(Flowable):
    """A Code 128 (or, where the text does not fit as bars, a QR) of a table line."""

    def __init__(self, text: str, room: float, height: float, dpi: int, *, square: bool = False, centred: bool = True) -> None:
        super().__init__()
        self.height, self.dpi, self.matrix, self.centred = height, dpi, None, centred
        self.bars = None if square else _try(code128, text)
        if self.bars is None or bars_width(self.bars, dpi) > room:
            self.bars, self.matrix = None, _try(qr, text)
        self.symbol = bars_width(self.bars, dpi) if self.bars else 0.0
        if self.matrix:
            self.symbol = self.height = self.matrix.size * qr_module_points(dpi)

    def wrap(self, width: float, height: float) -> tuple[float, float]:
        self.width = max(width, self.symbol) if self.centred else self.symbol
        return self.width, self.height if self.bars or self.matrix else 0

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
