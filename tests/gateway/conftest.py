"""A gateway over each database, with a small catalogue, and a counter that speaks the wire to it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator

import httpx
import pytest
import uvicorn

from central_gateway.app import create_app
from central_gateway.serve import bound
from central_gateway.services import enrol, staff
from central_gateway.services.published import import_folder
from central_gateway.settings import Settings
from central_gateway.state import Gateway, open_gateway
from tests.gateway import province
from tests.gateway.counter import Counter


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path) -> Iterator[str]:
    """An empty database; the same tests run on both engines."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/gateway.db"
        return
    server = request.getfixturevalue("postgres_server")
    url = server.create_database()
    yield url
    server.drop_database(url)


@pytest.fixture
def settings(database_url: str) -> Settings:
    """Cheap password hashes: their strength is not what these tests are about."""
    return Settings(database=database_url, argon2_memory_kib=64, argon2_passes=1, device_rate=1000, device_burst=10_000)


@pytest.fixture
def gateway(settings: Settings, tmp_path) -> Iterator[Gateway]:
    opened = open_gateway(settings)
    province.write(tmp_path / "catalogue")
    with opened.database.write() as conn:
        import_folder(conn, tmp_path / "catalogue")
        for row in province.STAFF:
            staff.add(conn, **row, password=province.PASSWORD, passwords=opened.passwords)
    yield opened
    opened.close()


class _Switch:
    """An ASGI application that hands over to the gateway of the running test."""

    app = None

    async def __call__(self, scope, receive, send) -> None:
        if scope["type"] == "http":
            await self.app(scope, receive, send)


@pytest.fixture(scope="session")
def service() -> Iterator[tuple[_Switch, httpx.Client]]:
    """One server on a real socket for all tests; each test brings its own gateway."""
    switch = _Switch()
    with bound("127.0.0.1", 0) as listener:
        config = uvicorn.Config(switch, log_config=None, access_log=False, server_header=False, date_header=False, lifespan="off")
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            while not server.started:
                assert thread.is_alive()
                time.sleep(0.01)
            with httpx.Client(base_url=f"http://127.0.0.1:{listener.getsockname()[1]}", timeout=30, trust_env=False) as http:
                yield switch, http
        finally:
            server.should_exit = True
            thread.join()


@pytest.fixture
def client(gateway: Gateway, service: tuple[_Switch, httpx.Client]) -> Iterator[httpx.Client]:
    switch, http = service
    switch.app = create_app(gateway)
    yield http
    switch.app = None


@pytest.fixture
def enrol_code(gateway: Gateway) -> Callable[[str], str]:
    def make(agency: str = province.NHA_TRANG) -> str:
        return gateway.database.retrying(lambda conn: enrol.new_code(conn, agency, gateway.settings))

    return make


@pytest.fixture
def new_counter(client: httpx.Client, enrol_code: Callable[[str], str]) -> Callable[..., Counter]:
    """Enrol one more counter."""

    def make(agency: str = province.NHA_TRANG) -> Counter:
        counter = Counter(client)
        counter.enrol(enrol_code(agency))
        return counter

    return make


@pytest.fixture
def counter(new_counter: Callable[..., Counter]) -> Counter:
    return new_counter()
