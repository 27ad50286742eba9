"""Two real counters and a real gateway: what one does the other sees; the network's absence changes nothing at the desk."""

from __future__ import annotations

import signal

import msgspec
import pytest

from counter_app.domain.outcomes import ScanOutcome
from counter_app.services import correct as correcting
from counter_app.services import handover, lifecycle, paper
from counter_app.services.lookup import ask_central, look_up
from counter_app.services.numbers import fetch_spare
from counter_app.services.receive import ReceiveForm, receive
from counter_app.services.sign_in import sign_in, sign_out
from counter_app.services.workstation import Workstation
from counter_app.sync.errors import NotReached
from counter_app.sync.lanes import checked
from counter_app.sync.link_state import LinkState
from onestop.errors import EnvironmentFault, UserError
from onestop.export import export_text
from onestop.model import Party
from onestop.states import State
from tests.servers.gateway import GatewayProcess
from tests.sync.conftest import AGENCY, PASSWORD

UNIT = "H32.15.01"


def take_in(station: Workstation, name: str = "Nguyễn Văn An", id_no: str = "001099012345"):
    form = ReceiveForm(procedure="1.004873", owner=Party(name=name, id_no=id_no, dob="1999", gender="male", address="Số 1 Trần Phú"))
    return receive(station.desk, form)[0].dossier


def sync(*stations: Workstation) -> None:
    for _ in range(2):
        for station in stations:
            report = station.engine.run_once()
            assert report.ok, (report.link, report.problems)


def text_of(station: Workstation) -> str:
    with station.store.read() as reader:
        return export_text(*((raw for _, raw in reader.iter_raw(kind)) for kind in ("dossier", "slip", "review")))


def state_of(station: Workstation, dossier_id: str) -> str:
    with station.store.read() as reader:
        return reader.sync_state(dossier_id)


def assert_equal(gateway: GatewayProcess, *stations: Workstation) -> None:
    sync(*stations)
    everywhere = {text_of(station).strip() for station in stations} | {gateway.export(AGENCY).strip()}
    assert len(everywhere) == 1


def test_a_day_with_the_network_down(gateway, counter):
    first, second = counter(), counter()
    gateway.stop(signal.SIGKILL)
    assert first.engine.run_once().link is LinkState.OFFLINE
    one, two = take_in(first), take_in(second, "Trần Thị Bình", "079305000123")
    assert one.code and two.code and one.code != two.code
    assert one.code.rpartition("-")[2] >= "2000", "a code of the counter's own lane"
    assert state_of(first, one.id) == "saved"
    slip, _ = handover.create_slip(first.desk, "out", UNIT, [one.id])
    lifecycle_state = handover.confirm_slip(first.desk, slip.id)[0]
    assert lifecycle_state.status == "confirmed"
    with first.store.read() as reader:
        assert reader.dossier(one.id).status == State.PROCESSING
        assert reader.outbox_summary().waiting == 4
    gateway.start()
    assert_equal(gateway, first, second)
    assert state_of(first, one.id) == "confirmed"
    with second.store.read() as reader:
        found = reader.dossier_by_code(one.code)
        assert (found.status, found.holder, found.owner.name) == (State.PROCESSING, UNIT, "Nguyễn Văn An")
        assert not reader.reviews()


def test_the_whole_life_of_a_dossier_across_two_desks(gateway, counter):
    first, second = counter("lan.nt"), counter("hoa.nt")
    dossier = take_in(first)
    out, _ = handover.create_slip(first.desk, "out", UNIT, [dossier.id])
    sync(first, second)
    handover.confirm_slip(second.desk, out.id, person="Bà Hạnh")
    sync(second, first)
    back, _ = handover.create_slip(first.desk, "back", UNIT, [dossier.id], to_person="Bà Hạnh")
    handover.confirm_slip(first.desk, back.id)
    paper.printed(first.desk, paper.receipt(first.desk, dossier), "pdf")
    sync(first, second)
    done, _ = lifecycle.return_result(second.desk, dossier.id, collector_name="Nguyễn Văn An", collector_id_no="001099012345")
    assert done.status == State.RETURNED
    assert_equal(gateway, first, second)
    with first.store.read() as reader:
        seen = reader.dossier(dossier.id)
    assert [e.kind for e in seen.events] == ["receive", "handover", "result", "print", "return"]
    assert seen.prints == {"01": 1}


def test_good_days_give_contiguous_codes_without_waiting(gateway, counter):
    station = counter("lan.nt")
    codes = []
    for _ in range(3):
        assert fetch_spare(station.desk, station.central)
        codes.append(int(take_in(station).code.rpartition("-")[2]))
    assert codes == list(range(codes[0], codes[0] + 3))
    assert codes[0] < 2000


def test_an_agency_without_lanes_gives_a_provisional_number_that_resolves_for_ever(gateway, counter):
    station = counter("truong.vn", agency="H32.38")
    dossier = take_in(station)
    assert dossier.code is None
    assert dossier.provisional_code.startswith("TN-")
    sync(station)
    with station.store.read() as reader:
        official = reader.dossier_by_code(dossier.provisional_code)
    assert official.id == dossier.id
    assert official.code.startswith("H32.38-")
    result = look_up(station.desk, dossier.provisional_code)
    assert result.outcome is ScanOutcome.PROVISIONAL_FOUND


def test_different_fields_merge_and_the_same_field_becomes_work_for_a_person(gateway, counter):
    first, second = counter(), counter()
    dossier = take_in(first)
    sync(first, second)
    correcting.correct(first.desk, dossier.id, {"owner.phone": "0901234567", "owner.name": "Nguyễn Văn Ân"}, "gõ nhầm")
    correcting.correct(second.desk, dossier.id, {"owner.address": "Số 2 Trần Phú", "owner.name": "Nguyễn Văn Anh"}, "gõ nhầm")
    sync(first, second, first)
    assert_equal(gateway, first, second)
    with first.store.read() as reader:
        seen, reviews = reader.dossier(dossier.id), reader.reviews()
    assert (seen.owner.phone, seen.owner.address, seen.owner.name) == ("0901234567", "Số 2 Trần Phú", "Nguyễn Văn Ân")
    (review,) = [r for r in reviews if r.entity == dossier.id and r.code != "maybe-duplicate"]
    assert review.wanted["owner.name"] == "Nguyễn Văn Anh"
    assert review.current["owner.name"] == "Nguyễn Văn Ân"
    assert state_of(second, dossier.id) == "needs_person"


def test_a_dossier_of_another_desk_is_found_at_the_centre(gateway, counter):
    first, other = counter(), counter("truong.dk", agency="H32.27")
    dossier = take_in(first)
    sync(first)
    here = look_up(other.desk, dossier.code)
    assert here.outcome is ScanOutcome.NOT_FOUND and here.ask_central
    there = ask_central(other.desk, here, other.central)
    assert there.outcome is ScanOutcome.FOUND_CENTRAL
    assert there.dossier.id == dossier.id
    gateway.stop()
    assert ask_central(other.desk, here, other.central).outcome is ScanOutcome.OFFLINE_NOT_FOUND


def test_sign_in_works_offline_and_locks_after_five_wrong_passwords(gateway, counter):
    station = counter("thu.nt")
    sign_out(station.desk)
    gateway.stop()
    with pytest.raises(EnvironmentFault):
        station.central.next_number(station.desk.today())
    assert not sign_in(station.desk, "THU.nt", PASSWORD, station.central).online
    sign_out(station.desk)
    for left in (4, 3, 2, 1):
        with pytest.raises(UserError) as caught:
            sign_in(station.desk, "thu.nt", "sai", station.central)
        assert (caught.value.code, caught.value.facts["left"]) == ("sign-in-refused", left)
    for _ in range(2):
        with pytest.raises(UserError) as caught:
            sign_in(station.desk, "thu.nt", PASSWORD if _ else "sai", station.central)
        assert caught.value.code == "account-locked"
    with pytest.raises(UserError) as caught:
        sign_in(station.desk, "minh.nt", PASSWORD, station.central)
    assert caught.value.code == "offline-sign-in-unknown"


def test_a_sign_in_judged_offline_is_told_to_the_centre_and_sync_goes_on(gateway, counter):
    station = counter("minh.nt")
    sign_out(station.desk)
    gateway.stop()
    assert not sign_in(station.desk, "minh.nt", PASSWORD, station.central).online
    gateway.start()
    sync(station)
    with station.store.read() as reader:
        assert not reader.sign_in_reports()


def test_a_procedure_of_another_system_is_not_received(counter):
    station = counter()
    elsewhere = next(p for p in station.desk.catalogue.procedures if p.authoritative_system)
    with pytest.raises(UserError) as caught:
        receive(station.desk, ReceiveForm(procedure=elsewhere.code, owner=Party(name="An")))
    assert caught.value.code == "authority-elsewhere"


def test_a_lane_nobody_signed_is_not_used(gateway, counter):
    station = counter("lan.nt")
    with station.store.read() as reader:
        enrolment, (good, *_) = reader.enrolment(), reader.leases()
    assert checked([good], enrolment) == [good]
    for bad in (msgspec.structs.replace(good, first=good.first - 200), msgspec.structs.replace(good, token=good.token[:-4] + "AAAA"),
                msgspec.structs.replace(good, token="x")):
        with pytest.raises(NotReached):
            checked([bad], enrolment)
    with pytest.raises(NotReached):
        checked([good], msgspec.structs.replace(enrolment, device=enrolment.device + 1))
