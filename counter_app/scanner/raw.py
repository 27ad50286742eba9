"""What every source of scans produces: a text, where it came from, when, and how it arrived."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from enum import StrEnum

NOTES_VI = {
    "caps-lock": "Máy quét gửi chữ hoa/thường bị đảo (Caps Lock đang bật); chương trình đã sửa.",
    "keyboard-layout": "Bàn phím của máy tính không đặt kiểu US (ví dụ kiểu Pháp AZERTY); chương trình đã sửa mã vừa quét. "
                       "Hãy đặt lại bàn phím kiểu US.",
    "input-method": "Bộ gõ tiếng Việt (Telex/VNI) đang bật và đã đổi chữ trong mã vừa quét. Hãy chuyển bộ gõ sang chế độ tiếng Anh "
                    "hoặc cho máy quét dùng cổng COM.",
    "encoding": "Máy quét gửi chữ tiếng Việt bị hỏng; hãy dùng chế độ cổng COM hoặc camera cho thẻ căn cước.",
    "line-speed": "Dữ liệu từ cổng COM toàn ký tự lạ: tốc độ cổng của máy quét và của chương trình khác nhau. Hãy đặt cả hai cùng một "
                  "tốc độ (thường là 9600) rồi quét lại.",
    "flood": "Máy quét (hoặc bàn phím) gửi một chuỗi quá dài và không dừng; nội dung không được dùng. Hãy rút máy quét rồi cắm lại.",
    "cut-off": "Nội dung mã dài hơn mức chương trình nhận; phần cuối đã bị bỏ.",
}
"""What `RawScan.note` means, for the person."""


class Source(StrEnum):
    """The device a text came from; decides how repeats are recognised (see ``gate``)."""

    WEDGE = "wedge"
    SERIAL = "serial"
    HID = "hid"
    CAMERA = "camera"
    FILE = "file"
    TYPED = "typed"


@dataclass(frozen=True, slots=True)
class Arrival:
    """How a scan reached the PC, for "Thử máy quét". ``received``: before anything was repaired or taken off. ``gaps``: seconds between
    its characters (empty where the device tells no times). ``end``: ``enter tab silence cr lf cr-lf report`` or empty.
    ``by_position``: what the same keys type on a US keyboard (keyboard scanners). ``rewritten``: an input helper took typed
    characters back."""

    received: str = field(default="", repr=False)
    gaps: tuple[float, ...] = field(default=(), repr=False)
    end: str = ""
    by_position: str = field(default="", repr=False)
    rewritten: bool = False


@dataclass(frozen=True, slots=True)
class RawScan:
    """One text from one device, before anybody decided what it means.

    ``text`` may be the content of an identity card: it is left out of ``repr`` so that a log line or a traceback that
    shows the object shows no person. ``time_monotonic`` is in seconds of ``time.monotonic``. ``note`` tells what was
    repaired or is wrong (a key of `NOTES_VI`).
    """

    text: str = field(repr=False)
    source: Source
    time_monotonic: float = field(default_factory=time.monotonic)
    symbology: str | None = None
    note: str | None = None
    arrival: Arrival = field(default=Arrival(), repr=False)
