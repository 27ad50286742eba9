"""What every source of scans produces: a text, where it came from and when."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from enum import StrEnum

NOTES_VI = {
    "caps-lock": "Máy quét gửi chữ hoa/thường bị đảo (Caps Lock đang bật); chương trình đã sửa.",
    "keyboard-layout": "Bàn phím của máy tính đang đặt kiểu Pháp (AZERTY); chương trình đã sửa mã vừa quét.",
    "encoding": "Máy quét gửi chữ tiếng Việt bị hỏng; hãy dùng chế độ cổng COM hoặc camera cho thẻ căn cước.",
}
"""What `RawScan.note` means, for the person."""


class Source(StrEnum):
    """The device a text came from; decides how repeats are recognised (see ``gate``)."""

    WEDGE = "wedge"
    SERIAL = "serial"
    CAMERA = "camera"
    FILE = "file"
    TYPED = "typed"


@dataclass(frozen=True, slots=True)
class RawScan:
    """One text from one device, before anybody decided what it means.

    ``text`` may be the content of an identity card: it is left out of ``repr`` so that a log line or a traceback that
    shows the object shows no person. ``time_monotonic`` is in seconds of ``time.monotonic``. ``note`` tells what was
    repaired or is wrong: ``caps-lock`` (letter case was reversed), ``keyboard-layout`` (the PC has a French layout) or
    ``encoding`` (the bytes were no UTF-8; each became one character).
    """

    text: str = field(repr=False)
    source: Source
    time_monotonic: float = field(default_factory=time.monotonic)
    symbology: str | None = None
    note: str | None = None
