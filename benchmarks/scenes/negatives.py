"""Pictures in which nothing may be read: pages of text, tables, bar charts, faces of cards, keyboards, stripes, and codes of which a
part is missing. Photographed like the receipts, in all severities."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
from numpy.random import Generator, default_rng
from PIL import Image, ImageDraw

from benchmarks.scenes import LEVELS, SEVERITIES, SIZE, Scene, camera, papers, words
from benchmarks.scenes.wear import worn
from counter_app.scanner.reads import CODE128, QR


def _page(rng: Generator) -> np.ndarray:
    """A receipt whose codes are left out."""
    return papers.receipt_page(int(rng.integers(papers.RECEIPTS)))


def _text(rng: Generator) -> np.ndarray:
    """Lines of type, some of them nothing but strokes: l, I, | and digits."""
    picture, pen = _blank()
    size = int(rng.integers(22, 46))
    for y in range(20, 780, round(size * 1.4)):
        strokes = rng.random() < 0.4
        line = "".join(rng.choice(list("lI|1!itj/-. "), 90)) if strokes else " ".join(words.person(rng) for _ in range(9))
        pen.text((20, y), line, fill=0, font=papers.font(words.pick(rng, ("NotoSans-Regular", "NotoSans-Bold")), size))
    return np.array(picture)


def _table(rng: Generator) -> np.ndarray:
    """Narrow columns with rules between them."""
    picture, pen = _blank()
    x = 30.0
    while x < 1570:
        pen.line((x, 40, x, 760), fill=0, width=int(rng.integers(1, 6)))
        x += rng.uniform(4, 30)
    for y in range(40, 761, int(rng.integers(30, 200))):
        pen.line((30, y, 1570, y), fill=0, width=3)
    return np.array(picture)


def _chart(rng: Generator) -> np.ndarray:
    """Bars standing on a line, dark and light, of many heights."""
    picture, pen = _blank()
    step = int(rng.integers(6, 40))
    for x in range(60, 1540, step):
        high = float(rng.uniform(80, 640))
        pen.rectangle((x, 740 - high, x + step * float(rng.uniform(0.3, 0.9)), 740), fill=int(rng.integers(0, 140)))
    pen.line((40, 740, 1560, 740), fill=0, width=4)
    return np.array(picture)


def _card(rng: Generator) -> np.ndarray:
    """The face of an identity card."""
    return papers.card_face(rng, words.card_text(rng))


def _keyboard(rng: Generator) -> np.ndarray:
    picture, pen = _blank(60)
    key = int(rng.integers(50, 100))
    for row, y in enumerate(range(20, 780, key)):
        for x in range(20 + row * key // 3, 1560, key):
            pen.rounded_rectangle((x, y, x + key * 0.86, y + key * 0.86), key // 8, fill=int(rng.integers(10, 40)), outline=90, width=2)
            pen.text(
                (x + key * 0.2, y + key * 0.1), chr(65 + int(rng.integers(26))), fill=220, font=papers.font("NotoSans-Regular", key // 3)
            )
    return np.array(picture)


def _stripes(rng: Generator) -> np.ndarray:
    """Cloth, blinds, a comb: regular or not."""
    widths = rng.integers(1, 5, 500) * int(rng.integers(2, 6)) if rng.random() < 0.7 else np.full(500, int(rng.integers(3, 14)))
    line = np.repeat(np.arange(500) % 2 * 255, widths)[:1600].astype(np.uint8)
    line = np.pad(line, (0, max(0, 1600 - line.size)), constant_values=255)
    return np.repeat(line[None, :], 800, axis=0)


def _checks(rng: Generator) -> np.ndarray:
    """Squares at random: the texture of a QR code without its corners."""
    cells = rng.integers(0, 2, (60, 120)).astype(np.uint8) * 255
    return cv2.resize(cells, (1600, 800), interpolation=cv2.INTER_NEAREST)


def _half_linear(rng: Generator) -> np.ndarray:
    """A Code 128 that lacks a piece at an end or in the middle."""
    paper = papers.label(rng, CODE128)
    ink = paper.ink.copy()
    left, top, right, bottom = (int(v) for v in paper.box)
    hidden = (right - left) * rng.uniform(0.2, 0.5)
    start = int(rng.choice([left - 8, right + 8 - hidden, left + (right - left - hidden) * rng.uniform(0.2, 0.8)]))
    ink[top - 8 : bottom + 8, start : start + int(hidden)] = int(rng.choice([0, 255, 128]))
    return ink


def _half_qr(rng: Generator) -> np.ndarray:
    """A QR code of which more than the correction can restore is covered."""
    paper = papers.label(rng, QR) if rng.random() < 0.5 else papers.card(rng)
    ink = paper.ink.copy()
    left, top, right, bottom = (int(v) for v in paper.box)
    ink[top + int((bottom - top) * rng.uniform(0.3, 0.5)) : bottom + 8, left - 8 : right + 8] = int(rng.choice([0, 255, 128]))
    return ink


_MAKERS: dict[str, Callable[[Generator], np.ndarray]] = {
    "page": _page,
    "text": _text,
    "table": _table,
    "chart": _chart,
    "card": _card,
    "keyboard": _keyboard,
    "stripes": _stripes,
    "checks": _checks,
    "half-linear": _half_linear,
    "half-qr": _half_qr,
}
NEGATIVES = tuple(_MAKERS)


def negative(seed: int, what: str | None = None) -> Scene:
    """A scene with no readable code; ``text`` is empty. ``what`` is one of ``NEGATIVES``, by default each in turn."""
    name = what or NEGATIVES[seed % len(NEGATIVES)]
    key = (99, seed, NEGATIVES.index(name))
    rng = default_rng(key)
    level = LEVELS[int(rng.integers(len(LEVELS)))]
    severity = SEVERITIES[level]
    ink = _MAKERS[name](rng)
    height, width = ink.shape
    box = (width * 0.2, height * 0.3, width * 0.8, height * 0.7)
    paper = papers.Paper(ink, box, 3.0, "", CODE128, 10, rigid=name in ("card", "keyboard"))
    pose = camera.first_pose(paper, severity, rng, rng.uniform(1.2, 4.0), rng.uniform(0, 360), SIZE)
    tones = worn(paper, severity, rng)
    state = (tones, camera.surroundings(paper, severity, rng), pose, camera.first_optics(severity, rng))
    return Scene(name, level, seed, paper, severity, SIZE, pose.px, key, state)


def _blank(tone: int = 255) -> tuple[Image.Image, ImageDraw.ImageDraw]:
    picture = Image.new("L", (1600, 800), tone)
    return picture, ImageDraw.Draw(picture)


__all__ = ["NEGATIVES", "negative"]
