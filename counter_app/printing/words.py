"""Dates, numbers and identities as Vietnamese official papers write them."""

from __future__ import annotations

import unicodedata
from datetime import datetime

from counter_app.domain.fees import number_words_vi
from counter_app.printing.documents import IdDisplay
from onestop.vntime import to_vn

REPLACED = "[?]"
"""Stands on paper for letters the document font cannot print (another script, an emoji); the foot of the page explains it."""
LONGEST_FIELD = 600
"""Characters of one field that reach paper: more than any real name or address, less than what fills a page."""


def day_in_words(moment: datetime) -> str:
    """ "ngày 03 tháng 02 năm 2026", "ngày 12 tháng 3 năm 2026": days below 10 and the months 1 and 2 carry a zero, as official papers
    write them (NĐ 30/2020, appendix I)."""
    local = to_vn(moment)
    month = f"{local.month:02d}" if local.month < 3 else str(local.month)
    return f"ngày {local.day:02d} tháng {month} năm {local.year}"


def moment_in_words(moment: datetime) -> str:
    """ "08 giờ 05 phút, ngày 03 tháng 02 năm 2026"."""
    local = to_vn(moment)
    return f"{local:%H} giờ {local:%M} phút, {day_in_words(local)}"


def place_and_date(place: str, moment: datetime) -> str:
    """ "Hà Tĩnh, ngày 03 tháng 02 năm 2026"; without a place only the date."""
    day = day_in_words(moment)
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
    """A count in words ("một trăm linh năm"), as totals on papers repeat it. Raises ValueError below 0 and from 10^15 on."""
    if not 0 <= number < 10**15:
        raise ValueError("number out of range")
    return number_words_vi(number)


def printable(text: str, known: frozenset[int]) -> str:
    """``text`` fit for paper: NFC (PDF libraries shape nothing), no control or invisible characters, ``[?]`` for a run of what cannot be
    printed (no glyph, or a script written from the right, which would come out reversed), cut with "…" where no real field is that
    long. Lines broken on purpose stay broken as spaces."""
    clean: list[str] = []
    for char in unicodedata.normalize("NFC", text[: 4 * LONGEST_FIELD]):
        if char.isascii() and char.isprintable():
            clean.append(char)
            continue
        category = unicodedata.category(char)
        if char in "\t\r\n\x0b\x0c\u2028\u2029":
            clean.append(" ")
        elif category in ("Cc", "Cf", "Cs") or 0xFE00 <= ord(char) <= 0xFE0F:
            continue
        elif ord(char) in known and unicodedata.bidirectional(char) not in ("R", "AL"):
            clean.append(char)
        elif not (clean and clean[-1] == REPLACED):
            clean.append(REPLACED)
    return clipped("".join(clean), LONGEST_FIELD)


def clipped(text: str, longest: int) -> str:
    """``text``, or its beginning with "…" in at most ``longest`` characters: whole words, but for a word that is most of it."""
    if len(text) <= longest:
        return text
    start = text[: longest - 1]
    whole = start if text[longest - 1] == " " else start.rpartition(" ")[0]
    return (whole if 2 * len(whole) > longest else start).rstrip(" ,;:–-") + "…"
