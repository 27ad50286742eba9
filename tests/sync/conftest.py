"""A real gateway process and counters with real encrypted stores."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from counter_app.services.setup import initialise
from counter_app.services.sign_in import sign_in
from counter_app.services.workstation import Workstation
from tests.servers.gateway import GatewayProcess

AGENCY = "H32.15"
PASSWORD = "MotCua@2026"


@pytest.fixture(scope="module")
def gateway_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("gateway")


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def gateway(request: pytest.FixtureRequest, gateway_home: Path) -> Iterator[GatewayProcess]:
    """The demo province, on both databases."""
    if request.param == "sqlite":
        database = f"sqlite:///{gateway_home / 'gateway.db'}"
    else:
        database = request.getfixturevalue("postgres_server").create_database()
    process = GatewayProcess(database, gateway_home)
    yield process
    process.stop()


@pytest.fixture
def counter(gateway: GatewayProcess, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Workstation]]:
    """Enrol one more counter and sign somebody in."""
    monkeypatch.setenv("COUNTER_APP_WITNESS_DIR", str(tmp_path / "witness"))
    opened: list[Workstation] = []

    def make(user: str = "truong.nt", agency: str = AGENCY) -> Workstation:
        if gateway.process is not None and gateway.process.poll() is not None:
            gateway.start()
        station = initialise(tmp_path / f"counter-{len(opened)}", url=gateway.url, code=gateway.enrol_code(agency),
                             ask_pin=lambda new: "2468")
        opened.append(station)
        sign_in(station.desk, user, PASSWORD, station.central)
        return station

    yield make
    for station in opened:
        station.close()
    if gateway.process is not None and gateway.process.poll() is not None:
        gateway.start()
