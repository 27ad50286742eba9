"""A gateway whose database really goes back: files copied, PostgreSQL backed up and restored."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

import pytest

from central_gateway.app import create_app
from central_gateway.services import enrol, recovery, staff
from central_gateway.services.published import import_folder
from central_gateway.settings import Settings
from central_gateway.state import Gateway, open_gateway
from onestop.codec import encode_op
from onestop.ids import uuid7_hex
from onestop.ops import Op
from onestop.wire import HelloReply, OpResult, SalvageReply, SnapshotItem, SnapshotReply
from tests.gateway import province
from tests.gateway.counter import Counter, problem
from tests.servers.postgres import PostgresServer


class Engine(Protocol):
    """Where a database lives."""

    url: str

    def save(self) -> Any: ...

    def restore(self, saved: Any) -> None: ...


class SqliteEngine:
    """One file."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.count = folder, 0
        self.url = f"sqlite:///{folder}/gateway.db"

    def save(self) -> Path:
        """Nobody writes meanwhile, so the file and its log are a snapshot of the disk."""
        self.count += 1
        target = self.folder / f"saved-{self.count}"
        target.mkdir()
        for file in self.folder.glob("gateway.db*"):
            shutil.copy2(file, target)
        return target

    def restore(self, saved: Path) -> None:
        for file in self.folder.glob("gateway.db*"):
            file.unlink()
        for file in saved.iterdir():
            shutil.copy2(file, self.folder)


class PostgresEngine:
    """A server of its own, backed up by ``pg_basebackup``."""

    def __init__(self) -> None:
        self.server = PostgresServer()
        self.server.start()
        self.url = self.server.create_database("gateway")
        self.count = 0

    def save(self) -> Path:
        self.count += 1
        return self.server.backup(f"saved-{self.count}")

    def restore(self, saved: Path) -> None:
        self.server.restore(saved)


class Place:
    """A gateway that can be put back. ``open`` is its start, ``restore`` ends it, goes back and starts it."""

    def __init__(self, engine: Engine, folder: Path, service: Any) -> None:
        self.engine, self.folder = engine, folder
        self.switch, self.http = service
        self.witness = ""
        self.gateway: Gateway | None = None

    def open(self) -> Gateway:
        self.close()
        self.gateway = open_gateway(Settings(database=self.engine.url, witness=self.witness, argon2_memory_kib=64, argon2_passes=1))
        recovery.at_start(self.gateway)
        self.switch.app = create_app(self.gateway)
        return self.gateway

    def close(self) -> None:
        if self.gateway is not None:
            self.switch.app = None
            self.gateway.close()
            self.gateway = None

    def fill(self) -> None:
        catalogue = province.write(self.folder / "catalogue")
        with self.gateway.database.write() as conn:
            import_folder(conn, catalogue)
            for row in province.STAFF:
                staff.add(conn, **row, password=province.PASSWORD, passwords=self.gateway.passwords)

    def counter(self, agency: str = province.NHA_TRANG) -> Counter:
        code = self.gateway.database.retrying(lambda conn: enrol.new_code(conn, agency, self.gateway.settings))
        counter = Counter(self.http)
        counter.enrol(code)
        return counter

    def save(self) -> Any:
        return self.engine.save()

    def restore(self, saved: Any) -> Gateway:
        self.close()
        self.engine.restore(saved)
        return self.open()


@pytest.fixture(scope="module")
def postgres_engine() -> Iterator[PostgresEngine]:
    """One server for the module; every test begins with what an empty one was."""
    engine = PostgresEngine()
    try:
        engine.empty = engine.save()
        yield engine
    finally:
        engine.server.remove()


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path, service: Any) -> Iterator[Place]:
    if request.param == "sqlite":
        engine: Any = SqliteEngine(tmp_path)
    else:
        engine = request.getfixturevalue("postgres_engine")
        engine.restore(engine.empty)
    found = Place(engine, tmp_path, service)
    found.open()
    found.fill()
    yield found
    found.close()


# what a counter does


def hello(counter: Counter) -> HelloReply:
    return counter.ok(counter.call("GET", "/v1/hello"), HelloReply)


def meet(counter: Counter) -> int:
    """The counter speaks and learns that the gateway lives anew; it forgets its positions. Returns the epoch."""
    found = problem(counter.call("GET", "/v1/hello"), 409, "history-diverged")
    counter.epoch, counter.position = found.epoch, None
    return found.epoch


def replay(counter: Counter, *ops: Op) -> list[str]:
    """The same bytes again."""
    return [result.s for result in results(counter, *ops)]


def results(counter: Counter, *ops: Op) -> list[OpResult]:
    return counter.push(*[encode_op(op) for op in ops])


def states(counter: Counter) -> dict[str, SnapshotItem]:
    """All current states by id."""
    page = counter.ok(counter.call("GET", "/v1/snapshot", params={"part": counter.part, "limit": 500}), SnapshotReply)
    assert not page.more
    return {item.id: item for item in page.items}


def give_back(counter: Counter, items: list[SnapshotItem], *, done: bool = True) -> int:
    body = {"part": counter.part, "items": items, "done": done}
    return counter.ok(counter.call("POST", "/v1/salvage", body), SalvageReply).kept


def number_request(counter: Counter, day: str) -> Any:
    return counter.call("POST", "/v1/numbers", {"op": uuid7_hex(), "entity": "0" * 32, "date": day})


def lease_request(counter: Counter, held: list[str]) -> Any:
    return counter.call("POST", "/v1/leases", {"op": uuid7_hex(), "count": 2, "held": held})
