"""Work for a person: what the centre did not take as it was sent, or wants looked at. Both values are kept; deciding is an op of its
own, and where the desk's value is chosen it goes as a new op against the value that stands now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

import msgspec

from counter_app.services.desk import Changes, Desk
from counter_app.services.new_code import fresh_code
from onestop.apply import CORRECTABLE, get_path
from onestop.calendar import WorkCalendar
from onestop.codec import builtins
from onestop.deadline import Limit, due_moment
from onestop.errors import UserError
from onestop.items import merge_items
from onestop.model import Dossier, Event, Review
from onestop.ops import Change, Correct, Extend, Payload, SettleReview, Transition
from onestop.states import can_move
from onestop.text import clean_line
from onestop.vntime import parse_moment

if TYPE_CHECKING:
    from counter_app.store.unit import Reader, Unit

THEIRS, MINE, MERGED, NEW_CODE, KEEP_BOTH = "theirs", "mine", "merged", "new-code", "keep-both"
DECISIONS = (THEIRS, MINE, MERGED, NEW_CODE, KEEP_BOTH)

#: Taken as it was sent; a person only has to know.
_SEEN = ("staff-not-allowed", "due-date-differs", "due-date-by-head", "code-missing", "device-fenced", "refund-too-large", "paid-twice",
         "settled-differently")
#: Events that leave a dossier in another state.
_MOVES = frozenset({"receive", "accept", "handover", "result", "return", "refuse", "stop", "supplement-ask", "supplement-in", "payment-ask",
                    "payment-done", "withdraw-ask", "withdraw-refuse"})
#: The fields that a correction changes together, as ``procedure``.
_PROCEDURE = ("procedure_code", "procedure_version", "procedure_name", "limit_value", "limit_unit", "sector", "competent_agency")


@dataclass(frozen=True, slots=True)
class Choice:
    """One way to settle a review, in words: a short label, and what happens then."""

    decision: str
    label: str
    advice: str


def choices(review: Review, dossier: Dossier | None) -> tuple[Choice, ...]:
    """How ``review`` may be settled here, the safest first. ``dossier`` as it stands now (None: it is about something else)."""
    if review.code == "maybe-duplicate":
        return (Choice(KEEP_BOTH, "Giữ cả hai hồ sơ", "Hai việc khác nhau: cả hai đi tiếp. Nếu trùng, hãy mở một hồ sơ và cho rút."),)
    if review.code in _SEEN:
        return (Choice(THEIRS, "Đã xem", "Việc đã được ghi ở trung tâm; chỉ cần biết."),)
    if review.code == "recovered-copy-differs":
        found = [Choice(THEIRS, "Giữ bản của trung tâm", "Bản trên máy ở quầy được bỏ qua nhưng còn trong nhật ký.")]
        if dossier is not None and _again(review, dossier) is not None:
            found.append(Choice(MINE, "Lấy bản ở quầy", "Các ô sửa được ghi theo bản ở quầy, như một lần đính chính. Trạng thái, khoản thu "
                                "và lịch sử không đổi: hãy ghi tiếp bằng thao tác thường."))
        return (*found, *_field_by_field(review, dossier))
    found = [Choice(THEIRS, "Giữ giá trị trung tâm", "Bỏ thay đổi của quầy, vẫn còn trong nhật ký.")]
    if review.code == "code-clash" and dossier is not None and dossier.code is None:
        found.insert(0, Choice(NEW_CODE, "Cấp mã mới", "Hồ sơ nhận mã mới từ dải số của máy; hãy in lại giấy hẹn cho người nộp."))
    elif dossier is not None and _again(review, dossier) is not None:
        found.append(Choice(MINE, "Ghi giá trị của quầy", "Gửi lại, thay giá trị ở trung tâm."))
    return (*found, *_field_by_field(review, dossier))


def fields(review: Review, dossier: Dossier | None) -> dict[str, Change]:
    """What may be chosen field by field (old: what stands now, new: the desk's value); empty where less than two fields differ."""
    again = _again(review, dossier) if dossier is not None and review.code not in _SEEN else None
    return dict(again.changes) if isinstance(again, Correct) and len(again.changes) > 1 else {}


def _field_by_field(review: Review, dossier: Dossier | None) -> tuple[Choice, ...]:
    if not fields(review, dossier):
        return ()
    return (Choice(MERGED, "Chọn từng ô", "Mỗi ô lấy một bên, ghi trong một lần đính chính."),)


def changed_by(review: Review, dossier: Dossier | None) -> Event | None:
    """Who last changed what stands at the centre now, of the fields in doubt (None: the history does not say)."""
    if dossier is None or review.code in _SEEN or review.code in ("maybe-duplicate", "recovered-copy-differs", "code-clash"):
        return None
    paths = set(review.wanted) or set(review.current)
    for event in sorted(dossier.events, key=lambda event: event.at, reverse=True):
        if event.id == review.op.get("op"):
            continue
        if event.kind == "correct" and paths & set(event.facts.get("fields") or ()):
            return event
        if ("status" in paths and event.kind in _MOVES) or ("due_at" in paths and event.kind == "extend"):
            return event
    return next((event for event in dossier.events if event.kind in ("receive", "accept")), None)


def is_late(review: Review, calendar: WorkCalendar, now: datetime) -> bool:
    """Has it waited longer than one working day? Those are the manager's business."""
    try:
        return now > due_moment(review.opened_at, Limit(1, "workday"), calendar)
    except UserError:
        return True


def open_reviews(reader: Reader, desk: Desk) -> list[tuple[Review, bool, Dossier | None]]:
    """(review, waited more than a working day, its dossier): the late ones first, then the oldest."""
    now = desk.now()
    found = [(review, is_late(review, desk.calendar, now), reader.dossier(review.entity)) for review in reader.reviews(open_only=True)]
    return sorted(found, key=lambda item: (not item[1], item[0].opened_at))


def settle(desk: Desk, review_id: str, decision: str = THEIRS, *, note: str = "",
           take: Mapping[str, str] | None = None) -> tuple[Review, Changes]:
    """Decide an open review. ``theirs``: the centre's value stays, the refused change is given up (it remains in the log).
    ``mine``: the desk's value goes again, against what stands now (of a copy that survived a restore: the fields that can be corrected).
    ``merged``: field by field as ``take`` says (``mine`` or ``theirs``; the centre's where it says nothing), the desk's ones in one
    correction. ``new-code``: a fresh code for a dossier whose printed one was another's. ``keep-both``: two dossiers that looked like
    one case are two. Settling and what follows from it are one transaction.

    Raises ``review-unknown``, ``review-settled``, ``decision-unknown`` (not among ``choices``), ``field-unknown`` (of ``take``),
    ``numbers-exhausted``, ``clock-unsure``, the refusals of the new op, ``not-signed-in``, ``role-missing``.
    """
    staff = desk.require("review.settle")
    with desk.store.write() as unit:
        review = unit.review(review_id)
        if review is None:
            raise UserError("review-unknown", "Không có việc này trên máy; có thể đã được quyết định ở nơi khác.")
        if review.status != "open":
            raise UserError("review-settled", "Việc này đã được quyết định.")
        stands = unit.dossier(review.entity)
        offered = [choice.decision for choice in choices(review, stands)]
        if decision not in offered:
            raise UserError("decision-unknown", f"Việc này chỉ có thể quyết định theo: {', '.join(offered)}.")
        mine: frozenset[str] | None = None
        if decision == MERGED:
            decision, mine = _merge(fields(review, stands), take or {})
        at = desk.now()
        # Two desks that chose other fields decided differently, and the centre must see it.
        said = " ".join((MERGED, *sorted(mine))) if mine and decision == MERGED else decision
        settled = SettleReview(decision=said, note=clean_line(note, 300))
        done = unit.submit(settled, entity=review_id, by=staff.id, at=at)
        if decision in (MINE, MERGED, NEW_CODE):
            if decision == NEW_CODE:
                desk.require("code.assign")
            if decision == NEW_CODE and (bare := unit.dossier(review.entity)) is not None:
                payload: Payload = fresh_code(unit, desk, bare)
            else:
                payload = _wanted(unit, desk, review, mine)
            unit.submit(payload, entity=review.entity, by=staff.id, at=at)
    changes = Changes(dossiers=frozenset({review.entity}), reviews=frozenset({review_id}))
    desk.changed(changes)
    assert isinstance(done.state, Review)
    return done.state, changes


def try_again(desk: Desk, op_id: str) -> Changes:
    """Send a change again that was set aside because the centre failed on it: the same bytes, the same key. Raises
    ``op-not-there`` when it is no longer set aside."""
    staff = desk.require("review.settle")
    with desk.store.write() as unit:
        unit.release(op_id)
        unit.audit(staff.id, "op-released", "", {"op": op_id}, at=desk.now())
    changes = Changes()
    desk.changed(changes)
    return changes


def _merge(offered: Mapping[str, Change], take: Mapping[str, str]) -> tuple[str, frozenset[str]]:
    """The decision that ``take`` comes to, and the fields that get the desk's value."""
    for path, whose in take.items():
        if path not in offered or whose not in (MINE, THEIRS):
            raise UserError("field-unknown", f"Chỉ chọn được mine hoặc theirs cho các ô: {', '.join(offered)}.", field=path)
    mine = frozenset(path for path, whose in take.items() if whose == MINE)
    return (THEIRS if not mine else MINE if mine == set(offered) else MERGED), mine


def _wanted(unit: Unit, desk: Desk, review: Review, mine: frozenset[str] | None) -> Payload:
    dossier = unit.dossier(review.entity)  # after the settlement: the refused change is no longer part of it
    payload = _again(review, dossier) if dossier is not None else None
    if mine is not None and isinstance(payload, Correct):
        kept = {path: change for path, change in payload.changes.items() if path in mine}
        payload = replace(payload, changes=kept) if kept else None
    if payload is None:
        raise UserError("nothing-to-correct", "Giá trị của quầy đã là giá trị đang có, không còn gì để ghi.")
    desk.require("dossier.correct" if isinstance(payload, Correct) else "deadline.extend" if isinstance(payload, Extend)
                 else "status.transition", head=isinstance(payload, Correct) and "due_at" in payload.changes)
    return payload


def _again(review: Review, dossier: Dossier) -> Payload | None:
    """The refused op made anew against ``dossier`` as it stands; None where that cannot help."""
    data = review.op.get("data")
    if not isinstance(data, dict):
        return None
    if review.code == "recovered-copy-differs":
        changes = _changes_of_copy(review, data, dossier)
        return Correct(reason="Theo bản còn trên máy ở quầy sau khi khôi phục", changes=changes) if changes else None
    reason = clean_line(str(data.get("reason") or ""), 250) or "Giữ giá trị của quầy"
    kind = review.op.get("kind")
    if kind == "dossier.correct":
        changes = _changes(review, dossier)
        return Correct(reason=reason, changes=changes) if changes else None
    try:
        if kind == "deadline.extend":
            due = parse_moment(review.wanted["due_at"])
            return Extend(old_due_at=dossier.due_at, new_due_at=due, reason=reason) if due != dossier.due_at else None
        if kind == "status.transition" and can_move(dossier.status, int(data["to_status"])):
            return _move(data, dossier)
    except (KeyError, TypeError, ValueError):
        return None
    return None


def _changes(review: Review, dossier: Dossier) -> dict[str, Change]:
    found: dict[str, Change] = {}
    for path, value in review.wanted.items():
        if path not in CORRECTABLE:
            continue
        current: Any = builtins(get_path(dossier, path))
        # Papers noted since the review was opened are not in the list it holds: the desk's ones go on top of what stands.
        papers = merge_items(current, builtins(review.current.get(path)), builtins(value)) if path == "components" else None
        if current != (wanted := papers.wanted if papers else builtins(value)):
            found[path] = Change(old=current, new=wanted)
    return found


def _changes_of_copy(review: Review, data: dict[str, Any], dossier: Dossier) -> dict[str, Change]:
    """Fields in which the copy differed when the review was opened, and still does. What was changed since is left alone."""
    try:
        copy = msgspec.convert(data, Dossier)
    except msgspec.ValidationError:  # a slip's or a review's copy
        return {}
    differ = {"procedure" if name in _PROCEDURE else name for name in review.wanted} & set(CORRECTABLE)
    pairs = {path: Change(old=builtins(get_path(dossier, path)), new=builtins(get_path(copy, path))) for path in sorted(differ)}
    return {path: change for path, change in pairs.items() if change.old != change.new}


def _move(data: dict[str, Any], dossier: Dossier) -> Transition:
    return msgspec.convert({**data, "from_status": dossier.status}, Transition)
