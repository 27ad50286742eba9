"""One fixed code on a page of text before a webcam, at a size, an angle and a blur of the test's choice; made by ``benchmarks.scenes``."""

from __future__ import annotations

from functools import lru_cache
from math import ceil, hypot, sqrt

import cv2
import numpy as np
import zxingcpp

from benchmarks.scenes.camera import Optics, Pose, Surroundings, photograph
from benchmarks.scenes.papers import Paper

CODE = "000.00.16.H59-260213-0042"
CARD = "079305000123|025123456|Trần Thị Bình|29022005|Nữ|Ấp 2, Xã Mẫu, Huyện Ví Dụ, TP. Hồ Chí Minh|02032022"
PIXEL = 0.42
"""What a pixel's own area blurs; ``frame`` counts it in."""
FLAT = np.zeros((4, 4), np.float32)


def code128(text: str, height: int = 40) -> np.ndarray:
    """One pixel a module, ``height`` modules high, with quiet zones."""
    drawn = np.array(zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.Code128).to_image(scale=1))
    bars = np.repeat(drawn[drawn.shape[0] // 2][None, :], height, axis=0)
    return np.pad(bars, 12, constant_values=255)


def qr(text: str) -> np.ndarray:
    """One pixel a module, with the quiet zone."""
    drawn = np.array(zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode).to_image(scale=1))
    return np.pad(drawn, 4, constant_values=255)


def frame(
    symbol: np.ndarray, px: float = 2.5, angle: float = 0.0, blur: float = 0.0, noise: float = 4.0, size: tuple[int, int] = (720, 1280)
) -> np.ndarray:
    """``symbol`` at ``px`` pixels a module in the middle of a page of text, turned by ``angle`` degrees against the clock."""
    unit = max(4, ceil(px))
    side = ceil(hypot(*size) * 1.05 * unit / px)
    page = _text(max(side, (max(symbol.shape) + 20) * unit), unit / px).copy()
    drawn = cv2.resize(symbol, None, fx=unit, fy=unit, interpolation=cv2.INTER_NEAREST)
    left, top = (page.shape[1] - drawn.shape[1]) // 2, (page.shape[0] - drawn.shape[0]) // 2
    page[top - 16 : top + drawn.shape[0] + 16, left - 16 : left + drawn.shape[1] + 16] = 255
    page[top : top + drawn.shape[0], left : left + drawn.shape[1]] = drawn
    box = (float(left), float(top), float(left + drawn.shape[1]), float(top + drawn.shape[0]))
    tones = cv2.convertScaleAbs(page, alpha=215 / 255, beta=20)
    around = Surroundings(FLAT, FLAT, 1e6, 0.0, 0.0, FLAT + 120)
    optics = Optics(sqrt(max(blur**2 - PIXEL**2, 0.0)), 0.0, 0.0, noise, 98, 0.0, 0.0, 0.0, 0.0)
    rng = np.random.default_rng(round(abs(angle) * 100 + px * 7))
    paper = Paper(tones, box, float(unit), "", "", 0)
    return photograph(tones, paper, around, Pose(-angle, 0.0, 0.0, px, 0.0, 0.0), optics, size, rng)[0]


@lru_cache(maxsize=8)
def _text(side: int, scale: float) -> np.ndarray:
    page = np.full((side, side), 255, np.uint8)
    line = "Giay tiep nhan ho so va hen tra ket qua 13/02/2026 " * 8
    for y in np.arange(20, side, 30 * scale):
        cv2.putText(page, line, (20, round(y)), cv2.FONT_HERSHEY_SIMPLEX, 0.7 * scale, 45, round(2 * scale))
    return page
