"""What a gateway says falsely in a way no rule can see (a dossier it does not have, a version nobody made) is found by the sum of both
sides, and one fresh snapshot leaves exactly what it holds. Planted on the line into real replies of a real gateway."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from counter_app.services.correct import correct
from counter_app.services.workstation import Workstation
from onestop.ids import uuid7_hex
from tests.faults.proxy import FaultProxy, rewrite
from tests.sync.conftest import AGENCY
from tests.sync.test_push_trouble import take_in

pytestmark = pytest.mark.parametrize("gateway", ["sqlite"], indirect=True, scope="module")
FALSE_CODE = "H32.15-261101-9876"


@pytest.fixture
def line(gateway, counter) -> Iterator[tuple[Workstation, FaultProxy]]:
    station = counter()
    proxy = FaultProxy(gateway.port)
    station.client.base_url = proxy.url
    assert station.engine.run_once().ok
    yield station, proxy
    proxy.close()


def plant(station: Workstation, proxy: FaultProxy, change) -> str:
    """The last item of the next page is another; returns what the gateway had put there."""
    real: list[str] = []

    def lie(page: dict[str, Any]) -> dict[str, Any]:
        item = page["items"][-1]
        real.append(item["id"])
        change(item)
        return page

    proxy.rule("GET", "/v1/pull", rewrite(lie))
    report = station.engine.run_once()
    proxy.rules.clear()
    assert report.ok and real
    return real[0]


def another(item: dict[str, Any]) -> None:
    """A dossier that was never received, in the place of one that was."""
    item["id"] = item["data"]["id"] = uuid7_hex()
    item["data"]["code"] = FALSE_CODE


def holds(station: Workstation) -> tuple[set[str], dict[str, int]]:
    with station.store.read() as reader:
        found = {row[0] for row in reader._all("SELECT id FROM dossier")}
        return found, reader.alarms()


def compare_again(station: Workstation) -> None:
    """Another day."""
    with station.store.write() as unit:
        unit.meta_set("compared_on", "2026-01-01")


def test_a_dossier_the_gateway_does_not_have_goes_by_itself_and_is_kept_aside(line):
    station, proxy = line
    kept = take_in(station)
    station.engine.run_once()
    taken = take_in(station, "Trần Văn Hai")
    real = plant(station, proxy, another)
    assert real == taken.id
    with station.store.read() as reader:
        (false,) = reader.find(FALSE_CODE)
    compare_again(station)
    before = proxy.count("GET", "/v1/snapshot")
    report = station.engine.run_once()  # nobody asked: the day's comparison
    assert report.ok and report.equal is True and report.notice
    assert proxy.count("GET", "/v1/snapshot") > before
    assert ("dossier", false.id) in report.changed
    found, alarms = holds(station)
    assert {kept.id, taken.id} <= found and false.id not in found and alarms == {"sum-differed": 1}
    with station.store.read() as reader:
        assert not reader.find(FALSE_CODE) and reader.dossier(false.id) is None
        told = reader.notice()
        assert told["code"] == "copies-mended" and FALSE_CODE in told["message"] and "1 bản ghi" in told["message"]
        assert reader._all("SELECT kind, id, v FROM disowned") == [("dossier", false.id, 1)]
        assert reader.dossier(taken.id).code == taken.code
    proxy.log.clear()
    again = station.engine.run_once(verify=True)
    assert again.equal is True and proxy.count("GET", "/v1/snapshot") == 0


def test_a_version_nobody_made_is_put_back(line):
    station, proxy = line
    taken = take_in(station)

    def newer(item: dict[str, Any]) -> None:
        item["v"] = 40
        item["data"]["owner"]["name"] = "Kẻ Khác"

    plant(station, proxy, newer)
    with station.store.read() as reader:
        assert reader.dossier(taken.id).owner.name == "Kẻ Khác"
    report = station.engine.run_once(verify=True)
    assert report.equal is True and report.notice
    with station.store.read() as reader:
        assert reader.dossier(taken.id).owner.name == taken.owner.name
        assert not reader._all("SELECT 1 FROM disowned")


def test_an_unreadable_false_item_does_not_stay_in_the_sum(line):
    station, proxy = line
    take_in(station)

    def broken(item: dict[str, Any]) -> None:
        item["id"], item["data"] = uuid7_hex(), {"id": 5}

    plant(station, proxy, broken)
    with station.store.read() as reader:
        assert reader.quarantined_pulls() == 1
    assert station.engine.run_once(verify=True).equal is True
    with station.store.read() as reader:
        assert reader.quarantined_pulls() == 0 and len(reader._all("SELECT 1 FROM disowned")) == 1


def test_what_was_typed_on_a_false_dossier_stays_with_its_op(line):
    station, proxy = line
    take_in(station)
    plant(station, proxy, another)
    with station.store.read() as reader:
        (false,) = reader.find(FALSE_CODE)
    correct(station.desk, false.id, {"owner.phone": "0912345678"}, "Ghi nhầm số")
    proxy.rule("POST", "/v1/push", lambda exchange: exchange.reset(), times=9)
    report = station.engine.run_once(verify=True)
    proxy.rules.clear()
    assert report.equal is not True  # the push broke off
    with station.store.write() as unit:
        unit.doubt(AGENCY)
    held = proxy.rule("POST", "/v1/push", lambda exchange: exchange.reset(), times=9)
    station.engine.run_once(verify=True)
    assert held.hits
    proxy.rules.clear()
    for _ in range(3):
        report = station.engine.run_once(verify=True)
    assert report.equal is True
    with station.store.read() as reader:
        shown = reader.dossier(false.id)
        assert shown is not None and shown.code == FALSE_CODE
        (op,) = reader.outbox(entity=false.id)
        assert op.state == "review" and "0912345678" in reader.op_bytes(op.op).decode()


def test_a_kill_between_doubt_and_snapshot_ends_the_same(line):
    station, proxy = line
    take_in(station)
    plant(station, proxy, another)
    proxy.rule("GET", "/v1/snapshot", lambda exchange: exchange.reset(), times=99)
    assert not station.engine.run_once(verify=True).ok
    proxy.rules.clear()
    with station.store.read() as reader:
        assert reader.doubted(AGENCY) and reader.find(FALSE_CODE)
    report = station.engine.run_once()
    assert report.ok and report.equal is True and report.notice
    with station.store.read() as reader:
        assert not reader.doubted(AGENCY) and not reader.find(FALSE_CODE)


def test_a_sum_that_is_false_itself_takes_nothing_away(line):
    """One snapshot a comparison, an alarm, and every copy stays."""
    station, proxy = line
    take_in(station)
    assert station.engine.run_once().ok
    before = holds(station)[0]

    def lie(page: dict[str, Any]) -> dict[str, Any]:
        return page | {"count": page["count"] + 1}

    proxy.log.clear()
    proxy.rule("GET", "/v1/pull", rewrite(lie), times=99)
    report = station.engine.run_once(verify=True)
    assert not report.ok and report.problems and report.equal is not True
    pages = proxy.count("GET", "/v1/snapshot")
    found, alarms = holds(station)
    assert found == before and alarms == {"sum-differed": 1, "sum-differs": 1}
    assert station.engine.run_once().ok, "the day's comparison is over"
    assert proxy.count("GET", "/v1/snapshot") == pages
    proxy.rules.clear()
    assert station.engine.run_once(verify=True).equal is True
