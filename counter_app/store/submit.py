"""A use case's change becomes an op: frozen, in the outbox, and visible, in the transaction of its caller."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

from counter_app.store.entities import MODELS, entity_from
from counter_app.store.journal import Journal
from counter_app.store.numbering import Claiming
from counter_app.store.packing import pack_one
from counter_app.store.projection import AnyEntity, Projecting, apply_op, with_version
from counter_app.store.rows import Submitted
from onestop.codec import decode_op, encode, encode_op, kind_of
from onestop.errors import UserError
from onestop.ids import uuid7_hex
from onestop.model import Dossier
from onestop.ops import AssignCode, Create, CreateSlip, Op, Payload

_INSERT_OP = """INSERT INTO outbox (dseq, op_id, inc, part, entity, target, kind, base, state, created_at, payload_hash, payload)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'new', ?, ?, ?)"""

#: Five minutes as a stamp of the hybrid clock (48 bit milliseconds, 16 bit counter).
HLC_AHEAD = 5 * 60 * 1000 << 16


class Submitting(Projecting, Journal, Claiming):
    """``submit`` and its bookkeeping."""

    #: Ops made in this transaction (the witness counts them).
    submitted: int
    #: The hybrid clock's last stamp of this transaction (0: none yet).
    hlc: int

    def submit(self, payload: Payload, *, entity: str, by: str, at: datetime, replaces: str = "") -> Submitted:
        """Make the op for ``payload``, freeze its bytes, put it into the outbox and show its effect. ``replaces``: the op it is made of
        anew; one that creates then begins from nothing, as the one before did.

        Raises UserError with the rule's own code and message when the op does not fit what is known here (nothing is
        written then; other work of the same transaction stays possible), ``not-enrolled`` without a device.
        """
        enrolment = self.enrolment()
        if enrolment is None:
            raise UserError("not-enrolled", "Máy này chưa được đăng ký với hệ thống. Hãy chạy lệnh đăng ký (init) trước.")
        kind = self._target(payload, entity)
        stored = self._stored(kind, entity)
        anew = bool(replaces) and isinstance(payload, Create | CreateSlip)
        before: AnyEntity | None = entity_from(MODELS[kind], stored.shown) if stored and not anew else None
        op = Op(
            op=uuid7_hex(),
            dseq=self._next_dseq(),
            entity=entity,
            kind=kind_of(payload),
            base=before.version if before else None,
            at=at,
            by=by,
            device=enrolment.device,
            data=payload,
            hlc=self._next_hlc(),
            skew=self.store.clock.measured_skew(),
            auth=self.store.signed_in_by,
            replaces=replaces,
        )
        applied = apply_op(before, op)
        if applied.status in ("conflict", "rejected") or applied.state is None:
            raise UserError(applied.code, applied.message)
        after = with_version(applied, before)
        assert after is not None
        raw = encode_op(op)
        self._run(
            _INSERT_OP,
            op.dseq,
            op.op,
            self.incarnation(),
            after.agency,
            entity,
            kind,
            op.kind,
            op.base,
            int(at.timestamp()),
            hashlib.sha256(raw).hexdigest(),
            pack_one(raw),
        )
        data = encode(after)
        self._put(
            kind,
            entity,
            stored,
            after,
            server_version=stored.server_version if stored else 0,
            pending=(stored.pending if stored else 0) + 1,
            sync=max(stored.sync if stored else 0, 2),
            server=stored.server if stored else None,
            data=data,
        )
        if isinstance(payload, Create | AssignCode):
            self._number_used(after, entity)
        if kind == "review":
            self._review_changed(entity, after.entity, after.status)  # type: ignore[union-attr]
        self.audit(by, op.kind, entity, {"op": op.op}, at=at)
        self.submitted += 1
        return Submitted(op, after)

    def replace_op(self, old: str, make: Callable[[AnyEntity | None], Payload | None], *, by: str, at: datetime) -> Submitted | None:
        """Make the op that goes instead of ``old``, which stays in the outbox as ``void`` with the name of the new one. ``make`` is told
        what stands without ``old`` and what waits behind it (None: the gateway has none) and gives the new one (None: nothing goes, what
        it did is done again by hand). What waited behind goes behind the new one, each as an op of its own, as it was made (should the
        gateway have taken it unanswered, it merges); one that does not fit any more stays as it is, for the gateway to judge. Raises
        ``op-not-there``, and as ``make`` and ``submit``."""
        row = self._one("SELECT dseq, entity, target FROM outbox WHERE op_id = ? AND state IN ('quarantined', 'review', 'void') "
                        "AND replaced_by IS NULL", old)
        if row is None:
            raise UserError("op-not-there", "Thao tác này không còn trong hàng chờ.")
        dseq, entity, target = row
        behind = self._all("SELECT op_id, frozen(payload_hash, payload) FROM outbox WHERE entity = ? AND target = ? "
                           "AND state IN ('new', 'sent') AND dseq > ? ORDER BY dseq", entity, target, dseq)
        listed = json.dumps([op for op, _ in behind])
        self._run("UPDATE outbox SET state = 'void', replaced_by = '' WHERE op_id = ?", old)
        self._run("UPDATE outbox SET state = 'void' WHERE op_id IN (SELECT value FROM json_each(?))", listed)
        self._refresh(target, entity)
        stored = self._stored(target, entity)
        acked = self._one("SELECT 1 FROM outbox WHERE entity = ? AND target = ? AND state = 'acked' LIMIT 1", entity, target)
        there = stored is not None and (stored.server is not None or acked is not None)
        payload = make(entity_from(MODELS[target], stored.shown) if there and stored is not None else None)
        if payload is None:
            self._run("UPDATE outbox SET state = 'new' WHERE op_id IN (SELECT value FROM json_each(?))", listed)
            self._refresh(target, entity)
            return None
        done = self.submit(payload, entity=entity, by=by, at=at, replaces=old)
        self._replaced(old, done)
        for op_id, raw in behind:
            try:
                if raw is None:
                    raise UserError("op-damaged", "")
                was = decode_op(raw)
                after = self.submit(was.data, entity=entity, by=was.by, at=was.at, replaces=op_id)
            except UserError:
                self._run("UPDATE outbox SET state = 'new' WHERE op_id = ?", op_id)
                self._refresh(target, entity)
            else:
                self._replaced(op_id, after)
        return done

    def _replaced(self, old: str, new: Submitted) -> None:
        self._run("UPDATE outbox SET replaced_by = ? WHERE op_id = ?", new.op.op, old)
        self._run("UPDATE blob SET op = ? WHERE op = ?", new.op.op, old)

    def _target(self, payload: Payload, entity: str) -> str:
        """Which table the entity is in."""
        if isinstance(payload, CreateSlip):
            return "slip"
        if isinstance(payload, Create):
            return "dossier"
        for kind in ("dossier", "slip", "review"):
            if self._one(f"SELECT 1 FROM {kind} WHERE id = ?", entity):
                return kind
        raise UserError("unknown-entity", "Không tìm thấy hồ sơ hoặc phiếu mà thao tác này nói tới.")

    def _next_dseq(self) -> int:
        return self.last_dseq() + 1

    def _next_hlc(self) -> int:
        """The next stamp of this machine: after the one before, also when the clock was put back. Only a clock the gateway has set
        takes it back from more than five minutes ahead (a PC that once stood in another year)."""
        clock = self.store.clock
        now = int(clock.now().timestamp() * 1000) << 16
        last = self.hlc or self.store.own_facts(self).hlc
        self.hlc = now if now > last or (last - now > HLC_AHEAD and clock.anchored()) else last + 1
        return self.hlc

    def last_dseq(self) -> int:
        """The sequence number of the newest op ever made in this file."""
        return self.store.own_facts(self).dseq + self.submitted

    def _number_used(self, state: Any, entity: str) -> None:
        """Remember which dossier an issued number went to; a number another dossier bears is refused."""
        assert isinstance(state, Dossier)
        for code in filter(None, (state.code, state.provisional_code)):
            if self.claim(code, entity):
                continue
            if self._run("UPDATE code_issued SET entity = ?1 WHERE code = ?2 AND entity IN ('', ?1)", entity, code).rowcount:
                continue
            if self._one("SELECT 1 FROM code_issued WHERE code = ?", code):
                raise UserError("code-already-issued", "Mã hồ sơ này đã cấp cho hồ sơ khác.")
