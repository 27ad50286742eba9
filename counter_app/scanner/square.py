"""Reads QR codes that no library sees: soft, bent, faded, small."""

from __future__ import annotations

import math
import time
from dataclasses import replace

import cv2
import numpy as np

from counter_app.scanner.engines import Suspect, pure_square
from counter_app.scanner.evidence import Evidence, Place
from counter_app.scanner.qr_correct import mended
from counter_app.scanner.qr_find import MODULE_SIZES, Finders, find_finders
from counter_app.scanner.qr_grid import Grid, lay_grid
from counter_app.scanner.qr_shape import completed, shape
from counter_app.scanner.qr_soft import soft_modules
from counter_app.scanner.reads import QR, Corners, Read

_CREDIBLE = 0.6
"""Likeness from which on a code is surely there, if not to be read."""
_MIN_SIDE = 24
_FAR_SIZES = (1.1,), (1.45,)
_FAR_LIKENESS = 0.55
"""Pages, charts and pieces of codes reach 0.46."""
_SUSPECTS = 3
_TRIPLES = 6
_LEAST_MODULES = 16
_ALL_SIZES = tuple(MODULE_SIZES[0] * 1.33**i for i in range(9))
"""Up to 17 pixels a module: a code that fills the picture but is out of focus."""
_GLANCE_SIDE = 320
_STANDS_OUT, _CORNER, _FULL = 4.8, 20.0, 25.0
"""Of the strength of corners: noise alone has places 4.4 times as strong as others, codes out of focus 5.5 times and more, at least
35; a page full of text has no quiet place."""


def read_squares(
    gray: np.ndarray, sizes: tuple[float, ...] = MODULE_SIZES, evidence: Evidence | None = None, triples: int = 12, lean: float = 0.4,
    latest: float = math.inf,
) -> list[Read]:
    """The first QR code with modules of about these sizes (pixels) that can be made out. What is seen but not understood is left
    with ``evidence``."""
    return _read(gray, find_finders(gray, sizes, triples, lean), evidence, latest)


def read_again(gray: np.ndarray, place: Place, evidence: Evidence) -> list[Read]:
    """The code that was at ``place`` a frame ago: a tenth of the work of looking for it everywhere."""
    left, top, right, bottom = place.box
    crop = np.ascontiguousarray(gray[top:bottom, left:right])
    if min(crop.shape) < _MIN_SIDE:  # the camera changed its size
        return []
    found = find_finders(crop, (place.module,), 3)
    return _read(gray, [_moved(f, left, top) for f in found], evidence)


def read_suspects(
    gray: np.ndarray, suspects: list[Suspect], evidence: Evidence | None = None, limit: int = _SUSPECTS, latest: float = math.inf
) -> list[Read]:
    """The codes that the library saw but could not read: where to look is known, so all sizes of module are tried at once.
    No further place is begun after ``latest`` (``time.monotonic``)."""
    height, width = gray.shape
    boxes: list[Suspect] = []
    for left, top, right, bottom in suspects:
        box = max(0, left), max(0, top), min(width, right), min(height, bottom)
        if any(_within(box, other) for other in boxes) or min(box[2] - box[0], box[3] - box[1]) < _MIN_SIDE:
            continue
        boxes.append(box)
    for left, top, right, bottom in boxes[:limit]:
        crop = np.ascontiguousarray(gray[top:bottom, left:right])
        sizes = tuple(size for size in _ALL_SIZES if size * _LEAST_MODULES < max(crop.shape))
        found = find_finders(crop, sizes, _TRIPLES)
        if reads := _read(gray, [_moved(f, left, top) for f in found], evidence, latest):
            return reads
        if time.monotonic() >= latest:
            break
    return []


def far_square(gray: np.ndarray, look: int) -> bool:
    """Whether a QR code is in view whose modules are too small to be read. Each ``look`` tries another size: it is a search of the
    whole picture."""
    found = find_finders(gray, _FAR_SIZES[look % len(_FAR_SIZES)], 3)
    grids = (lay_grid(gray, finders) for finders in found)
    return any(grid.likeness >= _FAR_LIKENESS for grid in grids if grid is not None)


def _within(box: Suspect, other: Suspect) -> bool:
    """Whether the middle of ``box`` lies in the inner half of ``other``: the same code seen again."""
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    across, down = (other[2] - other[0]) / 4, (other[3] - other[1]) / 4
    return abs(x - (other[0] + other[2]) / 2) < across and abs(y - (other[1] + other[3]) / 2) < down


def _read(gray: np.ndarray, found: list[Finders], evidence: Evidence | None, latest: float = math.inf) -> list[Read]:
    for number, finders in enumerate(found):
        if number and time.monotonic() >= latest:
            break
        grid = lay_grid(gray, finders)
        if grid is None:
            continue
        soft = soft_modules(grid)
        if text := _text(soft, grid.version):
            return [_result(text, grid.corners)]
        if evidence is not None and grid.likeness >= _CREDIBLE:
            evidence.seen_square(_place(grid, finders, gray.shape))
            together = evidence.added_square(grid.version, soft)
            if together is not None and (text := _text(together, grid.version)):
                return [_result(text, grid.corners)]
            break
    return []


def _text(soft: np.ndarray, version: int) -> str | None:
    """What the modules say: as the library corrects them, or else with those in doubt given up."""
    if text := pure_square(completed(soft, version)):
        return text
    modules = mended(soft, version)
    return None if modules is None else pure_square(modules)


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
    """Whether anything with corners stands out from noise, soft shadows and straight edges: an empty desk is not worth a search."""
    scale = min(1.0, _GLANCE_SIDE / max(gray.shape))
    small = cv2.resize(gray, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    corners = cv2.cornerMinEigenVal(small, 7, ksize=3)
    quiet, strong = (1000 * math.sqrt(max(float(v), 0.0)) for v in np.percentile(corners, (25, 99.5)))
    return strong > max(_STANDS_OUT * quiet if quiet < _FULL else 0.0, _CORNER)
