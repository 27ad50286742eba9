"""Row 41: everybody comes back at the same moment."""

from __future__ import annotations

import statistics
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack

import httpx

from central_gateway.services import enrol
from counter_app.services.workstation import Workstation
from onestop.codec import encode_op
from onestop.wire import PushReply
from tests.faults.checker import ask, cycle
from tests.gateway.counter import Counter

PER_COUNTER = 5


def test_row_41_counters_reconnect_all_at_once(counter: Callable[..., Workstation], gateway_up, checked, seen, full: bool) -> None:
    """Real requests of many devices against one gateway process. What it refuses carries the moment to come back, and is kept to.
    (The ratios for 2,000 counters are measured by the benchmark of the reconnection.)"""
    watcher = counter()
    cycle(gateway_up, watcher, ok=True)
    crowd = 600 if full else 120
    with gateway_up._opened() as opened:
        codes = [opened.database.retrying(lambda conn: enrol.new_code(conn, "H32.15", opened.settings)) for _ in range(crowd)]
    by = watcher.desk.staff.id
    refused, unasked, done = [], [], []
    with ExitStack() as stack:
        clients = []
        for code in codes:
            client = Counter(stack.enter_context(httpx.Client(base_url=gateway_up.url, timeout=60, trust_env=False, verify=False)))
            client.enrol(code)
            clients.append(client)
        batches = [[encode_op(client.create(by=by)) for _ in range(PER_COUNTER)] for client in clients]
        start = threading.Barrier(crowd + 1)

        def come_back(client: Counter, batch: list[bytes]) -> None:
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
                time.sleep(min(float(asked or 1), 30))
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
        "{n} counters at once, {ops} ops: all done, {refused} refusals each with a moment to come back; slowest {ratio:.1f} × median",
        n=crowd,
        ops=crowd * PER_COUNTER,
        refused=len(refused),
        ratio=max(done) / statistics.median(done),
    )
    checked(watcher)
