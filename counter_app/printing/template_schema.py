"""The rules a template must keep: which blocks there are, what each may say, and that every label, fact and option it names exists.

Every fault is a BadForm with the path of the faulty part; ``templates`` adds file and line.
"""

from __future__ import annotations

import string
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from counter_app.printing.json_lines import BadForm, Path
from counter_app.printing.vocabulary import FOOT, Vocabulary

LONGEST_LABEL = 2000
MOST_BLOCKS = 120
STYLES = ("normal", "bold", "italic", "bold-italic")
SIZES = ("body", "small", "title", "large")
ALIGNS = ("left", "center", "right", "justify")
PURPOSES = ("receipt", "form", "slip", "list", "label", "ticket", "report")


@dataclass(frozen=True, slots=True)
class Scope:
    """What names mean at one place: the template's labels and options, the facts of the form and, inside a list, of its row."""

    labels: dict[str, str]
    options: dict[str, bool]
    vocabulary: Vocabulary
    papers: frozenset[str]
    row: frozenset[str] = frozenset()

    @property
    def facts(self) -> frozenset[str]:
        """Names of texts that can be asked for here."""
        return self.vocabulary.facts | self.row


Check = Callable[[Any, Scope, Path], None]


def places(text: str, path: Path) -> set[str]:
    """The names in braces of a label. Raises BadForm for anything but plain names."""
    try:
        parts = list(string.Formatter().parse(text))
    except ValueError as fault:
        raise BadForm("dấu ngoặc nhọn không khớp", path) from fault
    if any(spec or conversion for _, name, spec, conversion in parts if name is not None):
        raise BadForm("chỗ điền trong ngoặc nhọn chỉ được có tên", path)
    return {name for _, name, _, _ in parts if name is not None}


def _label(value: Any, scope: Scope, path: Path) -> None:
    if not isinstance(value, str) or value not in scope.labels:
        raise BadForm(f"không có nhãn “{str(value)[:40]}” trong labels", path)
    foreign = places(scope.labels[value], ("labels", value)) - scope.facts
    if foreign:
        raise BadForm(f"nhãn “{value}” có chỗ điền lạ: {{{sorted(foreign)[0][:40]}}}", ("labels", value))


def _fact(value: Any, scope: Scope, path: Path) -> None:
    if not isinstance(value, str) or value not in scope.facts:
        raise BadForm(f"không có dữ kiện “{str(value)[:40]}” cho loại biểu mẫu này", path)


def _rows(value: Any, scope: Scope, path: Path) -> None:
    if not isinstance(value, str) or value not in scope.vocabulary.lists:
        raise BadForm(f"không có danh sách “{str(value)[:40]}” cho loại biểu mẫu này", path)


def _when(value: Any, scope: Scope, path: Path) -> None:
    for name in value if isinstance(value, list) else [value]:
        if not isinstance(name, str):
            raise BadForm("when phải là tên dữ kiện", path)
        bare = name.removeprefix("!")
        kind, _, rest = bare.partition(":")
        known = (rest in scope.options if kind == "option" else rest in scope.papers if kind == "paper" else
                 bare == "blank" or bare in scope.facts or bare in scope.vocabulary.lists)
        if not known:
            raise BadForm(f"when: không có “{bare[:40]}”", path)


def _one_of(*known: str) -> Check:
    def check(value: Any, scope: Scope, path: Path) -> None:
        if value not in known:
            raise BadForm(f"phải là một trong: {', '.join(known)}", path)
    return check


def _number(low: float, high: float, *, whole: bool = False) -> Check:
    def check(value: Any, scope: Scope, path: Path) -> None:
        if isinstance(value, bool) or not isinstance(value, int if whole else int | float) or not low <= value <= high:
            raise BadForm(f"phải là số từ {low:g} đến {high:g}", path)
    return check


def _flag(value: Any, scope: Scope, path: Path) -> None:
    if not isinstance(value, bool):
        raise BadForm("phải là true hoặc false", path)


def _by_paper(check: Check) -> Check:
    """A value, or one for each paper: {"A4": …, "A5": …}."""
    def either(value: Any, scope: Scope, path: Path) -> None:
        if not isinstance(value, dict):
            return check(value, scope, path)
        for paper, one in value.items():
            if paper not in scope.papers:
                raise BadForm(f"không có khổ giấy “{paper[:20]}” trong papers", (*path, paper))
            check(one, scope, (*path, paper))
    return either


def _many(check: Check, most: int = 60) -> Check:
    def each(value: Any, scope: Scope, path: Path) -> None:
        if not isinstance(value, list) or not 1 <= len(value) <= most:
            raise BadForm(f"phải là danh sách từ 1 đến {most} mục", path)
        for number, one in enumerate(value):
            check(one, scope, (*path, number))
    return each


def _object(required: dict[str, Check], optional: dict[str, Check]) -> Check:
    known = required | optional

    def check(value: Any, scope: Scope, path: Path) -> None:
        if not isinstance(value, dict):
            raise BadForm("phải là một đối tượng {…}", path)
        for key in required:
            if key not in value:
                raise BadForm(f"thiếu mục “{key}”", path)
        for key, one in value.items():
            if key == "block":
                continue
            if key not in known:
                raise BadForm(f"có mục lạ “{key[:40]}”; được dùng: {', '.join(known)}", (*path, key))
            known[key](one, scope, (*path, key))
    return check


def _says(value: Any, scope: Scope, path: Path) -> None:
    """A piece of text: exactly one of ``fact`` (the fact itself) and ``text`` (a label with its places)."""
    if isinstance(value, dict) and ("fact" in value) == ("text" in value):
        raise BadForm("cần đúng một trong hai mục: fact hoặc text", path)
    _TEXT(value, scope, path)


_LOOK: dict[str, Check] = {"style": _one_of(*STYLES), "size": _one_of(*SIZES), "align": _one_of(*ALIGNS), "when": _when}
_TEXT = _object({}, {"fact": _fact, "text": _label, **_LOOK})
_mm = _by_paper(_number(0, 300))


def _rule(value: Any, scope: Scope, path: Path) -> None:
    """Millimetres, or as long as the line above (``line``) or two fifths of it (``part``)."""
    if value not in ("line", "part"):
        _mm(value, scope, path)


_FIELD = _object({}, {"label": _label, "fact": _fact, "text": _label, "when": _when, "style": _one_of(*STYLES), "number": _flag,
                      "empty": _label, "blank": _label, "blank_lines": _number(0, 30, whole=True), "in_blank": _flag})


def _column(value: Any, scope: Scope, path: Path) -> None:
    _COLUMN(value, scope, path)
    if sum(key in value for key in ("fact", "text", "lines", "tick", "bars")) != 1:
        raise BadForm("cột cần đúng một trong: fact, text, lines, tick, bars", path)


_COLUMN = _object(
    {"title": _label, "width": _number(1, 300)},
    {"fact": _fact, "text": _label, "lines": _many(_says, 8), "tick": _fact, "bars": _fact, "align": _one_of("left", "center", "right"),
     "style": _one_of(*STYLES), "group": _label, "longest": _number(5, 600, whole=True), "mark": _label})


def _table(value: Any, scope: Scope, path: Path) -> None:
    _rows(value.get("rows"), scope, (*path, "rows"))
    inner = Scope(scope.labels, scope.options, scope.vocabulary, scope.papers, scope.vocabulary.lists[value["rows"]])
    _object({"rows": _rows, "columns": _many(_column, 24)},
            {"when": _when, "size": _one_of(*SIZES), "empty": _label, "blank_rows": _by_paper(_number(0, 60, whole=True)),
            "row_height": _mm,
             "totals": _rows, "numbers_row": _flag, "fill_rows": _number(0, 60, whole=True), "head_every_page": _flag})(value, inner, path)


def _list(value: Any, scope: Scope, path: Path) -> None:
    _rows(value.get("rows"), scope, (*path, "rows"))
    inner = Scope(scope.labels, scope.options, scope.vocabulary, scope.papers, scope.vocabulary.lists[value["rows"]])
    _object({"rows": _rows}, {"text": _label, "lines": _many(_says, 8), "empty": _label,
                              "blank_lines": _number(0, 40, whole=True), **_LOOK})(value, inner, path)


def blocks(value: Any, scope: Scope, path: Path) -> None:
    """Check the blocks of a page, or of a group."""
    if not isinstance(value, list) or not 1 <= len(value) <= MOST_BLOCKS:
        raise BadForm(f"blocks phải là danh sách từ 1 đến {MOST_BLOCKS} khối", path)
    for number, block in enumerate(value):
        here = (*path, number)
        if not isinstance(block, dict) or not isinstance(block.get("block"), str):
            raise BadForm('mỗi khối phải là một đối tượng có "block"', here)
        if block["block"] not in BLOCKS:
            raise BadForm(f"không có loại khối “{block['block'][:40]}”; được dùng: {', '.join(BLOCKS)}", (*here, "block"))
        if block["block"] in ("keep", "columns") and len(path) > 9:
            raise BadForm("khối lồng nhau quá sâu", here)
        BLOCKS[block["block"]](block, scope, here)


_CHOICE = _object({"text": _label, "fact": _fact}, {})
_CAPTION = _object({"label": _label, "fact": _fact}, {"when": _when})
_SIGN = _object({"title": _label}, {"hint": _label, "name": _fact, "otherwise": _label, "when": _when, "above": _label})
_NOTE = _object({"text": _label}, {"when": _when})

BLOCKS: dict[str, Check] = {
    "head": _object({"left": _many(_says, 6), "right": _many(_says, 6)},
                    {"when": _when, "share": _number(0.2, 0.8), "left_rule": _rule, "right_rule": _rule, "under_left": _many(_says, 4),
                     "under_right": _many(_says, 4), "logo": _flag}),
    "codes": _object({"fact": _fact}, {"qr": _fact, "captions": _many(_CAPTION, 4), "title": _label, "subtitle": _label, "bar_height": _mm,
                                       "when": _when, "blank": _label}),
    "code": _object({"fact": _fact}, {"symbol": _one_of("bars", "qr"), "height": _mm, "align": _one_of("left", "center", "right"),
                                      "caption": _flag, "when": _when}),
    "title": _object({"text": _label}, {"subtitles": _many(_says, 4), "when": _when, "space": _mm}),
    "paragraph": _object({}, {"text": _label, "fact": _fact, **_LOOK, "number": _flag, "indent": _mm, "boxed": _flag,
                              "space": _mm, "blank_lines": _number(0, 40, whole=True)}),
    "fields": _object({"rows": _many(_many(_FIELD, 6))}, {"when": _when, "columns": _flag, "gap": _mm}),
    "list": _list,
    "table": _table,
    "steps": _object({"rows": _rows, "widths": _many(_number(5, 200), 5)},
                     {"room": _mm, "fill": _number(0, 60, whole=True), "blank_fill": _number(0, 60, whole=True), "when": _when,
                      **{key: _label for key in ("col_agency", "col_time", "col_result", "col_note", "give", "take", "giver", "receiver",
                                                 "early", "on_time", "late", "blank_moment", "blank_unit")}}),
    "ticks": _object({"choices": _many(_CHOICE, 8)}, {"label": _label, "lead": _FIELD, "when": _when}),
    "signatures": _object({"boxes": _many(_SIGN, 4)}, {"room": _mm, "when": _when, "size": _one_of(*SIZES)}),
    "notes": _object({"items": _many(_NOTE, 20)}, {"label": _label, "when": _when, "size": _one_of(*SIZES), "style": _one_of(*STYLES),
                                                   "list": _flag}),
    "lines": _object({"count": _by_paper(_number(1, 60, whole=True))}, {"height": _mm, "when": _when}),
    "space": _object({"mm": _by_paper(_number(0, 250))}, {"when": _when}),
    "rule": _object({}, {"length": _mm, "align": _one_of("left", "center", "right"), "when": _when}),
    "page-break": _object({}, {"when": _when}),
}


def _group(value: Any, scope: Scope, path: Path) -> None:
    _object({"blocks": blocks}, {"when": _when})(value, scope, path)


def _columns(value: Any, scope: Scope, path: Path) -> None:
    part = _object({"width": _number(1, 300), "blocks": blocks}, {})
    _object({"parts": _many(part, 4)}, {"when": _when, "boxed": _flag})(value, scope, path)


BLOCKS["keep"] = _group
BLOCKS["columns"] = _columns

_PAPER = {"landscape": _flag, "margins": _many(_number(0, 60), 4), "body": _number(5, 20), "small": _number(5, 18), "title": _number(6, 30),
          "foot": _flag}


def papers(value: Any, path: Path) -> None:
    """Check the papers a form can be printed on."""
    if not isinstance(value, dict) or not 1 <= len(value) <= 12:
        raise BadForm("papers phải có ít nhất một khổ giấy", path)
    empty = Scope({}, {}, Vocabulary(frozenset()), frozenset())
    for name, paper in value.items():
        _object({key: _PAPER[key] for key in ("margins", "body")}, _PAPER)(paper, empty, (*path, name))
        if len(paper["margins"]) != 4:
            raise BadForm("margins là bốn số milimét: trái, phải, trên, dưới", (*path, name, "margins"))


def foot(labels: dict[str, str]) -> None:
    """Check the labels of the foot: they speak of pages and prints, not of the dossier."""
    for key in ("form_mark", "page", "reprint", "replaced"):
        foreign = places(labels.get(key, ""), ("labels", key)) - FOOT
        if foreign:
            raise BadForm(f"nhãn “{key}” có chỗ điền lạ: {{{sorted(foreign)[0][:40]}}}", ("labels", key))
