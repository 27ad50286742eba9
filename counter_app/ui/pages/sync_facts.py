"""What the sync page shows, worked out from store, clock and link. Qt-free."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from counter_app.services.attachments import FilesWaiting
from counter_app.services.clock_guard import ClockState
from counter_app.services.desk import Desk
from counter_app.services.unsent import Unsent
from counter_app.store.rows import OutboxItem
from counter_app.sync.link_state import LinkState
from counter_app.ui.texts import number_text, recent_text, size_text
from counter_app.ui.widgets.chip import Chip
from onestop.codec import decode_op
from onestop.errors import UserError
from onestop.ops import RecordFee, Transition

SKEW_WARN = timedelta(minutes=10)
_KINDS = {
    "dossier.create": "Tiếp nhận hồ sơ",
    "dossier.correct": "Đính chính",
    "status.transition": "Chuyển trạng thái",
    "deadline.extend": "Gia hạn",
    "fee.record": "Ghi phí, lệ phí",
    "print.record": "Ghi lần in",
    "code.assign": "Cấp mã chính thức",
    "slip.create": "Lập phiếu bàn giao",
    "slip.confirm": "Xác nhận phiếu bàn giao",
    "review.settle": "Quyết định việc cần xử lý",
    "attach.link": "Đính kèm tệp",
    "attach.unlink": "Gỡ tệp đính kèm",
}
_ACTIONS = {
    "handover": "Bàn giao",
    "supplement-ask": "Yêu cầu bổ sung",
    "supplement-in": "Nhận bổ sung",
    "payment-ask": "Yêu cầu nộp tiền",
    "payment-done": "Đã nộp tiền",
    "withdraw-ask": "Xin rút hồ sơ",
    "withdraw-refuse": "Không cho rút",
    "stop": "Dừng xử lý",
    "result": "Kết quả về quầy",
    "return": "Trả kết quả",
    "refuse": "Từ chối tiếp nhận",
    "accept": "Tiếp nhận hồ sơ trực tuyến",
}
_FEES = {"due": "Ghi khoản phải thu", "collected": "Thu phí, lệ phí", "refunded": "Hoàn tiền", "cancelled": "Hủy khoản thu"}
_STATES = {
    "new": Chip("Chờ gửi", "info", "save"),
    "sent": Chip("Đã gửi, chờ trả lời", "info", "cloud-upload"),
    "review": Chip("Cần xử lý", "danger", "triangle-alert"),
    "quarantined": Chip("Tạm gác", "warning", "pause"),
}
_LINKS = {
    LinkState.ONLINE: ("success", "cloud-check"),
    LinkState.UNKNOWN: ("info", "cloud"),
    LinkState.OFFLINE: ("warning", "cloud-off"),
    LinkState.PORTAL: ("warning", "wifi-off"),
    LinkState.SERVER_TROUBLE: ("warning", "server"),
}


@dataclass(frozen=True, slots=True)
class Tile:
    """One of the figures at the top: title, what leads, a sentence, its colour and icon."""

    title: str
    lead: str
    detail: str
    role: str
    icon: str


@dataclass(frozen=True, slots=True)
class OutboxLine:
    """One waiting change."""

    op: str
    entity: str
    what: str
    kind: str
    state: Chip
    age: str
    attempts: int
    message: str
    set_aside: bool


def kind_words(kind: str, raw: bytes | None = None) -> str:
    """An op in words; its bytes tell which transition it is."""
    if raw is not None and kind in ("status.transition", "fee.record"):
        try:
            data = decode_op(raw).data
        except UserError:
            return _KINDS.get(kind, kind)
        if isinstance(data, Transition):
            return _ACTIONS.get(data.action, data.action)
        if isinstance(data, RecordFee):
            return _FEES[data.entry.entry]
    return _KINDS.get(kind, kind)


def action_words(action: str) -> str:
    """A move of the life-cycle in words (empty: none of ours)."""
    return _ACTIONS.get(action, "")


def outbox_line(item: OutboxItem, raw: bytes | None, now: datetime, reason: str) -> OutboxLine:
    """One op of the outbox in words; ``reason``: why it is still here."""
    return OutboxLine(
        item.op,
        item.entity,
        item.what or "–",
        kind_words(item.kind, raw),
        _STATES.get(item.state, Chip(item.state)),
        age_words(now - item.created_at),
        item.attempts,
        reason,
        item.state == "quarantined",
    )


def age_words(age: timedelta) -> str:
    """How long something has waited."""
    minutes = int(age.total_seconds() // 60)
    if minutes < 1:
        return "vừa xong"
    if minutes < 60:
        return f"{minutes} phút"
    return f"{minutes // 60} giờ" if minutes < 48 * 60 else f"{minutes // 1440} ngày"


def link_tile(link: LinkState, last: datetime | None, now: datetime, asked: float = 0.0) -> Tile:
    """How things stand with the centre. ``asked``: seconds for which it wants to be left alone, whoever presses what."""
    role, icon = _LINKS.get(link, ("danger", "triangle-alert"))
    head, _, rest = link.sentence.partition(" – ")
    detail = rest or f"Đồng bộ lần cuối {recent_text(last, now)}"
    if asked:
        detail = f"Trung tâm đang bận, hẹn máy này gửi lại lúc {now + timedelta(seconds=asked):%H:%M:%S}; đến giờ máy tự gửi"
    return Tile("Kết nối", head, detail[0].upper() + detail[1:], role, icon)


def unsent_tile(found: Unsent, stuck: int, link: LinkState, problems: list[str], now: datetime) -> Tile:
    """How much waits, since when and why; ``stuck``: set aside, somebody has to look. Files travel beside it; what another machine
    gave us to send counts too."""
    count, files = found.waiting + stuck + found.carried, files_words(found.files, link)
    if not count and not files:
        return Tile("Chưa gửi", "0", "Mọi thay đổi đã tới trung tâm", "success", "cloud-check")
    if not count:
        return Tile("Chưa gửi", f"{number_text(found.files.count)} tệp đính kèm", _upper(files), "info", "cloud-upload")
    since = f"cũ nhất {age_words(now - found.oldest)}" if found.oldest else ""
    why = found.reason or (problems[-1] if problems else "đang gửi" if link.works else "sẽ tự gửi khi kết nối lại")
    aside = f"{number_text(stuck)} việc tạm gác, xem bên dưới" if stuck else ""
    others = f"{number_text(found.carried)} việc của máy khác nhờ gửi" if found.carried else ""
    if found.carried_reason:
        others += f": {found.carried_reason}"
    detail = ", ".join(part for part in (since, aside, why[0].lower() + why[1:] if found.waiting else "", others) if part)
    more = f". {number_text(found.files.count)} tệp đính kèm: {files}" if files else ""
    role = "warning" if stuck or found.carried_reason else "info"
    return Tile("Chưa gửi", number_text(count), _upper(detail).rstrip(".") + more, role, "cloud-upload")


def unreadable_tile(message: str) -> Tile:
    """The disk keeps us from knowing."""
    return Tile("Chưa gửi", "Chưa đọc được", message, "danger", "triangle-alert")


def files_words(files: FilesWaiting, link: LinkState) -> str:
    """Why attachments are not all at the centre (empty: they are)."""
    if not files.count:
        return ""
    return f"còn {size_text(files.left)}, {files.reason or ('đang gửi dần' if link.works else 'tự gửi khi kết nối lại')}"


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]


def lane_tile(desk: Desk, room: int, until: datetime | None, ranges: str) -> Tile:
    """The numbers this counter may still give without a network."""
    if desk.settings.numbering != "lane":
        return Tile("Số tiếp nhận", "Số tạm khi mất mạng", "Số chính thức được cấp khi kết nối lại", "neutral", "hash")
    if until is None:
        return Tile(
            "Dải số khi mất mạng", "Chưa có", "Hãy kết nối trung tâm một lần để nhận dải số; trong khi chờ dùng số tạm", "warning", "hash"
        )
    return Tile(
        "Dải số khi mất mạng",
        f"Dùng được đến {until:%d/%m/%Y}",
        f"Hôm nay còn {number_text(room)} số ({ranges})",
        "warning" if room < 20 else "success",
        "hash",
    )


def clock_tile(skew: timedelta | None, state: ClockState | None = None) -> Tile:
    """How far the PC's clock is off; due dates and codes use the centre's time. A date nobody can vouch for comes first."""
    if state is not None and state.unsure and state.last is not None:
        detail = f"Lần cuối làm việc: {state.last:%d/%m/%Y}. Chưa cấp mã hồ sơ cho đến khi phụ trách xác nhận hoặc có mạng"
        return Tile("Đồng hồ máy", f"Hôm nay là {state.today:%d/%m/%Y}?", detail, "danger", "clock")
    if skew is None or abs(skew) < timedelta(seconds=60):
        return Tile("Đồng hồ máy", "Đúng giờ trung tâm", "Giờ in trên giấy tờ theo giờ trung tâm", "success", "clock")
    minutes = round(abs(skew).total_seconds() / 60)
    way = "nhanh" if skew > timedelta() else "chậm"
    role = "danger" if abs(skew) >= SKEW_WARN else "warning"
    return Tile(
        "Đồng hồ máy",
        f"{way.capitalize()} {minutes} phút",
        "Giấy tờ vẫn in theo giờ trung tâm; hãy chỉnh lại đồng hồ của máy",
        role,
        "clock",
    )
