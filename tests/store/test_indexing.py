"""Dossiers are found at once, in the index or still waiting for it."""

from __future__ import annotations

import pytest

from benchmarks.material import AGENCY, pages
from counter_app.store.engine import Store
from counter_app.store.indexing import WAITING_MAX
from counter_app.store.outbox import _BY_OP
from onestop.ops import Change, Correct
from onestop.wire import OpResult
from tests.store.conftest import Bench, receive


def indexed(store: Store) -> int:
    with store.read() as reader:
        return reader._one("SELECT count(*) FROM dossier_fts_docsize")[0]  # type: ignore[index]


def test_found_before_and_after_the_index_takes_them_in(store: Store) -> None:
    made = []
    for n in range(WAITING_MAX + 3):
        made.append(receive(store, f"Đặng Thị Ngữ {'Bốn' if n % 2 else 'Năm'}"))
        with store.read() as reader:
            found = [row.id for row in reader.find("dang ngu")]
            assert found == [d.id for d in reversed(made)]
            assert len(reader.find("dang thi bon")) == (n + 1) // 2
            assert len(reader.dossiers_by_id_no("001099012345")) == min(n + 1, 50)
            assert len(reader.find("001099012345")) == n + 1
        assert indexed(store) == (0 if n + 1 < WAITING_MAX else WAITING_MAX)


def test_waiting_dossiers_survive_a_restart_and_go_in_with_the_next_page(bench: Bench) -> None:
    store = bench.enrolled()
    mine = receive(store, "Đặng Thị Ngữ")
    bench.close()
    store = bench.open()
    assert indexed(store) == 0
    items, position = next(pages(20))
    with store.write() as unit:
        assert [row.id for row in unit.find("ngu")] == [mine.id]
        unit.apply_page(AGENCY, items, position)
    assert indexed(store) == 21
    with store.read() as reader:
        assert mine.id in [row.id for row in reader.find("dang thi ngu")]


@pytest.mark.parametrize("others", [0, WAITING_MAX])
def test_a_corrected_name_is_found_and_the_old_one_is_not(store: Store, others: int) -> None:
    dossier = receive(store, "Nguyễn Văn Ngứ")
    for _ in range(others):
        receive(store, "Trần Thị Hà")
    with store.write() as unit:
        changes = {"owner.name": Change(old="Nguyễn Văn Ngứ", new="Lê Thị Mơ")}
        unit.submit(Correct(changes=changes, reason="Gõ nhầm"), entity=dossier.id, by="u1", at=store.clock.now())
    with store.read() as reader:
        assert [row.id for row in reader.find("le thi mo")] == [dossier.id]
        assert reader.find("van ngu") == []


def test_an_op_is_known_by_its_id_while_it_waits_and_after(store: Store) -> None:
    """Answers are looked up among the unfinished ops; the bytes of a finished one are still there."""
    receive(store)
    with store.read() as reader:
        op = reader.outbox()[0].op
        raw = reader.op_bytes(op)
        plan = " ".join(r[3] for r in reader._all(f"EXPLAIN QUERY PLAN SELECT state FROM outbox WHERE {_BY_OP}", op))
    assert raw and "SCAN outbox USING COVERING INDEX outbox_unfinished" in plan
    with store.write() as unit:
        unit.settle([OpResult(op=op, s="applied", v=1, seq=1, chain="c")])
        assert unit.outbox() == [] and unit.op_bytes(op) == raw
        assert unit.settle([OpResult(op=op, s="conflict")]) == []


def pieces(store: Store) -> int:
    with store.read() as reader:
        return reader._one("SELECT count(DISTINCT segid) FROM dossier_fts_idx")[0]  # type: ignore[index]


def test_the_pieces_of_the_index_are_joined_in_steps_and_nothing_else_changes(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("counter_app.store.indexing._MERGE_FROM", 100)
    store = bench.enrolled()
    asked = ("nguyen", "tran thi", "le van m", "le")
    for items, position in pages(1_500, size=100):
        with store.write() as unit:
            unit.apply_page(AGENCY, items, position)
    with store.read() as reader:
        before = [[row.id for row in reader.find(text)] for text in asked]
    assert pieces(store) > 1 and all(before)
    steps, more = 0, True
    while more and steps < 500:
        with store.write() as unit:
            more = unit.merge_index(2)
        steps += 1
        if steps == 2:  # a save between two steps, and a restart, do no harm
            receive(store, "Đặng Thị Xen Giữa")
            bench.close()
            store = bench.open()
    assert steps > 3 and pieces(store) == 1 and not more
    with store.write() as unit:
        assert not unit.merge_index(), "not again before it has grown by a quarter"
    with store.read() as reader:
        assert [[row.id for row in reader.find(text)] for text in asked] == before
        assert len(reader.find("dang thi xen giua")) == 1
