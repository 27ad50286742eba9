"""Receipts, labels and identity cards as a webcam sees them, wholly determined by a kind, a severity and a seed.

    for gray in scene("code128", "hard", seed=7).frames(12): …

A paper is drawn with its printer's dots (203, 300 or 600 dpi), worn, bent, and photographed: perspective, any angle, defocus,
motion, noise, uneven light, glare, compression. ``frames`` are one paper in a hand that tries to hold still; the first of them is
the single frame of that seed. Pictures without a code that could be mistaken for one are in ``negatives``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal, get_args

import numpy as np
from numpy.random import default_rng

from benchmarks.scenes import camera, papers
from benchmarks.scenes.severity import SEVERITIES, Level, Severity
from benchmarks.scenes.wear import worn
from counter_app.scanner.reads import CODE39, CODE128, PDF417, QR, Expect

Kind = Literal["code128", "qr", "card", "code39", "pdf417"]
KINDS: tuple[Kind, ...] = get_args(Kind)
_SYMBOLOGIES = {"code128": CODE128, "qr": QR, "code39": CODE39, "pdf417": PDF417}
LEVELS: tuple[Level, ...] = get_args(Level)
SIZE = (720, 1280)
"""Rows and columns of a frame."""


@dataclass(slots=True)
class Scene:
    """One paper before the camera. ``text`` is all that is encoded in it: any other text read from it is wrong."""

    kind: str
    level: Level
    seed: int
    paper: papers.Paper
    severity: Severity
    size: tuple[int, int]
    px: float
    """Pixels a module in the first frame; less than asked for where the symbol would not fit into the frame."""
    _key: tuple[int, ...]
    _first: tuple[np.ndarray, camera.Surroundings, camera.Pose, camera.Optics]
    corners: np.ndarray = field(default_factory=lambda: np.zeros((4, 2)))
    """Of the symbol in the frame drawn last, clockwise from its own top left, in pixels."""

    @property
    def text(self) -> str:
        return self.paper.text

    @property
    def what(self) -> str:
        """The severity, for messages."""
        return self.level

    @property
    def symbology(self) -> str:
        return self.paper.symbology

    @property
    def expect(self) -> Expect:
        """What the screen in front would ask for."""
        return "idcard" if self.kind == "card" else "any"

    def frames(self, count: int = 1) -> Iterator[np.ndarray]:
        """The first ``count`` frames, the same ones every time; gray, 2-D uint8."""
        tones, around, pose, optics = self._first
        for number in range(count):
            rng = default_rng([*self._key, number + 1])
            if number:
                pose, optics = camera.moved(pose, optics, self.severity, rng)
            gray, self.corners = camera.photograph(tones, self.paper, around, pose, optics, self.size, rng)
            yield gray

    def frame(self) -> np.ndarray:
        """The first frame."""
        return next(self.frames())


def scene(
    kind: Kind, level: Level, seed: int, *, px: float | None = None, angle: float | None = None, size: tuple[int, int] = SIZE
) -> Scene:
    """The scene of these three. ``px`` (pixels a module) and ``angle`` (degrees, clockwise) fix what else the seed decides."""
    severity = SEVERITIES[level]
    key = (seed, KINDS.index(kind), LEVELS.index(level))
    rng = default_rng(key)
    if kind == "card":
        paper = papers.card(rng)
    else:
        printed = kind in ("code128", "qr") and rng.random() < 0.5
        paper = (papers.receipt if printed else papers.label)(rng, _SYMBOLOGIES[kind])
    among = {"qr": severity.px_qr, "card": severity.px_card}.get(kind, severity.px_linear)
    drawn = rng.uniform(*among)
    pose = camera.first_pose(paper, severity, rng, drawn if px is None else px, angle, size)
    tones = worn(paper, severity, rng)
    around = camera.surroundings(paper, severity, rng)
    return Scene(kind, level, seed, paper, severity, size, pose.px, key, (tones, around, pose, camera.first_optics(severity, rng)))


__all__ = ["KINDS", "LEVELS", "SEVERITIES", "SIZE", "Kind", "Level", "Scene", "Severity", "scene"]
