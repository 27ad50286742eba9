"""The other half of ``test_bad_answers``: what the gateway answers when it is asked for lanes, numbers, the catalogue, a snapshot, a
code of another desk. One op waits all the while; whatever came, it is there byte for byte, nothing but a told error comes out, and the
first good answers bring everything."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

import pytest

from counter_app.services.lookup import ask_central, look_up
from counter_app.services.numbers import fetch_spare
from counter_app.services.workstation import Workstation
from counter_app.store.unit import Unit
from onestop.errors import UserError
from tests.faults.proxy import Exchange, body_of, with_body
from tests.sync import test_bad_answers
from tests.sync.test_bad_answers import _fields, _held, _whole
from tests.sync.test_push_trouble import take_in

gateway, station = test_bad_answers.gateway, test_bad_answers.station
WAITS_FOR_EVER = 4_000_000_000


def forget_catalogue(unit: Unit) -> None:
    unit.meta_set("catalogue_etag", "x")


def forget_documents(unit: Unit) -> None:
    forget_catalogue(unit)
    unit._run("DELETE FROM catalogue_doc WHERE kind = 'field'")


#: Reply → (method, path, what makes a cycle ask for it).
ASKED_BY_A_CYCLE: dict[str, tuple[str, str, Callable[[Unit], None]]] = {
    "leases": ("POST", "/v1/leases", lambda unit: unit.drop_leases()),
    "manifest": ("GET", "/v1/catalogue/manifest", forget_catalogue),
    "documents": ("POST", "/v1/catalogue/get", forget_documents),
    "snapshot": ("GET", "/v1/snapshot", lambda unit: unit.forget_positions()),
}


def ask_number(station: Workstation) -> object:
    with station.store.write() as unit:
        unit.meta_set("spare_number", "")
    return fetch_spare(station.desk, station.central)


def ask_code(station: Workstation) -> object:
    return ask_central(station.desk, look_up(station.desk, "H32.15-260105-0001"), station.central)


#: Reply → (method, path, who asks).
ASKED_BY_A_PERSON: dict[str, tuple[str, str, Callable[[Workstation], object]]] = {
    "number": ("POST", "/v1/numbers", ask_number),
    "look-up": ("POST", "/v1/lookup", ask_code),
}


def answered(station: Workstation, method: str, path: str, ask: Callable[[], object], change: Callable[[bytes], bytes] | None) -> bytes:
    """The real first reply, while another was given in its place."""
    real: list[bytes] = []

    def fault(exchange: Exchange) -> None:
        reply = exchange.forward()
        real.append(body_of(reply))
        exchange.send(with_body(reply, change(real[0])) if change else reply)
        exchange.close()

    proxy = station.line.proxy  # type: ignore[attr-defined]
    proxy.rules.clear()
    proxy.rule(method, path, fault)
    with suppress(UserError):  # told to the person who asked
        ask()
    proxy.rules.clear()
    assert real, f"nobody asked {path}"
    return real[0]


def every_change(real: bytes) -> list[tuple[str, Callable[[bytes], bytes]]]:
    cases = [(name, lambda body, name=name: dict(_whole(body))[name]) for name, _ in _whole(real)]
    return cases + [(name, lambda body, name=name: dict(_fields(body)).get(name, body)) for name, _ in _fields(real)]


@pytest.fixture
def waiting(station: Workstation) -> dict[str, tuple[str, bytes]]:
    """One op that is not sent yet, as it is held."""
    station.engine.run_once()
    take_in(station)
    with station.store.write() as unit:
        unit._run("UPDATE outbox SET next_try_at = ? WHERE state = 'new'", WAITS_FOR_EVER)
    return {op: held for op, held in _held(station).items() if held[0] == "new"}


def still(station: Workstation, waiting: dict[str, tuple[str, bytes]]) -> bool:
    return {op: held for op, held in _held(station).items() if op in waiting} == waiting


def goes(station: Workstation, waiting: dict[str, tuple[str, bytes]]) -> None:
    """With good answers again everything comes right."""
    with station.store.write() as unit:
        unit._run("UPDATE outbox SET next_try_at = 0")
        unit.end_waits()
    for _ in range(3):
        report = station.engine.run_once(verify=True)
    assert report.ok and report.equal, report
    assert all(_held(station)[op][0] in ("acked", "review") for op in waiting)
    with station.store.read() as reader:
        assert reader.leases() and reader.catalogue("field")


@pytest.mark.parametrize("place", ASKED_BY_A_CYCLE)
def test_what_a_cycle_asks_for(station: Workstation, waiting, place: str) -> None:
    method, path, forget = ASKED_BY_A_CYCLE[place]

    def ask() -> None:
        station.engine._steps._lanes._ask_after = 0.0  # not only every so often
        with station.store.write() as unit:
            forget(unit)
        station.engine.run_once()  # raises nothing

    faults = []
    for name, change in every_change(answered(station, method, path, ask, None)):
        answered(station, method, path, ask, change)
        if not still(station, waiting):
            faults.append(name)
    assert faults == []
    goes(station, waiting)


@pytest.mark.parametrize("place", ASKED_BY_A_PERSON)
def test_what_a_person_asks_for(station: Workstation, waiting, place: str) -> None:
    method, path, ask = ASKED_BY_A_PERSON[place]
    faults = []
    for name, change in every_change(answered(station, method, path, lambda: ask(station), None)):
        answered(station, method, path, lambda: ask(station), change)
        if not still(station, waiting):
            faults.append(name)
    assert faults == []
    number = take_in(station).code
    assert number and number.startswith("H32.15-"), "whatever was answered, the next code is one"
    goes(station, waiting)
