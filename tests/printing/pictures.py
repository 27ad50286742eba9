"""The pictures of every form in ``docs/forms``. ``python -m tests.printing.pictures`` makes them anew; a test holds that they
show what the program prints."""

from __future__ import annotations

from pathlib import Path

import pypdfium2
from PIL import Image

from counter_app.printing import pdf
from tests.printing import every

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "forms"
DPI = 85
GREYS = 16


def picture(name: str) -> Image.Image:
    """First page of the first copy; of an extreme sample its last page beside it."""
    document, paper = every.all_samples()[name]
    content = pypdfium2.PdfDocument(pdf.render(document, paper))  # type: ignore[arg-type]
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
    for old in FOLDER.glob("*.png"):
        old.unlink()
    for name in every.all_samples():
        picture(name).save(FOLDER / f"{name}.png", optimize=True)


if __name__ == "__main__":
    main()
