"""Code 39, for the scanner test card alone: the codes we print are Code 128 and QR."""

from __future__ import annotations

from functools import lru_cache

from counter_app.printing.barcode import BarcodeError, Bars

_CHARACTERS = frozenset("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-. $/+%")


@lru_cache(maxsize=64)
def code39(text: str) -> Bars:
    """``text`` as Code 39 with its start and stop, wide elements three modules, no check character, read back and compared before
    anybody draws it. Raises BarcodeError for other characters than Code 39 has, more than 40, or when a reader finds another text."""
    if not text or len(text) > 40 or not set(text) <= _CHARACTERS:
        raise BarcodeError("only 1 to 40 characters of Code 39")
    from barcode.codex import Code39

    modules = Code39(text, add_checksum=False).build()[0]
    if _read_back(modules) != text:
        raise BarcodeError("the encoder changed the text")
    return Bars(modules)


def _read_back(modules: str) -> str | None:
    """What a decoder that knows nothing of the encoder finds."""
    import numpy as np
    import zxingcpp

    line = np.repeat(np.array([0 if module == "1" else 255 for module in f"{'0' * 12}{modules}{'0' * 12}"], np.uint8), 2)
    found = zxingcpp.read_barcodes(np.tile(line, (24, 1)), formats=zxingcpp.BarcodeFormat.Code39, text_mode=zxingcpp.TextMode.Plain)
    return found[0].text if found else None


__all__ = ["code39"]
