"""Reads codes from a gray picture: the cheap way first, geometry second, what costs most last.

The stages and what each of them brings are in docs/scanning.md.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import get_args

import cv2
import numpy as np

from counter_app.scanner.engines import ALIKE, BY_SURROUNDINGS, LINEAR, Binarizer, Suspect, first_engine
from counter_app.scanner.evidence import Evidence
from counter_app.scanner.linear import read_field, read_stacked
from counter_app.scanner.locate import WORK_SIDE, BarField, find_bar_fields
from counter_app.scanner.qr_find import MODULE_SIZES
from counter_app.scanner.reads import CODE128, QR, Expect, Read
from counter_app.scanner.square import busy, read_again, read_squares, read_suspects
from counter_app.scanner.upright import upright

_MAX_QR_SIDE = 1600
_SMALL_SIDE = 1400
_LARGE_SIDE = 2400
_TILE_SIDE = 1600
_TILE_FIELDS = 16
_REDUCED_SIDES = (1280, 800)
_SQUARE_SIDES = (1280, 800, 480, 300)
"""Sizes of picture that QR codes are sought in: the smaller, the larger the modules may be."""
_LEAST_SIDE = 100
_SLANTED = 0.7
_STILL_SUSPECTS = 6
_STILL_S = 1.5
"""A still picture is not searched longer; what is begun is ended."""
_FINE_SIDE = 960
_STACKED_ZOOMS = 1.0, 2.0
_CAMERA_FIELDS, _CAMERA_TRIPLES, _MORE_TRIPLES = 2, 4, 9
_RARELY, _SELDOM = 4, 8
_RESERVE_S = 0.008
"""No stage is begun with less than this left of a frame's time: the dear ones take twice as long."""


def decode_region(gray: np.ndarray, region: tuple[int, int, int, int], expect: Expect = "any") -> list[Read]:
    """The cheapest stage alone, on (left, top, right, bottom) of ``gray``; a tilted linear code that was found there before is
    turned upright first. For a camera that saw a code there in the frame before."""
    left, top, right, bottom = region
    crop = np.ascontiguousarray(gray[top:bottom, left:right])
    if min(crop.shape) < 8:
        return []
    reads = first_engine(crop, expect, lambda x, y: (int(x) + left, int(y) + top), rotate=False)
    if not reads and expect != "idcard":
        for field in find_bar_fields(crop, limit=1, side=max(_LEAST_SIDE, WORK_SIDE * max(crop.shape) // max(gray.shape))):
            place = field.moved(left, top)
            reads = [replace(r, corners=place.corners()) for r in first_engine(upright(gray, place), LINEAR, rotate=False)]
            if not reads and expect == "any":
                reads = read_stacked(gray, place)
    return reads


def worth_reading(shape: tuple[int, ...]) -> bool:
    """Whether a picture of this shape can hold a code: not a few pixels, not a thread."""
    return min(shape) >= 8 and max(shape) <= 100 * min(shape)


def decode_image(
    gray: np.ndarray, expect: Expect = "any", budget_s: float | None = None, turn: int = 1, evidence: Evidence | None = None
) -> list[Read]:
    """All codes in ``gray`` (2-D uint8), in the order found, each text once.

    ``expect`` restricts the symbologies to what the screen can use: ``idcard`` reads QR codes only. With ``budget_s`` no further
    stage is begun once so many seconds are spent (a camera has the next frame) or something was read; without it every stage runs
    (a picture file has no next frame). ``turn``, 1 for the first of a row of frames without a read, decides which of the dear stages
    this frame may try; ``evidence`` collects what frames show that cannot be read alone. Raises ValueError when ``gray`` is not a gray
    picture or ``expect`` is unknown.
    """
    if gray.ndim != 2 or gray.dtype != np.uint8:
        raise ValueError("decode_image takes a two-dimensional array of bytes")
    if expect not in get_args(Expect):
        raise ValueError(f"unknown expectation: {expect}")
    if not worth_reading(gray.shape):
        return []
    gray = np.ascontiguousarray(gray)
    deadline = None if budget_s is None else time.monotonic() + budget_s - min(_RESERVE_S, budget_s / 2)
    found: dict[str, Read] = {}
    alive = deadline is None or busy(gray)

    latest = time.monotonic() + _STILL_S if deadline is None else deadline

    def over() -> bool:
        return (deadline is not None and bool(found)) or time.monotonic() >= latest

    usual = _stages(gray, expect, found) if deadline is None else _camera_stages(gray, expect, deadline, turn, evidence, alive)
    for stage in usual:
        for read in stage():
            found.setdefault(read.text, read)
        if over():
            break
    if found or over() or not alive:
        return list(found.values())
    for fallback in _thorough(gray, expect) if deadline is None else _in_turn(gray, expect, deadline, turn, evidence):
        if reads := fallback():
            return list({read.text: read for read in reads}.values())
        if over():
            break
    return []


_Stage = Callable[[], list[Read]]


def _stages(gray: np.ndarray, expect: Expect, found: dict[str, Read]) -> Iterator[_Stage]:
    """The usual stages of a still picture, cheapest first; bar fields only where nothing was read yet."""
    suspects: list[Suspect] = []
    yield lambda: first_engine(gray, expect, suspects=suspects)
    if suspects and not found:
        yield lambda: read_suspects(gray, suspects)
    for field in find_bar_fields(gray) if expect != "idcard" else ():
        if not any(_covers(read, field) for read in found.values()):
            yield lambda chosen=field: read_field(gray, chosen, weigh=not found)  # type: ignore[misc]
            if expect == "any" and not found:
                yield lambda chosen=field: read_stacked(gray, chosen, _STACKED_ZOOMS)  # type: ignore[misc]


def _camera_stages(
    gray: np.ndarray, expect: Expect, deadline: float, turn: int, evidence: Evidence | None, alive: bool
) -> Iterator[_Stage]:
    """The usual stages of a frame: the library, then bars and squares, the squares first in every second frame, for what comes last
    often has no time left. In every fourth frame bar fields are taken for PDF417 only."""
    owed = evidence is not None and evidence.take_owed()
    if owed:
        for field in find_bar_fields(gray, limit=1):
            yield lambda chosen=field: read_field(gray, chosen, math.inf, evidence)  # type: ignore[misc]
    # PDF417 costs as much as all others together and is on no paper of ours: a camera looks for it now and then.
    formats = "code" if expect == "any" and (turn % _SELDOM or not alive) else expect
    suspects: list[Suspect] = []
    yield lambda: first_engine(gray, formats, rotate=False, suspects=suspects)

    def squares() -> Iterator[_Stage]:
        if alive:
            yield lambda: _other_view(gray, turn)
        if suspects:
            yield lambda: read_suspects(gray, suspects, evidence, latest=deadline)
        elif evidence is not None and (place := evidence.place) is not None:
            yield lambda: read_again(gray, place, evidence)

    def bars() -> Iterator[_Stage]:
        for field in find_bar_fields(gray, limit=_CAMERA_FIELDS):
            yield lambda chosen=field: read_field(gray, chosen, deadline, evidence)  # type: ignore[misc]

    if alive and expect == "any" and turn % _RARELY == 0:
        for field in find_bar_fields(gray, limit=_CAMERA_FIELDS):
            yield lambda chosen=field: read_stacked(gray, chosen)  # type: ignore[misc]
    none_sought = owed or expect == "idcard" or turn % _RARELY == 0
    if none_sought or turn % 2 == 0:
        yield from squares()
        if alive and expect != "idcard":
            yield lambda: read_squares(gray, MODULE_SIZES[1:], evidence, _MORE_TRIPLES, latest=deadline)
        if not none_sought:
            yield from bars()
    else:
        yield from bars()
        yield from squares()


def _in_turn(gray: np.ndarray, expect: Expect, deadline: float, turn: int, evidence: Evidence | None) -> list[_Stage]:
    """What helps now and then and costs as much as everything before it: as much of it as there is time for, each frame beginning
    with another."""
    groups = (MODULE_SIZES[1:], MODULE_SIZES[:1]) if expect == "idcard" else (MODULE_SIZES[1:3], MODULE_SIZES[3:], MODULE_SIZES[:1])
    stages: list[_Stage] = [
        lambda sizes=sizes: read_squares(gray, sizes, evidence, _CAMERA_TRIPLES, latest=deadline)  # type: ignore[misc]
        for sizes in groups
    ]
    if expect != "idcard":
        stages.append(lambda: _fine_fields(gray, deadline, evidence))
        stages.append(lambda: _softened(gray, "code", rotate=False))
    first = (turn - 1) % len(stages)
    return stages[first:] + stages[:first]


def _thorough(gray: np.ndarray, expect: Expect) -> list[_Stage]:
    """What a still picture is worth that nothing was read from: other sizes, piece by piece, softened."""
    longest = max(gray.shape)
    stages: list[_Stage] = [lambda: _other_views(gray)]
    if expect != "idcard":
        stages.append(lambda: _fine_fields(gray))
        if longest > _LARGE_SIDE:
            stages.append(lambda: _by_tiles(gray))
    if longest > _MAX_QR_SIDE:
        stages += [lambda side=side: _rescaled(gray, expect, side / longest) for side in _REDUCED_SIDES if side < longest]  # type: ignore[misc]
    if longest < _SMALL_SIDE:
        stages.append(lambda: _rescaled(gray, expect, 2.0))
    stages.append(lambda: _softened(gray, expect))
    sides = (longest, *(side for side in _SQUARE_SIDES if side < longest))
    stages += [lambda side=side: _squares_at(gray, side) for side in sides if side <= _LARGE_SIDE]  # type: ignore[misc]
    even = _even(gray)
    stages += [lambda side=side: _squares_at(even, side, _SLANTED) for side in _SQUARE_SIDES[1:] if side <= longest]  # type: ignore[misc]
    return stages


def _even(gray: np.ndarray) -> np.ndarray:
    """The picture with the same contrast everywhere."""
    return cv2.createCLAHE(4.0, (8, 8)).apply(gray)


def _other_views(gray: np.ndarray) -> list[Read]:
    """QR codes in a picture of even contrast, smaller, softer, and with one threshold for all of it: what shadows, blur, the dots of
    a screen and grain hide at full size. Where one is seen but not read, its modules are weighed."""
    suspects: list[Suspect] = []
    even = _even(gray)
    for picture, factor in ((even, 1.0), (even, 0.75), (even, 0.5), (gray, 1.0), (gray, 0.75), (gray, 0.5), (gray, 0.3), (even, 0.3)):
        if min(picture.shape) * factor < _LEAST_SIDE:
            continue
        for binarizer in (BY_SURROUNDINGS, ALIKE):
            if reads := _squares_in(picture, factor, binarizer, suspects):
                return reads
    return read_suspects(gray, suspects, limit=_STILL_SUSPECTS)


def _softened(gray: np.ndarray, expect: Expect, rotate: bool = True) -> list[Read]:
    """A QR code softer than its modules: the local threshold loses it, the mean of a neighbourhood keeps it."""
    return [replace(r, processed=r.symbology != QR) for r in first_engine(cv2.GaussianBlur(gray, (5, 5), 0), expect, rotate=rotate)]


def _other_view(gray: np.ndarray, turn: int) -> list[Read]:
    """QR codes in the picture with one threshold for all of it, in one of even contrast, in smaller and softer ones: what glare, noise
    and worn ink hide from the local threshold. A few milliseconds, for one threshold costs next to nothing."""
    even = _even(gray)
    for picture, factor in ((even, 1.0), (even, 0.6), (gray, 0.75), (gray, 1.0)):
        if reads := _squares_in(picture, factor, ALIKE):
            return reads
    return _softened(gray, "idcard", rotate=False) if turn % 2 else _squares_in(even, 0.75, BY_SURROUNDINGS)


def _squares_in(gray: np.ndarray, factor: float, binarizer: Binarizer, suspects: list[Suspect] | None = None) -> list[Read]:
    """What the library reads of QR codes at this size."""
    picture = cv2.resize(gray, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA) if factor < 1 else gray
    seen: list[Suspect] = []
    reads = first_engine(picture, "idcard", rotate=False, binarizer=binarizer, suspects=None if suspects is None else seen)
    if suspects is not None:
        suspects += [tuple(int(v / factor) for v in box) for box in seen]  # type: ignore[misc]
    return [read.scaled(1 / factor) for read in reads]


def _squares_at(gray: np.ndarray, side: int, lean: float = 0.4) -> list[Read]:
    factor = side / max(gray.shape)
    picture = gray if factor == 1 else cv2.resize(gray, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    return [read.scaled(1 / factor) for read in read_squares(picture, lean=lean)]


def _fine_fields(gray: np.ndarray, deadline: float | None = None, evidence: Evidence | None = None) -> list[Read]:
    """Bar fields too fine for the usual reduced picture: less than 1.4 pixels a module."""
    fields = find_bar_fields(gray, limit=2, side=_FINE_SIDE) if max(gray.shape) > WORK_SIDE else []
    return next((reads for field in fields if (reads := read_field(gray, field, deadline, evidence))), [])


def _by_tiles(gray: np.ndarray) -> list[Read]:
    """Bar fields of a large picture, sought piece by piece: a receipt in a corner of a phone's photograph has bars too fine for
    the reduced picture that fields are usually sought in."""
    step = _TILE_SIDE // 2
    fields: list[BarField] = []
    for top in range(0, max(1, gray.shape[0] - step), step):
        for left in range(0, max(1, gray.shape[1] - step), step):
            tile = np.ascontiguousarray(gray[top : top + _TILE_SIDE, left : left + _TILE_SIDE])
            if min(tile.shape) >= 8:
                fields += [f.moved(left, top) for f in find_bar_fields(tile, limit=2)]
    fields.sort(key=lambda f: -f.weight)
    found: dict[str, Read] = {}
    for field in fields[:_TILE_FIELDS]:
        if not any(_covers(read, field) for read in found.values()):
            for read in read_field(gray, field):
                found.setdefault(read.text, read)
    return list(found.values())


def _rescaled(gray: np.ndarray, expect: Expect, factor: float) -> list[Read]:
    how = cv2.INTER_CUBIC if factor > 1 else cv2.INTER_AREA
    picture = cv2.resize(gray, None, fx=factor, fy=factor, interpolation=how)
    return first_engine(picture, expect, lambda x, y: (int(x / factor), int(y / factor)))


def _covers(read: Read, field: BarField) -> bool:
    """Whether a code already read lies in this field (its centre is within half a length)."""
    x, y = read.middle()
    return bool(np.hypot(x - field.x, y - field.y) < max(field.length / 2, 24))


__all__ = ["CODE128", "QR", "Expect", "Read", "decode_image", "decode_region", "worth_reading"]
