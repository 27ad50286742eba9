"""Finds the three finder patterns of a QR code that no decoder sees.

A finder pattern out of focus is no longer squares in squares, but still a dark disc in a bright ring in a dark ring, whichever way
the paper is turned. The picture is brought to the size at which a module has 1.3 pixels, for every size of module in turn, so one
small template is enough.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np

from counter_app.scanner.qr_shape import MAX_VERSION, MIN_VERSION

_PX = 1.3
MODULE_SIZES = tuple(1.8 * 1.33**i for i in range(5))
"""Pixels a module that are tried: 1.8 to 5.6. Larger ones are read without help, and stills are tried at reduced size too."""
_PEAKS, _TRIPLES = 16, 6
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


def find_finders(gray: np.ndarray, sizes: tuple[float, ...] = MODULE_SIZES, keep: int = 12, lean: float = 0.4) -> list[Finders]:
    """The most credible triples of finder patterns of about these sizes of module (in pixels), best first; ``lean``: how far from a square
    they may stand (cosine of the corner, logarithm of the sides)."""
    found: list[Finders] = []
    scaled = 255 - gray
    for module in sizes:
        size = round(gray.shape[1] * _PX / module), round(gray.shape[0] * _PX / module)
        if min(size) < 24:
            break
        scaled = cv2.resize(scaled, size, interpolation=cv2.INTER_AREA)  # from the size before: cheaper than from the picture
        found += _triples(_likeness(scaled), module, lean)
    found.sort(key=lambda f: -f.score)
    return found[:keep]


def _likeness(picture: np.ndarray) -> np.ndarray:
    """Correlation of the template with every place where it fits in; places of no contrast do not count."""
    rings = _rings() - _rings().mean()
    size = len(rings)
    found = cv2.matchTemplate(picture.astype(np.float32), rings / np.linalg.norm(rings), cv2.TM_CCORR)
    inside = np.s_[size // 2 : size // 2 + found.shape[0], size // 2 : size // 2 + found.shape[1]]
    mean = cv2.boxFilter(picture, cv2.CV_32F, (size, size))[inside]
    square = cv2.sqrBoxFilter(picture, cv2.CV_32F, (size, size))[inside]
    spread = cv2.sqrt(cv2.max(cv2.subtract(square, cv2.multiply(mean, mean)), 0.0))
    floor = max(_MIN_SPREAD, 0.12 * float(np.percentile(spread[::4, ::4], 98)))
    return cv2.divide(found, cv2.add(spread, floor), scale=1.0 / size)


def _triples(likeness: np.ndarray, module: float, lean: float) -> list[Finders]:
    """Peaks that stand like the finders of a code, at ``_PX`` pixels a module."""
    tops = cv2.compare(likeness, cv2.max(cv2.dilate(likeness, np.ones((7, 7), np.uint8)), _MIN_LIKENESS), cv2.CMP_GE)
    at = cv2.findNonZero(tops)
    if at is None:
        return []
    columns, rows = at[:, 0, 0], at[:, 0, 1]
    strongest = np.argsort(-likeness[rows, columns])[:_PEAKS]
    if len(strongest) < 3:
        return []
    rows, columns = rows[strongest], columns[strongest]
    value = likeness[rows, columns].astype(np.float64)
    place = columns + 1j * rows
    # arm[i, j]: from peak i to peak j; corner i, first arm j, second arm k a quarter turn clockwise (rows go down)
    arm = place[None, :] - place[:, None]
    length = np.abs(arm) + 1e-9
    first, second = length[:, :, None], length[:, None, :]
    product = np.conj(arm)[:, :, None] * arm[:, None, :]
    cosine = product.real / (first * second)
    size = (first + second) / 2 / _PX + 7
    version = np.rint((size - 17) / 4)
    uneven = np.abs(np.log(first / second))
    fits = (product.imag > 0) & (np.abs(cosine) < lean) & (uneven < 0.9 * lean) & (version >= MIN_VERSION) & (version <= MAX_VERSION)
    score = value[:, None, None] + value[None, :, None] + value[None, None, :] - 0.5 * np.abs(cosine) - 0.7 * uneven
    score = np.where(fits, score, -1.0)
    back, half = module / _PX, len(_rings()) // 2
    found = []
    for index in np.argsort(-score, axis=None)[:_TRIPLES]:
        three = np.unravel_index(int(index), score.shape)
        if score[three] <= 0:
            break
        places = [((float(columns[i]) + half + 0.5) * back - 0.5, (float(rows[i]) + half + 0.5) * back - 0.5) for i in three]
        found.append(Finders(*places, module=module, version=int(version[three]), score=float(score[three])))
    return found
