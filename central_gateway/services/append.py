"""The one way into the feed: rows get their sequence numbers, chain values and the partition's sum under the head's lock.

Whoever writes entities appends here in the same transaction: pushes, the demonstration data, copies taken back after a restore.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from central_gateway.failpoints import failpoint
from central_gateway.services import bulk, heads
from central_gateway.tables import feed
from onestop.feed import Position, Sum, next_chain


@dataclass(slots=True)
class Row:
    """One feed row to be: everything but its sequence number. ``before`` is the version of the entity that this one replaces (0:
    there was none)."""

    op_id: str
    kind: str
    id: str
    version: int
    data: str
    before: int


def append(conn: Connection, part: str, rows: Sequence[Row], at: str | Sequence[str]) -> list[Position]:
    """Number and insert ``rows`` in their order; returns where each stands. ``at``: when they were committed (ISO), for all or
    for each. The head of ``part`` stays locked to the end of the transaction, so this is the last lock to take."""
    if not rows:
        return []
    start = heads.take(conn, part, len(rows))
    failpoint("head")
    chain, found = start.chain, []
    for seq, row in enumerate(rows, start.seq + 1):
        chain = next_chain(chain, row.op_id, row.version)
        found.append(Position(part, seq, chain))
    bulk.insert_rows(conn, feed, {
        "part": [part] * len(rows), "seq": [position.seq for position in found], "op_id": [row.op_id for row in rows],
        "kind": [row.kind for row in rows], "id": [row.id for row in rows], "version": [row.version for row in rows],
        "chain": [position.chain for position in found], "data": [row.data for row in rows],
        "committed_at": [at] * len(rows) if isinstance(at, str) else list(at),
    })
    failpoint("feed")
    heads.set_chain(conn, part, chain, _with(start.total, rows))
    return found


def _with(total: Sum, rows: Sequence[Row]) -> Sum:
    """``total`` after ``rows``: of an entity that moves several times only its first and last version count."""
    first: dict[str, Row] = {}
    last: dict[str, Row] = {}
    for row in rows:
        first.setdefault(row.id, row)
        last[row.id] = row
    for identity, row in last.items():
        before = first[identity].before
        if before:
            total = total.with_state(row.kind, identity, before, -1)
        total = total.with_state(row.kind, identity, row.version)
    return total
