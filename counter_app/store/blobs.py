"""Which attachments were made here and how far each has come on its way to the gateway."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from counter_app.store.session import Session, WriteSession
from onestop.errors import EnvironmentFault

#: Why attachments wait as a whole (``Reader.meta_get``): ``metered``; ``capped:BYTES`` where they go slowly, at most so many bytes a
#: second; or empty.
FILES_WAIT = "files_wait"
_ITEM = "SELECT sha256, size, sent, state, code, message FROM blob"


@dataclass(frozen=True, slots=True)
class BlobItem:
    """A file of our own. ``sent``: bytes the gateway said it holds. ``state``: ``new``, ``sent`` or ``refused``."""

    sha256: str
    size: int
    sent: int
    state: str
    code: str = ""
    message: str = ""


class BlobDamaged(EnvironmentFault):
    """The disk does not give back what was written."""

    def __init__(self, sha256: str) -> None:
        super().__init__("attachment-damaged", "Bản lưu của tệp đính kèm trên máy này bị mất hoặc hỏng. Hãy đính kèm lại từ giấy tờ gốc.",
                         sha256=sha256)


class BlobReads(Session):
    """What is there and what waits."""

    def blob(self, sha256: str) -> BlobItem | None:
        """A file made here."""
        row = self._one(f"{_ITEM} WHERE sha256 = ?", sha256)
        return BlobItem(*row) if row else None

    def blobs_waiting(self, limit: int = 100) -> list[BlobItem]:
        """Files to be sent: those that were begun first, then the oldest."""
        rows = self._all(f"{_ITEM} WHERE state = 'new' ORDER BY sent = 0, created_at, sha256 LIMIT ?", limit)
        return [BlobItem(*row) for row in rows]

    def blobs_left(self) -> tuple[int, int]:
        """How many files are still to be sent, and how many bytes of them."""
        row = self._one("SELECT count(*), coalesce(sum(size - sent), 0) FROM blob WHERE state = 'new'")
        return (row[0], row[1]) if row else (0, 0)

    def blobs_settled(self) -> list[str]:
        """Files this counter need not keep: the gateway has them, and the ops that link them were forgotten, which happens only when
        its off-site backup covers them."""
        return [sha for (sha,) in self._all(
            "SELECT sha256 FROM blob WHERE state = 'sent' AND NOT EXISTS (SELECT 1 FROM outbox WHERE op_id = blob.op)")]


class Blobs(WriteSession, BlobReads):
    """Changes of the same."""

    def add_blob(self, sha256: str, size: int, op: str, at: datetime) -> None:
        """A file was copied into the store and linked by ``op``. One that was sent before is asked for again: that costs a request."""
        self._run("INSERT INTO blob(sha256, size, op, created_at) VALUES (?, ?, ?, ?) ON CONFLICT(sha256) DO UPDATE "
                  "SET op = excluded.op, state = 'new', code = '', message = ''", sha256, size, op, int(at.timestamp()))

    def blob_progress(self, sha256: str, sent: int, *, done: bool = False) -> None:
        """The gateway holds so much of it."""
        self._run("UPDATE blob SET sent = ?, state = ? WHERE sha256 = ?", sent, "sent" if done else "new", sha256)

    def blob_refused(self, sha256: str, code: str, message: str) -> None:
        """The gateway will not take it: a person has to look."""
        self._run("UPDATE blob SET state = 'refused', code = ?, message = ? WHERE sha256 = ?", code, message, sha256)

    def forget_blobs(self, names: list[str]) -> None:
        """Files that are not kept here any more."""
        self._many("DELETE FROM blob WHERE sha256 = ?", [(name,) for name in names])
