"""What is not at the centre yet, in plain words: how much, since when, why, and what can be done."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from counter_app.services.attachments import FilesWaiting, files_waiting
from counter_app.services.desk import Changes, Desk
from counter_app.store.rows import OutboxItem
from counter_app.sync.link_state import LinkState, last_link

if TYPE_CHECKING:
    from counter_app.store.unit import Reader
    from counter_app.sync.engine import SyncEngine

_LINK = {
    LinkState.OFFLINE: "Đang mất mạng; máy tự gửi khi có mạng.",
    LinkState.PORTAL: "Mạng yêu cầu đăng nhập; hãy mở trình duyệt để đăng nhập mạng.",
    LinkState.SERVER_TROUBLE: "Trung tâm đang gặp sự cố hoặc đang bận; máy tự gửi lại.",
    LinkState.NOT_TRUSTED: "Không xác thực được trung tâm; hãy xem ngày giờ của máy có đúng không, rồi báo bộ phận CNTT.",
    LinkState.FENCED: "Máy đã bị ngừng quyền gửi; hãy xuất thao tác ra tệp và gửi từ máy khác của đơn vị.",
    LinkState.UPGRADE_NEEDED: "Cần cập nhật phần mềm.",
}
#: Unsent for longer than this deserves a warning although the network is there.
OLD = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class UnsentOp:
    """One op and why it is still here. ``what``: the code or number people know; ``exportable``: it can go by a file."""

    item: OutboxItem
    reason: str
    exportable: bool = True


@dataclass(frozen=True, slots=True)
class Unsent:
    """``waiting`` ops have no answer; ``stuck`` ones need a person; ``carried`` came from another machine (``carried_reason``: why the
    centre does not take them). ``age``: of the oldest that waits. ``old``: longer than an hour. ``files``: attachments, which travel
    beside the ops."""

    waiting: int
    stuck: int
    carried: int
    oldest: datetime | None
    age: timedelta
    old: bool
    reason: str
    ops: tuple[UnsentOp, ...]
    files: FilesWaiting
    carried_reason: str = ""


def unsent(desk: Desk, link: LinkState = LinkState.UNKNOWN, *, limit: int = 500) -> Unsent:
    """Everything that is not settled at the centre, oldest first. Where this process does not know the link, that of the last cycle
    counts."""
    with desk.store.read() as reader:
        return read_unsent(reader, desk, last_link(reader) if link is LinkState.UNKNOWN else link, limit=limit)


def read_unsent(reader: Reader, desk: Desk, link: LinkState = LinkState.UNKNOWN, *, limit: int = 500, stopped: str = "") -> Unsent:
    """The same within a read of the caller. ``stopped``: what at this machine keeps the sync from its work (``SyncReport.stopped``)."""
    summary = reader.outbox_summary()
    ops, held = [], set()
    for item in reader.outbox(limit=limit):
        ops.append(UnsentOp(item, _reason(item, stopped or _LINK.get(link, ""), item.entity in held), item.state != "review"))
        if item.state in ("review", "quarantined") or item.code:
            held.add(item.entity)
    age = desk.now() - summary.oldest if summary.oldest else timedelta(0)
    stuck = summary.per_state.get("quarantined", 0) + summary.per_state.get("review", 0)
    reason = (stopped or _LINK.get(link, "")) if summary.waiting else ""
    carried = reader.carried()
    refused = next((item.message for item in carried if item.state == "quarantined"), "")
    return Unsent(summary.waiting, stuck, len(carried), summary.oldest, age, age > OLD, reason, tuple(ops), files_waiting(reader), refused)


def retry_now(desk: Desk, engine: SyncEngine) -> Changes:
    """Send everything that waits now: waits of our own end, what was set aside is tried once more (the same bytes, the same key).
    A wait the centre asked for still holds. Raises ``not-signed-in``, ``role-missing``."""
    staff = desk.require("review.settle")
    with desk.store.write() as unit:
        released = [item for item in unit.outbox(states=("quarantined",))]
        for item in released:
            unit.release(item.op)
        unit.end_waits()
        unit.audit(staff.id, "sync-now", "", {"released": len(released)}, at=desk.now())
    engine.retry_now()
    changes = Changes()
    desk.changed(changes)
    return changes


def _reason(item: OutboxItem, common: str, behind: bool) -> str:
    if item.state in ("review", "quarantined"):
        return item.message or "Cần người xử lý."
    if behind:
        return "Chờ thao tác trước của cùng hồ sơ (xem Cần xử lý). Quyết định xong, máy tự gửi tiếp; hồ sơ khác không phải chờ."
    if item.code:
        return item.message or "Trung tâm chưa nhận được thao tác này; máy tự gửi lại."
    if common:
        return common
    if item.attempts:
        return "Đã gửi nhưng chưa có trả lời; máy tự gửi lại, trung tâm không ghi hai lần."
    return "Chờ đến lượt gửi."
