"""The QR code of a citizen's card (CCCD of 2021, Căn cước of 2024) and the numbers typed instead of it.

The code carries no signature: it saves typing, it proves nothing. The order of fields of 2021 is known, that of 2024 is not
published and readers disagree, so fields are recognised by what they look like. What is doubtful becomes a warning, never a
refusal. Raw texts never go to logs.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from counter_app.domain.idnumber import PROVINCES, Gender, IdCheck, check_id_no, parse_dob, tax_code_ok
from counter_app.domain.idnumber import WARNINGS_VI as _ID_WARNINGS
from onestop.text import clean_line

WARNINGS_VI = _ID_WARNINGS | {
    "garbled": "Máy quét làm hỏng dấu tiếng Việt: hãy sửa họ tên, địa chỉ theo thẻ (hoặc quét bằng camera)",
    "marks-missing": "Mã không có dấu tiếng Việt nào: nếu trên thẻ có dấu thì máy quét đã làm mất, hãy so từng ô với thẻ",
    "marks-repaired": "Dấu tiếng Việt đã được khôi phục từ mã bị hỏng: hãy so với thẻ",
    "name-missing": "Mã không có họ tên",
    "dob-unreadable": "Ngày sinh trong mã không đọc được",
    "gender-unreadable": "Giới tính trong mã không đọc được",
    "issued-unreadable": "Ngày cấp trong mã không đọc được",
    "field-order-2024": "Thẻ có thứ tự thông tin mới: hãy so từng ô với thẻ",
}
MIN_FIELDS = 6
MAX_CARD = 2048
"""A full card holds some 150 characters; nothing near this is a card."""
_MOJIBAKE = re.compile("[ÃÄÅÆ][\u0080-\u00bf]|á[º»]")
"""UTF-8 of Vietnamese letters shown as Latin-1, when too damaged for `_repair`."""
_LEADING = re.compile(r"\A(?:\ufeff|\][A-Za-z][0-9A-Za-z]|\s)+")


@dataclass(frozen=True, slots=True)
class Card:
    """What a card says. ``dob`` and ``issued`` are ISO (``dob`` may be only a year), None when unreadable. ``extra`` keeps fields
    whose meaning is not known (cancelled numbers, parents of a child), in their order."""

    id_no: str
    old_id: str = ""
    name: str = ""
    dob: str | None = None
    gender: Gender | None = None
    address: str = ""
    issued: str | None = None
    extra: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def issuer(self) -> str:
        """Who issued it (not in the code; by Law 26/2023 the name changed on 01/07/2024). Empty without a date."""
        if not self.issued:
            return ""
        return "Bộ Công an" if self.issued >= "2024-07-01" else "Cục Cảnh sát quản lý hành chính về trật tự xã hội"

    def to_json(self) -> dict[str, Any]:
        """All parts, with warnings as ``{"code", "message"}``. Personal data: for the form and the asking command only."""
        warnings = [{"code": code, "message": WARNINGS_VI[code]} for code in self.warnings]
        return asdict(self) | {"extra": list(self.extra), "issuer": self.issuer, "warnings": warnings}


def looks_like_card(text: str) -> bool:
    """Does the text begin like a card (12 digits and a bar), whole or not?"""
    return bool(re.match(r"[0-9]{12}\s*\|", _LEADING.sub("", text[:64])))


def parse_card(text: str, *, today: date | None = None) -> Card | None:
    """Read the text of a card's QR code; None when it is no (whole) card. Never raises."""
    if len(text) > MAX_CARD:
        return None
    repaired = _repair(_LEADING.sub("", text))
    fields = [_field(part) for part in repaired.split("|")]
    if len(fields) < MIN_FIELDS or not re.fullmatch(r"[0-9]{12}", fields[0]):
        return None
    warnings = ["marks-repaired"] if repaired != _LEADING.sub("", text) else []
    classic = fields[1] == "" or bool(re.fullmatch(r"[0-9]{9}|[0-9]{12}", fields[1]))
    old_id = fields[1] if classic else ""
    rest = fields[2:] if classic else fields[1:]
    if not classic:
        warnings.append("field-order-2024")
    extra: list[str] = []
    if len(old_id) == 12:
        old_id, extra = "", [old_id]
    name, dob, gender, doubts, rest = _person(rest, fields[0], today)
    address, issued, old_id, more = _remainder(rest, old_id, doubts)
    if any(map(_garbled, (name, address, *more))) or not _name_like(name):
        doubts.append("garbled")
    elif (name + address).isascii() and len(address.split()) >= 3:
        doubts.append("marks-missing")  # an address names a phường, xã or tỉnh
    checks = check_id_no(fields[0], dob=dob, gender=gender, today=today).warnings
    unique = tuple(dict.fromkeys((*warnings, *doubts, *checks)))
    return Card(fields[0], old_id, name, dob, gender, address, issued, (*extra, *more), unique)


def _person(rest: list[str], id_no: str, today: date | None) -> tuple[str, str | None, Gender | None, list[str], list[str]]:
    """Name, date of birth and gender off the front of ``rest``; doubts; what is left."""
    doubts: list[str] = []
    name, rest = rest[0], rest[1:]
    if not name:
        doubts.append("name-missing")
    # Gender and date stand side by side right after the name, in either order.
    pair, rest = rest[:2], rest[2:]
    dob: str | None = None
    gender: Gender | None = None
    for value in pair:
        if _gender(value):
            gender = _gender(value)
        elif value[:1] in ("N", "n") and len(value) <= 6 and not value.isdigit():
            # "Nam" is plain ASCII, so a damaged N… is most likely "Nữ"; the number decides, and the person is told to look.
            gender = check_id_no(id_no).gender
            doubts.append("garbled")
        elif found := parse_dob(value.replace("0000", "", 1) if re.fullmatch(r"0000[0-9]{4}", value) else value, today=today):
            dob = found
    if dob is None:
        doubts.append("dob-unreadable")
    if gender is None:
        doubts.append("gender-unreadable")
    return name, dob, gender, doubts, rest


def _remainder(rest: list[str], old_id: str, doubts: list[str]) -> tuple[str, str | None, str, tuple[str, ...]]:
    """Address, day of issue, old number (when it comes late) and whatever else the card says."""
    address, issued = "", None
    more: list[str] = []
    for value in rest:
        if not value:
            continue
        if re.fullmatch(r"[0-9]{8}", value) and issued is None:
            issued = parse_dob(value)
            if issued is None:
                doubts.append("issued-unreadable")
        elif re.fullmatch(r"[0-9]{9}", value) and not old_id:
            old_id = value
        elif not address and not value.isdigit():
            address = value
        else:
            more.append(value)
    return address, issued, old_id, tuple(more)


def _field(part: str) -> str:
    return clean_line(part, 400)


def _gender(value: str) -> Gender | None:
    return {"nam": "male", "nữ": "female"}.get(value.lower())  # type: ignore[return-value]


def _repair(text: str) -> str:
    """Undo UTF-8 read as Latin-1 or Windows-1252 by a serial scanner or driver. Such a text decodes as strict UTF-8 only if it was
    one, so nothing is guessed."""
    if text.isascii():
        return text
    for wrong in ("latin-1", "cp1252"):
        try:
            return text.encode(wrong).decode("utf-8")
        except UnicodeError:
            continue
    return text


def _garbled(value: str) -> bool:
    """Replacement marks, or letters of other scripts that appear when UTF-8 is guessed wrongly (Shift-JIS above all)."""
    if _MOJIBAKE.search(value):
        return True
    return any(c in "?\ufffd" or (not c.isascii() and c.isalpha() and not unicodedata.name(c, "").startswith("LATIN")) for c in value)


def _name_like(name: str) -> bool:
    """Only Latin letters (of any language), marks, spaces and the few signs that stand in names."""
    return all(c in " -'’.," or c.isalpha() or unicodedata.combining(c) for c in name)


__all__ = [
    "PROVINCES",
    "WARNINGS_VI",
    "Card",
    "Gender",
    "IdCheck",
    "check_id_no",
    "looks_like_card",
    "parse_card",
    "parse_dob",
    "tax_code_ok",
]
