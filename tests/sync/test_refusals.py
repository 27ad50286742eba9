"""What the gateway refuses must not cost more than it says: one wrong password is one, and a refused side request does not
keep dossiers from being sent."""

from __future__ import annotations

import secrets
import time

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from counter_app.services import lifecycle
from counter_app.services.sign_in import sign_in, sign_out
from counter_app.sync.central import enrol
from counter_app.sync.client import GatewayClient, Identity
from onestop.errors import UserError
from onestop.ids import uuid7_hex
from onestop.wire import LeaseReply, LeaseRequest
from tests.servers.gateway import GatewayProcess
from tests.sync.conftest import PASSWORD
from tests.sync.test_counters import state_of, sync, take_in

COMMUNE = "H32.27"


def test_four_wrong_passwords_online_do_not_lock_the_fifth_does(gateway, counter):
    station = counter("lan.nt")
    sign_out(station.desk)
    wrong = [("sai", f"Còn {left} lần thử trước khi bị khóa") for left in (4, 3, 2, 1)]
    for password, verdict in [*wrong, (PASSWORD, ""), *wrong, ("sai", "khóa")]:
        if not verdict:
            assert sign_in(station.desk, "lan.nt", password, station.central).online
            continue
        with pytest.raises(UserError) as caught:
            sign_in(station.desk, "lan.nt", password, station.central)
        assert verdict in caught.value.message
        left = caught.value.facts.get("left")
        assert caught.value.code == ("sign-in-refused" if left else "account-locked")


def test_a_right_password_at_the_wrong_desk_is_not_a_wrong_password(gateway, counter):
    station = counter("hoa.nt")
    sign_out(station.desk)
    for _ in range(5):
        with pytest.raises(UserError) as caught:
            sign_in(station.desk, "truong.dk", PASSWORD, station.central)
        assert caught.value.code == "staff-other-agency"


def test_who_guesses_at_the_centre_is_told_to_wait_and_the_next_desk_is_not(gateway, counter):
    station, other = counter("hoa.nt"), counter("hoa.nt")
    sign_out(station.desk)
    for _ in range(10):
        with pytest.raises(UserError) as caught:
            sign_in(station.desk, "khong.co", "sai", station.central)
        assert caught.value.code == "sign-in-refused"
    for password in ("sai", PASSWORD):  # nothing is judged, here neither
        with pytest.raises(UserError) as caught:
            sign_in(station.desk, "hoa.nt", password, station.central)
        assert caught.value.code == "too-many-wrong" and 0 < caught.value.facts["seconds"] <= 60
        assert f"{caught.value.facts['seconds']} giây" in caught.value.message
    assert sign_in(other.desk, "hoa.nt", PASSWORD, other.central).online


def test_a_clock_far_off_costs_no_sign_in(gateway, counter):
    station = counter("hoa.nt")
    sign_out(station.desk)
    station.client._access, station.client._skew = ("", 0.0), 3600
    assert sign_in(station.desk, "hoa.nt", PASSWORD, station.central).online


def test_an_op_the_centre_wants_looked_at_holds_nothing_back(gateway, counter):
    first = counter("hoa.nt")
    gateway.lock("hoa.nt")
    time.sleep(2.1)  # the desk's clock may be two seconds behind the gateway's: what was done before the lock is in order
    dossier = take_in(first)  # nobody told this desk yet
    sync(first)
    with first.store.read() as reader:
        assert [r.code for r in reader.reviews() if r.entity == dossier.id] == ["staff-not-allowed"]
    sign_in(first.desk, "truong.nt", PASSWORD, first.central)
    lifecycle.ask_supplement(first.desk, dossier.id, ("Bản sao giấy khai sinh",), "thiếu")
    assert first.engine.run_once().pushed == 1
    with first.store.read() as reader:
        assert not reader.outbox()
    assert state_of(first, dossier.id) == "needs_person"


def test_an_agency_without_free_lanes_still_sends_its_dossiers(gateway: GatewayProcess, counter):
    for _ in range(10):
        key = Ed25519PrivateKey.generate()
        incarnation = secrets.token_hex(8)
        taken = enrol(gateway.url, gateway.enrol_code(COMMUNE), "quầy", key, incarnation)
        client = GatewayClient(gateway.url, Identity(taken.device, incarnation, key.private_bytes_raw()))
        client.call("POST", "/v1/leases", LeaseReply, body=LeaseRequest(op=uuid7_hex(), count=4))
        client.close()
    station = counter("truong.dk", agency=COMMUNE)
    dossier = take_in(station)
    assert dossier.provisional_code, "no lane was left"
    report = station.engine.run_once()
    assert report.ok and report.pushed == 1
    assert state_of(station, dossier.id) == "confirmed"
