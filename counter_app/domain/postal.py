"""Postal item codes (mã bưu gửi, UPU standard S10): two letters, eight digits, a check digit, two letters of the country."""

from __future__ import annotations

import re

_SHAPE = re.compile(r"[A-Z]{2}[0-9]{9}[A-Z]{2}")
_WEIGHTS = (8, 6, 4, 2, 3, 5, 9, 7)


def s10_check_digit(eight: str) -> int:
    """The check digit of eight serial digits: 11 − (weighted sum mod 11), 10 → 0, 11 → 5. Raises ValueError for other input."""
    if not re.fullmatch(r"[0-9]{8}", eight):
        raise ValueError("eight digits are needed")
    value = 11 - sum(int(d) * w for d, w in zip(eight, _WEIGHTS, strict=True)) % 11
    return {10: 0, 11: 5}.get(value, value)


def tidy_postal(text: str) -> str | None:
    """The code without spaces and in capitals when ``text`` has the shape of one, else None. Never raises."""
    value = re.sub(r"[\s.\-]+", "", text[:40]).upper()
    return value if len(text) <= 40 and _SHAPE.fullmatch(value) else None


def postal_ok(code: str) -> bool:
    """Has ``code`` the shape and the right check digit?"""
    value = tidy_postal(code)
    return value is not None and int(value[10]) == s10_check_digit(value[2:10])


def item_in(text: str) -> str:
    """The right item code a remark begins with ("RR123456785VN – hỏa tốc"), else nothing. Never raises."""
    first = (text.split() or [""])[0]
    return tidy_postal(first) or "" if postal_ok(first) else ""


def spaced(code: str) -> str:
    """As people read it off a label: ``RR 12 345 678 5 VN``; anything else stays as it is."""
    return f"{code[:2]} {code[2:4]} {code[4:7]} {code[7:10]} {code[10]} {code[11:]}" if tidy_postal(code) == code else code
