"""Identity and tax numbers: what can be told from the digits. Cross-checks warn, they never block: errors exist in the registers.

Personal number (số định danh cá nhân, Law on Identity 26/2023, Decree 70/2024): ``PPP G YY NNNNNN`` – province (or country) where
the birth was registered, century and gender, year, six random digits; no check digit. The 2025 mergers changed no number.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Literal

from onestop.vntime import utc_now, vn_date

Gender = Literal["male", "female"]

WARNINGS_VI = {
    "id-wrong-length": "Số định danh phải có 12 chữ số (CMND cũ có 9 chữ số)",
    "id-old": "Đây là số CMND cũ 9 chữ số; hãy hỏi số định danh 12 chữ số",
    "id-province-unknown": "Ba số đầu không phải mã tỉnh đã biết (có thể khai sinh ở nước ngoài)",
    "id-birth-year-future": "Năm sinh suy từ số định danh ở tương lai",
    "id-gender-mismatch": "Giới tính không khớp với số định danh",
    "id-birth-year-mismatch": "Năm sinh không khớp với số định danh",
}

PROVINCES = {
    code: name
    for code, _, name in (
        entry.partition(" ")
        for entry in [
            "001 Hà Nội",
            "002 Hà Giang",
            "004 Cao Bằng",
            "006 Bắc Kạn",
            "008 Tuyên Quang",
            "010 Lào Cai",
            "011 Điện Biên",
            "012 Lai Châu",
            "014 Sơn La",
            "015 Yên Bái",
            "017 Hòa Bình",
            "019 Thái Nguyên",
            "020 Lạng Sơn",
            "022 Quảng Ninh",
            "024 Bắc Giang",
            "025 Phú Thọ",
            "026 Vĩnh Phúc",
            "027 Bắc Ninh",
            "030 Hải Dương",
            "031 Hải Phòng",
            "033 Hưng Yên",
            "034 Thái Bình",
            "035 Hà Nam",
            "036 Nam Định",
            "037 Ninh Bình",
            "038 Thanh Hóa",
            "040 Nghệ An",
            "042 Hà Tĩnh",
            "044 Quảng Bình",
            "045 Quảng Trị",
            "046 Thừa Thiên Huế",
            "048 Đà Nẵng",
            "049 Quảng Nam",
            "051 Quảng Ngãi",
            "052 Bình Định",
            "054 Phú Yên",
            "056 Khánh Hòa",
            "058 Ninh Thuận",
            "060 Bình Thuận",
            "062 Kon Tum",
            "064 Gia Lai",
            "066 Đắk Lắk",
            "067 Đắk Nông",
            "068 Lâm Đồng",
            "070 Bình Phước",
            "072 Tây Ninh",
            "074 Bình Dương",
            "075 Đồng Nai",
            "077 Bà Rịa - Vũng Tàu",
            "079 TP. Hồ Chí Minh",
            "080 Long An",
            "082 Tiền Giang",
            "083 Bến Tre",
            "084 Trà Vinh",
            "086 Vĩnh Long",
            "087 Đồng Tháp",
            "089 An Giang",
            "091 Kiên Giang",
            "092 Cần Thơ",
            "093 Hậu Giang",
            "094 Sóc Trăng",
            "095 Bạc Liêu",
            "096 Cà Mau",
        ]
    )
}
"""Province of birth registration by the first three digits (63 provinces as before the 2025 mergers)."""


@dataclass(frozen=True, slots=True)
class IdCheck:
    """What an identity number says. ``ok``: has the right shape (12 digits, or 9 for an old CMND)."""

    ok: bool
    value: str
    kind: Literal["citizen", "old", "other"]
    province: str | None = None
    gender: Gender | None = None
    birth_year: int | None = None
    warnings: tuple[str, ...] = ()


def check_id_no(text: str, *, dob: str | None = None, gender: str | None = None, today: date | None = None) -> IdCheck:
    """Look at a typed or scanned identity number (spaces, dots and dashes are ignored). With ``dob`` (ISO, or a year) and
    ``gender`` the number is compared with them; disagreement is a warning. Never raises."""
    value = re.sub(r"[\s.\-]+", "", text[:64])
    if re.fullmatch(r"[0-9]{9}", value):
        return IdCheck(True, value, "old", warnings=("id-old",))
    if not re.fullmatch(r"[0-9]{12}", value):
        return IdCheck(False, value, "other", warnings=("id-wrong-length",))
    century, own_gender = divmod(int(value[3]), 2)
    birth_year = 1900 + 100 * century + int(value[4:6])
    warnings = []
    if value[:3] not in PROVINCES:
        warnings.append("id-province-unknown")
    if birth_year > (today or vn_date(utc_now())).year:
        warnings.append("id-birth-year-future")
    found: Gender = "female" if own_gender else "male"
    if gender and gender != found:
        warnings.append("id-gender-mismatch")
    if dob and dob[:4] != f"{birth_year}":
        warnings.append("id-birth-year-mismatch")
    return IdCheck(True, value, "citizen", PROVINCES.get(value[:3]), found, birth_year, tuple(warnings))


def tax_code_ok(text: str) -> bool:
    """Is ``text`` a possible tax or enterprise number: 10 digits with its check digit, the same with a 3-digit branch
    (``0100109106-001``), or the 12-digit personal number that households and persons use since 2025. Never raises."""
    value = re.sub(r"[\s.]+", "", text[:64])
    if re.fullmatch(r"[0-9]{12}", value):
        return True
    if not re.fullmatch(r"[0-9]{10}(-?[0-9]{3})?", value):
        return False
    weights = (31, 29, 23, 19, 17, 13, 7, 5, 3)
    return 10 - sum(int(d) * w for d, w in zip(value, weights, strict=False)) % 11 == int(value[9])


def parse_dob(text: str, *, today: date | None = None) -> str | None:
    """A typed date of birth as ``yyyy-mm-dd``, or ``yyyy`` when only the year is known. Accepts d/m/yyyy (also with ``.``, ``-`` or
    spaces), ddmmyyyy, yyyy and yyyy-mm-dd. None when it is no real date, lies in the future or before 1850. Never raises."""
    text = text.strip()
    limit = today or vn_date(utc_now())
    if re.fullmatch(r"[0-9]{4}", text):
        return text if 1850 <= int(text) <= limit.year else None
    if match := re.fullmatch(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})", text):
        year, month, day = match.groups()
    elif match := re.fullmatch(r"([0-9]{1,2})\s*[/.\- ]\s*([0-9]{1,2})\s*[/.\- ]\s*([0-9]{4})|([0-9]{2})([0-9]{2})([0-9]{4})", text):
        day, month, year = (part for part in match.groups() if part is not None)
    else:
        return None
    try:
        value = date(int(year), int(month), int(day))
    except ValueError:
        return None
    return value.isoformat() if value.year >= 1850 and value <= limit else None
