"""Ops of another machine that people carried here as a signed export: they are sent from here as they are, and kept until the
gateway has answered for each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from counter_app.store.outbox import DEFER
from counter_app.store.rows import moment
from counter_app.store.session import Session, WriteSession
from onestop.wire import MAX_BATCH_BYTES, MAX_BATCH_OPS, OpResult

_OPEN = "state IN ('new', 'sent')"


@dataclass(frozen=True, slots=True)
class CarriedItem:
    """One op of machine ``device``; ``state`` as in the outbox."""

    op: str
    device: int
    state: str
    created_at: datetime
    code: str
    message: str


class CarriedReads(Session):
    """What was brought here."""

    def carried(self) -> list[CarriedItem]:
        """Every carried op that is not at the centre, oldest first. What the centre took for a person to look at is there: every desk
        has it as a review."""
        rows = self._all("SELECT op_id, device, state, created_at, code, message FROM carried "
                         "WHERE state IN ('new', 'sent', 'quarantined') ORDER BY n")
        return [CarriedItem(op, device, state, moment(at), code, message) for op, device, state, at, code, message in rows]

    def carried_batch(self, part: str, now: datetime) -> tuple[str, list[tuple[str, bytes]]]:
        """(signed export, ops) to send next: all of one export, oldest first; empty when nothing waits."""
        at = int(now.timestamp())
        row = self._one(f"SELECT origin FROM carried WHERE part = ? AND {_OPEN} AND next_try_at <= ? ORDER BY n LIMIT 1", part, at)
        if row is None:
            return "", []
        rows = self._all(
            f"SELECT op_id, payload FROM carried WHERE part = ? AND origin = ? AND {_OPEN} AND next_try_at <= ? ORDER BY n LIMIT ?",
            part, row[0], at, MAX_BATCH_OPS)
        batch: list[tuple[str, bytes]] = []
        for op, raw in rows:
            if batch and sum(len(r) for _, r in batch) + len(raw) > MAX_BATCH_BYTES:
                break
            batch.append((op, raw))
        return row[0], batch


class Carried(CarriedReads, WriteSession):
    """Take in and settle."""

    def carry(self, part: str, device: int, origin: str, ops: list[tuple[str, bytes]], at: datetime) -> int:
        """Keep these ops to be sent under ``origin``; one that is here already is left alone, unless it was set aside: the file was made
        anew, as people were told to. Returns how many are new."""
        before = self._one("SELECT count(*) FROM carried")
        self._many(
            "UPDATE carried SET origin = ?, payload = ?, state = 'new', next_try_at = 0, code = '', message = '' "
            "WHERE op_id = ? AND state = 'quarantined'", [(origin, raw, op) for op, raw in ops])
        self._many(
            "INSERT OR IGNORE INTO carried (op_id, part, device, created_at, origin, payload) VALUES (?, ?, ?, ?, ?, ?)",
            [(op, part, device, int(at.timestamp()), origin, raw) for op, raw in ops])
        after = self._one("SELECT count(*) FROM carried")
        assert before is not None and after is not None
        return after[0] - before[0]

    def settle_carried(self, results: list[OpResult], now: datetime) -> None:
        """Record the gateway's answers. What it wants a person to look at comes to every desk as a review."""
        for r in results:
            verdict = r.was or r.s
            state = {"deferred": "new", "conflict": "review", "rejected": "review", "op_id_reuse": "quarantined"}.get(verdict, "acked")
            later = int((now + DEFER).timestamp()) if verdict == "deferred" else 0
            self._run(f"UPDATE carried SET state = ?, next_try_at = ?, code = ?, message = ? WHERE op_id = ? AND {_OPEN}",
                      state, later, r.code, r.message, r.op)

    def set_carried_aside(self, ops: list[str], code: str, message: str) -> None:
        """The gateway does not take them under this export: a person has to know."""
        self._many(f"UPDATE carried SET state = 'quarantined', code = ?, message = ? WHERE op_id = ? AND {_OPEN}",
                   [(code, message, op) for op in ops])
