"""Read a PDF back the way the world does: as dots, through a decoder."""

from __future__ import annotations

import pypdfium2
import zxingcpp

FORMATS = (zxingcpp.BarcodeFormat.Code128, zxingcpp.BarcodeFormat.QRCode)


def dots(content: bytes, dpi: int, pages: slice = slice(None)):
    """Pages as 1-bit pictures (0 or 255), as a laser or thermal printer puts them on paper: no grey edges."""
    real = 203.2 if dpi == 203 else dpi
    document = pypdfium2.PdfDocument(content)
    try:
        for number in range(*pages.indices(len(document))):
            page = document[number].render(scale=real / 72, grayscale=True).to_numpy()
            page = page[:, :, 0] if page.ndim == 3 else page
            yield ((page > 127) * 255).astype("uint8")
    finally:
        document.close()


def codes(picture) -> tuple[list[str], list[str]]:
    """Texts of all linear codes and of all QR codes of a page, sorted."""
    found = zxingcpp.read_barcodes(picture, formats=FORMATS, text_mode=zxingcpp.TextMode.Plain, try_invert=False)
    linear = sorted(read.text for read in found if read.format == zxingcpp.BarcodeFormat.Code128)
    return linear, sorted(read.text for read in found if read.format == zxingcpp.BarcodeFormat.QRCode)
