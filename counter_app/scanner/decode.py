"""Reads codes from a gray picture: the cheap way first, geometry second, a second engine last.

zxing-cpp is the first engine. zbar (through pyzbar) is asked only for linear symbols and only if it is installed: it
guesses encodings, and from perfectly printed Vietnamese QR texts it returned a wrong text for two names in three, so
what it thinks of a QR code is never used. No text is better than a wrong one.
"""

from __future__ import annotations

import atexit
import logging
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any, Literal

import cv2
import numpy as np
import zxingcpp

from counter_app.scanner.locate import BarField, averaged, find_bar_fields, straightened, upright

log = logging.getLogger(__name__)

Expect = Literal["any", "code", "idcard"]
Corners = tuple[tuple[int, int], ...]

CODE128, QR = "code128", "qr"

_FORMATS = {
    "any": zxingcpp.BarcodeFormats([zxingcpp.BarcodeFormat.Code128, zxingcpp.BarcodeFormat.QRCode]),
    "code": zxingcpp.BarcodeFormats([zxingcpp.BarcodeFormat.Code128, zxingcpp.BarcodeFormat.QRCode]),
    "idcard": zxingcpp.BarcodeFormats([zxingcpp.BarcodeFormat.QRCode]),
}
_LINEAR = "linear"
_FORMATS[_LINEAR] = zxingcpp.BarcodeFormats([zxingcpp.BarcodeFormat.Code128])
_NAMES = {zxingcpp.BarcodeFormat.Code128: CODE128, zxingcpp.BarcodeFormat.QRCode: QR}
# The binding prints a complaint at exit about every object of its own that is still held.
atexit.register(_FORMATS.clear)
atexit.register(_NAMES.clear)

_MIN_LINEAR = 6
"""Shorter Code 128 texts are no code of ours; patterns in pictures and tables read as one or two characters."""

_MAX_QR_SIDE = 1600
_SMALL_SIDE = 1400
_LARGE_SIDE = 2400
_TILE_SIDE = 1600
_TILE_FIELDS = 16

_zbar_lock = threading.Lock()


@dataclass(frozen=True, slots=True)
class Read:
    """One symbol. ``corners`` are pixels of the picture given, in the symbol's own order. ``processed`` marks a read
    from an averaged or sharpened crop or from the second engine: it needs a second sighting (see ``confirm``)."""

    text: str = field(repr=False)
    symbology: str
    corners: Corners
    processed: bool = False

    def scaled(self, factor: float) -> Read:
        """The same read with its corners in a picture ``factor`` times as large."""
        return replace(self, corners=tuple((round(x * factor), round(y * factor)) for x, y in self.corners))


def decode_region(gray: np.ndarray, region: tuple[int, int, int, int], expect: Expect = "any") -> list[Read]:
    """The cheapest stage alone, on (left, top, right, bottom) of ``gray``; a tilted Code 128 that was found there before is
    turned upright first. For a camera that saw a code there in the frame before."""
    left, top, right, bottom = region
    crop = np.ascontiguousarray(gray[top:bottom, left:right])
    if min(crop.shape) < 8:
        return []
    reads = _engine(crop, _FORMATS[expect], lambda x, y: (int(x) + left, int(y) + top))
    if not reads and expect != "idcard":
        for bar_field in find_bar_fields(crop, limit=1):
            place = replace(bar_field, x=bar_field.x + left, y=bar_field.y + top)
            reads = [replace(r, corners=place.corners()) for r in _engine(upright(gray, place), _FORMATS[_LINEAR])]
    return reads


def decode_image(gray: np.ndarray, expect: Expect = "any", budget_s: float | None = None, turn: int = 0) -> list[Read]:
    """All codes in ``gray`` (2-D uint8), in the order found, each text once.

    ``expect`` restricts the symbologies to what the screen can use: ``idcard`` reads QR codes only. With ``budget_s``
    no further stage is begun once so many seconds are spent (a camera has the next frame); without it every stage runs
    (a picture file has no next frame); ``turn``, counted up with each frame, decides which of the dear fall-backs this frame
    may try. Raises ValueError when ``gray`` is not a gray picture or ``expect`` is unknown.
    """
    if gray.ndim != 2 or gray.dtype != np.uint8:
        raise ValueError("decode_image takes a two-dimensional array of bytes")
    formats = _FORMATS.get(expect)
    if formats is None:
        raise ValueError(f"unknown expectation: {expect}")
    if min(gray.shape) < 8:
        return []
    gray = np.ascontiguousarray(gray)
    deadline = None if budget_s is None else time.monotonic() + budget_s
    found: dict[str, Read] = {}
    for stage in _stages(gray, formats, expect, found):
        for read in stage():
            found.setdefault(read.text, read)
        if deadline is not None and (found or time.monotonic() >= deadline):
            break
    fallbacks = _fallbacks(gray, formats, linear=expect != "idcard")
    if deadline is not None:
        fallbacks = [fallbacks[turn % len(fallbacks)]] if fallbacks and time.monotonic() < deadline else []
    for fallback in fallbacks:
        if not found:
            found = {read.text: read for read in fallback()}
    return list(found.values())


def _stages(gray: np.ndarray, formats: Any, expect: Expect, found: dict[str, Read]) -> Iterator[Callable[[], list[Read]]]:
    """The usual stages, cheapest first; bar fields only where nothing was read yet."""
    yield lambda: _engine(gray, formats)
    if expect != "idcard":
        for bar_field in find_bar_fields(gray):
            if not any(_covers(read, bar_field) for read in found.values()):
                yield lambda chosen=bar_field: _read_field(gray, chosen)  # type: ignore[misc]


def _fallbacks(gray: np.ndarray, formats: Any, linear: bool) -> list[Callable[[], list[Read]]]:
    """What helps now and then and costs as much as everything before it."""
    fallbacks: list[Callable[[], list[Read]]] = []
    if linear and max(gray.shape) > _LARGE_SIDE:
        fallbacks.append(lambda: _by_tiles(gray))
    if max(gray.shape) < _SMALL_SIDE:
        fallbacks.append(lambda: _rescaled(gray, formats, 2.0))
    if max(gray.shape) > _MAX_QR_SIDE:
        fallbacks.append(lambda: _rescaled(gray, formats, _MAX_QR_SIDE / 2 / max(gray.shape)))
    # A QR code softer than its modules: the local threshold loses it, the mean of a neighbourhood keeps it.
    fallbacks.append(lambda: [replace(r, processed=r.symbology != QR) for r in _engine(cv2.GaussianBlur(gray, (5, 5), 0), formats)])
    return fallbacks


def _by_tiles(gray: np.ndarray) -> list[Read]:
    """Bar fields of a large picture, sought piece by piece: a receipt in a corner of a phone's photograph has bars too fine for
    the reduced picture that fields are usually sought in."""
    step = _TILE_SIDE // 2
    fields: list[BarField] = []
    for top in range(0, max(1, gray.shape[0] - step), step):
        for left in range(0, max(1, gray.shape[1] - step), step):
            tile = np.ascontiguousarray(gray[top : top + _TILE_SIDE, left : left + _TILE_SIDE])
            if min(tile.shape) >= 8:
                fields += [replace(f, x=f.x + left, y=f.y + top) for f in find_bar_fields(tile, limit=2)]
    fields.sort(key=lambda f: -f.weight)
    found: dict[str, Read] = {}
    for bar_field in fields[:_TILE_FIELDS]:
        if not any(_covers(read, bar_field) for read in found.values()):
            for read in _read_field(gray, bar_field):
                found.setdefault(read.text, read)
    return list(found.values())


def _engine(picture: np.ndarray, formats: Any, to_full: Callable[[float, float], tuple[int, int]] | None = None) -> list[Read]:
    reads = []
    results = zxingcpp.read_barcodes(
        picture, formats=formats, try_invert=False, text_mode=zxingcpp.TextMode.Plain, try_rotate=True, try_downscale=True
    )
    for result in results:
        name = _NAMES.get(result.symbology) or _NAMES.get(result.format)
        text = result.text
        if not result.valid or name is None or not text or (name == CODE128 and len(text) < _MIN_LINEAR):
            continue
        place = result.position
        points = ((p.x, p.y) for p in (place.top_left, place.top_right, place.bottom_right, place.bottom_left))
        reads.append(Read(text, name, tuple(to_full(*p) if to_full else (int(p[0]), int(p[1])) for p in points)))
    return reads


def _rescaled(gray: np.ndarray, formats: Any, factor: float) -> list[Read]:
    how = cv2.INTER_CUBIC if factor > 1 else cv2.INTER_AREA
    picture = cv2.resize(gray, None, fx=factor, fy=factor, interpolation=how)
    return _engine(picture, formats, lambda x, y: (int(x / factor), int(y / factor)))


def _read_field(gray: np.ndarray, bar_field: BarField) -> list[Read]:
    """One located field: as it is, straightened, averaged along its bars, enlarged; then the second engine."""
    corners = bar_field.corners()

    def attempt(crop: np.ndarray, processed: bool) -> list[Read]:
        return [replace(r, corners=corners, processed=processed) for r in _engine(crop, _FORMATS[_LINEAR])]

    crop = upright(gray, bar_field)
    if reads := attempt(crop, processed=False):
        return reads
    double = straightened(upright(gray, bar_field, zoom=2.0))
    line = averaged(double)
    soft = cv2.GaussianBlur(line, (0, 0), 2.0)
    for candidate, processed in (
        (double, False),
        (line, True),
        (cv2.addWeighted(line, 2.2, soft, -1.2, 0), True),
    ):
        if reads := attempt(np.ascontiguousarray(candidate), processed):
            return reads
    return _zbar(double, corners)


@cache
def _zbar_decode() -> Callable[..., Any] | None:
    """pyzbar's function, or None where its library is missing (its Windows DLL wants an old runtime)."""
    try:
        from pyzbar.pyzbar import ZBarSymbol, decode
    except (ImportError, OSError):
        log.info("second decoder is not installed")
        return None
    return lambda picture: decode(picture, symbols=[ZBarSymbol.CODE128])


def _zbar(crop: np.ndarray, corners: Corners) -> list[Read]:
    decode = _zbar_decode()
    if decode is None:
        return []
    with _zbar_lock:
        results = decode(crop)
    texts = {r.data.decode("ascii") for r in results if r.data.isascii() and len(r.data) >= _MIN_LINEAR}
    # Two different answers for one field: at least one is wrong.
    return [Read(text, CODE128, corners, processed=True) for text in texts] if len(texts) == 1 else []


def _covers(read: Read, bar_field: BarField) -> bool:
    """Whether a code already read lies in this field (its centre is within half a length)."""
    x = sum(c[0] for c in read.corners) / len(read.corners)
    y = sum(c[1] for c in read.corners) / len(read.corners)
    return bool(np.hypot(x - bar_field.x, y - bar_field.y) < max(bar_field.length / 2, 24))
