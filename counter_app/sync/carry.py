"""Send ops that people carried here from another machine, under that machine's signature."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from counter_app.sync.client import GatewayClient
from counter_app.sync.errors import Alarm, Refused
from onestop.ids import uuid7_hex
from onestop.wire import PushReply, PushRequest

if TYPE_CHECKING:
    from counter_app.runtime.clock import Clock
    from counter_app.store.engine import Store


def push_carried(store: Store, client: GatewayClient, part: str, clock: Clock) -> int:
    """All of them, a signed export at a time. Returns how many were answered. What the gateway does not take under its export is set
    aside with the reason. Raises NotReached, and Refused for what is no verdict on the export."""
    sent = 0
    while True:
        with store.read() as reader:
            origin, batch = reader.carried_batch(part, clock.now())
        if not batch:
            return sent
        name = uuid7_hex()
        request = PushRequest(batch=name, device=client.identity.device, inc=client.identity.incarnation, part=part, origin=origin,
                              ops=[msgspec.Raw(raw) for _, raw in batch])
        try:
            reply = client.call("POST", "/v1/push", PushReply, body=request, deadline=60.0, prove=True)
        except Refused as refused:
            if not refused.code.startswith("origin-") and refused.status not in (413, 422):
                raise
            with store.write() as unit:
                unit.set_carried_aside([op for op, _ in batch], refused.code, refused.message)
            continue
        if reply.batch != name or sorted(r.op for r in reply.results) != sorted(op for op, _ in batch):
            raise Alarm("bad-ack", "Trung tâm trả lời không đủ cho các thao tác đã gửi; máy giữ nguyên dữ liệu và gửi lại.")
        with store.write() as unit:
            unit.settle_carried(reply.results, clock.now())
        sent += len(batch)
