"""Four severities: how a receipt was printed, worn, held and seen. Ranges, drawn evenly unless a comment says otherwise.

They are fitted so that the two libraries alone read about what they read in the photographs the targets were set with: of mild
Code 128 pyzbar four fifths and zxing-cpp all; of medium ones, at any angle, both about what lies within 12 degrees of upright; of
hard ones next to nothing, and of hard QR codes less than half. ``tests/scanner/test_evidence.py`` holds them there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Range = tuple[float, float]
Level = Literal["mild", "medium", "hard", "extreme"]


@dataclass(frozen=True, slots=True)
class Severity:
    """Pixels are those of the frame, modules those of the symbol, degrees of angle; shares are of the whole range of gray."""

    px_linear: Range
    px_qr: Range
    px_card: Range
    turn: float
    """The receipt lies within so many degrees of upright or upside down; 180 is any angle."""
    tilt: float
    """Largest angle between the paper and the plane of the camera."""
    defocus: Range
    motion: Range
    noise: Range
    jpeg: Range
    contrast: Range
    """Between paper and ink, as a share of the gray range; the rest is fade and a poor light."""
    light: float
    """Largest fall of the light across the frame."""
    glare: float
    """Probability of a bright reflection near the symbol."""
    crumple: Range
    """Largest displacement by creases and bends, in modules of a Code 128."""
    banding: float
    """Largest change of density along the feed of a thermal printer."""
    wear: float
    """How much ink was rubbed off: probability of creases, white lines of dead dots, smears."""


SEVERITIES: dict[str, Severity] = {
    "mild": Severity(
        px_linear=(1.8, 2.7), px_qr=(3.4, 5.0), px_card=(2.8, 4.5), turn=3, tilt=8, defocus=(0.25, 0.68), motion=(0, 0.8), noise=(2, 7),
        jpeg=(75, 95), contrast=(0.4, 0.8), light=0.3, glare=0.0, crumple=(0, 0.3), banding=0.05, wear=0.0,
    ),
    "medium": Severity(
        px_linear=(1.8, 2.8), px_qr=(2.9, 4.8), px_card=(2.35, 3.8), turn=180, tilt=12, defocus=(0.4, 0.95), motion=(0, 1.2), noise=(3, 6),
        jpeg=(65, 88), contrast=(0.5, 0.75), light=0.4, glare=0.08, crumple=(0.1, 0.45), banding=0.12, wear=0.02,
    ),
    "hard": Severity(
        px_linear=(1.6, 3.0), px_qr=(2.1, 4.3), px_card=(1.85, 3.6), turn=180, tilt=24, defocus=(0.6, 1.4), motion=(0, 2.8), noise=(4, 10),
        jpeg=(45, 75), contrast=(0.3, 0.6), light=0.6, glare=0.3, crumple=(0.3, 1.0), banding=0.25, wear=0.15,
    ),
    "extreme": Severity(
        px_linear=(0.9, 1.8), px_qr=(1.2, 2.6), px_card=(1.2, 2.6), turn=180, tilt=45, defocus=(1.2, 3.0), motion=(0, 8), noise=(8, 24),
        jpeg=(15, 50), contrast=(0.12, 0.4), light=0.8, glare=0.8, crumple=(1.0, 4.0), banding=0.45, wear=0.8,
    ),
}  # fmt: skip

__all__ = ["SEVERITIES", "Level", "Range", "Severity"]
