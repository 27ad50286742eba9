"""Anything a gateway can answer leaves the counter's outbox intact: real replies of a real gateway, mutated on the line and wrapped
correctly again (digest, length, request id), one cycle each. Whatever came, the cycle ends without an error of ours, no op is lost or
taken for settled by an answer that does not say so, and the next cycle without the mutation goes through."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import zstandard

from counter_app.services import attachments
from counter_app.services.workstation import Workstation
from onestop.wire import content_digest
from tests.faults.proxy import Exchange, FaultProxy, body_of, with_body, with_header
from tests.servers.gateway import GatewayProcess
from tests.sync.test_push_trouble import take_in

Change = Callable[[bytes], bytes]
#: Replies of a cycle that has something of everything to do.
PLACES = {
    "token": ("POST", "/v1/token"),
    "hello": ("GET", "/v1/hello"),
    "push": ("POST", "/v1/push"),
    "pull": ("GET", "/v1/pull"),
    "blob": ("POST", "/v1/blobs"),
    "part": ("PATCH", "/v1/blobs"),
}
_VALUES = (None, -1, 10**30, "", "x\nX-Y: \u0000ế", [None], "999999999:" + "f" * 64)


@pytest.fixture(scope="module")
def gateway(gateway_home: Path) -> Iterator[GatewayProcess]:
    """The counter's side is what is tried: one database and a small province behind it are enough."""
    process = GatewayProcess(f"sqlite:///{gateway_home / 'gateway.db'}", gateway_home, dossiers=20)
    yield process
    process.stop()


def _whole(body: bytes) -> Iterator[tuple[str, bytes]]:
    """The whole document is something else."""
    deep = 100_000
    yield "empty", b""
    yield "null", b"null"
    yield "a list", b"[]"
    yield "an empty object", b"{}"
    yield "a word", b'"ok"'
    yield "deep lists", b"[" * deep + b"]" * deep
    yield "deep objects", b'{"a":' * deep + b"1" + b"}" * deep
    yield "deep under an unknown name", body.rstrip()[:-1] + b',"zz":' + b"[" * deep + b"]" * deep + b"}"
    yield "cut short", body[:-2]
    yield "no UTF-8", body.replace(b'"', b'"\xff\xfe', 3)
    yield "a byte order mark", b"\xef\xbb\xbf" + body
    yield "NaN", body.rstrip()[:-1] + b',"zz":NaN}'
    yield "two documents", body + body
    yield "a number without end", b'{"epoch":' + b"9" * 100_000 + b"}"


def _fields(body: bytes) -> Iterator[tuple[str, bytes]]:
    """Each field is left out, given twice, or of another kind; so are those of the first entry of each list."""
    whole = json.loads(body)
    for name, value in whole.items():
        rest = {key: kept for key, kept in whole.items() if key != name}
        yield f"without {name}", _json(rest)
        for other in _VALUES:
            yield f"{name} = {str(other)[:12]!r}", _json({**whole, name: other})
        yield f"{name} twice", body.rstrip()[:-1] + b"," + _json({name: None})[1:]
        if isinstance(value, list) and value and isinstance(value[0], dict):
            for inner in value[0]:
                for other in (None, 10**30, "0" * 32):
                    yield f"{name}.{inner} = {str(other)[:12]!r}", _json({**whole, name: [{**value[0], inner: other}, *value[1:]]})
            yield f"{name} answered twice", _json({**whole, name: value + value})
            yield f"{name} turned round", _json({**whole, name: value[::-1]})
            yield f"{name} without the first", _json({**whole, name: value[1:]})


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")


class _Line:
    """Keeps a real reply, and gives another in its place."""

    def __init__(self, proxy: FaultProxy) -> None:
        self.proxy = proxy

    def cycle(self, station: Workstation, place: str, change: Change | None, coding: str = "") -> bytes:
        """One cycle with the first reply at ``place`` changed; returns the real one."""
        real: list[bytes] = []

        def fault(exchange: Exchange) -> None:
            reply = exchange.forward()
            body = body_of(reply)
            real.append(body)
            if change is None:
                exchange.send(reply)
            elif coding:
                packed = change(body)
                message = with_header(with_body(reply, packed), "Content-Encoding", coding)
                exchange.send(with_header(message, "Content-Digest", content_digest(packed)))
            else:
                exchange.send(with_body(reply, change(body)))
            exchange.close()

        self.proxy.rules.clear()
        self.proxy.rule(*PLACES[place], fault)
        if place == "token":
            station.client._access = ("", 0.0)
        with station.store.write() as unit:
            unit.end_waits()
        station.engine.run_once()  # raises nothing
        self.proxy.rules.clear()
        assert real, f"no reply at {place}"
        return real[0]


@pytest.fixture
def station(gateway, counter) -> Iterator[Workstation]:
    made = counter()
    proxy = FaultProxy(gateway.port)
    made.client.base_url = proxy.url
    made.line = _Line(proxy)  # type: ignore[attr-defined]
    yield made
    proxy.close()


def _something_to_do(station: Workstation, place: str, scan) -> list[str]:
    """An op or two that must not be lost, and for the replies about files a file; returns the ops."""
    station.engine.run_once()
    with station.store.read() as reader:
        before = {item.op for item in reader.outbox()}
    one = take_in(station)
    if place in ("blob", "part"):
        scan.write_bytes(one.id.encode() * 40)
        attachments.attach(station.desk, one.id, [scan])
    with station.store.read() as reader:
        return [item.op for item in reader.outbox() if item.op not in before]


def _held(station: Workstation) -> dict[str, tuple[str, bytes]]:
    with station.store.read() as reader:
        states = ("new", "sent", "review", "quarantined", "acked")
        return {item.op: (item.state, reader.op_bytes(item.op)) for item in reader.outbox(states=states)}


def _left(station: Workstation, ops: list[str]) -> list[str]:
    return [state for op, (state, _) in _held(station).items() if op in ops and state not in ("acked", "review")]


def _try(station: Workstation, place: str, cases: list[tuple[str, Change]], scan, coding: str = "") -> None:
    faults = []
    for name, change in cases:
        ops = _something_to_do(station, place, scan)
        before = {op: raw for op, (_, raw) in _held(station).items() if op in ops}
        try:
            station.line.cycle(station, place, change, coding)  # type: ignore[attr-defined]
            with station.store.write() as unit:
                unit.end_waits()
            after = _held(station)
            if {op: raw for op, (_, raw) in after.items() if op in ops} != before:
                faults.append((name, "ops lost or changed"))
            for _ in range(4):
                if station.engine.last.ok and not _left(station, ops):
                    break
                with station.store.write() as unit:
                    unit.end_waits()
                    for item in unit.outbox(states=("quarantined",)):
                        unit.release(item.op)
                station.engine.run_once()
            left = _left(station, ops)
            if left or not station.engine.last.ok:
                faults.append((name, f"not through afterwards: {left} {station.engine.last.problems}"))
        except Exception as error:
            faults.append((name, f"{type(error).__name__}: {error}"[:200]))
    assert faults == []


@pytest.mark.parametrize("place", PLACES)
def test_the_reply_or_a_field_of_it_is_something_else(station, place: str, tmp_path) -> None:
    scan = tmp_path / "x.pdf"
    _something_to_do(station, place, scan)
    real = station.line.cycle(station, place, None)
    cases: list[tuple[str, Change]] = [(name, lambda body, name=name: dict(_whole(body))[name]) for name, _ in _whole(real)]
    cases += [(name, lambda body, name=name: dict(_fields(body)).get(name, body)) for name, _ in _fields(real)]
    _try(station, place, cases, scan)
    report = station.engine.run_once(verify=True)
    # An item that is false in itself is taken for what it says: the sum of both sides finds it, a fresh snapshot mends it.
    assert report.equal is True, "nothing of it stayed in the copies"


@pytest.mark.parametrize("coding", ["gzip", "zstd"])
def test_a_reply_that_unpacks_to_more_than_memory_bears(station, coding: str, tmp_path) -> None:
    """1 GiB of blanks before the document: refused when 64 MiB of it came out."""
    pack = gzip.compress if coding == "gzip" else zstandard.ZstdCompressor().compress
    blanks = b" " * (1 << 20)
    bomb = b"".join(pack(blanks) for _ in range(1024)) if coding == "gzip" else pack(b" " * (128 << 20))
    _try(station, "hello", [("a bomb", lambda body: bomb), ("torn", lambda body: pack(body)[:-9]),
                            ("not packed", lambda body: body)], tmp_path / "x.pdf", coding)


def test_more_than_the_limit_plain(station, tmp_path) -> None:
    _try(station, "push", [("65 MiB", lambda body: b" " * (65 << 20) + body)], tmp_path / "x.pdf")
