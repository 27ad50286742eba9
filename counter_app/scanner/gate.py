"""The gate every scan passes: wrapping removed, one Unicode form, repeats dropped.

A camera reads a code 25 times a second for as long as it is in view, and some USB scanners send each read twice. One
showing must be one scan, and showing the same receipt again a moment later must be a second one.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, replace

from counter_app.scanner.raw import RawScan, Source

OUT_OF_VIEW_S = 0.7
"""A code counts as taken away once the camera has not seen it for this long (blinks and single bad frames are shorter)."""

DOUBLE_DELIVERY_S = 0.3
"""Scanners that deliver twice do it within this time; nobody pulls the trigger on purpose that fast."""

MAX_TEXT = 8192
"""Longest text that is looked at. A version 40 QR code holds 7,089 digits; more is a device gone wrong."""

_AIM = re.compile(r"\A\][A-Za-z][0-9A-Za-z]")
_EDGES = "\r\n\t\0\x02\x03\ufeff "
_INVISIBLE = re.compile("[\0-\x1f\x7f\ufeff\u200b\u200e\u200f]")
_REMEMBERED = 256


def clean(text: str, prefix: str = "", suffix: str = "") -> str:
    """``text`` without AIM identifier, the configured wrapping and control characters, in NFC.

    Line breaks and tabs inside the text become one space each (plain-text QR blocks have lines); other control and
    byte-order characters disappear. Prefix and suffix are the ones the scanner was set up to send and are taken off
    once, with an AIM identifier ("]C0", ISO/IEC 15424) on either side of the prefix.

    U+0080 to U+00A0 stay: a card whose UTF-8 was read as Latin-1 has bytes of letters there, and without them it could not
    be repaired any more (``domain.identity`` does that). That is also why only ASCII blanks are stripped.
    """
    text = text[: MAX_TEXT + len(prefix) + len(suffix) + 8].strip(_EDGES)
    text = _AIM.sub("", text, count=1)
    if prefix and text.startswith(prefix):
        text = _AIM.sub("", text[len(prefix) :], count=1)
    if suffix and text.endswith(suffix):
        text = text[: -len(suffix)]
    text = re.sub(r"[\r\n\t\x1d]+", " ", text)
    text = _INVISIBLE.sub("", text)
    return unicodedata.normalize("NFC", text).strip(_EDGES)[:MAX_TEXT]


class Repeats:
    """Recognises a sighting that belongs to a showing already reported.

    Every sighting, also a dropped one, restarts the clock of its key: a code held in view for a minute is one scan.
    """

    def __init__(self, quiet_s: float) -> None:
        self._quiet_s = quiet_s
        self._seen: dict[str, float] = {}

    def is_new(self, key: str, now: float) -> bool:
        """True when ``key`` was out of view for the quiet time; records the sighting either way."""
        last = self._seen.pop(key, None)
        self._seen[key] = now
        while len(self._seen) > _REMEMBERED:
            del self._seen[next(iter(self._seen))]
        return last is None or now - last >= self._quiet_s


@dataclass(frozen=True, slots=True)
class Wrapping:
    """What the scanners of this PC were set up to put around a code."""

    prefix: str = ""
    suffix: str = ""


class Gate:
    """Cleans scans and lets each showing through once.

    ``identity`` maps a text to what it stands for, so that the Code 128 and the QR of one receipt (bare code and
    tracking address) count as one showing; by default the text itself.
    """

    def __init__(self, wrapping: Wrapping = Wrapping(), identity: Callable[[str], str] | None = None) -> None:
        self._wrapping = wrapping
        self._identity = identity or (lambda text: text)
        self._repeats = {
            Source.CAMERA: Repeats(OUT_OF_VIEW_S),
            Source.WEDGE: Repeats(DOUBLE_DELIVERY_S),
            Source.SERIAL: Repeats(DOUBLE_DELIVERY_S),
            Source.HID: Repeats(DOUBLE_DELIVERY_S),
        }

    def admit(self, raw: RawScan) -> RawScan | None:
        """The cleaned scan, or None when nothing is left of it or it repeats the previous one."""
        wrapped = raw.source in (Source.WEDGE, Source.SERIAL, Source.HID)
        text = clean(raw.text, self._wrapping.prefix if wrapped else "", self._wrapping.suffix if wrapped else "")
        if not text:
            return None
        repeats = self._repeats.get(raw.source)
        if repeats is not None and not repeats.is_new(self._identity(text), raw.time_monotonic):
            return None
        return replace(raw, text=text)
