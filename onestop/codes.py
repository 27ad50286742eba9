"""Dossier codes (mã hồ sơ), provisional receipt numbers and handover slip numbers: read, tidied, written.

The legal form of a code has changed (TT 01/2018 Art. 19; QĐ 20/2020; TT 03/2025) and will again, so forms are patterns in a file
and anything that merely looks like a code is still read, with a warning: a scan is never rejected silently. What we write uses
characters that no Vietnamese input method (Telex, VNI) rewrites when a scanner types them; see docs/decisions/0003-codes.md.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import lru_cache
from os import fspath
from pathlib import Path
from typing import Any, NoReturn

from onestop.errors import EnvironmentFault, UserError
from onestop.vntime import utc_now, vn_date

UNKNOWN_FORM = "unknown"
WARNINGS_VI = {
    "unknown-format": "Mã không theo mẫu nào đã khai báo; hãy so với giấy trước khi dùng",
    "unreal-date": "Phần ngày trong mã không phải là ngày có thật",
    "future-date": "Ngày trong mã ở tương lai; hãy kiểm tra mã và đồng hồ máy",
    "unknown-agency": "Đơn vị trong mã không có trong danh mục; có thể là hồ sơ của tỉnh khác",
}
"""Stable code → what the receptionist reads. Warnings never block."""

MAX_TEXT = 8192
"""No paper of ours holds a longer text; a longer one is not searched for codes."""
MAX_CODE = 64
_DASHES = dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63-\u00ad"), "-")
_AGENCY_FORMS = r"(?:[A-Z]\d{2}(?:\.\d{1,3}){0,3}|\d{3}\.\d{2}\.\d{2}\.[A-Z]\d{2})"
_AGENCY = re.compile(_AGENCY_FORMS, re.ASCII)
_LOOKS_LIKE_CODE = re.compile(
    r"(?P<agency>(?=[0-9.]*[A-Z])(?=[A-Z.]*[0-9])[A-Z0-9]+(?:\.[A-Z0-9]+)*)-(?P<date>\d{8}|\d{6})-(?P<number>\d{1,10})", re.ASCII
)
_REST = r"(?P<rest>-(?:\d{6}|\d{8})-\d{4,7})"
_DOTLESS_2018 = re.compile(rf"(\d{{3}})(\d{{2}})(\d{{2}})([A-Z]\d{{2}}){_REST}", re.ASCII)
_DOTLESS = re.compile(rf"(?P<province>[A-Z]\d{{2}})(?P<levels>\d{{2,9}}){_REST}", re.ASCII)
_PROVISIONAL = re.compile(r"TN-(?P<device>[1-9]\d{0,5})-(?P<date>\d{6})-(?P<number>\d{4,7})", re.ASCII)
_SLIP = re.compile(rf"(?P<agency>{_AGENCY_FORMS})-99\.(?P<device>[1-9]\d{{0,5}})-(?P<date>\d{{6}})-(?P<number>\d{{4,7}})", re.ASCII)
_BEFORE, _AFTER = r"(?<![0-9A-Z.\-])", r"(?![0-9A-Z\-]|\.[0-9A-Z])"


@dataclass(frozen=True, slots=True)
class ParsedCode:
    """A dossier code. ``raw`` is what was scanned, ``normalised`` the spelling used for look-up, ``form`` the pattern's name or
    ``unknown``; ``date`` is None when it is not a real one."""

    form: str
    agency: str
    date: date | None
    number: int
    raw: str
    normalised: str
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ParsedProvisional:
    """A provisional receipt number ``TN-<device>-<yymmdd>-<nnnn>``: not a dossier code, resolves to one for ever."""

    device: int
    date: date | None
    number: int
    raw: str
    normalised: str


@dataclass(frozen=True, slots=True)
class ParsedSlip:
    """A handover slip number ``<agency>-99.<device>-<yymmdd>-<nnnn>``."""

    agency: str
    device: int
    date: date | None
    number: int
    raw: str
    normalised: str


@dataclass(frozen=True, slots=True)
class Pattern:
    """One form of a dossier code. ``valid_from`` documents the form; old codes stay readable for ever."""

    name: str
    title: str
    regex: re.Pattern[str]
    date_format: str
    example: str
    valid_from: date | None


def normalise(text: str) -> str:
    """A code as typed or scanned, in its one spelling: full-width forms and dashes of all kinds made plain, control characters
    and line ends dropped, spaces turned to '-' (or dropped beside one), upper case. Never raises."""
    plain = unicodedata.normalize("NFKC", text.translate(_DASHES)).translate(_DASHES)
    plain = "".join(c for c in plain if c.isspace() or unicodedata.category(c) not in ("Cc", "Cf", "Cs"))
    return re.sub(r"[\s-]+", "-", plain).strip("-").upper()


@dataclass(frozen=True)
class CodeBook:
    """The forms an installation accepts, and (optionally) the agency ids it knows: without any, agencies are not judged."""

    patterns: tuple[Pattern, ...]
    agencies: frozenset[str] = frozenset()

    @staticmethod
    def from_json(data: object, agencies: Iterable[str] = ()) -> CodeBook:
        """Read the table of ``resources/codes/patterns.json``. Raises UserError ``code-patterns-invalid``."""
        return CodeBook(_read_patterns(data), frozenset(agencies))

    def with_agencies(self, agencies: Iterable[str]) -> CodeBook:
        """The same forms with the agency ids of the catalogue."""
        return replace(self, agencies=frozenset(agencies))

    def parse(self, text: str, *, today: date | None = None) -> ParsedCode | None:
        """Read ``text`` as one dossier code (nothing else around it). None when it does not even look like one."""
        normalised = normalise(text[:MAX_TEXT])
        if len(text) > MAX_TEXT or len(normalised) > MAX_CODE:
            return None
        for pattern in self.patterns:
            if match := pattern.regex.fullmatch(normalised):
                return self._read(pattern, match, text, today)
        if (dotted := self._dotted(normalised)) and (found := self.parse(dotted, today=today)):
            return replace(found, raw=text)
        if match := _LOOKS_LIKE_CODE.fullmatch(normalised):
            return self._read(None, match, text, today)
        return None

    def _dotted(self, normalised: str) -> str | None:
        """A code printed without its dots (narrow paper) with them, if only one agency can be meant: a known one, else the only way to
        divide the id."""
        if match := _DOTLESS_2018.fullmatch(normalised):
            return ".".join(match.group(1, 2, 3, 4)) + match["rest"]
        if not (match := _DOTLESS.fullmatch(normalised)):
            return None
        block = match["province"] + match["levels"]
        known = [agency for agency in self.agencies if agency.replace(".", "") == block]
        levels = _levels(match["levels"])
        meant = known or ([f"{match['province']}.{levels[0]}"] if len(levels) == 1 else [])
        return meant[0] + match["rest"] if len(meant) == 1 else None

    def find(self, text: str, *, today: date | None = None) -> tuple[ParsedCode, ...]:
        """The different codes (of known forms only) inside a longer text such as the QR of a receipt, in their order."""
        if len(text) > MAX_TEXT:
            return ()
        plain = unicodedata.normalize("NFKC", text.translate(_DASHES)).translate(_DASHES).upper()
        found: dict[int, ParsedCode] = {}
        for pattern in self.patterns:
            for match in re.finditer(f"{_BEFORE}(?:{pattern.regex.pattern}){_AFTER}", plain, re.ASCII):
                found.setdefault(match.start(), self._read(pattern, match, match[0], today))
        return tuple({found[at].normalised: found[at] for at in sorted(found)}.values())

    def _read(self, pattern: Pattern | None, match: re.Match[str], raw: str, today: date | None) -> ParsedCode:
        digits = match["date"]
        day = _real_date(digits, pattern.date_format if pattern else "%y%m%d" if len(digits) == 6 else "%Y%m%d")
        warnings = [] if pattern else ["unknown-format"]
        if day is None:
            warnings.append("unreal-date")
        elif day > (today or vn_date(utc_now())) + timedelta(days=1):
            warnings.append("future-date")
        if self.agencies and not self.agencies & {match["agency"], turned_agency(match["agency"])}:
            warnings.append("unknown-agency")
        form = pattern.name if pattern else UNKNOWN_FORM
        return ParsedCode(form, match["agency"], day, int(match["number"]), raw, match[0], tuple(warnings))


def _levels(digits: str) -> list[str]:
    """The ways to divide digits into levels of two or three, as agency ids have them."""
    if not digits:
        return [""]
    return [f"{digits[:n]}.{rest}".rstrip(".") for n in (2, 3) if len(digits) >= n for rest in _levels(digits[n:])]


def turned_agency(agency: str) -> str:
    """An agency id of 2018 in the order of QĐ 20/2020, biggest first, without empty levels: ``000.00.16.H59`` → ``H59.16``."""
    parts = agency.split(".")
    if len(parts) < 2 or not parts[-1][:1].isalpha():
        return agency
    return ".".join([parts[-1], *(p for p in reversed(parts[:-1]) if p.strip("0"))])


def format_code(agency: str, day: date, n: int, digits: int = 4) -> str:
    """A dossier code as we mint it: ``H32.15-261122-0001``. Numbers beyond ``digits`` grow longer, they never wrap."""
    return f"{_checked_agency(agency)}-{_six_digits(day)}-{_checked(n, 9_999_999):0{digits}d}"


def format_provisional(device: int, day: date, n: int) -> str:
    """A provisional receipt number: ``TN-7-261122-0003``; ``device`` is the number the gateway gave this PC."""
    return f"TN-{_checked(device, 999_999)}-{day:%y%m%d}-{_checked(n, 9_999_999):04d}"


def format_slip_number(agency: str, device: int, day: date, n: int) -> str:
    """A handover slip number, unique without asking anyone: ``H32.15-99.7-261122-0004``."""
    return f"{_checked_agency(agency)}-99.{_checked(device, 999_999)}-{day:%y%m%d}-{_checked(n, 9_999_999):04d}"


def parse_provisional(text: str) -> ParsedProvisional | None:
    """Read a provisional receipt number; None when it is something else."""
    match = _PROVISIONAL.fullmatch(normalise(text)) if len(text) <= MAX_TEXT else None
    if not match:
        return None
    return ParsedProvisional(int(match["device"]), _real_date(match["date"], "%y%m%d"), int(match["number"]), text, match[0])


def parse_slip_number(text: str) -> ParsedSlip | None:
    """Read a handover slip number; None when it is something else."""
    match = _SLIP.fullmatch(normalise(text)) if len(text) <= MAX_TEXT else None
    if not match:
        return None
    day = _real_date(match["date"], "%y%m%d")
    return ParsedSlip(match["agency"], int(match["device"]), day, int(match["number"]), text, match[0])


def load_code_book(path: Any, agencies: Iterable[str] = ()) -> CodeBook:
    """Read a patterns file. Raises UserError ``code-patterns-invalid`` or EnvironmentFault ``code-patterns-unreadable``."""
    try:
        raw = Path(fspath(path)).read_bytes()
    except (OSError, ValueError) as error:
        message = "Không mở được tệp mẫu mã hồ sơ. Hãy kiểm tra đường dẫn và quyền đọc tệp."
        raise EnvironmentFault("code-patterns-unreadable", message, reason=type(error).__name__) from error
    try:
        data = json.loads(raw.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        _bad("toàn tệp", "không phải JSON mã UTF-8")
    return CodeBook.from_json(data, agencies)


def _bad(where: str, why: str) -> NoReturn:
    raise UserError("code-patterns-invalid", f"Tệp mẫu mã hồ sơ không dùng được – {where}: {why}.", where=where, reason=why)


def _read_patterns(data: object) -> tuple[Pattern, ...]:
    if not isinstance(data, dict) or data.get("version") != 1 or not isinstance(data.get("patterns"), list):
        _bad("toàn tệp", "cần “version”: 1 và danh sách “patterns”")
    patterns = tuple(_read_pattern(entry, f"mẫu thứ {i}") for i, entry in enumerate(data["patterns"], 1))
    names = [pattern.name for pattern in patterns]
    if not names or len(set(names)) != len(names) or UNKNOWN_FORM in names:
        _bad("mục “patterns”", "cần ít nhất một mẫu, tên mẫu không trùng nhau và khác “unknown”")
    return patterns


def _read_pattern(entry: object, where: str) -> Pattern:
    if not isinstance(entry, dict) or not all(isinstance(entry.get(k), str) for k in ("name", "regex", "date_format", "example")):
        _bad(where, "cần đủ “name”, “regex”, “date_format”, “example”")
    try:
        regex = re.compile(entry["regex"], re.ASCII)
    except (re.error, OverflowError, RecursionError):
        _bad(where, "“regex” sai cú pháp")
    if set(regex.groupindex) != {"agency", "date", "number"}:
        _bad(where, "“regex” cần đúng ba nhóm agency, date, number")
    match = regex.fullmatch(entry["example"])
    try:
        fits = match and _real_date(match["date"], entry["date_format"]) and int(match["number"]) >= 0
        since = date.fromisoformat(entry["valid_from"]) if entry.get("valid_from") else None
    except (TypeError, ValueError):
        fits, since = None, None
    if not fits:
        _bad(where, "“example” không khớp với “regex” và “date_format”, hoặc “valid_from” không phải ngày")
    return Pattern(entry["name"], str(entry.get("title", entry["name"])), regex, entry["date_format"], entry["example"], since)


def _real_date(digits: str, form: str) -> date | None:
    try:
        return datetime.strptime(digits, form).date()
    except ValueError:
        return None


@lru_cache(maxsize=64)
def _six_digits(day: date) -> str:
    return f"{day:%y%m%d}"


@lru_cache(maxsize=1024)
def _checked_agency(agency: str) -> str:
    if not _AGENCY.fullmatch(agency):
        raise ValueError("not an agency id")
    return agency


def _checked(number: int, most: int) -> int:
    if not 1 <= number <= most:
        raise ValueError("number out of range")
    return number
