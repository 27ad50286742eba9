"""The screen's state in any order of events: ops, lost answers, pulls, restarts, another counter's work."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from counter_app.store.projection import apply_op, with_version
from onestop.codec import decode, decode_op, encode
from onestop.model import Dossier, FeeEntry
from onestop.ops import KIND_OF, Change, Correct, Op, Printed, RecordFee, Transition
from onestop.wire import FeedItem, OpResult
from tests.store.conftest import AGENCY, NOW, Bench, receive
from tests.store.test_sync_side import batch, chain, item, pos, settle


class Gateway:
    """The straight path of the real one: applies ops once, counts versions, keeps the feed."""

    def __init__(self) -> None:
        self.state: Dossier | None = None
        self.answers: dict[str, OpResult] = {}
        self.feed: list[FeedItem] = []

    def push(self, raw: bytes) -> OpResult:
        op = decode_op(raw)
        if op.op in self.answers:
            return msgspec.structs.replace(self.answers[op.op], s="duplicate", was=self.answers[op.op].s)
        applied = apply_op(self.state, op)
        self.state = with_version(applied, self.state)  # type: ignore[assignment]
        assert self.state is not None
        refused = applied.status in ("conflict", "rejected")
        seq = len(self.feed) + 1
        self.feed.append(item(seq, self.state, self.state.version))
        result = OpResult(
            op=op.op, s=applied.status, v=self.state.version, seq=seq, chain=chain(seq), code=applied.code, review="r" if refused else ""
        )
        self.answers[op.op] = result
        return result


PAYLOADS = st.sampled_from(["fee", "print", "correct", "move", "other-corrects", "other-moves"])
EVENTS = st.lists(st.one_of(PAYLOADS, st.sampled_from(["push", "push-lost", "push-part", "pull", "pull-one", "restart"])), max_size=14)


@settings(max_examples=60)
@given(events=EVENTS)
def test_the_screen_ends_at_the_servers_state_in_any_order(tmp_path_factory: pytest.TempPathFactory, events: list[str]) -> None:
    """Ops, lost answers, partial pushes, pulls, restarts and another counter's work in any order: after the last push and pull
    the projection is the gateway's state, every own op is answered, and meanwhile nothing of ours vanished from the screen."""
    bench = Bench(tmp_path_factory.mktemp("p"))
    try:
        _play(bench, events)
    finally:
        bench.close()


def _play(bench: Bench, events: list[str]) -> None:
    store, gateway = bench.enrolled(), Gateway()
    dossier = receive(store)
    fees: set[str] = set()
    other = 0

    def pull(limit: int) -> None:
        with store.write() as unit:
            start = unit.position(AGENCY).seq
            page = gateway.feed[start : start + limit]
            if page:
                unit.apply_page(AGENCY, page, pos(page[-1].seq))

    def push(count: int, *, lost: bool = False) -> int:
        ops = batch(store, max_ops=count)
        results = [gateway.push(raw) for _, raw in ops]
        if not lost and results:
            settle(store, *results, at=pos(len(gateway.feed)))
        return len(ops)

    for step, event in enumerate([*events, "push", "pull"]):
        if event == "push":
            while push(100):
                pass
        elif event in ("push-lost", "push-part"):
            push(1 if event == "push-part" else 100, lost=event == "push-lost")
        elif event in ("pull", "pull-one"):
            pull(1 if event == "pull-one" else 1000)
        elif event == "restart":
            bench.close()
            store = bench.open()
            with store.write() as unit:
                unit.reset_sent()
        elif event.startswith("other"):
            if gateway.state is not None:
                other += 1
                payload = (
                    Correct(reason="r", changes={"subject": Change(old=gateway.state.subject, new=f"khác {other}")})
                    if event == "other-corrects"
                    else Transition(action="handover", from_status=2, to_status=4, holder="X")
                )
                gateway.push(
                    encode(
                        Op(
                            op=f"{other:032x}",
                            dseq=other,
                            entity=dossier.id,
                            kind=KIND_OF[type(payload)],
                            base=gateway.state.version,
                            at=NOW,
                            by="u2",
                            device=8,
                            data=payload,
                        )
                    )
                )
        else:
            with store.write() as unit:
                now = unit.dossier(dossier.id)
                assert now is not None
                fee = FeeEntry(id=f"fee{step}", kind="phi", code="P", name="Phí", amount=step)
                payload = {
                    "fee": RecordFee(entry=fee),
                    "print": Printed(form="01", copy_no=now.prints.get("01", 0) + 1),
                    "correct": Correct(reason="r", changes={"subject": Change(old=now.subject, new=f"của ta {step}")}),
                    "move": Transition(action="handover", from_status=now.status, to_status=4, holder="T"),
                }[event]
                unit.submit(payload, entity=dossier.id, by="u1", at=NOW)
                if event == "fee":
                    fees.add(fee.id)
        with store.read() as reader:
            shown = reader.dossier(dossier.id)
            assert shown is not None
            ops = reader.outbox(states=("new", "sent", "acked", "review", "quarantined"))
            if not any(i.state == "review" for i in ops):
                assert fees <= {f.id for f in shown.fees}, event
            refused = any(gateway.answers[i.op].review for i in ops if i.op in gateway.answers)
            if reader.position(AGENCY).seq == len(gateway.feed) and all(i.op in gateway.answers for i in ops) and not refused:
                assert shown == gateway.state, event  # the copy holds our ops, whether or not their answers arrived
    with store.read() as reader:
        shown = reader.dossier(dossier.id)
        held = reader.outbox()
        if not held:  # no refused op holds later ones back
            assert shown == gateway.state
            assert reader.sync_state(dossier.id) == "confirmed"
        elif {i.state for i in held} == {"review"}:
            assert shown == gateway.state and reader.sync_state(dossier.id) == "needs_person"
        ours = {op for op in gateway.answers if int(op, 16) > 1000}
        assert [decode_op(raw).dseq for raw in (reader.op_bytes(op) for op in sorted(ours)) if raw] == sorted(
            decode_op(raw).dseq for raw in (reader.op_bytes(op) for op in ours) if raw
        )
        assert decode(Dossier, encode(shown)) == shown
