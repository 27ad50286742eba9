"""The page to try a printer with: is a millimetre a millimetre, where does the ink stand on the paper, are the codes and letters whole?

Rulers both ways, a frame 10 mm inside every edge, a Code 128 and a QR in the printer's own dots, and every kind of Vietnamese letter in
the sizes of our forms. It is in no dossier and counted nowhere.
"""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING

from counter_app.printing.barcode import code128, qr
from counter_app.printing.jobs import PAPERS

if TYPE_CHECKING:
    from reportlab.pdfgen.canvas import Canvas

CODE = "H99.99-990101-0001"
MM = 72 / 25.4
EDGE = 10.0
"""From the paper's edge to the frame, in mm: what one measures with a ruler to set the offset."""
TITLE = "TRANG IN THỬ"
LETTERS = ("Ă Â Đ Ê Ô Ơ Ư ă â đ ê ô ơ ư  Á À Ả Ã Ạ Ắ Ằ Ẳ Ẵ Ặ Ấ Ầ Ẩ Ẫ Ậ", "É È Ẻ Ẽ Ẹ Ế Ề Ể Ễ Ệ Í Ì Ỉ Ĩ Ị Ó Ò Ỏ Õ Ọ Ố Ồ Ổ Ỗ Ộ Ớ Ờ Ở Ỡ Ợ",
           "Ú Ù Ủ Ũ Ụ Ứ Ừ Ử Ữ Ự Ý Ỳ Ỷ Ỹ Ỵ á à ả ã ạ ắ ằ ẳ ẵ ặ ấ ầ ẩ ẫ ậ", "é è ẻ ẽ ẹ ế ề ể ễ ệ í ì ỉ ĩ ị ó ò ỏ õ ọ ố ồ ổ ỗ ộ ớ ờ ở ỡ ợ",
           "ú ù ủ ũ ụ ứ ừ ử ữ ự ý ỳ ỷ ỹ ỵ  0123456789  “ ” – … ☐")
ADVICE = ("Đo hai thước: đúng 100 mm thì máy in đúng cỡ; sai thì tắt “vừa trang” trong trình điều khiển.",
          "Đo từ mép giấy tới khung ở mép trái và mép trên: phải là 10 mm. Lệch bao nhiêu thì nhập vào",
          "Dời ngang, Dời dọc ở Cài đặt, Máy in (dương: sang phải, xuống dưới) rồi in thử lại.",
          "Quét hai mã bằng máy quét của quầy: phải đọc được ngay.")


def size_of(paper: str) -> tuple[float, float]:
    """Width and height in mm of a paper's name (``A5``, ``100x150``); A4 for one that has no measures."""
    named = re.search(r"(\d+)x(\d+)mm$", PAPERS.get(paper.upper().partition("-")[0], "")) or re.fullmatch(r"(\d+)x(\d+)", paper)
    return (float(named[1]), float(named[2])) if named else (210.0, 297.0)


def render(paper: str, dpi: int, facts: list[tuple[str, str]], *, lying: bool = False) -> bytes:
    """The page as PDF. ``facts`` (label, value) say what is tried: printer, tray, offset, when. Raises EnvironmentFault
    ``font-missing``."""
    from reportlab.pdfgen.canvas import Canvas

    from counter_app.printing import fonts

    known = fonts.register()
    width, height = size_of(paper)
    if lying:
        width, height = height, width
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(width * MM, height * MM), pageCompression=1, lang="vi-VN")
    canvas.setTitle(TITLE.capitalize())
    canvas.setAuthor("Counter App")
    page = _Page(canvas, width, height, dpi, known)
    page.frame()
    page.rulers()
    page.words(facts)
    canvas.showPage()
    canvas.save()
    return out.getvalue()


class _Page:
    """Millimetres from the upper left corner, as one measures on paper."""

    def __init__(self, canvas: Canvas, width: float, height: float, dpi: int, known: frozenset[int]) -> None:
        self.canvas, self.width, self.height, self.dpi, self.known = canvas, width, height, dpi, known
        self.small = min(width, height) < 140
        self.edge = EDGE if min(width, height) >= 80 else EDGE / 2
        self.ruler = 100 if min(width, height) >= 140 else 50 if min(width, height) >= 75 else 20

    def line(self, x1: float, y1: float, x2: float, y2: float, points: float = 0.5) -> None:
        self.canvas.setLineWidth(points)
        self.canvas.line(x1 * MM, (self.height - y1) * MM, x2 * MM, (self.height - y2) * MM)

    def text(self, x: float, y: float, text: str, size: float, bold: bool = False, center: bool = False) -> None:
        from counter_app.printing import fonts

        self.canvas.setFont(fonts.BOLD if bold else fonts.SERIF, size)
        shown = "".join(char if ord(char) in self.known else "□" for char in text)
        (self.canvas.drawCentredString if center else self.canvas.drawString)(x * MM, (self.height - y) * MM, shown)

    def frame(self) -> None:
        """The frame, and short lines every millimetre outward at its corners: what is missing there the printer cannot reach."""
        right, bottom = self.width - self.edge, self.height - self.edge
        corners = ((self.edge, self.edge), (right, self.edge), (right, bottom), (self.edge, bottom))
        for start, end in zip(corners, (*corners[1:], corners[0]), strict=True):
            self.line(*start, *end, points=0.7)
        for step in range(1, int(self.edge)):
            long = 6 if step % 5 == 0 else 3
            for x, y in ((step, self.edge), (self.width - step, self.edge)):
                self.line(x, y, x, y + long, 0.35)
            for x, y in ((self.edge, step), (self.edge, self.height - step)):
                self.line(x, y, x + long, y, 0.35)

    def rulers(self) -> None:
        """One across and one down, a tick each millimetre, a number each ten."""
        x0, y0 = self.edge + 8, self.edge + (24 if not self.small else 14)
        self.line(x0, y0, x0 + self.ruler, y0, 0.7)
        self.line(x0, y0, x0, y0 + self.ruler, 0.7)
        for mm in range(self.ruler + 1):
            tick = 4 if mm % 10 == 0 else 2.8 if mm % 5 == 0 else 1.8
            self.line(x0 + mm, y0, x0 + mm, y0 + tick, 0.35)
            self.line(x0, y0 + mm, x0 + tick, y0 + mm, 0.35)
            if mm % 10 == 0 and mm:
                self.text(x0 + mm, y0 - 1.2, str(mm), 7, center=True)
                self.text(x0 - 4.5, y0 + mm + 0.9, str(mm), 7)

    def words(self, facts: list[tuple[str, str]]) -> None:
        """Title, what is tried, letters, codes, and what to do with it."""
        from counter_app.printing.layout import bars_width, draw_bars, draw_qr, qr_module_points

        top = self.edge + (9 if not self.small else 6)
        self.text(self.width / 2, top, TITLE, 15 if not self.small else 9, bold=True, center=True)
        x, y = self.edge + 16, self.edge + (40 if not self.small else 24)
        step = 5.2 if not self.small else 3.6
        size = 11 if not self.small else 7
        bars, matrix = code128(CODE), qr(CODE)
        side = matrix.size * qr_module_points(self.dpi) / MM
        for label, value in facts[: 8 if not self.small else 3]:
            self.text(x, y, f"{label}: {value}"[: 80 if not self.small else 40], size)
            y += step
        if bars_width(bars, self.dpi) / MM < self.width - x - self.edge and y + 20 < self.height - self.edge:
            y += 1
            draw_bars(self.canvas, bars, x * MM, (self.height - y - 12) * MM, 12 * MM, self.dpi)
            y += 16
            self.text(x + 3, y, CODE, size)
        y += 3
        at = (x, y) if y + side < self.height - self.edge else (self.width - self.edge - side - 2, self.edge + 8)
        draw_qr(self.canvas, matrix, at[0] * MM, (self.height - at[1] - side) * MM, self.dpi)
        if self.small:
            return
        if self.width > self.height:  # lying: beside the rulers, else below them
            x, y = self.edge + self.ruler + 20, self.edge + 24
        else:
            x, y = self.edge + 6, max(y + side + 6, self.edge + 24 + self.ruler + 8)
        advice = tuple(f"{'• ' if number != 2 else '   '}{line}" for number, line in enumerate(ADVICE))
        for points, lines in ((13, LETTERS), (10, advice), (9, LETTERS)):
            for line in lines:
                if y > self.height - self.edge - 2:
                    return
                self._fitted(x, y, line, points)
                y += points * 0.46
            y += 2

    def _fitted(self, x: float, y: float, line: str, points: float) -> None:
        from reportlab.pdfbase.pdfmetrics import stringWidth

        from counter_app.printing import fonts

        room = (self.width - x - self.edge - 4) * MM
        wide = stringWidth(line, fonts.SERIF, points)
        self.text(x, y, line, points if wide <= room else max(points * room / wide, 5))


def ticket(dots: int, facts: list[tuple[str, str]], copies: int = 1) -> bytes:
    """The same for a receipt printer, as its bytes: a ruler of 40 mm, both codes, the letters."""
    from counter_app.printing.tickets.escpos import escpos
    from counter_app.printing.tickets.picture import Roll

    roll = Roll(dots)
    roll.text(TITLE, size=32, bold=True, align="center")
    roll.rule()
    for label, value in facts:
        roll.pair(label, value)
    roll.space(16)
    roll.bars(CODE)
    roll.qr(CODE)
    for line in LETTERS:
        roll.text(line)
    roll.rule()
    roll.text(f"Vạch ngang dài {dots // 8} mm.", align="center")
    return escpos(roll.finish(), copies=copies)
