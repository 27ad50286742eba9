"""Code 39, for the scanner test card alone: the codes we print are Code 128 and QR."""

from __future__ import annotations

from functools import lru_cache

from counter_app.printing.barcode import BarcodeError, Bars

_CHARACTERS = frozenset("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-. $/+%")


@lru_cache(maxsize=64)
def code39(text: str) -> Bars:
    """``text`` as Code 39 with its start and stop, wide elements three modules, no check character. Raises BarcodeError for other
    characters than Code 39 has, or more than 40."""
    if not text or len(text) > 40 or not set(text) <= _CHARACTERS:
        raise BarcodeError("only 1 to 40 characters of Code 39")
    from barcode.codex import Code39

    return Bars(Code39(text, add_checksum=False).build()[0])


__all__ = ["code39"]
