"""Code 128 (ISO/IEC 15417) as numbers: patterns of symbols, symbol values to text, the check symbol.

Free of pictures. ``profile128`` finds the values, this module says what they mean and whether they can be true.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

_WIDTHS = (
    "212222 222122 222221 121223 121322 131222 122213 122312 132212 221213 221312 231212 112232 122132 122231 113222 123122 123221 "
    "223211 221132 221231 213212 223112 312131 311222 321122 321221 312212 322112 322211 212123 212321 232121 111323 131123 131321 "
    "112313 132113 132311 211313 231113 231311 112133 112331 132131 113123 113321 133121 313121 211331 231131 213113 213311 213131 "
    "311123 311321 331121 312113 312311 332111 314111 221411 431111 111224 111422 121124 121421 141122 141221 112214 112412 122114 "
    "122411 142112 142211 241211 221114 413111 241112 134111 111242 121142 121241 114212 124112 124211 411212 421112 421211 212141 "
    "214121 412121 111143 111341 131141 114113 114311 411113 411311 113141 114131 311141 411131 211412 211214 211232 233111"
)

START_A, START_B, START_C, STOP = 103, 104, 105, 106
MODULES = 11
STOP_MODULES = 13
_SHIFT, _CODE_C, _CODE_B, _CODE_A, _FNC1 = 98, 99, 100, 101, 102


def _modules(widths: str) -> list[int]:
    return [1 - i % 2 for i, width in enumerate(widths) for _ in range(int(width))]


PATTERNS = np.array([_modules(w) for w in _WIDTHS.split()], dtype=np.float32)
"""(107, 11): 1 is a bar. The stop symbol's two last modules (a bar) follow outside."""


def check_symbol(values: Sequence[int]) -> int:
    """The check value of ``values`` (start symbol first, no check, no stop)."""
    return (values[0] + sum(i * v for i, v in enumerate(values[1:], 1))) % 103


def text_of(values: Sequence[int]) -> str | None:
    """The text of a whole symbol (start, data, check, stop), or None when the check symbol is wrong or the values make no
    sense. Only what our codes are made of: printable ASCII of the sets A, B and C, with changes of set; no function characters."""
    if len(values) < 4 or values[-1] != STOP or values[0] not in (START_A, START_B, START_C):
        return None
    if check_symbol(values[:-2]) != values[-2]:
        return None
    charset = "ABC"[values[0] - START_A]
    out: list[str] = []
    for value in values[1:-2]:
        if charset == "C":
            if value < 100:
                out.append(f"{value:02d}")
                continue
            changed = {_CODE_B: "B", _CODE_A: "A"}.get(value)
        else:
            if value < (96 if charset == "B" else 64) - (charset == "B"):
                out.append(chr(value + 32))
                continue
            changed = {_CODE_C: "C", _CODE_B: "B", _CODE_A: "A"}.get(value)
        if changed is None or changed == charset:
            return None
        charset = changed
    return "".join(out) or None
