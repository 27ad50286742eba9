"""Code 128 and QR as dots, checked before they are drawn.

Printed codes must be readable by the cheapest scanner from the cheapest printer: the narrowest bar is a whole number of
printer dots and every bar starts on a dot (library defaults of 0.19 mm read 0 times in 20 at 203 dpi).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

QUIET_MODULES = 10
"""Free modules left and right of a Code 128 (ISO/IEC 15417 asks for 10)."""
QR_BORDER = 4
"""Free modules around a QR code (ISO/IEC 18004)."""

LEAST_MM = 0.245
"""Narrowest bar: what a cheap scanner reads from a printer that spreads its ink (the libraries' 0.19 mm are too narrow)."""


def dots_per_module(dpi: int) -> int:
    """The fewest whole printer dots that make a bar of at least ``LEAST_MM``. Raises ValueError below 100 dpi: no printer of ours."""
    if dpi < 100:
        raise ValueError("a printer has at least 100 dots per inch")
    dot = 1 / 8 if dpi == 203 else 25.4 / dpi
    return -int(-LEAST_MM // dot)


DOTS_PER_MODULE = {dpi: dots_per_module(dpi) for dpi in (180, 203, 300, 360, 400, 600, 1200)}
"""Resolutions of receipt, label and office printers: 0.25 mm at 203 dpi (8 dots a millimetre), 0.254 mm at 300 and 600."""

# Widths of the bars and spaces of symbols 0..106 (ISO/IEC 15417, table 1): independent of the encoder it checks.
_WIDTHS = (
    "212222 222122 222221 121223 121322 131222 122213 122312 132212 221213 221312 231212 112232 122132 122231 113222 "
    "123122 123221 223211 221132 221231 213212 223112 312131 311222 321122 321221 312212 322112 322211 212123 212321 "
    "232121 111323 131123 131321 112313 132113 132311 211313 231113 231311 112133 112331 132131 113123 113321 133121 "
    "313121 211331 231131 213113 213311 213131 311123 311321 331121 312113 312311 332111 314111 221411 431111 111224 "
    "111422 121124 121421 141122 141221 112214 112412 122114 122411 142112 142211 241211 221114 413111 241112 134111 "
    "111242 121142 121241 114212 124112 124211 411212 421112 421211 212141 214121 412121 111143 111341 131141 114113 "
    "114311 411113 411311 113141 114131 311141 411131 211412 211214 211232 2331112"
)
_SYMBOLS = {widths: number for number, widths in enumerate(_WIDTHS.split())}
_STOP = 106
_TO_C, _TO_B, _TO_A = 99, 100, 101


class BarcodeError(ValueError):
    """The text cannot be drawn as this symbol; the message holds no text of the person."""


@dataclass(frozen=True, slots=True)
class Bars:
    """A Code 128: ``modules`` is a string of 1 (bar) and 0 (space), without the quiet zones."""

    modules: str

    def runs(self) -> list[tuple[int, int]]:
        """Every bar as (first module, number of modules)."""
        found: list[tuple[int, int]] = []
        start = 0
        while (start := self.modules.find("1", start)) >= 0:
            end = self.modules.find("0", start)
            end = len(self.modules) if end < 0 else end
            found.append((start, end - start))
            start = end
        return found

    @property
    def total_modules(self) -> int:
        """Width with both quiet zones."""
        return len(self.modules) + 2 * QUIET_MODULES


@dataclass(frozen=True, slots=True)
class Matrix:
    """A QR code without its border: ``rows[y][x]`` is true where dark."""

    rows: tuple[tuple[bool, ...], ...]

    @property
    def size(self) -> int:
        """Modules a side, border included."""
        return len(self.rows) + 2 * QR_BORDER


def decode_modules(modules: str) -> str:
    """The text of a Code 128 module string. Raises BarcodeError for anything that is not one whole valid symbol."""
    numbers = _symbol_numbers(modules)
    if numbers[0] not in (103, 104, 105) or numbers[-1] != _STOP or len(numbers) < 4:
        raise BarcodeError("no start or stop")
    check = (numbers[0] + sum(i * n for i, n in enumerate(numbers[1:-2], start=1))) % 103
    if check != numbers[-2]:
        raise BarcodeError("wrong check symbol")
    charset = "ABC"[numbers[0] - 103]
    text: list[str] = []
    for number in numbers[1:-2]:
        if charset == "C" and number < 100:
            text.append(f"{number:02d}")
        elif number in (_TO_A, _TO_B, _TO_C) and "ABC"[_TO_A - number] != charset:
            charset = "ABC"[_TO_A - number]
        elif charset != "C" and number < 96:
            text.append(chr(number + 32) if charset == "B" or number < 64 else chr(number - 64))
        else:
            raise BarcodeError("function symbol in a plain text")
    return "".join(text)


def _symbol_numbers(modules: str) -> list[int]:
    numbers: list[int] = []
    widths = ""
    position = 0
    while position < len(modules):
        end = position
        while end < len(modules) and modules[end] == modules[position]:
            end += 1
        widths += str(end - position)
        position = end
        if len(widths) in (6, 7) and widths in _SYMBOLS:
            number = _SYMBOLS[widths]
            numbers.append(number)
            widths = ""
    if widths or not numbers or not modules.startswith("1"):
        raise BarcodeError("not a Code 128")
    return numbers


@lru_cache(maxsize=2048)
def code128(text: str) -> Bars:
    """``text`` (printable ASCII) as Code 128, decoded back and compared before anybody draws it.

    Raises BarcodeError when the text has other characters, is empty or longer than 80, or does not survive the check.
    """
    if not text or len(text) > 80 or not all(32 <= ord(char) < 127 for char in text):
        raise BarcodeError("only 1 to 80 printable ASCII characters")
    modules = _encoder()(text).build()[0]
    if decode_modules(modules) != text:
        raise BarcodeError("the encoder changed the text")
    return Bars(modules)


@lru_cache(maxsize=1)
def _encoder():  # type: ignore[no-untyped-def]
    from barcode.codex import Code128

    class Exact(Code128):
        """python-barcode 0.16.1 takes a leading pair "99" for the switch to set C (also symbol 99) and drops it."""

        def _try_to_optimize(self, encoded: list[int]) -> list[int]:
            return encoded if encoded[1] == _TO_C else super()._try_to_optimize(encoded)

    return Exact


@lru_cache(maxsize=256)
def qr(text: str) -> Matrix:
    """``text`` as a QR code: UTF-8 declared by ECI, error level M, read back and compared before anybody draws it.

    Raises BarcodeError when empty, too long, or when a reader finds another text in it.
    """
    import segno

    if not text:
        raise BarcodeError("empty")
    try:
        # segno takes some pairs of UTF-8 bytes for Shift-JIS and would print them as Kanji: only ASCII may choose its mode.
        mode = None if text.isascii() else "byte"
        symbol = segno.make_qr(text, error="m", encoding="utf-8", eci=True, boost_error=False, mode=mode)
    except segno.DataOverflowError as fault:
        raise BarcodeError("too long") from fault
    matrix = Matrix(tuple(tuple(bool(cell) for cell in row) for row in symbol.matrix))
    if _read_back(matrix) != text:
        raise BarcodeError("the encoder changed the text")
    return matrix


def _read_back(matrix: Matrix) -> str | None:
    """What a decoder that knows nothing of the encoder finds. Half a millisecond."""
    import numpy as np
    import zxingcpp

    dots = np.where(np.pad(np.array(matrix.rows), QR_BORDER), 0, 255).astype(np.uint8)
    found = zxingcpp.read_barcodes(dots, formats=zxingcpp.BarcodeFormat.QRCode, is_pure=True, text_mode=zxingcpp.TextMode.Plain)
    return found[0].text if found else None
