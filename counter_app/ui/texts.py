"""Dates, money and counts as the screen writes them (dd/mm/yyyy, 1.250.000 đ), and what people type, read tolerantly.

Qt-free. For paper see ``counter_app.printing.words``.
"""

from __future__ import annotations

import re
from datetime import date, datetime

from onestop.vntime import to_vn

NONE = "–"
"""Shown where there is no value."""

_GROUPS = re.compile(r"[0-9]+")
_TWO_DIGIT_PIVOT = 5
"""Two-digit years up to this many years ahead belong to this century; people write birth years and near dates."""


def number_text(value: int) -> str:
    """``1.234.567``."""
    return f"{value:,}".replace(",", ".")


def money_text(dong: int | None) -> str:
    """``1.250.000 đ`` from an integer amount of đồng; a dash for None."""
    return NONE if dong is None else f"{number_text(dong)}\u00a0đ"


def date_text(day: date | datetime | None) -> str:
    """``03/02/2026`` (a moment counts in Vietnamese time); a dash for None."""
    if day is None:
        return NONE
    return f"{to_vn(day) if isinstance(day, datetime) else day:%d/%m/%Y}"


def moment_text(moment: datetime | None) -> str:
    """``08:05 03/02/2026``; a dash for None."""
    return NONE if moment is None else f"{to_vn(moment):%H:%M %d/%m/%Y}"


def recent_text(moment: datetime | None, now: datetime) -> str:
    """A moment as a status line says it: ``vừa xong``, ``5 phút trước``, ``08:05`` today, otherwise the date too."""
    if moment is None:
        return "chưa có"
    minutes = int((now - moment).total_seconds() // 60)
    if 0 <= minutes < 1:
        return "vừa xong"
    if 0 <= minutes < 60:
        return f"{minutes} phút trước"
    return f"{to_vn(moment):%H:%M}" if to_vn(moment).date() == to_vn(now).date() else moment_text(moment)


def unsent_text(count: int) -> str:
    """``12 chưa gửi``; nothing for 0."""
    return f"{number_text(count)} chưa gửi" if count else ""


def parse_money(text: str) -> int | None:
    """Đồng from what a person types: ``50000``, ``50.000``, ``50 000 đ``, ``50k``. None when it is no amount."""
    bare = text.strip().lower().removesuffix("đồng").removesuffix("đ").removesuffix("vnd").strip()
    factor = 1000 if bare.endswith(("k", "n")) else 1
    digits = re.sub(r"[.,\s]", "", bare.rstrip("kn"))
    return int(digits) * factor if digits.isascii() and digits.isdigit() and len(digits) <= 15 else None


def parse_date(text: str, today: date) -> date | None:
    """A day from what a person types: ``3/2/2026``, ``03-02-26``, ``03.02``, ``03022026``, ``030226``, ``3 2 2026``; without
    a year it is this year's. ``2026-02-03`` too. Two-digit years lie between 94 years ago and 5 years ahead. None otherwise."""
    text = text.strip()
    groups = _GROUPS.findall(text)
    if len(groups) == 1 and groups[0] == text:
        digits = groups[0]
        if len(digits) not in (4, 6, 8):
            return None
        groups = [digits[:2], digits[2:4], digits[4:]]
    if re.sub(r"[0-9/\-. ]", "", text) or not 2 <= len(groups) <= 3:
        return None
    if len(groups[0]) == 4:
        groups = groups[::-1]
    day, month = int(groups[0]), int(groups[1])
    year_text = groups[2] if len(groups) == 3 else ""
    if len(year_text) not in (0, 2, 4):
        return None
    year = today.year if not year_text else int(year_text)
    if len(year_text) == 2:
        year += today.year // 100 * 100
        if year > today.year + _TWO_DIGIT_PIVOT:
            year -= 100
    try:
        return date(year, month, day)
    except ValueError:
        return None


def size_text(size: int) -> str:
    """A size in bytes as people read it."""
    if size < 1_000:
        return f"{size} byte"
    return f"{size / 1_000:.0f} KB" if size < 1_000_000 else f"{size / 1_000_000:.1f} MB".replace(".", ",")
