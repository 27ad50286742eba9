"""A sheet of paper: size, margins, letter sizes, and the words of one form on it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal
from xml.sax.saxutils import escape

from counter_app.printing import fonts
from counter_app.printing.templates import FormTemplate
from counter_app.printing.words import printable

if TYPE_CHECKING:
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.platypus import Paragraph

Paper = Literal["A4", "A5"]
MM = 72 / 25.4
_NBSP = "\N{NO-BREAK SPACE}"
_UNBROKEN = 45
"""Characters of a label and its value that stay on one line."""


@dataclass(frozen=True, slots=True)
class Geometry:
    """Millimetres of a sheet and points of its letters."""

    name: str
    width: float
    height: float
    left: float
    right: float
    top: float
    bottom: float
    body: float
    small: float
    title: float

    @property
    def usable(self) -> float:
        """Width between the margins, in mm."""
        return self.width - self.left - self.right


# Margins of official papers (NĐ 30/2020): left 30, right 15, top and bottom 20; receipts take less at the top and bottom.
A4 = Geometry("A4", 210, 297, 30, 15, 15, 17, body=12.5, small=10.5, title=15)
A5 = Geometry("A5", 148, 210, 12, 10, 8, 13, body=9.6, small=8.2, title=12)
A4_LANDSCAPE = Geometry("A4 ngang", 297, 210, 20, 20, 14, 15, body=12, small=10, title=15)


@dataclass(slots=True)
class Sheet:
    """What a form's layout needs: the geometry, the printer's dots, the form's texts, and styled paragraphs."""

    geometry: Geometry
    template: FormTemplate
    dpi: int
    known: frozenset[int]
    _styles: dict[tuple[str, float, int], Any] = field(default_factory=dict)

    def words(self, key: str, **facts: object) -> str:
        """A label of the form, fit for paper."""
        return printable(self.template.label(key, **facts), self.known)

    def clean(self, text: str) -> str:
        """A person's text, fit for paper (see ``words.printable``)."""
        return printable(text, self.known)

    def style(self, font: str = fonts.SERIF, size: float | None = None, align: str = "left") -> ParagraphStyle:
        """A paragraph style; equal ones are made once."""
        from reportlab.lib.styles import ParagraphStyle

        size = size or self.geometry.body
        number = {"left": 0, "center": 1, "right": 2}[align]
        key = (font, size, number)
        if key not in self._styles:
            self._styles[key] = ParagraphStyle(
                f"{font}-{size}-{number}", fontName=font, fontSize=size, leading=size * 1.22, alignment=number,
                splitLongWords=1, spaceAfter=size * 0.18,
            )
        return self._styles[key]

    def text(self, text: str, *, font: str = fonts.SERIF, size: float | None = None, align: str = "left") -> Paragraph:
        """A paragraph of plain text."""
        from reportlab.platypus import Paragraph

        return Paragraph(escape(self.clean(text)), self.style(font, size, align))

    def pairs(self, *pairs: tuple[str, str], bold: bool = True) -> Paragraph:
        """One paragraph of "label: value" pairs with wide gaps between them, the first value bold; a short pair is never
        torn over two lines (a broken telephone number is a wrong one). Labels are given ready."""
        from reportlab.platypus import Paragraph

        parts: list[str] = []
        for label, value in pairs:
            if value:
                clean = escape(self.clean(value))
                part = f"{escape(label)}: <b>{clean}</b>" if bold and not parts else f"{escape(label)}: {clean}"
                parts.append(part.replace(" ", _NBSP) if len(label) + len(value) <= _UNBROKEN else part)
        return Paragraph((_NBSP * 5 + " ").join(parts), self.style())

    def balanced(self, text: str, font: str, size: float, width: float) -> Paragraph:
        """A centred heading: on one line, a little smaller if that helps, else on two of about equal length."""
        from reportlab.pdfbase.pdfmetrics import stringWidth
        from reportlab.platypus import Paragraph

        clean = self.clean(text)
        words = clean.split(" ")
        room = width / stringWidth(clean, font, size) if clean else 1
        if 0.9 < room < 1:
            size = round(size * room - 0.05, 2)
        elif room <= 0.9 and len(words) > 1:
            halves = [(" ".join(words[:cut]), " ".join(words[cut:])) for cut in range(1, len(words))]
            first, second = min(halves, key=lambda half: max(stringWidth(line, font, size) for line in half))
            return Paragraph(f"{escape(first)}<br/>{escape(second)}", self.style(font, size, "center"))
        return Paragraph(escape(clean), self.style(font, size, "center"))
