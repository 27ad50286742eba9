"""One push = one transaction: deduplicate, lock, apply, write, and take the feed's head last.

The order of locks is stored entities by id → the day's number pool → slice by slice the op keys and what is new → the partition's
head. Only where two pushes bring the same ops cut into other batches can they wait for each other in a circle; the database then
gives one of them up (40P01), and it runs again.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from datetime import timedelta

import msgspec
from sqlalchemy import Connection, and_, or_, select
from sqlalchemy.exc import DBAPIError

from central_gateway.db import Database, TryAgain, must_retry
from central_gateway.errors import Refused
from central_gateway.failpoints import failpoint
from central_gateway.line import line
from central_gateway.services import bulk, devices, heads, letters
from central_gateway.services.adopt import SALVAGED
from central_gateway.services.batch import Batch
from central_gateway.services.catalogue import Cache
from central_gateway.services.incoming import Incoming, read
from central_gateway.services.origin import Origin
from central_gateway.services.writing import Writer
from central_gateway.tables import op as op_table
from central_gateway.tables import placed
from onestop.vntime import iso, utc_now
from onestop.wire import OpResult, PushReply, PushRequest

log = logging.getLogger("central_gateway")


#: How far a machine's hybrid clock may be ahead before it is worth a line in the log. It is never used for order.
_AHEAD = timedelta(minutes=5)
#: How many ops are judged before they are sent to be written.
_SLICE = 50
_FAILED = "Hệ thống trung tâm không ghi được thao tác này; đã giữ lại để người phụ trách xử lý."


class Forked(Exception):
    """Two machines speak as one incarnation: roll back, and let nobody use it any more."""


def watch(works: Sequence[Incoming], device: int) -> None:
    """Log a machine whose clock runs ahead; its ops are as good as any."""
    ahead = max((work.op.hlc >> 16 for work in works if work.op), default=0) / 1000 - time.time()
    if ahead > _AHEAD.total_seconds():
        log.warning("device %d: its clock is %d minutes ahead", device, ahead // 60)


class Push:
    """The ops of one device for one partition (``part`` = an agency it serves or served). With ``origin`` they are those of another
    machine, which signed for them."""

    def __init__(
        self, database: Database, cache: Cache, part: str, device: int, incarnation: str, origin: Origin | None = None,
    ) -> None:
        self.database, self.cache, self.part, self.origin = database, cache, part, origin
        self._all_new, self._end = True, None  # until an op turns out to have come before; the last row we appended
        self.device, self.incarnation = (origin.device, origin.incarnation) if origin else (device, incarnation)

    def accept(self, request: PushRequest) -> PushReply:
        """Apply the batch in one go; where a statement or a rule fails, again with a savepoint per op, so that one bad op does
        not sink the others. Raises Refused (403, 409, 413, 422, 503); then nothing was applied or the outcome is unknown."""
        works = read(request, self.device)
        if self.origin is not None:
            self.origin.covers(works)
        watch(works, self.device)
        try:
            reply = self._accept(request, works)
        except Forked:
            log.error("device %d: two machines use one incarnation", self.device)
            self.database.retrying(lambda conn: devices.mark_forked(conn, self.device, self.incarnation))
            raise devices.fork() from None
        failpoint("after-commit")
        return reply

    def _accept(self, request: PushRequest, works: Sequence[Incoming]) -> PushReply:
        try:
            return self.database.retrying(lambda conn: self._reply(conn, request, self._together(conn, works)))
        except (Refused, Forked):
            raise
        except Exception as error:
            log.warning("batch of %d ops taken apart after %s", len(works), type(error).__name__)
            self._all_new = False
            return self.database.retrying(lambda conn: self._reply(conn, request, self._each(conn, works)))

    def _reply(self, conn: Connection, request: PushRequest, results: dict[str, OpResult]) -> PushReply:
        reply = PushReply(batch=request.batch, results=list(results.values()), pos=str(self._end or heads.head(conn, self.part)))
        failpoint("before-commit")
        return reply

    def _each(self, conn: Connection, works: Sequence[Incoming]) -> dict[str, OpResult]:
        results: dict[str, OpResult] = {}
        for work in works:
            try:
                with conn.begin_nested():
                    results |= self._together(conn, [work])
            except (TryAgain, Refused, Forked):
                raise
            except Exception as error:
                if isinstance(error, DBAPIError) and must_retry(error):
                    raise
                log.error("op refused after %s", type(error).__name__)
                with conn.begin_nested():
                    results |= self._together(conn, [work], failed=True)
        return results

    def _together(self, conn: Connection, works: Sequence[Incoming], *, failed: bool = False) -> dict[str, OpResult]:
        now, self._end = iso(utc_now()), None
        results = {} if self._all_new else self._known(conn, works)
        todo = [work for work in works if work.op_id not in results]
        if todo:
            results |= self._write(conn, todo, now, failed)
        return {work.op_id: results[work.op_id] for work in works}

    def _write(self, conn: Connection, todo: Sequence[Incoming], now: str, failed: bool) -> dict[str, OpResult]:
        """Judge ``todo`` slice by slice; the database writes one slice while the next is judged. Raises TryAgain where an op has come
        before (a reply was lost, or the same op is being pushed at this moment) or a reception was not new: nearly all are, so only
        then is everything asked first."""
        key, claims = self.cache.mark_key(conn), []
        try:
            with line(conn) as send:
                batch = Batch(send, self.part, self.device, self.cache, todo, key, trusting=self._all_new,
                              fenced=self.origin is not None and self.origin.fenced)
                writer = Writer(send, self.part, self.device, self.incarnation, now)
                for first in range(0, len(todo), _SLICE):
                    some = todo[first:first + _SLICE]
                    if failed:
                        batch.refuse(some[0], "op-failed", _FAILED)
                    else:
                        batch.run(some)
                    claimed = [work for work in some if work.op_id not in batch.deferred]
                    claims.append((len(claimed), writer.claim(claimed, batch.results, placed=self.origin is None)))
                    failpoint("claim")
                    writer.entities(batch)
                    failpoint("entities")
                self._end = writer.feed(batch)
        except DBAPIError as error:
            if must_retry(error) or not self._all_new:
                raise
            self._all_new = False
            raise TryAgain from error
        if any(answer.count() != count for count, answer in claims):
            self._all_new = False
            raise TryAgain
        unread = [work.raw for work in todo if work.op is None and work.op_id not in batch.deferred]
        if unread:
            letters.keep(conn, self.device, self.part, "op-unreadable", unread)
        return batch.results

    def _known(self, conn: Connection, works: Sequence[Incoming]) -> dict[str, OpResult]:
        """The stored answers of ops that came before, each with the head as its place in the feed (at or after its own: a counter
        keeps what it sent until the backup covers that place). Another content under the same id is an alarm. Raises Forked when
        another op already has the place of one of ``works`` in this incarnation: both were made by what was one machine once."""
        places = {} if self.origin else {work.dseq: work.op_id for work in works if work.dseq}
        if not self.origin and len(places) < sum(1 for work in works if work.dseq):
            raise Forked
        same_place = [placed, op_table.c.device == self.device, op_table.c.incarnation == self.incarnation,
                      bulk.among(conn, op_table.c.dseq, list(places))]
        wanted = bulk.among(conn, op_table.c.op_id, [work.op_id for work in works])
        rows = conn.execute(select(op_table.c["op_id", "dseq", "device", "incarnation", "payload_hash", "result"])
                            .where(or_(wanted, and_(*same_place)) if places else wanted)).all()
        if not rows:
            return {}
        ours = self.device, self.incarnation
        if any(row.dseq in places and (row.device, row.incarnation) == ours and row.op_id != places[row.dseq] for row in rows):
            raise Forked
        stored = {row.op_id: row for row in rows}
        head = heads.head(conn, self.part)
        results = {}
        for work in works:
            row = stored.get(work.op_id)
            if row is None:
                continue
            if row.payload_hash not in (work.digest, SALVAGED):
                log.error("op id reused with another content by device %d", self.device)
                results[work.op_id] = OpResult(op=work.op_id, s="op_id_reuse", code="op-id-reuse",
                                               message="Số nhận dạng thao tác đã dùng cho nội dung khác.")
                continue
            first = msgspec.json.decode(row.result, type=OpResult)
            results[work.op_id] = msgspec.structs.replace(first, s="duplicate", was=first.s, seq=head.seq, chain=head.chain)
        return results
