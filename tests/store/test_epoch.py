"""A gateway restored from a backup, as the store meets it: what goes again, what is given back, what both sides hold."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import pytest

from counter_app.store.engine import Store
from counter_app.store.epoch import durable_of
from onestop.codec import encode
from onestop.feed import Position, Sum
from onestop.model import Event
from onestop.wire import OpResult, SnapshotItem
from tests.store.conftest import AGENCY, NOW, a_dossier, receive
from tests.store.test_sync_side import batch, chain, item, pos, settle


def events(*ids: str) -> tuple[Event, ...]:
    return tuple(Event(id=i, at=NOW, by="u1", device=7, kind="note") for i in ids)


def left(store: Store) -> list[tuple[str, int]]:
    with store.read() as reader:
        return sorted((x.id, x.v) for x in reader.former_left(AGENCY, 100, 1 << 20))


def begin(store: Store, durable: int = 0, epoch: int = 2) -> int:
    with store.write() as unit:
        return unit.begin_epoch(epoch, {AGENCY: durable})


def test_ops_the_backup_may_not_hold_go_again_and_positions_are_forgotten(store: Store) -> None:
    for n in range(1, 4):
        receive(store)
        settle(store, OpResult(op=batch(store)[0][0], s="applied", v=1, seq=n, chain=chain(n)), at=pos(n))
    with store.write() as unit:
        unit.note_durable({AGENCY: 2})
    assert begin(store, durable=99) == 1, "what the old life said of its backups counts, not what a new history reached since"
    with store.read() as reader:
        assert reader.hi() == [] and reader.epoch() == 2 and reader.durable() == {AGENCY: 2}
        assert reader.outbox_summary().per_state == {"acked": 2, "new": 1}
    assert begin(store, durable=0, epoch=3) == 2


def test_a_refused_op_is_judged_again_and_an_answer_to_a_vanished_review_is_void(store: Store) -> None:
    receive(store)
    op = batch(store)[0][0]
    settle(store, OpResult(op=op, s="rejected", code="x", message="…", review="r-1"))
    assert begin(store) == 1
    assert [o for o, _ in batch(store)] == [op]


def test_what_the_restored_gateway_lost_is_given_back(store: Store) -> None:
    kept, older, gone, foreign = (a_dossier(events=events("a", "b")) for _ in range(4))
    with store.write() as unit:
        unit.apply_page(AGENCY, [item(n, d, 2) for n, d in enumerate((kept, older, gone, foreign), 1)], pos(4))
        before = unit.sum_of(AGENCY)
    begin(store)
    assert left(store) == sorted((d.id, 2) for d in (kept, older, gone, foreign))
    with store.read() as reader:
        assert reader.sum_of(AGENCY) == Sum() and before.count == 4
    back = replace(older, events=events("a"))
    other = replace(foreign, events=events("a", "z"))
    with store.write() as unit:
        unit.apply_page(AGENCY, [item(1, kept, 2), item(2, back, 1), item(3, other, 2)], Position(AGENCY, 3, chain(3)))
        assert unit.sum_of(AGENCY) == Sum().with_state("dossier", kept.id, 2).with_state("dossier", older.id, 1).with_state(
            "dossier", foreign.id, 2)
    assert left(store) == sorted((d.id, 2) for d in (older, gone, foreign)), "an older one, a lost one, another one of the same version"
    with store.read() as reader:
        shown = reader.dossier(older.id)
        assert shown is not None and [e.id for e in shown.events] == ["a"], "the gateway's state counts on the screen"
        given = reader.former_left(AGENCY, 100, 1 << 20)
        assert {x.id: len(msgspec.json.decode(x.data)["events"]) for x in given} == {older.id: 2, gone.id: 2, foreign.id: 2}
        lost = reader.dossier(gone.id)
        assert lost is not None, "what only we hold stays"
    with store.write() as unit:
        unit.former_given(given)
    assert left(store) == []
    begin(store, epoch=3)
    assert left(store) == sorted((d.id, 2) for d in (kept, older, gone, foreign)), "restored once more: all is asked again"
    with store.write() as unit:
        unit.apply_page(AGENCY, [item(n, d, 2) for n, d in enumerate((kept, older, gone, foreign), 1)], pos(4))
        assert unit.sum_of(AGENCY).count == 4 and unit._one("SELECT count(*) FROM former") == (0,)


def test_copies_come_in_pages_of_a_bounded_size(store: Store) -> None:
    with store.write() as unit:
        unit.apply_page(AGENCY, [item(n, a_dossier(), 1) for n in range(1, 6)], pos(5))
    begin(store)
    with store.read() as reader:
        one = reader.former_left(AGENCY, 100, 1)
        assert len(one) == 1 and len(reader.former_left(AGENCY, 3, 1 << 20)) == 3


def test_our_own_unsent_work_stays_on_top_of_an_older_copy(store: Store) -> None:
    from tests.store.test_sync_side import printed

    dossier = receive(store)
    settle(store, OpResult(op=batch(store)[0][0], s="applied", v=1, seq=1, chain=chain(1)))
    with store.write() as unit:
        unit.apply_page(AGENCY, [item(1, replace(dossier, version=1), 1), item(2, replace(dossier, status=4), 5)], pos(2))
    printed(store, dossier.id)
    begin(store)
    with store.write() as unit:
        unit.apply_page(AGENCY, [item(1, dossier, 1)], pos(1))
    with store.read() as reader:
        shown = reader.dossier(dossier.id)
        assert shown is not None and shown.prints == {"01": 1} and shown.status == 2
    assert left(store) == [(dossier.id, 5)]


def test_a_partition_is_left_only_when_nothing_of_it_is_unsent(store: Store) -> None:
    dossier = receive(store)
    theirs = a_dossier(name="Lê Thị Ước")
    with store.write() as unit:
        unit.apply_snapshot_page(AGENCY, [SnapshotItem(kind="dossier", id=theirs.id, v=1, data=msgspec.Raw(encode(theirs)))],
                                 as_of=pos(5), after="", done=True)
        assert unit.drop_part(AGENCY) == 0 and unit.parts_held() == [AGENCY]
    settle(store, OpResult(op=batch(store)[0][0], s="applied", v=1, seq=6, chain=chain(6)))
    with store.write() as unit:
        assert unit.drop_part(AGENCY) == 2 and unit.drop_part(AGENCY) == 0
        assert unit.parts_held() == [] and unit.count("dossier") == 0
    with store.read() as reader:
        assert reader.find("uoc") == [] and reader.outbox_summary().per_state == {"acked": 1}, "the op is kept until it is durable"
    again = receive(store, "Đỗ Văn Mới")
    with store.read() as reader:
        assert [row.id for row in reader.find("moi")] == [again.id] and dossier.id != again.id
    assert store.check() == []


@pytest.mark.parametrize(("text", "found"), [("H32.15=7", {"H32.15": 7}), ("a=1;b=2:00ff", {"a": 1, "b": 2}), ("", {}), ("x=-3;=4;y", {})])
def test_what_a_gateway_says_of_its_backups(text: str, found: dict[str, int]) -> None:
    assert durable_of(text) == found
