"""Pull of 100,000 dossiers: our store (encrypted, search upkeep, blind indexes, cursor in the transaction) against a raw sqlite3
client that does the least anyone would and does that well: unencrypted, one transaction a page, bytes kept as they came, only
the indexed fields decoded (msgspec), bulk statements, a search index."""

from __future__ import annotations

import re
import sqlite3
import tempfile
import unicodedata
from pathlib import Path
from time import perf_counter

import msgspec
import psutil

from benchmarks.material import AGENCY, a_store, pages
from benchmarks.report import Row


def run(quick: bool = False) -> list[Row]:
    """Dossiers a second, and how much memory it takes."""
    count = 10_000 if quick else 100_000
    with tempfile.TemporaryDirectory() as folder:
        raw = _raw(Path(folder), count)
        store = a_store(Path(folder))
        before = psutil.Process().memory_info().rss
        spent, peak = 0.0, 0
        for items, position in pages(count):
            start = perf_counter()
            with store.write() as unit:
                unit.apply_page(AGENCY, items, position)
            spent += perf_counter() - start
            peak = max(peak, psutil.Process().memory_info().rss)
        with store.read() as reader:
            assert reader.count("dossier") == count
        store.close()
    return [
        Row(f"pull of {count:,} dossiers", count / spent, "/s", 0.6, "higher", raw),
        Row("memory added by the pull", (peak - before) / 1e6, "MB", 150),
    ]


class _Owner(msgspec.Struct):
    name: str


class _Dossier(msgspec.Struct):
    code: str
    status: int
    received_at: str
    due_at: str
    owner: _Owner
    procedure_name: str


def _raw(folder: Path, count: int) -> float:
    db = sqlite3.connect(folder / "raw.db", isolation_level=None)
    db.executescript("""PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
        CREATE TABLE dossier (id TEXT PRIMARY KEY, v INTEGER, code TEXT, status INTEGER, received_at TEXT, due_at TEXT, owner TEXT,
            data BLOB);
        CREATE INDEX by_code ON dossier (code); CREATE INDEX by_status ON dossier (status, due_at);
        CREATE INDEX by_received ON dossier (received_at);
        CREATE VIRTUAL TABLE fts USING fts5(words, content='', prefix='2 3'); CREATE TABLE cursor (part TEXT PRIMARY KEY, seq INTEGER)""")
    decoder = msgspec.json.Decoder(_Dossier)
    spent, n = 0.0, 0
    for items, position in pages(count):
        start = perf_counter()
        rows, words = [], []
        for item in items:
            d = decoder.decode(item.data)
            n += 1
            rows.append((item.id, item.v, d.code, d.status, d.received_at, d.due_at, d.owner.name, bytes(item.data)))
            words.append((n, _fold(f"{d.owner.name} {d.procedure_name} {d.code}")))
        db.execute("BEGIN IMMEDIATE")
        db.executemany(
            "INSERT INTO dossier VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT(id) DO UPDATE SET v = excluded.v, data = excluded.data "
            "WHERE excluded.v > dossier.v",
            rows,
        )
        db.executemany("INSERT INTO fts (rowid, words) VALUES (?, ?)", words)
        db.execute("INSERT OR REPLACE INTO cursor VALUES (?, ?)", (position.part, position.seq))
        db.execute("COMMIT")
        spent += perf_counter() - start
    db.close()
    return count / spent


def _fold(text: str) -> str:
    plain = unicodedata.normalize("NFD", text.lower()).replace("đ", "d")
    return re.sub(r"\s+", " ", "".join(c for c in plain if not unicodedata.combining(c)))
