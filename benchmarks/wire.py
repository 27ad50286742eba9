"""Synchronisation over HTTP on the loopback, between the real counter (encrypted store, every rule) and the real gateway (SQLite, every
rule), as a person waits for it: a first pull, a backlog after an outage. Baselines of the same run: PouchDB ⇄ express-pouchdb on
the same documents, and a rule-free pair (an HTTP loop that keeps bytes). The counter runs in a process of its own."""

from __future__ import annotations

import multiprocessing
import os
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any
from urllib.parse import urlsplit

import msgspec
import psutil
import zstandard
from sqlalchemy import select

from benchmarks import pouch
from benchmarks.link import line
from benchmarks.material import AGENCY, dossiers
from benchmarks.province import ROOT, creations, load, prepare, received, serving
from benchmarks.report import Row
from central_gateway.services.catalogue import Cache
from central_gateway.settings import Settings
from central_gateway.state import open_gateway
from central_gateway.tables import staff
from onestop.codec import decode, encode
from onestop.model import Dossier
from onestop.wire import MEDIA_TYPE, PullReply, PushRequest

BATCH = 100


def run(quick: bool = False) -> list[Row]:
    """Rates, seconds, bytes."""
    count, backlog, compared = (10_000, 1_000, 2_000) if quick else (100_000, 10_000, 20_000)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.environ.update({"COUNTER_APP_WITNESS_DIR": str(folder / "witness"), "COUNTER_APP_PIN": "246813",
                           "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring"})
        database = f"sqlite:///{folder}/gateway.db"
        code = prepare(database)
        documents = [encode(d) for d in dossiers(compared)]
        other = pouch.measure(folder, documents, BATCH)
        with serving(database, folder) as url:
            with _process() as counter:  # one for both, as PouchDB's client: when the clock starts, the libraries are there
                counter.submit(_enrol, str(folder), url, code).result(600)
                load(database, dossiers(count))
                pulled = counter.submit(_pull, str(folder), url).result(600)
            by, calendar = _desk_of(database)
            small, bare = _push_in_turn(folder, url, by, calendar)
            large = _child(_drain, str(folder), url, backlog, by)
            with line(urlsplit(url).port or 0, 1_000_000) as port:
                slow = _child(_drain, str(folder), f"http://127.0.0.1:{port}", backlog, by)
    raw, packed = _bytes(2_000)
    rows = [
        Row(f"first pull of {count:,} over HTTP, memory above idle", pulled["memory"] / 1e6, "MB", 150),
        Row("push of 1,000 ops in batches of 100, every rule, against a rule-free loop", small, "/s", 0.5, "higher", bare),
        Row(f"backlog of {backlog:,} ops on the loopback", large["seconds"], "s", 10),
        Row(f"backlog of {backlog:,} ops at 1 Mbit/s", slow["seconds"], "s", 60),
        Row("dossier on the wire, pulled, compressed", packed, "B", 600),
        Row("dossier on the wire, compressed against plain", packed, "B", 0.35, baseline=raw),
        Row("decode of a dossier (median)", _decode(), "µs", 20),
    ]
    if other is not None:
        rows[0:0] = [Row(f"first pull of {count:,} over HTTP, against PouchDB", pulled["rate"], "/s", 5, "higher", other.pull)]
        rows[3:3] = [Row("push of 1,000 ops in batches of 100, against PouchDB", small, "/s", 1, "higher", other.push)]
    return rows


def _process() -> ProcessPoolExecutor:
    return ProcessPoolExecutor(1, multiprocessing.get_context("spawn"))


def _child(work: Callable[..., Any], *words: Any) -> Any:
    with _process() as pool:
        return pool.submit(work, *words).result(600)


def _enrol(folder: str, url: str, code: str) -> None:
    from counter_app.services.setup import initialise

    initialise(Path(folder) / "profile", url=url, code=code).close()


def _open(folder: str, url: str) -> Any:
    from counter_app.runtime.interpreter import give_way_often, settle
    from counter_app.services.workstation import open_workstation

    station = open_workstation(Path(folder) / "profile")
    give_way_often()  # as the commands do (``cli.session``)
    settle()
    station.client.base_url = url
    return station


def _pull(folder: str, url: str) -> dict[str, float]:
    station = _open(folder, url)
    try:
        own = psutil.Process()
        idle, most, over = own.memory_info().rss, [0], threading.Event()

        def watch() -> None:
            while not over.wait(0.02):
                most[0] = max(most[0], own.memory_info().rss)

        watcher = threading.Thread(target=watch)
        watcher.start()
        start = perf_counter()
        report = station.engine.run_once()
        spent = perf_counter() - start
        over.set()
        watcher.join()
        assert report.ok, report.problems
        return {"rate": report.pulled / spent, "memory": most[0] - idle}
    finally:
        station.close()


def _save(station: Any, count: int, by: str) -> None:
    """Receptions saved while the line was down."""
    from onestop.ops import Create

    seed = int(time.time() * 1000) % 1_000_000
    with station.store.write() as unit:
        for dossier in received(count, station.desk.calendar, seed):
            entity = f"{seed}-{dossier.id[6:]}"
            unit.submit(Create(dossier=replace(dossier, id=entity, code=f"{dossier.code}-{seed}")), entity=entity, by=by,
                        at=dossier.received_at)


def _push(folder: str, url: str, count: int, by: str) -> dict[str, float]:
    """Sending alone, as the rule-free loop and PouchDB do it."""
    from counter_app.sync.push import Pusher
    from onestop.feed import format_positions

    station = _open(folder, url)
    try:
        station.engine.run_once()
        _save(station, count, by)
        with station.store.read() as reader:
            station.client.positions = format_positions(reader.hi())
        start = perf_counter()
        sent = sum(len(pushed.results) for pushed in Pusher(station.store, station.client).batches(station.desk.agency))
        assert sent == count
        return {"rate": count / (perf_counter() - start)}
    finally:
        station.close()


def _drain(folder: str, url: str, count: int, by: str) -> dict[str, float]:
    """The whole way after an outage: everything sent, and taken back as states of the centre."""
    station = _open(folder, url)
    try:
        _save(station, count, by)
        start = perf_counter()
        while True:
            report = station.engine.run_once()
            assert report.ok, (report.link, report.problems)
            with station.store.read() as reader:
                if not reader.outbox_summary().waiting:
                    break
        spent = perf_counter() - start
        return {"seconds": spent}
    finally:
        station.close()


def _desk_of(database: str) -> tuple[str, Any]:
    gateway = open_gateway(Settings(database=database))
    try:
        with gateway.database.read() as conn:
            return conn.execute(select(staff.c.id).where(staff.c.username == "lan.nt")).scalar_one(), Cache().known(conn).calendar
    finally:
        gateway.close()


def _push_in_turn(folder: Path, url: str, by: str, calendar: Any) -> tuple[float, float]:
    """Ops a second with every rule and without any: five rounds in turn, the median of each, since 1,000 ops are over in a moment."""
    ours, bare = [], []
    for turn in range(5):
        ours.append(_child(_push, str(folder), url, 1_000, by)["rate"])
        place = folder / f"bare-{turn}"
        place.mkdir()
        bare.append(_bare_push(place, [raw for _, raw in creations(1_000, 1, by, calendar, seed=11 + turn)]))
    return median(ours), median(bare)


def _bare_push(folder: Path, ops: Sequence[bytes]) -> float:
    """Ops a second from a plain SQLite queue to a gateway that keeps bytes, one acknowledged batch after the other."""
    import requests

    server = subprocess.Popen([sys.executable, "-m", "benchmarks.bare_gateway", str(folder / "bare.db")], stdout=subprocess.PIPE, cwd=ROOT)
    try:
        assert server.stdout is not None
        url = f"http://127.0.0.1:{int(server.stdout.readline())}/v1/push"
        db = sqlite3.connect(folder / "queue.db", isolation_level=None)
        db.executescript("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; "
                         "CREATE TABLE op (n INTEGER PRIMARY KEY, body BLOB, sent INT)")
        db.execute("BEGIN")
        db.executemany("INSERT INTO op (body, sent) VALUES (?, 0)", [(raw,) for raw in ops])
        db.execute("COMMIT")
        with requests.Session() as session:
            start = perf_counter()
            while rows := db.execute("SELECT n, body FROM op WHERE sent = 0 ORDER BY n LIMIT ?", (BATCH,)).fetchall():
                body = msgspec.json.encode(PushRequest(batch="b", device=1, inc="i", part=AGENCY, ops=[msgspec.Raw(r[1]) for r in rows]))
                body = zstandard.ZstdCompressor(level=1).compress(body)
                reply = session.post(url, data=body, headers={"Content-Type": MEDIA_TYPE, "Content-Encoding": "zstd"}, timeout=30)
                assert len(reply.json()["results"]) == len(rows)
                db.execute("BEGIN IMMEDIATE")
                db.executemany("UPDATE op SET sent = 1 WHERE n = ?", [(r[0],) for r in rows])
                db.execute("COMMIT")
            spent = perf_counter() - start
        db.close()
    finally:
        server.terminate()
        server.wait()
        if server.stdout is not None:
            server.stdout.close()
    return len(ops) / spent


def _bytes(count: int) -> tuple[float, float]:
    """Bytes a dossier in pages of 500, plain and with zstd level 1 as the gateway sends them."""
    from benchmarks.material import pages

    plain = packed = 0
    for items, position in pages(count):
        reply = PullReply(part=AGENCY, items=items, next=f"{position.seq}:{position.chain}", more=True, head=position.seq)
        page = msgspec.json.encode(reply)
        plain += len(page)
        packed += len(zstandard.ZstdCompressor(level=1).compress(page))
    return plain / count, packed / count


def _decode() -> float:
    """Microseconds from JSON to the dossier that screens and rules work with."""
    raws = [encode(d) for d in dossiers(500)]
    spent = []
    for _ in range(15):
        start = perf_counter()
        for raw in raws:
            decode(Dossier, raw)
        spent.append((perf_counter() - start) / len(raws))
    return sorted(spent)[len(spent) // 2] * 1e6

