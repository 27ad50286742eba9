"""Send what was saved: ops of one partition, oldest first, as frozen bytes. An op leaves the queue only by an answer of its own.

A batch on which the gateway falls over twice is halved until the one op is found that it cannot bear; that op is set aside for a
person, and only if the gateway took others meanwhile: a gateway that takes nothing is itself the trouble.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import msgspec

from counter_app.store.outbox import ACKED
from counter_app.sync.ahead import Ahead
from counter_app.sync.client import GatewayClient
from counter_app.sync.errors import Alarm, Refused, ServerFailed
from counter_app.sync.positions import one_position, reaching
from onestop.ids import uuid7_hex
from onestop.wire import MAX_BATCH_BYTES, MAX_BATCH_OPS, OpResult, PushReply, PushRequest

if TYPE_CHECKING:
    from counter_app.store.engine import Store

Batch = Sequence[tuple[str, bytes]]
#: The same batch failed so often: look for the op.
FAILS = 2
#: Searches in one cycle before the gateway itself is taken to be the trouble.
SEARCHES = 3
_BAD_ACK = "Trung tâm trả lời không đủ cho các thao tác đã gửi; máy giữ nguyên dữ liệu và gửi lại."
_FAILED = "Hệ thống trung tâm gặp lỗi mỗi khi nhận thao tác này, trong khi vẫn nhận các thao tác khác. Hãy báo bộ phận CNTT."
_TOO_LARGE = "Thao tác này lớn hơn mức hệ thống trung tâm nhận được. Hãy báo bộ phận CNTT."
_REFUSED_WHOLE = (400, 415, 422)


@dataclass(frozen=True, slots=True)
class Pushed:
    """What one batch came to. ``touched``: entities whose state on screen changed, as (kind, id)."""

    results: tuple[OpResult, ...] = ()
    touched: tuple[tuple[str, str], ...] = ()

    @property
    def refused(self) -> int:
        """How many ops need a person now."""
        return sum(r.s in ("conflict", "rejected", "op_id_reuse") for r in self.results)


@dataclass
class Pusher:
    """The way up of one counter. ``failed`` remembers, between cycles, on which op's batch the gateway fell over how often; ``most``, how
    many ops at once it took of late."""

    store: Store
    client: GatewayClient
    failed: dict[str, int] = field(default_factory=dict)
    most: int = MAX_BATCH_OPS

    def batches(self, part: str, *, ahead: bool = True) -> Iterator[Pushed]:
        """Send the ops of ``part``, a batch at a time, until nothing waits that can go now. A reply is an ack only if every sent op is
        answered exactly once. With ``ahead`` the next batch is on its way while the answers to the last one are written down, but only
        where all of those were acked: then no op of it can depend on one that was refused. Whoever stops in between loses an answer at
        most, and the same bytes go again. Raises NotReached and Refused; then the ops stay ``sent``."""
        with Ahead(lambda batch: self._ask(part, batch), self.client) as line:
            batch = self._next(part)
            while batch:
                done, batch = self._deliver(part, batch, line, ahead and self.client.lookahead)
                yield done
                batch = batch or self._next(part)

    def _next(self, part: str, beyond: Batch = ()) -> Batch:
        with self.store.write() as unit:
            return unit.next_batch(part, self.most, MAX_BATCH_BYTES, beyond={op for op, _ in beyond})

    def _deliver(self, part: str, batch: Batch, line: Ahead[Batch, PushReply], ahead: bool) -> tuple[Pushed, Batch]:
        """What ``batch`` came to, and the batch that is on its way already."""
        first = batch[0][0]
        line.start(batch)
        following = self._next(part, beyond=batch) if ahead else ()
        try:
            reply = line.get(batch)
        except ServerFailed:
            return self._fell_over(part, batch), ()
        except Refused as refused:
            if refused.status == 413:
                return self._too_large(batch, refused), ()
            if refused.status in _REFUSED_WHOLE and refused.code != "digest-mismatch":
                return self._fell_over(part, batch), ()
            raise
        if following and all((r.was or r.s) in ACKED for r in reply.results):
            self.client.positions = reaching(self.client.positions, one_position(reply.pos))
            line.start(following)
        else:
            following = ()
        self.failed.pop(first, None)
        self.most = min(2 * self.most, MAX_BATCH_OPS)
        return self._settle(reply), following

    def _ask(self, part: str, batch: Batch) -> PushReply:
        name = uuid7_hex()
        identity = self.client.identity
        request = PushRequest(batch=name, device=identity.device, inc=identity.incarnation, part=part,
                              ops=[msgspec.Raw(raw) for _, raw in batch])
        reply = self.client.call("POST", "/v1/push", PushReply, body=request, deadline=60.0, prove=True)
        if reply.batch != name or sorted(r.op for r in reply.results) != sorted(op for op, _ in batch):
            raise Alarm("bad-ack", _BAD_ACK)
        return reply

    def _settle(self, reply: PushReply) -> Pushed:
        with self.store.write() as unit:
            touched = unit.settle(reply.results, one_position(reply.pos))
            if any("op_id_reuse" in (r.s, r.was) for r in reply.results):
                unit.count_alarm("op-id-reuse")
        return Pushed(tuple(reply.results), tuple(touched))

    def _too_large(self, batch: Batch, refused: Refused) -> Pushed:
        if len(batch) > 1:
            self.most = len(batch) // 2
            return Pushed()
        return self._set_aside([batch[0][0]], refused.code, _TOO_LARGE)

    def _fell_over(self, part: str, batch: Batch) -> Pushed:
        """The gateway failed on ``batch``. The first time that may be anything: the error goes on; then the op is looked for."""
        first = batch[0][0]
        self.failed[first] = self.failed.get(first, 0) + 1
        if self.failed[first] < FAILS:
            raise ServerFailed("push-failed")
        done = _Search(self, part)
        suspects: list[str] = []
        rest = list(batch)
        for _ in range(SEARCHES):
            suspects += filter(None, [done.among(rest)])
            if done.results:
                break
            held = {_entity(raw) for op, raw in batch if op in suspects}
            rest = [(op, raw) for op, raw in rest if _entity(raw) not in held]
            if not rest or done.passes(rest):
                break
        if not done.results:
            raise ServerFailed("push-failed")
        self.failed.pop(first, None)
        aside = self._set_aside(suspects, "gateway-fails", _FAILED)
        return Pushed((*done.results, *aside.results), (*done.touched, *aside.touched))

    def _set_aside(self, ops: list[str], code: str, message: str) -> Pushed:
        with self.store.write() as unit:
            touched = [unit.quarantine(op, code, message) for op in ops]
        return Pushed(tuple(OpResult(op=op, s="rejected", code=code, message=message) for op in ops), tuple(touched))


@dataclass
class _Search:
    """Find the op the gateway cannot bear, in as few requests as halving takes; what passes on the way is settled."""

    pusher: Pusher
    part: str
    results: list[OpResult] = field(default_factory=list)
    touched: list[tuple[str, str]] = field(default_factory=list)

    def among(self, batch: Batch) -> str:
        """The id of the op without which ``batch`` would pass; empty when each part of it passed by itself."""
        while len(batch) > 1:
            half, rest = batch[: len(batch) // 2], batch[len(batch) // 2 :]
            batch = rest if self.passes(half) else half
        return "" if self.passes(batch) else batch[0][0]

    def passes(self, batch: Batch) -> bool:
        """Send these; whether the gateway took them. Raises what is no verdict on them."""
        try:
            done = self.pusher._settle(self.pusher._ask(self.part, batch))
        except ServerFailed:
            return False
        except Refused as refused:
            if refused.status not in (413, *_REFUSED_WHOLE):
                raise
            return False
        self.results += done.results
        self.touched += done.touched
        return True


class _Entity(msgspec.Struct):
    entity: str = ""


def _entity(raw: bytes) -> str:
    return msgspec.json.decode(raw, type=_Entity).entity
