"""Corrects a QR code by what is known of its modules: those that are in doubt are given up rather than guessed.

A library corrects as many wrong codewords as half of its correcting ones. A crease, a blot or a reflection makes more of them
wrong, but shows where; and what is known to be wrong costs half as much. The least certain codewords of each block are given up,
more and more of them, until the rest agrees.
"""

from __future__ import annotations

import math

import numpy as np

from counter_app.scanner.qr_codewords import codewords
from counter_app.scanner.qr_shape import completed, format_of
from counter_app.scanner.reed_solomon import corrected

_PROOF = 28.0
"""Bits of proof that a corrected code must keep in each block: the chance that noise would have been corrected as well is 2^-32."""
_BITS = (128, 64, 32, 16, 8, 4, 2, 1)


def mended(soft: np.ndarray, version: int) -> np.ndarray | None:
    """The modules (True is dark) as they must have been drawn; None when they are beyond correction."""
    data = format_of(soft, version)
    parts = codewords(version, data)
    modules = completed(soft, version)
    raw = soft[parts.rows, parts.columns]
    values = ((raw > 0) ^ parts.dark) @ np.array(_BITS)
    doubt = np.exp(-np.abs(raw)).sum(axis=1)
    for block in parts.blocks:
        found = _mended(values[list(block)].tolist(), doubt[list(block)], parts.correcting)
        if found is None:
            return None
        values[list(block)] = found
    bits = (values[:, None] & np.array(_BITS)) > 0
    modules[parts.rows, parts.columns] = bits ^ parts.dark
    return modules


def _mended(word: list[int], doubt: np.ndarray, correcting: int) -> list[int] | None:
    order = np.argsort(-doubt, kind="stable").tolist()
    for given_up in range(0, correcting - 3, 2):
        found = corrected(word, correcting, order[:given_up])
        if found is not None and _proof(len(word), correcting, given_up, found[1]) >= _PROOF:
            return found[0]
    return None


def _proof(length: int, correcting: int, given_up: int, errors: int) -> float:
    """How unlikely it is that a word at random lies so near to a codeword, as a logarithm to 2."""
    return 8 * (correcting - given_up - errors) - math.log2(math.comb(length - given_up, errors))
