"""The lists of staff accounts a province's IT department asks of its offices, read from a JSON or CSV file or typed as lines.

- ``change``: who stops working with a part of the system and who takes over: STT | Phân hệ | người thôi tham gia (họ tên, số định
  danh) | người thay thế (họ tên, số định danh) | Ghi chú (letter of Kiên Giang, 2020),
- ``add``: new accounts: STT | Phân hệ | họ tên, số định danh | đơn vị | Ghi chú.

Names and numbers of colleagues go onto the paper and nowhere else: nothing of a file is stored, logged or named in an error.
"""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from counter_app.services.fields import bounded
from onestop.errors import EnvironmentFault, UserError
from onestop.text import fold

ListKind = Literal["change", "add"]
MAX_ROWS = 500
_LARGEST_FILE = 1_000_000
_LIMITS = {"subsystem": 200, "name": 120, "id_no": 20, "new_name": 120, "new_id_no": 20, "unit": 200, "note": 200}
_NEEDED = {"change": ("subsystem", "name", "id_no"), "add": ("subsystem", "name", "id_no")}
_WORDS = {"subsystem": "phân hệ", "name": "họ tên", "id_no": "số định danh", "new_name": "họ tên người thay thế",
          "new_id_no": "số định danh người thay thế", "unit": "đơn vị", "note": "ghi chú"}
_HEADINGS = {
    "phan he": "subsystem", "he thong": "subsystem",
    "ho ten": "name", "ho va ten": "name", "nguoi thoi tham gia": "name", "ho ten nguoi thoi": "name", "nguoi thoi": "name",
    "so dinh danh": "id_no", "cccd": "id_no", "cmnd": "id_no", "so dinh danh nguoi thoi": "id_no", "cccd nguoi thoi": "id_no",
    "nguoi thay the": "new_name", "ho ten nguoi thay the": "new_name", "ho ten nguoi thay": "new_name",
    "so dinh danh nguoi thay the": "new_id_no", "cccd nguoi thay the": "new_id_no", "so dinh danh nguoi thay": "new_id_no",
    "cccd nguoi thay": "new_id_no", "don vi": "unit", "phong ban": "unit", "don vi, chuc vu": "unit", "ghi chu": "note",
    **{key: key for key in _LIMITS},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountRow:
    """One line. ``name``: who stops (``change``) or begins (``add``); ``new_name``: who takes over (empty: nobody)."""

    subsystem: str
    name: str
    id_no: str
    new_name: str = ""
    new_id_no: str = ""
    unit: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class AccountList:
    """A list ready for paper."""

    kind: ListKind
    rows: tuple[AccountRow, ...]


def read_account_list(path: Path, kind: ListKind) -> AccountList:
    """Read a file. JSON: a list of objects (or ``{"rows": […]}``) with the names of ``AccountRow``. CSV (comma, semicolon or tab; UTF-8
    or what Excel calls "Unicode text"): the first line names the columns, by those names or in Vietnamese ("Phân hệ", "Họ tên"…).

    Raises UserError ``account-list-invalid`` with the line and the reason (never the text), EnvironmentFault
    ``account-list-unreadable``.
    """
    try:
        if path.stat().st_size > _LARGEST_FILE:
            raise _bad(0, "tệp quá lớn")
        raw = path.read_bytes()
    except OSError as fault:
        raise EnvironmentFault(
            "account-list-unreadable", "Không mở được tệp danh sách tài khoản. Hãy kiểm tra đường dẫn và quyền đọc tệp.",
            reason=type(fault).__name__,
        ) from fault
    return parse_account_list(raw, kind)


HEADINGS: dict[ListKind, str] = {
    "change": "Phân hệ; Người thôi tham gia; Số định danh người thôi; Người thay thế; Số định danh người thay thế; Ghi chú",
    "add": "Phân hệ; Họ và tên; Số định danh; Đơn vị; Ghi chú",
}
"""The first line of a list that is typed: which columns there are."""


def typed_account_list(text: str, kind: ListKind) -> AccountList:
    """As ``read_account_list``, from lines typed under ``HEADINGS`` or copied there from a sheet, whose cells come with tabs between."""
    heading, _, rows = text.strip().partition("\n")
    if "\t" in rows and "\t" not in heading:
        heading = "\t".join(cell.strip() for cell in heading.split(";"))
    return parse_account_list(f"{heading}\n{rows}".encode(), kind)


def parse_account_list(raw: bytes, kind: ListKind) -> AccountList:
    """As ``read_account_list``, from the bytes themselves."""
    text = _decoded(raw)
    found = _from_json(text) if text.lstrip()[:1] in ("[", "{") else _from_csv(text)
    rows = tuple(_row(line, values, kind) for line, values in found)
    if not rows:
        raise _bad(0, "không có dòng nào")
    if len(rows) > MAX_ROWS:
        raise _bad(0, f"quá {MAX_ROWS} dòng; hãy chia thành nhiều tệp")
    return AccountList(kind, rows)


def _decoded(raw: bytes) -> str:
    try:
        return raw.decode("utf-16" if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    except UnicodeDecodeError:
        raise _bad(0, "chữ không phải mã UTF-8 (khi lưu từ Excel hãy chọn “CSV UTF-8”)") from None


def _from_json(text: str) -> list[tuple[int, dict[str, Any]]]:
    try:
        data = json.loads(text)
    except ValueError as fault:
        raise _bad(getattr(fault, "lineno", 0), "không đúng cú pháp JSON") from None
    except RecursionError:
        raise _bad(0, "không đúng cú pháp JSON") from None
    rows = data.get("rows") if isinstance(data, dict) else data
    if not isinstance(rows, list):
        raise _bad(0, "cần một danh sách các dòng")
    found = []
    for number, row in enumerate(rows, start=1):
        if not isinstance(row, dict) or not all(isinstance(value, str) for value in row.values()):
            raise _bad(number, "mỗi dòng là một đối tượng với các giá trị là chữ")
        if unknown := sorted(set(row) - set(_LIMITS)):
            raise _bad(number, f"có mục lạ ({len(unknown)}); các mục được dùng: {', '.join(_LIMITS)}")
        found.append((number, row))
    return found


def _from_csv(text: str) -> list[tuple[int, dict[str, Any]]]:
    heading = text.partition("\n")[0]
    delimiter = max(",;\t", key=heading.count)
    # Line numbers as an editor counts them, the line of headings being the first.
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        lines = [(reader.line_num, row) for row in reader if any(cell.strip() for cell in row)]
    except csv.Error:
        raise _bad(reader.line_num, "dấu ngoặc kép không khớp") from None
    if not lines:
        return []
    names = [_HEADINGS.get(re.sub(r"\s+", " ", fold(cell)).strip(" .:")) for cell in lines[0][1]]
    if "name" not in names or "subsystem" not in names:
        raise _bad(1, "dòng đầu phải ghi tên cột, ít nhất “Phân hệ”, “Họ tên”, “Số định danh”")
    found = []
    for line, cells in lines[1:]:
        if len(cells) > len(names):
            raise _bad(line, "nhiều ô hơn số cột ở dòng đầu")
        found.append((line, {name: cell for name, cell in zip(names, cells, strict=False) if name}))
    return found


def _row(line: int, values: dict[str, str], kind: ListKind) -> AccountRow:
    bad: dict[str, str] = {}
    clean = {key: bounded(key, values.get(key, ""), limit, bad) for key, limit in _LIMITS.items()}
    if bad:
        key, why = next(iter(bad.items()))
        raise _bad(line, f"ô {_WORDS[key]}: " + re.sub(r" \([^)]*\)", "", why).rstrip("."))
    needed = _NEEDED[kind] + (("new_id_no",) if clean["new_name"] else ()) + (("new_name",) if clean["new_id_no"] else ())
    for key in needed:
        if not clean[key]:
            raise _bad(line, f"thiếu {_WORDS[key]}")
    for key in ("id_no", "new_id_no"):
        clean[key] = re.sub(r"[\s.]", "", clean[key])
        if clean[key] and not re.fullmatch(r"[0-9]{12}|[0-9]{9}", clean[key]):
            raise _bad(line, f"{_WORDS[key]} phải có 12 chữ số (CMND cũ 9 chữ số); trong Excel hãy để ô kiểu chữ để không mất số 0 đầu")
    return AccountRow(**clean)


def _bad(line: int, why: str) -> UserError:
    where = f"dòng {line}: " if line else ""
    return UserError("account-list-invalid", f"Danh sách tài khoản không dùng được – {where}{why}.", line=line)
