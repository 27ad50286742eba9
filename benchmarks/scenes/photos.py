"""Photographs somebody took with a telephone: not the desk and the webcam of ``scene``, but what people send.

Pictures of 480 to 1200 pixels with a code of any size in them: on posters, screens, cups and business cards, far off to the side,
out of focus, moved, in the shadow of a hand, before a busy background, too dark or too bright, compressed twice. Each picture is
wholly decided by its seed; ``turned`` turns it in an enlarged canvas. They stand in for photographs of real things, of which the
repository has none.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np
import segno
from numpy.random import Generator, default_rng
from PIL import Image, ImageDraw

from benchmarks.scenes import papers, words
from counter_app.printing.barcode import code128

PhotoKind = Literal["qr", "code128"]
TROUBLES = ("plain", "soft", "moved", "slanted", "round", "shadow", "screen", "pale", "glare", "small", "worn", "grain")
"""What is wrong with a picture: one in turn and, of QR codes, another at random, added to a little of everything."""

_MODULE = 8
"""Pixels a module of the symbol before it is photographed."""


@dataclass(frozen=True, slots=True)
class Photo:
    """``text`` is all that is encoded in ``gray``; ``what``: the first thing that is wrong with it."""

    kind: PhotoKind
    gray: np.ndarray
    text: str
    what: str
    seed: int


def photo(kind: PhotoKind, seed: int) -> Photo:
    """The picture of this seed."""
    rng = default_rng((7117, seed, kind == "qr"))
    other = TROUBLES[int(rng.integers(len(TROUBLES)))]
    troubles = frozenset({TROUBLES[seed % len(TROUBLES)], other if kind == "qr" else "plain"})
    text = words.qr_text(rng) if kind == "qr" else words.linear_text(rng)
    paper, box = _poster(rng, _square(rng, text) if kind == "qr" else _bars(rng, text))
    if "worn" in troubles:
        _wear(rng, paper, box)
    size = [(480, 640), (600, 800), (768, 1024), (900, 1200)][int(rng.integers(4))]
    largest = 0.2 if "small" in troubles else 0.8
    smallest = 0.11 if "small" in troubles else 0.2 if kind == "qr" else 0.7
    long = size[1] * (rng.uniform(smallest, largest) if largest > smallest else smallest)
    long = min(long, size[0] * 0.9) if kind == "qr" else max(long, (box[2] - box[0]) / _MODULE * 1.7)
    picture, per_module = _seen(rng, paper, box, size, long, troubles)
    picture = _lit(rng, picture, troubles)
    picture = _focus(rng, picture, per_module, troubles)
    return Photo(kind, _exposed(rng, picture, troubles), text, TROUBLES[seed % len(TROUBLES)], seed)


def turned(gray: np.ndarray, angle: float) -> np.ndarray:
    """Turned by ``angle`` degrees against the clock; the canvas grows, what was not in the picture is white."""
    if angle % 90 == 0:
        return np.ascontiguousarray(np.rot90(gray, round(angle / 90)))
    height, width = gray.shape
    cos, sin = abs(math.cos(math.radians(angle))), abs(math.sin(math.radians(angle)))
    wide, high = math.ceil(width * cos + height * sin), math.ceil(width * sin + height * cos)
    turn = cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), angle, 1.0)
    turn[:, 2] += (wide - width) / 2, (high - height) / 2
    return cv2.warpAffine(gray, turn, (wide, high), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_CONSTANT, borderValue=255)


def _square(rng: Generator, text: str) -> np.ndarray:
    level = str(rng.choice(["l", "m", "m", "q", "h"]))
    modules = np.array(segno.make_qr(text, error=level, encoding="utf-8", eci=not text.isascii(), boost_error=False).matrix) == 1
    return np.where(np.pad(modules, 4), 0, 255).astype(np.uint8)


def _bars(rng: Generator, text: str) -> np.ndarray:
    line = np.frombuffer(code128(text).modules.encode(), np.uint8) == ord("1")
    bars = np.repeat(np.where(line, 0, 255).astype(np.uint8)[None], int(rng.integers(24, 70)), axis=0)
    return np.pad(bars, ((3, 3), (10, 10)), constant_values=255)


def _poster(rng: Generator, symbol: np.ndarray) -> tuple[np.ndarray, tuple[int, int, int, int]]:
    """What the code is printed on, with text around it."""
    drawn = np.repeat(np.repeat(symbol, _MODULE, axis=0), _MODULE, axis=1)
    height, width = drawn.shape[0] + 700, drawn.shape[1] + 500
    picture = Image.new("L", (width, height), 255)
    pen = ImageDraw.Draw(picture)
    for y in (*range(40, 300, 70), *range(height - 300, height - 40, 70)):
        pen.text((60, y), f"{words.pick(rng, words.PROCEDURES)} – {words.person(rng)}", fill=30, font=papers.font("NotoSans-Bold", 48))
    ink = np.array(picture)
    left, top = 250, 350
    ink[top : top + drawn.shape[0], left : left + drawn.shape[1]] = drawn
    return ink, (left, top, left + drawn.shape[1], top + drawn.shape[0])


def _wear(rng: Generator, paper: np.ndarray, box: tuple[int, int, int, int]) -> None:
    """Scratches, a sticker over an edge, folds."""
    left, top, right, bottom = box
    for _ in range(int(rng.integers(2, 5))):
        start, end = ((int(rng.integers(left, right)), int(rng.integers(top, bottom))) for _ in range(2))
        cv2.line(paper, start, end, int(rng.choice([255, 200, 40])), int(rng.uniform(0.4, 1.2) * _MODULE), cv2.LINE_AA)


def _seen(
    rng: Generator, paper: np.ndarray, box: tuple[int, int, int, int], size: tuple[int, int], long: float, troubles: frozenset[str]
) -> tuple[np.ndarray, float]:
    """The poster in space before a background, and pixels a module."""
    height, width = size
    left, top, right, bottom = box
    scale = long / (right - left)
    tilt = math.radians(rng.uniform(45, 64) if "slanted" in troubles else rng.uniform(0, 22))
    axis, turn = rng.uniform(0, 2 * math.pi), math.radians(rng.uniform(-12, 12))
    spin = np.array([[math.cos(turn), -math.sin(turn), 0], [math.sin(turn), math.cos(turn), 0], [0, 0, 1]])
    to_axis = np.array([[math.cos(axis), math.sin(axis), 0], [-math.sin(axis), math.cos(axis), 0], [0, 0, 1]])
    lean = np.array([[1, 0, 0], [0, math.cos(tilt), -math.sin(tilt)], [0, math.sin(tilt), math.cos(tilt)]])
    rotation = to_axis.T @ lean @ to_axis @ spin
    far = width * 1.2
    centre = np.array([[scale, 0, -scale * (left + right) / 2], [0, scale, -scale * (top + bottom) / 2], [0, 0, 1]])
    room_x, room_y = max(0.0, width - long) * 0.3, max(0.0, height - long * (bottom - top) / (right - left)) * 0.3
    lens = np.array([[far, 0, width / 2 + rng.uniform(-1, 1) * room_x], [0, far, height / 2 + rng.uniform(-1, 1) * room_y], [0, 0, 1]])
    back = np.linalg.inv(lens @ np.column_stack([rotation[:, 0], rotation[:, 1], [0, 0, far]]) @ centre)
    gx, gy = np.meshgrid(np.arange(width, dtype=np.float64), np.arange(height, dtype=np.float64))
    points = np.stack([gx, gy, np.ones_like(gx)], axis=-1) @ back.T
    x, y = points[..., 0] / points[..., 2], points[..., 1] / points[..., 2]
    if "round" in troubles:
        # A cup or a bottle: what is evenly spaced on it is pressed together towards its sides.
        radius = (right - left) * rng.uniform(0.53, 0.7)
        middle = (left + right) / 2
        x = middle + radius * np.arcsin(np.clip((x - middle) / radius, -0.999, 0.999))
    soft = cv2.GaussianBlur(paper, (0, 0), max(0.42 / scale, 0.3))
    background = _background(rng, size)
    seen = cv2.remap(soft, x.astype(np.float32), y.astype(np.float32), cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=0)
    inside = (x >= 0) & (y >= 0) & (x < paper.shape[1]) & (y < paper.shape[0])
    return np.where(inside, seen, background).astype(np.float32), scale * _MODULE


def _background(rng: Generator, size: tuple[int, int]) -> np.ndarray:
    """Shelves, leaves, keyboards: edges of all kinds."""
    picture = np.full(size, int(rng.integers(40, 200)), np.uint8)
    for _ in range(int(rng.integers(10, 60))):
        points = rng.integers(-40, max(size) + 40, (int(rng.integers(3, 6)), 1, 2)).astype(np.int32)
        points = points[0] + ((points - points[0]) * rng.uniform(0.1, 0.5)).astype(np.int32)
        cv2.fillPoly(picture, [points], int(rng.integers(0, 256)), cv2.LINE_AA)
    return picture


def _lit(rng: Generator, picture: np.ndarray, troubles: frozenset[str]) -> np.ndarray:
    height, width = picture.shape
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    x, y = x / width - 0.5, y / width - 0.5 * height / width
    contrast, black = (rng.uniform(0.07, 0.2), rng.uniform(40, 150)) if "pale" in troubles else (rng.uniform(0.5, 0.85), rng.uniform(8, 30))
    picture = black + picture * contrast
    to = rng.uniform(0, 2 * math.pi)
    fall: Callable[[float], np.ndarray] = lambda depth: 1 - depth * (0.5 + x * math.cos(to) + y * math.sin(to)).clip(0, 1)  # noqa: E731
    picture = picture * fall(rng.uniform(0, 0.4))
    if "shadow" in troubles:
        edge = (x * math.cos(to + 1) + y * math.sin(to + 1) + rng.uniform(-0.1, 0.1)) * rng.uniform(20, 120)
        picture = picture * (1 - rng.uniform(0.45, 0.75) / (1 + np.exp(-edge)))
    if "glare" in troubles:
        spot = np.exp(-((x - rng.uniform(-0.2, 0.2)) ** 2 + (y - rng.uniform(-0.2, 0.2)) ** 2) / (2 * rng.uniform(0.04, 0.1) ** 2))
        picture = picture + rng.uniform(120, 260) * spot
    if "screen" in troubles:
        # The dots of a screen against those of the camera.
        for direction in (to, to + math.pi / 2):
            wave = (x * math.cos(direction) + y * math.sin(direction)) * width * 2 * math.pi / rng.uniform(2.1, 6)
            picture = picture * (1 + rng.uniform(0.05, 0.22) * np.cos(wave))
    result: np.ndarray = picture.astype(np.float32)
    return result


def _focus(rng: Generator, picture: np.ndarray, per_module: float, troubles: frozenset[str]) -> np.ndarray:
    radius = rng.uniform(0.5, 0.95) * per_module if "soft" in troubles else rng.uniform(0.0, 0.22) * per_module
    if radius > 0.5:
        side = 2 * math.ceil(radius) + 1
        y, x = np.mgrid[0:side, 0:side] - side // 2
        disc = np.clip(radius + 0.5 - np.hypot(x, y), 0, 1).astype(np.float32)
        picture = cv2.filter2D(picture, -1, disc / disc.sum())
    if "moved" in troubles:
        length, to = rng.uniform(0.9, 1.7) * per_module, rng.uniform(0, math.pi)
        side = 2 * math.ceil(length / 2) + 3
        line = np.zeros((side, side), np.float32)
        for at in np.linspace(-length / 2, length / 2, 40):
            line[round(side // 2 + at * math.sin(to)), round(side // 2 + at * math.cos(to))] += 1
        picture = cv2.filter2D(picture, -1, cv2.GaussianBlur(line / line.sum(), (3, 3), 0))
    return picture


def _exposed(rng: Generator, picture: np.ndarray, troubles: frozenset[str]) -> np.ndarray:
    grain = rng.normal(0, rng.uniform(10, 18) if "grain" in troubles else rng.uniform(1, 5), picture.shape)
    gray = np.clip(picture * rng.uniform(0.8, 1.25) + grain, 0, 255).astype(np.uint8)
    quality = int(rng.uniform(18, 40)) if troubles & {"grain", "small"} else int(rng.uniform(45, 90))
    return cv2.imdecode(cv2.imencode(".jpg", gray, [cv2.IMWRITE_JPEG_QUALITY, quality])[1], cv2.IMREAD_GRAYSCALE)
