"""What a refused change holds back: the later changes of its dossier and nothing else; staff read why, and one decision lets them go."""

from __future__ import annotations

import pytest

from counter_app.services import lifecycle, reviews
from counter_app.services.correct import correct
from counter_app.services.unsent import unsent
from onestop.states import State
from tests.sync.conftest import AGENCY
from tests.sync.test_counters import sync, take_in


@pytest.mark.parametrize("decision", [reviews.THEIRS, reviews.MINE])
def test_one_decision_lets_go_what_waits_behind_a_refused_change(gateway, counter, decision: str) -> None:
    one, two = counter(), counter()
    dossier = take_in(one)
    sync(one)
    sync(two)
    correct(one.desk, dossier.id, {"owner.name": "Nguyễn Văn Một"}, "sửa tên theo giấy tờ")
    sync(one)
    correct(two.desk, dossier.id, {"owner.name": "Nguyễn Văn Hai"}, "sửa tên theo giấy tờ")
    two.engine.run_once()
    lifecycle.ask_supplement(two.desk, dossier.id, ("Bản sao giấy khai sinh",), "thiếu")
    other = take_in(two)
    assert two.engine.run_once().pushed == 1, "the other dossier goes"
    assert other.id in gateway.export(AGENCY)
    first, behind = unsent(two.desk).ops
    assert first.item.state == "review" and first.reason and not first.exportable
    assert behind.item.state == "new" and "cùng hồ sơ" in behind.reason and "Cần xử lý" in behind.reason
    with two.store.read() as reader:
        (review,) = [found for found, _, _ in reviews.open_reviews(reader, two.desk)
                     if found.entity == dossier.id and found.wanted.get("owner.name")]
    reviews.settle(two.desk, review.id, decision)
    for _ in range(3):
        two.engine.run_once()
    assert not unsent(two.desk).ops
    with two.store.read() as reader:
        now = reader.dossier(dossier.id)
    assert now.status == State.SUPPLEMENT and now.owner.name == ("Nguyễn Văn Một" if decision == reviews.THEIRS else "Nguyễn Văn Hai")
