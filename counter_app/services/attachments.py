"""Scans and photographs that belong to a dossier: put there, looked at, taken off. The dossier never waits for its files."""

from __future__ import annotations

import mimetypes
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from counter_app.services.desk import Changes, Desk
from counter_app.store.blobs import FILES_WAIT
from onestop.errors import EnvironmentFault, UserError
from onestop.model import Attachment, Dossier
from onestop.ops import AttachLink, AttachUnlink
from onestop.text import nfc

if TYPE_CHECKING:
    from counter_app.store.unit import Reader
    from counter_app.sync.central import Central

#: What the gateway takes unless the province decided otherwise (``AgencySettings.extra["attachment_mb"]``).
MOST_BYTES = 50_000_000
_PIECE = 1024 * 1024
_METERED = "chờ đường truyền không tính cước theo dung lượng"
_BITS = 125  # bytes a second of a kbit/s

#: ``uploading``: from this counter, on its way ("đang tải lên"); ``refused``: the centre will not take it; ``here``: sent, and a copy is
#: still here; ``central``: to be fetched (another counter may still be sending it).
BlobState = Literal["uploading", "refused", "here", "central"]


@dataclass(frozen=True, slots=True)
class AttachmentView:
    """One file of a dossier as a screen shows it. ``sent``: bytes the centre has; ``message``: why it was refused, or waits."""

    attachment: Attachment
    state: BlobState
    sent: int = 0
    message: str = ""

    @property
    def words(self) -> str:
        """The state in plain words."""
        return {"uploading": "đang tải lên", "refused": "trung tâm không nhận", "here": "đã gửi", "central": "ở trung tâm"}[self.state]


@dataclass(frozen=True, slots=True)
class FilesWaiting:
    """Files of this counter that the centre does not have yet: how many, how many ``left`` bytes of them, and why they wait or go slowly
    and when they go on (empty: nothing holds them but what goes before)."""

    count: int
    left: int
    reason: str


def files_waiting(reader: Reader) -> FilesWaiting:
    """All attachments on their way, as the last cycle of the sync left them."""
    count, left = reader.blobs_left()
    return FilesWaiting(count, left, _why(reader, left) if count else "")


def _why(reader: Reader, left: int) -> str:
    """The reason in words; ``left``: bytes still to go, for how long that takes (0: not said)."""
    what, _, rate = (reader.meta_get(FILES_WAIT) or "").partition(":")
    if what == "metered":
        return f"{_METERED}; có thì tự gửi tiếp, hoặc đổi trong Cài đặt" if left else _METERED
    if what != "capped" or not rate.isdecimal() or not int(rate):
        return ""
    reason = f"gửi chậm theo giới hạn {number_words(int(rate) // _BITS)} kbit/s trong Cài đặt"
    return f"{reason}; còn khoảng {_minutes(left // int(rate))}" if left else reason


def _minutes(seconds: int) -> str:
    if seconds < 60:
        return "một phút"
    minutes = -(-seconds // 60)
    return f"{minutes} phút" if minutes < 120 else f"{-(-minutes // 60)} giờ"


def number_words(number: int) -> str:
    """``1.024``"""
    return f"{number:,}".replace(",", ".")


def attachments(reader: Reader, dossier: Dossier) -> list[AttachmentView]:
    """The files of a dossier, as linked; those taken off are left out."""
    return [_view(reader, one) for one in dossier.attachments if not one.removed]


def attach(desk: Desk, dossier_id: str, files: list[Path]) -> tuple[Dossier, Changes]:
    """Copy ``files`` into the store and link them. Raises UserError ``dossier-unknown``, ``file-unreadable``, ``file-empty``,
    ``attachment-too-large``, ``role-missing``; those before the refused one are linked."""
    staff = desk.require("attach.link")
    found = _dossier(desk, dossier_id)
    for file in files:
        most = desk.settings.extra.get("attachment_mb")
        sha256, size = desk.store.blob_files.take(file, most * 1_000_000 if isinstance(most, int) else MOST_BYTES)
        kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
        new = Attachment(sha256=sha256, name=nfc(file.name)[-200:], media_type=kind, size=size, linked_at=desk.now(), by=staff.id)
        with desk.store.write() as unit:
            done = unit.submit(AttachLink(attachment=new), entity=dossier_id, by=staff.id, at=desk.now())
            unit.add_blob(sha256, size, done.op.op, desk.now())
        assert isinstance(done.state, Dossier)
        found = done.state
        desk.changed(Changes(dossiers=frozenset({dossier_id})))
    return found, Changes(dossiers=frozenset({dossier_id}))


def detach(desk: Desk, dossier_id: str, sha256: str, reason: str) -> tuple[Dossier, Changes]:
    """Take a file off a dossier; the row and the bytes at the centre stay. Raises UserError ``attachment-unknown``, ``reason-missing``."""
    staff = desk.require("attach.unlink")
    held = _one(_dossier(desk, dossier_id), sha256)
    with desk.store.write() as unit:
        done = unit.submit(AttachUnlink(sha256=held.sha256, linked_at=held.linked_at, reason=reason), entity=dossier_id, by=staff.id,
                           at=desk.now())
    changes = Changes(dossiers=frozenset({dossier_id}))
    desk.changed(changes)
    assert isinstance(done.state, Dossier)
    return done.state, changes


def save(desk: Desk, central: Central, dossier: Dossier, sha256: str, target: Path) -> Attachment:
    """Write a file of ``dossier`` to ``target``: from our own copy, else from the centre. ``sha256`` may be its beginning. Raises
    UserError ``attachment-unknown``, ``attachment-awaited``, EnvironmentFault ``file-unwritable``, NotReached."""
    held = _one(dossier, sha256)
    files = desk.store.blob_files
    if not files.has(held.sha256):
        central.fetch_file(held.sha256, target)
        return held
    part = target.with_name(target.name + ".part")
    try:
        with open(part, "wb") as handle:
            handle.writelines(_pieces(desk, held))
        part.replace(target)
    except OSError:
        raise EnvironmentFault("file-unwritable", "Không ghi được tệp vào nơi đã chọn.") from None
    finally:
        with suppress(OSError):
            part.unlink()
    return held


def _pieces(desk: Desk, held: Attachment) -> Iterator[bytes]:
    for offset in range(0, held.size, _PIECE):
        yield desk.store.blob_files.read(held.sha256, offset, _PIECE)


def _view(reader: Reader, one: Attachment) -> AttachmentView:
    item = reader.blob(one.sha256)
    if item is None:
        return AttachmentView(one, "central")
    state: BlobState = "uploading" if item.state == "new" else "refused" if item.state == "refused" else "here"
    waits = _why(reader, 0) if state == "uploading" else ""
    return AttachmentView(one, state, item.sent, item.message or waits)


def _dossier(desk: Desk, dossier_id: str) -> Dossier:
    with desk.store.read() as reader:
        found = reader.dossier(dossier_id)
    if found is None:
        raise UserError("dossier-unknown", "Không có hồ sơ này trên máy.")
    return found


def _one(dossier: Dossier, sha256: str) -> Attachment:
    found = [one for one in dossier.attachments if len(sha256) >= 8 and one.sha256.startswith(sha256) and not one.removed]
    if len(found) != 1:
        raise UserError("attachment-unknown", "Hồ sơ không có tệp đính kèm này.")
    return found[0]
