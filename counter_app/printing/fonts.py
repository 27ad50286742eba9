"""The bundled document fonts, registered with reportlab once."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from onestop.errors import EnvironmentFault
from onestop.resources import resource_dir

SERIF = "LiberationSerif"
BOLD = "LiberationSerif-Bold"
ITALIC = "LiberationSerif-Italic"
BOLD_ITALIC = "LiberationSerif-BoldItalic"
_FACES = {SERIF: "Regular", BOLD: "Bold", ITALIC: "Italic", BOLD_ITALIC: "BoldItalic"}


def serif_file(style: str) -> Path:
    """The file of a style (Regular, Bold, Italic, BoldItalic)."""
    return resource_dir("fonts") / f"LiberationSerif-{style}.ttf"


@lru_cache(maxsize=1)
def register() -> frozenset[int]:
    """Make the serif family known to reportlab; returns the code points every style has.

    Raises EnvironmentFault ``font-missing`` when the installation is damaged: a document without its font would print
    black boxes for Vietnamese letters.
    """
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFError, TTFont

    known: set[int] | None = None
    for name, style in _FACES.items():
        try:
            # Only the letters in use are embedded; by default reportlab adds all of ASCII (a third of the file).
            font = TTFont(name, str(serif_file(style)), asciiReadable=0)
        except (OSError, TTFError) as fault:
            raise EnvironmentFault(
                "font-missing",
                f"Thiếu hoặc hỏng tệp phông chữ {serif_file(style).name} của chương trình. Hãy cài lại chương trình.",
                file=serif_file(style).name,
            ) from fault
        pdfmetrics.registerFont(font)
        points = set(font.face.charToGlyph)
        known = points if known is None else known & points
    pdfmetrics.registerFontFamily(SERIF, SERIF, BOLD, ITALIC, BOLD_ITALIC)
    return frozenset(known or ())
