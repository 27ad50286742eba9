"""Real gateways, real counters, a line that breaks; what each row of the matrix saw."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from counter_app.services.receive import receive
from counter_app.services.setup import initialise
from counter_app.services.workstation import Workstation, open_workstation
from tests.faults.checker import check_all
from tests.faults.hand import a_form, sign_in
from tests.faults.proxy import FaultProxy
from tests.faults.tracing import Hand
from tests.servers.gateway import GatewayProcess
from tests.servers.postgres import PostgresServer

AGENCY = "H32.15"


@pytest.hookimpl(tryfirst=True)  # before -m looks at the marks
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Killing by signals and tracing of system calls are Unix matters."""
    for item in items:
        if item.path.parent == Path(__file__).parent:
            item.add_marker(pytest.mark.unix_servers)


@pytest.fixture(scope="session")
def full() -> bool:
    """Every point of a sweep, not a sample (``python -m tests.faults --sweep full``)."""
    return os.environ.get("FAULT_SWEEP") == "full"


@pytest.fixture
def seen(record_property: Callable[[str, object], None]) -> Callable[..., None]:
    """Note a fact for docs/fault-matrix.md: ``seen("sent again: {n} duplicates", n=3)``."""

    def note(text: str, **figures: object) -> None:
        record_property("seen", text.format(**figures))

    return note


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GatewayProcess]:
    """The demo province on SQLite, one for the file's tests."""
    folder = tmp_path_factory.mktemp("gateway")
    process = GatewayProcess(f"sqlite:///{folder / 'gateway.db'}", folder, dossiers=20)
    yield process
    process.stop()


class Counters:
    """Counters of one gateway, kept for the next test unless a test has damaged them."""

    def __init__(self, folder: Path, gateway: GatewayProcess) -> None:
        self.folder, self.gateway = folder, gateway
        self.idle: list[Workstation] = []
        self.made = 0

    def take(self, agency: str = AGENCY) -> Workstation:
        return self.idle.pop() if self.idle and agency == AGENCY else self.new(agency)

    def new(self, agency: str = AGENCY) -> Workstation:
        """A counter that has given no number yet."""
        self.made += 1
        folder = self.folder / f"counter-{self.made}"
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("COUNTER_APP_WITNESS_DIR", str(folder / "witness"))
            station = initialise(folder / "profile", url=self.gateway.url, code=self.gateway.enrol_code(agency), ask_pin=lambda new: "2468")
        sign_in(station.desk)
        return station

    def close(self) -> None:
        for station in self.idle:
            station.close()


@pytest.fixture(scope="module")
def counters(gateway: GatewayProcess, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Counters]:
    made = Counters(tmp_path_factory.mktemp("counters"), gateway)
    yield made
    made.close()


@pytest.fixture(scope="module")
def durable_postgres() -> Iterator[PostgresServer]:
    """A PostgreSQL of its own with fsync on: it is going to be stopped at once, or a standby takes over."""
    server = PostgresServer(durable=True)
    try:
        server.start()
        yield server
    finally:
        server.remove()


@pytest.fixture
def gateway_up(gateway: GatewayProcess) -> GatewayProcess:
    """The gateway, running, whatever the test before did to it."""
    if gateway.process is None or gateway.process.poll() is not None:
        gateway.start()
    return gateway


@pytest.fixture
def counter(gateway_up: GatewayProcess, counters: Counters, request: pytest.FixtureRequest) -> Iterator[Callable[..., Workstation]]:
    """One counter (per call), enrolled, signed in, speaking to the gateway directly."""
    given: list[tuple[str, Workstation]] = []

    def take(agency: str = AGENCY) -> Workstation:
        station = counters.take(agency)
        station.client.base_url = gateway_up.url
        given.append((agency, station))
        return station

    yield take
    for agency, station in given:
        station.client.base_url = gateway_up.url
        station.client.close()
        if agency == AGENCY and not station.store._closed and not station.store.rolled_back and "own_counter" not in request.fixturenames:
            counters.idle.append(station)
        else:
            station.close()


@pytest.fixture
def own_counter() -> None:
    """Named by tests after which a counter is not as it was."""


@pytest.fixture
def line(gateway_up: GatewayProcess) -> Iterator[FaultProxy]:
    """A line to the gateway that can be broken."""
    proxy = FaultProxy(gateway_up.port)
    yield proxy
    proxy.close()


@pytest.fixture
def through(line: FaultProxy) -> Callable[[Workstation], Workstation]:
    """Lead a counter through the line."""

    def lead(station: Workstation) -> Workstation:
        station.client.close()
        station.client.base_url = line.url
        return station

    return lead


@pytest.fixture
def station(counter: Callable[..., Workstation], through) -> Workstation:
    """A counter whose line can be broken; its link works."""
    made = through(counter())
    assert made.engine.run_once().ok
    return made


@pytest.fixture
def checked(gateway_up: GatewayProcess, seen: Callable[..., None]) -> Callable[..., dict[str, Any]]:
    """C1–C7 over these counters; the figures go into the matrix."""

    def check(*stations: Workstation, printed: Iterable[str] = (), **options: Any) -> dict[str, Any]:
        found = check_all(gateway_up, stations, printed, **options)
        seen("C1–C7 hold")
        return found

    return check


@pytest.fixture
def hand(gateway_up: GatewayProcess, counters: Counters, tmp_path: Path) -> Iterator[Hand]:
    """A counter as a process: enrolled here, then only run by ``Hand``. ``reopened`` looks into it afterwards."""
    station = counters.take()
    sign_in(station.desk)
    receive(station.desk, a_form())  # from now on there is a witness
    station.engine.run_once()
    station.close()
    made = Hand(station.profile.dir, station.profile.dir.parent / "witness")
    made.env["COUNTER_APP_WITNESS_DIR"] = str(made.witness)
    yield made
    shutil.rmtree(made.profile.parent, ignore_errors=True)


@pytest.fixture
def reopened(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Hand], Workstation]]:
    """Open a hand's counter in this process."""
    opened: list[Workstation] = []

    def open_it(hand: Hand) -> Workstation:
        monkeypatch.setenv("COUNTER_APP_WITNESS_DIR", str(hand.witness))
        station = open_workstation(hand.profile, lambda new: "2468")
        opened.append(station)
        sign_in(station.desk)
        return station

    yield open_it
    for station in opened:
        station.close()
