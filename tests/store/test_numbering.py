"""No number is printed twice: lanes, the witness, restored files and images, clocks."""

from __future__ import annotations

import shutil
from datetime import date, datetime, timedelta
from itertools import pairwise

import pytest

from counter_app.store.numbering import time_floor
from counter_app.store.witness import SLOT, Facts, Record, Witness
from onestop.errors import UserError
from onestop.feed import Position
from onestop.ops import Create
from onestop.vntime import VN_TZ
from onestop.wire import NumberReply
from tests.store.conftest import NOW, Bench, a_dossier, a_lease, receive

H = "H32.15-261123-"


def test_lane_numbers_follow_each_other_and_start_again_each_day(bench: Bench) -> None:
    store = bench.enrolled()
    assert [receive(store).code for _ in range(3)] == [H + "2200", H + "2201", H + "2202"]
    bench.clock.advance(days=1)
    assert receive(store).code == "H32.15-261124-2200"


def test_an_exhausted_lane_is_followed_by_the_reserve_then_by_provisional_numbers(bench: Bench) -> None:
    store = bench.enrolled(a_lease("L1", 1, 2200, 2201), a_lease("L2", 2, 2400, 2400))
    made = [receive(store) for _ in range(5)]
    assert [d.code for d in made] == [H + "2200", H + "2201", H + "2400", None, None]
    assert [d.provisional_code for d in made[3:]] == ["TN-7-261123-0001", "TN-7-261123-0002"]
    with store.read() as reader:
        assert reader.lane_room(NOW.date()) == 0
        found = reader.dossier_by_code("TN-7-261123-0002")
        assert found is not None and found.id == made[4].id


def test_an_expired_lane_is_not_used(bench: Bench) -> None:
    store = bench.enrolled(a_lease(start=date(2026, 11, 1), days=22))
    assert receive(store).code is not None
    bench.clock.advance(days=1)
    assert receive(store).provisional_code == "TN-7-261124-0001"


def test_an_agency_that_gives_no_numbers_offline_prints_provisional_ones(bench: Bench) -> None:
    store = bench.enrolled(numbering="provisional")
    assert receive(store).provisional_code == "TN-7-261123-0001"


def test_online_numbers_are_taken_once(bench: Bench) -> None:
    store = bench.enrolled()
    reply = NumberReply(code=H + "0007", number=7, date=NOW.date())
    with store.write() as unit:
        assert unit.issue_code(NOW, online=reply).code == H + "0007"
    with store.write() as unit:
        assert unit.issue_code(NOW, online=reply).code == H + "2200"
    with store.write() as unit:
        assert unit.issue_code(NOW, online=NumberReply(code=H + "0008", number=8, date=NOW.date())).code == H + "0008"


def test_the_business_date_never_goes_back(bench: Bench) -> None:
    store = bench.enrolled()
    receive(store)
    with store.write() as unit:
        issued = unit.issue_code(NOW - timedelta(days=300))
    assert (issued.code, issued.date) == (H + "2201", NOW.date())


def test_a_number_of_a_failed_transaction_is_free_again(bench: Bench) -> None:
    store = bench.enrolled()
    with pytest.raises(ZeroDivisionError), store.write() as unit:
        unit.issue_code(NOW)
        raise ZeroDivisionError
    assert receive(store).code == H + "2200"


def test_an_issued_number_cannot_go_to_another_dossier(bench: Bench) -> None:
    store = bench.enrolled()
    first = receive(store)
    with pytest.raises(UserError) as caught, store.write() as unit:
        other = a_dossier(code=first.code)
        unit.submit(Create(dossier=other), entity=other.id, by="u1", at=NOW)
    assert caught.value.code == "code-already-issued"
    with store.read() as reader:
        assert reader.count("dossier") == 1


def test_a_store_restored_from_a_backup_goes_on_above_the_witness(bench: Bench) -> None:
    store = bench.enrolled()
    receive(store)
    seen = Position("H32.15", 7, "a" * 16)
    with store.write() as unit:
        unit.set_position(seen)
        before = unit.incarnation()
    copy = store.backup(bench.folder / "old.db")
    lost = [receive(store).code for _ in range(3)]
    bench.close()
    bench.path.with_name("store.db-wal").unlink(missing_ok=True)
    shutil.copy(copy, bench.path)
    store = bench.open()
    assert store.rolled_back
    with store.read() as reader:
        assert reader.incarnation() != before and not reader.positions()  # all is pulled again
        assert reader.hi() == [seen]  # and still proves what it saw: the gateway may have been put back as well
        notice = reader.notice()
        assert notice is not None and notice["code"] == "store-rolled-back" and "2201–2203" in notice["message"]
    assert receive(store).code == H + "2204" and H + "2204" not in lost
    bench.close()
    assert not bench.open().rolled_back


def test_a_rollback_by_ops_without_numbers_is_noticed_too(bench: Bench) -> None:
    from onestop.ops import Printed

    store = bench.enrolled()
    dossier = receive(store)
    copy = store.backup(bench.folder / "old.db")
    for n in range(2):
        with store.write() as unit:
            unit.submit(Printed(form="01", copy_no=n + 1), entity=dossier.id, by="u1", at=NOW)
    bench.close()
    shutil.copy(copy, bench.path)
    assert bench.open().rolled_back


def test_a_lost_store_does_not_give_its_numbers_again(bench: Bench) -> None:
    store = bench.enrolled()
    receive(store)
    bench.close()
    for file in bench.path.parent.iterdir():
        if file.is_file():
            file.unlink()
    store = bench.enrolled()
    assert receive(store).code == H + "2201"


def test_a_restored_disk_image_goes_on_above_the_time_of_day(bench: Bench) -> None:
    """Store and witness both old: only the boot and the clock tell."""
    store = bench.enrolled()
    receive(store)
    bench.close()
    image = bench.folder.with_name(bench.folder.name + "-image")
    shutil.copytree(bench.folder, image)
    used = {receive(bench.open()).code for _ in range(20)}
    bench.close()
    shutil.rmtree(bench.folder)
    shutil.copytree(image, bench.folder)
    bench.clock.boot = "boot-2"
    store = bench.open()
    assert not store.rolled_back
    again = receive(store).code
    assert again not in used and again == H + str(2200 + time_floor(NOW))
    assert receive(store).code == H + str(2201 + time_floor(NOW))


def test_a_jump_of_the_clock_counts_as_a_restored_image(bench: Bench) -> None:
    store = bench.enrolled()
    assert receive(store).code == H + "2200"
    bench.clock.advance(minutes=5)
    assert receive(store).code == H + "2201"
    bench.clock.moment += timedelta(minutes=5)  # without the monotonic clock: a virtual machine resumed
    assert receive(store).code == H + str(2200 + time_floor(bench.clock.moment))


def test_more_numbers_than_an_image_could_be_told_from_are_marked(bench: Bench) -> None:
    bench.clock.moment = datetime(2026, 11, 23, 7, 0, tzinfo=VN_TZ)
    store = bench.enrolled()
    guaranteed = []
    for _ in range(31):
        with store.write() as unit:
            guaranteed.append(unit.issue_code(bench.clock.now()).guaranteed)
            assert unit.beyond_floor() == (None if guaranteed[-1] else bench.clock.now().date()), "kept with the first such number"
    assert guaranteed == [True] * 30 + [False]


@pytest.mark.parametrize(("hour", "minute", "floor"), [(0, 0, 30), (7, 0, 30), (12, 0, 65), (16, 55, 99), (17, 0, 100), (23, 59, 100)])
def test_time_floor(hour: int, minute: int, floor: int) -> None:
    assert time_floor(datetime(2026, 11, 23, hour, minute, tzinfo=VN_TZ)) == floor


def test_a_torn_witness_slot_falls_back_to_the_one_before(bench: Bench) -> None:
    witness = Witness(bench.folder / "w")
    facts = [Facts(incarnation="i", dseq=n, lanes={"L": ("2026-11-23", n)}) for n in range(5)]
    for before, after in pairwise(facts):
        witness.write(before, after)
    assert witness.read() == Record(4, facts[3], facts[4])
    raw = bytearray(witness.path.read_bytes())
    raw[SLOT * (4 % 2) + 40] ^= 0xFF
    witness.path.write_bytes(raw)
    assert witness.read() == Record(3, facts[2], facts[3])
    witness.path.write_bytes(b"\x00" * 100)
    assert witness.read() == Record()


def test_without_an_enrolment_there_is_no_number(bench: Bench) -> None:
    with pytest.raises(UserError) as caught, bench.open().write() as unit:
        unit.issue_code(NOW)
    assert caught.value.code == "not-enrolled"
