"""When one side was restored: the gateway from a backup (a new epoch), or this counter from an older copy of itself.

Gateway restored: forget the old positions, send again what its backups may not hold, pull everything, and give back the states
it has lost. Counter restored or copied: go on as a new incarnation and pull everything (sync.md §2.12).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from counter_app.store.epoch import Recovery, durable_of
from counter_app.store.recovery import take_new_life
from counter_app.sync.client import GatewayClient
from onestop.wire import HelloReply, SalvageReply, SalvageRequest

if TYPE_CHECKING:
    from collections.abc import Callable

    from counter_app.store.engine import Store
    from counter_app.store.unit import Reader

SALVAGE_ITEMS, SALVAGE_BYTES = 200, 400_000
_COPIED = (
    "Trung tâm đã có những thao tác của máy này mà kho dữ liệu ở đây không biết: kho là bản sao cũ được khôi phục, hoặc đĩa của máy đã "
    "được sao sang máy khác. Máy sẽ tải lại toàn bộ từ trung tâm và dùng dải số mới; mọi hồ sơ đã nhập ở đây vẫn được gửi. "
    "Nếu có hai máy cùng chạy từ một bản sao, hãy báo bộ phận CNTT đăng ký lại một máy."
)


def meet_epoch(store: Store, client: GatewayClient, hello: HelloReply) -> None:
    """The gateway lives anew since we last spoke: prepare the store for it, in one transaction."""
    with store.write() as unit:
        unit.begin_epoch(hello.epoch, durable_of(hello.durable))
    client.epoch, client.positions = hello.epoch, ""


def is_another_life(reader: Reader, hello: HelloReply) -> bool:
    """Does the gateway hold ops of this incarnation that this store does not know? Then this file was restored from an older one,
    or another machine runs from a copy of it."""
    own = reader.store.own_facts(reader).dseq
    if hello.dseq > own:
        return True
    known = reader.op_at(hello.dseq) if hello.dseq and hello.last_op else None
    return known is not None and known != hello.last_op


def begin_another_life(store: Store, client: GatewayClient) -> None:
    """Go on as a new incarnation with fresh lanes; nothing that was typed here is lost."""
    with store.write() as unit:
        incarnation = take_new_life(unit, store.witness, "store-copied", _COPIED, give_up_lanes=True)
    client.become(incarnation)


def salvage(store: Store, client: GatewayClient, part: str, hello: HelloReply, stopped: Callable[[], bool]) -> int:
    """Give the gateway the states it lost, and say when that was all; then staff is told. Called when our ops are up and
    everything it has is down. Returns how many copies it kept. Raises NotReached, Refused; what was given stays given."""
    with store.read() as reader:
        state = reader.recovery()
        left = bool(reader.former_left(part, 1, 1))
    wanted = hello.lost and (state is None or state.epoch != hello.epoch or not state.done)
    if not wanted and not left and (state is None or state.done):
        return 0
    if state is None or state.epoch != hello.epoch:
        state = Recovery(hello.epoch)
    kept = 0
    while not stopped():
        with store.read() as reader:
            items = reader.former_left(part, SALVAGE_ITEMS, SALVAGE_BYTES)
        if items or wanted:
            reply = client.call("POST", "/v1/salvage", SalvageReply, deadline=60.0, prove=True,
                                body=SalvageRequest(part=part, items=items, done=not items))
            kept += reply.kept
        state = Recovery(state.epoch, state.replayed, state.copies + len(items), not items)
        with store.write() as unit:
            unit.former_given(items)
            unit.note_recovery(state)
            if state.done:
                unit.tell("gateway-restored", _told(state))
        if state.done:
            break
    return kept


def _told(state: Recovery) -> str:
    text = "Hệ thống trung tâm vừa được khôi phục từ bản sao lưu. "
    if state.replayed or state.copies:
        text += f"Máy này đã gửi lại {state.replayed} thao tác và {state.copies} bản hồ sơ mà trung tâm có thể đã mất. "
    return text + "Dữ liệu trên máy này còn nguyên; các mã hồ sơ đã cấp vẫn có hiệu lực."
