"""Save one dossier: number, dossier, search words, outbox op, log line and witness, against a raw sqlite3 commit of the same bytes
(dossier, op, log line and number as rows of four bare tables; WAL, synchronous=FULL, unencrypted). Medians: one slow fsync of
a shared disk says nothing."""

from __future__ import annotations

import sqlite3
import tempfile
from dataclasses import replace
from pathlib import Path
from statistics import median
from time import perf_counter

from benchmarks.material import NOW, a_store, dossiers
from benchmarks.report import Row, p95
from onestop.codec import encode
from onestop.ops import Create


def run(quick: bool = False) -> list[Row]:
    """Milliseconds a save; ours and the raw one take turns, so that both see the same disk."""
    count = 100 if quick else 600
    with tempfile.TemporaryDirectory() as folder:
        store = a_store(Path(folder))
        raw = sqlite3.connect(Path(folder) / "raw.db", isolation_level=None)
        raw.executescript(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE dossier (id TEXT PRIMARY KEY, body BLOB); "
            "CREATE TABLE outbox (id TEXT PRIMARY KEY, body BLOB); CREATE TABLE log (n INTEGER PRIMARY KEY, body TEXT); "
            "CREATE TABLE number (code TEXT PRIMARY KEY, entity TEXT)"
        )
        ours, theirs = [], []
        for dossier in dossiers(count):
            start = perf_counter()
            with store.write() as unit:
                issued = unit.issue_code(NOW)
                fresh = replace(dossier, code=issued.code, received_at=NOW, events=(), version=0)
                done = unit.submit(Create(dossier=fresh, lane=issued.lane), entity=fresh.id, by="u0042", at=NOW)
            ours.append((perf_counter() - start) * 1000)
            with store.read() as reader:
                op = reader.op_bytes(done.op.op)
                line = str(reader.audit_tail(1)[0])
            body = encode(done.state)
            start = perf_counter()
            raw.execute("BEGIN IMMEDIATE")
            raw.execute("INSERT INTO dossier VALUES (?, ?)", (dossier.id, body))
            raw.execute("INSERT INTO outbox VALUES (?, ?)", (done.op.op, op))
            raw.execute("INSERT INTO log (body) VALUES (?)", (line,))
            raw.execute("INSERT INTO number VALUES (?, ?)", (issued.code, dossier.id))
            raw.execute("COMMIT")
            theirs.append((perf_counter() - start) * 1000)
        raw.close()
        store.close()
    return [
        Row("save a dossier (median)", median(ours), "ms", 3.0, baseline=median(theirs)),
        Row("save a dossier (p95)", p95(ours), "ms", 100.0),
    ]
