"""Which modules of a QR code make up which codeword, and which codewords correct one another (ISO/IEC 18004).

Free of pictures. ``qr_correct`` uses it to correct a code of which places are known to be worn, glared or hidden.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from counter_app.scanner.qr_shape import shape

_LEVELS = "MLHQ"
"""By the two bits of the format information."""

_CORRECTING = {
    "L": (7, 10, 15, 20, 26, 18, 20, 24, 30, 18, 20, 24, 26),
    "M": (10, 16, 26, 18, 24, 16, 18, 22, 22, 26, 30, 22, 22),
    "Q": (13, 22, 18, 26, 18, 24, 18, 22, 20, 24, 28, 26, 24),
    "H": (17, 28, 22, 16, 22, 28, 26, 26, 24, 28, 24, 28, 22),
}
"""Correcting codewords of each block, by version."""
_BLOCKS = {
    "L": (1, 1, 1, 1, 1, 2, 2, 2, 2, 4, 4, 4, 4),
    "M": (1, 1, 1, 2, 2, 4, 4, 4, 5, 5, 5, 8, 9),
    "Q": (1, 1, 2, 2, 4, 4, 6, 6, 8, 8, 8, 10, 12),
    "H": (1, 1, 2, 4, 4, 4, 5, 6, 8, 8, 11, 11, 16),
}


@dataclass(frozen=True, slots=True)
class Codewords:
    """``rows``, ``columns``: (codewords, 8) modules of every codeword, highest bit first; ``dark``: (codewords, 8) what the mask turns
    over; ``blocks``: the codewords of each block, its ``correcting`` last ones correct the others."""

    rows: np.ndarray
    columns: np.ndarray
    dark: np.ndarray
    blocks: tuple[tuple[int, ...], ...]
    correcting: int


@cache
def codewords(version: int, format_data: int) -> Codewords:
    """For the five bits of a format information: level of correction and mask."""
    rows, columns = _places(version)
    total = len(rows) // 8
    rows, columns = rows[: total * 8].reshape(total, 8), columns[: total * 8].reshape(total, 8)
    level = _LEVELS[format_data >> 3]
    count, correcting = _BLOCKS[level][version - 1], _CORRECTING[level][version - 1]
    return Codewords(rows, columns, _masked(format_data & 7, rows, columns), _blocks(total, count, correcting), correcting)


@cache
def _places(version: int) -> tuple[np.ndarray, np.ndarray]:
    """Modules that depend on the content in the order of their bits: two columns at a time, up and down in turn."""
    parts = shape(version)
    free = parts.known == 0
    for places in parts.formats:
        for place in places:
            free[place] = False
    found = []
    right, upward = parts.size - 1, True
    while right > 0:
        right -= right == 6  # the timing pattern is no column
        for row in range(parts.size - 1, -1, -1) if upward else range(parts.size):
            found += [(row, column) for column in (right, right - 1) if free[row, column]]
        right, upward = right - 2, not upward
    rows, columns = zip(*found, strict=True)
    return np.array(rows), np.array(columns)


def _masked(mask: int, r: np.ndarray, c: np.ndarray) -> np.ndarray:
    rules = (
        (r + c) % 2, r % 2, c % 3, (r + c) % 3, (r // 2 + c // 3) % 2, r * c % 2 + r * c % 3, (r * c % 2 + r * c % 3) % 2,
        ((r + c) % 2 + r * c % 3) % 2,
    )  # fmt: skip
    turned: np.ndarray = rules[mask] == 0
    return turned


def _blocks(total: int, count: int, correcting: int) -> tuple[tuple[int, ...], ...]:
    """Codewords are dealt out to the blocks in turn; the last blocks have one data codeword more."""
    short = total // count - correcting
    longer = total % count
    data = short * count + longer
    dealt: list[list[int]] = [[i * count + b for i in range(short)] for b in range(count)]
    for b in range(longer):
        dealt[count - longer + b].append(short * count + b)
    for b, block in enumerate(dealt):
        block += [data + i * count + b for i in range(correcting)]
    return tuple(tuple(block) for block in dealt)
