"""Attachments go up when nothing else has to: one at a time, in parts that take about a second, and an op that was saved goes first.

What a cut costs is the part that was under way, so parts shrink after a failure. The gateway says where to go on.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from counter_app.store.blobs import FILES_WAIT, BlobDamaged, BlobItem
from counter_app.sync.allowance import Share
from counter_app.sync.client import GatewayClient
from counter_app.sync.errors import NotReached, Refused
from onestop.errors import EnvironmentFault, UserError
from onestop.wire_blobs import H_LENGTH, H_OFFSET, OCTETS, PART_BYTES, BlobReply, BlobRequest

if TYPE_CHECKING:
    from counter_app.store.engine import Store

#: Parts: to begin with and after a failure, the least, and how long one should take.
FIRST_PART, LEAST_PART, PART_SECONDS = 256 * 1024, 64 * 1024, 1.5
#: Under an allowance parts may be smaller: at 64 kbit/s one of these takes two seconds.
_SLOW_PART = 16 * 1024
#: So long attachments may keep a cycle; then ops and the pull have their turn.
TURN_SECONDS = 10.0
#: The gateway lost what it had or got something else: begun again so often in one turn.
BEGINNINGS = 3
_AGAIN = (404, 409, 410, 460)
#: What the line did to a part says nothing about the file.
_LINE = ("digest-mismatch", "body-unreadable")
_DAMAGED = "Tệp tải về không đúng với tệp đã đính kèm. Hãy thử lại hoặc báo bộ phận CNTT."


@dataclass
class Uploader:
    """The way up of one counter's attachments. ``part``: bytes of the next one, as the line bears it; ``most``: what a box on the way
    lets through (it answered 413 to more). ``share``: how much of the line they may take."""

    store: Store
    client: GatewayClient
    part: int = FIRST_PART
    most: int = PART_BYTES
    share: Share = field(default_factory=Share)

    def run(self, others: Callable[[], bool], seconds: float = TURN_SECONDS) -> bool:
        """Send until nothing waits, ``others()`` want the line, or the turn is over; returns whether something is left. Raises
        NotReached, Refused where the device itself is refused; a file the gateway will not take is marked so."""
        until = time.monotonic() + seconds
        self._tidy()
        with self.store.read() as reader:
            waiting = reader.blobs_waiting()
            told = reader.meta_get(FILES_WAIT) or ""
        allowed = self.share.now()
        why = "metered" if allowed.paused else f"capped:{allowed.bytes_per_second}" if allowed.bytes_per_second else ""
        why = why if waiting else ""
        if why != told:
            with self.store.write() as unit:
                unit.meta_set(FILES_WAIT, why)
        if waiting and allowed.paused:
            return False
        for item in waiting:
            try:
                if not self._send(item, lambda: others() or time.monotonic() > until):
                    return True
            except NotReached:
                self.part = max(LEAST_PART, min(self.part, FIRST_PART) // 2)
                raise
            except (Refused, BlobDamaged) as refused:
                if isinstance(refused, Refused) and refused.status in (401, 403, 426):
                    raise
                if refused.code in _LINE or (isinstance(refused, Refused) and refused.status in _AGAIN):
                    self.part = LEAST_PART
                    return True  # not this turn; the file is as good as before
                with self.store.write() as unit:
                    unit.blob_refused(item.sha256, refused.code, refused.message)
        return False

    def _send(self, item: BlobItem, stop: Callable[[], bool]) -> bool:
        """Whether it is through."""
        for beginning in range(1, BEGINNINGS + 1):
            at = self.client.call("POST", "/v1/blobs", BlobReply, body=BlobRequest(sha256=item.sha256, size=item.size))
            try:
                while not at.complete:
                    self._note(at)
                    if stop() or not self.share.wait(stop) or self.share.now().paused:
                        return False
                    at = self._part(item, at.offset)
                self._note(at)
                return True
            except Refused as refused:
                if (refused.status not in _AGAIN and refused.code not in _LINE) or beginning == BEGINNINGS:
                    raise
        raise AssertionError("unreachable")

    def _part(self, item: BlobItem, offset: int) -> BlobReply:
        content = self.store.blob_files.read(item.sha256, offset, self.share.part(self.part, PART_SECONDS, _SLOW_PART))
        started = time.monotonic()
        try:
            reply = self.client.call("PATCH", f"/v1/blobs/{item.sha256}", BlobReply, body=content, deadline=60.0,
                                     more={"Content-Type": OCTETS, H_OFFSET: str(offset), H_LENGTH: str(item.size)})
        except Refused as refused:
            self.share.used(len(content), started)  # they went down the line, whatever became of them
            if refused.status != 413 or len(content) <= LEAST_PART:
                raise
            self.most = self.part = max(len(content) // 2, LEAST_PART)
            return BlobReply(sha256=item.sha256, offset=offset)  # nothing went on; the smaller part has its turn like any other
        except NotReached:
            self.share.used(len(content), started)
            raise
        took = max(time.monotonic() - started, 0.001)
        self.share.used(len(content), started)
        self.part = int(min(max(len(content) * PART_SECONDS / took, LEAST_PART), 2 * self.part, self.most, PART_BYTES))
        return reply

    def _note(self, at: BlobReply) -> None:
        with self.store.write() as unit:
            unit.blob_progress(at.sha256, at.offset, done=at.complete)

    def _tidy(self) -> None:
        with self.store.read() as reader:
            settled = reader.blobs_settled()
        if settled:
            with self.store.write() as unit:
                unit.forget_blobs(settled)
            for name in settled:
                self.store.blob_files.drop(name)


def fetch(client: GatewayClient, sha256: str, target: Path) -> None:
    """Bring an attachment of our agency from the gateway into ``target``, which appears only when it is whole and right. Raises
    NotReached, UserError ``attachment-awaited`` (its counter has not sent it yet), EnvironmentFault ``file-unwritable``."""
    digest, part = hashlib.sha256(), target.with_name(target.name + ".part")
    try:
        with open(part, "wb") as handle:
            content = b"x" * PART_BYTES
            while len(content) == PART_BYTES:
                content = client.call("GET", f"/v1/blobs/{sha256}", bytes, params={"offset": str(handle.tell())}, deadline=60.0)
                handle.write(content)
                digest.update(content)
        if digest.hexdigest() != sha256:
            raise EnvironmentFault("attachment-damaged", _DAMAGED)
        os.replace(part, target)
    except Refused as refused:
        if refused.status == 404:
            raise UserError("attachment-awaited", "Tệp này đang được tải lên từ quầy khác. Hãy mở lại sau ít phút.") from None
        raise
    except OSError:
        raise EnvironmentFault("file-unwritable", "Không ghi được tệp vào nơi đã chọn.") from None
    finally:
        part.unlink(missing_ok=True)
