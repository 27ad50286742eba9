"""A fresh code is given by one rule, whichever way it is asked for: no second provisional number for one dossier."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from counter_app.services.new_code import new_code
from counter_app.services.reviews import NEW_CODE, settle
from onestop.errors import UserError
from onestop.model import Review
from tests.desk import DeskBench, make_desk
from tests.services.test_lifecycle import received


def clashes(bench: DeskBench, count: int) -> list[Review]:
    """A dossier whose code turned out to be another's, with ``count`` reviews that say so (two desks, or a press that came twice)."""
    dossier = replace(received(bench), id="0" * 31 + "7")
    bare = replace(dossier, code=None, provisional_code=None, events=(), version=1)
    made = [Review(id=f"r{n}", agency=bench.desk.agency, entity=bare.id, entity_kind="dossier", code="code-clash", message="Trùng mã.",
                   current={"code": None}, wanted={"code": dossier.code}, op={}, opened_at=bench.desk.now(), version=1)
            for n in range(count)]
    bench.pull(bare)
    for review in made:
        bench.pull(review)
    return made


def taken(bench: DeskBench) -> tuple[int, set[str]]:
    with bench.store.read() as reader:
        return reader.outbox_summary().waiting, {code for (code,) in reader._all("SELECT code FROM code_issued")}


def test_settling_twice_where_no_official_number_is_left_gives_one_provisional_number(tmp_path: Path) -> None:
    bench = make_desk(tmp_path, username="truong.nt", numbering="provisional")
    try:
        first, second = clashes(bench, 2)
        settle(bench.desk, first.id, NEW_CODE)
        with bench.store.read() as reader:
            named = reader.dossier(first.entity)
        assert named.code is None and named.provisional_code
        before = taken(bench)
        for again in (lambda: settle(bench.desk, second.id, NEW_CODE), lambda: new_code(bench.desk, first.entity)):
            with pytest.raises(UserError) as caught:
                again()
            assert caught.value.code == "numbers-exhausted" and named.provisional_code in caught.value.message
        assert taken(bench) == before, "neither a number nor an op was used"
        with bench.store.read() as reader:
            assert reader.review(second.id).status == "open" and reader.dossier(first.entity) == named
        with pytest.raises(UserError) as caught:
            settle(bench.desk, first.id, NEW_CODE)
        assert caught.value.code == "review-settled"
    finally:
        bench.close()


def test_settling_twice_with_a_lane_gives_one_code(bench: DeskBench) -> None:
    first, second = clashes(bench, 2)
    settle(bench.desk, first.id, NEW_CODE)
    before = taken(bench)
    with pytest.raises(UserError) as caught:
        settle(bench.desk, second.id, NEW_CODE)
    assert caught.value.code == "decision-unknown"
    with pytest.raises(UserError) as caught:
        new_code(bench.desk, first.entity)
    assert caught.value.code == "code-already-assigned" and taken(bench) == before
