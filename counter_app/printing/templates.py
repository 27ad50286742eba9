"""Forms as data: the whole page of every form — papers and margins, wording, number and legal basis, and what stands where — each with
the days it holds.

The numbers moved in September 2025 and will move again, so nothing of this is code. Files of an office (``<profile>/forms/*.json``) may
change single labels, whole pages, or add a version that ``extends`` another; a broken one is left out, ours is used, and
``FormSet.problems`` says so with the line.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from counter_app.printing import template_schema as schema
from counter_app.printing.json_lines import BadForm, Located, parse
from counter_app.printing.kinds import vocabularies
from counter_app.printing.labels.sizes import load_sizes
from counter_app.printing.logo import logo_problem
from onestop.errors import UserError
from onestop.resources import resource_dir

_TEXTS = ("key", "about", "number", "name", "basis", "logo")
_KEYS = {"form", "extends", "purpose", "valid_from", "valid_to", "options", "labels", "papers", "blocks", *_TEXTS}
ABOUT = ("dossier", "slip", "period", "office")
_LARGEST_FILE = 200_000
_MOST_FILES = 200


@dataclass(frozen=True, slots=True)
class PaperLook:
    """How a form sits on one paper: margins in mm, letters in points. ``foot``: whether pages are numbered."""

    landscape: bool
    margins: tuple[float, float, float, float]
    body: float
    small: float
    title: float
    foot: bool = True


@dataclass(frozen=True, slots=True)
class FormTemplate:
    """One version of a form. ``file``: the template's own name; ``key``: what the form is called (``01``, ``handover``); ``form``: its
    kind, which decides the facts. ``valid_from`` and ``valid_to`` (both included, None = open) are days of reception."""

    file: str
    key: str
    form: str
    about: str
    purpose: str
    number: str
    name: str
    basis: str
    valid_from: date | None
    valid_to: date | None
    papers: dict[str, PaperLook]
    options: dict[str, bool]
    labels: dict[str, str]
    blocks: tuple[dict[str, Any], ...]
    logo: str = ""
    folder: Path | None = None

    def label(self, key: str, **facts: object) -> str:
        """One text of the form with its ``{places}`` filled."""
        text = self.labels.get(key, "")
        return text.format(**facts) if facts else text

    def holds_on(self, day: date) -> bool:
        """Whether this version is the law for a dossier received on ``day``."""
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True, slots=True)
class FormSet:
    """All versions known to this workstation, and what was wrong with the office's own files."""

    templates: tuple[FormTemplate, ...]
    problems: tuple[UserError, ...] = field(default=())
    folder: Path | None = None

    def choose(self, form: str, day: date) -> FormTemplate:
        """The version for a dossier of ``day``: of those that hold the youngest; if none holds, the nearest one, since a
        receipt with an old number is better than none. ``form``: its key or its kind. Raises UserError ``form-unknown``."""
        versions = [template for template in self.templates if template.key == form]
        versions = versions or [template for template in self.templates if template.form == form]
        if not versions:
            raise UserError("form-unknown", f"Không có biểu mẫu “{form[:40]}”.")
        holding = [template for template in versions if template.holds_on(day)]
        if holding:
            return max(holding, key=lambda template: template.valid_from or date.min)
        return min(versions, key=lambda template: abs(((template.valid_from or template.valid_to or day) - day).days))


def load_forms(office_dir: Path | None = None) -> FormSet:
    """Our forms with the office's changes over them. Never raises for an office's file: see ``FormSet.problems``."""
    ours = _ours()
    if office_dir is None or not office_dir.is_dir():
        return ours
    base = {template.file: template for template in ours.templates}
    known, problems = dict(base), []
    for path in sorted(office_dir.glob("*.json"))[:_MOST_FILES]:
        try:
            known[path.stem] = found = read_template(path, base)
        except UserError as problem:
            problems.append(problem)
            continue
        if found.logo and (broken := logo_problem(found)) is not None:
            problems.append(broken)
    return FormSet(tuple(known.values()), (*problems, *load_sizes(office_dir).problems), office_dir)


def read_template(path: Path, base: dict[str, FormTemplate] | None = None) -> FormTemplate:
    """An office's file over ours. Raises UserError ``form-file-invalid`` with the line and the reason."""
    base = base if base is not None else {template.file: template for template in _ours().templates}
    try:
        text = _text_of(path)
        found = parse(text)
        try:
            return _build(path, found, base)
        except BadForm as fault:
            raise BadForm(fault.why, fault.path, fault.line or found.line(fault.path)) from fault
    except (OSError, ValueError, RecursionError) as fault:
        why = fault.why if isinstance(fault, BadForm) else "không đọc được tệp"
        line = fault.line if isinstance(fault, BadForm) else 0
        raise UserError(
            "form-file-invalid",
            f"Tệp biểu mẫu {path.name} của đơn vị không dùng được ({f'dòng {line}: ' if line else ''}{why}). Chương trình đang in theo "
            "biểu mẫu gốc; hãy sửa tệp hoặc xóa đi.", file=path.name, line=line, reason=why) from fault


def _text_of(path: Path) -> str:
    if path.stat().st_size > _LARGEST_FILE:
        raise BadForm("tệp quá lớn")
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as fault:
        raise BadForm("không phải chữ UTF-8, không đọc được như JSON") from fault


@lru_cache(maxsize=1)
def _ours() -> FormSet:
    """Our own files; those that ``extend`` another come after it. They are trusted and tested, so faults are raised as they are."""
    found: dict[str, FormTemplate] = {}
    left = {path.stem: path for path in sorted(resource_dir("forms").glob("*.json"))}
    while left:
        ready = [name for name, path in left.items() if (_extends(path) or name) not in left or not _extends(path)]
        for name in ready:
            path = left.pop(name)
            found[name] = _build(path, parse(path.read_text(encoding="utf-8")), found)
    return FormSet(tuple(found[name] for name in sorted(found)))


@lru_cache(maxsize=200)
def _extends(path: Path) -> str:
    return str(json.loads(path.read_text(encoding="utf-8")).get("extends", ""))


def _build(path: Path, found: Located, base: dict[str, FormTemplate]) -> FormTemplate:
    data = found.value
    if not isinstance(data, dict):
        raise BadForm("nội dung phải là một đối tượng JSON")
    for key in data:
        if key not in _KEYS:
            raise BadForm(f"có mục lạ “{key[:40]}”", (key,))
    if not isinstance(data.get("extends", ""), str):
        raise BadForm("phải là tên một biểu mẫu", ("extends",))
    parent = base.get(data.get("extends") or path.stem)
    if parent is None and "extends" in data:
        raise BadForm(f"không có biểu mẫu “{data['extends'][:40]}” để dựa vào", ("extends",))
    if parent is None:
        missing = [key for key in ("form", "key", "name", "papers", "labels", "blocks") if key not in data]
        if missing:
            raise BadForm(f'tên tệp không khớp biểu mẫu nào và thiếu "extends" hoặc "{missing[0]}"')
    made = _merged(path, data, parent)
    _check(made)
    return made


def _merged(path: Path, data: dict[str, Any], parent: FormTemplate | None) -> FormTemplate:
    def before(name: str, otherwise: Any) -> Any:
        return getattr(parent, name) if parent else otherwise

    kind = data.get("form", before("form", ""))
    if kind not in vocabularies() or (parent and kind != parent.form):
        raise BadForm("loại biểu mẫu lạ hoặc khác với biểu mẫu gốc", ("form",))
    texts = {key: _text(data[key], (key,)) if key in data else before(key, "") for key in _TEXTS}
    if parent and texts["key"] != parent.key and "extends" not in data:
        raise BadForm("khác với biểu mẫu gốc", ("key",))
    texts["about"] = _known(texts["about"] or "dossier", ABOUT, "about")
    papers = data.get("papers")
    if papers is not None:
        schema.papers(papers, ("papers",))
    made = FormTemplate(
        file=path.stem, form=kind, purpose=_known(data.get("purpose", before("purpose", "form")), schema.PURPOSES, "purpose"),
        valid_from=_day(data["valid_from"], "valid_from") if "valid_from" in data else before("valid_from", None),
        valid_to=_day(data["valid_to"], "valid_to") if "valid_to" in data else before("valid_to", None),
        papers=before("papers", {}) | {name: _look(paper) for name, paper in (papers or {}).items()},
        options=before("options", {}) | _options(data.get("options", {}), parent, "blocks" in data),
        labels=before("labels", {}) | _labels(data.get("labels", {}), parent, "blocks" in data),
        blocks=tuple(data["blocks"]) if isinstance(data.get("blocks"), list) else before("blocks", ()), folder=path.parent, **texts)
    if "blocks" in data and not isinstance(data["blocks"], list):
        raise BadForm("phải là danh sách các khối", ("blocks",))
    if made.valid_from and made.valid_to and made.valid_from > made.valid_to:
        raise BadForm("valid_from sau valid_to", ("valid_from",))
    return made


def _check(made: FormTemplate) -> None:
    vocabulary = vocabularies()[made.form]
    schema.foot(made.labels)
    scope = schema.Scope(made.labels, made.options, vocabulary, frozenset(made.papers))
    schema.blocks(list(made.blocks), scope, ("blocks",))


def _look(paper: dict[str, Any]) -> PaperLook:
    left, right, top, bottom = map(float, paper["margins"])
    body = float(paper["body"])
    return PaperLook(paper.get("landscape", False), (left, right, top, bottom), body, float(paper.get("small", body - 1.5)),
                     float(paper.get("title", body + 2)), paper.get("foot", True))


def _options(value: Any, parent: FormTemplate | None, new_page: bool) -> dict[str, bool]:
    """The switches. A file that brings no page of its own can only turn ours."""
    if not isinstance(value, dict):
        raise BadForm("options phải là một đối tượng", ("options",))
    for key, on in value.items():
        if not isinstance(on, bool) or (parent and not new_page and key not in parent.options):
            raise BadForm(f"options: “{key[:40]}” là mục lạ hoặc không phải true/false", ("options", key))
    return value


def _labels(value: Any, parent: FormTemplate | None, new_page: bool) -> dict[str, str]:
    """The wording. A label that no page asks for is a misspelt one, unless the file brings its own page."""
    if not isinstance(value, dict):
        raise BadForm("labels phải là một đối tượng", ("labels",))
    for key, text in value.items():
        if parent and not new_page and key not in parent.labels:
            raise BadForm(f"nhãn lạ: {key[:40]}", ("labels", key))
        schema.places(_text(text, ("labels", key)), ("labels", key))
    return value


def _text(value: Any, path: tuple[str, ...]) -> str:
    if not isinstance(value, str) or len(value) > schema.LONGEST_LABEL:
        raise BadForm(f"{path[-1]} phải là chữ, không dài quá {schema.LONGEST_LABEL} ký tự", path)
    return value


def _known(value: Any, known: tuple[str, ...], key: str) -> str:
    if value not in known:
        raise BadForm(f"{key} phải là một trong: {', '.join(known)}", (key,))
    return str(value)


def _day(value: Any, key: str) -> date | None:
    if value is None:
        return None
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError) as fault:
        raise BadForm(f"{key} phải là ngày dạng 2025-09-15", (key,)) from fault


def used_labels(template: FormTemplate) -> set[str]:
    """Every label a page asks for, the foot's included."""
    def walk(value: Any) -> Iterator[str]:
        if isinstance(value, dict):
            for part in value.values():
                yield from walk(part)
        elif isinstance(value, list | tuple):
            for part in value:
                yield from walk(part)
        elif isinstance(value, str):
            yield value

    return {text for text in walk(template.blocks) if text in template.labels} | ({"form_mark", "page", "reprint", "replaced"}
                                                                                  & template.labels.keys())
