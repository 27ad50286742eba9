"""Screen state = the server's copy + our own ops that it does not yet cover.

Covered: the gateway's answer named a version the copy has reached, or the copy's own history holds the op (its answer was
lost on the way). An op the gateway refused is not shown any more (a person decides), except the one that made an entity
the gateway does not have: what was typed must not vanish from the screen.
"""

from __future__ import annotations

from collections.abc import Sequence

from counter_app.store.entities import MODELS, entity_from
from counter_app.store.rows import UNFINISHED
from counter_app.store.saving import Saving
from counter_app.store.words import columns_of
from onestop import apply as rules
from onestop.codec import decode_op, encode
from onestop.copying import replace, settled
from onestop.errors import UserError
from onestop.model import Dossier, Review, Slip
from onestop.ops import Op, SettleReview

AnyEntity = Dossier | Slip | Review

_OPS = f"""SELECT op_id, frozen(payload_hash, payload) FROM outbox WHERE dseq IN (
    SELECT dseq FROM outbox WHERE {UNFINISHED} AND entity = ?1 AND target = ?2 AND (state <> 'review' OR (base IS NULL AND ?3 = 0))
    UNION ALL SELECT dseq FROM outbox WHERE state = 'acked' AND entity = ?1 AND target = ?2 AND
    (ack_v > ?3 OR (base IS NULL AND ?3 = 0))) ORDER BY dseq"""
_STATES = f"SELECT state, count(*) FROM outbox WHERE entity = ? AND target = ? AND {UNFINISHED} GROUP BY state"


def apply_op(state: AnyEntity | None, op: Op) -> rules.Applied:
    """``onestop.apply`` for dossiers and slips; a review knows one op, its settlement."""
    if not isinstance(op.data, SettleReview):
        return rules.apply(state, op)  # type: ignore[arg-type]
    if not isinstance(state, Review):
        return rules.Applied("rejected", None, "unknown-entity", "Không tìm thấy việc cần xem xét này.")
    if state.status == "settled":
        return rules.Applied("conflict", state, "review-settled", "Việc này đã được người khác quyết định.")  # type: ignore[arg-type]
    done = replace(state, status="settled", settled_at=op.at, settled_by=op.by, decision=op.data.decision)
    return rules.Applied("applied", done)  # type: ignore[arg-type]


def with_version(applied: rules.Applied, before: AnyEntity | None) -> AnyEntity | None:
    """The entity after an op, its version counted as the gateway will count it."""
    if applied.state is None or applied.status == "rejected":
        return before
    version = (before.version if before else 0) + 1
    if applied.state is before:
        return replace(applied.state, version=version)
    return settled(applied.state, version=version)  # the copy that applying the op made


def project(kind: str, server: bytes | None, ops: Sequence[tuple[str, bytes | None]]) -> AnyEntity | None:
    """``server`` with ``ops`` (id, frozen bytes, None: damaged; oldest first) on top."""
    state: AnyEntity | None = entity_from(MODELS[kind], server) if server is not None else None
    for op_id, raw in ops:
        if raw is None or any(event.id == op_id for event in getattr(state, "events", ())):
            continue
        try:
            op = decode_op(raw)
        except UserError:
            continue  # of another program version: the gateway will judge it, here it has no effect
        state = with_version(apply_op(state, op), state)
    return state


class Projecting(Saving):
    """Bring rows up to date after the outbox or the server's copy changed."""

    def _refresh(self, kind: str, entity: str, server: tuple[int, bytes] | None = None) -> None:
        """Work out what the screen shows for one entity. ``server``: its new (version, JSON) from the gateway."""
        stored = self._stored(kind, entity)
        if stored is None and server is None:
            return
        version, raw = server if server is not None else (stored.server_version, stored.server) if stored else (0, None)
        ops = self._all(_OPS, entity, kind, version)
        state = project(kind, raw, ops) if ops else None  # type: ignore[arg-type]
        data = encode(state) if state is not None else None
        if stored is not None and stored.data is not None and any(raw is None for _, raw in ops):
            data = stored.data  # what was typed exists nowhere else now
        if raw is None and data is None:
            assert stored is not None
            data = stored.data  # made here, refused, and nothing to show it by: keep what was typed
        pending, sync = self._progress(kind, entity)
        if stored is not None and server is None and data == stored.data:
            if (pending, sync) != (stored.pending, stored.sync):
                self._run(f"UPDATE {kind} SET pending = ?, sync = ? WHERE n = ?", pending, sync, stored.n)
            return
        shown = data if data is not None else raw
        assert shown is not None
        self._put(kind, entity, stored, columns_of(kind, shown), server_version=version, pending=pending, sync=sync, server=raw, data=data)

    def _advance(self, kind: str, entity: str, version: int) -> None:
        """After answers to ops of one entity. Ops that became ``version`` or later at the centre stay on top of an older copy: what is
        shown is the same, only how far it is has changed."""
        row = self._one(f"SELECT n, server_version, pending, sync FROM {kind} WHERE id = ?", entity)
        if row is None or row[1] >= version:
            self._refresh(kind, entity)
            return
        progress = self._progress(kind, entity)
        if progress != row[2:]:
            self._run(f"UPDATE {kind} SET pending = ?, sync = ? WHERE n = ?", *progress, row[0])

    def _progress(self, kind: str, entity: str) -> tuple[int, int]:
        """(ops without an answer, sync code)."""
        counts = dict(self._all(_STATES, entity, kind))
        pending = counts.get("new", 0) + counts.get("sent", 0) + counts.get("quarantined", 0)
        needs = counts.get("review", 0) + counts.get("quarantined", 0)
        if not needs and kind != "review" and self._one("SELECT 1 FROM review WHERE entity = ? AND status = 'open'", entity):
            needs = 1
        return pending, 3 if needs else 2 if counts.get("new") else 1 if counts.get("sent") else 0

    def _review_changed(self, review_id: str, entity: str, status: str) -> None:
        """A review came or was settled: settled ones free the ops they held, and the entity shows its new state."""
        if status == "settled":
            self._run("UPDATE outbox SET state = 'void' WHERE review = ? AND state = 'review'", review_id)
        for kind in ("dossier", "slip"):
            self._refresh(kind, entity)
