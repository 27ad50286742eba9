"""Correct a wrong reception (đính chính) with a reason; the receipt is then printed again and counted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from counter_app.domain.idnumber import check_id_no, parse_dob, tax_code_ok
from counter_app.services.desk import Changes, Desk
from counter_app.services.fields import bounded, person_name, reason_text
from counter_app.services.receive import (
    MAX_EMAIL,
    MAX_LONG,
    MAX_NAME,
    MAX_TEXT,
    clean_submitter,
    find_procedure,
    judge_components,
    preview_due,
)
from onestop.apply import CORRECTABLE, get_path
from onestop.codec import builtins, revive_field
from onestop.errors import InvalidFields, UserError
from onestop.model import Dossier, Party
from onestop.ops import Change, Correct
from onestop.states import State
from onestop.vntime import iso, parse_moment

_LIMITS = {"subject": MAX_LONG, "owner.email": MAX_EMAIL}


def correct(desk: Desk, dossier_id: str, changes: dict[str, Any], reason: str) -> tuple[Dossier, Changes]:
    """Change fields of a dossier that is already received. ``changes`` maps a field path (``owner.name``, ``due_at``,
    ``procedure`` = a TTHC code, …) to its new value (JSON types).

    A new procedure brings the version in force on the day of reception and, unless ``due_at`` is given too, a new due
    date. Raises InvalidFields, ``reason-missing``, ``nothing-to-correct``, ``dossier-closed``; only the head of the section
    may change the due date by hand.
    """
    staff = desk.require("dossier.correct")
    if "due_at" in changes:
        desk.require("dossier.correct", head=True)
    why = reason_text(reason, "Đính chính phải ghi rõ lý do.")
    unknown = [path for path in changes if path not in CORRECTABLE]
    if unknown:
        raise InvalidFields(dict.fromkeys(unknown, "Không được đính chính trường này."), code="field-not-correctable")
    with desk.store.write() as unit:
        dossier = unit.dossier(dossier_id)
        if dossier is None:
            raise UserError("dossier-unknown", "Không có hồ sơ này trên máy.")
        if dossier.status in (State.REFUSED, State.STOPPED, State.RETURNED) and "head" not in staff.roles:
            raise UserError("dossier-closed", "Hồ sơ đã kết thúc; chỉ trưởng bộ phận được đính chính.")
        real = differing(dossier, cleaned(desk, dossier, changes))
        done = unit.submit(Correct(reason=why, changes=real), entity=dossier_id, by=staff.id, at=desk.now())
    changed = Changes(dossiers=frozenset({dossier_id}))
    desk.changed(changed)
    assert isinstance(done.state, Dossier)
    return done.state, changed


def differing(dossier: Dossier, wanted: Mapping[str, Any]) -> dict[str, Change]:
    """Those of ``wanted`` (path → value as JSON) that are not what stands, against what stands. Raises ``nothing-to-correct``."""
    real = {path: Change(old=builtins(get_path(dossier, path)), new=value) for path, value in wanted.items()
            if builtins(get_path(dossier, path)) != builtins(value)}
    if not real:
        raise UserError("nothing-to-correct", "Không có gì thay đổi so với hồ sơ đang lưu.")
    return real


def cleaned(desk: Desk, dossier: Dossier, changes: Mapping[str, Any]) -> dict[str, Any]:
    """The new values, cleaned and judged, as JSON types. Raises InvalidFields, the refusals of a procedure."""
    bad: dict[str, str] = {}
    wanted: dict[str, Any] = {}
    for path, value in changes.items():
        if path == "procedure":
            procedure = find_procedure(desk, str(value), dossier.received_at.date())
            wanted[path] = [procedure.code, procedure.version, procedure.name, procedure.limit.value, procedure.limit.unit,
                            procedure.field, procedure.competent_agency]
            if "due_at" not in changes:
                wanted["due_at"] = iso(preview_due(desk, procedure, dossier.received_at).due_at)
        elif path == "due_at":
            try:
                due = parse_moment(value)
                wanted[path] = iso(due)
                if due <= dossier.received_at:
                    bad[path] = "Ngày hẹn trả phải sau thời điểm nhận hồ sơ."
            except (TypeError, ValueError):
                bad[path] = "Ngày giờ không đúng."
        elif path == "owner.dob":
            wanted[path] = parse_dob(value) if value else None
            if value and wanted[path] is None:
                bad[path] = "Ngày sinh không đúng. Nhập ngày/tháng/năm hoặc chỉ năm sinh."
        elif path == "owner.id_no":
            number = "".join(str(value).split())
            problem, kind = "", changes.get("owner.kind", dossier.owner.kind)
            if kind == "person" and number and not check_id_no(number).ok:
                problem = "Số định danh phải có 12 chữ số (hoặc CMND cũ 9 chữ số)."
            if kind == "organisation" and number and not tax_code_ok(number):
                problem = "Mã số thuế / mã số doanh nghiệp không đúng."
            if problem:
                bad[path] = problem
            wanted[path] = number
        elif path == "owner.name" and isinstance(value, str):
            wanted[path] = person_name(path, value, MAX_NAME, bad, "Tên chủ hồ sơ không được để trống.")
        elif isinstance(value, str):
            wanted[path] = bounded(path, value, _LIMITS.get(path, MAX_TEXT), bad)
        else:
            wanted[path] = builtins(value)
        if path in wanted and path not in bad and path != "procedure":
            _check_type(path, wanted[path], bad)
        if path in ("set_count", "components", "submitter") and path not in bad:
            wanted[path] = _whole(path, wanted[path], bad)
    if bad:
        raise InvalidFields(bad)
    return wanted


def _whole(path: str, value: Any, bad: dict[str, str]) -> Any:
    """What is not a line of text, judged as at reception."""
    if path == "set_count" and not 1 <= value <= 99:
        bad[path] = "Số bộ hồ sơ phải từ 1 đến 99."
    elif path == "components":
        judge_components(revive_field(Dossier, path, value), bad)
    elif path == "submitter":
        return builtins(clean_submitter(revive_field(Dossier, path, value), bad))
    return value


def _check_type(path: str, value: Any, bad: dict[str, str]) -> None:
    """A value of the wrong type must not become an op: ops are frozen and would come back rejected."""
    owner, kind = path.startswith("owner."), path.removeprefix("owner.")
    try:
        revive_field(Party if owner else Dossier, kind, value)
    except ValueError:  # msgspec.ValidationError
        bad[path] = "Giá trị không đúng kiểu."
