"""Several processes on one address: nothing is in one of them alone, and one that is killed costs nothing."""

from __future__ import annotations

import json
import signal
from concurrent.futures import ThreadPoolExecutor

import httpx
import psutil
import pytest

from central_gateway.cli import main
from onestop.codec import encode_op
from onestop.wire import PushReply
from tests.gateway.counter import Counter
from tests.gateway.test_process import Process, command, prepared  # noqa: F401 - a fixture

EACH = 30


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_worker_is_killed_while_four_counters_push(prepared, database_url, tmp_path, capsys) -> None:  # noqa: F811
    first_code, person = prepared
    agency = "H32.15"
    with Process(database_url, tmp_path, "--workers", "2", "--blobs", str(tmp_path / "blobs")) as serve:
        url = f"http://127.0.0.1:{serve.port}"
        counters = []
        for code in [first_code, *(enrol_code(capsys, agency) for _ in range(3))]:
            counter = Counter(httpx.Client(base_url=url, timeout=30, trust_env=False))
            counter.enrol(code)
            counters.append(counter)
        workers = [child for child in psutil.Process(serve.process.pid).children() if "spawn_main" in " ".join(child.cmdline())]
        assert len(workers) == 2

        def work(counter: Counter) -> list[str]:
            made = [counter.create(by=person) for _ in range(EACH)]
            for place, op in enumerate(made):
                if counter is counters[0] and place == EACH // 3:
                    workers[0].kill()
                deliver(counter, encode_op(op))
            return [op.op for op in made]

        with ThreadPoolExecutor(4) as pool:
            sent = [op for ops in pool.map(work, counters) for op in ops]
        feed = counters[1].pull()
        assert sorted(item.op for item in feed if item.kind == "dossier") == sorted(sent), "each once, none missing"
        assert all(len(counter.pull()) == len(feed) for counter in counters)
        assert deliver(counters[0], encode_op(counters[0].create(by=person))) == "applied", "another worker took its place"
        assert serve.stop(signal.SIGTERM) == 0
        assert not any(worker.is_running() for worker in workers)
        for counter in counters:
            counter.http.close()


def deliver(counter: Counter, raw: bytes) -> str:
    """Send until there is an answer; what was on its way when the worker died has none."""
    for _ in range(20):
        try:
            reply = counter.push_raw([raw])
        except httpx.TransportError:
            continue
        if reply.status_code in (429, 503):
            continue
        (result,) = counter.ok(reply, PushReply).results
        return result.s
    raise AssertionError("never answered")


def enrol_code(capsys, agency: str) -> str:
    return json.loads(command(capsys, "enrol", "--unit", agency)[1])["code"]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_sqlite_has_one_process(database_url, capsys) -> None:
    assert main(["serve", "--database", database_url, "--port", "0", "--workers", "2"]) == 1
    assert "workers-need-postgresql" in capsys.readouterr().err
