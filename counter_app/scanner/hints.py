"""What the person can do when a code is in view but cannot be read."""

from __future__ import annotations

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
_SHARP = 60.0


class Advice(Enum):
    """One sentence each; never more than one at a time."""

    SHOW = "Đưa mã vào giữa khung hình."
    CLOSER = "Đưa mã lại gần camera hơn."
    STEADY = "Giữ yên giấy một chút."
    GLARE = "Nghiêng giấy để tránh chói sáng."
    FLATTEN = "Vuốt phẳng giấy và để cả mã trong khung hình."


def advise(gray: np.ndarray, fields: list[BarField], patient: bool) -> Advice | None:
    """The most useful advice for a frame nothing was read from. ``patient``: nothing was read for some seconds (only then is
    it worth saying that no code is in view)."""
    if not fields:
        return Advice.SHOW if patient else None
    field = fields[0]
    if min(field.length / CODE_MODULES, field.height / LOW_CODE) < NEEDED_PX:
        return Advice.CLOSER
    crop = upright(gray, field)
    if float((crop >= _GLARE_LEVEL).mean()) > _GLARE_SHARE and float(np.percentile(crop, 30)) > _GLARE_LEVEL / 2:
        return Advice.GLARE
    if float(cv2.Laplacian(crop, cv2.CV_32F).var()) < _SHARP:
        return Advice.STEADY
    return Advice.FLATTEN
