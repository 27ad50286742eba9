"""What every QR code of a version has in common (ISO/IEC 18004): finders, timing, alignment, format and version information."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

MIN_VERSION, MAX_VERSION = 1, 13
"""A card has version 6 to 9, a receipt 2 to 4; beyond 13 modules are too small for a webcam."""

_ALIGNMENT = {
    1: (), 2: (6, 18), 3: (6, 22), 4: (6, 26), 5: (6, 30), 6: (6, 34), 7: (6, 22, 38), 8: (6, 24, 42), 9: (6, 26, 46), 10: (6, 28, 50),
    11: (6, 30, 54), 12: (6, 32, 58), 13: (6, 34, 62),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Shape:
    """``known``: 1 dark, -1 light, 0 depends on the content; ``size`` modules square. ``formats``: the (row, column) of the 15 bits
    of the format information, twice."""

    size: int
    known: np.ndarray
    formats: tuple[tuple[tuple[int, int], ...], tuple[tuple[int, int], ...]]


def _bch(data: int, generator: int, bits: int) -> int:
    rest = data << bits
    for shift in range(rest.bit_length() - bits - 1, -1, -1):
        if rest >> (shift + bits) & 1:
            rest ^= generator << shift
    return data << bits | rest


_FORMATS = tuple(_bch(data, 0x537, 10) ^ 0x5412 for data in range(32))
_WORDS = np.array([[1 if word >> (14 - i) & 1 else -1 for i in range(15)] for word in _FORMATS])


@cache
def shape(version: int) -> Shape:
    """The shape of a version."""
    size = 17 + 4 * version
    known = np.zeros((size, size), np.int8)
    known[6, :] = known[:, 6] = np.where(np.arange(size) % 2 == 0, 1, -1)
    finder = np.full((8, 8), -1, np.int8)
    finder[:7, :7] = 1
    finder[1:6, 1:6] = -1
    finder[2:5, 2:5] = 1
    known[:8, :8], known[:8, -8:], known[-8:, :8] = finder, finder[:, ::-1], finder[::-1, :]
    mark = np.ones((5, 5), np.int8)
    mark[1:4, 1:4] = -1
    mark[2, 2] = 1
    places = _ALIGNMENT[version]
    for row in places:
        for column in places:
            if not (row == 6 and column in (6, size - 7)) and not (column == 6 and row == size - 7):
                known[row - 2 : row + 3, column - 2 : column + 3] = mark
    known[size - 8, 8] = 1
    if version >= 7:
        bits = _bch(version, 0x1F25, 12)
        for i in range(18):
            value = 1 if bits >> i & 1 else -1
            known[i // 3, size - 11 + i % 3] = known[size - 11 + i % 3, i // 3] = value
    first = [(8, c) for c in (0, 1, 2, 3, 4, 5, 7, 8)] + [(r, 8) for r in (7, 5, 4, 3, 2, 1, 0)]
    second = [(size - 1 - i, 8) for i in range(7)] + [(8, size - 8 + i) for i in range(8)]
    return Shape(size, known, (tuple(first), tuple(second)))


def format_of(soft: np.ndarray, version: int) -> int:
    """The five bits of the likeliest of the 32 words of format information: level of correction and mask."""
    heard = sum(np.array([soft[place] for place in places]) for places in shape(version).formats)
    return int((_WORDS @ heard).argmax())


def completed(soft: np.ndarray, version: int) -> np.ndarray:
    """Hard modules (True is dark) from soft ones (positive is dark): what must be so is put so, and the likeliest word of format
    information is written in both places."""
    parts = shape(version)
    modules = np.where(parts.known != 0, parts.known > 0, soft > 0)
    word = _WORDS[format_of(soft, version)]
    for places in parts.formats:
        for place, bit in zip(places, word, strict=True):
            modules[place] = bit > 0
    return modules
