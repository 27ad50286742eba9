"""Rows 6 and 7: the gateway's process (and its PostgreSQL) die in the middle of pushes."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest

from counter_app.services.receive import receive
from counter_app.services.workstation import Workstation
from onestop.codec import encode_op
from onestop.wire import PushReply
from tests.faults.checker import ask, assert_c4, check_all, cycle
from tests.faults.conftest import Counters
from tests.faults.hand import a_form
from tests.gateway.counter import Counter
from tests.servers.gateway import GatewayProcess
from tests.servers.postgres import PostgresServer

STEPS = ("claim", "entities", "head", "feed", "before-commit", "after-commit")


@pytest.mark.parametrize("step", STEPS)
def test_row_06_gateway_killed_at_a_step_of_a_push(
    gateway_up: GatewayProcess, counter: Callable[..., Workstation], checked, seen, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    station = counter()
    cycle(gateway_up, station, ok=True)
    codes = [receive(station.desk, a_form())[0].dossier.code for _ in range(3)]
    before = ask(gateway_up, "SELECT count(*) FROM op")[0][0]
    gateway_up.stop()
    with monkeypatch.context() as patch:
        patch.setenv("CENTRAL_GATEWAY_FAILPOINT", step)
        gateway_up.start()
    cycle(gateway_up, station, ok=False)
    assert gateway_up.process is not None and gateway_up.process.wait(10) == -signal.SIGKILL
    there = ask(gateway_up, "SELECT count(*) FROM op")[0][0] - before
    assert there == (3 if step == "after-commit" else 0), "a batch is there whole or not at all"
    gateway_up.stop()
    gateway_up.start()
    report = cycle(gateway_up, station, ok=True)
    assert report.pushed == 3
    assert ask(gateway_up, "SELECT count(*) FROM op")[0][0] - before == 3
    seen("killed at “{step}”: {there} of 3 ops there, after the resend 3", step=step, there=there)
    checked(station, printed=codes)


def test_row_06_postgresql_stopped_at_once_under_a_push(durable_postgres: PostgresServer, tmp_path: Path, seen) -> None:
    gateway = GatewayProcess(durable_postgres.create_database(), tmp_path, dossiers=5)
    counters = Counters(tmp_path, gateway)
    try:
        station = counters.take()
        codes = [receive(station.desk, a_form())[0].dossier.code for _ in range(40)]
        dead = threading.Event()

        def die() -> None:
            durable_postgres.stop(crash=True)
            dead.set()

        lost = threading.Thread(target=die)
        lost.start()
        links = {station.engine.run_once().link.key for _ in range(3)}
        lost.join()
        assert dead.is_set()
        station.engine.run_once()
        durable_postgres.start()
        found = check_all(gateway, [station], codes)
        seen(
            "PostgreSQL stopped at once under the push (links {links}): {codes} codes there after its recovery, C1–C7 hold",
            links="/".join(sorted(links)),
            codes=len(codes),
        )
        assert found["feed"] >= 40
        station.close()
    finally:
        gateway.stop()


def test_row_07_gateway_killed_while_sixteen_counters_push(
    gateway_up: GatewayProcess, counter: Callable[..., Workstation], checked, seen
) -> None:
    watcher = counter()
    held_lanes = ask(gateway_up, "SELECT id, agency, lane FROM lease ORDER BY id")
    acknowledged: list[str] = []
    enough = threading.Event()
    with ExitStack() as stack:
        clients = []
        for _ in range(16):
            http = stack.enter_context(httpx.Client(base_url=gateway_up.url, timeout=20, trust_env=False))
            client = Counter(http)
            client.enrol(gateway_up.enrol_code("H32.15"))
            clients.append(client)
        by = watcher.desk.staff.id
        batches = [[[encode_op(client.create(by=by)) for _ in range(5)] for _ in range(30)] for client in clients]

        def work(client: Counter, mine: list[list[bytes]]) -> None:
            for batch in mine:
                try:
                    reply = client.ok(client.push_raw(batch), PushReply)
                except httpx.TransportError:
                    return
                acknowledged.extend(result.op for result in reply.results)
                if len(acknowledged) > 200:
                    enough.set()

        threads = [threading.Thread(target=work, args=pair) for pair in zip(clients, batches, strict=True)]
        for thread in threads:
            thread.start()
        assert enough.wait(60)
        gateway_up.stop(signal.SIGKILL)
        for thread in threads:
            thread.join()
        assert_c4(gateway_up, "H32.15")
        there = {op for (op,) in ask(gateway_up, "SELECT op_id FROM op")}
        assert set(acknowledged) <= there, "acknowledged and lost"
        assert ask(gateway_up, "SELECT id, agency, lane FROM lease ORDER BY id") == held_lanes
        gateway_up.start()
        twice = 0
        for client, mine in zip(clients, batches, strict=True):
            for batch in mine:
                results = client.push(*batch)
                assert len({r.s for r in results}) == 1, "a batch was there in part"
                twice += results[0].s == "duplicate"
    seen("{n} ops acknowledged before the kill, all there; {d} of 480 batches were duplicates at the resend", n=len(acknowledged), d=twice)
    assert ask(gateway_up, "SELECT id FROM feed WHERE version = 1 GROUP BY id, version HAVING count(*) > 1") == []
    checked(watcher)
