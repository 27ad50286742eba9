"""A dossier in the words, colours and icons of the screen. Qt-free: chips are plain values."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from counter_app.services.desk import Desk
from counter_app.services.paper import RELATION_WORDS
from counter_app.store.rows import Row, SyncState
from counter_app.ui.texts import money_text
from counter_app.ui.widgets.chip import Chip
from onestop.lateness import Lateness, Urgency, lateness, remaining
from onestop.model import Dossier, Event
from onestop.states import Clock, State, clock, known, state_name
from onestop.vntime import to_vn

_STATES: dict[State, tuple[str, str, str]] = {
    State.REGISTERED: ("Mới đăng ký", "info", "file-clock"),
    State.ACCEPTED: ("Được tiếp nhận", "accent", "inbox"),
    State.REFUSED: ("Không tiếp nhận", "danger", "ban"),
    State.PROCESSING: ("Đang xử lý", "info", "hourglass"),
    State.SUPPLEMENT: ("Chờ bổ sung", "warning", "file-warning"),
    State.FINANCIAL: ("Chờ nộp tiền", "warning", "banknote"),
    State.WITHDRAWAL: ("Xin rút hồ sơ", "warning", "undo-2"),
    State.STOPPED: ("Dừng xử lý", "neutral", "circle-stop"),
    State.DONE: ("Có kết quả", "success", "file-check-2"),
    State.RETURNED: ("Đã trả kết quả", "neutral", "handshake"),
}
_SYNC: dict[str, tuple[str, str, str, str]] = {
    "saved": ("Đã lưu trên máy", "Trên máy", "info", "save"),
    "sent": ("Đã gửi, chờ trả lời", "Đã gửi", "info", "cloud-upload"),
    "confirmed": ("Trung tâm đã xác nhận", "Đã xác nhận", "neutral", "cloud-check"),
    "needs_person": ("Cần người xử lý", "Cần xử lý", "danger", "triangle-alert"),
}
_URGENCY = {
    Urgency.OK: ("success", "clock"),
    Urgency.SOON: ("warning", "clock"),
    Urgency.TODAY: ("warning", "calendar-clock"),
    Urgency.OVERDUE: ("danger", "calendar-x-2"),
}
_EVENTS: dict[str, tuple[str, str]] = {
    "receive": ("Tiếp nhận hồ sơ", "inbox"),
    "accept": ("Tiếp nhận hồ sơ nộp trực tuyến", "inbox"),
    "handover": ("Bàn giao hồ sơ", "arrow-left-right"),
    "result": ("Có kết quả tại quầy", "file-check-2"),
    "return": ("Trả kết quả", "handshake"),
    "refuse": ("Từ chối tiếp nhận", "ban"),
    "stop": ("Dừng xử lý", "circle-stop"),
    "supplement-ask": ("Yêu cầu bổ sung giấy tờ", "file-warning"),
    "supplement-in": ("Đã nhận giấy tờ bổ sung", "file-plus"),
    "payment-ask": ("Yêu cầu nghĩa vụ tài chính", "banknote"),
    "payment-done": ("Đã hoàn thành nghĩa vụ tài chính", "banknote"),
    "withdraw-ask": ("Công dân xin rút hồ sơ", "undo-2"),
    "withdraw-refuse": ("Không đồng ý cho rút", "ban"),
    "correct": ("Đính chính", "file-pen-line"),
    "extend": ("Gia hạn", "calendar-plus"),
    "code-assigned": ("Cấp mã chính thức", "hash"),
    "provisional-given": ("Cấp số tạm", "hash"),
    "fee-due": ("Ghi khoản phải thu", "receipt"),
    "fee-collected": ("Thu phí, lệ phí", "banknote"),
    "fee-refunded": ("Hoàn tiền", "undo-2"),
    "fee-cancelled": ("Hủy khoản thu", "x"),
    "print": ("In giấy tờ", "printer"),
    "slip-made": ("Lập phiếu bàn giao", "clipboard-list"),
    "slip-confirmed": ("Xác nhận phiếu bàn giao", "clipboard-check"),
    "attachment-added": ("Đính kèm tệp", "file-plus"),
    "attachment-removed": ("Gỡ tệp đính kèm", "x"),
}
FORM_WORDS = {
    "01": "giấy tiếp nhận và hẹn trả (01)",
    "06": "phiếu kiểm soát (06)",
    "handover": "phiếu bàn giao",
    "return": "phiếu trả kết quả",
}
_FIELDS = {
    "owner.kind": "loại chủ hồ sơ",
    "owner.id_no": "số định danh",
    "owner.name": "tên chủ hồ sơ",
    "owner.dob": "ngày sinh",
    "owner.gender": "giới tính",
    "owner.address": "địa chỉ",
    "owner.phone": "điện thoại",
    "owner.email": "thư điện tử",
    "submitter": "người nộp",
    "subject": "nội dung",
    "set_count": "số bộ",
    "channel": "kênh nộp",
    "return_method": "cách nhận kết quả",
    "return_address": "địa chỉ nhận kết quả",
    "components": "thành phần hồ sơ",
    "procedure": "thủ tục",
    "due_at": "ngày hẹn trả",
    "status": "trạng thái",
    "code": "mã hồ sơ",
    "provisional_code": "số tạm",
    "holder": "nơi giữ hồ sơ",
    "fees": "sổ thu",
    "attachments": "tệp đính kèm",
    "supplements": "yêu cầu bổ sung",
    "prints": "số lần in",
    "result": "kết quả",
    "returned": "trả kết quả",
    "events": "việc bên kia không có",
    "lines": "hồ sơ trong phiếu",
    "postal_codes": "mã bưu gửi",
    "procedure_code": "mã thủ tục",
    "procedure_version": "phiên bản thủ tục",
    "procedure_name": "tên thủ tục",
    "sector": "lĩnh vực",
    "competent_agency": "nơi giải quyết",
    "limit_value": "thời hạn",
    "limit_unit": "đơn vị thời hạn",
    "original_due_at": "ngày hẹn ban đầu",
    "received_at": "lúc tiếp nhận",
    "received_by": "người tiếp nhận",
}


def state_chip(status: int) -> Chip:
    """The state in a list; a number of the centre's own is shown as it is."""
    national = known(status)
    if national is None:
        return Chip(state_name(status), "neutral", "circle-help")
    return Chip(*_STATES[national])


def sync_chip(state: SyncState, *, short: bool = False) -> Chip:
    """How far it has come on its way to the centre."""
    full, brief, role, icon = _SYNC[state]
    return Chip(brief if short else full, role, icon)


def due_words(desk: Desk, dossier: Dossier | Row, now: datetime | None = None) -> tuple[str, str, str]:
    """(sentence, status role, icon) of the time limit: what is left while it runs, early or late once there is a result."""
    now = now or desk.now()
    due, phase = dossier.due_at, clock(dossier.status)
    if due is None:
        return "Chưa có ngày hẹn trả", "neutral", "calendar"
    if phase is Clock.PAUSED:
        return "Tạm dừng", "neutral", "circle-pause"
    if phase is Clock.RUNNING:
        left = remaining(now, due, desk.calendar, by=desk.settings.lateness_by)
        return left.text_vi[0].upper() + left.text_vi[1:], *_URGENCY[left.urgency]
    result = getattr(dossier, "result", None)
    if result is not None:
        verdict = lateness(due, result.at, desk.settings.lateness_by)
        return f"Có kết quả {verdict.text_vi.lower()}", "danger" if verdict is Lateness.LATE else "success", "calendar"
    return "Không tính thời hạn", "neutral", "calendar"


def due_state(desk: Desk, dossier: Dossier, now: datetime | None = None) -> Chip:
    """The time limit in one word."""
    words, role, icon = due_words(desk, dossier, now)
    if clock(dossier.status) is Clock.RUNNING and dossier.due_at is not None:
        left = remaining(now or desk.now(), dossier.due_at, desk.calendar, by=desk.settings.lateness_by)
        words = {Urgency.OK: "Còn hạn", Urgency.SOON: "Sắp hạn", Urgency.TODAY: "Hôm nay", Urgency.OVERDUE: "Quá hạn"}[left.urgency]
    return Chip(words, role, icon)


def due_chip(desk: Desk, row: Row, now: datetime) -> Chip:
    """The due date in a list, with what is left in short."""
    if row.due_at is None:
        return Chip("–", "neutral")
    due = to_vn(row.due_at)
    day = f"{due:%d/%m}" if due.year == now.year else f"{due:%d/%m/%y}"
    phase = clock(row.status)
    if phase is Clock.PAUSED:
        return Chip(f"{day} · tạm dừng", "neutral", "circle-pause")
    if phase is not Clock.RUNNING:
        return Chip(f"{due:%d/%m/%Y}", "neutral", "calendar")
    left = remaining(now, row.due_at, desk.calendar, by=desk.settings.lateness_by)
    hours = f"{left.minutes // 60} giờ" if left.minutes >= 60 else f"{left.minutes} phút"
    if left.urgency is Urgency.TODAY:
        return Chip(f"Hôm nay · còn {hours}" if left.minutes else "Hôm nay · đến giờ hẹn", *_URGENCY[left.urgency])
    rest = (f"quá {left.days} ngày" if left.days else f"quá {hours}") if left.urgency is Urgency.OVERDUE else ""
    return Chip(f"{day} · {rest or (f'còn {left.days} ngày' if left.days else f'còn {hours}')}", *_URGENCY[left.urgency])


def holder_words(desk: Desk, holder: str, status: int, *, full: bool = False) -> str:
    """On whose shelf the papers lie, in short or with the unit's full name."""
    if not holder:
        return "Chưa nộp giấy" if status == State.REGISTERED else "Đã giao lại công dân" if full else "Đã giao lại"
    if holder == desk.agency:
        return "Tại quầy này" if full else "Tại quầy"
    unit = desk.catalogue.units.get(holder)
    return holder if unit is None else unit.name if full else unit.short_name or unit.name


def form_words(form: str) -> str:
    """A form in a sentence; one without words of its own by its name in the registry."""
    if form in FORM_WORDS:
        return FORM_WORDS[form]
    from counter_app.printing.registry import FORMS

    name = FORMS[form].name if form in FORMS else form
    return f"{name[:1].lower()}{name[1:]}"


def printer_words(printer: str) -> str:
    """Where a paper went."""
    return "ra tệp PDF" if printer == "pdf" else f"máy in {printer}" if printer else ""


def event_words(event: Event, desk: Desk, names: Mapping[str, str]) -> tuple[str, str, str]:
    """(icon, what happened, details) of one line of the history. An event of a newer program is shown by its own name."""
    kind = event.kind.removesuffix("-refused")
    what, icon = _EVENTS.get(kind, (event.kind, "circle-dot"))
    facts = event.facts
    if event.kind.endswith("-refused"):
        what, icon = f"{what}: trung tâm chưa nhận", "triangle-alert"
    details = []
    if kind == "handover" and facts.get("holder"):
        details.append(f"cho {desk.catalogue.unit_name(str(facts['holder']))}")
    if facts.get("slip"):
        details.append(f"phiếu {facts['slip']}")
    if kind == "print":
        copy = int(facts.get("copy_no", 1))
        what = f"{'In' if copy == 1 else 'In lại'} {form_words(str(facts.get('form')))}"
        details += [f"bản in lại lần {copy - 1}"] * (copy > 1)
        details += [printer_words(str(facts["target"]))] if facts.get("target") else []
    if kind.startswith("fee-") and "amount" in facts:
        details.append(money_text(int(facts["amount"])))
    if kind == "return" and facts.get("relation") in RELATION_WORDS:
        details.append(f"người nhận: {RELATION_WORDS[str(facts['relation'])].lower()}")
    if kind == "correct" and facts.get("fields"):
        details.append(", ".join(field_word(str(name)) for name in facts["fields"]))
    if kind in ("code-assigned", "provisional-given") and facts.get("code"):
        details.append(str(facts["code"]))
    if kind == "extend" and facts.get("approver"):
        details.append(f"người duyệt: {facts['approver']}")
    if event.reason:
        details.append(f"lý do: {event.reason}")
    return icon, what, "; ".join(details)


def who_words(event: Event, desk: Desk, names: Mapping[str, str]) -> str:
    """Who did it and at which desk."""
    person = names.get(event.by, event.by)
    where = "quầy này" if event.device == desk.device else f"quầy {event.device}" if event.device else "hệ thống trung tâm"
    return f"{person} · {where}" if person else where


def field_word(path: str) -> str:
    """A field path of a correction in words."""
    return _FIELDS.get(path, path)


def event_word(kind: str) -> str:
    """A line of the history in words."""
    return _EVENTS.get(kind, (kind, ""))[0]
