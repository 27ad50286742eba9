"""Turns a bar field upright, straightens its bars and takes the mean along them."""

from __future__ import annotations

from itertools import pairwise

import cv2
import numpy as np

from counter_app.scanner.locate import BarField

_QUIET = 0.09
_MAX_LENGTH = 2400
_MAX_HEIGHT = 96
_BANDS = 8
_LEANS = 7
"""Largest lean looked for, in pixels from one band to the next."""


def upright(gray: np.ndarray, field: BarField, zoom: float = 1.0, share: float = 0.9) -> np.ndarray:
    """The field cut out with its bars vertical and room for the quiet zones, enlarged ``zoom`` times along its length; ``share`` of
    its height, and no more rows than a mean needs."""
    length = field.length * (1 + 2 * _QUIET) + 16
    zoom = min(zoom, _MAX_LENGTH / length)
    tall = min(zoom, max(1.0, _MAX_HEIGHT / (field.height * share)))
    width, height = max(int(length * zoom), 8), max(int(field.height * share * tall), 4)
    (ux, uy), (vx, vy) = field.axes()
    ux, uy, vx, vy = ux / zoom, uy / zoom, vx / tall, vy / tall
    cx, cy = (width - 1) / 2, (height - 1) / 2
    to_source = np.array([[ux, vx, field.x - ux * cx - vx * cy], [uy, vy, field.y - uy * cx - vy * cy]])
    flags = cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
    reach = int(field.length / 2)
    around = gray[max(0, int(field.y) - reach) : int(field.y) + reach : 8, max(0, int(field.x) - reach) : int(field.x) + reach : 8]
    # Beyond the edge of the picture there is paper: a last bar drawn on would be no bar.
    paper = float(np.percentile(around, 90)) if around.size else 255.0
    return cv2.warpAffine(gray, to_source, (width, height), flags=flags, borderMode=cv2.BORDER_CONSTANT, borderValue=paper)


def straightened(crop: np.ndarray) -> np.ndarray:
    """The crop with its bars exactly vertical everywhere.

    The tensor's angle is right to about a degree, and on bent or tilted paper the lean changes along the code; over a field 60 px
    high that smears a bar over its neighbour. For every place along the code the lean is taken at which the mean of the bands of
    rows has the most contrast.
    """
    height, width = crop.shape
    if height < _BANDS * 2:
        return crop
    edges = np.linspace(0, height, _BANDS + 1).astype(int)
    bands = np.stack([crop[a:b].mean(axis=0, dtype=np.float32) for a, b in pairwise(edges)])
    middle, spare = (_BANDS - 1) / 2, _LEANS * _BANDS
    padded = np.pad(bands, ((0, 0), (spare, spare)), mode="edge")
    leans = np.arange(-_LEANS, _LEANS + 1)
    contrast = np.empty((len(leans), width), np.float32)
    for i, lean in enumerate(leans):
        shifts = [spare + round(float(lean) * (b - middle)) for b in range(_BANDS)]
        mean = np.sum([padded[b, shift : shift + width] for b, shift in enumerate(shifts)], axis=0)
        contrast[i] = np.square(np.diff(mean, append=mean[-1:]))
    window = max(31, width // 10) | 1
    contrast = cv2.blur(cv2.blur(contrast, (window, 1)), (window, 1))
    best = np.clip(contrast.argmax(axis=0), 1, len(leans) - 2)
    at = np.arange(width)
    below, here, above = contrast[best - 1, at], contrast[best, at], contrast[best + 1, at]
    between = np.clip(0.5 * (below - above) / np.minimum(below - 2 * here + above, -1e-6), -0.5, 0.5)
    lean = cv2.GaussianBlur((leans[best] + between).astype(np.float32)[None], (0, 0), window / 3, borderType=cv2.BORDER_REPLICATE)
    rows = np.arange(height, dtype=np.float32)[:, None]
    map_x = at[None].astype(np.float32) + lean * (_BANDS / height) * (rows - (height - 1) / 2)
    return cv2.remap(crop, map_x, np.repeat(rows, width, axis=1), cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)


def profile(crop: np.ndarray) -> np.ndarray:
    """The mean along the bars over the rows that show them (not text above, a crease, a reflection)."""
    rows = crop.astype(np.float32)
    if len(rows) < 6:
        return rows.mean(axis=0)
    rows = cv2.blur(rows, (1, 3))
    detail = rows - cv2.blur(rows, (max(15, rows.shape[1] // 12), 1))
    typical = np.median(detail[:: max(1, len(detail) // 24)], axis=0)
    likeness = detail @ typical / (np.sqrt(np.square(detail).sum(axis=1)) + 1e-3)
    result: np.ndarray = rows[likeness > 0.6 * np.percentile(likeness, 80)].mean(axis=0)
    return result
