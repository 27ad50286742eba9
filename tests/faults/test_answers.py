"""Rows 20 and 22–24: what the gateway refuses, and how long it asks to wait."""

from __future__ import annotations

import random
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import msgspec
import pytest

from counter_app.services import lifecycle, stuck
from counter_app.services.workstation import Workstation
from counter_app.sync.backoff import Breaker
from counter_app.sync.link_state import LinkState
from onestop.wire import PROBLEM_BASE, PROBLEM_TYPE, Problem
from tests.faults import proxy as faults
from tests.faults.checker import ask, cycle, drain
from tests.faults.moves import ops, take_in, waiting
from tests.faults.proxy import Exchange, Fault, FaultProxy, with_body, with_header
from tests.faults.tracing import ROOT


def refusal(status: int, code: str, **headers: str) -> Fault:
    """A problem document as our gateway writes them."""

    def fault(exchange: Exchange) -> None:
        problem = Problem(type=PROBLEM_BASE + code, title="x", status=status, detail="Câu cho cán bộ.", code=code)
        head = f"HTTP/1.1 {status} x\r\nContent-Type: {PROBLEM_TYPE}\r\nRequest-Id: {faults.header(exchange.request, 'Request-Id')}\r\n\r\n"
        reply = with_body(head.encode(), msgspec.json.encode(problem))
        for name, value in headers.items():
            reply = with_header(reply, name.replace("_", "-"), value)
        exchange.send(reply)

    return fault


def command(gateway, *words: str) -> None:
    subprocess.run(
        [sys.executable, "-m", "central_gateway.cli", *words, "--database", gateway.database], check=True, cwd=ROOT, capture_output=True
    )


def test_row_20_a_device_shut_out(counter, gateway_up, checked, seen) -> None:
    station = counter()
    cycle(gateway_up, station, ok=True)
    codes = take_in(station, 3)
    before = ops(gateway_up)
    command(gateway_up, "device", "fence", str(station.desk.device))
    try:
        report = cycle(gateway_up, station)
        assert report.link is LinkState.FENCED
        assert (ops(gateway_up), waiting(station)) == (before, 3)
        codes += take_in(station)  # reception goes on
        with station.store.read() as reader:
            assert all(reader.op_bytes(item.op) for item in reader.outbox()), "the bytes are there to be exported"
    finally:
        command(gateway_up, "device", "unfence", str(station.desk.device))
    seen("shut out: nothing sent, {n} ops kept, the desk goes on; let in again everything went", n=4)
    checked(station, printed=codes)


def test_row_20_the_queue_of_a_shut_out_device_goes_by_another(counter, gateway_up, checked, seen, tmp_path: Path) -> None:
    station, other = counter(), counter()
    drain(gateway_up, station, other)
    codes = take_in(station, 3)
    command(gateway_up, "device", "fence", str(station.desk.device))
    try:
        cycle(gateway_up, station)
        assert stuck.export_stuck(station.desk, tmp_path / "stuck.jwt", ()).count == 3
        assert stuck.import_stuck(other.desk, tmp_path / "stuck.jwt") == (3, 3)
        drain(gateway_up, other)
        held = {code for (code,) in ask(gateway_up, "SELECT code FROM entity WHERE code IS NOT NULL")}
        assert set(codes) <= held
    finally:
        command(gateway_up, "device", "unfence", str(station.desk.device))
    seen("its 3 ops went by a signed file through another machine; sent again by itself later: duplicates")
    checked(station, other, printed=codes)


def test_row_20_a_user_locked_while_the_counter_was_offline(counter, gateway_up, checked, seen) -> None:
    station = counter()
    cycle(gateway_up, station, ok=True)
    with station.store.read() as reader:
        other = next(p.row for p in reader.staff_list() if p.row.username == "hoa.nt")
    head, station.desk.staff = station.desk.staff, other
    gateway_up.lock("hoa.nt")
    time.sleep(1.1)  # stamps have whole seconds: what was done in the second of the lock was done before it
    codes = take_in(station)
    station.desk.staff = head
    checked(station, printed=codes)
    with station.store.read() as reader:
        entity = reader.dossier_by_code(codes[0]).id
        flagged = [r.code for r in reader.reviews() if r.entity == entity]
    assert flagged == ["staff-not-allowed"]
    command(gateway_up, "staff", "unlock", "--username", "hoa.nt")
    seen("user locked meanwhile: the op is accepted (the citizen has the receipt) and flagged for a person")


def test_row_22_a_batch_too_large_is_halved(counter, through, line: FaultProxy, gateway_up, checked, seen) -> None:
    station = through(counter())
    cycle(gateway_up, station, ok=True)
    codes = take_in(station, 40)
    sizes: list[int] = []

    def limited(exchange: Exchange) -> None:
        size = len(faults.body_of(exchange.request))
        sizes.append(size)
        (refusal(413, "body-too-large") if size > 20_000 else faults.pass_on)(exchange)

    line.rule("POST", "/v1/push", limited, times=1000)
    for _ in range(4):
        station.engine.run_once()
    assert waiting(station) == 0
    assert max(sizes) > 20_000 >= sizes[-1]
    seen("40 ops, limit 20 kB: sent in pieces of at most {n} bytes after 413", n=max(size for size in sizes if size <= 20_000))
    checked(station, printed=codes)


def test_row_22_one_op_too_large_is_put_aside(counter, through, line: FaultProxy, gateway_up, seen) -> None:
    station = through(counter())
    cycle(gateway_up, station, ok=True)
    small = take_in(station, 3)
    with station.store.read() as reader:
        entity = reader.dossier_by_code(small[1]).id
    lifecycle.ask_supplement(station.desk, entity, tuple(f"Giấy tờ số {n} " + "x" * 200 for n in range(60)), "thiếu")
    small += take_in(station, 3)

    def limited(exchange: Exchange) -> None:
        (refusal(413, "body-too-large") if len(faults.body_of(exchange.request)) > 14_000 else faults.pass_on)(exchange)

    line.rule("POST", "/v1/push", limited, times=1000)
    for _ in range(6):
        station.engine.run_once()
    with station.store.read() as reader:
        left = [(item.state, item.entity, bool(item.message)) for item in reader.outbox()]
    assert left == [("quarantined", entity, True)]
    seen("one op above the limit: put aside with its reason, 6 others sent")
    line.heal()
    with station.store.write() as unit:
        unit.release(next(item.op for item in unit.outbox()))
    drain(gateway_up, station)


WAITS = {
    "seconds": ("30", 30.0),
    "date": (timedelta(seconds=90), 60.0),
    "ten-years": (str(10 * 365 * 86400), 900.0),
    "a-date-in-ten-years": (timedelta(days=3650), 900.0),
    "missing": ("", 0.0),
    "nonsense": ("soon", 0.0),
}


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("kind", list(WAITS))
def test_row_23_retry_after(counter, through, line: FaultProxy, gateway_up, checked, seen, status: int, kind: str) -> None:
    station = through(counter())
    cycle(gateway_up, station, ok=True)
    codes = take_in(station)
    text, least = WAITS[kind]
    if isinstance(text, timedelta):
        text = format_datetime(datetime.now(UTC) + text, usegmt=True)
    line.rule("*", "/v1/hello", refusal(status, "busy", **({"Retry_After": text} if text else {})), times=1000)
    report = cycle(gateway_up, station, ok=False)
    wait = station.engine.breaker.failed(report.retry_after, at_most=station.engine.pause)
    try:
        assert least <= wait <= 900 * 1.2
        # The wait outlives the program.
        again = Breaker(station.store, station.store.clock, random.Random(1))
        assert 0 < again.wait() <= wait
        if least:
            assert again.asked and again.wait() > least - 5
    finally:
        station.engine.breaker.worked()
    assert waiting(station) == 1
    line.heal()
    seen(
        "{status} with Retry-After {kind}: waits {wait}",
        status=status,
        kind=kind,
        wait="at most 15 min + 20 %" if least == 900 else "what was asked" if least else "1–300 s of its own",
    )
    checked(station, printed=codes)


def test_row_23_the_thread_keeps_to_it(counter, through, line: FaultProxy, gateway_up, checked, seen) -> None:
    station = through(counter())
    cycle(gateway_up, station, ok=True)
    line.rule("*", "/v1/hello", refusal(503, "busy", Retry_After="3600"), times=1000)
    asked = line.count("GET", "/v1/hello")
    station.engine.pause = 0.02
    station.engine.start()
    passed = threading.Event()
    while line.count("GET", "/v1/hello") == asked:
        passed.wait(0.01)
    for _ in range(30):  # many pauses of its own
        station.engine.wake()
        passed.wait(0.02)
    assert line.count("GET", "/v1/hello") == asked + 1
    assert station.engine.stop(10)
    station.engine._stop.clear()
    station.engine.breaker.worked()
    line.heal()
    station.client.close()
    seen("asked to wait an hour, woken 30 times: not one more request")
    checked(station)


def test_row_24_an_op_the_gateway_falls_over(
    counter: Callable[..., Workstation], through, line: FaultProxy, gateway_up, checked, seen
) -> None:
    station = through(counter())
    cycle(gateway_up, station, ok=True)
    codes = take_in(station, 100)
    with station.store.read() as reader:
        victim = reader.outbox()[36]
    requests = searching = hiccups = 0

    def falls(exchange: Exchange) -> None:
        nonlocal requests, hiccups
        requests += 1
        broken = victim.op.encode() in faults.body_of(exchange.request)
        if broken:
            refusal(500, "internal-error")(exchange)
            return
        reply = exchange.forward()
        hiccups += not reply.startswith(b"HTTP/1.1 200")  # a disk that is slow just now: busy, and sent again
        exchange.send(reply)

    line.rule("POST", "/v1/push", falls, times=1000)
    tries = 0
    while waiting(station) and tries < 6:
        before = requests
        station.engine.run_once()
        tries += 1
        searching = max(searching, requests - before)
    with station.store.read() as reader:
        left = [(item.op, item.state) for item in reader.outbox(states=("new", "sent", "quarantined"))]
    assert left == [(victim.op, "quarantined")]
    assert hiccups or searching <= 1 + 8 + 1, "the batch that failed again, at most eight for the search, and what was behind it"
    assert hiccups or requests <= 2 + 8 + 1
    ((there,),) = ask(gateway_up, "SELECT count(*) FROM op WHERE op_id = :o", o=victim.op)
    assert there == 0
    seen("500 for one of 100, always: the batch that failed again, {n} requests of halving and what was behind; one put aside, 99 applied",
         n=searching - 2)
    line.heal()
    with station.store.write() as unit:
        unit.release(victim.op)
    checked(station, printed=codes)
