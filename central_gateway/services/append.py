"""The one way into the feed: rows get their sequence numbers, chain values and the partition's sum under the head's lock.

Whoever writes entities appends here in the same transaction: pushes, the demonstration data, copies taken back after a restore.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from central_gateway.failpoints import failpoint
from central_gateway.line import Line
from central_gateway.services import bulk, heads
from central_gateway.tables import feed
from onestop.feed import Sum, next_chain, state_mark

_ENTITY = bulk.Joined("entity", "id", "data")


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


@dataclass(frozen=True, slots=True)
class Appended:
    """Where rows came to stand: the first one at ``first``, each with its chain value."""

    first: int
    chains: list[str]


def append(line: Line, part: str, rows: Sequence[Row], at: str | Sequence[str]) -> Appended:
    """Number and insert ``rows`` in their order. ``at``: when they were committed (ISO), for all or for each. The head of ``part``
    stays locked to the end of the transaction, so this is the last lock to take. The entities must have been written: where the newest
    row of one says what the entity says, PostgreSQL takes its text from there instead of over the wire a second time."""
    if not rows:
        return Appended(0, [])
    taken = heads.take(line, part, len(rows))
    failpoint("head")
    count, xor = _change(rows)
    last = {row.id: row.version for row in rows}
    moments = [at] * len(rows) if isinstance(at, str) else list(at)
    texts = [None if line.postgres and last[row.id] == row.version else row.data for row in rows]
    columns = {"op_id": [row.op_id for row in rows], "kind": [row.kind for row in rows], "id": [row.id for row in rows],
               "version": [row.version for row in rows], "data": texts, "committed_at": moments}
    start = taken()
    chain, chains = start.chain, []
    for row in rows:
        chain = next_chain(chain, row.op_id, row.version)
        chains.append(chain)
    first = start.seq + 1
    columns |= {"seq": list(range(first, first + len(rows))), "chain": chains}
    bulk.insert_rows(line, feed, columns, joined=_ENTITY, part=part)
    failpoint("feed")
    heads.set_chain(line, part, chain, Sum(start.total.count + count, start.total.xor ^ xor))
    return Appended(first, chains)


def _change(rows: Sequence[Row]) -> tuple[int, int]:
    """What ``rows`` do to the partition's sum: each takes one state out, where there was one, and puts one in."""
    count = xor = 0
    for row in rows:
        xor ^= state_mark(row.kind, row.id, row.version)
        if row.before:
            xor ^= state_mark(row.kind, row.id, row.before)
        else:
            count += 1
    return count, xor
