"""Reads QR codes that no library sees: soft, bent, faded, small."""

from __future__ import annotations

import math
from dataclasses import replace

import cv2
import numpy as np

from counter_app.scanner.engines import pure_square
from counter_app.scanner.evidence import Evidence, Place
from counter_app.scanner.qr_find import MODULE_SIZES, Finders, find_finders
from counter_app.scanner.qr_grid import Grid, lay_grid
from counter_app.scanner.qr_shape import completed, shape
from counter_app.scanner.qr_soft import soft_modules
from counter_app.scanner.reads import QR, Corners, Read

_CREDIBLE = 0.6
"""Likeness from which on a code is surely there, if not to be read."""
_MIN_SIDE = 24
_STANDS_OUT = 1.8
"""Noise alone has places one and a half times as busy as others."""


def read_squares(
    gray: np.ndarray, sizes: tuple[float, ...] = MODULE_SIZES, evidence: Evidence | None = None, triples: int = 12
) -> list[Read]:
    """The first QR code with modules of about these sizes (pixels) that can be made out. What is seen but not understood is left
    with ``evidence``."""
    return _read(gray, find_finders(gray, sizes, triples), evidence)


def read_again(gray: np.ndarray, place: Place, evidence: Evidence) -> list[Read]:
    """The code that was at ``place`` a frame ago: a tenth of the work of looking for it everywhere."""
    left, top, right, bottom = place.box
    crop = np.ascontiguousarray(gray[top:bottom, left:right])
    if min(crop.shape) < _MIN_SIDE:  # the camera changed its size
        return []
    found = find_finders(crop, (place.module,), 3)
    return _read(gray, [_moved(f, left, top) for f in found], evidence)


def _read(gray: np.ndarray, found: list[Finders], evidence: Evidence | None) -> list[Read]:
    for finders in found:
        grid = lay_grid(gray, finders)
        if grid is None:
            continue
        soft = soft_modules(grid)
        if text := pure_square(completed(soft, grid.version)):
            return [_result(text, grid.corners)]
        if evidence is not None and grid.likeness >= _CREDIBLE:
            evidence.seen_square(_place(grid, finders, gray.shape))
            together = evidence.added_square(grid.version, soft)
            if together is not None and (text := pure_square(completed(together, grid.version))):
                return [_result(text, grid.corners)]
            break
    return []


def _result(text: str, corners: Corners) -> Read:
    return Read(text, QR, corners, processed=True)


def _place(grid: Grid, finders: Finders, frame: tuple[int, ...]) -> Place:
    xs, ys = [x for x, _ in grid.corners], [y for _, y in grid.corners]
    margin = int(0.35 * max(max(xs) - min(xs), max(ys) - min(ys))) + 8
    box = max(0, min(xs) - margin), max(0, min(ys) - margin), min(frame[1], max(xs) + margin), min(frame[0], max(ys) + margin)
    size = shape(grid.version).size - 7
    across, down = (math.dist(finders.corner, other) for other in (finders.right, finders.below))
    return Place(box, (across + down) / 2 / size)


def _moved(found: Finders, left: int, top: int) -> Finders:
    corner, right, below = ((x + left, y + top) for x, y in (found.corner, found.right, found.below))
    return replace(found, corner=corner, right=right, below=below)


def busy(gray: np.ndarray) -> bool:
    """Whether anything stands out from noise and soft shadows: an empty desk is not worth a search."""
    scale = min(1.0, 320 / max(gray.shape))
    small = cv2.resize(gray, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    detail = np.abs(cv2.Laplacian(small, cv2.CV_16S))
    strength = cv2.blur(detail.astype(np.float32), (7, 7))
    quiet, strong = (float(v) for v in np.percentile(strength, (25, 99)))
    return strong > max(_STANDS_OUT * quiet, 3.0)
