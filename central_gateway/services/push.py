"""One push = one transaction: deduplicate, lock, apply, write, and take the feed's head last.

The order of locks is entities by id → the day's number pool → op keys → the partition's head, the same everywhere, so two
pushes cannot wait for each other in a circle.
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
from central_gateway.services import bulk, devices, heads, letters
from central_gateway.services.adopt import SALVAGED
from central_gateway.services.append import append
from central_gateway.services.batch import Batch
from central_gateway.services.catalogue import Cache
from central_gateway.services.incoming import Incoming, read
from central_gateway.services.origin import Origin
from central_gateway.tables import alias, entity, placed
from central_gateway.tables import op as op_table
from onestop.feed import Position
from onestop.vntime import iso, utc_now
from onestop.wire import OpResult, PushReply, PushRequest

log = logging.getLogger("central_gateway")


#: How far a machine's hybrid clock may be ahead before it is worth a line in the log. It is never used for order.
_AHEAD = timedelta(minutes=5)


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
            known, settings = self.cache.rules(conn, self.part)
            batch = Batch(conn, self.part, self.device, known, settings, todo, self.cache.mark_key(conn),
                          fenced=self.origin is not None and self.origin.fenced)
            if failed:
                batch.refuse(todo[0], "op-failed", "Hệ thống trung tâm không ghi được thao tác này; đã giữ lại để người phụ trách xử lý.")
            else:
                batch.run(todo)
            self._claim(conn, [work for work in todo if work.op_id not in batch.deferred], batch.results, now)
            failpoint("claim")
            self._write(conn, batch, now)
            unread = [work.raw for work in todo if work.op is None and work.op_id not in batch.deferred]
            if unread:
                letters.keep(conn, self.device, self.part, "op-unreadable", unread)
            results |= batch.results
        return {work.op_id: results[work.op_id] for work in works}

    def _claim(self, conn: Connection, works: Sequence[Incoming], results: dict[str, OpResult], now: str) -> None:
        """Insert the op rows with their answers; the keys decide who is first. Raises TryAgain where an op has come before (a reply
        was lost, or the same op is being pushed at this moment): nearly all are new, so only then is that asked first."""
        if not works:
            return
        ordered = sorted(works, key=lambda work: work.op_id)
        claimed = bulk.insert_new(conn, op_table, {
            "op_id": [work.op_id for work in ordered], "dseq": [0 if self.origin else work.dseq for work in ordered],
            "payload_hash": [work.digest for work in ordered],
            "result": [msgspec.json.encode(results[work.op_id]).decode() for work in ordered],
        }, part=self.part, device=self.device, incarnation=self.incarnation, received_at=now)
        if claimed != len(ordered):
            self._all_new = False
            raise TryAgain

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

    def _write(self, conn: Connection, batch: Batch, now: str) -> None:
        changed = [(identity, held) for identity, held in sorted(batch.held.items()) if held.version != held.stored]
        new = [(identity, held) for identity, held in changed if held.stored == 0]
        old = [(identity, held) for identity, held in changed if held.stored]
        for rows, insert in ((new, True), (old, False)):
            columns = {
                "id": [identity for identity, _ in rows], "version": [held.version for _, held in rows],
                "code": [getattr(held.value(), "code", None) if held.kind == "dossier" else None for _, held in rows],
                "mark": [held.mark for _, held in rows], "data": [held.text for _, held in rows],
            }
            if insert:
                bulk.insert_rows(conn, entity, {**columns, "kind": [held.kind for _, held in rows]}, part=self.part)
            else:
                bulk.update_rows(conn, entity, ("id",), columns)
        if batch.aliases:
            unique = list(dict.fromkeys(batch.aliases))
            bulk.insert_rows(conn, alias, {"text": [a[0] for a in unique], "id": [a[1] for a in unique], "kind": [a[2] for a in unique]})
        failpoint("entities")
        self._append(conn, batch, now)

    def _append(self, conn: Connection, batch: Batch, now: str) -> None:
        """The feed rows; each answer learns where its op stands."""
        found = append(conn, self.part, batch.rows, now)
        self._end = Position(self.part, found.first + len(found.chains) - 1, found.chains[-1]) if found.chains else None
        for op_id, index in batch.row_of.items():
            result = batch.results[op_id]
            result.seq, result.chain = found.first + index, found.chains[index]
