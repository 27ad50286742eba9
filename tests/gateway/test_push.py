"""What a push answers and what the feed then says."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import msgspec
import pytest
from sqlalchemy import update

from central_gateway.tables import staff as staff_table
from onestop.codec import decode, encode_op
from onestop.ids import uuid7_hex
from onestop.model import Component, Dossier, FeeEntry, Review, Slip, SlipLine
from onestop.ops import AssignCode, Change, ConfirmSlip, Correct, CreateSlip, RecordFee, SettleReview, Transition
from onestop.vntime import VN_TZ, iso, utc_now
from onestop.wire import LookupReply
from tests.gateway.counter import DUE, RECEIVED, Counter, problem
from tests.gateway.province import ELSEWHERE


def reviews(counter: Counter) -> list[Review]:
    """The review items as the feed last showed them."""
    found = {item.id: decode(Review, bytes(item.data)) for item in counter.pull() if item.kind == "review"}
    return list(found.values())


def state(counter: Counter, identity: str) -> Dossier:
    """A dossier as the feed last showed it."""
    return [decode(Dossier, bytes(item.data)) for item in counter.pull() if item.id == identity][-1]


def test_a_created_dossier_comes_back_whole(counter: Counter) -> None:
    op = counter.create()
    result = counter.push_one(op)
    assert (result.s, result.v, result.seq, result.code, result.review) == ("applied", 1, 1, "", "")
    (item,) = counter.pull()
    assert (item.op, item.kind, item.id, item.v, item.chain) == (op.op, "dossier", op.entity, 1, result.chain)
    sent, got = op.data.dossier, decode(Dossier, bytes(item.data))
    assert got == replace(sent, version=1, original_due_at=sent.due_at, events=got.events)
    assert [event.id for event in got.events] == [op.op]


def test_the_same_op_again_gets_the_first_answer(counter: Counter) -> None:
    op = counter.create()
    first = counter.push_one(op)
    again = counter.push_one(op)
    assert again == msgspec.structs.replace(first, s="duplicate", was="applied")
    assert len(counter.pull()) == 1


def test_duplicates_and_new_ops_mix(counter: Counter) -> None:
    old, new = counter.create(), counter.create()
    counter.push_one(old)
    assert [result.s for result in counter.push(new, old, counter.hand_over(old))] == ["applied", "duplicate", "applied"]
    assert [item.id for item in counter.pull()] == [old.entity, new.entity, old.entity]


def test_the_same_id_with_another_content_is_an_alarm(counter: Counter) -> None:
    op = counter.create()
    counter.push_one(op)
    assert counter.push_one(replace(op, dseq=99)).s == "op_id_reuse"
    assert counter.push_one(op).s == "duplicate"
    assert len(counter.pull()) == 1


def test_ops_of_one_dossier_in_one_batch_build_on_each_other(counter: Counter) -> None:
    create = counter.create()
    results = counter.push(create, counter.hand_over(create))
    assert [(r.s, r.v, r.seq) for r in results] == [("applied", 1, 1), ("applied", 2, 2)]
    assert state(counter, create.entity).status == 4


def test_a_move_from_a_state_that_is_gone_is_a_conflict_with_a_review(counter: Counter) -> None:
    create = counter.create()
    counter.push(create, counter.hand_over(create))
    late = counter.op(create.entity, Transition(action="supplement-ask", from_status=2, to_status=5, reason="Thiếu"), base=1)
    result = counter.push_one(late)
    assert (result.s, result.code, result.v) == ("conflict", "transition-not-allowed", 3)
    (review,) = reviews(counter)
    assert (review.id, review.entity, review.status, review.code) == (result.review, create.entity, "open", "transition-not-allowed")
    assert (review.current, review.wanted) == ({"status": 4}, {"status": 5})
    assert review.op["op"] == late.op
    assert state(counter, create.entity).status == 4
    assert counter.pull()[result.seq - 1].id == create.entity


def test_corrections_of_different_fields_merge_and_of_the_same_field_wait_for_a_person(counter: Counter) -> None:
    create = counter.create()
    counter.push_one(create)
    old = "Nguyễn Văn An"
    name, phone, other = (
        counter.op(create.entity, Correct(reason="gõ nhầm", changes={path: change}), base=1)
        for path, change in [("owner.name", Change(old=old, new="Nguyễn Văn Anh")), ("owner.phone", Change(old="", new="0258000000")),
                             ("owner.name", Change(old=old, new="Nguyễn Văn Ánh"))]
    )
    results = counter.push(name, phone, other)
    assert [r.s for r in results] == ["applied", "applied", "conflict"]
    got = state(counter, create.entity)
    assert (got.owner.name, got.owner.phone) == ("Nguyễn Văn Anh", "0258000000")
    (review,) = reviews(counter)
    assert (review.current, review.wanted) == ({"owner.name": "Nguyễn Văn Anh"}, {"owner.name": "Nguyễn Văn Ánh"})


def test_a_review_is_settled_once(counter: Counter) -> None:
    create = counter.create()
    counter.push(create, counter.hand_over(create))
    result = counter.push_one(counter.op(create.entity, Transition(action="stop", from_status=2, to_status=8, reason="x"), base=1))
    settle = counter.op(result.review, SettleReview(decision="theirs", note="đã gọi điện"), base=1, by="minh")
    assert counter.push_one(settle).s == "applied"
    (review,) = reviews(counter)
    assert (review.status, review.settled_by, review.version) == ("settled", "minh", 2)
    assert counter.push_one(counter.op(result.review, SettleReview(decision="theirs"), base=2)).s == "merged" and len(reviews(counter)) == 1
    other = counter.push_one(counter.op(result.review, SettleReview(decision="mine"), base=2))
    assert (other.s, other.code) == ("merged", "settled-differently"), "two desks decided while apart: somebody has to look"
    told = {review.code: review for review in reviews(counter)}["settled-differently"]
    assert (told.id, told.entity, told.status) == (other.review, create.entity, "open")
    assert (told.current, told.wanted) == ({"decision": "theirs", "settled_by": "minh"}, {"decision": "mine", "settled_by": "lan"})


@pytest.mark.parametrize(("change", "code"), [
    ({"procedure_code": "9.999999"}, "unknown-procedure"),
    ({"procedure_code": ELSEWHERE, "procedure_version": 1}, "authority-elsewhere"),
    ({"agency": "H32.27"}, "wrong-agency"),
    ({"code": "H32.15-261120-\n001"}, "code-invalid"),
    ({"code": "H" * 70}, "code-invalid"),
])
def test_what_can_never_be_valid_is_rejected_and_kept(counter: Counter, change: dict, code: str) -> None:
    op = counter.create(counter.dossier(**change))
    result = counter.push_one(op)
    assert (result.s, result.code, result.v, result.seq) == ("rejected", code, 0, 0)
    (review,) = reviews(counter)
    assert review.code == code
    assert review.op["data"]["dossier"]["owner"]["name"] == "Nguyễn Văn An"
    assert counter.push_one(op).was == "rejected"


def test_a_procedure_of_another_system_says_where_to_go(counter: Counter) -> None:
    result = counter.push_one(counter.create(counter.dossier(procedure_code=ELSEWHERE, procedure_version=1)))
    assert "Mời công dân đến công an xã." in result.message


def test_an_unknown_version_of_a_procedure_waits_with_all_that_follows(counter: Counter) -> None:
    create = counter.create(counter.dossier(procedure_version=3))
    other = counter.create()
    ops = create, counter.hand_over(create), other
    assert [r.s for r in counter.push(*ops)] == ["deferred", "deferred", "applied"]
    assert [r.s for r in counter.push(*ops)] == ["deferred", "deferred", "duplicate"]
    assert len(counter.pull()) == 1


def test_an_older_version_of_a_procedure_is_accepted(counter: Counter) -> None:
    assert counter.push_one(counter.create(counter.dossier(procedure_version=1))).s == "applied"


def test_an_op_on_an_unknown_dossier_is_rejected(counter: Counter) -> None:
    entry = FeeEntry(id="f", kind="phi", code="P", name="Phí", amount=1)
    result = counter.push_one(counter.op(uuid7_hex(), RecordFee(entry=entry), base=1))
    assert (result.s, result.code) == ("rejected", "unknown-entity")
    assert reviews(counter)


def test_one_bad_op_does_not_sink_the_others(counter: Counter) -> None:
    good, bad = counter.create(), counter.create()
    raw = encode_op(bad).replace(b'"Nguy', b'7,"x":"Nguy', 1)
    results = counter.push(raw, encode_op(good))
    assert [(r.op, r.s, r.code) for r in results] == [(bad.op, "rejected", "op-invalid"), (good.op, "applied", "")]
    (review,) = reviews(counter)
    assert review.op["op"] == bad.op


def test_an_op_of_an_unknown_kind_is_kept(counter: Counter) -> None:
    op_id = uuid7_hex()
    raw = msgspec.json.encode({"op": op_id, "dseq": 1, "entity": "x", "kind": "dossier.fly", "base": None, "at": iso(utc_now()),
                               "by": "lan", "device": counter.device, "data": {"wings": 2}})
    (result,) = counter.push(raw)
    assert (result.s, result.code) == ("rejected", "op-kind-unknown")
    assert reviews(counter)[0].op["data"] == {"wings": 2}


def test_a_correction_of_the_wrong_type_is_refused(counter: Counter) -> None:
    create = counter.create()
    counter.push_one(create)
    for path, new in (("owner.name", 7), ("set_count", "nhiều"), ("components", [{"code": 1}]), ("due_at", "mai"), ("procedure", ["x"])):
        old = {"owner.name": "Nguyễn Văn An", "set_count": 1, "components": [], "due_at": iso(DUE),
               "procedure": ["1.004873", 2, "Cấp giấy xác nhận", 3, "workday", "", counter.part]}[path]
        result = counter.push_one(counter.op(create.entity, Correct(reason="x", changes={path: Change(old=old, new=new)}), base=1))
        assert result.s == "rejected", path
    assert state(counter, create.entity).owner.name == "Nguyễn Văn An"
    assert counter.push_one(counter.hand_over(create)).s == "applied"


def test_a_code_on_two_dossiers_keeps_both(counter: Counter, new_counter) -> None:
    first = counter.create(counter.dossier(code="H32.15-261120-2000"))
    second = counter.create(counter.dossier(code="H32.15-261120-2000"))
    abroad = new_counter("H32.27")
    third = abroad.create(abroad.dossier(code="H32.15-261120-2000"), by="cuc")
    assert [(r.s, r.code) for r in counter.push(first, second)] == [("applied", ""), ("applied", "code-clash")]
    assert abroad.push_one(third).code == "code-clash"
    assert state(counter, first.entity).code == "H32.15-261120-2000"
    assert state(counter, second.entity).code is None
    assert [r.wanted for r in reviews(counter)] == [{"code": "H32.15-261120-2000"}]
    assign = counter.op(second.entity, AssignCode(code="H32.15-261120-2000"), base=1)
    assert (counter.push_one(assign).s, counter.push_one(counter.op(second.entity, AssignCode(code="H32.15-261120-2001"), base=1)).s) == (
        "conflict", "applied")
    assert state(counter, second.entity).code == "H32.15-261120-2001"


def test_a_dossier_without_a_code_goes_under_a_provisional_one_until_the_centre_gives_it_a_code(counter: Counter) -> None:
    """Filed online and accepted where numbers are provisional, at two desks that were apart: one official code, and both papers lead
    to it."""
    held, filed = (counter.create(counter.dossier(code="H32.15-261120-2000")) for _ in range(2))
    counter.push(held, filed)
    assert state(counter, filed.entity).code is None
    papers = "TN-7-261120-0001", "TN-8-261120-0004"
    ops = [counter.op(filed.entity, AssignCode(provisional_code=text), base=1) for text in papers]
    assert [(r.s, r.code) for r in counter.push(*ops)] == [("applied", "")] * 2
    now = state(counter, filed.entity)
    assert now.code == f"{counter.part}-{RECEIVED:%y%m%d}-0001" and now.provisional_code == papers[0]
    for text in papers:
        found = counter.ok(counter.call("POST", "/v1/lookup", {"code": text}), LookupReply)
        assert decode(Dossier, bytes(found.data)).id == filed.entity
    empty = counter.push_one(counter.op(filed.entity, AssignCode(), base=2))
    assert (empty.s, empty.code) == ("rejected", "code-invalid")


def test_a_due_date_of_another_calendar_is_kept_and_reviewed(counter: Counter) -> None:
    op = counter.create(counter.dossier(due_at=DUE - timedelta(days=2)))
    result = counter.push_one(op)
    assert (result.s, result.code) == ("applied", "due-date-differs")
    (review,) = reviews(counter)
    assert (review.current, review.wanted) == ({"due_at": iso(DUE - timedelta(days=2))}, {"due_at": iso(DUE)})
    assert state(counter, op.entity).due_at == DUE - timedelta(days=2)


def test_what_somebody_without_the_right_did_is_kept_and_reviewed(counter: Counter, gateway) -> None:
    for by in ("nobody", "quantri", "hoa"):
        result = counter.push_one(counter.create(by=by))
        assert (result.s, result.code) == ("applied", "staff-not-allowed"), by
    now = utc_now()
    with gateway.database.write() as conn:
        conn.execute(update(staff_table).where(staff_table.c.id == "lan").values(locked="admin", locked_at=iso(now)))
    assert counter.push_one(counter.create()).code == ""  # done before the lock
    assert counter.push_one(counter.create(at=now + timedelta(hours=1))).code == "staff-not-allowed"
    assert len(reviews(counter)) == 4


def test_fees_are_a_ledger(counter: Counter) -> None:
    create = counter.create()
    entry = FeeEntry(id="f1", kind="le_phi", code="LP", name="Lệ phí", amount=8000, entry="collected")
    ops = create, counter.op(create.entity, RecordFee(entry=entry), base=1), counter.op(create.entity, RecordFee(entry=entry), base=1)
    assert [(r.s, r.v) for r in counter.push(*ops)] == [("applied", 1), ("applied", 2), ("merged", 2)]
    assert len(state(counter, create.entity).fees) == 1
    assert len(counter.pull()) == 2


def test_more_given_back_than_was_taken_is_kept_and_reviewed(counter: Counter) -> None:
    """Two desks refund the same fee while offline: each was right where it stood, and the money is gone."""
    create = counter.create()
    fee = FeeEntry(id="f1", kind="le_phi", code="LP", name="Lệ phí", amount=8000, entry="collected")
    back = [replace(fee, id=f"b{n}", entry="refunded") for n in (1, 2)]
    ops = [create, *(counter.op(create.entity, RecordFee(entry=row), base=1) for row in (fee, *back))]
    assert [(r.s, r.code) for r in counter.push(*ops)] == [("applied", ""), ("applied", ""), ("applied", ""),
                                                           ("applied", "refund-too-large")]
    assert [row.id for row in state(counter, create.entity).fees] == ["f1", "b1", "b2"]
    assert [r.code for r in reviews(counter)] == ["refund-too-large"]


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
@pytest.mark.parametrize("due", [8000, 0])
def test_a_fee_taken_at_two_desks_is_kept_twice_and_reviewed(counter: Counter, new_counter, order: tuple[int, int], due: int) -> None:
    """Neither desk knew of the other's payment: both receipts are out, so both rows stay and somebody gives one back."""
    other = new_counter()
    fee = FeeEntry(id="due", kind="le_phi", code="LP", name="Lệ phí", amount=8000)
    create = counter.create(counter.dossier(fees=(fee,) if due else ()))
    counter.push(create)
    taken = [(desk, desk.op(create.entity, RecordFee(entry=replace(fee, id=f"p{n}", entry="collected", by=by)), base=1, by=by))
             for n, (desk, by) in enumerate(((counter, "lan"), (other, "minh")))]
    answers = [desk.push_one(op) for desk, op in (taken[n] for n in order)]
    assert [(r.s, r.code) for r in answers] == [("applied", ""), ("applied", "paid-twice")]
    assert {row.id for row in state(counter, create.entity).fees if row.entry == "collected"} == {"p0", "p1"}
    (review,) = reviews(counter)
    assert (review.code, review.current["fees"][0]["id"], review.wanted["fees"][0]["id"]) == (
        "paid-twice", f"p{order[0]}", f"p{order[1]}")


def test_a_fee_paid_in_two_parts_or_again_after_it_was_given_back_is_no_double_payment(counter: Counter) -> None:
    fee = FeeEntry(id="due", kind="le_phi", code="LP", name="Lệ phí", amount=8000)
    create = counter.create(counter.dossier(fees=(fee,)))
    rows = [("a", "collected", 3000), ("b", "collected", 5000), ("c", "refunded", 8000), ("d", "collected", 8000)]
    ops = [counter.op(create.entity, RecordFee(entry=replace(fee, id=name, entry=entry, amount=amount)), base=1)
           for name, entry, amount in rows]
    assert {r.code for r in counter.push(create, *ops)} == {""}
    assert reviews(counter) == []


def test_a_slip_is_made_and_confirmed(counter: Counter) -> None:
    create = counter.create()
    slip = Slip(id=uuid7_hex(), number="H32.15-99.1-261120-0001", agency=counter.part, direction="out", from_unit="H32.15",
                to_unit="H32.15.01", from_person="Lan", made_at=RECEIVED, made_by="lan",
                lines=(SlipLine(seq=1, dossier=create.entity, code="x"),))
    made = counter.op(slip.id, CreateSlip(slip=slip))
    confirm = counter.op(slip.id, ConfirmSlip(received=(create.entity,), person="Bình"), base=1)
    assert [r.s for r in counter.push(create, made, confirm)] == ["applied"] * 3
    got = decode(Slip, bytes(counter.pull()[-1].data))
    assert (got.status, got.lines[0].state, got.version) == ("confirmed", "received", 2)


def test_two_desks_that_did_the_same_thing_differently_are_both_heard(counter: Counter, new_counter) -> None:
    """Papers sent to two places, one paper of a checklist counted twice, a slip confirmed twice: the first counts, the second waits
    with both values; what touches nothing of the other is merged."""
    other = new_counter()
    papers = tuple(Component(code=code, name=code, originals=1) for code in ("c1", "c2"))
    create = counter.create(counter.dossier(components=papers))
    slip = Slip(id=uuid7_hex(), number=f"{counter.part}-99.1-261120-0001", agency=counter.part, direction="out", from_unit=counter.part,
                to_unit="U1", from_person="Lan", made_at=RECEIVED, made_by="lan",
                lines=(SlipLine(seq=1, dossier=create.entity, code="a"),))
    counter.push(create, counter.op(slip.id, CreateSlip(slip=slip)))

    def at(desk: Counter, first: int, second: int, unit: str, received: tuple[str, ...]) -> list[tuple[str, str]]:
        counted = tuple(replace(paper, originals=n) for paper, n in zip(papers, (first, second), strict=True))
        ops = (desk.op(create.entity, Correct(reason="đếm lại", changes={"components": Change(old=papers, new=counted)}), base=1),
               desk.op(create.entity, Transition(action="handover", from_status=2, to_status=4, holder=unit), base=1),
               desk.op(slip.id, ConfirmSlip(received=received), base=1))
        return [(r.s, r.code) for r in desk.push(*ops)]

    assert at(counter, 2, 1, "U1", (create.entity,)) == [("applied", "")] * 3
    assert at(other, 1, 5, "U1", (create.entity,)) == [("merged", "")] * 3
    assert at(other, 3, 5, "U2", ()) == [("conflict", "field-changed-elsewhere"), ("conflict", "done-otherwise"),
                                         ("conflict", "slip-counted-otherwise")]
    stands = state(counter, create.entity)
    assert ([paper.originals for paper in stands.components], stands.holder) == ([2, 5], "U1")
    found = {review.code: (review.current, review.wanted) for review in reviews(counter)}
    assert found["done-otherwise"] == ({"holder": "U1"}, {"holder": "U2"})
    assert [[paper["originals"] for paper in side["components"]] for side in found["field-changed-elsewhere"]] == [[2, 5], [3, 5]]
    assert [side["lines"][0]["state"] for side in found["slip-counted-otherwise"]] == ["received", "refused"]


def test_the_shape_of_a_push(counter: Counter, new_counter) -> None:
    op = encode_op(counter.create())
    problem(counter.push_raw([op, op]), 422, "op-repeated")
    problem(counter.push_raw([b'{"op":5}']), 422, "op-id-invalid")
    problem(counter.push_raw([b"7"]), 422, "op-id-invalid")
    problem(counter.push_raw([op] * 101), 413, "batch-too-large")
    body = {"batch": "b", "device": counter.device, "inc": counter.inc, "part": "H32.27", "ops": []}
    problem(counter.call("POST", "/v1/push", body), 403, "wrong-partition")
    problem(counter.call("POST", "/v1/push", body | {"part": counter.part, "device": 77}), 403, "wrong-device")
    foreign = new_counter().create()
    assert counter.push_one(foreign).code == "device-mismatch"
    assert counter.push() == []
    assert {item.kind for item in counter.pull()} == {"review"}


def test_a_text_no_database_can_hold_is_kept_as_a_review(counter: Counter) -> None:
    odd = counter.create(counter.dossier(procedure_name="a\x00b", subject="😀" * 5000, received_by="\x00"))
    assert counter.push_one(odd).s == "applied"
    assert state(counter, odd.entity).procedure_name == "a\x00b"
    assert counter.push_one(counter.create(by="la\x00n")).code == "staff-not-allowed"
    early = counter.create(counter.dossier(received_at=datetime(1, 1, 1, tzinfo=VN_TZ), due_at=None))
    assert counter.push_one(early).s == "applied"
