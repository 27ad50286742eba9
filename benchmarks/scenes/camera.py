"""A cheap webcam over a desk: where the paper lies, how it is bent and lit, what lens, sensor and compression make of it."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.random import Generator

from benchmarks.scenes.papers import Paper
from benchmarks.scenes.severity import Severity

_GRID = 8
"""Displacements and light change slowly: they are computed for every eighth pixel."""


@dataclass(frozen=True, slots=True)
class Pose:
    """Angles in degrees; ``px``: pixels a module; ``x``, ``y``: the symbol's centre from the middle of the frame, in pixels."""

    angle: float
    tilt: float
    tilt_to: float
    px: float
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Optics:
    """Blur and motion in pixels, noise in gray levels, glare at (x, y) pixels from the symbol."""

    defocus: float
    motion: float
    motion_to: float
    noise: float
    jpeg: int
    sharpen: float
    glare: float
    glare_x: float
    glare_y: float


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What does not change from frame to frame: bends of the paper, light, desk."""

    bend_x: np.ndarray
    bend_y: np.ndarray
    bend_step: float
    light_to: float
    light: float
    desk: np.ndarray


def surroundings(paper: Paper, severity: Severity, rng: Generator) -> Surroundings:
    """Draw them. Creases are 40 to 90 modules of a Code 128 apart: 10 to 23 mm. A card of plastic hardly bends."""
    unit = paper.module if paper.quiet >= 10 else paper.module / 2
    step = unit * rng.uniform(40, 90)
    cells = (int(paper.ink.shape[0] / step) + 4, int(paper.ink.shape[1] / step) + 4)
    depth = rng.uniform(*severity.crumple) * unit * (0.15 if paper.rigid else 1.0)
    bend_x, bend_y = (rng.uniform(-depth, depth, cells).astype(np.float32) for _ in range(2))
    desk = rng.uniform(40, 150) + rng.normal(0, 12, (10, 16))
    return Surroundings(bend_x, bend_y, step, rng.uniform(0, 2 * math.pi), severity.light * rng.uniform(0.2, 1.0), desk.astype(np.float32))


def first_pose(paper: Paper, severity: Severity, rng: Generator, px: float, angle: float | None, size: tuple[int, int]) -> Pose:
    """A pose in which the whole symbol is in view: ``px`` is lowered where it would not be."""
    turn = rng.uniform(-severity.turn, severity.turn) + 180.0 * (severity.turn < 180 and rng.random() < 0.3)
    tilt, tilt_to = rng.uniform(0, severity.tilt), rng.uniform(0, 360)
    spread = rng.uniform(-1, 1, 2)
    chosen = turn if angle is None else angle
    across = ((paper.box[2] - paper.box[0]) / paper.module + paper.quiet) * 1.04
    down = (paper.box[3] - paper.box[1]) / paper.module + (paper.quiet if paper.quiet < 10 else 0)
    cos, sin = abs(math.cos(math.radians(chosen))), abs(math.sin(math.radians(chosen)))
    wide, high = across * cos + down * sin, across * sin + down * cos
    px = min(px, size[1] / wide, size[0] / high)
    free_x, free_y = size[1] - wide * px, size[0] - high * px
    return Pose(chosen, tilt, tilt_to, px, spread[0] * min(free_x * 0.45, 220), spread[1] * min(free_y * 0.45, 120))


def first_optics(severity: Severity, rng: Generator) -> Optics:
    """Focus, motion, sensor of one frame."""
    glare = rng.uniform(60, 200) if rng.random() < severity.glare else 0.0
    return Optics(
        rng.uniform(*severity.defocus), rng.uniform(*severity.motion), rng.uniform(0, 360), rng.uniform(*severity.noise),
        int(rng.uniform(*severity.jpeg)), rng.uniform(0, 0.5), glare, rng.normal(0, 150), rng.normal(0, 80),
    )  # fmt: skip


def moved(pose: Pose, optics: Optics, severity: Severity, rng: Generator) -> tuple[Pose, Optics]:
    """The next frame of a hand that tries to hold still: place, angle, tilt and distance drift, focus hunts, every frame is moved
    by an amount of its own, and a reflection wanders as the paper tilts."""
    pose = replace(
        pose,
        angle=pose.angle + rng.normal(0, 1.2),
        tilt=float(np.clip(pose.tilt + rng.normal(0, 2.0), 0, severity.tilt)),
        tilt_to=pose.tilt_to + rng.normal(0, 8),
        px=pose.px * float(np.exp(rng.normal(0, 0.01))),
        x=pose.x * 0.95 + rng.normal(0, 6),
        y=pose.y * 0.95 + rng.normal(0, 5),
    )
    optics = replace(
        optics,
        defocus=float(np.clip(optics.defocus + rng.normal(0, 0.15), *severity.defocus)),
        motion=rng.uniform(*severity.motion),
        motion_to=rng.uniform(0, 360),
        glare_x=optics.glare_x + rng.normal(0, 30),
        glare_y=optics.glare_y + rng.normal(0, 20),
    )
    return pose, optics


def photograph(
    tones: np.ndarray, paper: Paper, around: Surroundings, pose: Pose, optics: Optics, size: tuple[int, int], rng: Generator
) -> tuple[np.ndarray, np.ndarray]:
    """The frame (2-D uint8) and the symbol's four corners in it, clockwise from its own top left."""
    height, width = size
    to_paper, to_frame = _homographies(paper, pose, size)
    source = tones
    shrink = paper.module / pose.px
    if shrink > 1:
        source = cv2.GaussianBlur(tones, (0, 0), 0.42 * shrink)
    map_x, map_y = _grid(width), _grid(height)
    gx, gy = np.meshgrid(map_x, map_y)
    points = np.stack([gx, gy, np.ones_like(gx)], axis=-1) @ to_paper.T
    px, py = points[..., 0] / points[..., 2], points[..., 1] / points[..., 2]
    # The bend field repeats beyond the paper: only the desk is there.
    cells_x, cells_y = (px / around.bend_step + 1).astype(np.float32), (py / around.bend_step + 1).astype(np.float32)
    dx = cv2.remap(around.bend_x, cells_x, cells_y, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT)
    dy = cv2.remap(around.bend_y, cells_x, cells_y, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT)
    full_x, full_y = _full(px + dx, size), _full(py + dy, size)
    seen = cv2.remap(source, full_x, full_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=0)
    desk = cv2.resize(around.desk, (width, height), interpolation=cv2.INTER_CUBIC)
    shaded = cv2.multiply(seen, _full(_slopes(px, py, dx, dy), size), dtype=cv2.CV_32F)
    picture = _blurred(cv2.copyTo(shaded, seen, desk), optics)
    corners = _corners(paper, to_frame)
    middle = corners.mean(axis=0)
    picture = cv2.multiply(picture, _full(_light(around, px.shape), size))
    if optics.glare:
        x, y = gx - middle[0] - optics.glare_x, gy - middle[1] - optics.glare_y
        spot = optics.glare * np.exp(-(x * x / (2 * 90.0**2) + y * y / (2 * 45.0**2)))
        picture = cv2.add(picture, _full(spot, size))
    if optics.sharpen:
        soft = cv2.GaussianBlur(picture, (0, 0), 1.2)
        picture = cv2.addWeighted(picture, 1 + optics.sharpen, soft, -optics.sharpen, 0)
    grain = rng.standard_normal(picture.shape, dtype=np.float32)
    exposed = cv2.addWeighted(picture, 1.0, grain, optics.noise, 0.0, dtype=cv2.CV_8U)
    _, packed = cv2.imencode(".jpg", exposed, [cv2.IMWRITE_JPEG_QUALITY, optics.jpeg])
    return cv2.imdecode(packed, cv2.IMREAD_GRAYSCALE), corners


def _grid(length: int) -> np.ndarray:
    """Coordinates whose enlargement by ``_full`` is exact inside: one cell more at each end."""
    return (np.arange(-1, -(-length // _GRID) + 1) + 0.5) * _GRID - 0.5


def _full(values: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    large = cv2.resize(values.astype(np.float32), (values.shape[1] * _GRID, values.shape[0] * _GRID), interpolation=cv2.INTER_LINEAR)
    return np.ascontiguousarray(large[_GRID : _GRID + size[0], _GRID : _GRID + size[1]])


def _homographies(paper: Paper, pose: Pose, size: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    """Frame → paper and back: the paper turned, tilted about an axis in its plane, seen from one frame's width away."""
    turn, tilt, axis = (math.radians(v) for v in (pose.angle, pose.tilt, pose.tilt_to))
    spin = np.array([[math.cos(turn), -math.sin(turn), 0], [math.sin(turn), math.cos(turn), 0], [0, 0, 1]])
    to_axis = np.array([[math.cos(axis), math.sin(axis), 0], [-math.sin(axis), math.cos(axis), 0], [0, 0, 1]])
    lean = np.array([[1, 0, 0], [0, math.cos(tilt), -math.sin(tilt)], [0, math.sin(tilt), math.cos(tilt)]])
    rotation = to_axis.T @ lean @ to_axis @ spin
    scale, far = pose.px / paper.module, float(size[1])
    cx, cy = paper.centre
    flat = np.array([[scale, 0, -scale * cx], [0, scale, -scale * cy], [0, 0, 1]])
    project = np.column_stack([rotation[:, 0], rotation[:, 1], [0, 0, far]])
    lens = np.array([[far, 0, size[1] / 2 + pose.x], [0, far, size[0] / 2 + pose.y], [0, 0, 1]])
    to_frame = lens @ project @ flat
    return np.linalg.inv(to_frame), to_frame


def _corners(paper: Paper, to_frame: np.ndarray) -> np.ndarray:
    left, top, right, bottom = paper.box
    points = np.array([[left, top, 1], [right, top, 1], [right, bottom, 1], [left, bottom, 1]]) @ to_frame.T
    return points[:, :2] / points[:, 2:]


def _light(around: Surroundings, shape: tuple[int, ...]) -> np.ndarray:
    """What share of the light arrives: a fall to one side, a darker rim."""
    rows, columns = shape
    y, x = np.mgrid[0:rows, 0:columns].astype(np.float32)
    x, y = x / columns - 0.5, y / rows - 0.5
    fall = 1 - around.light * (0.5 + x * math.cos(around.light_to) + y * math.sin(around.light_to)).clip(0, 1)
    return fall * (1 - 0.5 * around.light * (x * x + y * y))


def _slopes(px: np.ndarray, py: np.ndarray, dx: np.ndarray, dy: np.ndarray) -> np.ndarray:
    """A bend turned to the light is brighter, one turned away darker."""
    along = np.abs(np.gradient(px, axis=1)) + np.abs(np.gradient(py, axis=1)) + 1e-6
    down = np.abs(np.gradient(py, axis=0)) + np.abs(np.gradient(px, axis=0)) + 1e-6
    return 1 + np.clip(2.0 * (np.gradient(dx, axis=1) / along + np.gradient(dy, axis=0) / down), -0.3, 0.3)


def _blurred(picture: np.ndarray, optics: Optics) -> np.ndarray:
    """Lens, focus and motion as one kernel."""
    reach = math.ceil(max(3 * optics.defocus, optics.motion / 2 + 2 * optics.defocus)) + 1
    fine = 5
    side = (2 * reach + 1) * fine
    kernel = np.zeros((side, side), np.float32)
    centre, half = (side - 1) / 2, optics.motion / 2 * fine
    dx, dy = math.cos(math.radians(optics.motion_to)) * half, math.sin(math.radians(optics.motion_to)) * half
    for step in np.linspace(-1, 1, max(2, int(half * 2))):
        kernel[round(centre + dy * step), round(centre + dx * step)] += 1
    kernel = cv2.GaussianBlur(kernel, (0, 0), max(optics.defocus, 0.2) * fine)
    kernel = cv2.resize(kernel, (2 * reach + 1, 2 * reach + 1), interpolation=cv2.INTER_AREA)
    return cv2.filter2D(picture, -1, kernel / kernel.sum())
