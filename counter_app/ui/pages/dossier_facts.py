"""Everything the dossier page shows, worked out before any widget is touched. Qt-free."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time

from counter_app.domain.fees import totals
from counter_app.services.desk import Desk
from counter_app.services.paper import CHANNEL_WORDS, RELATION_WORDS, RETURN_WORDS
from counter_app.services.print_jobs import CAME_OUT, attempts
from counter_app.store.rows import SyncState
from counter_app.ui.pages.dossier_words import (
    due_state,
    due_words,
    event_words,
    form_words,
    holder_words,
    printer_words,
    state_chip,
    sync_chip,
    who_words,
)
from counter_app.ui.texts import NONE, date_text, moment_text, money_text
from counter_app.ui.widgets.chip import Chip
from onestop.deadline import Limit, compute_due
from onestop.errors import UserError
from onestop.model import Dossier, Event, FeeEntry, Party
from onestop.states import State, state_name
from onestop.text import mask_id

_GENDER = {"male": "Nam", "female": "Nữ"}
_FORM_COUNTS = (
    ("01", "Giấy tiếp nhận"),
    ("02", "Phiếu bổ sung"),
    ("03", "Phiếu từ chối"),
    ("06", "Phiếu kiểm soát"),
    ("return", "Phiếu trả"),
)


@dataclass(frozen=True, slots=True)
class Moment:
    """One line of the history."""

    icon: str
    what: str
    details: str
    who: str
    when: str


@dataclass(frozen=True, slots=True)
class Note:
    """Something that must be seen first: text, role, icon, and the words of its button (empty: none)."""

    text: str
    role: str
    icon: str
    action: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DossierFacts:
    """``sync`` None: it is not kept here. Pairs are (label, value)."""

    code: str
    state: Chip
    state_full: str
    sync: Chip | None
    source: str
    procedure: str
    procedure_line: str
    note: Note | None
    owner: tuple[tuple[str, str], ...]
    owner_id: str
    submitter: tuple[tuple[str, str], ...]
    submitter_id: str
    components: tuple[tuple[str, str, str], ...]
    set_line: str
    fees: tuple[tuple[str, str, str], ...]
    fee_line: str
    fee_role: str
    due: str
    due_chip: Chip
    due_left: str
    due_reasons: tuple[str, ...]
    papers_at: str
    prints: str
    history: tuple[Moment, ...]


def owed_by_code(fees: tuple[FeeEntry, ...]) -> list[tuple[FeeEntry, int]]:
    """Each asked fee that is not fully paid, with what is still to be taken."""
    first: dict[str, FeeEntry] = {}
    for line in fees:
        first.setdefault(line.code, line)
    found = [(line, totals(f for f in fees if f.code == code).outstanding) for code, line in first.items()]
    return [(line, rest) for line, rest in found if rest]


def build_facts(
    desk: Desk, dossier: Dossier, *, sync: SyncState | None, reviews: int, names: dict[str, str], source: str
) -> DossierFacts:
    """What the page shows of ``dossier``. ``source`` says where the answer comes from and how old it is."""
    sums = totals(dossier.fees)
    left, verdict = due_words(desk, dossier)[0], due_state(desk, dossier)
    return DossierFacts(
        code=dossier.shown_code,
        state=state_chip(dossier.status),
        state_full=state_name(dossier.status),
        sync=sync_chip(sync) if sync else None,
        source=source,
        procedure=dossier.procedure_name,
        procedure_line=_procedure_line(dossier),
        note=_note(desk, dossier, sync, reviews),
        owner=_party(dossier.owner),
        owner_id=mask_id(dossier.owner.id_no),
        submitter=_submitter(desk, dossier),
        submitter_id=mask_id(dossier.submitter.id_no) if dossier.submitter else "",
        components=tuple(
            (c.name + (f" ({c.note})" if c.note else ""), str(c.originals or NONE), str(c.copies or NONE)) for c in dossier.components
        ),
        set_line=f"{dossier.set_count} bộ",
        fees=_fees(dossier),
        fee_line=f"Còn phải thu {money_text(sums.outstanding)}"
        if sums.outstanding
        else "Đã thu đủ"
        if sums.due
        else "Không thu phí, lệ phí",
        fee_role="warning" if sums.outstanding else "success" if sums.due else "neutral",
        due=moment_text(dossier.due_at),
        due_chip=verdict,
        due_left=left.replace("Đến hạn hôm nay, còn", "Còn") if left != verdict.text else "",
        due_reasons=_reasons(desk, dossier),
        papers_at=holder_words(desk, dossier.holder, dossier.status),
        prints=_prints(dossier),
        history=_history(desk, dossier, names),
    )


def _procedure_line(dossier: Dossier) -> str:
    limit = (
        "trong ngày"
        if dossier.limit_unit == "same-day"
        else Limit(dossier.limit_value, dossier.limit_unit).text_vi
        if dossier.limit_value
        else ""
    )
    return " · ".join(
        part
        for part in (
            dossier.procedure_code,
            dossier.sector,
            f"thời hạn {limit}" if limit else "",
            f"nội dung: {dossier.subject}" if dossier.subject else "",
        )
        if part
    )


def _note(desk: Desk, dossier: Dossier, sync: SyncState | None, reviews: int) -> Note | None:
    if reviews or sync == "needs_person":
        return Note(
            "Trung tâm không nhận một thay đổi của hồ sơ này. Hãy xem hai giá trị và quyết định trong mục Đồng bộ.",
            "danger",
            "triangle-alert",
            "Xử lý",
        )
    if dossier.agency != desk.agency:
        return Note(
            f"Hồ sơ thuộc {desk.catalogue.unit_name(dossier.agency)}. Chỉ xem được, không xử lý tại quầy này.", "info", "building-2"
        )
    asked = [s for s in dossier.supplements if s.answered_at is None]
    if dossier.status == State.SUPPLEMENT and asked:
        until = f", hạn {date_text(asked[-1].answer_by)}" if asked[-1].answer_by else ""
        return Note(
            f"Chờ công dân bổ sung từ {date_text(asked[-1].asked_at)}{until}: {'; '.join(asked[-1].items) or asked[-1].reason}",
            "warning",
            "file-warning",
        )
    if dossier.status in (State.REFUSED, State.STOPPED, State.WITHDRAWAL):
        reasons = [e.reason for e in dossier.events if e.reason and e.kind in ("refuse", "stop", "withdraw-ask")]
        return Note(f"{state_name(dossier.status)}. Lý do: {reasons[-1]}", "neutral", "info") if reasons else None
    if dossier.returned is not None:
        taken = dossier.returned
        return Note(
            f"Đã trả {moment_text(taken.at)} cho {taken.collector_name} ({RELATION_WORDS[taken.relation].lower()})"
            + (f", giấy: {taken.authority}" if taken.authority else ""),
            "neutral",
            "handshake",
        )
    if dossier.result is not None and dossier.status == State.DONE:
        result = " ".join(p for p in (dossier.result.kind, dossier.result.number) if p)
        return Note(f"Kết quả đã về quầy {moment_text(dossier.result.at)}" + (f": {result}" if result else ""), "success", "file-check-2")
    return None


def _party(owner: Party) -> tuple[tuple[str, str], ...]:
    person = owner.kind == "person"
    born = f"{owner.dob[8:10]}/{owner.dob[5:7]}/{owner.dob[:4]}" if owner.dob and len(owner.dob) == 10 else owner.dob or ""
    pairs = [
        ("Họ tên" if person else "Tổ chức", owner.name),
        ("Ngày sinh" if born else "Giới tính", " · ".join(p for p in (born, _GENDER.get(owner.gender or "", "")) if p) if person else ""),
        ("Điện thoại", owner.phone),
        ("Địa chỉ", owner.address),
        ("Thư điện tử", owner.email or ""),
    ]
    return tuple((label, value) for label, value in pairs if value)


def _submitter(desk: Desk, dossier: Dossier) -> tuple[tuple[str, str], ...]:
    person = dossier.submitter
    method = RETURN_WORDS.get(dossier.return_method, dossier.return_method)
    pairs = [
        ("Người nộp", person.name if person else "Chủ hồ sơ tự nộp"),
        ("Điện thoại", person.phone if person else ""),
        ("Giấy tờ", person.authority if person else ""),
        ("Kênh nộp", CHANNEL_WORDS.get(dossier.channel, dossier.channel)),
        ("Nhận hồ sơ", moment_text(dossier.received_at)),
        ("Nhận kết quả", f"{method}: {dossier.return_address}" if dossier.return_address else method),
        ("Mã bưu gửi", ", ".join(dossier.postal_codes)),
        ("Số tạm", dossier.provisional_code or "" if dossier.code else ""),
    ]
    return tuple((label, value) for label, value in pairs if value)


def _fees(dossier: Dossier) -> tuple[tuple[str, str, str], ...]:
    words = {"due": "phải thu", "collected": "đã thu", "refunded": "đã hoàn", "cancelled": "đã hủy"}
    methods = {"cash": "tiền mặt", "transfer": "chuyển khoản", "online": "trực tuyến"}
    lines = []
    for fee in dossier.fees:
        extra = [
            words[fee.entry],
            methods.get(fee.method, fee.method),
            f"biên lai {fee.receipt_no}" if fee.receipt_no else "",
            date_text(fee.at) if fee.at and fee.entry != "due" else "",
        ]
        lines.append((fee.name, " · ".join(e for e in extra if e), money_text(fee.amount)))
    return tuple(lines)


def _reasons(desk: Desk, dossier: Dossier) -> tuple[str, ...]:
    """Why it is due then: the counting of the first date, then what moved it."""
    lines: list[str] = []
    first = dossier.original_due_at or dossier.due_at
    if first is not None and (dossier.limit_value or dossier.limit_unit == "same-day"):
        hours, minutes = (int(part) for part in desk.settings.same_day_cutoff.split(":"))
        try:
            due = compute_due(
                dossier.received_at, Limit(dossier.limit_value, dossier.limit_unit), desk.calendar, cutoff=time(hours, minutes)
            )
        except UserError:
            due = None
        if due is not None and due.due_at.date() == first.date():
            lines += [step.text_vi for step in due.steps if step.kind not in ("due", "received")]
    for asked in dossier.supplements:
        if asked.due_after is not None and asked.due_before is not None and asked.due_after != asked.due_before:
            lines.append(f"Bổ sung giấy tờ: từ {date_text(asked.due_before)} thành {date_text(asked.due_after)}")
    lines += [f"Gia hạn ngày {date_text(e.at)}: {e.reason}" for e in dossier.events if e.kind == "extend"]
    if first is not None and dossier.due_at is not None and first != dossier.due_at:
        lines.append(f"Hẹn ban đầu {moment_text(first)}")
    return tuple(lines)


def _prints(dossier: Dossier) -> str:
    counted = {form: times for form, times in dossier.prints.items() if times}
    known = [(form, name) for form, name in _FORM_COUNTS if form in counted]
    others = [(form, form_words(form)) for form in counted if form not in dict(_FORM_COUNTS)]
    return " · ".join(f"{name[:1].upper()}{name[1:]} {counted[form]} lần" for form, name in known + others) or "Chưa in lần nào"


def _history(desk: Desk, dossier: Dossier, names: dict[str, str]) -> tuple[Moment, ...]:
    """What happened, newest first; attempts of this counter to print that came to nothing stand between."""
    lines: list[tuple[datetime, Moment]] = []
    for tried in attempts(desk, dossier.id, 20):
        if tried.outcome not in CAME_OUT:
            what = f"Chưa in được {form_words(tried.form)}" if tried.outcome != "stopped" else f"Dừng in {form_words(tried.form)}"
            details = "; ".join(part for part in (tried.reason, printer_words(tried.printer)) if part)
            lines.append((tried.at, Moment("printer-x", what, details, f"{names.get(tried.staff, tried.staff)} · quầy này".lstrip(" ·"),
                                           moment_text(tried.at))))
    lines += [(event.at, _line(desk, event, names)) for event in reversed(dossier.events)]
    return tuple(line for _at, line in sorted(lines, key=lambda pair: pair[0], reverse=True))


def _line(desk: Desk, event: Event, names: dict[str, str]) -> Moment:
    icon, what, details = event_words(event, desk, names)
    return Moment(icon, what, details, who_words(event, desk, names), moment_text(event.at))


def source_words(provenance: str, as_of: datetime | None) -> str:
    """Where the answer comes from."""
    if provenance == "central":
        return f"Lấy từ hệ thống trung tâm lúc {moment_text(as_of)}; không lưu trên máy này"
    return "Dữ liệu trên máy này"
