"""Rules that ship with the program, for use before a profile exists (classify, due) and until the centre's own arrive."""

from __future__ import annotations

from functools import cache

from onestop.calendar import WorkCalendar, load_calendar
from onestop.codes import CodeBook, load_code_book
from onestop.resources import resource_dir


@cache
def bundled_calendar() -> WorkCalendar:
    """Working days and holidays 2026–2027 as published when this version was made."""
    return load_calendar(resource_dir("calendar") / "vn-2026-2027.json")


@cache
def bundled_codes() -> CodeBook:
    """The code patterns of the 2018, transition and 2026 forms."""
    return load_code_book(resource_dir("codes") / "patterns.json")
