"""A gateway restored from an older backup: noticed, nothing lost that anybody holds, no number twice."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from central_gateway.services import finish, recovery
from central_gateway.tables import device, op
from onestop.codec import decode, encode_op
from onestop.model import Dossier, FeeEntry, Review
from onestop.ops import RecordFee, Transition
from onestop.vntime import utc_now, vn_date
from tests.gateway.counter import Counter, problem
from tests.gateway.province import VAN_NINH
from tests.gateway.restored import (
    Place,
    give_back,
    hello,
    lease_request,
    meet,
    number_request,
    place,
    postgres_engine,
    replay,
    results,
    states,
)

__all__ = ["place", "postgres_engine"]
TODAY = str(vn_date(utc_now()))


def dossiers(counter: Counter) -> dict[str, Dossier]:
    return {key: decode(Dossier, bytes(item.data)) for key, item in states(counter).items() if item.kind == "dossier"}


def reviews(counter: Counter) -> list[Review]:
    return [decode(Review, bytes(item.data)) for item in states(counter).values() if item.kind == "review"]


def test_a_restore_without_notice_is_noticed_and_everything_comes_again(place: Place) -> None:
    lan, minh = place.counter(), place.counter()
    before = lan.create()
    lan.push_one(before)
    saved = place.save()
    moved, after = lan.hand_over(before), minh.create()
    lan.push_one(moved)
    minh.push_one(after)
    lanes, number = lan.leases().leases, minh.number(TODAY).number
    place.restore(saved)

    assert meet(minh) == 2  # who saw more than the gateway holds says so, whatever it asks
    here = hello(minh)
    assert (here.epoch, here.state, here.lost) == (2, "recovering", True)
    assert minh.call("GET", "/v1/hello").headers["Sync-Epoch"] == "2"
    assert meet(lan) == 2  # everybody else only hears of it
    for reply in (number_request(minh, TODAY), lease_request(minh, []), lease_request(lan, [lane.token for lane in lanes])):
        problem(reply, 503, "recovering")
        assert int(reply.headers["Retry-After"]) > 0
    assert replay(lan, before, moved) == ["duplicate", "applied"]
    assert give_back(lan, []) == 0
    assert hello(lan).state == "recovering"  # the other desk has not spoken yet
    assert replay(minh, after) == ["applied"]
    give_back(minh, [])
    assert (hello(minh).state, hello(minh).lost) == ("normal", False)

    held = dossiers(lan)
    assert (held[before.entity].status, after.entity in held) == (4, True)
    assert minh.number(TODAY).number > number
    assert [lane.lane for lane in lan.leases(held=[lane.token for lane in lanes]).leases] == [lane.lane for lane in lanes]
    fresh = place.counter()
    assert {lane.lane for lane in fresh.leases().leases}.isdisjoint(lane.lane for lane in lanes)
    assert len(lan.pull()) == 3
    assert reviews(lan) == []


def test_what_only_another_desk_saw_is_taken_back_and_its_ops_are_known(place: Place) -> None:
    gone, stays = place.counter(), place.counter()
    first = gone.create()
    gone.push_one(first)
    saved = place.save()
    moved, second = gone.hand_over(first), gone.create()
    gone.push(moved, second)
    stays.pull()
    copies = states(stays)
    stays.position = gone.position
    place.restore(saved)

    meet(stays)
    assert give_back(stays, list(copies.values()), done=False) == 2
    assert give_back(stays, list(copies.values()), done=False) == 0  # the reply was lost, it comes again
    assert give_back(stays, []) == 0
    assert hello(stays).state == "recovering"  # the other one was here yesterday
    done = place.gateway
    found = finish.finish(done)
    assert (found.taken_back, found.reviews, found.state) == (2, 0, "normal")
    assert states(stays).keys() == copies.keys()
    assert {key: item.v for key, item in states(stays).items()} == {key: item.v for key, item in copies.items()}
    assert [item.op for item in stays.pull()][1:] == [f"salvage-2-{key}" for key in sorted(copies)]
    assert stays.push_one(stays.create(stays.dossier(code=second.data.dossier.code))).code == "code-clash"

    gone.epoch, gone.position = 2, None  # the computer was repaired after all
    assert replay(gone, first, moved, second) == ["duplicate"] * 3
    assert dossiers(gone)[first.entity].status == 4


def test_work_of_another_desk_on_what_was_lost_waits_until_it_is_back(place: Place) -> None:
    """Found by the simulation: answered ``rejected``, it waited for a person and held all later work on the dossier."""
    lan, minh = place.counter(), place.counter()
    saved = place.save()
    lost = lan.create()
    lan.push_one(lost)
    minh.pull()
    place.restore(saved)
    meet(lan)
    meet(minh)
    fee = minh.op(lost.entity, RecordFee(entry=FeeEntry(id="f", kind="phi", code="P", name="Phí", amount=1)), base=1)
    first = minh.push_one(fee)
    assert (first.s, first.code) == ("deferred", "dependency-missing")
    assert replay(lan, lost) == ["applied"]
    assert minh.push_one(fee).s == "applied"
    assert not reviews(minh)


def test_a_copy_that_says_something_else_waits_for_a_person_and_one_that_comes_late_is_taken_at_once(place: Place) -> None:
    gone, stays = place.counter(), place.counter()
    first, late = gone.create(), gone.create()
    gone.push_one(first)
    saved = place.save()
    gone.push(gone.hand_over(first), late)
    copies = states(stays)
    stays.position = gone.position
    place.restore(saved)

    meet(stays)
    stays.push_one(stays.hand_over(first))  # goes on with what it saw in the restored database
    give_back(stays, [copies[first.entity]])
    place.open()
    found = finish.finish(place.gateway)
    assert (found.taken_back, found.reviews) == (0, 1)
    (review,) = reviews(stays)
    assert (review.code, review.entity, review.status) == ("recovered-copy-differs", first.entity, "open")
    assert len(review.wanted["events"]) == len(review.current["events"]) == 1
    assert review.op["data"]["id"] == first.entity

    assert give_back(stays, [copies[late.entity]], done=False) == 1
    assert late.entity in dossiers(stays)
    assert give_back(stays, [copies[late.entity]], done=False) == 1  # it is there already: nothing changes
    assert len(reviews(stays)) == 1
    assert states(stays)[late.entity].v == 1


def test_a_refused_op_may_come_again_after_its_review_was_given_back(place: Place) -> None:
    """Found by the simulation (seed 200): the review's name follows from the op, and was taken: every try ended in a fault."""
    lan, minh = place.counter(), place.counter()
    first = lan.create()
    lan.push_one(first)
    saved = place.save()
    moved = lan.hand_over(first)
    lan.push_one(moved)
    stale = minh.op(first.entity, Transition(action="supplement-ask", from_status=2, to_status=5, reason="Thiếu"), base=1)
    assert minh.push_one(stale).s == "conflict"
    copies = states(lan)
    place.restore(saved)
    meet(lan)
    replay(lan, moved)
    give_back(lan, [copy for copy in copies.values() if copy.id != first.entity])
    place.open()
    finish.finish(place.gateway)
    (before,) = reviews(lan)
    minh.epoch, minh.position = lan.epoch, None
    again = minh.push_one(stale)
    assert again.s == "conflict" and again.review
    assert {review.status for review in reviews(lan)} == {"open"} and before.id in {review.id for review in reviews(lan)}


def test_what_is_no_copy_is_not_taken(place: Place) -> None:
    counter = place.counter()
    counter.push_one(counter.create())
    (item,) = states(counter).values()
    raw = bytes(item.data)
    odd = [{"kind": kind, "id": key, "v": v, "data": data} for kind, key, v, data in [
        ("dossier", "x", 1, {}), ("cat", item.id, 1, {}), ("dossier", "0" * 32, 1, decode(dict, raw)),
        ("dossier", item.id, 0, decode(dict, raw)), ("dossier", item.id, 2**40, decode(dict, raw)),
        ("slip", item.id, 1, decode(dict, raw)), ("dossier", item.id, 1, decode(dict, raw) | {"agency": VAN_NINH}),
    ]]
    assert give_back(counter, odd) == 0
    problem(counter.call("POST", "/v1/salvage", {"part": VAN_NINH, "items": []}), 403, "wrong-partition")
    problem(counter.call("POST", "/v1/salvage", {"part": counter.part, "items": odd[:1] * 1001}), 413, "too-many-copies")
    problem(counter.call("POST", "/v1/salvage", {"part": counter.part}), 422, "body-invalid")


def test_restored_twice_is_noticed_twice(place: Place) -> None:
    counter = place.counter()
    counter.push_one(counter.create())
    saved = place.save()
    lost = counter.create()
    counter.push_one(lost)
    place.restore(saved)
    assert meet(counter) == 2
    assert replay(counter, lost) == ["applied"]
    place.restore(saved)
    assert meet(counter) == 3  # it has spoken with epoch 2 already
    assert replay(counter, lost) == ["applied"]
    assert give_back(counter, []) == 0
    assert hello(counter).state == "normal"


def test_a_provisional_receipt_keeps_the_code_it_was_given(place: Place) -> None:
    counter = place.counter(VAN_NINH)
    saved = place.save()
    creates = [counter.create(counter.dossier(provisional_code=f"TN-{counter.device}-261120-000{n}"), by="hoa") for n in (1, 2, 3)]
    counter.push(*creates)
    copies = states(counter)
    codes = {key: found.code for key, found in dossiers(counter).items()}
    assert len(set(codes.values())) == 3
    place.restore(saved)
    meet(counter)
    assert replay(counter, *reversed(creates)) == ["applied"] * 3
    assert {found.code for found in dossiers(counter).values()} == {None}
    give_back(counter, [copies[create.entity] for create in creates[:2]])
    after = {key: found.code for key, found in dossiers(counter).items()}
    assert [after[create.entity] for create in creates[:2]] == [codes[create.entity] for create in creates[:2]]
    assert after[creates[2].entity] not in (None, *list(codes.values())[:2])
    assert reviews(counter) == []


def test_a_device_the_backup_does_not_know_comes_back_by_its_ticket(place: Place) -> None:
    place.counter()
    saved = place.save()
    unknown, other = place.counter(), place.counter()
    create = unknown.create()
    unknown.push_one(create)
    place.restore(saved)
    problem(unknown.call("GET", "/v1/hello"), 401, "device-unknown")
    unknown.reply.ticket, ticket = other.reply.ticket, unknown.reply.ticket
    problem(unknown.call("POST", "/v1/token", {"assertion": unknown.assertion(), "ticket": other.reply.ticket}), 401, "device-unknown")
    unknown.reply.ticket = ticket
    unknown.sign_on()  # its proof is proof enough that the database went back
    assert meet(unknown) == 2
    assert hello(unknown).state == "recovering"
    assert replay(unknown, create) == ["applied"]
    other.sign_on()
    assert meet(other) == 2  # no second epoch for the second device


def test_device_numbers_are_not_given_again(place: Place) -> None:
    place.counter()
    saved = place.save()
    unknown = place.counter()
    place.restore(saved)
    assert recovery.begin(place.gateway, 1, "operator")
    assert not recovery.begin(place.gateway, 1, "operator")  # two at once: one begins it
    assert place.counter().device > unknown.device


def test_a_push_in_the_middle_of_the_restore_changes_nothing(place: Place) -> None:
    counter = place.counter()
    saved = place.save()
    counter.push_one(counter.create())
    place.restore(saved)
    fresh = counter.create()
    problem(counter.push_raw([encode_op(fresh)]), 409, "history-diverged")
    with place.gateway.database.read() as conn:
        assert conn.execute(select(op.c.op_id)).all() == []
        assert conn.execute(select(device.c.id)).all() == [(counter.device,)]
    problem(counter.push_raw([encode_op(fresh)]), 409, "history-diverged")
    assert hello_epoch(counter) == 2  # the old claim is no second proof


def hello_epoch(counter: Counter) -> int:
    meet(counter)
    return hello(counter).epoch


@pytest.mark.parametrize("back", [1, 40])
def test_new_work_over_the_old_head_is_told_apart_by_the_chain(place: Place, back: int) -> None:
    lan, minh = place.counter(), place.counter()
    saved = place.save()
    lost = [lan.create() for _ in range(back)]
    lan.push(*lost)
    place.restore(saved)
    new = [minh.create() for _ in range(back + 5)]
    minh.push(*new)  # knows nothing of what was lost: its position is older
    assert meet(lan) == 2
    assert [result.s for result in results(lan, *lost)] == ["applied"] * back
    assert len(lan.pull()) == 2 * back + 5
