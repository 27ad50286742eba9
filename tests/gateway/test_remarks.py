"""What was done at a desk stays done; what the gateway sees in it that a person should look at is a review in users' words."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from onestop.model import FeeEntry
from onestop.ops import Change, Correct, Op, RecordFee
from onestop.vntime import iso
from tests.gateway.counter import DUE, Counter
from tests.gateway.test_push import reviews, state

COPY = FeeEntry(id="", kind="phi", code="SAO", name="Phí sao thêm", amount=20_000)


def asks_and_takes(desk: Counter, entity: str, by: str, base: int, amount: int = 20_000) -> list[Op]:
    """A fee that is not in the dossier yet: written as due, then taken."""
    rows = [replace(COPY, id=f"{entry}-{by}", entry=entry, by=by, amount=amount) for entry in ("due", "collected")]
    return [desk.op(entity, RecordFee(entry=row), base=base + n, by=by) for n, row in enumerate(rows)]


@pytest.mark.parametrize("order", ["one after the other", "other way round", "woven"])
def test_a_fee_nobody_had_asked_for_taken_at_two_desks_that_were_apart(counter: Counter, new_counter, order: str) -> None:
    other = new_counter()
    create = counter.create()
    counter.push(create)
    ours, theirs = asks_and_takes(counter, create.entity, "lan", 1), asks_and_takes(other, create.entity, "minh", 1)
    turns = {"one after the other": [(counter, ours), (other, theirs)], "other way round": [(other, theirs), (counter, ours)],
             "woven": [(counter, ours[:1]), (other, theirs[:1]), (counter, ours[1:]), (other, theirs[1:])]}[order]
    answers = [(r.s, r.code) for desk, ops in turns for r in desk.push(*ops)]
    assert answers == [("applied", "")] * 3 + [("applied", "paid-twice")]
    assert len(state(counter, create.entity).fees) == 4
    (review,) = reviews(counter)
    last = "lan" if order == "other way round" else "minh"
    assert review.code == "paid-twice" and "hai quầy" in review.message and "hoàn lại" in review.message
    assert [row["by"] for row in review.wanted["fees"]] == [last] and len(review.current["fees"]) == 1


def test_a_second_copy_asked_and_paid_in_sight_of_the_first_is_no_double_payment(counter: Counter, new_counter) -> None:
    other = new_counter()
    create = counter.create()
    counter.push(create, *asks_and_takes(counter, create.entity, "lan", 1))
    assert {r.code for r in other.push(*asks_and_takes(other, create.entity, "minh", 3))} == {""}
    assert reviews(counter) == []


def test_another_amount_or_one_given_back_is_no_double_payment(counter: Counter, new_counter) -> None:
    other = new_counter()
    create = counter.create()
    back = counter.op(create.entity, RecordFee(entry=replace(COPY, id="back", entry="refunded", by="lan")), base=3, by="lan")
    counter.push(create, *asks_and_takes(counter, create.entity, "lan", 1), back)
    assert {r.code for r in other.push(*asks_and_takes(other, create.entity, "minh", 1))} == {""}
    second = counter.create()
    counter.push(second, *asks_and_takes(counter, second.entity, "lan", 1))
    assert {r.code for r in other.push(*asks_and_takes(other, second.entity, "minh", 1, amount=30_000))} == {""}


FIVE_DAYS = DUE + timedelta(days=4)  # 27/11 and, after the weekend, 30/11


def correct(desk: Counter, by: str, due: object = None, days: int = 0) -> tuple[str, str]:
    """A new dossier is corrected by ``by``: due date, or the procedure with a limit of ``days`` working days, or both."""
    create = desk.create()
    desk.push(create)
    dossier = create.data.dossier
    old = [dossier.procedure_code, dossier.procedure_version, dossier.procedure_name, dossier.limit_value, dossier.limit_unit,
           dossier.sector, dossier.competent_agency]
    changes = {"procedure": Change(old=old, new=[*old[:3], days, *old[4:]])} if days else {}
    if due is not None:
        changes["due_at"] = Change(old=iso(DUE), new=iso(due))
    result = desk.push_one(desk.op(create.entity, Correct(reason="ghi nhầm", changes=changes), base=1, by=by))
    now = state(desk, create.entity)
    assert now.due_at == (due or DUE) and now.limit_value == (days or 3), "what was done stays"
    return result.s, result.code


def test_only_the_head_moves_a_due_date_also_inside_a_procedure_correction(counter: Counter) -> None:
    assert correct(counter, "lan", FIVE_DAYS, days=5) == ("applied", ""), "the date that the other procedure brings"
    assert correct(counter, "minh", DUE + timedelta(days=9), days=5) == ("applied", ""), "the head may"
    assert correct(counter, "minh", DUE + timedelta(days=9)) == ("applied", "")
    assert reviews(counter) == []
    assert correct(counter, "lan", DUE + timedelta(days=9), days=5) == ("applied", "due-date-by-head")
    assert correct(counter, "lan", DUE + timedelta(days=5)) == ("applied", "due-date-by-head")
    inside, alone = reviews(counter)
    assert inside.current == {"due_at": iso(DUE + timedelta(days=9))} and inside.wanted == {"due_at": iso(FIVE_DAYS)}
    assert alone.current == {"due_at": iso(DUE + timedelta(days=5))} and alone.wanted == {"due_at": iso(DUE)}
    for review in (inside, alone):
        assert "chỉ lãnh đạo bộ phận được sửa ngày hẹn" in review.message and review.status == "open"


def test_a_due_date_that_did_not_come_to_stand_is_one_thing_to_decide_not_two(counter: Counter) -> None:
    create = counter.create()
    counter.push(create)
    later = [Correct(reason="ghi nhầm", changes={"due_at": Change(old=iso(DUE), new=iso(DUE + timedelta(days=n)))}) for n in (7, 9)]
    moved = [counter.op(create.entity, data, base=1, by=by) for data, by in zip(later, ("minh", "lan"), strict=True)]
    assert [(r.s, r.code) for r in counter.push(*moved)] == [("applied", ""), ("conflict", "field-changed-elsewhere")]
    assert [review.code for review in reviews(counter)] == ["field-changed-elsewhere"]
