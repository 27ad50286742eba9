"""Receipts as a webcam sees them: a page with text, a code on it, turned, blurred, noisy. Deterministic."""

from __future__ import annotations

import cv2
import numpy as np
import zxingcpp

CODE = "000.00.16.H59-260213-0042"
CARD = "079305000123|025123456|Trần Thị Bình|29022005|Nữ|Ấp 2, Xã Mẫu, Huyện Ví Dụ, TP. Hồ Chí Minh|02032022"
PAPER = 235


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
    """``symbol`` at ``px`` pixels a module in the middle of a page of text, turned by ``angle`` degrees on a grey desk."""
    height, width = size
    page = np.full((height * 2, width * 2), PAPER, np.uint8)
    for y in range(20, height * 2, 30):
        cv2.putText(page, "Giay tiep nhan ho so va hen tra ket qua 13/02/2026 " * 3, (20, y), cv2.FONT_HERSHEY_SIMPLEX, 0.7, 60, 2)
    wide, high = round(symbol.shape[1] * px), round(symbol.shape[0] * px)
    large = cv2.resize(cv2.resize(symbol, None, fx=8, fy=8, interpolation=cv2.INTER_NEAREST), (wide, high), interpolation=cv2.INTER_AREA)
    left, top = width - wide // 2, height - high // 2
    page[top - 16 : top + high + 16, left - 16 : left + wide + 16] = PAPER
    page[top : top + high, left : left + wide] = np.clip(large.astype(int) + 20, 0, PAPER)
    turn = cv2.getRotationMatrix2D((width, height), angle, 1.0)
    turn[0, 2] -= width / 2
    turn[1, 2] -= height / 2
    seen = cv2.warpAffine(page, turn, (width, height), flags=cv2.INTER_LINEAR, borderValue=120)
    if blur:
        seen = cv2.GaussianBlur(seen, (0, 0), blur)
    grain = np.random.default_rng(round(angle * 100 + px * 7)).normal(0, noise, seen.shape)
    return np.clip(seen + grain, 0, 255).astype(np.uint8)
