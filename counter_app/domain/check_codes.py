"""The codes on the scanner test card. Their texts are known, so that what a scanner makes of them tells what is wrong with its set-up.
Persons and numbers are invented; no dossier can have these codes."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CheckCode:
    """One code of the card. ``symbology``: ``code128 qr code39``; ``title`` and ``purpose`` stand beside it, on paper and screen."""

    id: str
    symbology: str
    text: str
    title: str
    purpose: str


KEYS = "#aAzZqQwWyY1234567890-./:?=&|;_#"
"""Letters and marks that other layouts, Caps Lock and input methods change."""

CHECK_CODES: tuple[CheckCode, ...] = (
    CheckCode("code128", "code128", "000.00.99.H99-260101-0042", "Mã hồ sơ (Code 128)", "như mã vạch trên giấy tiếp nhận"),
    CheckCode("keys", "code128", KEYS, "Bàn phím (Code 128)", "thử Caps Lock, kiểu bàn phím, bộ gõ"),
    CheckCode("code39", "code39", "H99-260101-0042", "Mã vạch cũ (Code 39)", "phiếu của một số nơi"),
    CheckCode("qr", "qr", "Quầy một cửa: ẮẰẲẴẶ ếềểễệ ốồổỗộ ứừửữự ĐđỸỹ", "Chữ tiếng Việt (QR)", "thử dấu tiếng Việt"),
    CheckCode("card", "qr", "000099000000|000000000|Nguyễn Thử Máy Quét|01011999|Nữ|Số 0, Phường Ví Dụ, Tỉnh Mẫu|01012024",
              "Thẻ căn cước mẫu (QR)", "người không có thật"),
)
BY_TEXT = {code.text: code for code in CHECK_CODES}

__all__ = ["BY_TEXT", "CHECK_CODES", "KEYS", "CheckCode"]
