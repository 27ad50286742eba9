"""Lays the grid of a QR code over a picture of it: which version, where its corners are, how the paper bends.

What every code of a version has in common is compared with the picture, first for the three finders as they were found, then while
the four corners are moved; at last the whole picture is compared with what was read from it, and the grid is drawn towards it
piece by piece, as often as it takes.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cache

import cv2
import numpy as np

from counter_app.scanner.qr_find import Finders
from counter_app.scanner.qr_shape import MAX_VERSION, MIN_VERSION, shape

_S = 4
"""Pixels a module of the code drawn flat."""
_EDGE = 2
_MIN_LIKENESS = 0.45
_MIN_START = 0.4
_SQUARE = 0.25
"""Cosine of the corner up to which a code is seen nearly straight on, and its fourth corner is where the others say."""
_VERSIONS = range(MIN_VERSION, MAX_VERSION + 1)


@dataclass(frozen=True, slots=True)
class Grid:
    """A code in a picture: ``flat`` is the code drawn flat with ``_EDGE`` modules around, dark positive, evenly lit; ``corners`` in
    pixels of the picture, clockwise from its own top left; ``likeness``: of the known modules, 1 at best."""

    version: int
    flat: np.ndarray
    corners: tuple[tuple[int, int], ...]
    likeness: float


@cache
def _marks(version: int) -> tuple[np.ndarray, np.ndarray]:
    """Centres of the modules known beforehand (x, y, in modules) with the free ring around, and what they are."""
    known = np.pad(shape(version).known, 1, constant_values=-1)
    rows, columns = np.nonzero(known)
    values = known[rows, columns].astype(np.float32)
    return np.stack([columns - 0.5, rows - 0.5], axis=1).astype(np.float32), values - values.mean()


class _Crop:
    """A piece of the picture, evenly lit and slightly softened, to be sampled often."""

    def __init__(self, gray: np.ndarray, found: Finders) -> None:
        points = np.array([found.corner, found.right, found.below])
        middle = (points[1] + points[2]) / 2
        reach = 0.9 * float(np.hypot(*(points[1] - points[2]))) + 6 * found.module
        self.left, self.top = max(0, int(middle[0] - reach)), max(0, int(middle[1] - reach))
        piece = gray[self.top : int(middle[1] + reach), self.left : int(middle[0] + reach)].astype(np.float32)
        piece = cv2.GaussianBlur(255 - piece, (0, 0), max(0.3 * found.module, 0.4))
        window = int(11 * found.module) | 1
        mean = cv2.blur(piece, (window, window))
        spread = cv2.sqrt(np.maximum(cv2.blur(piece * piece, (window, window)) - mean * mean, 0))
        self.picture = (piece - mean) / (spread + 0.15 * float(np.percentile(spread, 90)) + 1)

    def likeness(self, corners: np.ndarray, version: int) -> float:
        """How well the known modules of ``version`` show with the code's corners there (in pixels of the crop)."""
        points, values = _marks(version)
        seen = self._sample(corners, version, points)
        seen = seen - seen.mean()
        return float(seen @ values) / (float(np.linalg.norm(seen) * np.linalg.norm(values)) + 1e-3)

    def _sample(self, corners: np.ndarray, version: int, points: np.ndarray) -> np.ndarray:
        size = shape(version).size
        square = np.array([[0, 0], [size, 0], [size, size], [0, size]], np.float32)
        homography = cv2.getPerspectiveTransform(square, corners.astype(np.float32))
        at = cv2.perspectiveTransform(points[None], homography)[0]
        return cv2.remap(self.picture, at[None, :, 0], at[None, :, 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)[0]


def lay_grid(gray: np.ndarray, found: Finders) -> Grid | None:
    """The grid of the code with these finders; None when there is none after all."""
    crop = _Crop(gray, found)
    if min(crop.picture.shape) < 21:
        return None
    value, version = max((crop.likeness(_corners_by_finders(found, shape(v).size) - (crop.left, crop.top), v), v) for v in _VERSIONS)
    if value < _MIN_START:
        return None
    if abs(version - found.version) > 2:
        # A piece of each finder looked like a small finder: the places are right, the size of a module is not.
        across, down = (math.dist(found.corner, other) for other in (found.right, found.below))
        found = replace(found, module=(across + down) / 2 / (shape(version).size - 7), version=version)
        crop = _Crop(gray, found)
    corners = _corners_by_finders(found, shape(version).size) - (crop.left, crop.top)
    value, version, corners = _refined(crop, corners, version, crop.likeness(corners, version))
    if value < _MIN_LIKENESS:
        return None
    flat = _flattened(crop, corners, version)
    full = tuple((round(float(x) + crop.left), round(float(y) + crop.top)) for x, y in corners)
    return Grid(version, flat, full, value)


def _corners_by_finders(found: Finders, size: int) -> np.ndarray:
    a, b, c = (np.array(p) + 0.5 for p in (found.corner, found.right, found.below))
    u, v = (b - a) / (size - 7), (c - a) / (size - 7)
    start = a - 3.5 * (u + v)
    return np.array([start, start + size * u, start + size * (u + v), start + size * v]) - 0.5


def _arms(corners: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Directions of the two sides that meet between the finders."""
    u, v = corners[1] - corners[0], corners[3] - corners[0]
    return u / np.hypot(*u), v / np.hypot(*v)


def _refined(crop: _Crop, corners: np.ndarray, version: int, value: float) -> tuple[float, int, np.ndarray]:
    """The corners moved until the known modules show best; the fourth, which no finder holds, first and farthest."""
    size = shape(version).size
    module = float(np.hypot(*(corners[1] - corners[0]))) / size
    start = corners
    far = 4 if abs(float(np.dot(*_arms(corners)))) < _SQUARE else 8
    for dx in range(-far, far + 1):
        for dy in range(-far, far + 1):
            moved = start.copy()
            moved[2] += np.array([dx, dy]) * module
            if (new := crop.likeness(moved, version)) > value:
                value, corners = new, moved
    for step in (1.0, 0.5, 0.25, 0.12):
        for _ in range(2):
            before = value
            for corner in range(4):
                for move in ((1, 0), (-1, 0), (0, 1), (0, -1)):
                    moved = corners.copy()
                    moved[corner] += np.array(move) * step * module
                    if (new := crop.likeness(moved, version)) > value:
                        value, corners = new, moved
            if value - before < 1e-3:
                break
    return value, version, corners


def _flattened(crop: _Crop, corners: np.ndarray, version: int, rounds: int = 3) -> np.ndarray:
    """The code drawn flat. After each round it is compared, module by softened module, with what it seems to say, and every place is
    moved to where its surroundings fit better (the method of Lucas and Kanade): bends of the paper come out."""
    size = shape(version).size
    side = (size + 2 * _EDGE) * _S
    square = np.array([[0, 0], [size, 0], [size, size], [0, size]], np.float32)
    homography = cv2.getPerspectiveTransform(square, corners.astype(np.float32))
    axis = (np.arange(side, dtype=np.float32) + 0.5) / _S - _EDGE
    gx, gy = np.meshgrid(axis, axis)
    base = cv2.perspectiveTransform(np.stack([gx, gy], axis=-1).reshape(1, -1, 2), homography)[0].reshape(side, side, 2)
    jx, jy = np.gradient(base, axis=1) * _S, np.gradient(base, axis=0) * _S
    move = np.zeros((side, side, 2), np.float32)
    known = shape(version).known
    flat = np.zeros((side, side), np.float32)
    for turn in range(rounds + 1):
        at = base + jx * move[..., :1] + jy * move[..., 1:]
        flat = cv2.remap(crop.picture, at.astype(np.float32), None, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        if turn == rounds:
            break
        soft = module_means(flat)
        modules = np.where(known != 0, known > 0, soft > _threshold(soft))
        model = cv2.GaussianBlur(np.kron(np.pad(modules.astype(np.float32), _EDGE), np.ones((_S, _S), np.float32)), (0, 0), 0.5 * _S)
        window = (9 * _S, 9 * _S)
        mean_m, mean_f = cv2.blur(model, window), cv2.blur(flat, window)
        gain = cv2.blur((model - mean_m) * (flat - mean_f), window) / (cv2.blur(np.square(model - mean_m), window) + 1e-3)
        gain = np.maximum(gain, 0.2 * float(np.median(gain)) + 1e-3)
        rest = (flat - mean_f) / gain - (model - mean_m)
        sx, sy = cv2.Sobel(model, cv2.CV_32F, 1, 0, scale=1 / 8) * _S, cv2.Sobel(model, cv2.CV_32F, 0, 1, scale=1 / 8) * _S
        window = (int(10 * _S) | 1, int(10 * _S) | 1)
        xx, yy, xy, rx, ry = (cv2.GaussianBlur(p, window, 2.5 * _S) for p in (sx * sx, sy * sy, sx * sy, sx * rest, sy * rest))
        ridge = 0.1 * float(xx.mean() + yy.mean()) + 1e-6
        xx, yy = xx + ridge, yy + ridge
        det = xx * yy - xy * xy
        dx, dy = -(rx * yy - ry * xy) / det, -(ry * xx - rx * xy) / det
        move += np.clip(np.stack([dx, dy], axis=-1), -0.5, 0.5)
        move = cv2.GaussianBlur(move, (0, 0), 2.5 * _S, borderType=cv2.BORDER_REPLICATE)
    return flat


def module_means(flat: np.ndarray) -> np.ndarray:
    """One value a module: the mean of its middle."""
    size = flat.shape[0] // _S - 2 * _EDGE
    inside = flat[_EDGE * _S : -_EDGE * _S, _EDGE * _S : -_EDGE * _S].reshape(size, _S, size, _S)
    result: np.ndarray = inside[:, 1:3, :, 1:3].mean(axis=(1, 3))
    return result


def _threshold(soft: np.ndarray) -> np.ndarray:
    """The middle between dark and light around each module."""
    mean = cv2.blur(soft, (9, 9), borderType=cv2.BORDER_REPLICATE)
    return 0.5 * mean
