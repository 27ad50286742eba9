"""Finds fields of parallel bars at any angle and turns them upright.

A decoder of linear codes walks along pixel rows. A Code 128 of a dossier code is 288 modules long and 15 mm high, so a
row stays inside it only up to about 11 degrees of tilt. What helps is geometry, not sharpening: in a bar field all
gradients point one way, so the structure tensor is coherent there; its main direction is the angle. The field is cut
out along that direction and averaged along its bars, which removes noise that no filter on the whole picture can.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

WORK_SIDE = 640
"""Longest side of the reduced picture the fields are sought in: bars of 1.5 px at 1280 are still a coherent texture."""

_TENSOR_WINDOW = 13
_MIN_COHERENCE = 0.55
_MIN_LENGTH = 36.0
_MIN_HEIGHT = 7.0
_QUIET = 0.09
_MAX_CROP_LENGTH = 2400


@dataclass(frozen=True, slots=True)
class BarField:
    """A bar field in full-picture pixels: centre, angle of the reading direction in radians, extents, certainty."""

    x: float
    y: float
    angle: float
    length: float
    height: float
    weight: float

    def corners(self) -> tuple[tuple[int, int], ...]:
        """The four corners, clockwise in the field's own frame, rounded to pixels."""
        u = np.array([math.cos(self.angle), math.sin(self.angle)]) * self.length / 2
        v = np.array([-math.sin(self.angle), math.cos(self.angle)]) * self.height / 2
        centre = np.array([self.x, self.y])
        return tuple(
            (round(float(p[0])), round(float(p[1]))) for p in (centre - u - v, centre + u - v, centre + u + v, centre - u + v)
        )


def find_bar_fields(gray: np.ndarray, limit: int = 4) -> list[BarField]:
    """The most bar-like fields of ``gray``, best first, at most ``limit``. Costs about 5 ms for 1280×720."""
    scale = min(1.0, WORK_SIDE / max(gray.shape))
    small = cv2.resize(gray, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else gray
    small = cv2.GaussianBlur(small, (3, 3), 0).astype(np.float32)
    gx = cv2.Scharr(small, cv2.CV_32F, 1, 0)
    gy = cv2.Scharr(small, cv2.CV_32F, 0, 1)
    window = (_TENSOR_WINDOW, _TENSOR_WINDOW)
    jxx, jyy, jxy = (cv2.boxFilter(p, -1, window) for p in (gx * gx, gy * gy, gx * gy))
    energy = jxx + jyy
    double_x, double_y = jxx - jyy, 2.0 * jxy
    coherence = cv2.magnitude(double_x, double_y) / (energy + 1.0)
    floor = max(float(np.percentile(energy[::4, ::4], 99.5)) * 0.04, 4000.0)
    mask = ((coherence > _MIN_COHERENCE) & (energy > floor)).astype(np.uint8)
    mask = cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask, connectivity=8)
    order = np.argsort(-stats[1:, cv2.CC_STAT_AREA])[: limit * 4] + 1 if count > 1 else []
    fields = []
    for label in order:
        if stats[label, cv2.CC_STAT_AREA] < _MIN_LENGTH * _MIN_HEIGHT * 0.5:
            break
        left, top, width, height = stats[label, :4]
        box = np.s_[top : top + height, left : left + width]
        field = _measure(labels[box] == label, double_x[box], double_y[box], left, top)
        if field is not None:
            fields.append(_rescaled(field, 1.0 / scale))
    fields.sort(key=lambda f: -f.weight)
    return fields[:limit]


def _measure(inside: np.ndarray, double_x: np.ndarray, double_y: np.ndarray, left: int, top: int) -> BarField | None:
    """Angle and extents of one connected field; None when its shape is not that of a code."""
    angle = 0.5 * math.atan2(float(double_y[inside].sum()), float(double_x[inside].sum()))
    local = 0.5 * np.arctan2(double_y, double_x)
    agree = inside & (np.abs((local - angle + math.pi / 2) % math.pi - math.pi / 2) < math.radians(20))
    rows, columns = np.nonzero(agree)
    if rows.size < _MIN_LENGTH * _MIN_HEIGHT * 0.5:
        return None
    cos, sin = math.cos(angle), math.sin(angle)
    along, across = columns * cos + rows * sin, rows * cos - columns * sin
    a0, a1 = np.percentile(along, (0.3, 99.7))
    c0, c1 = np.percentile(across, (2, 98))
    length, height = float(a1 - a0), float(c1 - c0)
    # Bars coherent over the window but a single edge long are the border of a page or a table, not a code.
    if length < _MIN_LENGTH or height < _MIN_HEIGHT or length < 1.2 * height:
        return None
    filled = rows.size / (length * height)
    if filled < 0.5:
        return None
    middle_a, middle_c = (a0 + a1) / 2, (c0 + c1) / 2
    x, y = middle_a * cos - middle_c * sin + left, middle_a * sin + middle_c * cos + top
    return BarField(x, y, angle, length, height, rows.size * filled)


def _rescaled(field: BarField, factor: float) -> BarField:
    return BarField(
        (field.x + 0.5) * factor - 0.5,
        (field.y + 0.5) * factor - 0.5,
        field.angle,
        field.length * factor,
        field.height * factor,
        field.weight,
    )


def upright(gray: np.ndarray, field: BarField, zoom: float = 1.0) -> np.ndarray:
    """The field cut out with its bars vertical and room for the quiet zones, enlarged ``zoom`` times."""
    length = field.length * (1 + 2 * _QUIET) + 16
    zoom = min(zoom, _MAX_CROP_LENGTH / length)
    height = max(field.height * 0.86, 4.0)
    width_px, height_px = max(int(length * zoom), 8), max(int(height * zoom), 4)
    cos, sin = math.cos(field.angle) / zoom, math.sin(field.angle) / zoom
    to_source = np.array(
        [
            [cos, -sin, field.x - cos * (width_px - 1) / 2 + sin * (height_px - 1) / 2],
            [sin, cos, field.y - sin * (width_px - 1) / 2 - cos * (height_px - 1) / 2],
        ]
    )
    flags = cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
    return cv2.warpAffine(gray, to_source, (width_px, height_px), flags=flags, borderMode=cv2.BORDER_REPLICATE)


def straightened(crop: np.ndarray) -> np.ndarray:
    """The crop sheared so that its bars are exactly vertical: the shear whose column means contrast most.

    The tensor's angle is right to about a degree; over a field 60 px high that still smears a bar over its neighbour.
    """
    height, width = crop.shape
    if height < 6:
        return crop
    reduced = crop.astype(np.float32)

    def sheared(picture: np.ndarray, slope: float) -> np.ndarray:
        matrix = np.array([[1.0, slope, -slope * (height - 1) / 2], [0.0, 1.0, 0.0]])
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        return cv2.warpAffine(picture, matrix, (width, height), flags=flags, borderMode=cv2.BORDER_REPLICATE)

    def contrast(slope: float) -> float:
        return float(np.square(np.diff(sheared(reduced, slope).mean(axis=0))).sum())

    step, best = 0.02, 0.0
    score = contrast(0.0)
    for _ in range(3):
        for slope in (best - 2 * step, best - step, best + step, best + 2 * step):
            value = contrast(slope)
            if value > score:
                score, best = value, slope
        step /= 2.5
    return sheared(crop, best)


def averaged(crop: np.ndarray, rows: int = 48) -> np.ndarray:
    """The mean along the bars as a picture of equal rows: one clean line out of many noisy ones."""
    profile = crop.astype(np.float32).mean(axis=0)
    low, high = np.percentile(profile, (1, 99))
    profile = np.clip((profile - low) * (255.0 / max(high - low, 1.0)), 0, 255).astype(np.uint8)
    return np.repeat(profile[None, :], rows, axis=0)
