"""What a printer and some weeks in a pocket do to a paper, in the paper's own pixels."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.random import Generator

from benchmarks.scenes.papers import Paper
from benchmarks.scenes.severity import Severity


def worn(paper: Paper, severity: Severity, rng: Generator) -> np.ndarray:
    """The paper's tones (1..255; 0 is kept for "no paper"): faded, banded, creased."""
    ink = paper.ink
    contrast = rng.uniform(*severity.contrast)
    bare = rng.uniform(0.72, 0.92)
    dark = max(bare - contrast, 0.06)
    if rng.random() < severity.wear * 0.5:
        # Heat and toner spread: bars grow at the cost of the spaces.
        ink = cv2.erode(ink, np.ones((1 + int(paper.module // 3), 1 + int(paper.module // 3)), np.uint8))
    density = _density(paper, severity, rng)
    fibre = rng.normal(0, 0.012 + 0.03 * severity.wear, (ink.shape[0] // 2 + 1, ink.shape[1] // 2 + 1)).astype(np.float32)
    fibre = cv2.resize(fibre, (ink.shape[1], ink.shape[0]), interpolation=cv2.INTER_LINEAR)
    share = cv2.multiply(cv2.subtract(255, ink), density, scale=1 / 255, dtype=cv2.CV_32F)
    tone = cv2.addWeighted(share, (dark - bare) * 255, fibre, 255, bare * 255, dtype=cv2.CV_8U)
    return cv2.max(tone, 1)


def _density(paper: Paper, severity: Severity, rng: Generator) -> np.ndarray:
    """How much of the ink is there: 1 all, 0 none."""
    height, width = paper.ink.shape
    rows = np.ones(height, np.float32)
    if paper.thermal or rng.random() < 0.3:
        period = rng.uniform(12, 60) * paper.dot
        wave = np.sin(np.arange(height) * (2 * np.pi / period) + rng.uniform(0, 6.3))
        rows -= (severity.banding * rng.uniform(0.3, 1.0) * (0.5 + 0.5 * wave)).astype(np.float32)
    coarse = rng.uniform(1 - severity.wear * 0.7, 1.0, (4, 5)).astype(np.float32)
    density = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_LINEAR) * rows[:, None]
    left, top, right, bottom = (int(v) for v in paper.box)
    if not paper.rigid and rng.random() < severity.wear:
        # A crease rubs the ink off along a line.
        for _ in range(int(rng.integers(1, 4))):
            start = (int(rng.integers(left, right)), top - 40)
            end = (int(rng.integers(left, right)), bottom + 40)
            if rng.random() < 0.6:
                start, end = (left - 40, int(rng.integers(top, bottom))), (right + 40, int(rng.integers(top, bottom)))
            cv2.line(density, start, end, float(rng.uniform(0.0, 0.6)), max(1, round(paper.module * rng.uniform(0.3, 1.2))), cv2.LINE_AA)
    if paper.thermal and rng.random() < severity.wear * 0.3:
        # Dead dots of the head leave white lines along the feed.
        for column in rng.integers(left, right, int(rng.integers(1, 3))):
            density[:, column : column + paper.dot] = 0.1
    if rng.random() < severity.wear * 0.5:
        centre = (int(rng.integers(left, right)), int(rng.integers(top, bottom)))
        blot = np.zeros((height, width), np.float32)
        cv2.circle(blot, centre, round(paper.module * rng.uniform(3, 8)), 1.0, -1)
        density *= 1 - cv2.GaussianBlur(blot, (0, 0), paper.module * 2) * np.float32(rng.uniform(0.3, 0.9))
    return density
