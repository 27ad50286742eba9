"""Attachments: files named by the sha256 of their bytes, sent in parts, kept in a folder that all workers share.

``<folder>/<2 digits>/<sha256>`` is complete and was hashed as a whole; ``<folder>/part/<device>/<sha256>`` is on its way. Each device
fills a file of its own, so two that bring the same content do not meet: both finish, one file stays. A file may be read by the
agencies whose counters brought it (table ``blob``): knowing a digest is no right to its content. Files are readable by the owner of
the process only; encryption at rest is the volume's matter (docs/operations/scale.md).
"""

from __future__ import annotations

import hashlib
import os
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from sqlalchemy import Connection, select
from sqlalchemy.dialects import postgresql, sqlite

from central_gateway.db import Database
from central_gateway.errors import Refused
from central_gateway.settings import Settings
from central_gateway.tables import blob
from onestop.errors import EnvironmentFault
from onestop.vntime import iso, utc_now
from onestop.wire_blobs import H_OFFSET, PART_BYTES, BlobReply, BlobRequest

#: Files one device may have on their way; the one touched longest ago makes room.
MOST_UNFINISHED = 50
_SHA256 = re.compile("[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Sender:
    """Whose bytes these are: a device, and the agencies it serves or not long ago served."""

    device: int
    parts: tuple[str, ...]


class Blobs:
    """The folder. Raises everywhere: Refused 422 ``attachments-off`` without one, EnvironmentFault ``attachments-unwritable``."""

    def __init__(self, settings: Settings) -> None:
        self._folder = Path(settings.blobs) if settings.blobs else None
        self._most, self._days = settings.max_blob_bytes, settings.blob_days

    def begin(self, sender: Sender, request: BlobRequest, database: Database) -> BlobReply:
        """Where to go on with this file: at 0, in the middle, or nowhere because it is here. Raises Refused 413
        ``attachment-too-large``, 422 ``attachment-invalid``."""
        name = _name(request.sha256)
        if request.size <= 0 or len(request.media_type) > 100:
            raise _invalid()
        if request.size > self._most:
            raise Refused(413, "attachment-too-large", f"Tệp lớn hơn {self._most // 1_000_000} MB nên hệ thống trung tâm không nhận.")
        if self._whole(name).exists():
            with database.read() as conn:
                if _owned(conn, sender.parts, name):
                    return BlobReply(sha256=name, offset=request.size, complete=True)
        with self._faults(), self._open(sender, name) as handle:
            here = handle.seek(0, os.SEEK_END)
            if here < request.size:
                return BlobReply(sha256=name, offset=here)
            self._finish(sender, name, handle, database)  # all of it came, and then we were killed
        return BlobReply(sha256=name, offset=request.size, complete=True)

    def held(self, conn: Connection, sender: Sender, sha256: str) -> BlobReply:
        """What is here of a file. Raises Refused 404 ``attachment-unknown``."""
        name = _name(sha256)
        if self._whole(name).exists() and _owned(conn, sender.parts, name):
            return BlobReply(sha256=name, offset=self._whole(name).stat().st_size, complete=True)
        with suppress(FileNotFoundError):
            return BlobReply(sha256=name, offset=self._partial(sender, name).stat().st_size)
        raise _unknown()

    def take(self, sender: Sender, sha256: str, offset: int, size: int, content: bytes, database: Database) -> BlobReply:
        """One more part of a file of ``size`` bytes. Raises Refused 404 ``attachment-unknown`` (begin again), 409 ``offset-wrong`` (with
        the right one), 413 ``part-too-large``, 460 ``attachment-digest`` when the whole is not what its name says: it is begun again."""
        name = _name(sha256)
        if not 0 < size <= self._most or not content or offset + len(content) > size or len(content) > PART_BYTES:
            raise Refused(413, "part-too-large", "Phần tệp gửi lên vượt quá kích thước đã báo.")
        with self._faults():
            if not self._partial(sender, name).exists():
                raise _unknown()
            with self._open(sender, name) as handle:
                here = handle.seek(0, os.SEEK_END)
                if here != offset:
                    message = "Phần tệp gửi lên không nối tiếp phần đã có; máy sẽ tự gửi lại."
                    raise Refused(409, "offset-wrong", message, headers={H_OFFSET: str(here)})
                handle.write(content)
                handle.flush()
                os.fsync(handle.fileno())
                if here + len(content) < size:
                    return BlobReply(sha256=name, offset=here + len(content))
                self._finish(sender, name, handle, database)
        return BlobReply(sha256=name, offset=size, complete=True)

    def read(self, conn: Connection, part: str, sha256: str, offset: int) -> tuple[bytes, int]:
        """Up to 1 MiB from ``offset`` of a file of agency ``part``, and its whole size. Raises Refused 404 ``attachment-unknown``."""
        name = _name(sha256)
        if not _owned(conn, (part,), name):
            raise _unknown()
        try:
            with open(self._whole(name), "rb") as handle:
                size = handle.seek(0, os.SEEK_END)
                handle.seek(min(offset, size))
                return handle.read(PART_BYTES), size
        except FileNotFoundError:
            raise _unknown() from None

    def sweep(self) -> int:
        """Drop what was begun and not touched for ``blob_days``. Returns how many files went."""
        gone = 0
        if self._folder is not None:
            before = time.time() - self._days * 86400
            for path in (self._folder / "part").glob("*/*"):
                with suppress(FileNotFoundError):
                    if path.stat().st_mtime < before:
                        path.unlink()
                        gone += 1
        return gone

    def _finish(self, sender: Sender, name: str, handle: IO[bytes], database: Database) -> None:
        """Hash the whole, then let the agencies of ``sender`` read it, then give it its name: in this order nothing that was sent
        has to be sent again, wherever we are killed."""
        handle.seek(0)
        partial, whole = self._partial(sender, name), self._whole(name)
        if hashlib.file_digest(handle, "sha256").hexdigest() != name:
            partial.unlink()
            raise Refused(460, "attachment-digest", "Tệp nhận được khác với tệp đã báo; máy sẽ gửi lại từ đầu.")
        size = handle.seek(0, os.SEEK_END)
        database.retrying(lambda conn: _own(conn, sender, name, size))
        whole.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.replace(partial, whole)
        with suppress(OSError, AttributeError):  # the name is on the disk before anybody is told
            folder = os.open(whole.parent, os.O_RDONLY | os.O_DIRECTORY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)

    @contextmanager
    def _open(self, sender: Sender, name: str) -> Iterator[IO[bytes]]:
        """The file on its way, made if need be, locked against the same device in another process."""
        path = self._partial(sender, name)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not path.exists():
            others = sorted(path.parent.iterdir(), key=lambda other: other.stat().st_mtime)
            for other in others[: max(0, len(others) + 1 - MOST_UNFINISHED)]:
                other.unlink(missing_ok=True)
        with open(os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o600), "r+b") as handle:
            with suppress(ImportError):  # Windows: a demonstration, one process
                import fcntl

                fcntl.flock(handle, fcntl.LOCK_EX)
            yield handle

    @contextmanager
    def _faults(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise EnvironmentFault("attachments-unwritable", "Hệ thống trung tâm chưa ghi được tệp đính kèm (đĩa đầy hoặc hỏng); "
                                   "máy sẽ tự gửi lại.", reason=type(error).__name__) from None

    def _root(self) -> Path:
        if self._folder is None:
            raise Refused(422, "attachments-off", "Hệ thống trung tâm chưa bật nhận tệp đính kèm. Tệp vẫn còn trên máy này.")
        return self._folder

    def _whole(self, name: str) -> Path:
        return self._root() / name[:2] / name

    def _partial(self, sender: Sender, name: str) -> Path:
        return self._root() / "part" / str(sender.device) / name


def _name(sha256: str) -> str:
    if not _SHA256.fullmatch(sha256):
        raise _invalid()
    return sha256


def _owned(conn: Connection, parts: tuple[str, ...], sha256: str) -> bool:
    found = conn.scalars(select(blob.c.part).where(blob.c.sha256 == sha256, blob.c.part.in_(parts))).all()
    return set(found) == set(parts)


def _own(conn: Connection, sender: Sender, sha256: str, size: int) -> None:
    dialect = postgresql if conn.dialect.name == "postgresql" else sqlite
    rows = [{"part": part, "sha256": sha256, "size": size, "device": sender.device, "at": iso(utc_now())} for part in sorted(sender.parts)]
    conn.execute(dialect.insert(blob).values(rows).on_conflict_do_nothing())


def _invalid() -> Refused:
    return Refused(422, "attachment-invalid", "Thông tin tệp đính kèm không hợp lệ.")


def _unknown() -> Refused:
    return Refused(404, "attachment-unknown", "Hệ thống trung tâm chưa có tệp này (có thể đang được tải lên từ quầy khác).")
