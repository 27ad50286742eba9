"""What a push writes, in the order of locks: its ops, what they changed, and at the end the feed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from central_gateway.line import Answer, Line
from central_gateway.services import bulk
from central_gateway.services.append import append
from central_gateway.services.batch import Batch
from central_gateway.services.incoming import Incoming
from central_gateway.tables import alias, entity
from central_gateway.tables import op as op_table
from onestop.feed import Position
from onestop.wire import OpResult


class Writer:
    """Sends the rows of one push down ``line``; ``now`` is when it is received (ISO)."""

    def __init__(self, line: Line, part: str, device: int, incarnation: str, now: str) -> None:
        self._line, self._part, self._now = line, part, now
        self._device, self._incarnation = device, incarnation

    def claim(self, works: Sequence[Incoming], results: Mapping[str, OpResult], *, placed: bool) -> Answer:
        """Insert the op rows with their answers; the keys decide who is first, the answer counts those that were. ``placed``: the ops prove
        something about their machine's life."""
        ordered = sorted(works, key=lambda work: work.op_id)
        return bulk.insert_new(self._line, op_table, {
            "op_id": [work.op_id for work in ordered], "dseq": [work.dseq if placed else 0 for work in ordered],
            "payload_hash": [work.digest for work in ordered],
            "result": [msgspec.json.encode(results[work.op_id]).decode() for work in ordered],
        }, part=self._part, device=self._device, incarnation=self._incarnation, received_at=self._now)

    def entities(self, batch: Batch) -> None:
        """Write what changed in ``batch`` since this was last called, and the new names of it."""
        changed = sorted((identity, held) for identity, held in batch.held.items() if held.version != held.stored)
        for insert in (True, False):
            rows = [(identity, held) for identity, held in changed if (held.stored == 0) == insert]
            columns = {
                "id": [identity for identity, _ in rows], "version": [held.version for _, held in rows],
                "code": [getattr(held.value(), "code", None) if held.kind == "dossier" else None for _, held in rows],
                "mark": [held.mark for _, held in rows], "data": [held.text for _, held in rows],
            }
            if insert:
                bulk.insert_rows(self._line, entity, {**columns, "kind": [held.kind for _, held in rows]}, part=self._part)
            else:
                bulk.update_rows(self._line, entity, ("id",), columns)
        for _, held in changed:
            held.stored = held.version
        named = list(dict.fromkeys(batch.aliases))
        batch.aliases.clear()
        bulk.insert_rows(self._line, alias, {"text": [a[0] for a in named], "id": [a[1] for a in named], "kind": [a[2] for a in named]})

    def feed(self, batch: Batch) -> Position | None:
        """The feed rows; each answer learns where its op stands. Returns the last place, None where nothing changed."""
        found = append(self._line, self._part, batch.rows, self._now)
        for op_id, index in batch.row_of.items():
            result = batch.results[op_id]
            result.seq, result.chain = found.first + index, found.chains[index]
        return Position(self._part, found.first + len(found.chains) - 1, found.chains[-1]) if found.chains else None
