"""A number or a moment that nothing can hold is a bad answer to the one request it came with: what else the cycle has to do is done,
nothing of the answer is used, and the next cycle goes through."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

import pytest

from counter_app.services.workstation import Workstation
from counter_app.sync.link_state import LinkState
from tests.faults.proxy import Exchange, FaultProxy, body_of, rewrite, with_body, with_header
from tests.sync.test_push_trouble import state_of, take_in

pytestmark = pytest.mark.parametrize("gateway", ["sqlite"], indirect=True, scope="module")
HUGE = (2**63, 10**30, -(2**63) - 1)


@pytest.fixture
def line(gateway, counter) -> Iterator[tuple[Workstation, FaultProxy, Workstation]]:
    station, other = counter(), counter()
    proxy = FaultProxy(gateway.port)
    station.client.base_url = proxy.url
    assert station.engine.run_once().ok
    yield station, proxy, other
    proxy.close()


@pytest.fixture(autouse=True)
def nothing_of_ours_breaks(caplog) -> Iterator[None]:
    caplog.set_level(logging.ERROR)
    yield
    assert not caplog.records


def cycle(station: Workstation, proxy: FaultProxy, method: str, path: str, change) -> Any:
    rule = proxy.rule(method, path, rewrite(change))
    with station.store.write() as unit:
        unit.end_waits()
    report = station.engine.run_once()
    proxy.rules.clear()
    assert rule.hits
    return report


def through(station: Workstation) -> None:
    with station.store.write() as unit:
        unit.end_waits()
    report = station.engine.run_once(verify=True)
    assert report.ok and report.equal is True


def test_in_the_answer_to_a_push_the_pull_goes_on(line) -> None:
    station, proxy, other = line
    for field, number in (("v", HUGE[0]), ("v", HUGE[2]), ("seq", HUGE[1])):
        ours, theirs = take_in(station), take_in(other)
        assert other.engine.run_once().ok
        report = cycle(station, proxy, "POST", "/v1/push", lambda reply, f=field, n=number: {**reply, "results": [
            {**reply["results"][0], f: n}, *reply["results"][1:]]})
        assert report.link is LinkState.SERVER_TROUBLE and "trả lời sai" in report.problems[0], number
        assert report.pulled and state_of(station, theirs.id) == "confirmed"
        with station.store.read() as reader:
            assert [item.state for item in reader.outbox(entity=ours.id)] == ["sent"]
        through(station)


def test_in_a_page_the_push_was_done_and_nothing_of_the_page_is_taken(line) -> None:
    station, proxy, other = line
    ours, theirs = take_in(station), take_in(other)
    assert other.engine.run_once().ok
    with station.store.read() as reader:
        before = reader.position(station.engine.part)

    def huge(page: dict[str, Any]) -> dict[str, Any]:
        return {**page, "items": [*page["items"][:-1], {**page["items"][-1], "v": 2**63}]}

    rule = proxy.rule("GET", "/v1/pull", rewrite(huge), times=99)
    report = station.engine.run_once()
    proxy.rules.clear()
    assert rule.hits and not report.ok and report.pushed == 1
    with station.store.read() as reader:
        assert reader.position(station.engine.part) == before and reader.dossier(theirs.id) is None
        assert not reader.outbox(entity=ours.id)
    through(station)
    assert state_of(station, theirs.id) == "confirmed"


def test_inside_a_dossier_that_one_is_kept_aside(line) -> None:
    station, proxy, other = line
    first, good, second = take_in(other), take_in(other, "Trần Thị Bình"), take_in(other, "Lê Văn Cường")
    bad = {first.id: "version", second.id: "status"}
    assert other.engine.run_once().ok

    def huge(page: dict[str, Any]) -> dict[str, Any]:
        for item in page["items"]:
            if item["id"] in bad:
                item["data"][bad[item["id"]]] = 10**30
        return page

    report = cycle(station, proxy, "GET", "/v1/pull", huge)
    assert report.ok
    with station.store.read() as reader:
        assert reader.quarantined_pulls() == 2 and not any(map(reader.dossier, bad)) and reader.dossier(good.id) is not None


def test_in_a_lease_push_and_pull_go_on(line) -> None:
    station, proxy, other = line
    with station.store.write() as unit:
        unit.drop_leases()
    station.engine._steps._lanes._ask_after = 0.0
    theirs = take_in(other)
    assert other.engine.run_once().ok
    report = cycle(station, proxy, "POST", "/v1/leases",
                   lambda reply: {**reply, "leases": [{**reply["leases"][0], "last": 2**63}, *reply["leases"][1:]]})
    assert report.ok and "dải số" in report.problems[0] and state_of(station, theirs.id) == "confirmed"
    with station.store.read() as reader:
        assert not reader.leases()
    through(station)
    with station.store.read() as reader:
        assert len(reader.leases()) == 2


def test_in_a_hello_the_cycle_waits_for_a_better_one(line) -> None:
    station, proxy, _ = line
    ours = take_in(station)
    for wrong in ({"epoch": 2**63}, {"dseq": 2**63}, *({"server_time": text} for text in (
            "9999-12-31T23:59:59Z", "0001-01-01T00:00:00+14:00", "2026-11-23T09:00:00"))):
        report = cycle(station, proxy, "GET", "/v1/hello", lambda reply, w=wrong: reply | w)
        assert report.link is LinkState.SERVER_TROUBLE, wrong
    with station.store.read() as reader:
        assert [item.state for item in reader.outbox(entity=ours.id)] == ["new"]
    through(station)
    assert state_of(station, ours.id) == "confirmed"


def test_a_date_of_another_era_does_not_move_the_clock(line) -> None:
    station, proxy, _ = line
    before = station.desk.clock.now().year
    for date in ("Fri, 31 Dec 9999 23:59:59 GMT", "Mon, 01 Jan 0001 00:00:00 GMT", "Mon, 01 Jan 1900 00:00:00 GMT"):

        def other_date(exchange: Exchange, date: str = date) -> None:
            reply = exchange.forward()
            exchange.send(with_header(with_body(reply, body_of(reply)), "Date", date))
            exchange.close()

        for method, path in (("GET", "/v1/hello"), ("GET", "/v1/pull")):
            proxy.rule(method, path, other_date)
        assert station.engine.run_once().ok
        proxy.rules.clear()
        assert station.desk.clock.now().year == before, date
    take_in(station)
    through(station)
