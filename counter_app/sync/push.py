"""Send what was saved: ops of one partition, oldest first, as frozen bytes. An op leaves the queue only by an answer of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from counter_app.sync.client import GatewayClient
from counter_app.sync.errors import NotReached, Refused
from counter_app.sync.link_state import LinkState
from counter_app.sync.positions import one_position
from onestop.ids import uuid7_hex
from onestop.wire import MAX_BATCH_BYTES, MAX_BATCH_OPS, OpResult, PushReply, PushRequest

if TYPE_CHECKING:
    from counter_app.store.engine import Store


@dataclass(frozen=True, slots=True)
class Pushed:
    """What one batch came to. ``touched``: entities whose state on screen changed, as (kind, id)."""

    results: tuple[OpResult, ...] = ()
    touched: tuple[tuple[str, str], ...] = ()

    @property
    def refused(self) -> int:
        """How many ops need a person now."""
        return sum(r.s in ("conflict", "rejected", "op_id_reuse") for r in self.results)


def push_batch(store: Store, client: GatewayClient, part: str, *, most: int = MAX_BATCH_OPS) -> Pushed | None:
    """Send the next batch of ``part``; None when nothing waits. The reply is an ack only if every sent op is answered exactly
    once. Raises NotReached and Refused; then the ops stay ``sent`` and go again, byte for byte."""
    with store.write() as unit:
        batch = unit.next_batch(part, most, MAX_BATCH_BYTES)
    if not batch:
        return None
    name = uuid7_hex()
    request = PushRequest(batch=name, device=client.identity.device, inc=client.identity.incarnation, part=part,
                          ops=[msgspec.Raw(raw) for _, raw in batch])
    try:
        reply = client.call("POST", "/v1/push", PushReply, body=request, deadline=60.0, prove=True)
    except Refused as refused:
        if refused.status != 413 or len(batch) == 1:
            raise
        return push_batch(store, client, part, most=max(1, len(batch) // 2))
    sent = sorted(op for op, _ in batch)
    if reply.batch != name or sorted(r.op for r in reply.results) != sent:
        raise NotReached(LinkState.SERVER_TROUBLE, "ack-incomplete")
    with store.write() as unit:
        touched = unit.settle(reply.results, one_position(reply.pos))
    return Pushed(tuple(reply.results), tuple(touched))
