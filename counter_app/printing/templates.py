"""Form texts as data: wording, number and legal basis of every form, each with the days it holds.

The numbers moved in September 2025 and will move again, so nothing of this is code. Files of an office
(``<profile>/forms/*.json``) may change single labels or add a version that ``extends`` another; a broken one is left
out, ours is used, and ``FormSet.problems`` says so.
"""

from __future__ import annotations

import json
import string
from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from onestop.errors import UserError
from onestop.resources import resource_dir

KINDS = ("receipt", "control-sheet", "handover-slip", "return-slip")
_TOP_KEYS = {"form", "number", "name", "basis", "valid_from", "valid_to", "options", "labels", "extends"}
_LARGEST_FILE = 200_000
_LONGEST_LABEL = 1000


@dataclass(frozen=True, slots=True)
class FormTemplate:
    """One version of a form. ``valid_from`` and ``valid_to`` (both included, None = open) are days of reception."""

    key: str
    form: str
    number: str
    name: str
    basis: str
    valid_from: date | None
    valid_to: date | None
    options: dict[str, bool]
    labels: dict[str, str]

    def label(self, key: str, **facts: object) -> str:
        """One text of the form with its ``{places}`` filled."""
        text = self.labels[key]
        return text.format(**facts) if facts else text

    def holds_on(self, day: date) -> bool:
        """Whether this version is the law for a dossier received on ``day``."""
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True, slots=True)
class FormSet:
    """All versions known to this workstation, and what was wrong with the office's own files."""

    templates: tuple[FormTemplate, ...]
    problems: tuple[UserError, ...] = field(default=())

    def choose(self, form: str, day: date) -> FormTemplate:
        """The version for a dossier of ``day``: of those that hold the youngest; if none holds, the nearest one, since a
        receipt with an old number is better than none."""
        versions = [template for template in self.templates if template.form == form]
        holding = [template for template in versions if template.holds_on(day)]
        if holding:
            return max(holding, key=lambda template: template.valid_from or date.min)
        return min(versions, key=lambda template: abs(((template.valid_from or template.valid_to or day) - day).days))


def load_forms(office_dir: Path | None = None) -> FormSet:
    """Our forms with the office's changes over them. Never raises for an office's file: see ``FormSet.problems``."""
    ours = _ours()
    if office_dir is None or not office_dir.is_dir():
        return ours
    known = {template.key: template for template in ours.templates}
    problems: list[UserError] = []
    for path in sorted(office_dir.glob("*.json")):
        try:
            known[path.stem] = _read_office_file(path, {template.key: template for template in ours.templates})
        except (OSError, ValueError, TypeError, KeyError, RecursionError) as fault:
            problems.append(_broken(path.name, fault))
    return FormSet(tuple(known.values()), tuple(problems))


def _broken(name: str, fault: Exception) -> UserError:
    why = str(fault) if isinstance(fault, _BadForm) else "không đọc được hoặc không đúng cấu trúc JSON"
    return UserError(
        "form-file-invalid",
        f"Tệp biểu mẫu {name} của đơn vị không dùng được ({why}). Chương trình đang in theo biểu mẫu gốc; "
        "hãy sửa tệp hoặc xóa đi.",
        file=name,
    )


class _BadForm(ValueError):
    """What is wrong, in Vietnamese."""


@lru_cache(maxsize=1)
def _ours() -> FormSet:
    folder = resource_dir("forms")
    return FormSet(tuple(_template(path.stem, _read_json(path), None) for path in sorted(folder.glob("*.json"))))


def _read_json(path: Path) -> dict[str, Any]:
    if path.stat().st_size > _LARGEST_FILE:
        raise _BadForm("tệp quá lớn")
    data = json.loads(path.read_text(encoding="utf-8-sig"))
    if not isinstance(data, dict):
        raise _BadForm("nội dung phải là một đối tượng JSON")
    unknown = set(data) - _TOP_KEYS
    if unknown:
        raise _BadForm("có mục lạ: " + ", ".join(sorted(unknown)))
    return data


def _read_office_file(path: Path, ours: dict[str, FormTemplate]) -> FormTemplate:
    data = _read_json(path)
    base = ours.get(str(data.get("extends") or path.stem))
    if base is None:
        raise _BadForm('tên tệp không khớp biểu mẫu nào và thiếu "extends"')
    return _template(path.stem, data, base)


def _template(key: str, data: dict[str, Any], base: FormTemplate | None) -> FormTemplate:
    if base is None:
        base = FormTemplate(key, data["form"], "", "", "", None, None, data["options"], data["labels"])
        if base.form not in KINDS:
            raise _BadForm("loại biểu mẫu lạ")
    elif data.get("form", base.form) != base.form:
        raise _BadForm("loại biểu mẫu khác với biểu mẫu gốc")
    found = replace(
        base,
        key=key,
        number=_text(data.get("number", base.number), "number"),
        name=_text(data.get("name", base.name), "name"),
        basis=_text(data.get("basis", base.basis), "basis"),
        valid_from=_day(data["valid_from"], "valid_from") if "valid_from" in data else base.valid_from,
        valid_to=_day(data["valid_to"], "valid_to") if "valid_to" in data else base.valid_to,
        options={**base.options, **_options(data.get("options", {}), base)},
        labels={**base.labels, **_labels(data.get("labels", {}), base)},
    )
    if found.valid_from and found.valid_to and found.valid_from > found.valid_to:
        raise _BadForm("valid_from sau valid_to")
    return found


def _options(value: Any, base: FormTemplate) -> dict[str, bool]:
    if not isinstance(value, dict) or any(key not in base.options or not isinstance(on, bool) for key, on in value.items()):
        raise _BadForm("options có mục lạ hoặc không phải true/false")
    return value


def _labels(value: Any, base: FormTemplate) -> dict[str, str]:
    if not isinstance(value, dict):
        raise _BadForm("labels phải là một đối tượng")
    for key, text in value.items():
        if key not in base.labels:
            raise _BadForm(f"nhãn lạ: {key}")
        if not _places(_text(text, key)) <= _places(base.labels[key]):
            raise _BadForm(f"nhãn {key} có chỗ điền lạ trong dấu ngoặc nhọn")
    return value


def _places(text: str) -> set[str]:
    try:
        parts = list(string.Formatter().parse(text))
    except ValueError as fault:
        raise _BadForm("dấu ngoặc nhọn không khớp") from fault
    if any(spec or conversion for _, name, spec, conversion in parts if name is not None):
        raise _BadForm("chỗ điền chỉ được có tên")
    return {name for _, name, _, _ in parts if name is not None}


def _text(value: Any, key: str) -> str:
    if not isinstance(value, str) or len(value) > _LONGEST_LABEL:
        raise _BadForm(f"{key} phải là chữ, không dài quá {_LONGEST_LABEL} ký tự")
    return value


def _day(value: Any, key: str) -> date | None:
    if value is None:
        return None
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError) as fault:
        raise _BadForm(f"{key} phải là ngày dạng 2025-09-15") from fault
