"""Row 41: everybody comes back at the same moment."""

from __future__ import annotations

import random
import ssl
import statistics
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack

import httpx
import pytest

from benchmarks.herd import simulate
from central_gateway.services import enrol
from counter_app.services.workstation import Workstation
from counter_app.sync.backoff import Backoff
from onestop.codec import encode_op
from onestop.wire import PushReply
from tests.faults.checker import ask, cycle
from tests.gateway.counter import Counter

PER_COUNTER = 5


@pytest.mark.parametrize("batches", [2, 10])
def test_row_41_two_thousand_in_virtual_time(seen, full: bool, batches: int) -> None:
    """The counters' own waits and the gateway's own admission, one core (``benchmarks/herd.py``), seed after seed. A counter starves
    when it is through long after half of them were."""
    worst, slowest, seeds = 0.0, 0.0, 100 if full else 5
    for seed in range(seeds):
        found = simulate(2000, batches, random.Random(seed))
        worst, slowest = max(worst, found.last / found.ideal), max(slowest, found.slowest)
        assert found.last <= 1.2 * found.ideal, seed
        assert found.slowest <= 2.0, seed
        assert found.refused <= 0.51, seed
        assert found.first99 <= 1.1 * found.ideal, seed
    seen(
        "2,000 × {b} in virtual time, {n} seeds: the last one at most {w:.2f} × ideal, no counter above {s:.2f} × median",
        b=batches, n=seeds, w=worst, s=slowest,
    )  # fmt: skip


def test_row_41_counters_reconnect_all_at_once(counter: Callable[..., Workstation], gateway_up, checked, seen, full: bool) -> None:
    """Real requests of many devices against one gateway process. What it refuses carries the moment to come back, and is kept to.
    A counter waits as the product does; here all knock in the same second, so nothing is spread, and the wall clock of a shared machine
    is told, not judged: the ratios are those of the test above."""
    watcher = counter()
    cycle(gateway_up, watcher, ok=True)
    crowd = 2000 if full else 120
    with gateway_up._opened() as opened:
        codes = [opened.database.retrying(lambda conn: enrol.new_code(conn, "H32.15", opened.settings)) for _ in range(crowd)]
    by = watcher.desk.staff.id
    refused, unasked, done = [], [], []
    tls = ssl.create_default_context()  # one for all: the line is plain
    with ExitStack() as stack:
        clients = []
        for code in codes:
            client = Counter(stack.enter_context(httpx.Client(base_url=gateway_up.url, timeout=120, trust_env=False, verify=tls)))
            client.enrol(code)
            clients.append(client)
        batches = [[encode_op(client.create(by=by)) for _ in range(PER_COUNTER)] for client in clients]
        start = threading.Barrier(crowd + 1)

        def come_back(client: Counter, batch: list[bytes]) -> None:
            backoff = Backoff(random.Random(client.device))
            start.wait()
            began = time.monotonic()
            while True:
                reply = client.push_raw(batch)
                if reply.status_code == 200:
                    break
                assert reply.status_code in (429, 503), reply.text
                refused.append(reply.status_code)
                asked = reply.headers.get("Retry-After")
                if asked is None:
                    unasked.append(reply.text)
                time.sleep(backoff.failed(float(asked or 1)))
            results = client.ok(reply, PushReply).results
            assert len(results) == PER_COUNTER
            done.append(time.monotonic() - began)

        threads = [threading.Thread(target=come_back, args=pair) for pair in zip(clients, batches, strict=True)]
        for thread in threads:
            thread.start()
        start.wait()
        for thread in threads:
            thread.join()
    assert len(done) == crowd, "somebody was left behind"
    assert not unasked, "a refusal without a moment to come back"
    ids = [op for (op,) in ask(gateway_up, "SELECT op_id FROM op WHERE device > :d", d=watcher.desk.device)]
    assert len(ids) == len(set(ids)) == crowd * PER_COUNTER
    seen(
        "{n} real counters at once, {ops} ops: all done in {took:.0f} s, {refused} refusals each with a moment to come back; slowest "
        "{ratio:.1f} × median",
        n=crowd,
        ops=crowd * PER_COUNTER,
        refused=len(refused),
        took=max(done),
        ratio=max(done) / statistics.median(done),
    )
    checked(watcher)
