"""Finds fields of parallel bars at any angle.

A decoder of linear codes walks along pixel rows. A Code 128 of a dossier code is 288 modules long and 15 mm high, so a row stays
inside it only up to about 11 degrees of tilt. What helps is geometry, not sharpening: in a bar field all gradients lie along one
line, so the structure tensor is coherent there; and they point one way as often as the other, which tells bars from the edge of the
paper. The main direction of the tensor is the angle.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

WORK_SIDE = 640
"""Longest side of the reduced picture the fields are sought in: bars of 1.5 px at 1280 are still a coherent texture."""

_WINDOW = (13, 13)
_RIM = 5
_MIN_COHERENCE = 0.42
_MAX_ONE_WAY = 0.35
"""Square of the share of the gradient that does not cancel: 1 at the edge of the paper, near 0 in a bar field."""
_OVER_NOISE, _OF_STRONGEST = 5.0, 0.03
"""A bar field stands out from the quietest fifth of the picture; on a page full of text nothing is quiet."""
_MIN_ENERGY = 1500.0
_MIN_LENGTH, _MIN_HEIGHT = 30.0, 5.0
_MIN_FILLED = 0.45
_BINS, _AGREEMENT = 36, 3
"""Directions told apart, and how many of them on either side still belong to a field (5 degrees each)."""


@dataclass(frozen=True, slots=True)
class BarField:
    """A bar field in full-picture pixels: centre, angle of the reading direction in radians (across the bars), extents, certainty.
    ``skew``: how far the field's axis climbs along the bars per pixel of length (0 when seen straight on)."""

    x: float
    y: float
    angle: float
    length: float
    height: float
    weight: float
    skew: float = 0.0

    def axes(self) -> tuple[tuple[float, float], tuple[float, float]]:
        """The step along the field (one pixel across the bars) and the step along the bars."""
        cos, sin = math.cos(self.angle), math.sin(self.angle)
        return (cos - self.skew * sin, sin + self.skew * cos), (-sin, cos)

    def corners(self) -> tuple[tuple[int, int], ...]:
        """The four corners, clockwise in the field's own frame, rounded to pixels."""
        u, v = ((x * size / 2, y * size / 2) for (x, y), size in zip(self.axes(), (self.length, self.height), strict=True))
        signs = ((-1, -1), (1, -1), (1, 1), (-1, 1))
        return tuple((round(self.x + a * u[0] + b * v[0]), round(self.y + a * u[1] + b * v[1])) for a, b in signs)

    def enlarged(self, factor: float) -> BarField:
        """The same field in a picture ``factor`` times as large."""
        x, y = (self.x + 0.5) * factor - 0.5, (self.y + 0.5) * factor - 0.5
        return BarField(x, y, self.angle, self.length * factor, self.height * factor, self.weight, self.skew)

    def moved(self, left: float, top: float) -> BarField:
        """The same field in a picture that the one it was found in is a part of, at (left, top)."""
        return BarField(self.x + left, self.y + top, self.angle, self.length, self.height, self.weight, self.skew)


def find_bar_fields(gray: np.ndarray, limit: int = 4, side: int = WORK_SIDE) -> list[BarField]:
    """The most bar-like fields of ``gray``, best first, at most ``limit``; ``side``: longest side of the picture they are sought in."""
    scale = min(1.0, side / max(gray.shape))
    small = cv2.resize(gray, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else gray
    small = cv2.GaussianBlur(small, (3, 3), 0)
    gx, gy = cv2.Scharr(small, cv2.CV_32F, 1, 0), cv2.Scharr(small, cv2.CV_32F, 0, 1)
    jxx, jyy, jxy = (cv2.boxFilter(cv2.multiply(*pair), -1, _WINDOW) for pair in ((gx, gx), (gy, gy), (gx, gy)))
    energy = cv2.add(jxx, jyy)
    quiet, busy = (float(v) for v in np.percentile(energy[::4, ::4], (20, 99.5)))
    floor = max(min(quiet * _OVER_NOISE, busy * _OF_STRONGEST), _MIN_ENERGY)
    double_x, double_y = cv2.subtract(jxx, jyy), cv2.add(jxy, jxy)
    strong = cv2.compare(energy, floor, cv2.CMP_GT)
    mask = cv2.bitwise_and(strong, cv2.compare(cv2.magnitude(double_x, double_y), cv2.multiply(energy, _MIN_COHERENCE), cv2.CMP_GT))
    if cv2.countNonZero(mask) < _MIN_LENGTH * _MIN_HEIGHT * 0.6:
        return []
    one_way = cv2.magnitude(cv2.boxFilter(gx, -1, _WINDOW), cv2.boxFilter(gy, -1, _WINDOW))
    both = cv2.boxFilter(cv2.magnitude(gx, gy), -1, _WINDOW)
    mask = cv2.bitwise_and(mask, cv2.compare(one_way, cv2.multiply(both, math.sqrt(_MAX_ONE_WAY)), cv2.CMP_LT))
    for edge in (mask[:_RIM], mask[-_RIM:], mask[:, :_RIM], mask[:, -_RIM:]):
        edge[:] = 0  # beyond the rim the picture is mirrored, and anything mirrored is coherent
    solid = cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    solid = cv2.morphologyEx(solid, cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(solid, connectivity=4)
    fields: list[BarField] = []
    for label in np.argsort(-stats[1:, cv2.CC_STAT_AREA])[: limit * 2 + 1] + 1 if count > 1 else ():
        area = int(stats[label, cv2.CC_STAT_AREA])
        if area < _MIN_LENGTH * _MIN_HEIGHT * 0.6 or (len(fields) >= limit and area < sorted(f.weight for f in fields)[-limit]):
            break
        left, top, width, height = (int(v) for v in stats[label, :4])
        box = np.s_[top : top + height, left : left + width]
        for field in _parted(labels[box] == label, double_x[box], double_y[box]):
            fields.append(field.moved(left, top))
    fields.sort(key=lambda f: -f.weight)
    return [field.enlarged(1.0 / scale) for field in fields[:limit]]


def _parted(inside: np.ndarray, double_x: np.ndarray, double_y: np.ndarray) -> list[BarField]:
    """The fields of one connected piece of the mask, parted where the direction changes (text beside a code is bars to it too)."""
    fields = []
    weight, double = cv2.cartToPolar(double_x, double_y)
    weight = cv2.sqrt(weight)
    bins = (double * (_BINS / (2 * math.pi))).astype(np.uint8)
    whole = np.count_nonzero(inside)
    for _ in range(3):
        if np.count_nonzero(inside) < max(_MIN_LENGTH * _MIN_HEIGHT * 0.6, whole * 0.15):
            break
        counts = np.bincount(bins[inside], weights=weight[inside], minlength=_BINS)[:_BINS]
        best = int((counts + np.concatenate([counts[-1:], counts[:-1]]) + np.concatenate([counts[1:], counts[:1]])).argmax())
        near = np.zeros(_BINS + 1, np.uint8)
        near[[(best + i) % _BINS for i in range(-_AGREEMENT, _AGREEMENT + 1)]] = 1
        agrees = near[bins] * inside
        count, labels, stats, _ = cv2.connectedComponentsWithStats(agrees, connectivity=4)
        if count < 2:
            break
        label = 1 + int(np.argmax(stats[1:, cv2.CC_STAT_AREA]))
        left, top, width, height = (int(v) for v in stats[label, :4])
        box = np.s_[top : top + height, left : left + width]
        part = labels[box] == label
        x, y = float(double_x[box][part].sum()), float(double_y[box][part].sum())
        if field := _measured(part, 0.5 * math.atan2(y, x)):
            fields.append(field.moved(left, top))
        inside = inside & (labels != label)
    return fields


def _measured(part: np.ndarray, angle: float) -> BarField | None:
    """Extents of a field; None when its shape is not that of a code."""
    rows, columns = np.nonzero(part)
    if rows.size < _MIN_LENGTH * _MIN_HEIGHT * 0.6:
        return None
    cos, sin = math.cos(angle), math.sin(angle)
    along, across = columns * cos + rows * sin, rows * cos - columns * sin
    x, y = float(along.mean()), float(across.mean())
    along, across = along - x, across - y
    skew = float((along @ across) / max(along @ along, 1.0))
    across = across - skew * along
    a0, a1 = _ends(along, 0.003)
    c0, c1 = _ends(across, 0.02)
    length, height = a1 - a0 + 1, c1 - c0 + 1
    if length < _MIN_LENGTH or height < _MIN_HEIGHT or length < height:
        return None
    filled = rows.size / (length * height)
    if filled < _MIN_FILLED:
        return None
    middle = (a0 + a1) / 2
    x, y = x + middle, y + (c0 + c1) / 2 + skew * middle
    angle = (angle + math.pi / 2) % math.pi - math.pi / 2
    return BarField(x * cos - y * sin, x * sin + y * cos, angle, length, height, rows.size * filled, skew)


def _ends(values: np.ndarray, share: float) -> tuple[float, float]:
    """What ``share`` of the values lies below, and above."""
    some = values[:: max(1, values.size // 4000)]
    k = int(share * (some.size - 1))
    low, high = np.partition(some, (k, some.size - 1 - k))[[k, some.size - 1 - k]]
    return float(low), float(high)
