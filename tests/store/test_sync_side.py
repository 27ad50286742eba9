"""What sync stands on: batches, answers, pages, positions; and the screen's state in any order of events."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import msgspec
import pytest

from counter_app.store import arriving, feed_in
from counter_app.store.engine import Store
from onestop.codec import decode_op, encode
from onestop.errors import UserError
from onestop.feed import Position
from onestop.model import Dossier, Review, Slip, SlipLine
from onestop.ops import ConfirmSlip, Create, CreateSlip, Printed, SettleReview, Transition
from onestop.wire import FeedItem, OpResult, SnapshotItem
from tests.store.conftest import AGENCY, NOW, Bench, a_dossier, receive


def chain(n: int) -> str:
    return f"{n:016x}"


def pos(n: int) -> Position:
    return Position(AGENCY, n, chain(n))


def item(seq: int, entity: Dossier | Slip | Review, v: int, kind: str = "dossier") -> FeedItem:
    return FeedItem(seq=seq, op="o", kind=kind, id=entity.id, v=v, chain=chain(seq), data=msgspec.Raw(encode(replace(entity, version=v))))


def printed(store: Store, entity: str, copy: int = 1) -> str:
    with store.write() as unit:
        return unit.submit(Printed(form="01", copy_no=copy), entity=entity, by="u1", at=NOW).op.op


def batch(store: Store, **limits: int) -> list[tuple[str, bytes]]:
    with store.write() as unit:
        return unit.next_batch(AGENCY, now=NOW, **limits)


def settle(store: Store, *results: OpResult, at: Position | None = None) -> list[tuple[str, str]]:
    with store.write() as unit:
        return unit.settle(list(results), at, now=NOW)


def test_ops_go_oldest_first_with_the_same_bytes_until_answered(store: Store) -> None:
    made = [receive(store).id for _ in range(3)]
    first = batch(store)
    assert [decode_op(raw).entity for _, raw in first] == made
    assert [decode_op(raw).dseq for _, raw in first] == [1, 2, 3]
    with store.read() as reader:
        assert reader.sync_states(made) == dict.fromkeys(made, "sent")
    assert batch(store) == first
    settle(store, OpResult(op=first[0][0], s="applied", v=1, seq=1, chain=chain(1)), at=pos(1))
    assert batch(store) == first[1:]
    with store.read() as reader:
        assert reader.sync_state(made[0]) == "confirmed"
        assert reader.hi() == [pos(1)] and reader.positions() == []
        assert reader.outbox_summary().per_state == {"acked": 1, "sent": 2}


def test_a_batch_keeps_its_limits_but_a_large_op_goes_alone(store: Store) -> None:
    for _ in range(5):
        receive(store)
    size = len(batch(store)[0][1])
    assert len(batch(store, max_ops=2)) == 2
    assert len(batch(store, max_bytes=size * 3 + 50)) == 3
    assert len(batch(store, max_bytes=10)) == 1


def test_restart_sends_what_was_being_sent_with_the_same_key(bench: Bench) -> None:
    store = bench.enrolled()
    dossier = receive(store)
    first = batch(store)
    bench.close()
    store = bench.open()
    with store.write() as unit:
        assert unit.reset_sent() == 1
    with store.read() as reader:
        assert reader.sync_state(dossier.id) == "saved"
    assert batch(store) == first


def test_a_refused_op_holds_back_only_its_own_dossier(store: Store) -> None:
    a, b = receive(store, "A"), receive(store, "B")
    printed(store, a.id)
    ops = dict(batch(store, max_ops=2))
    first = next(op for op, raw in ops.items() if decode_op(raw).entity == a.id)
    settle(store, OpResult(op=first, s="rejected", code="procedure-unknown", message="…", review="r1"))
    left = batch(store)
    assert [decode_op(raw).entity for _, raw in left] == [b.id]
    with store.read() as reader:
        assert reader.sync_state(a.id) == "needs_person"
        shown = reader.dossier(a.id)
        assert shown is not None and shown.owner.name == "A"  # what was typed does not vanish
        assert [x.id for x in reader.find("A")] == [a.id]
        assert reader.outbox(states=("review",))[0].code == "procedure-unknown"
        assert reader.counts(NOW).needs_person == 1
    settled = Review(id="r1", agency=AGENCY, entity=a.id, entity_kind="dossier", code="procedure-unknown", message="…", op={},
                     opened_at=NOW, status="settled", decision="theirs")
    with store.write() as unit:
        unit.apply_page(AGENCY, [item(1, settled, 2, kind="review")], pos(1))
    assert [decode_op(raw).entity for _, raw in batch(store)] == [b.id, a.id]
    with store.read() as reader:
        shown = reader.dossier(a.id)
        assert shown is not None and shown.owner.name == "A"


def test_a_deferred_op_waits_and_its_dossier_with_it(store: Store) -> None:
    a, b = receive(store), receive(store)
    printed(store, a.id)
    first = batch(store, max_ops=1)[0][0]
    settle(store, OpResult(op=first, s="deferred", code="catalogue-version"))
    assert [decode_op(raw).entity for _, raw in batch(store)] == [b.id]
    with store.write() as unit:
        assert [decode_op(raw).entity for _, raw in unit.next_batch(AGENCY, now=NOW + timedelta(minutes=1))] == [a.id, b.id, a.id]


def test_an_op_without_an_answer_is_deleted_by_nobody(store: Store) -> None:
    receive(store)
    op = batch(store)[0][0]
    with store.write() as unit:
        assert unit.prune_acked([pos(99)], NOW + timedelta(days=99)) == 0
        unit.quarantine(op, "gateway-fails", "…")
    assert batch(store) == []
    with store.write() as unit:
        unit.release(op)
    assert [o for o, _ in batch(store)] == [op]


def test_an_answer_twice_changes_nothing(store: Store) -> None:
    receive(store)
    op = batch(store)[0][0]
    settle(store, OpResult(op=op, s="applied", v=1, seq=5, chain=chain(5)))
    assert settle(store, OpResult(op=op, s="rejected", code="x")) == []
    assert settle(store, OpResult(op="0" * 32, s="applied", v=1)) == []
    with store.read() as reader:
        assert reader.outbox_summary().per_state == {"acked": 1}


def test_a_restored_gateway_gets_acked_ops_again(store: Store) -> None:
    dossier = receive(store)
    first = batch(store)
    settle(store, OpResult(op=first[0][0], s="applied", v=1, seq=8, chain=chain(8)))
    with store.write() as unit:
        assert unit.replay_after(AGENCY, 8) == 0 and unit.replay_after(AGENCY, 7) == 1
    assert batch(store) == first
    with store.read() as reader:
        assert reader.sync_state(dossier.id) == "sent"


def test_acked_ops_are_forgotten_only_when_the_backup_of_the_centre_has_them(store: Store) -> None:
    dossier = receive(store)
    settle(store, OpResult(op=batch(store)[0][0], s="applied", v=1, seq=8, chain=chain(8)))
    with store.write() as unit:
        later = NOW + timedelta(days=40)
        assert unit.prune_acked([pos(99)], later) == 0  # not pulled yet: the op is all we have
        unit.apply_page(AGENCY, [item(8, dossier, 1)], pos(8))
        assert unit.prune_acked([pos(7)], later) == 0
        assert unit.prune_acked([pos(8)], later) == 1
    assert receive(store).version == 1
    assert decode_op(batch(store)[0][1]).dseq == 2


def test_pulled_states_replace_ours_only_when_newer(store: Store) -> None:
    theirs = a_dossier(name="Lê Thị Ước", code="H32.15-261120-0009")
    with store.write() as unit:
        result = unit.apply_page(AGENCY, [item(1, theirs, 1), item(2, replace(theirs, status=4), 2)], pos(2))
        assert result.changed == (("dossier", theirs.id),) and result.quarantined == 0
    with store.write() as unit:
        assert unit.apply_page(AGENCY, [item(1, theirs, 1)], pos(1)).changed == ()
    with store.read() as reader:
        got = reader.dossier(theirs.id)
        assert got is not None and (got.status, got.version) == (4, 2)
        assert reader.position(AGENCY) == pos(2) and reader.hi() == [pos(2)]
        assert [r.status for r in reader.find("uoc")] == [4]


def test_search_words_follow_a_pulled_change(store: Store) -> None:
    theirs = a_dossier(name="Trần Văn Cũ")
    with store.write() as unit:
        unit.apply_page(AGENCY, [item(1, theirs, 1)], pos(1))
        unit.apply_page(
            AGENCY, [item(2, replace(theirs, owner=replace(theirs.owner, name="Trần Văn Mới", id_no="001099999999")), 2)], pos(2)
        )
    with store.read() as reader:
        assert reader.find("van cu") == [] and len(reader.find("van moi")) == 1
        assert reader.dossiers_by_id_no("001099012345") == [] and len(reader.dossiers_by_id_no("001099999999")) == 1


def test_a_poison_item_is_kept_aside_and_the_cursor_goes_on(store: Store) -> None:
    good = a_dossier()
    bad = [
        FeedItem(seq=n, op="o", kind=kind, id="x" * 32, v=1, chain=chain(n), data=msgspec.Raw(raw))
        for n, (kind, raw) in enumerate([("dossier", b'{"id": 5}'), ("comet", b"{}"), ("slip", b"[]"), ("dossier", encode(a_dossier()))], 1)
    ]
    with store.write() as unit:
        result = unit.apply_page(AGENCY, [*bad, item(5, good, 1)], pos(5))
        assert result.quarantined == 4 and unit.quarantined_pulls() == 3  # two of one id and version are one
    with store.read() as reader:
        assert reader.dossier(good.id) is not None and reader.position(AGENCY) == pos(5)


def test_what_an_older_program_could_not_read_is_read_after_its_update(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    kept, moved_on, unknown = a_dossier(), a_dossier(), a_dossier()
    page = [item(1, kept, 1), item(2, moved_on, 1), FeedItem(seq=3, op="o", kind="comet", id=unknown.id, v=1, chain=chain(3),
                                                             data=msgspec.Raw(b"{}"))]
    with monkeypatch.context() as older:
        for module in (arriving, feed_in):
            older.setattr(module, "COLUMNS", {})
        with store.write() as unit:
            assert unit.apply_page(AGENCY, page, pos(3)).quarantined == 3
            assert unit.read_again(AGENCY).changed == () and unit.quarantined_pulls() == 3
    with store.write() as unit:
        held = unit.sum_of(AGENCY)
        newer = replace(moved_on, subject="mới", version=2)
        unit.apply_page(AGENCY, [item(4, newer, 2)], pos(4))
        assert unit.quarantined_pulls() == 2, "what was kept aside of it is in its newer state"
        assert unit.read_again(AGENCY).changed == (("dossier", kept.id),)
        assert unit.quarantined_pulls() == 1
        assert unit.read_again(AGENCY).changed == ()
        now = unit.sum_of(AGENCY)
    with store.read() as reader:
        assert reader.dossier(kept.id) == replace(kept, version=1) and reader.dossier(moved_on.id).subject == "mới"
        assert now == held.with_state("dossier", moved_on.id, 1, -1).with_state("dossier", moved_on.id, 2)


def test_fields_of_a_newer_gateway_survive(store: Store) -> None:
    theirs = a_dossier()
    raw = msgspec.json.decode(encode(theirs))
    raw["from_tomorrow"] = {"x": [1, 2]}
    body = msgspec.json.encode(raw)
    with store.write() as unit:
        unit.apply_page(
            AGENCY, [FeedItem(seq=1, op="o", kind="dossier", id=theirs.id, v=1, chain=chain(1), data=msgspec.Raw(body))], pos(1)
        )
    with store.read() as reader:
        assert list(reader.iter_raw("dossier")) == [(theirs.id, body)]


def test_a_bootstrap_resumes_and_then_pulls_from_its_moment(bench: Bench) -> None:
    store = bench.enrolled()
    entities = sorted((a_dossier() for _ in range(5)), key=lambda d: d.id)
    pages = [[SnapshotItem(kind="dossier", id=d.id, v=2, data=msgspec.Raw(encode(d))) for d in entities[i : i + 2]] for i in range(0, 5, 2)]
    with store.write() as unit:
        unit.apply_snapshot_page(AGENCY, pages[0], as_of=pos(40), after="dossier/1", done=False)
    bench.close()
    store = bench.open()
    with store.read() as reader:
        assert reader.snapshot_progress(AGENCY) == (str(pos(40)), "dossier/1")
        assert reader.position(AGENCY).seq == 0
    with store.write() as unit:
        unit.apply_snapshot_page(AGENCY, pages[1], as_of=pos(40), after="dossier/2", done=False)
        unit.apply_snapshot_page(AGENCY, pages[2], as_of=pos(40), after="", done=True)
    with store.read() as reader:
        assert reader.snapshot_progress(AGENCY) is None and reader.position(AGENCY) == pos(40) and reader.count("dossier") == 5


def test_reviews_show_on_the_dossier_and_free_it_when_settled(store: Store) -> None:
    dossier = receive(store)
    op = batch(store)[0][0]
    settle(store, OpResult(op=op, s="applied", v=1, seq=1, chain=chain(1)))
    theirs = replace(dossier, version=1)
    review = Review(
        id="r" * 32, agency=AGENCY, entity=dossier.id, entity_kind="dossier", code="code-clash", message="…", op={}, opened_at=NOW
    )
    with store.write() as unit:
        unit.apply_page(AGENCY, [item(2, review, 1, "review"), item(3, theirs, 2)], pos(3))
    with store.read() as reader:
        assert reader.sync_state(dossier.id) == "needs_person" and [r.id for r in reader.reviews()] == [review.id]
    with store.write() as unit:
        done = unit.submit(SettleReview(decision="theirs"), entity=review.id, by="u9", at=NOW)
        assert isinstance(done.state, Review) and done.state.status == "settled"
    with store.read() as reader:
        assert reader.reviews() == [] and len(reader.reviews(open_only=False)) == 1
        assert reader.sync_state(dossier.id) == "confirmed" and reader.sync_state(review.id) == "saved"
    with pytest.raises(UserError) as caught, store.write() as unit:
        unit.submit(SettleReview(decision="mine"), entity=review.id, by="u9", at=NOW)
    assert caught.value.code == "review-settled"


def test_a_review_that_came_before_its_dossier_still_shows(store: Store) -> None:
    dossier = a_dossier()
    review = Review(id="r" * 32, agency=AGENCY, entity=dossier.id, entity_kind="dossier", code="x", message="…", op={}, opened_at=NOW)
    with store.write() as unit:
        unit.apply_page(AGENCY, [item(1, review, 1, "review")], pos(1))
        unit.apply_page(AGENCY, [item(2, dossier, 1)], pos(2))
    with store.read() as reader:
        assert reader.sync_state(dossier.id) == "needs_person"


def test_slips_and_their_lines(store: Store) -> None:
    dossiers = [receive(store) for _ in range(2)]
    slip = Slip(
        id="5" * 32,
        number="H32.15-99.7-261123-0001",
        agency=AGENCY,
        direction="out",
        from_unit=AGENCY,
        to_unit="TNMT",
        from_person="An",
        made_at=NOW,
        made_by="u1",
        lines=tuple(SlipLine(seq=n, dossier=d.id, code=d.shown_code) for n, d in enumerate(dossiers, 1)),
    )
    with store.write() as unit:
        unit.submit(CreateSlip(slip=slip), entity=slip.id, by="u1", at=NOW)
        open_slip = unit.open_slip_of(dossiers[1].id)
        assert open_slip is not None and open_slip.number == slip.number
    with store.write() as unit:
        unit.submit(ConfirmSlip(received=(dossiers[0].id,)), entity=slip.id, by="u2", at=NOW)
    with store.read() as reader:
        assert reader.open_slip_of(dossiers[1].id) is None
        found = reader.slip_by_number(" h32.15-99.7-261123-0001 ")
        assert found is not None and [line.state for line in found.lines] == ["received", "refused"]
        assert [(r.lines, r.status, r.sync_state) for r in reader.list_slips()] == [(2, "confirmed", "saved")]
        assert reader.list_slips(open_only=True) == []


def test_what_the_rules_refuse_is_not_written(store: Store) -> None:
    dossier = receive(store)
    with pytest.raises(UserError) as caught, store.write() as unit:
        unit.submit(Transition(action="return", from_status=9, to_status=10), entity=dossier.id, by="u1", at=NOW)
    assert caught.value.code == "transition-not-allowed"
    with pytest.raises(UserError) as caught, store.write() as unit:
        unit.submit(Printed(form="01", copy_no=1), entity="none", by="u1", at=NOW)
    assert caught.value.code == "unknown-entity"
    with store.read() as reader:
        assert reader.outbox_summary().waiting == 1
    assert decode_op(batch(store)[0][1]).dseq == 1


def test_the_create_op_is_what_the_gateway_gets(store: Store) -> None:
    dossier = receive(store, "Đỗ Thị Ngữ")
    op = decode_op(batch(store)[0][1])
    assert isinstance(op.data, Create) and op.data.lane == "L1" and op.base is None and op.device == 7
    assert op.data.dossier.owner.name == "Đỗ Thị Ngữ" and op.entity == dossier.id


def test_what_was_applied_with_a_remark_holds_nothing_back(store: Store) -> None:
    dossier = receive(store)
    settle(store, OpResult(op=batch(store)[0][0], s="applied", v=1, seq=1, chain=chain(1), review="r-1", code="due-date-differs"))
    printed(store, dossier.id)
    with store.read() as reader:
        shown = reader.dossier(dossier.id)
        assert shown is not None and shown.prints == {"01": 1}
    assert len(batch(store)) == 1
    with store.read() as reader:
        assert reader.outbox_summary().per_state == {"acked": 1, "sent": 1}


@pytest.mark.parametrize(("was", "state"), [("applied", "acked"), ("merged", "acked"), ("conflict", "review"), ("rejected", "review")])
def test_a_lost_answer_that_comes_again_means_what_the_first_meant(store: Store, was: str, state: str) -> None:
    receive(store)
    settle(store, OpResult(op=batch(store)[0][0], s="duplicate", was=was, v=1, review="" if was == "rejected" else "r-1"))
    with store.read() as reader:
        assert reader.outbox_summary().per_state == {state: 1}
