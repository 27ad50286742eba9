"""Sizes of label paper as data (``resources/labels/sizes.json``, an office's own over it): sheets of stickers and single labels."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from onestop.errors import UserError
from onestop.resources import resource_dir

_KEYS = {"key", "name", "sheet", "label", "columns", "rows", "left", "top", "gap"}
_LARGEST_FILE = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelSize:
    """Millimetres. ``sheet`` is the page: the label itself when it comes from a roll (``columns`` = ``rows`` = 1)."""

    key: str
    name: str
    sheet: tuple[float, float]
    label: tuple[float, float]
    columns: int = 1
    rows: int = 1
    left: float = 0.0
    top: float = 0.0
    gap: tuple[float, float] = (0.0, 0.0)

    @property
    def count(self) -> int:
        """Labels a sheet."""
        return self.columns * self.rows

    def place(self, number: int) -> tuple[float, float]:
        """Left and top edge of label ``number`` (from 0, row by row), in mm from the upper left corner of the sheet."""
        row, column = divmod(number % self.count, self.columns)
        return self.left + column * (self.label[0] + self.gap[0]), self.top + row * (self.label[1] + self.gap[1])


@dataclass(frozen=True, slots=True)
class LabelSizes:
    """All known sizes, and what was wrong with the office's own file."""

    sizes: dict[str, LabelSize]
    problems: tuple[UserError, ...] = ()

    def get(self, key: str) -> LabelSize:
        """The size with this key. Raises UserError ``label-size-unknown``."""
        size = self.sizes.get(key)
        if size is None:
            raise UserError("label-size-unknown", f"Không có khổ nhãn “{key[:20]}”. Các khổ nhãn: {', '.join(self.sizes)}.")
        return size


def load_sizes(office_dir: Path | None = None) -> LabelSizes:
    """Our sizes with the office's (``<office_dir>/labels/sizes.json``) over them. Never raises for an office's file."""
    ours = dict(_ours())
    path = office_dir / "labels" / "sizes.json" if office_dir else None
    if path is None or not path.is_file():
        return LabelSizes(ours)
    try:
        if path.stat().st_size > _LARGEST_FILE:
            raise ValueError("tệp quá lớn")
        return LabelSizes(ours | _read(path.read_text(encoding="utf-8-sig")))
    except (OSError, ValueError, RecursionError) as fault:
        why = str(fault) if type(fault) is ValueError else "không đọc được hoặc không đúng cú pháp JSON"
        where = f"dòng {fault.lineno}: " if isinstance(fault, json.JSONDecodeError) else ""
        return LabelSizes(ours, (UserError(
            "label-sizes-invalid",
            f"Tệp khổ nhãn của đơn vị không dùng được ({where}{why}). Chương trình dùng các khổ nhãn gốc; hãy sửa tệp hoặc xóa đi.",
            file="labels/sizes.json"),))


@lru_cache(maxsize=1)
def _ours() -> dict[str, LabelSize]:
    return _read((resource_dir("labels") / "sizes.json").read_text(encoding="utf-8"))


def _read(text: str) -> dict[str, LabelSize]:
    data = json.loads(text)
    if not isinstance(data, dict) or data.get("version") != 1 or not isinstance(data.get("sizes"), list):
        raise ValueError("cần “version”: 1 và danh sách “sizes”")
    found = [_size(entry, number) for number, entry in enumerate(data["sizes"], start=1)]
    return {size.key: size for size in found}


def _size(entry: Any, number: int) -> LabelSize:
    where = f"khổ thứ {number}: "
    if not isinstance(entry, dict) or not isinstance(entry.get("key"), str) or not entry["key"] or not isinstance(entry.get("name"), str):
        raise ValueError(where + "cần “key” và “name”")
    if unknown := set(entry) - _KEYS:
        raise ValueError(where + "có mục lạ: " + ", ".join(sorted(unknown))[:80])
    label = _pair(entry.get("label"), where + "“label”")
    sheet = _pair(entry["sheet"], where + "“sheet”") if "sheet" in entry else label
    size = LabelSize(
        key=entry["key"][:20], name=entry["name"][:80], sheet=sheet, label=label, gap=_pair(entry.get("gap", [0, 0]), where + "“gap”"),
        columns=_whole(entry.get("columns", 1), where + "“columns”"), rows=_whole(entry.get("rows", 1), where + "“rows”"),
        left=_length(entry.get("left", 0), where + "“left”"), top=_length(entry.get("top", 0), where + "“top”"))
    if min(label) < 20 or max(sheet) > 450:
        raise ValueError(where + "nhãn phải từ 20 mm, tờ không quá 450 mm")
    right, bottom = size.place(size.count - 1)
    # Half a millimetre of tolerance: makers of stickers round.
    if right + label[0] > sheet[0] + 0.5 or bottom + label[1] > sheet[1] + 0.5:
        raise ValueError(where + "các nhãn không nằm gọn trên tờ")
    return size


def _pair(value: Any, where: str) -> tuple[float, float]:
    if not isinstance(value, list) or len(value) != 2:
        raise ValueError(where + " phải là hai số, ví dụ [100, 75]")
    return _length(value[0], where), _length(value[1], where)


def _length(value: Any, where: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 450:
        raise ValueError(where + " phải là số milimét từ 0 đến 450")
    return float(value)


def _whole(value: Any, where: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= 20:
        raise ValueError(where + " phải là số từ 1 đến 20")
    return value
