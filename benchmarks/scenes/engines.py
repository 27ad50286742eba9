"""The two libraries alone and ours, asked alike: what texts are in this frame?"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import zxingcpp

from counter_app.domain.published import bundled_codes
from counter_app.scanner.files import read_picture
from counter_app.scanner.known import known_code
from counter_app.scanner.reads import Expect
from counter_app.scanner.stream import FrameReader

FITS = known_code(bundled_codes())
Engine = Callable[[np.ndarray, Expect], set[str]]


def by_pyzbar(gray: np.ndarray, expect: Expect) -> set[str]:
    """zbar as its users call it. Its texts of QR codes are decoded as UTF-8 where they are that."""
    from pyzbar.pyzbar import ZBarSymbol, decode

    wanted = [ZBarSymbol.QRCODE] if expect == "idcard" else [ZBarSymbol.CODE128, ZBarSymbol.QRCODE, ZBarSymbol.CODE39]
    return {read.data.decode("utf-8", "replace") for read in decode(gray, symbols=wanted)}


def by_zxing(gray: np.ndarray, expect: Expect) -> set[str]:
    """zxing-cpp with everything it can try by itself, but for inverted codes."""
    every = zxingcpp.BarcodeFormat
    wanted = [every.QRCode] if expect == "idcard" else [every.Code128, every.QRCode, every.Code39, every.PDF417]
    found = zxingcpp.read_barcodes(gray, formats=wanted, try_invert=False, text_mode=zxingcpp.TextMode.Plain)
    return {read.text for read in found}


def by_us(gray: np.ndarray, expect: Expect) -> set[str]:
    """One picture, as ``counter-app scan`` reads it: what is told is believed."""
    return {read.text for read in read_picture(gray, expect, FITS)}


ENGINES: dict[str, Engine] = {"pyzbar": by_pyzbar, "zxing-cpp": by_zxing, "ours": by_us}


def camera_reader(expect: Expect) -> FrameReader:
    """A camera's session as the program opens it."""
    return FrameReader(FITS, expect=expect)
