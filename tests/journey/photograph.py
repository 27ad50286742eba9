"""A printed page as an office webcam sees it: held in a hand, tilted, a little out of focus, unevenly lit, with noise."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pypdfium2

WIDTH, HEIGHT = 1280, 720
_DPI = 300
_DESK = (96, 110, 122)


def photograph(document: Path, folder: Path, *, page: int = 0, at: tuple[float, float] = (95, 50), view: float = 180,
               tilt: float = 16, turn: int = 0, frames: int = 6) -> list[Path]:
    """Frames of a page of a PDF, 1280×720 JPEG, as a camera sees them one after another: the hand trembles.

    ``at`` is the point of the paper in the middle of the picture and ``view`` the width of the view, both in mm; ``tilt`` the
    page's turn in degrees (it also leans back and to the side). ``turn`` quarters to the left make a page upright that the
    printer took sideways. The folder then holds these frames only.
    """
    paper = np.ascontiguousarray(np.rot90(_rendered(document, page), turn))
    random = np.random.default_rng(20261123)
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.jpg"):
        old.unlink()
    files = []
    for number in range(frames):
        trembling = random.normal(0, (0.6, 0.6, 0.7))
        middle = (at[0] + trembling[0], at[1] + trembling[1])
        frame = cv2.warpPerspective(paper, _pose(middle, view, tilt + trembling[2]), (WIDTH, HEIGHT), flags=cv2.INTER_AREA,
                                    borderMode=cv2.BORDER_CONSTANT, borderValue=_DESK)
        file = folder / f"frame-{number:02d}.jpg"
        part = file.with_suffix(".part")
        part.write_bytes(cv2.imencode(".jpg", _seen(frame, random), [cv2.IMWRITE_JPEG_QUALITY, 85])[1].tobytes())
        part.rename(file)
        files.append(file)
    return files


def _rendered(document: Path, page: int) -> np.ndarray:
    """The paper, BGR, at 300 dpi."""
    pdf = pypdfium2.PdfDocument(document)
    try:
        return pdf[page].render(scale=_DPI / 72).to_numpy()[:, :, :3]
    finally:
        pdf.close()


def _pose(middle: tuple[float, float], view: float, tilt: float) -> np.ndarray:
    """Paper pixels to picture pixels: scale, turn, and the perspective of a sheet that leans back by some 20 degrees."""
    scale = WIDTH / (view * _DPI / 25.4)
    to_middle = np.array([[1, 0, -middle[0] * _DPI / 25.4], [0, 1, -middle[1] * _DPI / 25.4], [0, 0, 1]])
    turn = np.radians(tilt)
    turned = scale * np.array([[np.cos(turn), -np.sin(turn), 0], [np.sin(turn), np.cos(turn), 0], [0, 0, 1 / scale]])
    leaning = np.array([[1, 0, 0], [0, 0.95, 0], [0.00012, 0.00035, 1]])
    centred = np.array([[1, 0, WIDTH / 2], [0, 1, HEIGHT / 2], [0, 0, 1]])
    return centred @ leaning @ turned @ to_middle


def _seen(frame: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Lens, light and sensor."""
    frame = cv2.GaussianBlur(frame, (0, 0), 1.0)
    light = np.linspace(0.98, 0.72, WIDTH)[None, :, None] * np.linspace(0.95, 1.0, HEIGHT)[:, None, None]
    return np.clip(frame * light + random.normal(0, 5, frame.shape), 0, 255).astype(np.uint8)
