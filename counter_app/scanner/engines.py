"""The two libraries that decode, and what of their answers is let through.

zxing-cpp is the first engine. zbar (through pyzbar) is asked only for linear symbols and only if it is installed: it guesses
encodings, and from perfectly printed Vietnamese QR texts it returned a wrong text for two names in three, so what it thinks of a QR
code is never used. No text is better than a wrong one.
"""

from __future__ import annotations

import atexit
import logging
import math
import threading
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

import cv2
import numpy as np
import zxingcpp

from counter_app.scanner.reads import CODE39, CODE128, CORRECTING, PDF417, QR, Corners, Read

log = logging.getLogger(__name__)

_F = zxingcpp.BarcodeFormat
_FORMATS = {
    "any": zxingcpp.BarcodeFormats([_F.Code128, _F.QRCode, _F.Code39, _F.PDF417]),
    "code": zxingcpp.BarcodeFormats([_F.Code128, _F.QRCode, _F.Code39]),
    "idcard": zxingcpp.BarcodeFormats([_F.QRCode]),
    "linear": zxingcpp.BarcodeFormats([_F.Code128, _F.Code39]),
    "stacked": zxingcpp.BarcodeFormats([_F.PDF417]),
}
_NAMES = {_F.Code128: CODE128, _F.QRCode: QR, _F.Code39: CODE39, _F.PDF417: PDF417}
_WEAK = {_F.MicroQRCode, _F.RMQRCode}
"""Asked for together with QR codes; on no paper of ours, and a few codewords correct themselves into anything."""
# The binding prints a complaint at exit about every object of its own that is still held.
atexit.register(_FORMATS.clear)
atexit.register(_NAMES.clear)
atexit.register(_WEAK.clear)

LINEAR, STACKED = "linear", "stacked"
"""Besides the values of `Expect`: bars only, PDF417 only."""

MIN_LINEAR = 6
"""Shorter linear texts are no code of ours; patterns in pictures and tables read as a few characters."""

Binarizer = zxingcpp.Binarizer
BY_SURROUNDINGS, ALIKE = Binarizer.LocalAverage, Binarizer.GlobalHistogram
"""Where a picture becomes black and where white: judged by its surroundings, or alike everywhere."""

Suspect = tuple[int, int, int, int]
"""Left, top, right, bottom of where a QR code may be."""

_ENLARGED, _REDUCED, _WIDE = 1.5, 0.8, 900.0
"""Bars are read again at one of two other sizes: codes longer than so many pixels reduced, the others enlarged."""
_ROOM = 0.06
"""Of a code's length: its quiet zone and what a leaning box lacks."""

_zbar_lock = threading.Lock()


def first_engine(
    picture: np.ndarray,
    formats: str,
    place: Callable[[float, float], tuple[int, int]] | None = None,
    *,
    rotate: bool = True,
    binarizer: Binarizer = BY_SURROUNDINGS,
    suspects: list[Suspect] | None = None,
) -> list[Read]:
    """What zxing-cpp reads; bars only if they do not say something else at another size, and ``processed`` if they say nothing there.
    ``place`` maps its corners to those of the full picture; ``rotate``: also linear codes that stand on their side; ``suspects``
    collects where it saw a QR code that it could not read."""
    reads = []
    results = zxingcpp.read_barcodes(
        picture,
        formats=_FORMATS[formats],
        try_invert=False,
        text_mode=zxingcpp.TextMode.Plain,
        try_rotate=rotate,
        try_downscale=True,
        binarizer=binarizer,
        return_errors=suspects is not None,
    )
    for result in results:
        if suspects is not None and not result.valid and _is_square(result):
            suspects.append(_suspect(result))
        name = _NAMES.get(result.symbology) or _NAMES.get(result.format)
        if result.format in _WEAK:
            continue
        text = result.text
        if not result.valid or name is None or not text or (name not in CORRECTING and len(text) < MIN_LINEAR):
            continue
        seen = set() if name in CORRECTING else _at_other_size(picture, result, rotate)
        if seen and text not in seen:
            continue
        at = result.position
        points = ((p.x, p.y) for p in (at.top_left, at.top_right, at.bottom_right, at.bottom_left))
        corners = tuple(place(*p) if place else (int(p[0]), int(p[1])) for p in points)
        reads.append(Read(text, name, corners, processed=name not in CORRECTING and not seen))
    return _doubted(reads)


def _at_other_size(picture: np.ndarray, result: zxingcpp.Barcode, rotate: bool) -> set[str]:
    """What the bars of ``result`` say when they are cut out and enlarged, or reduced where they are wide already. Widths in whole
    pixels mislead every line of a code alike: of 1.65 pixels a module, a first pair of digits and the check symbol were misread
    together, a real date behind them. Other pixels make other mistakes; right ones read again in 112 of 112 frames, for 1 ms."""
    at = result.position
    corners = (at.top_left, at.top_right, at.bottom_right, at.bottom_left)
    xs, ys = [p.x for p in corners], [p.y for p in corners]
    length = max(math.dist((xs[0], ys[0]), (xs[1], ys[1])), math.dist((xs[1], ys[1]), (xs[2], ys[2])))
    room = int(_ROOM * length) + 4
    crop = picture[max(0, min(ys) - room) : max(ys) + room, max(0, min(xs) - room) : max(xs) + room]
    factor = _REDUCED if length > _WIDE else _ENLARGED
    crop = cv2.resize(crop, None, fx=factor, fy=factor, interpolation=cv2.INTER_CUBIC if factor > 1 else cv2.INTER_AREA)
    again = zxingcpp.read_barcodes(
        crop, formats=_FORMATS[LINEAR], try_invert=False, text_mode=zxingcpp.TextMode.Plain, try_rotate=rotate, try_downscale=True
    )
    return {read.text for read in again if read.valid}


def _doubted(reads: list[Read]) -> list[Read]:
    """Two texts of bars that begin and end alike: where a reflection eats into the bars, one code reads as two, and one of them is
    wrong although its check symbol is right. Two codes printed one above the other may be that as well, so they are not dropped but
    have to be seen again."""
    return [replace(r, processed=True) if any(_contradict(r, other) for other in reads) else r for r in reads]


def contradictory(reads: list[Read]) -> bool:
    """Whether what was read of a single code are two texts."""
    return len({read.text for read in reads}) > 1


def _contradict(one: Read, other: Read) -> bool:
    if one.text == other.text or {one.symbology, other.symbology} & CORRECTING:
        return False
    (a, b), (c, d) = one.ends(), other.ends()
    length = max(math.dist(a, b), math.dist(c, d))
    return min(math.dist(a, c) + math.dist(b, d), math.dist(a, d) + math.dist(b, c)) < length


def _is_square(result: zxingcpp.Barcode) -> bool:
    return _NAMES.get(result.symbology) == QR or result.format in _WEAK


def _suspect(result: zxingcpp.Barcode) -> Suspect:
    """With room around: what looks like a small code of one finder is a corner of a larger one."""
    at = result.position
    points = (at.top_left, at.top_right, at.bottom_right, at.bottom_left)
    xs, ys = [p.x for p in points], [p.y for p in points]
    side = math.hypot(at.top_left.x - at.top_right.x, at.top_left.y - at.top_right.y)
    room = int(side * (1.3 if result.format in _WEAK else 0.35)) + 8
    return min(xs) - room, min(ys) - room, max(xs) + room, max(ys) + room


def pure_square(modules: np.ndarray) -> str | None:
    """The text of a QR code drawn perfectly: ``modules`` is True where dark, without quiet zone. None when it is beyond repair."""
    drawn = np.where(np.pad(modules, 4), np.uint8(0), np.uint8(255))
    drawn = np.ascontiguousarray(np.repeat(np.repeat(drawn, 3, axis=0), 3, axis=1))
    results = zxingcpp.read_barcodes(
        drawn, formats=_FORMATS["idcard"], try_invert=False, text_mode=zxingcpp.TextMode.Plain, try_rotate=False, try_downscale=False,
        binarizer=Binarizer.FixedThreshold, is_pure=True,
    )  # fmt: skip
    return results[0].text or None if results and results[0].valid else None


@cache
def _zbar_decode() -> Callable[..., Any] | None:
    """pyzbar's function, or None where its library is missing (its Windows DLL wants an old runtime)."""
    try:
        from pyzbar.pyzbar import ZBarSymbol, decode
    except (ImportError, OSError):
        log.info("second decoder is not installed")
        return None
    return lambda picture: decode(picture, symbols=[ZBarSymbol.CODE128])


def second_engine(crop: np.ndarray, corners: Corners) -> list[Read]:
    """What zbar reads of an upright Code 128; nothing where it is not installed or contradicts itself."""
    decode = _zbar_decode()
    if decode is None:
        return []
    with _zbar_lock:
        results = decode(crop)
    texts = {r.data.decode("ascii") for r in results if r.data.isascii() and len(r.data) >= MIN_LINEAR}
    # Two different answers for one field: at least one is wrong.
    return [Read(text, CODE128, corners, processed=True) for text in texts] if len(texts) == 1 else []
