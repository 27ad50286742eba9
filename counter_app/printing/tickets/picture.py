"""A ticket as black dots: what a thermal head burns, one bit a dot, nothing scaled afterwards.

Receipt printers have 203 dpi (8 dots a millimetre) and code pages without Vietnamese, so text goes over as a picture. Letters are
drawn by FreeType at the head's own size and cut at half grey: at 24 dots and medium weight every mark of ễ, ẵ, ự stays apart
(compared with hinted mono and with Qt's text; see decision 0018).
"""

from __future__ import annotations

import io
from bisect import bisect_right
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

from counter_app.printing.barcode import QR_BORDER, QUIET_MODULES, BarcodeError, code128, qr
from counter_app.printing.words import printable
from onestop.errors import EnvironmentFault
from onestop.resources import resource_dir

if TYPE_CHECKING:
    from PIL import Image, ImageFont

ROLLS = {"80": 576, "58": 384}
"""Dots a line of the usual heads: 72 mm on 80 mm paper, 48 mm on 58 mm paper."""
DOTS_PER_MM = 8
BAR_MODULE = 2
"""Dots of the narrowest bar (0.25 mm): the least that cheap scanners read from thermal paper."""
BAR_HEIGHT = 80
QR_MODULE = 5
"""Dots of a QR module (0.625 mm): a webcam at arm's length still sees two pixels a module."""
_FACES = {False: "Medium", True: "Bold"}
_GREY = 128

Align = Literal["left", "center", "right"]


@dataclass(frozen=True, slots=True)
class Ticket:
    """``rows``: one after the other, ``width`` / 8 bytes each, the leftmost dot in the highest bit, 1 = black."""

    width: int
    height: int
    rows: bytes

    def image(self) -> Image.Image:
        """As a 1-bit picture (black on white)."""
        from PIL import Image, ImageChops

        return ImageChops.invert(Image.frombytes("1", (self.width, self.height), self.rows))

    def png(self) -> bytes:
        """As a PNG file at 203 dpi, for looking at it."""
        out = io.BytesIO()
        self.image().save(out, "PNG", dpi=(203.2, 203.2))
        return out.getvalue()

    def pdf(self, title: str = "", author: str = "") -> bytes:
        """As one PDF page of the printed size, for preview and "Lưu PDF". A dot is 1/8 mm."""
        from reportlab.lib.units import mm
        from reportlab.lib.utils import ImageReader

        from counter_app.printing.archive import ArchiveCanvas

        out = io.BytesIO()
        size = (self.width / DOTS_PER_MM * mm, self.height / DOTS_PER_MM * mm)
        canvas = ArchiveCanvas(out, pagesize=size, pageCompression=1, lang="vi-VN")
        canvas.setTitle(title)
        canvas.setAuthor(author)
        canvas.setCreator("Counter App")
        canvas.drawImage(ImageReader(self.image()), 0, 0, *size)
        canvas.save()
        return out.getvalue()


class Roll:
    """Collects strips from top to bottom. ``width``: dots of the head, a multiple of 8. Text is made fit for paper here (NFC, no
    control characters, ``□`` for foreign letters). Raises ValueError for a width no printer has, EnvironmentFault ``font-missing``."""

    def __init__(self, width: int) -> None:
        if not 128 <= width <= 1024 or width % 8:
            raise ValueError("the width of a head is 128 to 1024 dots, in whole bytes")
        self.width = width
        self._strips: list[tuple[int, Image.Image | None, int]] = []
        self._letters = _letters()

    def text(self, text: str, *, size: int = 24, bold: bool = False, align: Align = "left") -> None:
        """Words wrapped to the width; a word longer than a line is broken."""
        font = _font(size, bold)
        clean = printable(text, self._letters)
        for line in (balanced if align == "center" else wrapped)(clean, font, self.width):
            self._line([(line, font)], size, align)

    def caption(self, label: str, value: str, *, size: int = 24, bold: bool = True) -> None:
        """"label: value" in the middle; on two lines, the value by itself, where one is too short."""
        both = printable(f"{label}: {value}", self._letters)
        fits = _font(size, bold).getlength(both) <= self.width
        for line in ([both] if fits else [f"{label}:", value]):
            self.text(line, size=size, bold=bold, align="center")

    def pair(self, label: str, value: str, *, size: int = 24, bold: bool = True) -> None:
        """"label: value", the value in bold if wanted, wrapped as one paragraph. Nothing when there is no value."""
        if not value:
            return
        words = [(word, False) for word in printable(f"{label}:" if label else "", self._letters).split()]
        words += [(word, bold) for word in printable(value, self._letters).split()]
        line: list[tuple[str, ImageFont.FreeTypeFont]] = []
        space, used = _font(size, False).getlength(" "), 0.0
        for word, heavy in words:
            font = _font(size, heavy)
            for part in _broken(word, font, self.width):
                length = font.getlength(part)
                if line and used + space + length > self.width:
                    self._line(line, size, "left")
                    line, used = [], 0.0
                used += (space if line else 0) + length
                line.append((part, font))
        if line:
            self._line(line, size, "left")

    def rule(self) -> None:
        """A line from edge to edge, two dots thick."""
        from PIL import Image

        self.space(8)
        self._strips.append((2, Image.new("L", (self.width, 2), 0), 0))
        self.space(8)

    def space(self, dots: int) -> None:
        """Free dots."""
        if dots > 0:
            self._strips.append((dots, None, 0))

    def bars(self, text: str) -> bool:
        """A Code 128 in the middle, where it fits with its quiet zones; says whether it did."""
        try:
            symbol = code128(text)
        except BarcodeError:
            return False
        across = symbol.total_modules * BAR_MODULE
        if across > self.width:
            return False
        from PIL import Image, ImageDraw

        picture = Image.new("L", (across, BAR_HEIGHT), 255)
        draw = ImageDraw.Draw(picture)
        for start, length in symbol.runs():
            left = (QUIET_MODULES + start) * BAR_MODULE
            draw.rectangle((left, 0, left + length * BAR_MODULE - 1, BAR_HEIGHT - 1), fill=0)
        self._strips.append((BAR_HEIGHT, picture, (self.width - across) // 2))
        return True

    def qr(self, text: str) -> bool:
        """A QR code in the middle; says whether it fitted."""
        try:
            matrix = qr(text)
        except BarcodeError:
            return False
        side = matrix.size * QR_MODULE
        if side > self.width:
            return False
        from PIL import Image, ImageDraw

        picture = Image.new("L", (side, side), 255)
        draw = ImageDraw.Draw(picture)
        for y, row in enumerate(matrix.rows):
            for x, dark in enumerate(row):
                if dark:
                    left, top = (x + QR_BORDER) * QR_MODULE, (y + QR_BORDER) * QR_MODULE
                    draw.rectangle((left, top, left + QR_MODULE - 1, top + QR_MODULE - 1), fill=0)
        self._strips.append((side, picture, (self.width - side) // 2))
        return True

    def finish(self) -> Ticket:
        """Everything so far as dots."""
        from PIL import Image

        height = sum(strip[0] for strip in self._strips)
        page = Image.new("L", (self.width, max(height, 1)), 255)
        top = 0
        for tall, picture, left in self._strips:
            if picture is not None:
                page.paste(picture, (left, top))
            top += tall
        dots = page.point(lambda grey: 255 if grey < _GREY else 0).convert("1", dither=Image.Dither.NONE)
        return Ticket(self.width, page.height, dots.tobytes())

    def _line(self, parts: list[tuple[str, ImageFont.FreeTypeFont]], size: int, align: Align) -> None:
        from PIL import Image, ImageDraw

        tall = line_height(size)
        picture = Image.new("L", (self.width, tall), 255)
        draw = ImageDraw.Draw(picture)
        space = _font(size, False).getlength(" ")
        length = sum(font.getlength(text) for text, font in parts) + space * (len(parts) - 1)
        x = {"left": 0.0, "center": (self.width - length) / 2, "right": self.width - length}[align]
        for text, font in parts:
            # On whole dots: a letter between two dots has blurred stems.
            draw.text((round(x), round(size * 1.08)), text, font=font, fill=0, anchor="ls")
            x += font.getlength(text) + space
        self._strips.append((tall, picture, 0))


def line_height(size: int) -> int:
    """Dots from line to line: two marks above a capital (Ẫ) and one below (Ạ) fit without touching."""
    return round(size * 1.42)


def wrapped(text: str, font: ImageFont.FreeTypeFont, width: int) -> list[str]:
    """``text`` in lines of at most ``width`` dots."""
    lines: list[str] = []
    line = ""
    for word in text.split():
        for part in _broken(word, font, width):
            if line and font.getlength(f"{line} {part}") > width:
                lines.append(line)
                line = part
            else:
                line = f"{line} {part}" if line else part
    return [*lines, line] if line else lines


def balanced(text: str, font: ImageFont.FreeTypeFont, width: int) -> list[str]:
    """``text`` in as few lines as fit, of about equal length: a heading does not end with one lonely word."""
    best = wrapped(text, font, width)
    low, high = 1, width
    if any(font.getlength(word) > width for word in text.split()):
        return best
    while len(best) > 1 and low < high:
        middle = (low + high) // 2
        tried = wrapped(text, font, middle)
        if len(tried) == len(best) and all(font.getlength(line) <= middle for line in tried):
            best, high = tried, middle
        else:
            low = middle + 1
    return best


def _broken(word: str, font: ImageFont.FreeTypeFont, width: int) -> list[str]:
    """A word in pieces that fit (an e-mail address, a name typed without spaces)."""
    pieces: list[str] = []
    while len(word) > 1 and font.getlength(word) > width:
        fitting = max(1, bisect_right(range(len(word)), width, key=lambda cut: font.getlength(word[:cut])) - 1)
        pieces.append(word[:fitting])
        word = word[fitting:]
    return [*pieces, word]


@lru_cache(maxsize=32)
def _font(size: int, bold: bool) -> ImageFont.FreeTypeFont:
    from PIL import ImageFont

    file = resource_dir("fonts") / f"NotoSans-{_FACES[bold]}.ttf"
    try:
        return ImageFont.truetype(str(file), size, layout_engine=ImageFont.Layout.BASIC)
    except OSError as fault:
        raise EnvironmentFault(
            "font-missing", f"Thiếu hoặc hỏng tệp phông chữ {file.name} của chương trình. Hãy cài lại chương trình.", file=file.name
        ) from fault


@lru_cache(maxsize=1)
def _letters() -> frozenset[int]:
    """Code points both faces have."""
    from reportlab.pdfbase.ttfonts import TTFError, TTFontFile

    known: set[int] | None = None
    for face in _FACES.values():
        file = resource_dir("fonts") / f"NotoSans-{face}.ttf"
        try:
            points = set(TTFontFile(str(file)).charToGlyph)
        except (OSError, TTFError) as fault:
            raise EnvironmentFault(
                "font-missing", f"Thiếu hoặc hỏng tệp phông chữ {file.name} của chương trình. Hãy cài lại chương trình.", file=file.name
            ) from fault
        known = points if known is None else known & points
    return frozenset(known or ())
