"""Finds the three finder patterns of a QR code that no decoder sees.

A finder pattern out of focus is no longer squares in squares, but still a dark disc in a bright ring in a dark ring, whichever way
the paper is turned. The picture is brought to the size at which a module has 1.3 pixels, for every size of module in turn, so one
small template is enough.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from itertools import combinations

import cv2
import numpy as np

from counter_app.scanner.qr_shape import MAX_VERSION, MIN_VERSION

_PX = 1.3
MODULE_SIZES = tuple(1.8 * 1.33**i for i in range(5))
"""Pixels a module that are tried: 1.8 to 5.6. Larger ones are read without help, and stills are tried at reduced size too."""
_PEAKS = 10
_MIN_LIKENESS = 0.4
_MIN_SPREAD = 4.0


@dataclass(frozen=True, slots=True)
class Finders:
    """Centres of the three finder patterns in full-picture pixels: the one in the corner between the others, then the next two
    clockwise; ``module``: pixels a module; ``version`` by their distance; ``score``: how well they look."""

    corner: tuple[float, float]
    right: tuple[float, float]
    below: tuple[float, float]
    module: float
    version: int
    score: float


@cache
def _rings() -> np.ndarray:
    """A finder pattern without corners, out of focus, with the free ring around it."""
    size = round(9.6 * _PX) | 1
    fine = 4
    y, x = np.mgrid[0 : size * fine, 0 : size * fine].astype(np.float32)
    middle = (size * fine - 1) / 2
    far = np.hypot(x - middle, y - middle) / _PX / fine
    ring = np.where(far < 1.7, 1.0, np.where(far < 2.75, 0.0, np.where(far < 3.9, 1.0, 0.0))).astype(np.float32)
    soft = cv2.GaussianBlur(ring, (0, 0), 0.6 * _PX * fine)
    return cv2.resize(soft, (size, size), interpolation=cv2.INTER_AREA)


def find_finders(gray: np.ndarray, sizes: tuple[float, ...] = MODULE_SIZES, keep: int = 12) -> list[Finders]:
    """The most credible triples of finder patterns of about these sizes of module (in pixels), best first."""
    found: list[Finders] = []
    inverse = 255 - gray
    for module in sizes:
        scale = _PX / module
        scaled = cv2.resize(inverse, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
        if min(scaled.shape) < 24:
            continue
        found += _triples(_likeness(scaled.astype(np.float32)), module)
    found.sort(key=lambda f: -f.score)
    return found[:keep]


@cache
def _passes() -> list[tuple[np.ndarray, np.ndarray]]:
    """The template as a sum of few products of a row and a column: filtering with them is three times as fast."""
    rings = _rings() - _rings().mean()
    u, strength, v = np.linalg.svd(rings / np.linalg.norm(rings))
    return [(v[i] * strength[i], u[:, i].copy()) for i in range(4)]


def _likeness(picture: np.ndarray) -> np.ndarray:
    """Correlation of the template with every place; places of no contrast do not count."""
    size = _rings().shape[0]
    found = np.zeros_like(picture)
    for row, column in _passes():
        found += cv2.sepFilter2D(picture, -1, row, column)
    mean = cv2.boxFilter(picture, -1, (size, size))
    spread = cv2.sqrt(np.maximum(cv2.boxFilter(picture * picture, -1, (size, size)) - mean * mean, 0))
    floor = max(_MIN_SPREAD, 0.12 * float(np.percentile(spread[::4, ::4], 98)))
    result: np.ndarray = found / ((spread + floor) * size)
    return result


def _triples(likeness: np.ndarray, module: float) -> list[Finders]:
    """Peaks that stand like the finders of a code, at ``_PX`` pixels a module."""
    peaks: list[tuple[float, float, float]] = []
    top = cv2.dilate(likeness, np.ones((7, 7), np.uint8))
    rows, columns = np.nonzero((likeness >= top) & (likeness > _MIN_LIKENESS))
    order = np.argsort(-likeness[rows, columns])[: _PEAKS * 2]
    for i in order:
        peaks.append((float(columns[i]), float(rows[i]), float(likeness[rows[i], columns[i]])))
    found = []
    back = module / _PX
    longest, shortest = (17 + 4 * MAX_VERSION - 7) * _PX * 1.3, (17 + 4 * MIN_VERSION - 7) * _PX * 0.75
    for three in combinations(peaks, 3):
        for at in range(3):
            corner, (p, q) = three[at], [three[i] for i in range(3) if i != at]
            ax, ay, bx, by = p[0] - corner[0], p[1] - corner[1], q[0] - corner[0], q[1] - corner[1]
            a, b = math.hypot(ax, ay), math.hypot(bx, by)
            if not (shortest < a < longest and shortest < b < longest and 0.7 < a / b < 1.43):
                continue
            cosine = (ax * bx + ay * by) / (a * b)
            if abs(cosine) > 0.4:
                continue
            right, below = (p, q) if ax * by - ay * bx > 0 else (q, p)
            size = (a + b) / 2 / _PX + 7
            version = round((size - 17) / 4)
            if not MIN_VERSION <= version <= MAX_VERSION:
                continue
            score = corner[2] + right[2] + below[2] - 0.5 * abs(cosine) - 0.7 * abs(math.log(a / b))
            places = [((x + 0.5) * back - 0.5, (y + 0.5) * back - 0.5) for x, y, _ in (corner, right, below)]
            found.append(Finders(*places, module=module, version=version, score=score))
    found.sort(key=lambda f: -f.score)
    return found[:6]
