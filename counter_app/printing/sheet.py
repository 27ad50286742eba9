"""A sheet of paper: size, margins, letter sizes, and the words of one form on it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

from counter_app.printing import fonts
from counter_app.printing.templates import FormTemplate
from counter_app.printing.words import REPLACED, printable

if TYPE_CHECKING:
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.platypus import Paragraph

Paper = str
"""``A4``, ``A5``, or a size in millimetres: ``100x150``."""
MM = 72 / 25.4
SIZES: dict[str, tuple[float, float]] = {"A3": (297, 420), "A4": (210, 297), "A5": (148, 210), "A6": (105, 148)}
_FREE = re.compile(r"(\d{2,3})x(\d{2,3})")
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


def geometry_of(template: FormTemplate, paper: Paper) -> Geometry:
    """The sheet of ``paper`` as the template wants it. Raises KeyError for a paper the template or the program does not know."""
    look = template.papers[paper]
    free = _FREE.fullmatch(paper)
    width, height = (float(free[1]), float(free[2])) if free else SIZES[paper]
    if look.landscape:
        width, height = height, width
    left, right, top, bottom = look.margins
    return Geometry(paper, width, height, left, right, top, bottom, look.body, look.small, look.title)


@dataclass(slots=True)
class Sheet:
    """What a form's layout needs: the geometry, the printer's dots, the form's texts, and styled paragraphs. ``replaced``: whether some
    text had letters that cannot be printed."""

    geometry: Geometry
    template: FormTemplate
    dpi: int
    known: frozenset[int]
    replaced: bool = False
    _styles: dict[tuple[str, float, str, float], Any] = field(default_factory=dict)
    _clean: dict[str, str] = field(default_factory=dict)

    def words(self, key: str, **facts: object) -> str:
        """A label of the form, fit for paper."""
        return self.clean(self.template.label(key, **facts))

    def clean(self, text: str) -> str:
        """A person's text, fit for paper (see ``words.printable``)."""
        found = self._clean.get(text)
        if found is None:
            found = printable(text, self.known)
            if REPLACED in found and REPLACED not in text:
                self.replaced = True
            if len(self._clean) < 5000:
                self._clean[text] = found
        return found

    def size(self, name: str | None) -> float:
        """Points of a size's name."""
        geometry = self.geometry
        return {"small": geometry.small, "title": geometry.title, "large": geometry.title * 1.6}.get(name or "", geometry.body)

    def style(self, font: str = fonts.SERIF, size: float | None = None, align: str = "left", indent: float = 0.0) -> ParagraphStyle:
        """A paragraph style; equal ones are made once."""
        from reportlab.lib.styles import ParagraphStyle

        size = size or self.geometry.body
        key = (font, size, align, indent)
        if key not in self._styles:
            number = {"left": 0, "center": 1, "right": 2, "justify": 4}[align]
            self._styles[key] = ParagraphStyle(
                f"{font}-{size}-{align}-{indent}", fontName=font, fontSize=size, leading=size * 1.22, alignment=number,
                splitLongWords=1, spaceAfter=size * 0.18, firstLineIndent=indent, allowWidows=0, allowOrphans=0,
            )
        return self._styles[key]

    def text(self, text: str, *, font: str = fonts.SERIF, size: float | None = None, align: str = "left", indent: float = 0.0) -> Paragraph:
        """A paragraph of plain text."""
        from reportlab.platypus import Paragraph

        return Paragraph(escape(self.clean(text)), self.style(font, size, align, indent))

    def pairs(self, *pairs: tuple[str, str, str]) -> Paragraph:
        """One paragraph of "label: value" pairs (label, value, style of the value) with wide gaps between them; a short pair is never
        torn over two lines (a broken telephone number is a wrong one), no short label
        after the first (that one begins its line), and no label from the one word it is for (a mail address)."""
        from reportlab.pdfbase.pdfmetrics import stringWidth
        from reportlab.platypus import Paragraph

        opening = {"bold": "<b>", "italic": "<i>", "bold-italic": "<b><i>"}
        closing = {"bold": "</b>", "italic": "</i>", "bold-italic": "</i></b>"}
        parts: list[str] = []
        for label, value, style in pairs:
            clean = escape(self.clean(value))
            label = escape(self.clean(label))
            short = len(label) + len(value) <= _UNBROKEN
            if parts and len(label) <= _UNBROKEN // 2:
                label = label.replace(" ", _NBSP)
            if short:
                label, clean = label.replace(" ", _NBSP), clean.replace(" ", _NBSP)
            face = fonts.BOLD if "bold" in style else fonts.SERIF
            fits = stringWidth(f"{label}: {clean}", face, self.geometry.body) < self.geometry.usable * MM
            near = short or (" " not in clean and fits)
            gap = (_NBSP if near else " ") if value else ""
            parts.append((f"{label}:{gap}" if label else "") + opening.get(style, "") + clean + closing.get(style, ""))
        return Paragraph((_NBSP * 5 + " ").join(parts), self.style())

    def balanced(self, text: str, font: str, size: float, width: float, *, one_line: bool = False) -> Paragraph:
        """A centred heading: on one line, a little smaller if that helps, else on two of about equal length. ``one_line``: never
        broken (the national heading), however small it gets."""
        from reportlab.pdfbase.pdfmetrics import stringWidth
        from reportlab.platypus import Paragraph

        clean = self.clean(text)
        words = clean.split(" ")
        room = width / stringWidth(clean, font, size) if clean else 1
        if one_line and room < 1:
            return Paragraph(escape(clean).replace(" ", _NBSP), self.style(font, max(4.0, size * room - 0.1), "center"))
        if 0.9 < room < 1:
            size = round(size * room - 0.05, 2)
        elif room <= 0.9 and len(words) > 1:
            halves = [(" ".join(words[:cut]), " ".join(words[cut:])) for cut in range(1, len(words))]
            first, second = min(halves, key=lambda half: max(stringWidth(line, font, size) for line in half))
            return Paragraph(f"{escape(first)}<br/>{escape(second)}", self.style(font, size, "center"))
        return Paragraph(escape(clean), self.style(font, size, "center"))
