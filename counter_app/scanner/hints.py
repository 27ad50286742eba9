"""What the person can do when a code is in view but cannot be read."""

from __future__ import annotations

import math
from collections.abc import Callable
from enum import Enum

import cv2
import numpy as np

from counter_app.scanner.locate import BarField
from counter_app.scanner.upright import upright

CODE_MODULES = 288
"""Modules of a Code 128 with a dossier code of 25 characters."""
LOW_CODE = 26
"""Modules the lowest of our codes are high, with what the locator cuts off."""
NEEDED_PX = 1.5
_GLARE_LEVEL, _GLARE_SHARE = 250, 0.25
_SPOT = 0.015
"""Part of the picture a lamp's reflection burns out at least, when it hides a code."""
_SHARP = 60.0
_FILLS = 0.92


class Advice(Enum):
    """One sentence each; never more than one at a time."""

    SHOW = "Đưa mã vào giữa khung hình."
    CLOSER = "Đưa mã lại gần camera hơn."
    STEADY = "Giữ yên giấy một chút."
    GLARE = "Nghiêng giấy để tránh chói sáng."
    TURN = "Xoay giấy để mã nằm ngang, thấy hết cả mã."
    FLATTEN = "Vuốt phẳng giấy và để cả mã trong khung hình."


def advise(gray: np.ndarray, fields: list[BarField], patient: bool, far: bool = False) -> Advice | None:
    """The most useful advice for a frame nothing was read from. ``patient``: nothing was read for some seconds (only then is
    it worth saying that no code is in view)."""
    if patient and _burnt_out(gray):
        return Advice.GLARE
    if not fields:
        return Advice.SHOW if patient else None
    field = fields[0]
    if min(field.length / CODE_MODULES, field.height / LOW_CODE) < NEEDED_PX:
        return Advice.CLOSER
    if _runs_out_above(field, gray.shape):
        return Advice.TURN
    crop = upright(gray, field)
    if float((crop >= _GLARE_LEVEL).mean()) > _GLARE_SHARE and float(np.percentile(crop, 30)) > _GLARE_LEVEL / 2:
        return Advice.GLARE
    if float(cv2.Laplacian(crop, cv2.CV_32F).var()) < _SHARP:
        return Advice.STEADY
    return Advice.FLATTEN


def _burnt_out(gray: np.ndarray) -> bool:
    """A white spot on paper that is not white elsewhere: a lamp's reflection, in which no code can be seen."""
    small = cv2.resize(gray, None, fx=0.125, fy=0.125, interpolation=cv2.INTER_AREA)
    spots = cv2.connectedComponentsWithStats((small >= _GLARE_LEVEL).astype(np.uint8))[2][1:, cv2.CC_STAT_AREA]
    return spots.max(initial=0) > _SPOT * small.size and float(np.percentile(small, 75)) < _GLARE_LEVEL - 15


def _runs_out_above(field: BarField, shape: tuple[int, ...]) -> bool:
    """A code held upright that is longer than the picture is high: lying down it fits (the picture is wider than high)."""
    dx, dy = abs(math.cos(field.angle)), abs(math.sin(field.angle))
    return shape[0] < shape[1] and dy > dx and field.length * dy > shape[0] * _FILLS


class SteadyHint:
    """One sentence at a time that can be read before it changes. ``clock`` counts seconds.

    An advice is shown when the decoder gave it twice in a row, and stays at least `KEEP_S`; a read takes it away at once, and
    none comes back for `KEEP_S`, so that a code lost for a moment does not flash a hint.
    """

    KEEP_S = 1.2

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._shown: Advice | None = None
        self._last: Advice | None = None
        self._since = -self.KEEP_S

    def next(self, read: bool, advice: Advice | None) -> str | None:
        """The words to show from now on ("" for none); None: leave what is there."""
        now = self._clock()
        if read:
            self._last = None
            changed, self._shown, self._since = self._shown is not None, None, now
            return "" if changed else None
        if advice is None:
            return None
        twice, self._last = advice is self._last, advice
        if not twice or advice is self._shown or now - self._since < self.KEEP_S:
            return None
        self._shown, self._since = advice, now
        return advice.value
