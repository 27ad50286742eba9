"""Reading and writing the calendar file (format: see `onestop.calendar`). Strict: a typing slip in this file moves the
deadlines of thousands of people, so nothing is guessed and nothing is skipped."""

from __future__ import annotations

import json
import re
from datetime import date, time
from os import fspath
from pathlib import Path
from typing import Any, NoReturn

from onestop.calendar import WEEKDAYS, DayRule, Range, WorkCalendar, years_with_days_off
from onestop.errors import EnvironmentFault, UserError
from onestop.text import clean_line

FORMAT = 1
_RANGE = re.compile(r"(\d{2}):(\d{2})-(\d{2}):(\d{2})")
_TOP_KEYS = {"version", "name", "source", "years", "weekdays", "reception_only", "days"}
_DAY_KEYS = {"date", "kind", "ranges", "note", "source", "verified"}


def _bad(where: str, why: str) -> NoReturn:
    raise UserError(
        "calendar-file-invalid",
        f"Tệp lịch làm việc không dùng được – {where}: {why}. Lịch đang dùng được giữ nguyên; hãy sửa tệp rồi nạp lại.",
        where=where,
        reason=why,
    )


def read_calendar(path: Any) -> WorkCalendar:
    """See `onestop.calendar.load_calendar`."""
    try:
        raw = Path(fspath(path)).read_bytes()
    except (OSError, ValueError) as error:
        raise EnvironmentFault(
            "calendar-file-unreadable",
            "Không mở được tệp lịch làm việc. Hãy kiểm tra đường dẫn và quyền đọc tệp.",
            reason=type(error).__name__,
        ) from error
    try:
        data = json.loads(raw.decode("utf-8-sig"), object_pairs_hook=_no_doubles)
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        _bad(f"dòng {line}", "tệp không phải mã UTF-8")
    except json.JSONDecodeError as error:
        _bad(f"dòng {error.lineno}, cột {error.colno}", "sai cú pháp JSON (thiếu hoặc thừa dấu phẩy, ngoặc, nháy kép)")
    except (RecursionError, ValueError):
        _bad("toàn tệp", "cấu trúc JSON không hợp lệ")
    return parse_calendar(data)


def _no_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for key, value in pairs:
        if key in result:
            _bad(f"mục “{clean_line(key, 40)}”", "xuất hiện hai lần")
        result[key] = value
    return result


def parse_calendar(data: object) -> WorkCalendar:
    """See `WorkCalendar.from_json`."""
    top = _object(data, "toàn tệp", _TOP_KEYS)
    version = top.get("version")
    if type(version) is int and version > FORMAT:
        _bad("mục “version”", f"tệp theo định dạng {version}, mới hơn chương trình (định dạng {FORMAT}); hãy cập nhật chương trình")
    if version != FORMAT or isinstance(version, bool):
        _bad("mục “version”", f"phải là số {FORMAT}")
    weekdays = _weekdays(top.get("weekdays"))
    reception_only = _list(top.get("reception_only", []), "mục “reception_only”")
    for name in reception_only:
        if name not in WEEKDAYS:
            _bad("mục “reception_only”", "chỉ nhận " + ", ".join(WEEKDAYS))
    if not any(ranges and name not in reception_only for name, ranges in zip(WEEKDAYS, weekdays, strict=True)):
        _bad("mục “weekdays”", "không có ngày làm việc nào trong tuần")
    days: dict[date, DayRule] = {}
    for index, entry in enumerate(_list(top.get("days", []), "mục “days”"), 1):
        day, rule = _day(entry, f"ngày thứ {index} trong “days”", weekdays)
        if day in days:
            _bad(f"ngày thứ {index} trong “days” ({day:%d/%m/%Y})", "ngày này đã có ở trên")
        days[day] = rule
    years = _list(top.get("years", []), "mục “years”")
    if any(type(y) is not int or not 1 <= y <= 9999 for y in years):
        _bad("mục “years”", "phải là danh sách năm, ví dụ [2026, 2027]")
    return WorkCalendar(
        weekdays=weekdays,
        days=days,
        name=_text(top, "name", "mục “name”"),
        source=_text(top, "source", "mục “source”"),
        reception_only=frozenset(WEEKDAYS.index(name) for name in reception_only),
        years=frozenset(years) if "years" in top else years_with_days_off(days.items()),
    )


def _object(value: object, where: str, keys: set[str]) -> dict[str, Any]:
    if not isinstance(value, dict):
        _bad(where, "phải là một đối tượng JSON { … }")
    for key in value:
        if key not in keys:
            _bad(where, f"có mục lạ “{clean_line(str(key), 40)}” (được dùng: {', '.join(sorted(keys))})")
    return value


def _list(value: object, where: str) -> list[Any]:
    if not isinstance(value, list):
        _bad(where, "phải là một danh sách [ … ]")
    return value


def _text(owner: dict[str, Any], key: str, where: str) -> str:
    value = owner.get(key, "")
    if not isinstance(value, str):
        _bad(where, "phải là chữ trong nháy kép")
    return clean_line(value, 300)


def _weekdays(value: object) -> tuple[tuple[Range, ...], ...]:
    table = _object(value, "mục “weekdays”", set(WEEKDAYS))
    return tuple(_ranges(table.get(name, []), f"mục “weekdays.{name}”") for name in WEEKDAYS)


def _ranges(value: object, where: str) -> tuple[Range, ...]:
    ranges: list[Range] = []
    for text in _list(value, where):
        match = _RANGE.fullmatch(text) if isinstance(text, str) else None
        try:
            start, end = (time(int(match[1]), int(match[2])), time(int(match[3]), int(match[4]))) if match else (None, None)
        except ValueError:
            start = end = None
        if start is None or end is None:
            _bad(where, "giờ phải viết như “07:30-11:30”")
        if start >= end:
            _bad(where, f"giờ đầu phải trước giờ cuối ({start:%H:%M}-{end:%H:%M})")
        if ranges and start < ranges[-1][1]:
            _bad(where, "các khoảng giờ phải theo thứ tự và không chồng nhau")
        ranges.append((start, end))
    return tuple(ranges)


def _day(entry: object, where: str, weekdays: tuple[tuple[Range, ...], ...]) -> tuple[date, DayRule]:
    fields = _object(entry, where, _DAY_KEYS)
    text = fields.get("date")
    if not isinstance(text, str) or not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        _bad(where, "“date” phải viết như “2026-02-16”")
    try:
        day = date.fromisoformat(text)
    except ValueError:
        _bad(where, f"không có ngày {text}")
    where = f"{where} ({day:%d/%m/%Y})"
    kind, verified = fields.get("kind"), fields.get("verified", True)
    if kind not in ("off", "makeup", "half"):
        _bad(where, "“kind” phải là off (nghỉ), makeup (làm bù) hoặc half (nửa ngày)")
    if not isinstance(verified, bool):
        _bad(where, "“verified” phải là true hoặc false")
    own = _ranges(fields["ranges"], where) if "ranges" in fields else None
    ranges = _resolve(kind, own, day, weekdays, where)
    return day, DayRule(kind, ranges, _text(fields, "note", where), _text(fields, "source", where), verified)


_Weekdays = tuple[tuple[Range, ...], ...]


def _resolve(kind: str, own: tuple[Range, ...] | None, day: date, weekdays: _Weekdays, where: str) -> tuple[Range, ...]:
    if kind == "off":
        if own:
            _bad(where, "ngày nghỉ không có “ranges”")
        return ()
    if own is not None:
        if not own:
            _bad(where, "“ranges” không được để trống")
        return own
    usual = weekdays[0] if kind == "makeup" else (weekdays[day.weekday()] or weekdays[0])[:1]
    if not usual:
        _bad(where, "cần “ranges”, vì thứ Hai không có giờ làm việc để lấy theo")
    return usual


def _spell(ranges: tuple[Range, ...]) -> list[str]:
    return [f"{start:%H:%M}-{end:%H:%M}" for start, end in ranges]


def dump_calendar(calendar: WorkCalendar) -> dict[str, object]:
    """See `WorkCalendar.to_json`. Ranges of single days are always written out."""
    days = []
    for day, rule in sorted(calendar.days.items()):
        entry: dict[str, object] = {"date": day.isoformat(), "kind": rule.kind}
        if rule.ranges:
            entry["ranges"] = _spell(rule.ranges)
        entry |= {"note": rule.note, "source": rule.source, "verified": rule.verified}
        days.append(entry)
    return {
        "version": FORMAT,
        "name": calendar.name,
        "source": calendar.source,
        "years": sorted(calendar.years),
        "weekdays": {name: _spell(ranges) for name, ranges in zip(WEEKDAYS, calendar.weekdays, strict=True) if ranges},
        "reception_only": [WEEKDAYS[i] for i in sorted(calendar.reception_only)],
        "days": days,
    }
