"""Pages moved by a printer's own error: some draw everything two millimetres too far left, and no driver mends it."""

from __future__ import annotations

import io

MM = 72 / 25.4


def moved(content: bytes, dx_mm: float, dy_mm: float) -> bytes:
    """Everything on every page ``dx_mm`` to the right and ``dy_mm`` down; the pages keep their size. Unchanged without an offset."""
    if not dx_mm and not dy_mm:
        return content
    from pypdf import PdfReader, PdfWriter, Transformation

    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(content)))
    for page in writer.pages:
        page.add_transformation(Transformation().translate(dx_mm * MM, -dy_mm * MM))
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()
