"""What an op does to an entity: the rules both sides of the wire share."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onestop.apply import CORRECTABLE, apply, get_path
from onestop.codec import decode, decode_op, encode, encode_op
from onestop.errors import UserError
from onestop.ids import uuid7_hex
from onestop.model import Component, Dossier, FeeEntry, Party, Result, Returned, Slip, SlipLine
from onestop.ops import KIND_OF, Change, ConfirmSlip, Correct, Create, CreateSlip, Extend, Op, Printed, RecordFee, Transition
from onestop.states import State
from onestop.vntime import parse_moment

NOW = parse_moment("2026-11-20T08:30:00")


def dossier(**changes) -> Dossier:
    base = Dossier(id="d1", agency="H32.15", code="H32.15-261120-0001", competent_agency="H32.15", procedure_code="1.004873",
                   procedure_version=1, procedure_name="Cấp Giấy xác nhận tình trạng hôn nhân", received_at=NOW, received_by="u1",
                   due_at=NOW + timedelta(days=5), owner=Party(name="Nguyễn Văn An", id_no="001099012345"), holder="H32.15",
                   components=(Component(code="c1", name="Tờ khai", originals=1),), limit_value=3)
    return replace(base, **changes)


def op(data, **changes) -> Op:
    entity = "s1" if isinstance(data, CreateSlip | ConfirmSlip) else "d1"
    base = Op(op=uuid7_hex(), dseq=1, entity=entity, kind=KIND_OF[type(data)], base=1, at=NOW, by="u1", device=7, data=data)
    return replace(base, **changes)


def move(action: str, a: int, b: int, **facts) -> Op:
    return op(Transition(action=action, from_status=a, to_status=b, **facts))


def test_create_keeps_the_printed_due_date_as_the_original():
    done = apply(None, op(Create(dossier=dossier()), base=None))
    assert done.status == "applied"
    assert done.state.original_due_at == done.state.due_at
    assert [e.kind for e in done.state.events] == ["receive"]


def test_a_second_create_of_the_same_identity_never_overwrites():
    first = apply(None, op(Create(dossier=dossier()))).state
    other = dossier(owner=Party(name="Người khác"))
    done = apply(first, op(Create(dossier=other)))
    assert (done.status, done.state) == ("conflict", first)


def test_an_op_about_an_unknown_entity_is_rejected():
    assert apply(None, move("handover", 2, 4)).code == "unknown-entity"


@pytest.mark.parametrize(("status", "a", "b", "expected"), [
    (2, 2, 4, "applied"), (4, 2, 4, "merged"), (5, 2, 4, "conflict"), (10, 2, 4, "conflict"), (2, 2, 9, "conflict"), (9, 9, 10, "applied"),
])
def test_status_is_a_state_machine_with_the_state_the_person_saw(status, a, b, expected):
    done = apply(dossier(status=status), move("handover" if b == 4 else "return", a, b))
    assert done.status == expected
    assert done.state.status == (b if expected == "applied" else status)


def test_a_refused_move_still_leaves_its_trace():
    taken = Returned(at=NOW, by="u1", collector_name="Lê Thị Cúc")
    done = apply(dossier(status=8), move("return", 9, 10, returned=taken))
    assert done.status == "conflict"
    assert done.state.events[-1].kind == "return-refused"
    facts = done.state.events[-1].facts
    assert (facts["to"], facts["relation"], facts["returned"]["collector_name"]) == (10, "owner", "Lê Thị Cúc"), "the paper is out"


def test_papers_handed_to_two_places_or_two_results_are_not_the_same_move():
    """Each desk, offline, sent the same dossier on; the first counts, the second is looked at, and neither is forgotten."""
    here = apply(dossier(), move("handover", 2, 4, holder="phong-tu-phap", slip="S1")).state
    assert apply(here, move("handover", 2, 4, holder="phong-tu-phap", slip="S2")).status == "merged"
    done = apply(here, move("handover", 2, 4, holder="phong-dia-chinh", slip="S3"))
    assert (done.status, done.code, done.clash) == ("conflict", "done-otherwise", {"holder": ("phong-tu-phap", "phong-dia-chinh")})
    assert done.state.holder == "phong-tu-phap" and done.state.events[-1].facts["slip"] == "S3"
    further = apply(here, move("handover", 4, 4, holder="ubnd")).state
    assert apply(further, move("handover", 2, 4, holder="phong-tu-phap")).status == "merged", "there they were"
    due = NOW + timedelta(days=9)
    asked = apply(dossier(status=5), move("supplement-in", 5, 2, due_at=due)).state
    assert apply(asked, move("supplement-in", 5, 2, due_at=due)).status == "merged"
    assert apply(asked, move("supplement-in", 5, 2, due_at=due + timedelta(days=1))).clash == {"due_at": (due, due + timedelta(days=1))}
    first = apply(here, move("result", 4, 9, result=Result(at=NOW, kind="GCN", number="01"))).state
    assert apply(first, move("result", 4, 9, result=Result(at=NOW + timedelta(hours=1), kind="GCN", number="01"))).status == "merged"
    other = apply(first, move("result", 4, 9, result=Result(at=NOW, kind="GCN", number="02")))
    assert (other.status, other.state.result.number, other.clash["result"][1]["number"]) == ("conflict", "01", "02")


def test_an_unknown_state_of_the_centre_allows_no_move_but_stays():
    done = apply(dossier(status=37), move("handover", 37, 4))
    assert (done.status, done.state.status) == ("conflict", 37)


def test_corrections_of_different_fields_merge_and_of_the_same_field_ask_a_person():
    start = dossier()
    phone = op(Correct(reason="sai số", changes={"owner.phone": Change(old="", new="0901234567")}))
    name = op(Correct(reason="sai tên", changes={"owner.name": Change(old="Nguyễn Văn An", new="Nguyễn Văn Ân")}))
    other = op(Correct(reason="sai tên", changes={"owner.name": Change(old="Nguyễn Văn An", new="Nguyễn Văn Anh")}))
    both = apply(apply(start, phone).state, name)
    assert (both.state.owner.phone, both.state.owner.name) == ("0901234567", "Nguyễn Văn Ân")
    clash = apply(both.state, other)
    assert clash.status == "conflict"
    assert clash.state.owner.name == "Nguyễn Văn Ân"
    assert clash.clash == {"owner.name": ("Nguyễn Văn Ân", "Nguyễn Văn Anh")}


def test_a_correction_may_change_procedure_due_date_and_components():
    start = dossier()
    new = ["2.000815", 2, "Chứng thực bản sao", 0, "same-day", "Chứng thực", "H32.15"]
    changes = {
        "procedure": Change(old=get_path(start, "procedure"), new=new),
        "due_at": Change(old="2026-11-25T08:30:00+07:00", new="2026-11-20T17:00:00+07:00"),
        "components": Change(old=[{"code": "c1", "name": "Tờ khai", "originals": 1, "copies": 0, "note": ""}],
                             new=[{"code": "c9", "name": "Bản chính", "originals": 1, "copies": 2}]),
    }
    made = op(Correct(reason="chọn nhầm thủ tục", changes=changes))
    done = apply(start, decode_op(encode_op(made)))
    assert done.status == "applied"
    assert done.state.procedure_code == "2.000815"
    assert done.state.due_at == parse_moment("2026-11-20T17:00:00")
    assert done.state.original_due_at is None
    assert done.state.components == (Component(code="c9", name="Bản chính", originals=1, copies=2),)


def paper(code: str, originals: int = 1, **facts) -> Component:
    return Component(code=code, name=f"Giấy {code}", originals=originals, **facts)


def checklist(old: tuple[Component, ...], new: tuple[Component, ...]) -> Op:
    return op(Correct(reason="đếm lại", changes={"components": Change(old=old, new=new)}))


def test_two_desks_that_change_different_papers_of_a_checklist_both_succeed():
    seen = paper("c1"), paper("c2"), paper("c3")
    one = checklist(seen, (paper("c1", 2), paper("c2"), paper("c3"), paper("x", 1)))
    other = checklist(seen, (paper("c1"), paper("c2", 1, note="bản cũ"), paper("y", 0, copies=1)))
    for first, second in ((one, other), (other, one)):
        done = apply(apply(dossier(components=seen), first).state, second)
        assert (done.status, done.clash) == ("merged", None)
        assert {c.code: (c.originals, c.copies, c.note) for c in done.state.components} == {
            "c1": (2, 0, ""), "c2": (1, 0, "bản cũ"), "x": (1, 0, ""), "y": (0, 1, "")}


def test_two_desks_that_count_the_same_originals_differently_ask_a_person():
    """The first count stands with everything else; settled as "mine", the second changes that one paper and nothing else."""
    seen = paper("c1"), paper("c2")
    one = checklist(seen, (paper("c1", 2), paper("c2")))
    other = checklist(seen, (paper("c1", 3), paper("c2", 5)))
    done = apply(apply(dossier(components=seen), one).state, other)
    assert (done.status, done.code) == ("conflict", "field-changed-elsewhere")
    assert [c.originals for c in done.state.components] == [2, 5]
    assert [[item["originals"] for item in side] for side in done.clash["components"]] == [[2, 5], [3, 5]]
    assert done.state.events[-1].facts["fields"] == ["components"]
    taken_off = apply(apply(dossier(components=seen), one).state, checklist(seen, (paper("c2"),)))
    assert taken_off.status == "conflict" and [c.code for c in taken_off.state.components] == ["c1", "c2"]


def test_papers_that_cannot_be_told_apart_are_one_value():
    seen = paper("c1"), paper("c1", 2)
    other = paper("c1", 3), paper("c1", 2)
    done = apply(dossier(components=(paper("c1", 9),)), checklist(seen, other))
    assert done.status == "conflict" and [c.originals for c in done.state.components] == [9]


def test_set_once_fields_are_not_correctable():
    for path in ("id", "code", "received_at", "received_by", "agency"):
        assert path not in CORRECTABLE
        assert apply(dossier(), op(Correct(reason="x y z", changes={path: Change(old=1, new=2)}))).status == "rejected"


def test_money_is_append_only_and_the_same_row_counts_once():
    row = RecordFee(entry=FeeEntry(id="f1", kind="le_phi", code="LP1", name="Lệ phí", amount=15000, entry="collected"))
    once = apply(dossier(), op(row))
    twice = apply(once.state, op(row))
    assert [f.amount for f in twice.state.fees] == [15000]
    assert twice.status == "merged"


def test_extension_keeps_the_original_date():
    start = apply(None, op(Create(dossier=dossier()))).state
    later = start.due_at + timedelta(days=3)
    done = apply(start, op(Extend(old_due_at=start.due_at, new_due_at=later, reason="chờ xác minh")))
    assert (done.state.due_at, done.state.original_due_at) == (later, start.due_at)
    stale = apply(done.state, op(Extend(old_due_at=start.due_at, new_due_at=later + timedelta(days=1), reason="khác")))
    assert stale.status == "conflict"


def test_prints_are_counted_on_every_desk_alike():
    once = apply(dossier(), op(Printed(form="01", copy_no=1))).state
    twice = apply(once, op(Printed(form="01", copy_no=2))).state
    assert twice.prints == {"01": 2}


def test_a_slip_is_confirmed_once_with_what_was_counted():
    slip = Slip(id="s1", number="H32.15-99.7-261120-0001", agency="H32.15", direction="out", from_unit="H32.15", to_unit="U1",
                from_person="Lan", made_at=NOW, made_by="u1",
                lines=(SlipLine(seq=1, dossier="d1", code="a"), SlipLine(seq=2, dossier="d2", code="b")))
    made = apply(None, op(CreateSlip(slip=slip))).state
    done = apply(made, op(ConfirmSlip(received=("d1",), person="Minh", remarks={"d2": "thiếu bản chính"})))
    assert [(line.state, line.remark) for line in done.state.lines] == [("received", ""), ("refused", "thiếu bản chính")]
    assert apply(done.state, op(ConfirmSlip(received=("d1",), person="Hòa"))).status == "merged"
    other = apply(done.state, op(ConfirmSlip(received=("d1", "d2"))))
    assert (other.status, other.code, other.state.lines) == ("conflict", "slip-counted-otherwise", done.state.lines)
    assert [line["state"] for line in other.clash["lines"][1]] == ["received", "received"]


ACTIONS = st.sampled_from([
    move("handover", 2, 4), move("supplement-ask", 2, 5), move("supplement-in", 5, 2), move("result", 4, 9), move("return", 9, 10),
    move("stop", 4, 8), op(Printed(form="01", copy_no=1)),
    op(Correct(reason="sai", changes={"owner.phone": Change(old="", new="0909")})),
    op(RecordFee(entry=FeeEntry(id="f1", kind="phi", code="P", name="Phí", amount=1))),
])


@given(st.lists(ACTIONS, max_size=12))
def test_any_sequence_keeps_history_growing_and_the_entity_codable(actions):
    state = apply(None, op(Create(dossier=dossier()))).state
    for action in actions:
        before = state
        done = apply(state, replace(action, op=uuid7_hex()))
        state = done.state
        assert state.events[:len(before.events)] == before.events
        assert (state.id, state.code, state.received_at) == ("d1", "H32.15-261120-0001", NOW)
        if done.status != "applied":
            assert state.status == before.status
        assert State(state.status)
    assert decode(Dossier, encode(state)) == state


def test_ops_survive_the_wire_byte_for_byte():
    made = op(Create(dossier=dossier(), lane="L1"), base=None)
    raw = encode_op(made)
    assert decode_op(raw) == made
    assert encode_op(decode_op(raw)) == raw


@pytest.mark.parametrize("raw", [b"", b"{}", b"[1]", b"\xff\xfe", b'{"op":1}', b'{"op":"a","dseq":1,"entity":"e","kind":"dossier.create",'
                                 b'"at":"2026-11-20T08:00:00+07:00","by":"u","device":1,"data":{"dossier":{}}}'])
def test_a_broken_op_is_named_without_quoting_it(raw):
    with pytest.raises(UserError) as caught:
        decode_op(raw)
    assert caught.value.code == "op-invalid"


def test_an_unknown_kind_is_told_apart():
    raw = encode_op(op(Printed(form="01", copy_no=1))).replace(b"print.record", b"print.forget")
    with pytest.raises(UserError, match="op-kind-unknown"):
        decode_op(raw)
