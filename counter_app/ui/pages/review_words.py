"""The values of a review or a correction as people read them: words and dates instead of codes. Qt-free."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from counter_app.services.paper import CHANNEL_WORDS, RELATION_WORDS, RETURN_WORDS
from counter_app.ui.pages.dossier_words import event_word
from counter_app.ui.texts import date_text, moment_text, money_text
from onestop.states import state_name
from onestop.vntime import to_vn

EMPTY = "(trống)"
#: Fields whose values are codes of ours.
_CODES: dict[str, Mapping[str, str]] = {
    "owner.kind": {"person": "Cá nhân", "organisation": "Tổ chức"},
    "owner.gender": {"male": "Nam", "female": "Nữ"},
    "channel": CHANNEL_WORDS,
    "return_method": RETURN_WORDS,
    "limit_unit": {"workday": "ngày làm việc", "day": "ngày", "hour": "giờ làm việc", "same-day": "trong ngày"},
}
_MOMENTS = frozenset({"due_at", "original_due_at", "received_at"})
_PEOPLE = frozenset({"received_by", "settled_by"})


def value_words(path: str, value: object, names: Mapping[str, str] | None = None) -> str:
    """``value`` of the field ``path``; ``names``: those of staff by their account."""
    if value is None or value in ("", [], {}):
        return EMPTY
    if path == "status" and isinstance(value, int):
        return state_name(value)
    if isinstance(value, datetime):
        return moment_text(value)
    if isinstance(value, str):
        return _text_words(path, value, names or {})
    if path == "procedure" and isinstance(value, (list, tuple)) and len(value) > 2:
        return f"{value[0]} {value[2]}"
    if isinstance(value, (list, tuple)):
        return "; ".join(filter(None, (_item_words(path, item, names or {}) for item in value))) or EMPTY
    if isinstance(value, dict):
        return _parts_words(value)
    return str(value)


def _text_words(path: str, value: str, names: Mapping[str, str]) -> str:
    if path in _CODES:
        return _CODES[path].get(value, value)
    if path in _PEOPLE:
        return names.get(value, value)
    if path in _MOMENTS:
        return moment_text(parsed) if (parsed := _moment(value)) else value
    if path.endswith("dob"):
        try:
            return date_text(date.fromisoformat(value))
        except ValueError:  # only the year is known
            return value
    return value


def _parts_words(value: dict[object, object]) -> str:
    """A submitter, a result: what it consists of. A list (how often each form was printed) counts."""
    found = []
    for key, part in value.items():
        if isinstance(part, bool) or part in (None, "", [], {}):
            continue
        text = str(part)
        if key == "relation":
            text = RELATION_WORDS.get(text, text)
        elif key == "dob":
            text = _text_words("dob", text, {})
        elif (moment := _moment(text)) is not None:
            text = moment_text(moment)
        found.append(f"{key}: {text}" if isinstance(part, int) else text)
    return ", ".join(found) or EMPTY


def _item_words(path: str, item: object, names: Mapping[str, str]) -> str:
    """One entry of a list: what happened and when, a row of the ledger with its amount, a paper or file by its name."""
    if not isinstance(item, dict):
        return str(item)
    at = _moment(str(item.get("at") or ""))
    if path == "events":
        what = event_word(str(item.get("kind", "")).removesuffix("-refused"))
        return f"{what} {moment_text(at)}" if at else what
    name = str(item.get("name") or item.get("reason") or item.get("code") or item.get("id") or "")
    if path == "lines":
        said = {"received": "đã nhận", "refused": "không nhận"}.get(str(item.get("state")), "")
        return " ".join(filter(None, (str(item.get("code") or ""), said, f"({item['remark']})" if item.get("remark") else "")))
    if path == "components":
        counts = [f"{item[field]} {word}" for field, word in (("originals", "bản chính"), ("copies", "bản sao")) if item.get(field)]
        return f"{name} ({', '.join([*counts, *filter(None, [item.get('note')])]) or 'chưa nộp'})"
    if not isinstance(item.get("amount"), int):
        return name
    by = str(item.get("by") or "")
    taken = ", ".join(part for part in (moment_text(at) if at else "", names.get(by, by)) if part)
    return f"{name} {money_text(item['amount'])}" + (f" ({taken})" if taken else "")


def _moment(text: str) -> datetime | None:
    if len(text) < 16 or "T" not in text:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return to_vn(found) if found.tzinfo else None
