"""What the sync page shows, worked out from store, clock and link. Qt-free."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from counter_app.services.clock_guard import ClockState
from counter_app.services.desk import Desk
from counter_app.services.reviews import Choice
from counter_app.store.rows import OutboxItem
from counter_app.sync.link_state import LinkState
from counter_app.ui.pages.dossier_words import field_word, value_words
from counter_app.ui.texts import moment_text, number_text, recent_text
from counter_app.ui.widgets.chip import Chip
from onestop.codec import decode_op
from onestop.errors import UserError
from onestop.model import Review
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
_REVIEWS = {
    "maybe-duplicate": "Có thể trùng hồ sơ",
    "code-clash": "Trùng mã hồ sơ",
    "code-missing": "Hồ sơ gửi lên chưa có mã",
    "due-date-differs": "Ngày hẹn khác cách tính",
    "staff-not-allowed": "Người làm không có quyền",
    "device-fenced": "Máy lập đã bị ngừng kết nối",
    "refund-too-large": "Hoàn tiền nhiều hơn đã thu",
    "paid-twice": "Thu hai lần một khoản",
    "recovered-copy-differs": "Bản khôi phục khác nhau",
    "settled-differently": "Hai quyết định khác nhau",
}
_DECISIONS = {"theirs": "Giữ giá trị trung tâm", "mine": "Ghi giá trị của quầy", "new-code": "Cấp mã mới", "keep-both": "Giữ cả hai hồ sơ"}
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


@dataclass(frozen=True, slots=True)
class ReviewLine:
    """One decision to make; ``rows`` are (field, at the centre, wanted here) under ``heads``. ``late``: it waits longer than a
    working day. ``other``: the dossier to compare with, where there is one."""

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


def review_line(review: Review, desk: Desk, names: dict[str, str], *, code: str, late: bool, choices: tuple[Choice, ...]) -> ReviewLine:
    """A review with both values side by side. ``code``: what people call the dossier or slip."""
    paths = list(dict.fromkeys((*review.wanted, *review.current)))
    rows = tuple((_head(path), value_words(path, review.current.get(path)), value_words(path, review.wanted.get(path))) for path in paths)
    heads = ("Ô", "Đang có tại trung tâm", "Quầy muốn ghi")
    other, what = "", review_words(review)
    if review.code == "maybe-duplicate":
        rows, heads = _pair(review, desk, names), ("", "Hồ sơ đã có", "Hồ sơ mới")
        other = str(review.current.get("id") or "")
    elif review.code == "paid-twice":
        heads = ("", "Đã thu trước", "Thu thêm")
    elif review.code == "settled-differently":
        rows, heads = _decisions(review, names), ("", "Có hiệu lực", "Đến sau")
    who = " · ".join(part for part in (names.get(review.by, review.by), _desk_words(review.device, desk)) if part)
    return ReviewLine(review.id, review.entity, review.entity_kind, code or "–", what, review.message, who, moment_text(review.opened_at),
                      late, rows, heads, choices, other)


def review_words(review: Review) -> str:
    """What it is about, in two or three words."""
    if review.code in _REVIEWS:
        return _REVIEWS[review.code]
    data = review.op.get("data", {}) if isinstance(review.op.get("data"), dict) else {}
    kind = str(review.op.get("kind", ""))
    return _ACTIONS.get(str(data.get("action", "")), "") or _KINDS.get(kind, kind) or "Thay đổi"


def _pair(review: Review, desk: Desk, names: dict[str, str]) -> tuple[tuple[str, str, str], ...]:
    def side(facts: dict[str, Any]) -> tuple[str, str, str]:
        by = str(facts.get("received_by") or "")
        device = facts.get("device")
        at = facts.get("received_at")
        return (str(facts.get("code") or "–"), value_words("received_at", at),
                " · ".join(part for part in (names.get(by, by), _desk_words(device if isinstance(device, int) else 0, desk)) if part))

    titles = ("Mã hồ sơ", "Tiếp nhận lúc", "Người nhận")
    return tuple(zip(titles, side(review.current), side(review.wanted), strict=True))


def _decisions(review: Review, names: dict[str, str]) -> tuple[tuple[str, str, str], ...]:
    def side(facts: dict[str, Any]) -> tuple[str, str]:
        by = str(facts.get("settled_by") or "")
        return _DECISIONS.get(str(facts.get("decision")), str(facts.get("decision"))), names.get(by, by)

    return tuple(zip(("Quyết định", "Người quyết"), side(review.current), side(review.wanted), strict=True))


def _desk_words(device: int, desk: Desk) -> str:
    return "quầy này" if device == desk.device else f"quầy {device}" if device else ""


def _head(path: str) -> str:
    word = field_word(path)
    return word[0].upper() + word[1:]


def link_tile(link: LinkState, last: datetime | None, now: datetime) -> Tile:
    """How things stand with the centre."""
    role, icon = _LINKS.get(link, ("danger", "triangle-alert"))
    head, _, rest = link.sentence.partition(" – ")
    detail = rest or f"Đồng bộ lần cuối {recent_text(last, now)}"
    return Tile("Kết nối", head, detail[0].upper() + detail[1:], role, icon)


def unsent_tile(waiting: int, oldest: datetime | None, link: LinkState, problems: list[str], now: datetime) -> Tile:
    """How much waits, since when and why."""
    if not waiting:
        return Tile("Chưa gửi", "0", "Mọi thay đổi đã tới trung tâm", "success", "cloud-check")
    since = f"cũ nhất {age_words(now - oldest)}" if oldest else ""
    why = problems[-1] if problems else "đang gửi" if link.works else "sẽ tự gửi khi kết nối lại"
    detail = ", ".join(part for part in (since, why) if part)
    return Tile("Chưa gửi", number_text(waiting), detail[0].upper() + detail[1:], "info", "cloud-upload")


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
