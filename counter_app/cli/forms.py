"""What people and scripts hand to the command line: files of dossiers, moments. Everything wrong with them gets a sentence that
names the place, never a value (names and numbers of people would end in the logs of scripts)."""

from __future__ import annotations

import json
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from counter_app.services.receive import ReceiveForm
from onestop.errors import UserError
from onestop.model import Party, Submitter
from onestop.vntime import parse_moment

_WORDS = {"unknown field": "không có trường", "missing required field": "thiếu trường"}


class _ComponentIn(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    code: str
    name: str = ""
    originals: int = 0
    copies: int = 0
    note: str = ""


class _FormIn(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What ``receive`` takes; unknown fields are refused by name."""

    procedure: str
    owner: dict[str, Any]
    submitter: dict[str, Any] | None = None
    channel: str = "counter"
    subject: str | None = None
    set_count: int = 1
    components: list[_ComponentIn] | None = None
    return_method: str = "counter"
    return_address: str | None = None
    postal_code: str | None = None
    received_at: str | None = None
    fee_codes_collected: list[str] = []
    acknowledge_missing: bool = False


def moment(text: str) -> datetime:
    """A moment as people type it on a command line. Raises UserError ``date-invalid``."""
    try:
        return parse_moment(text)
    except ValueError:
        raise UserError("date-invalid", "Ngày giờ không đúng. Dùng dạng 2026-02-13T09:00.") from None


def read_form(raw: str) -> ReceiveForm:
    """One JSON object to a form. Raises UserError ``json-invalid``, ``form-invalid`` (names the place, never a value) or
    ``date-invalid``."""
    try:
        given = msgspec.json.decode(raw, type=_FormIn)
        for part, kind in (("owner", Party), ("submitter", Submitter)):
            unknown = set(getattr(given, part) or {}) - set(kind.__dataclass_fields__)
            if unknown:
                names = ", ".join(f"`{part}.{name}`" for name in sorted(unknown))
                raise UserError("form-invalid", f"Nội dung hồ sơ không đúng: không có trường {names}.")
        values = msgspec.structs.asdict(given)
        values["received_at"] = moment(given.received_at) if given.received_at else None
        for name in ("subject", "return_address", "postal_code"):
            values[name] = values[name] or ""
        for part in ("owner", "submitter"):
            if values[part] is not None:
                values[part] = {key: value for key, value in values[part].items() if value is not None}
        return msgspec.convert(msgspec.to_builtins(values), ReceiveForm)
    except msgspec.ValidationError as error:
        raise UserError("form-invalid", f"Nội dung hồ sơ không đúng: {_place(str(error))}.") from None
    except (msgspec.DecodeError, ValueError, RecursionError):
        raise UserError("json-invalid", "Không phải JSON đúng. Hãy kiểm tra dấu phẩy, dấu ngoặc và dấu nháy kép.") from None


def _place(text: str) -> str:
    """msgspec's English in the words of the desk: ``Expected `int`, got `str` - at `$.set_count` ``."""
    what, _, where = text.partition(" - at ")
    where = where.strip("`").removeprefix("$").lstrip(".")
    for english, vietnamese in _WORDS.items():
        if english in what:
            return f"{vietnamese} {what[what.index('`'):]}" + (f" trong `{where}`" if where else "")
    return f"kiểu giá trị sai ở `{where}`" if where else "phải là một đối tượng JSON { … }"


def read_input(name: str, at_most: int = -1) -> str:
    """The text of a file, or of stdin for ``-`` (``at_most`` characters of it). Raises ``file-unreadable``, ``file-not-utf8``."""
    try:
        return sys.stdin.read(at_most) if name == "-" else Path(name).read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise UserError("file-not-utf8", "Tệp không phải văn bản UTF-8. Hãy lưu lại tệp ở dạng UTF-8.") from None
    except (OSError, ValueError):  # ValueError: a name with NUL in it
        raise UserError("file-unreadable", "Không đọc được tệp. Hãy kiểm tra đường dẫn và quyền đọc.") from None


def split_objects(text: str) -> list[tuple[dict[str, int], str]]:
    """The objects of a file and where they stand: one object over many lines ({}), a JSON list ({"item": n}), or one object a
    line ({"line": n}). Raises ``json-invalid`` with the place when it is none of these."""
    text = text.removeprefix("\ufeff")
    stripped = text.strip()
    if not stripped:
        raise UserError("json-invalid", "Tệp rỗng, không có hồ sơ nào trong đó.")
    try:
        whole = json.loads(stripped)
    except (ValueError, RecursionError) as error:
        # Only line feeds part JSON lines: a text may hold other separators (U+2028) as they are.
        lines = [({"line": n}, line) for n, line in enumerate(text.split("\n"), 1) if line.strip()]
        if len(lines) > 1 and any(_is_object(line) for _, line in lines):
            return lines
        at = f" (dòng {error.lineno}, cột {error.colno})" if isinstance(error, json.JSONDecodeError) else ""
        raise UserError("json-invalid", f"Tệp không phải JSON đúng{at}. Hãy kiểm tra dấu phẩy, dấu ngoặc và dấu nháy kép.") from None
    if isinstance(whole, list):
        return [({"item": n}, json.dumps(item, ensure_ascii=False)) for n, item in enumerate(whole, 1)]
    return [({}, stripped)]


def _is_object(line: str) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False
