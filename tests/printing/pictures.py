"""The pictures of every form in ``docs/forms``, and its words in ``docs/forms/text``. ``python -m tests.printing.pictures`` makes them
anew; a test holds that they show what the program prints."""

from __future__ import annotations

import io
from functools import cache
from pathlib import Path

import pypdfium2
from PIL import Image
from pypdf import PdfReader

from counter_app.printing import pdf
from tests.printing import every

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "forms"
TEXTS = FOLDER / "text"
DPI = 85
GREYS = 16


@cache
def rendered(name: str) -> bytes:
    """The sample as PDF."""
    document, paper = every.all_samples()[name]
    return pdf.render(document, paper)


def words(name: str) -> str:
    """The text of the first copy as a reader selects it, page by page."""
    document, _ = every.all_samples()[name]
    reader = PdfReader(io.BytesIO(rendered(name)))
    pages = reader.pages[: len(reader.pages) // len(document.copies)]
    texts = [page.extract_text().replace("\N{NO-BREAK SPACE}", " ") for page in pages]
    return "\n\f\n".join("\n".join(" ".join(line.split()) for line in text.splitlines()) for text in texts) + "\n"


def picture(name: str) -> Image.Image:
    """First page of the first copy; of an extreme sample its last page beside it."""
    document, _ = every.all_samples()[name]
    content = pypdfium2.PdfDocument(rendered(name))
    try:
        per_copy = len(content) // len(document.copies)
        chosen = [0, per_copy - 1] if name.endswith("extreme") else [0]
        pages = [content[number].render(scale=DPI / 72, grayscale=True).to_pil() for number in chosen]
    finally:
        content.close()
    sheet = Image.new("L", (sum(page.width for page in pages) + 8 * (len(pages) - 1), pages[0].height), 200)
    left = 0
    for page in pages:
        sheet.paste(page, (left, 0))
        left += page.width + 8
    return sheet.quantize(GREYS)


def main() -> None:
    """Write all pictures; files of forms that are gone are removed."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    TEXTS.mkdir(exist_ok=True)
    for old in [*FOLDER.glob("*.png"), *TEXTS.glob("*.txt")]:
        old.unlink()
    for name in every.all_samples():
        picture(name).save(FOLDER / f"{name}.png", optimize=True)
        (TEXTS / f"{name}.txt").write_text(words(name), encoding="utf-8")


if __name__ == "__main__":
    main()
