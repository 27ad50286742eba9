"""The same case received at two desks: both stand, a person is asked."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import select

from central_gateway.tables import entity, meta
from onestop.codec import decode
from onestop.model import Dossier, Party, Review
from onestop.ops import Change, Correct, Op, Transition
from tests.gateway.counter import DUE, RECEIVED, Counter

OWNER = Party(name="Nguyễn Văn An", id_no="001 099 012 345")


def received(counter: Counter, owner: Party = OWNER, **facts) -> Op:
    return counter.create(counter.dossier(owner=owner, **facts))


def reviews(counter: Counter) -> list[Review]:
    found = {item.id: decode(Review, bytes(item.data)) for item in counter.pull() if item.kind == "review"}
    return [review for review in found.values() if review.code == "maybe-duplicate"]


def test_two_desks_that_could_not_see_each_other(counter: Counter, new_counter) -> None:
    other = new_counter()
    first, second = received(counter), received(other, replace(OWNER, name="NGUYEN VAN AN", id_no="001099012345"))
    assert counter.push_one(first).review == ""
    result = other.push_one(second)
    assert (result.s, result.code, result.review) == ("applied", "maybe-duplicate", f"r-{second.op}")
    assert "trùng" in result.message
    (review,) = reviews(counter)
    assert (review.entity, review.entity_kind, review.status) == (second.entity, "dossier", "open")
    assert review.current == {"id": first.entity, "code": first.data.dossier.code, "received_at": "2026-11-20T09:00:00+07:00",
                              "received_by": "lan", "device": counter.device}
    assert (review.wanted["id"], review.wanted["device"]) == (second.entity, other.device)
    assert {item.id for item in counter.pull() if item.kind == "dossier"} == {first.entity, second.entity}
    assert other.push_one(second).was == "applied"
    assert len(reviews(counter)) == 1


def test_in_either_order(counter: Counter, new_counter) -> None:
    other = new_counter()
    first, second = received(counter), received(other)
    other.push_one(second)
    assert counter.push_one(first).code == "maybe-duplicate"


def test_what_is_not_the_same_case(counter: Counter, new_counter) -> None:
    other, away = new_counter(), new_counter("H32.27")
    counter.push_one(received(counter))
    assert counter.push_one(received(counter)).code == ""  # the same desk saw the first one
    assert away.push_one(received(away, received_by="cuc")).code in ("", "staff-not-allowed")
    for op in (
        received(other, replace(OWNER, id_no="001099012346")),
        received(other, replace(OWNER, id_no="")),
        received(other, received_at=RECEIVED + timedelta(days=31), due_at=None),
    ):
        assert other.push_one(op).code == ""
    assert reviews(counter) == []
    assert other.push_one(received(other, received_at=RECEIVED + timedelta(days=30), due_at=None)).code == "maybe-duplicate"


def test_an_owner_without_a_number_is_nobody_s_double(counter: Counter, new_counter) -> None:
    nameless = replace(OWNER, id_no="")
    counter.push_one(received(counter, nameless))
    other = new_counter()
    assert other.push_one(received(other, nameless)).code == ""


def test_a_finished_case_may_come_again(counter: Counter, new_counter) -> None:
    first, other = received(counter), new_counter()
    stop = counter.op(first.entity, Transition(action="stop", from_status=2, to_status=8, reason="rút"), base=1)
    assert [r.s for r in counter.push(first, stop)] == ["applied", "applied"]
    assert other.push_one(received(other)).code == ""


def test_a_corrected_number_is_compared_as_it_now_is(counter: Counter, new_counter) -> None:
    other = new_counter()
    first = received(counter, replace(OWNER, id_no="001099000000"))
    counter.push_one(first)
    fix = Correct(reason="sai số", changes={"owner.id_no": Change(old="001099000000", new="001099012345")})
    assert counter.push_one(counter.op(first.entity, fix, base=1)).s == "applied"
    assert other.push_one(received(other, replace(OWNER, id_no="001099000000"))).code == ""
    assert other.push_one(received(other)).code == "maybe-duplicate"


def test_with_several_others_each_pair_is_a_review(counter: Counter, new_counter) -> None:
    others = [new_counter() for _ in range(2)]
    for desk in others:
        desk.push_one(received(desk))
    counter.push_one(received(counter, due_at=DUE))
    pairs = {(review.current["device"], review.wanted["device"]) for review in reviews(counter)}
    first, second = (desk.device for desk in others)
    assert pairs == {(first, second), (first, counter.device), (second, counter.device)}


def test_the_index_holds_no_identity_number(counter: Counter, gateway) -> None:
    op = received(counter)
    counter.push(op)
    with gateway.database.read() as conn:
        row = conn.execute(select(entity).where(entity.c.id == op.entity)).one()
        assert conn.execute(select(meta.c.value).where(meta.c.key == "mark_key")).scalar()
    assert isinstance(row.mark, int)
    assert "1099012345" not in str(row.mark)
    assert decode(Dossier, row.data).owner.id_no == OWNER.id_no
