"""The outbox: ops wait here until the gateway has answered for each. Their bytes are never changed, and an op without an
answer is deleted by nobody."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from itertools import accumulate

from counter_app.store.journal import Journal
from counter_app.store.packing import frozen
from counter_app.store.positions import Positions
from counter_app.store.projection import Projecting
from counter_app.store.rows import UNFINISHED, OutboxItem, OutboxSummary, moment
from counter_app.store.session import Session
from onestop.errors import UserError
from onestop.feed import Position
from onestop.wire import MAX_BATCH_BYTES, MAX_BATCH_OPS, OpResult

_ITEM = """SELECT o.dseq, o.op_id, o.entity, o.kind, o.state, o.created_at, o.attempts, o.code, o.message, o.review,
    coalesce((SELECT coalesce(d.code, d.provisional_code) FROM dossier d WHERE d.id = o.entity),
             (SELECT s.number FROM slip s WHERE s.id = o.entity), '') FROM outbox o"""
#: An op that is not finished, by its id.
_BY_OP = f"dseq = (SELECT dseq FROM outbox WHERE op_id = ? AND {UNFINISHED} LIMIT 1)"
#: Members of a JSON list: one statement for a batch.
_LISTED = "(SELECT value FROM json_each(?))"
#: Verdicts after which an op is done with.
ACKED = ("applied", "merged", "duplicate")
DAMAGED = ("Nội dung thao tác này bị hỏng trên đĩa của máy nên không gửi được; các thao tác khác vẫn được gửi. Những gì đã nhập vẫn hiện "
           "trên hồ sơ: hãy nhập lại thay đổi này và báo bộ phận CNTT kiểm tra đĩa.")
#: A deferred op (its catalogue version or another op is missing at the gateway) is tried again after this long.
DEFER = timedelta(seconds=30)


class OutboxReads(Session):
    """What waits, and what needs a person."""

    def outbox_summary(self) -> OutboxSummary:
        """How much waits and since when."""
        rows = self._all("SELECT state, count(*), min(created_at) FROM outbox GROUP BY state")
        waiting = [row for row in rows if row[0] in ("new", "sent")]
        return OutboxSummary(
            sum(row[1] for row in waiting),
            moment(min((row[2] for row in waiting), default=None)),
            {state: count for state, count, _ in rows},
        )

    def outbox(
        self, *, states: tuple[str, ...] = ("new", "sent", "review", "quarantined"), entity: str | None = None, limit: int = 500
    ) -> list[OutboxItem]:
        """Ops in these states, oldest first. ``what``: the code or slip number that people know."""
        marks = ", ".join("?" * len(states))
        where = f"o.state IN ({marks})" + (" AND o.entity = ?" if entity else "")
        rows = self._all(f"{_ITEM} WHERE {where} ORDER BY o.dseq LIMIT ?", *states, *([entity] if entity else []), limit)
        return [
            OutboxItem(dseq, op, ent, kind, state, moment(at), tries, code or "", message or "", review or "", what)
            for dseq, op, ent, kind, state, at, tries, code, message, review, what in rows
        ]

    def op_bytes(self, op_id: str) -> bytes | None:
        """The frozen bytes of an op (None: unknown, or damaged on the disk)."""
        row = self._one(f"SELECT payload_hash, payload FROM outbox WHERE {_BY_OP}", op_id) or self._one(
            "SELECT payload_hash, payload FROM outbox WHERE op_id = ?", op_id
        )
        return frozen(*row) if row else None

    def exportable(self, only: list[str]) -> list[tuple[str, str, bytes | None]]:
        """(op id, partition, frozen bytes; None: damaged on the disk) of ops without an answer, oldest first: all, or those in ``only``
        and the earlier ones of their entities."""
        rows = self._all(
            "SELECT op_id, part, payload_hash, payload, dseq, entity FROM outbox WHERE dseq IN "
            f"(SELECT dseq FROM outbox WHERE {UNFINISHED} AND state <> 'review') ORDER BY dseq"
        )
        last = {entity: dseq for op, _, _, _, dseq, entity in rows if op in only}
        return [(op, part, frozen(digest, raw)) for op, part, digest, raw, dseq, entity in rows
                if not only or dseq <= last.get(entity, -1)]

    def op_at(self, dseq: int) -> str | None:
        """The id of our op with this sequence number (None: forgotten since, or never made)."""
        row = self._one("SELECT op_id FROM outbox WHERE dseq = ?", dseq)
        return row[0] if row else None

    def parts_waiting(self) -> list[str]:
        """The partitions that have ops to send."""
        return [part for (part,) in self._all(f"SELECT DISTINCT part FROM outbox WHERE {UNFINISHED} AND state IN ('new', 'sent')")]


class Outbox(Projecting, Journal, OutboxReads, Positions):
    """Send and settle."""

    def next_batch(
        self, part: str, max_ops: int = MAX_BATCH_OPS, max_bytes: int = MAX_BATCH_BYTES, *, now: datetime | None = None,
        beyond: Collection[str] = (),
    ) -> list[tuple[str, bytes]]:
        """The next ops of ``part`` to send, oldest first, as (op id, frozen bytes), marked ``sent``.

        Ops already sent without an answer are among them (the same bytes go again). An op that needs a person, or must wait
        before its next try, holds back only the later ops of its own entity. A single op larger than ``max_bytes`` comes
        alone. ``beyond``: ops that are under way and whose answers the caller awaits before it sends these. One whose bytes are damaged
        on the disk is quarantined here: whatever else waits goes on.
        """
        at = int((now or self.store.clock.now()).timestamp())
        picked: list[tuple[int, str, str]] = []
        held: set[str] = set()
        rows = self._db.execute(
            f"SELECT dseq, op_id, entity, target, state, next_try_at FROM outbox "
            f"WHERE dseq IN (SELECT dseq FROM outbox WHERE {UNFINISHED}) AND part = ? ORDER BY dseq",
            (part,),
        )
        for dseq, op_id, entity, target, state, next_try in rows:
            if entity in held or op_id in beyond:
                continue
            if state in ("review", "quarantined") or next_try > at:
                held.add(entity)
                continue
            picked.append((dseq, entity, target))
            if len(picked) >= max_ops:
                break
        rows.close()
        rows = self._all(f"SELECT op_id, payload_hash, payload FROM outbox WHERE dseq IN {_LISTED} ORDER BY dseq",
                         _list(d for d, _, _ in picked))
        batch = [(op_id, raw) for op_id, digest, stored in rows if (raw := frozen(digest, stored)) is not None]
        if len(batch) < len(rows):
            sound = {op_id for op_id, _ in batch}
            for op_id in (op_id for op_id, _, _ in rows if op_id not in sound):
                self.quarantine(op_id, "op-damaged", DAMAGED)
                self.count_alarm("op-damaged")
            return self.next_batch(part, max_ops, max_bytes, now=now, beyond=beyond)
        sizes = accumulate(len(raw) for _, raw in batch)
        fits = max(1, sum(size <= max_bytes for size in sizes))
        batch, picked = batch[:fits], picked[:fits]
        self._run(f"UPDATE outbox SET state = 'sent', attempts = attempts + 1 WHERE dseq IN {_LISTED}", _list(d for d, _, _ in picked))
        for target in sorted({target for _, _, target in picked}):
            self._run(
                f"UPDATE {target} SET sync = 1 WHERE id IN {_LISTED} AND sync = 2 AND NOT EXISTS "
                f"(SELECT 1 FROM outbox WHERE entity = {target}.id AND {UNFINISHED} AND state = 'new')",
                _list({entity for _, entity, where in picked if where == target}),
            )
        return batch

    def settle(self, results: list[OpResult], pos: Position | None = None, *, now: datetime | None = None) -> list[tuple[str, str]]:
        """Record the gateway's answers; returns the entities whose state changed as (kind, id).

        ``applied``, ``merged`` → acked, also where the gateway wants a person to look at it: the review comes by the feed and the
        dossier's later ops do not wait for it · ``conflict``, ``rejected`` → review · ``duplicate`` → as the first answer was ·
        ``op_id_reuse`` → quarantined · ``deferred`` → waits and is sent again. An answer to an op that has one already changes
        nothing. ``pos``: the highest position the reply named.
        """
        later = int(((now or self.store.clock.now()) + DEFER).timestamp())
        touched: dict[tuple[str, str], int] = {}  # the newest version up to which answers change nothing that is shown; 0: they may
        rows = self._all(f"SELECT op_id, dseq, target, entity, kind FROM outbox WHERE dseq IN (SELECT dseq FROM outbox WHERE {UNFINISHED} "
                         f"AND state <> 'review' AND op_id IN {_LISTED})", json.dumps([r.op for r in results]))
        asked = {row[0]: row[1:] for row in rows}
        for r in results:
            found = asked.pop(r.op, None)
            if found is None:
                continue
            dseq, target, entity, kind = found
            key = (target, entity)
            if r.s == "deferred":
                touched[key] = 0
                self._run("UPDATE outbox SET state = 'new', next_try_at = ?, code = ?, message = ? WHERE dseq = ?",
                          later, r.code, r.message, dseq)
                continue
            state = self._answered(r, kind)
            touched[key] = min(touched.get(key, r.v), r.v) if state == "acked" else 0
            self._run("UPDATE outbox SET state = ?, ack_v = ?, ack_seq = ?, ack_chain = ?, review = ?, code = ?, message = ? "
                      "WHERE dseq = ?", state, r.v, r.seq, r.chain, r.review or None, r.code, r.message, dseq)
        for (kind, entity), version in touched.items():
            self._advance(kind, entity, version)
        if pos is not None:
            self.raise_hi(pos)
        return list(touched)

    def _answered(self, r: OpResult, kind: str) -> str:
        """The state of an op that was answered by ``r``."""
        verdict = r.was or r.s
        if verdict == "rejected" and kind == "review.settle" and r.code == "unknown-entity":
            return "void"  # sent again to a restored gateway that never opened this review: nothing is left to decide
        if verdict == "op_id_reuse":
            return "quarantined"
        if verdict in ACKED:
            return "acked"
        # Decided by somebody before the answer (lost once) reached us: nothing is left to wait for.
        return "void" if self._one("SELECT 1 FROM review WHERE id = ? AND status = 'settled'", r.review) else "review"

    def quarantine(self, op_id: str, code: str, message: str) -> tuple[str, str]:
        """Set an op aside that the gateway fails on while others pass; its own entity waits, all others go on. Returns that entity
        as (kind, id)."""
        return self._set_state(op_id, ("new", "sent"), "quarantined", code, message)

    def release(self, op_id: str) -> None:
        """Try a quarantined op again, with the same bytes."""
        self._set_state(op_id, ("quarantined",), "new", "", "")
        self._run(f"UPDATE outbox SET next_try_at = 0 WHERE {_BY_OP}", op_id)

    def end_waits(self) -> None:
        """A person asked to send now."""
        self._run(f"UPDATE outbox SET next_try_at = 0 WHERE {UNFINISHED} AND next_try_at > 0")
        self._run("UPDATE carried SET next_try_at = 0, state = CASE state WHEN 'quarantined' THEN 'new' ELSE state END")

    def reset_sent(self) -> int:
        """At start: what was being sent when the program ended has no answer yet; same bytes, same key. Returns how many."""
        changed = self._run("UPDATE outbox SET state = 'new' WHERE state = 'sent'").rowcount
        for kind in ("dossier", "slip", "review") if changed else ():
            self._run(f"UPDATE {kind} SET sync = 2 WHERE sync = 1")
        return changed

    def replay_after(self, part: str, durable_seq: int) -> int:
        """The gateway was restored from a backup that reaches ``durable_seq``: acked ops above it are sent again, and so are those
        it had refused (its review of them may be lost). What it still knows it answers as before."""
        again = "part = ? AND ((state = 'acked' AND (ack_seq > ? OR ack_seq = 0)) OR state = 'review')"
        entities = self._all(f"SELECT DISTINCT target, entity FROM outbox WHERE {again}", part, durable_seq)
        changed = self._run(
            "UPDATE outbox SET state = 'new', ack_v = NULL, next_try_at = 0, review = NULL, code = '', message = '' "
            f"WHERE {again}",
            part,
            durable_seq,
        ).rowcount
        for kind, entity in entities:
            self._refresh(kind, entity)
        return changed

    def prune_acked(self, durable: list[Position], before: datetime) -> int:
        """Forget acked ops that the gateway's off-site backup covers and that are older than ``before``."""
        return sum(
            self._run(
                "DELETE FROM outbox WHERE part = ? AND state = 'acked' AND ack_seq <= ? AND created_at < ? AND "
                "NOT EXISTS (SELECT 1 FROM dossier d WHERE d.id = outbox.entity AND d.server_version < outbox.ack_v)",
                p.part,
                p.seq,
                int(before.timestamp()),
            ).rowcount
            for p in durable
        )

    def _set_state(self, op_id: str, allowed: tuple[str, ...], state: str, code: str, message: str) -> tuple[str, str]:
        row = self._one(f"SELECT target, entity, state FROM outbox WHERE {_BY_OP}", op_id)
        if row is None or row[2] not in allowed:
            raise UserError("op-not-there", "Thao tác này không còn trong hàng chờ.")
        self._run(f"UPDATE outbox SET state = ?, code = ?, message = ? WHERE {_BY_OP}", state, code, message, op_id)
        self._refresh(row[0], row[1])
        return row[0], row[1]


def _list(values: Iterable[object]) -> str:
    """The parameter of ``_LISTED``."""
    return json.dumps(list(values))
