"""What was refused or set aside is corrected by a person and goes as a new op that names the one before; the old one stays in the outbox
with the name of the new one, what waited behind goes behind it, and nothing typed is lost. Before a real gateway."""

from __future__ import annotations

import pytest

from counter_app.services.correct import correct
from counter_app.services.edit_again import draft, edit_again
from counter_app.services.fees import add_fee
from counter_app.services.unsent import unsent
from counter_app.services.workstation import Workstation
from onestop.codec import decode_op
from onestop.errors import InvalidFields, UserError
from onestop.ops import Correct, Create
from tests.sync.test_damaged_ops import damage
from tests.sync.test_push_trouble import Line, fails_on, state_of, take_in, waiting

pytestmark = pytest.mark.parametrize("gateway", ["sqlite"], indirect=True, scope="module")


def set_aside(station: Workstation, op: str) -> None:
    """The gateway falls over this op and takes others."""
    sound = take_in(station, "Người Khác")
    line = Line(station, fails_on(op))
    for _ in range(4):
        station.engine.run_once()
    line.mend()
    assert state_of(station, sound.id) == "confirmed"
    with station.store.read() as reader:
        assert [item.op for item in reader.outbox(states=("quarantined",))] == [op]


def left(station: Workstation, op: str) -> tuple[str, str]:
    """(state, the op made of it) of an op in the outbox, whose bytes are still there."""
    with station.store.read() as reader:
        return reader._one("SELECT state, replaced_by FROM outbox WHERE op_id = ?", op)


def here(station: Workstation, entity: str):
    with station.store.read() as reader:
        return reader.dossier(entity)


def drained(*stations: Workstation) -> None:
    for station in (*stations, *stations):
        with station.store.write() as unit:
            unit.end_waits()
        assert station.engine.run_once(verify=True).equal is True


def test_a_correction_the_gateway_cannot_bear_goes_corrected_and_what_waited_goes_behind_it(gateway, counter):
    station, other = counter(), counter()
    taken = take_in(station)
    assert station.engine.run_once().ok
    correct(station.desk, taken.id, {"owner.phone": "0911111111", "owner.address": "Số 1 phố Cũ"}, "gõ nhầm")
    correct(station.desk, taken.id, {"owner.name": "Người Bê Hai"}, "gõ nhầm tên")
    old, behind = waiting(station)
    set_aside(station, old)
    with station.store.read() as reader:
        found = draft(reader, old)
    assert found.fields == {"owner.phone": "0911111111", "owner.address": "Số 1 phố Cũ"} and found.reason == "gõ nhầm"
    with pytest.raises(UserError) as caught:
        edit_again(station.desk, old, {"owner.email": "a@b.vn"})
    assert caught.value.code == "field-unknown"
    with pytest.raises(InvalidFields):
        edit_again(station.desk, old, {"owner.phone": "1" * 900})
    assert left(station, old) == ("quarantined", None) and len(unsent(station.desk).ops) == 2, "nothing happened"

    new, _ = edit_again(station.desk, old, {"owner.phone": "0922222222"})
    assert new.replaces == old and isinstance(new.data, Correct)
    assert left(station, old) == ("void", new.op) and left(station, behind)[0] == "void"
    shown = here(station, taken.id).owner
    assert (shown.phone, shown.address, shown.name) == ("0922222222", "Số 1 phố Cũ", "Người Bê Hai")
    with pytest.raises(UserError) as caught:
        edit_again(station.desk, old, {"owner.phone": "0933333333"})
    assert caught.value.code == "op-not-there", "pressed twice"
    drained(station, other)
    assert not unsent(station.desk).ops and state_of(station, taken.id) == "confirmed"
    at_centre = here(other, taken.id)
    assert (at_centre.owner.phone, at_centre.owner.address, at_centre.owner.name) == ("0922222222", "Số 1 phố Cũ", "Người Bê Hai")
    assert [event.facts.get("replaces") for event in at_centre.events if event.kind == "correct"] == [old, behind]
    with station.store.read() as reader:
        assert "0911111111" in reader.op_bytes(old).decode(), "what was typed first is still there"


def test_a_reception_that_cannot_be_sent_keeps_its_code_and_all_that_followed(gateway, counter):
    station, other = counter(), counter()
    assert station.engine.run_once().ok
    taken = take_in(station, "Nguyễn Văn Ấn")
    add_fee(station.desk, taken.id, code="SAO", name="Phí sao", amount=20_000)
    old, fee = waiting(station)
    set_aside(station, old)
    new, _ = edit_again(station.desk, old, {"owner.name": "Nguyễn Văn Ân"})
    assert isinstance(new.data, Create) and new.replaces == old
    drained(station, other)
    at_centre = here(other, taken.id)
    assert at_centre.code == taken.code and at_centre.owner.name == "Nguyễn Văn Ân"
    assert [row.amount for row in at_centre.fees if row.code == "SAO"] == [20_000]
    assert left(station, old) == ("void", new.op) and left(station, fee)[0] == "void" and state_of(station, taken.id) == "confirmed"


def test_a_refused_value_is_settled_with_a_third_one(gateway, counter):
    station, other = counter(), counter()
    taken = take_in(station)
    drained(station, other)
    correct(other.desk, taken.id, {"owner.phone": "0911111111"}, "gõ nhầm")
    correct(station.desk, taken.id, {"owner.phone": "0922222222"}, "gõ nhầm")
    drained(other, station)
    with station.store.read() as reader:
        (item,) = reader.outbox(states=("review",))
        assert draft(reader, item.op).fields == {"owner.phone": "0922222222"}
    new, _ = edit_again(station.desk, item.op, {"owner.phone": "0933333333"}, "hỏi lại người dân")
    drained(station, other)
    with other.store.read() as reader:
        assert reader.dossier(taken.id).owner.phone == "0933333333"
        (review,) = reader.reviews(open_only=False, entity=taken.id)
        assert review.status == "settled" and review.decision.startswith("mine")
    assert left(station, item.op) == ("void", new.op) and not unsent(station.desk).ops


def test_a_refused_value_whose_review_is_not_here_yet_waits_for_it(gateway, counter):
    station, other = counter(), counter()
    taken = take_in(station)
    drained(station, other)
    correct(other.desk, taken.id, {"owner.phone": "0911111111"}, "gõ nhầm")
    assert other.engine.run_once().ok
    correct(station.desk, taken.id, {"owner.phone": "0922222222"}, "gõ nhầm")
    assert [pushed.refused for pushed in station.engine._steps._pusher.batches(station.engine.part)] == [1]
    with station.store.read() as reader:
        (item,) = reader.outbox(states=("review",))
    with pytest.raises(UserError) as caught:
        edit_again(station.desk, item.op, {"owner.phone": "0933333333"})
    assert caught.value.code == "review-not-here" and left(station, item.op) == ("review", None)


def test_damaged_ops_go_again_by_what_the_screen_shows(gateway, counter):
    station, other = counter(), counter()
    known = take_in(station)
    drained(station, other)
    fresh = take_in(station, "Trần Thị Bình")
    correct(station.desk, fresh.id, {"owner.phone": "0944444444"}, "bổ sung số")
    correct(station.desk, known.id, {"owner.phone": "0911111111"}, "gõ nhầm")
    correct(station.desk, known.id, {"owner.address": "Số 2 phố Mới"}, "gõ nhầm")
    create, _, phone, _ = waiting(station)
    damage(station, create, "torn")
    damage(station, phone, "no frame any more")
    assert station.engine.run_once().ok and len(unsent(station.desk).ops) == 4
    with station.store.read() as reader:
        assert draft(reader, create).damaged and draft(reader, phone).fields["owner.phone"] == "0911111111"
    edit_again(station.desk, create, {"owner.address": "Thôn Ba"})
    edit_again(station.desk, phone)
    drained(station, other)
    assert not unsent(station.desk).ops
    one, two = here(other, fresh.id), here(other, known.id)
    assert (one.code, one.owner.name, one.owner.phone, one.owner.address) == (fresh.code, "Trần Thị Bình", "0944444444", "Thôn Ba")
    assert (two.owner.phone, two.owner.address) == ("0911111111", "Số 2 phố Mới")


def test_a_damaged_step_is_closed_and_done_again_by_hand(gateway, counter):
    station, other = counter(), counter()
    taken = take_in(station)
    drained(station, other)
    add_fee(station.desk, taken.id, code="SAO", name="Phí sao", amount=20_000)
    correct(station.desk, taken.id, {"owner.phone": "0955555555"}, "bổ sung số")
    fee, _ = waiting(station)
    damage(station, fee, "torn")
    assert station.engine.run_once().ok
    done, _ = edit_again(station.desk, fee)
    assert done is not None or left(station, fee) == ("void", "")
    add_fee(station.desk, taken.id, code="SAO", name="Phí sao", amount=20_000)
    drained(station, other)
    assert [row.amount for row in here(other, taken.id).fees if row.code == "SAO"] == [20_000]
    assert here(other, taken.id).owner.phone == "0955555555" and not unsent(station.desk).ops


def test_an_older_side_reads_an_op_that_names_another_and_a_newer_one_reads_one_that_does_not(gateway, counter):
    station = counter()
    taken = take_in(station)
    with station.store.read() as reader:
        raw = reader.op_bytes(waiting(station)[0])
    assert decode_op(raw).replaces == ""
    assert decode_op(raw.replace(b',"replaces":""', b"")).entity == taken.id
    assert decode_op(raw.replace(b'"replaces":""', b'"replaces":"0198","of_a_newer_side":1')).replaces == "0198"
