"""Dates, numbers and identities as Vietnamese official papers write them."""

from __future__ import annotations

import unicodedata
from datetime import datetime

from counter_app.printing.documents import IdDisplay
from onestop.vntime import to_vn

DIGITS = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")
LONGEST_FIELD = 600
"""Characters of one field that reach paper: more than any real name or address, less than what fills a page."""


def moment_in_words(moment: datetime) -> str:
    """"08 giờ 05 phút, ngày 03 tháng 02 năm 2026"."""
    local = to_vn(moment)
    return f"{local:%H} giờ {local:%M} phút, ngày {local:%d} tháng {local:%m} năm {local.year}"


def place_and_date(place: str, moment: datetime) -> str:
    """"Hà Tĩnh, ngày 03 tháng 02 năm 2026"; without a place only the date."""
    local = to_vn(moment)
    day = f"ngày {local:%d} tháng {local:%m} năm {local.year}"
    return f"{place}, {day}" if place else day[0].upper() + day[1:]


def short_moment(moment: datetime | None) -> str:
    """"08:05 03/02/2026", for narrow columns; nothing for None."""
    return f"{to_vn(moment):%H:%M %d/%m/%Y}" if moment else ""


def stamp(moment: datetime) -> str:
    """"03/02/2026 08:05", as reprint marks carry it."""
    return f"{to_vn(moment):%d/%m/%Y %H:%M}"


def masked_id(number: str, display: IdDisplay) -> str:
    """An ID number as the setting wants it on paper: all of it, ``001•••••2345`` or only the last four digits."""
    if display == "full" or len(number) <= 4:
        return number
    if display == "last4" or len(number) <= 7:
        return "•" * (len(number) - 4) + number[-4:]
    return number[:3] + "•" * (len(number) - 7) + number[-4:]


def number_in_words(number: int) -> str:
    """A count from 0 to 999,999 in words ("một trăm linh năm"), as totals on papers repeat it. Raises ValueError outside."""
    if not 0 <= number < 1_000_000:
        raise ValueError("number out of range")
    if number < 1000:
        return _below_thousand(number, full=False)
    thousands, rest = divmod(number, 1000)
    head = _below_thousand(thousands, full=False) + " nghìn"
    return f"{head} {_below_thousand(rest, full=True)}" if rest else head


def _below_thousand(number: int, *, full: bool) -> str:
    hundreds, rest = divmod(number, 100)
    words = [f"{DIGITS[hundreds]} trăm"] if hundreds or full else []
    if rest or not words:
        words.append(_below_hundred(rest, after_hundreds=bool(words)))
    return " ".join(words)


def _below_hundred(number: int, *, after_hundreds: bool) -> str:
    tens, unit = divmod(number, 10)
    if tens == 0:
        return f"linh {DIGITS[unit]}" if after_hundreds else DIGITS[unit]
    head = "mười" if tens == 1 else f"{DIGITS[tens]} mươi"
    if unit == 0:
        return head
    if unit == 5:
        return f"{head} lăm"
    if unit == 1 and tens > 1:
        return f"{head} mốt"
    return f"{head} {DIGITS[unit]}"


def printable(text: str, known: frozenset[int]) -> str:
    """``text`` fit for paper: NFC (PDF libraries shape nothing), no control or invisible characters, ``□`` for what
    the font lacks (an emoji), cut with "…" where no real field is that long."""
    clean: list[str] = []
    for char in unicodedata.normalize("NFC", text):
        category = unicodedata.category(char)
        if char in "\t\r\n\x0b\x0c\u2028\u2029":
            clean.append(" ")
        elif category in ("Cc", "Cf", "Cs") or 0xFE00 <= ord(char) <= 0xFE0F:
            continue
        else:
            clean.append(char if ord(char) in known else "□")
    return clipped("".join(clean), LONGEST_FIELD)


def clipped(text: str, longest: int) -> str:
    """``text``, or its beginning with "…" in at most ``longest`` characters."""
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"
