"""Rows 42 and 43: locks, deadlocks and lost connections in the gateway's PostgreSQL."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import httpx
import psycopg
import pytest

from counter_app.services.workstation import Workstation
from onestop.codec import encode_op
from onestop.wire import PullReply, PushReply
from tests.faults.checker import ask, check_all, cycle
from tests.faults.conftest import Counters
from tests.faults.moves import ops, take_in, waiting
from tests.gateway.counter import Counter
from tests.servers.gateway import GatewayProcess
from tests.servers.postgres import PostgresServer


class Middle:
    """Stands between the gateway and PostgreSQL. Armed, it lets the next COMMIT through and cuts the line before the answer."""

    def __init__(self, port: int) -> None:
        self.target, self.armed, self.done, self.cut = port, threading.Event(), threading.Event(), 0
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._socket.accept()
                threading.Thread(target=self._carry, args=(near,), daemon=True).start()

    def _carry(self, near: socket.socket) -> None:
        with near, socket.create_connection(("127.0.0.1", self.target)) as far:
            back = threading.Thread(target=self._down, args=(far, near), daemon=True)
            back.start()
            self._up(near, far)
            for end in (near, far):
                with suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)
            back.join()

    def _up(self, near: socket.socket, far: socket.socket) -> None:
        with suppress(OSError):
            while data := near.recv(65536):
                if b"COMMIT" in data and self.armed.is_set():
                    self.armed.clear()
                    self.cut += 1
                    near.shutdown(socket.SHUT_RDWR)  # the answer finds nobody
                    far.sendall(data)
                    self.done.wait(0.2)  # PostgreSQL does it
                    return
                far.sendall(data)

    def _down(self, far: socket.socket, near: socket.socket) -> None:
        with suppress(OSError):
            while data := far.recv(65536):
                near.sendall(data)
        with suppress(OSError):
            near.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self._socket.close()


@pytest.fixture(scope="module")
def middle(postgres_server) -> Iterator[Middle]:
    made = Middle(postgres_server.port)
    yield made
    made.close()


@pytest.fixture(scope="module")
def direct(postgres_server) -> str:
    """The gateway's database, past the middle."""
    return postgres_server.create_database()


@pytest.fixture(scope="module")
def gateway(direct: str, middle: Middle, postgres_server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[GatewayProcess]:
    """The demo province on PostgreSQL, reached through the middle."""
    process = GatewayProcess(direct.replace(f":{postgres_server.port}/", f":{middle.port}/"), tmp_path_factory.mktemp("pg"), dossiers=20)
    yield process
    process.stop()


@pytest.fixture
def admin(direct: str) -> Iterator[psycopg.Connection]:
    """A session of somebody else."""
    with psycopg.connect(direct.replace("+psycopg", "")) as connection:
        yield connection


@pytest.fixture
def station(counter: Callable[..., Workstation], gateway_up: GatewayProcess) -> Workstation:
    made = counter()
    cycle(gateway_up, made, ok=True)
    return made


def test_row_42_the_head_of_an_agency_is_locked(station, counter, counters: Counters, gateway_up, admin, checked, seen) -> None:
    other = counters.take("H32.27")
    assert other.engine.run_once().ok
    codes = take_in(station, 2)
    admin.execute("SELECT * FROM feed_head WHERE part = 'H32.15' FOR UPDATE")
    report = cycle(gateway_up, station, ok=False)
    assert waiting(station) == 2
    take_in(other)
    assert other.engine.run_once().pushed == 1, "other agencies go on"
    page = station.client.call("GET", "/v1/pull", PullReply, prove=True, params={"part": "H32.15", "after": "", "limit": "5"})
    assert page.items, "reading goes on"
    admin.rollback()
    other.close()
    seen("head locked: 503 after 2 s (asked to wait {wait} s), the other agency pushed, the feed was read", wait=report.retry_after)
    checked(station, printed=codes)


def test_row_42_a_transaction_left_open_for_long(station, gateway_up, admin, checked, seen) -> None:
    admin.execute("SELECT count(*) FROM feed")  # open, and holding its snapshot
    codes = take_in(station, 2)
    assert cycle(gateway_up, station, ok=True).pushed == 2
    page = station.client.call("GET", "/v1/pull", PullReply, prove=True, params={"part": "H32.15", "after": "", "limit": "500"})
    assert page.head == ask(gateway_up, "SELECT seq FROM feed_head WHERE part = 'H32.15'")[0][0], "the feed is not frozen"
    admin.rollback()
    seen("an open transaction of somebody else: pushes and feed go on")
    checked(station, printed=codes)


def test_row_43_the_connection_is_lost_at_the_commit(station, gateway_up, middle: Middle, checked, seen) -> None:
    codes = take_in(station, 3)
    before, cut = ops(gateway_up), middle.cut
    rule = threading.Thread(target=station.engine.run_once)
    with station.store.read() as reader:  # the push is the first COMMIT that writes: arm when the op rows are about to come
        assert reader.outbox_summary().waiting == 3
    middle.armed.set()
    rule.start()
    rule.join()
    for _ in range(10):
        if middle.cut > cut:
            break
        middle.armed.set()
        station.engine.run_once()
    middle.armed.clear()
    assert middle.cut > cut
    cycle(gateway_up, station, ok=True)
    assert ops(gateway_up) - before == 3
    seen("line to PostgreSQL cut after a COMMIT went out, before its answer: unknown to the gateway, told as busy, once at the end")
    checked(station, printed=codes)


def test_row_43_the_backend_is_terminated_under_a_push(station, gateway_up, admin, checked, seen) -> None:
    codes = take_in(station, 3)
    before = ops(gateway_up)
    admin.execute("SELECT * FROM feed_head WHERE part = 'H32.15' FOR UPDATE")
    pushing = threading.Thread(target=station.engine.run_once)
    pushing.start()
    ended = 0
    with psycopg.connect(admin.info.dsn, autocommit=True) as other:
        while not ended and pushing.is_alive():
            ended = len(
                other.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
                ).fetchall()
            )
    pushing.join()
    admin.rollback()
    assert ended == 1 and waiting(station) == 3
    assert ops(gateway_up) == before
    cycle(gateway_up, station, ok=True)
    assert ops(gateway_up) - before == 3
    seen("backend terminated while a push waited: nothing applied, the resend once")
    checked(station, printed=codes)


def test_row_43_a_deadlock_is_retried(station, gateway_up, admin, checked, seen, postgres_server: PostgresServer) -> None:
    """Somebody holds the head and wants the push's op row, the push holds the op row and wants the head: PostgreSQL ends one."""
    codes, before = take_in(station, 1), postgres_server.log().count("deadlock detected")
    with station.store.read() as reader:
        (item,) = reader.outbox()
    admin.execute("SELECT * FROM feed_head WHERE part = 'H32.15' FOR UPDATE")
    pushing = threading.Thread(target=station.engine.run_once)
    pushing.start()
    with psycopg.connect(admin.info.dsn, autocommit=True) as other:
        while not other.execute(
            "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
        ).fetchall():
            assert pushing.is_alive()
    admin.execute("SET lock_timeout = '10s'; SET deadlock_timeout = '9s'")  # so that the push is the one that notices
    victim = "push"
    try:
        admin.execute(
            "INSERT INTO op (op_id, part, device, incarnation, dseq, payload_hash, result, received_at) "
            "VALUES (%s, 'x', 0, 'x', 0, '', '', '')",
            [item.op],
        )
    except psycopg.errors.DeadlockDetected:
        victim = "other"
    admin.rollback()
    pushing.join()
    assert postgres_server.log().count("deadlock detected") == before + 1
    seen("deadlock ended by PostgreSQL (victim: the {victim}): the whole transaction again, once at the end", victim=victim)
    checked(station, printed=codes)


REFUSED_BY_THE_ENGINE = "could not serialize access"
PUSHERS, EACH = 6, 15


def test_row_43_an_engine_that_asks_to_try_again(postgres_server: PostgresServer, tmp_path: Path, seen) -> None:
    """Every transaction serializable, as CockroachDB has it and nothing else: who was overtaken gets 40001 and is run again, whole."""
    url = postgres_server.create_database()
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as admin:
        admin.execute(f"ALTER DATABASE \"{url.rpartition('/')[2]}\" SET default_transaction_isolation = 'serializable'")
    gateway = GatewayProcess(url, tmp_path, dossiers=5)
    before = postgres_server.log().count(REFUSED_BY_THE_ENGINE)
    counters = Counters(tmp_path, gateway)
    try:
        station = counters.take()
        by, told_to_wait = station.desk.staff.id, []
        with ExitStack() as stack:
            clients = []
            for _ in range(PUSHERS):
                clients.append(Counter(stack.enter_context(httpx.Client(base_url=gateway.url, timeout=60, trust_env=False))))
                clients[-1].enrol(gateway.enrol_code("H32.15"))
            batches = [[[encode_op(client.create(by=by)) for _ in range(3)] for _ in range(EACH)] for client in clients]
            results: list[str] = []

            def work(client: Counter, mine: list[list[bytes]]) -> None:
                for batch in mine:
                    while (reply := client.push_raw(batch)).status_code == 503:
                        told_to_wait.append(reply.headers["Retry-After"])
                    results.extend(result.s for result in client.ok(reply, PushReply).results)

            threads = [threading.Thread(target=work, args=pair) for pair in zip(clients, batches, strict=True)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        again = postgres_server.log().count(REFUSED_BY_THE_ENGINE) - before
        assert again > 0, "nobody was overtaken"
        assert results == ["applied"] * (PUSHERS * EACH * 3), "each once"
        found = check_all(gateway, [station], take_in(station, 2))
        seen(
            "every transaction serializable, {n} devices at one agency: {a} times 40001, run again ({w} batches told to wait); each op "
            "once, feed of {f} without a hole",
            n=PUSHERS, a=again, w=len(told_to_wait), f=found["feed"],
        )  # fmt: skip
        station.close()
    finally:
        gateway.stop()
