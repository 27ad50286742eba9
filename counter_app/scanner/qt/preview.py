"""What the person sees of a frame: small, with a line around what was read, mirrored or turned only here."""

from __future__ import annotations

import cv2
import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage, QTransform

from counter_app.scanner.reads import Read

PREVIEW_SIDE = 640
_OUTLINE, _EDGE = (34, 197, 94), (0, 60, 20)


def preview_of(gray: np.ndarray, reads: list[Read], mirror: bool = False, turned: int = 0) -> QImage:
    """``gray`` with ``reads`` outlined (a dark edge under the green: visible on white paper too). ``turned``: degrees clockwise the
    camera says its picture has to be turned to be upright. The outline is drawn before mirroring and turning, so it stays on its code."""
    scale = min(1.0, PREVIEW_SIDE / max(gray.shape))
    small = gray
    if scale < 1:
        size = max(1, round(gray.shape[1] * scale)), max(1, round(gray.shape[0] * scale))
        small = cv2.resize(gray, size, interpolation=cv2.INTER_AREA)
    colour = cv2.cvtColor(small, cv2.COLOR_GRAY2RGB)
    for read in reads:
        corners = np.rint(np.array(read.corners, dtype=np.float32) * scale).astype(np.int32)
        for line, width in ((_EDGE, 7), (_OUTLINE, 4)):
            cv2.polylines(colour, [corners], True, line, width, cv2.LINE_AA)
    height, width = colour.shape[:2]
    picture = QImage(colour.data, width, height, width * 3, QImage.Format.Format_RGB888).copy()
    if turned % 360:
        picture = picture.transformed(QTransform().rotate(turned))
    return picture.flipped(Qt.Orientation.Horizontal) if mirror else picture
