"""A decision to make as the sync page shows it: both values in words, and who, when and which desk of each. Qt-free."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from counter_app.services.desk import Desk
from counter_app.services.reviews import MERGED, Choice, changed_by, fields
from counter_app.ui.pages.dossier_words import field_word
from counter_app.ui.pages.review_words import value_words
from counter_app.ui.pages.sync_facts import action_words, kind_words
from counter_app.ui.texts import moment_text
from onestop.apply import get_path
from onestop.codec import builtins
from onestop.model import Dossier, Review

_REVIEWS = {
    "maybe-duplicate": "Có thể trùng hồ sơ",
    "code-clash": "Trùng mã hồ sơ",
    "code-missing": "Hồ sơ gửi lên chưa có mã",
    "due-date-differs": "Ngày hẹn khác cách tính",
    "due-date-by-head": "Ngày hẹn do người không phải lãnh đạo sửa",
    "staff-not-allowed": "Người làm không có quyền",
    "device-fenced": "Máy lập đã bị ngừng kết nối",
    "refund-too-large": "Hoàn tiền nhiều hơn đã thu",
    "paid-twice": "Thu hai lần một khoản",
    "done-otherwise": "Hai quầy làm khác nhau",
    "slip-counted-otherwise": "Phiếu đếm khác nhau",
    "recovered-copy-differs": "Bản khôi phục khác nhau",
    "settled-differently": "Hai quyết định khác nhau",
}
_DECISIONS = {"theirs": "Giữ giá trị trung tâm", "mine": "Ghi giá trị của quầy", "new-code": "Cấp mã mới", "keep-both": "Giữ cả hai hồ sơ"}
#: What the two columns hold, where it is not the centre's value and the desk's.
_HEADS = {
    "maybe-duplicate": ("", "Hồ sơ đã có", "Hồ sơ mới"),
    "paid-twice": ("", "Đã thu trước", "Thu thêm"),
    "settled-differently": ("", "Có hiệu lực", "Đến sau"),
    "due-date-differs": ("Ô", "Đã in trên giấy hẹn", "Trung tâm tính lại"),
    "due-date-by-head": ("Ô", "Ngày hẹn đã sửa", "Ngày hẹn trước đó hoặc theo thủ tục"),
    "recovered-copy-differs": ("Ô", "Đang có tại trung tâm", "Bản trên máy ở quầy"),
    "code-clash": ("Ô", "Đang có", "Đã in"),
}


@dataclass(frozen=True, slots=True)
class ReviewLine:
    """One decision to make; ``rows`` are (field, at the centre, wanted here) under ``heads``. ``late``: it waits longer than a
    working day. ``stands``: who wrote what is at the centre, where that is known. ``paths``: the fields of ``rows`` that may be
    chosen one by one. ``other``: the dossier to compare with, where there is one."""

    id: str
    entity: str
    entity_kind: str
    code: str
    what: str
    message: str
    who: str
    when: str
    late: bool
    rows: tuple[tuple[str, str, str], ...]
    heads: tuple[str, str, str]
    choices: tuple[Choice, ...]
    other: str = ""
    stands: str = ""
    paths: tuple[str, ...] = ()


def review_line(
    review: Review, desk: Desk, names: Mapping[str, str], *, code: str, late: bool, choices: tuple[Choice, ...],
    dossier: Dossier | None = None,
) -> ReviewLine:
    """A review with both values side by side. ``code``: what people call the dossier or slip; ``dossier`` as it stands."""
    other, paths = "", tuple(fields(review, dossier))
    if review.code == "maybe-duplicate":
        rows = _pair(review, desk, names)
        other = str(review.current.get("id") or "")
    elif review.code == "settled-differently":
        rows = _decisions(review, names)
    else:
        current, wanted = _values(review, dossier)
        order = [*paths, *(path for path in dict.fromkeys((*wanted, *current)) if path not in paths)]
        rows = tuple((_head(path), *(value_words(path, side.get(path), names) for side in (current, wanted))) for path in order)
    heads = _HEADS.get(review.code, ("Ô", "Đang có tại trung tâm", "Quầy muốn ghi"))
    made = _moment(review.op.get("at")) or review.opened_at
    event = changed_by(review, dossier)
    stands = _author(event.by, event.device, event.at, desk, names) if event is not None else ""
    who = _author(review.by, review.device, made, desk, names)
    return ReviewLine(review.id, review.entity, review.entity_kind, code or "–", review_words(review), review.message, who,
                      moment_text(review.opened_at), late, rows, heads, choices, other, stands, paths)


def review_words(review: Review) -> str:
    """What it is about, in two or three words."""
    if review.code in _REVIEWS:
        return _REVIEWS[review.code]
    data = review.op.get("data", {}) if isinstance(review.op.get("data"), dict) else {}
    kind = str(review.op.get("kind", ""))
    return action_words(str(data.get("action", ""))) or kind_words(kind) or "Thay đổi"


def _values(review: Review, dossier: Dossier | None) -> tuple[dict[str, Any], dict[str, Any]]:
    """Both sides. Of an op that was refused as a whole the review holds none: what it would have changed is in the op."""
    if review.current or review.wanted:
        return review.current, review.wanted
    data = review.op.get("data")
    changes = data.get("changes") if isinstance(data, dict) and review.op.get("kind") == "dossier.correct" else None
    wanted = {path: change.get("new") for path, change in changes.items() if isinstance(change, dict)} if isinstance(changes, dict) else {}
    return {path: _current(dossier, path) for path in wanted}, wanted


def _current(dossier: Dossier | None, path: str) -> Any:
    try:
        return builtins(get_path(dossier, path)) if dossier is not None else None
    except (AttributeError, KeyError, TypeError, ValueError):  # a field that this version does not know
        return None


def _pair(review: Review, desk: Desk, names: Mapping[str, str]) -> tuple[tuple[str, str, str], ...]:
    def side(facts: dict[str, Any]) -> tuple[str, str, str]:
        by = str(facts.get("received_by") or "")
        device = facts.get("device")
        return (str(facts.get("code") or "–"), value_words("received_at", facts.get("received_at")),
                " · ".join(part for part in (names.get(by, by), _desk_words(device if isinstance(device, int) else 0, desk)) if part))

    titles = ("Mã hồ sơ", "Tiếp nhận lúc", "Người nhận")
    return tuple(zip(titles, side(review.current), side(review.wanted), strict=True))


def _decisions(review: Review, names: Mapping[str, str]) -> tuple[tuple[str, str, str], ...]:
    def side(facts: dict[str, Any]) -> tuple[str, str]:
        by = str(facts.get("settled_by") or "")
        return _decision_words(str(facts.get("decision") or "")), names.get(by, by)

    return tuple(zip(("Quyết định", "Người quyết"), side(review.current), side(review.wanted), strict=True))


def _decision_words(decision: str) -> str:
    """``merged`` names the fields that got the desk's value."""
    what, *paths = decision.split(" ")
    if what == MERGED:
        return "Ghi giá trị của quầy cho: " + ", ".join(map(field_word, paths))
    return _DECISIONS.get(decision, decision)


def _author(by: str, device: int, at: datetime, desk: Desk, names: Mapping[str, str]) -> str:
    return " · ".join(part for part in (names.get(by, by), _desk_words(device, desk), moment_text(at)) if part)


def _moment(text: object) -> datetime | None:
    try:
        found = datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None
    return found if found is not None and found.tzinfo is not None else None


def _desk_words(device: int, desk: Desk) -> str:
    return "quầy này" if device == desk.device else f"quầy {device}" if device else ""


def _head(path: str) -> str:
    word = field_word(path)
    return word[0].upper() + word[1:]
