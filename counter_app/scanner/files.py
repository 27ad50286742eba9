"""Codes in picture files, for ``counter-app scan`` and for a photo somebody sent."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from counter_app.scanner.classify import classify
from counter_app.scanner.confirm import credible, enough
from counter_app.scanner.decode import Expect, Read, decode_image
from counter_app.scanner.gate import clean
from counter_app.scanner.known import Fits, known_code
from counter_app.scanner.pictures import load_picture
from onestop.codes import CodeBook
from onestop.errors import UserError

SECOND_LOOK = 1.06
"""A picture has no next frame: a doubtful read is believed when the picture says the same at this size (other pixels,
other roundings) as well."""


def scan_files(paths: Iterable[str | Path], expect: Expect, book: CodeBook) -> Iterator[dict[str, Any]]:
    """One answer per file, in order: ``{"file", "reads": [{"text", "symbology", "kind"}], "ms"}``; a file that is no picture
    gives ``{"file", "error": {"code", "message"}}`` and the rest go on. ``ms`` covers loading and decoding. Raises ValueError
    for an unknown ``expect``."""
    fits = known_code(book)
    for path in paths:
        begun = time.perf_counter()
        try:
            reads = read_picture(load_picture(path), expect, fits)
        except UserError as error:
            yield {"file": str(path), "error": error.problem()}
            continue
        told = [{"text": text, "symbology": read.symbology, "kind": classify(text, book).kind}
                for read in reads if (text := clean(read.text))]
        yield {"file": str(path), "reads": told, "ms": round((time.perf_counter() - begun) * 1000, 1)}


def read_picture(gray: np.ndarray, expect: Expect, fits: Fits) -> list[Read]:
    """All believable codes of a picture: doubtful ones (averaged pixels, second engine, no known grammar) are looked for twice.
    A check digit alone lets one misread Code 128 in a hundred through."""
    reads = [read for read in decode_image(gray, expect) if credible(read, fits)]
    doubtful = {read.text for read in reads if not enough(read, fits)}
    if doubtful:
        again = cv2.resize(gray, None, fx=SECOND_LOOK, fy=SECOND_LOOK, interpolation=cv2.INTER_CUBIC)
        doubtful -= {read.text for read in decode_image(again, expect)}
    return [read for read in reads if read.text not in doubtful]
