"""Save one dossier: number, dossier, outbox op, log line and witness, against a raw sqlite3 commit of the same bytes: the same five
rows, value by value (states and ops as their JSON, which we pack), in tables of the same primary keys (WAL, synchronous=FULL,
unencrypted, no other index, no search, no witness). Medians: one slow fsync of a shared disk says nothing. The second ratio shows what
the witness alone is owed: the raw commit plus one small file forced to the disk before it."""

from __future__ import annotations

import os
import sqlite3
import tempfile
from dataclasses import replace
from pathlib import Path
from statistics import median
from time import perf_counter

from benchmarks.material import NOW, a_store, dossiers
from benchmarks.report import Row, p95
from counter_app.store.packing import unpack
from onestop.ops import Create

#: What a save writes, and how to find the row again.
TABLES = {"dossier": "id", "outbox": "op_id", "audit": "entity", "code_issued": "code", "meta": "key"}
SYNC = getattr(os, "fdatasync", os.fsync)


def run(quick: bool = False) -> list[Row]:
    """Milliseconds a save; ours and the raw one take turns, so that both see the same disk."""
    count = 100 if quick else 600
    with tempfile.TemporaryDirectory() as folder:
        store = a_store(Path(folder))
        raw = sqlite3.connect(Path(folder) / "raw.db", isolation_level=None)
        raw.executescript("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;")
        with store.read() as reader:
            for table in TABLES:
                raw.execute(reader._one("SELECT sql FROM sqlite_master WHERE name = ?", table)[0])  # type: ignore[index]
        witness = os.open(Path(folder) / "raw-witness", os.O_RDWR | os.O_CREAT)
        os.write(witness, b" " * 4096)
        os.fsync(witness)
        ours, theirs, forced = [], [], []
        for dossier in dossiers(count):
            start = perf_counter()
            with store.write() as unit:
                issued = unit.issue_code(NOW)
                fresh = replace(dossier, code=issued.code, received_at=NOW, events=(), version=0)
                done = unit.submit(Create(dossier=fresh, lane=issued.lane), entity=fresh.id, by="u0042", at=NOW)
            ours.append((perf_counter() - start) * 1000)
            with store.read() as reader:
                key = (fresh.id, done.op.op, fresh.id, issued.code, "facts")
                found = [reader._one(f"SELECT * FROM {t} WHERE {w} = ?", k) for (t, w), k in zip(TABLES.items(), key, strict=True)]
            rows = [[unpack(value) if isinstance(value, bytes) else value for value in row or ()] for row in found]
            texts = [f"INSERT OR REPLACE INTO {t} VALUES ({', '.join('?' * len(r))})" for t, r in zip(TABLES, rows, strict=True)]
            start = perf_counter()
            raw.execute("BEGIN IMMEDIATE")
            for text, row in zip(texts, rows, strict=True):
                raw.execute(text, row)
            raw.execute("COMMIT")
            theirs.append((perf_counter() - start) * 1000)
            start = perf_counter()
            os.lseek(witness, 0, os.SEEK_SET)
            os.write(witness, issued.code.ljust(200).encode() if issued.code else b"")
            SYNC(witness)
            forced.append((perf_counter() - start) * 1000)
        os.close(witness)
        raw.close()
        store.close()
    return [
        Row("save a dossier (median)", median(ours), "ms", 3.0, baseline=median(theirs)),
        Row("save, against raw commit + one forced file", median(ours), "ms", 3.0, baseline=median(theirs) + median(forced)),
        Row("save a dossier (p95)", p95(ours), "ms", 100.0),
    ]
