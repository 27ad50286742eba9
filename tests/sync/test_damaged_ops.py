"""One op in the outbox whose bytes are damaged on the disk stops nothing but itself: the rest of the partition is sent, what can be
read is exported, and people read what happened and what to do. On the encrypted file, before a real gateway."""

from __future__ import annotations

import pytest
import zstandard

from counter_app.services.correct import correct
from counter_app.services.stuck import export_stuck, import_stuck
from counter_app.services.unsent import retry_now, unsent
from counter_app.services.workstation import Workstation
from counter_app.store.packing import pack_one
from onestop.errors import UserError
from tests.sync.conftest import AGENCY
from tests.sync.test_push_trouble import state_of, take_in, waiting

pytestmark = pytest.mark.parametrize("gateway", ["sqlite"], indirect=True, scope="module")

#: What a disk can make of a packed op.
DAMAGES = {
    "torn": lambda packed: packed[: len(packed) // 2],
    "overwritten in the middle": lambda packed: packed[:20] + bytes(12) + packed[32:],
    "claims a size no memory bears": lambda packed: zstandard.FRAME_HEADER + b"\xe0" + b"\xff" * 8 + packed[12:],
    "no frame any more": lambda packed: b"\x00" * len(packed),
    "other bytes that unpack": lambda packed: pack_one(b'{"op":"0"}'),
    "empty": lambda packed: b"",
}


def damage(station: Workstation, op: str, how: str) -> None:
    with station.store.write() as unit:
        (packed,) = unit._one("SELECT payload FROM outbox WHERE op_id = ?", op)
        assert packed.startswith(zstandard.FRAME_HEADER)
        unit._run("UPDATE outbox SET payload = ? WHERE op_id = ?", DAMAGES[how](packed), op)


def test_the_others_are_sent_and_exported_and_these_are_named(gateway, counter, tmp_path):
    station, other = counter(), counter()
    spoilt = {how: take_in(station, f"Người {chr(65 + n)}") for n, how in enumerate(DAMAGES)}
    sound = take_in(station, "Trần Thị Bình")
    assert station.engine.run_once().ok
    lost, behind = [], []
    for how, dossier in spoilt.items():
        correct(station.desk, dossier.id, {"owner.phone": "0911111111"}, "gõ nhầm")
        lost.append(waiting(station)[-1])
        damage(station, lost[-1], how)
        correct(station.desk, dossier.id, {"owner.name": "Người Bê Hai"}, "gõ nhầm tên")
        behind.append(waiting(station)[-1])
    correct(station.desk, sound.id, {"owner.phone": "0922222222"}, "gõ nhầm")
    new = take_in(station, "Người Mới")

    done = export_stuck(station.desk, tmp_path / "ops.json")
    assert done.count == len(spoilt) + 2 and done.damaged == tuple(dossier.code for dossier in spoilt.values())
    assert import_stuck(other.desk, tmp_path / "ops.json") == (done.count, done.count)
    with pytest.raises(UserError) as caught:
        export_stuck(station.desk, tmp_path / "one.json", lost[:1])
    assert caught.value.code == "ops-damaged" and spoilt["torn"].code in caught.value.message

    report = station.engine.run_once()
    assert report.ok and report.pushed == 2
    found = {line.item.op: line for line in unsent(station.desk).ops}
    assert set(found) == {*lost, *behind}, "only later changes of the same dossiers wait"
    assert all(found[op].item.state == "quarantined" and "hỏng trên đĩa" in found[op].reason for op in lost)
    assert unsent(station.desk).stuck == len(lost) and all(found[op].reason for op in behind)
    assert state_of(station, new.id) == "confirmed" == state_of(station, sound.id)
    with station.store.read() as reader:
        for dossier in spoilt.values():
            shown = reader.dossier(dossier.id)
            assert (shown.owner.phone, shown.owner.name) == ("0911111111", "Người Bê Hai"), "what was typed stays on the screen"
            assert state_of(station, dossier.id) == "needs_person"
        assert reader.alarms() == {"op-damaged": len(lost)} and reader.op_bytes(lost[0]) is None

    retry_now(station.desk, station.engine)  # sent again they cannot be: set aside at once, nothing else stops
    last = take_in(station, "Người Cuối")
    assert station.engine.run_once().ok and state_of(station, last.id) == "confirmed"
    assert {line.item.op for line in unsent(station.desk).ops} == {*lost, *behind}
    assert station.engine.run_once(verify=True).equal is True


def test_a_copy_that_comes_meanwhile_does_not_take_away_what_was_typed(gateway, counter):
    station, other = counter(), counter()
    taken = take_in(station)
    assert station.engine.run_once().ok and other.engine.run_once().ok
    correct(station.desk, taken.id, {"owner.phone": "0911111111"}, "gõ nhầm")
    damage(station, waiting(station)[0], "torn")
    correct(other.desk, taken.id, {"owner.address": "Số 9 đường Mới"}, "đổi địa chỉ")
    assert other.engine.run_once().ok and station.engine.run_once().ok
    with station.store.read() as reader:
        assert reader.dossier(taken.id).owner.phone == "0911111111"
        assert reader.sum_of(AGENCY).count
    assert station.engine.run_once(verify=True).equal is True


def test_a_store_that_is_opened_again_with_a_damaged_op_among_others_works(gateway, counter):
    station = counter()
    one, two = take_in(station), take_in(station, "Trần Thị Bình")
    damage(station, waiting(station)[0], "torn")
    with station.store.write() as unit:
        unit.reset_sent()
        unit.end_waits()
    assert station.engine.run_once().ok
    assert [line.item.what for line in unsent(station.desk).ops] == [one.code]
    assert state_of(station, two.id) == "confirmed"
    with station.store.read() as reader:
        assert reader.dossier(one.id).owner.name == one.owner.name
