"""What the decoders hand around: one symbol that was read, and what a screen expects."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal

Expect = Literal["any", "code", "idcard"]
"""``any``: all we know; ``code``: codes of dossiers, slips and postal items; ``idcard``: QR codes only."""

Corners = tuple[tuple[int, int], ...]

CODE128, CODE39, PDF417, QR = "code128", "code39", "pdf417", "qr"

CORRECTING = frozenset({QR, PDF417})
"""Symbologies with error correction: what they say was checked many times over."""


@dataclass(frozen=True, slots=True)
class Read:
    """One symbol. ``corners`` are pixels of the picture given, in the symbol's own order. ``processed`` marks a read that was
    weighed rather than decoded, or comes from the second engine: it needs a second sighting (see ``confirm``)."""

    text: str = field(repr=False)
    symbology: str
    corners: Corners
    processed: bool = False

    def scaled(self, factor: float) -> Read:
        """The same read with its corners in a picture ``factor`` times as large."""
        return replace(self, corners=tuple((round(x * factor), round(y * factor)) for x, y in self.corners))

    def middle(self) -> tuple[float, float]:
        """Centre of the symbol in pixels."""
        return sum(c[0] for c in self.corners) / len(self.corners), sum(c[1] for c in self.corners) / len(self.corners)

    def ends(self) -> tuple[tuple[float, float], tuple[float, float]]:
        """Middles of the two sides a linear code begins and ends with, in pixels."""
        (ax, ay), (bx, by), (cx, cy), (dx, dy) = self.corners
        return ((ax + dx) / 2, (ay + dy) / 2), ((bx + cx) / 2, (by + cy) / 2)
