"""Restores nobody announced: the witness file, a promoted standby, several worker processes; and the commands."""

from __future__ import annotations

import json
import time
from pathlib import Path

import httpx
import msgspec
import pytest
from sqlalchemy import select

from central_gateway.cli import main
from central_gateway.services import recovery
from central_gateway.state import open_gateway
from central_gateway.tables import number_pool
from onestop.errors import EnvironmentFault, UserError
from onestop.vntime import utc_now, vn_date
from tests.gateway import province
from tests.gateway.counter import Counter, problem
from tests.gateway.restored import (
    Place,
    PostgresEngine,
    give_back,
    hello,
    lease_request,
    meet,
    number_request,
    place,
    postgres_engine,
    replay,
)
from tests.gateway.test_process import Process, command

__all__ = ["place", "postgres_engine"]
TODAY = str(vn_date(utc_now()))


@pytest.fixture
def watched(place: Place, tmp_path: Path) -> Place:
    place.witness = str(tmp_path / "witness")
    place.open()
    return place


def witnessed(place: Place) -> dict:
    return json.loads((Path(place.witness) / "witness.json").read_text(encoding="utf-8"))


def test_a_restart_is_no_restore(watched: Place) -> None:
    counter = watched.counter()
    counter.push_one(counter.create())
    lanes = counter.leases().leases
    counter.number(TODAY)
    watched.open()
    facts = witnessed(watched)
    assert (hello(counter).epoch, hello(counter).state) == (1, "normal")
    assert facts["heads"][counter.part] == str(counter.position).partition("=")[2]
    assert facts["lanes"][counter.part] == facts["granted"][counter.part] == lanes[-1].lane == 1
    assert facts["numbers"][counter.part][TODAY] == 20
    assert counter.number(TODAY).number == 2


@pytest.mark.parametrize("lost", ["op", "lease"])
def test_the_witness_notices_at_the_start(watched: Place, lost: str) -> None:
    counter = watched.counter()
    saved = watched.save()
    if lost == "op":
        counter.push_one(counter.create())
    else:
        counter.leases()
    watched.restore(saved)
    counter.position = None
    assert meet(counter) == 2
    assert hello(counter).state == "recovering"
    watched.open()
    assert hello(counter).epoch == 2  # once


def test_numbers_lanes_and_devices_of_the_lost_database_are_known(watched: Place) -> None:
    counter = watched.counter()
    saved = watched.save()
    late = watched.counter()
    for _ in range(25):
        counter.number(TODAY)
    lanes = [lane.lane for lane in late.leases().leases]
    watched.restore(saved)
    meet(counter)
    meet(late)  # the database has never heard of it, the witness has
    problem(lease_request(late, []), 503, "recovering")
    problem(lease_request(counter, []), 503, "recovering")
    give_back(counter, [])
    give_back(late, [])
    assert hello(late).state == "normal"
    assert counter.number(TODAY).number == 41  # two blocks of twenty were reserved
    assert min(lane.lane for lane in counter.leases().leases) > max(lanes)
    assert watched.counter().device > late.device


def test_a_witness_of_another_database_is_refused(watched: Place, tmp_path: Path) -> None:
    other = replace_database(watched, f"sqlite:///{tmp_path}/other.db")
    with pytest.raises(UserError) as refused:
        open_gateway(other)
    assert refused.value.code == "witness-foreign"
    (Path(watched.witness) / "witness.json").write_text('{"heads":{"a":"b"}}', encoding="utf-8")
    with pytest.raises(UserError) as refused:
        open_gateway(watched.gateway.settings)
    assert refused.value.code == "witness-unreadable"


def replace_database(place: Place, url: str):
    from dataclasses import replace

    return replace(place.gateway.settings, database=url)


def test_what_cannot_be_witnessed_is_not_given(watched: Place) -> None:
    counter = watched.counter()
    folder = Path(watched.witness)
    (folder / "witness.part").mkdir()  # the file cannot be written (also not by root)
    assert lease_request(counter, []).status_code == number_request(counter, TODAY).status_code == 503
    problem(number_request(counter, TODAY), 503, "witness-unwritable")
    with watched.gateway.database.read() as conn:
        assert conn.execute(select(number_pool)).all() == []
    with pytest.raises(EnvironmentFault):
        watched.gateway.witness.reserve_lane("x", 9)
    (folder / "witness.part").rmdir()
    assert counter.number(TODAY).number == 1


def test_several_processes_agree(place: Place) -> None:
    counter = place.counter()
    twin = open_gateway(place.gateway.settings)
    try:
        assert twin.epoch == place.gateway.epoch == 1
        assert recovery.begin(twin, 1, "operator")
        until = time.monotonic() + 30
        while place.gateway.epoch == 1:
            assert time.monotonic() < until
            time.sleep(0.05)
        problem(number_request(counter, TODAY), 409, "history-diverged")
        assert meet(counter) == 2
    finally:
        twin.close()


def test_a_number_is_refused_at_once_whatever_the_process_believes(place: Place) -> None:
    counter = place.counter()
    counter.number(TODAY)
    place.gateway.life.now(fresh=True)  # believed for half a second from here
    twin = open_gateway(place.gateway.settings)
    recovery.begin(twin, 1, "operator")
    twin.close()
    assert number_request(counter, TODAY).status_code in (409, 503)


def test_a_promoted_standby_is_noticed_while_the_gateway_runs(
    postgres_engine: PostgresEngine, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch,
) -> None:
    postgres_engine.restore(postgres_engine.empty)
    server = postgres_engine.server
    monkeypatch.setenv("CENTRAL_GATEWAY_DATABASE", postgres_engine.url)
    monkeypatch.setenv("CENTRAL_GATEWAY_PASSWORD", province.PASSWORD)
    province.write(tmp_path / "catalogue")
    command(capsys, "catalogue", "import", str(tmp_path / "catalogue"))
    code = json.loads(command(capsys, "enrol", "--unit", province.NHA_TRANG)[1])["code"]
    with (Process(postgres_engine.url, tmp_path) as gateway,
          httpx.Client(base_url=gateway.ready["url"], timeout=30, trust_env=False) as http):
        counter = Counter(http)
        counter.enrol(code)
        create = counter.create()
        counter.push_one(create)
        standby = server.standby()
        port = server.port
        try:
            server.stop(crash=True)
            standby.promote()
            standby.take_port(port)
            assert patiently(lambda: meet(counter)) == 2
            assert hello(counter).state == "recovering"
            assert replay(counter, create) == ["duplicate"]
        finally:
            standby.remove()
            server.start()


def patiently(ask):
    """The first request after the database moved may find a dead connection."""
    until = time.monotonic() + 60
    while True:
        try:
            return ask()
        except (AssertionError, httpx.TransportError):
            if time.monotonic() > until:
                raise
            time.sleep(0.2)


def said(capsys: pytest.CaptureFixture[str], place: Place, *words: str) -> dict:
    code, out, err = command(capsys, *words, "--database", place.engine.url)
    return msgspec.json.decode(out if code == 0 else err.splitlines()[-1])


def test_recovery_by_commands(place: Place, capsys: pytest.CaptureFixture[str]) -> None:
    lan, minh = place.counter(), place.counter()
    first = lan.create()
    lan.push_one(first)
    assert said(capsys, place, "recover", "finish", "--yes")["code"] == "not-recovering"
    assert said(capsys, place, "recover", "start")["code"] == "not-confirmed"
    assert said(capsys, place, "recover", "status") == {
        "epoch": 1, "state": "normal", "why": "", "began_at": "", "expected": 0, "done": 0, "copies": 0, "missing": []}
    begun = said(capsys, place, "recover", "start", "--yes")
    assert (begun["epoch"], begun["state"], begun["why"], begun["expected"], begun["done"]) == (2, "recovering", "operator", 2, 0)
    place.gateway.life.forget()
    meet(lan)
    replay(lan, first)
    give_back(lan, [])
    found = said(capsys, place, "recover", "status")
    assert (found["done"], [one["device"] for one in found["missing"]]) == (1, [minh.device])
    assert said(capsys, place, "recover", "finish", "--yes")["code"] == "witness-missing", "nobody knows which numbers were given"
    assert said(capsys, place, "recover", "finish", "--numbers-may-repeat")["code"] == "not-confirmed"
    ended = said(capsys, place, "recover", "finish", "--yes", "--numbers-may-repeat")
    assert ended == {"epoch": 2, "state": "normal", "taken_back": 0, "reviews": 0}
    assert hello(lan).state == "normal"
    assert lan.number(TODAY).number > 20  # nothing says how many the lost database had given


def test_what_the_backup_holds_is_told_to_the_counters(place: Place, capsys: pytest.CaptureFixture[str]) -> None:
    counter = place.counter()
    counter.push(*[counter.create() for _ in range(3)])
    assert main(["durable", "--heads", "--database", place.engine.url]) == 0
    assert capsys.readouterr().out == f"{counter.part}=3\n"
    assert said(capsys, place, "durable", f"{counter.part}=2") == {counter.part: 2}
    reply = counter.call("GET", "/v1/hello")
    assert reply.headers["Durable-Through"] == hello(counter).durable == f"{counter.part}=2"
    assert said(capsys, place, "durable", f"{counter.part}=1") == {counter.part: 2}  # it never goes back
    assert said(capsys, place, "durable", "--all") == {counter.part: 3}
    for words, code in [((f"{counter.part}=4",), "durable-beyond-head"), (("x",), "durable-form"), ((), "durable-form"),
                        (("--all", "a=1"), "durable-form"), (("H99=1",), "durable-beyond-head"), (("a=-1",), "durable-form")]:
        assert said(capsys, place, "durable", *words)["code"] == code
