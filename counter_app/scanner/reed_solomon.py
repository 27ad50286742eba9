"""Reed-Solomon codes over 256 values as QR codes have them: errors at unknown places and erasures at known ones are corrected."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

_FIELD = 0x11D


def _tables() -> tuple[list[int], list[int]]:
    powers, logs, value = [0] * 512, [0] * 256, 1
    for i in range(255):
        powers[i] = powers[i + 255] = value
        logs[value] = i
        value = value << 1 ^ (_FIELD if value & 0x80 else 0)
    return powers, logs


_POWERS, _LOGS = _tables()
_POWERS_OF = np.array(_POWERS[:255], np.int64)
_LOGS_OF = np.array(_LOGS, np.int64)


def _times(a: int, b: int) -> int:
    return _POWERS[_LOGS[a] + _LOGS[b]] if a and b else 0


def _product(p: list[int], q: list[int], limit: int) -> list[int]:
    """Of two polynomials, lowest power first, up to the power ``limit - 1``."""
    result = [0] * min(limit, len(p) + len(q) - 1)
    for i, a in enumerate(p):
        if a:
            for j, b in enumerate(q[: len(result) - i]):
                result[i + j] ^= _times(a, b)
    return result


def _values(poly: list[int], at: np.ndarray) -> np.ndarray:
    """The polynomial's values at the powers ``at`` of the generator."""
    total = np.zeros(len(at), np.int64)
    for power, factor in enumerate(poly):
        if factor:
            total ^= _POWERS_OF[(_LOGS[factor] + power * at) % 255]
    return total


def syndromes(word: Sequence[int], correcting: int) -> list[int]:
    """All zero when ``word`` is a codeword."""
    values = np.array(word)
    places = np.arange(len(word) - 1, -1, -1)[values != 0]
    logs = _LOGS_OF[values[values != 0]]
    return [int(np.bitwise_xor.reduce(_POWERS_OF[(logs + i * places) % 255])) if places.size else 0 for i in range(correcting)]


def corrected(word: Sequence[int], correcting: int, erased: Sequence[int] = ()) -> tuple[list[int], int] | None:
    """The codeword and how many errors were corrected besides the ``erased`` places; None when there is none near enough: errors
    count twice, erasures once, together at most ``correcting``."""
    seen = syndromes(word, correcting)
    if not any(seen):
        return list(word), 0
    erasures = [1]
    for place in erased:
        erasures = _product(erasures, [1, _POWERS[len(word) - 1 - place]], correcting + 1)
    rest = _product(seen, erasures, correcting)[len(erased) :]
    locator = _product(_shortest(rest), erasures, correcting + 1)
    errors = len(locator) - 1 - len(erased)
    if 2 * errors + len(erased) > correcting:
        return None
    places = np.arange(len(word))
    at = (places - len(word) + 1) % 255
    wrong = places[_values(locator, at) == 0]
    if len(wrong) != len(locator) - 1:
        return None
    evaluator = _product(seen, locator, correcting)
    slope = [factor if power % 2 else 0 for power, factor in enumerate(locator)][1:]
    above, below = _values(evaluator, at[wrong]), _values(slope, at[wrong])
    result = list(word)
    for place, a, b in zip(wrong, above, below, strict=True):
        if not b:
            return None
        result[place] ^= _times(_POWERS[len(word) - 1 - int(place)], _POWERS[255 - _LOGS[int(b)] + _LOGS[int(a)]]) if a else 0
    return (result, errors) if not any(syndromes(result, correcting)) else None


def _shortest(seen: list[int]) -> list[int]:
    """The shortest feedback shift register that produces ``seen`` (Berlekamp and Massey)."""
    current, before, length, gap, last = [1], [1], 0, 1, 1
    for i in range(len(seen)):
        delta = seen[i]
        for j in range(1, min(length, len(current) - 1) + 1):
            delta ^= _times(current[j], seen[i - j])
        if not delta:
            gap += 1
            continue
        factor = _POWERS[_LOGS[delta] + 255 - _LOGS[last]]
        shifted = [0] * gap + [_times(factor, b) for b in before]
        longer = [a ^ b for a, b in zip(_filled(current, len(shifted)), _filled(shifted, len(current)), strict=True)]
        if 2 * length <= i:
            length, before, last, gap = i + 1 - length, current, delta, 1
        else:
            gap += 1
        current = longer
    while len(current) > 1 and not current[-1]:
        current.pop()
    return current


def _filled(poly: list[int], length: int) -> list[int]:
    return poly + [0] * (length - len(poly))
