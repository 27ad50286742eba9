"""What the gateway's rules cost: a batch of 100 receptions through ``Push.accept`` (decode, deduplicate, lock, judge, encode, number the
feed, commit) against the least that keeps the same rows from the same bytes, without a single rule: JSON to plain values, version and first
event put in, JSON again, and one transaction a batch with three ``unnest`` of binary arrays (PostgreSQL) or prepared statements
(SQLite) and the head's row lock."""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import perf_counter

import msgspec
import psycopg
from sqlalchemy import select

from benchmarks.material import AGENCY
from benchmarks.province import creations, postgres, prepare
from benchmarks.report import Row
from central_gateway.services.catalogue import Cache
from central_gateway.services.push import Push
from central_gateway.settings import Settings
from central_gateway.state import open_gateway
from central_gateway.tables import staff
from onestop.codec import payload_hash
from onestop.feed import GENESIS, next_chain
from onestop.wire import PushRequest

BATCH = 100
_TABLES = """CREATE TABLE raw_op (op_id varchar(64) PRIMARY KEY, part varchar(64), device int, incarnation varchar(64), dseq bigint,
    payload_hash varchar(64), result text, received_at varchar(32));
CREATE TABLE raw_entity (id varchar(64) PRIMARY KEY, kind varchar(16), part varchar(64), version int, code varchar(64) UNIQUE, data text);
CREATE INDEX raw_entity_part ON raw_entity (part, kind, id);
CREATE TABLE raw_feed (part varchar(64), seq bigint, op_id varchar(64), kind varchar(16), id varchar(64), version int,
    chain varchar(16), data text, committed_at varchar(32), PRIMARY KEY (part, seq));
CREATE TABLE raw_head (part varchar(64) PRIMARY KEY, seq bigint, chain varchar(16))"""


def run(quick: bool = False) -> list[Row]:
    """Dossiers a second; both ways take turns, batch by batch."""
    count = 2_000 if quick else 10_000
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        rows.append(_measure("SQLite", f"sqlite:///{folder}/gateway.db", count, raw_sqlite(Path(folder) / "raw.db"), 0.3))
    with postgres() as database:
        if database is None:
            print("accept: PostgreSQL is not installed here, its row is left out")
            return rows
        rows.append(_measure("PostgreSQL", database, count, _raw_postgres(database), 0.7))
    return rows


def _measure(name: str, database: str, count: int, raw: Callable[[list[tuple]], None], target: float) -> Row:
    prepare(database)
    gateway = open_gateway(Settings(database=database))
    try:
        with gateway.database.read() as conn:
            by = conn.execute(select(staff.c.id).where(staff.c.username == "lan.nt")).scalar_one()
            calendar = Cache().known(conn).calendar
        ops = creations(count, 1, by, calendar)
        cache = Cache()
        ours, least = [], []
        for first in range(0, count, BATCH):
            chunk = ops[first:first + BATCH]
            request = PushRequest(batch=f"b{first}", device=1, inc="benchmark-inc", part=AGENCY, ops=[msgspec.Raw(r) for _, r in chunk])
            start = perf_counter()
            reply = Push(gateway.database, cache, AGENCY, 1, "benchmark-inc").accept(request)
            ours.append(perf_counter() - start)
            assert all(result.s == "applied" and not result.review for result in reply.results), reply.results[0]
            start = perf_counter()
            raw([bare(body) for _, body in chunk])
            least.append(perf_counter() - start)
    finally:
        gateway.close()
    return Row(f"gateway accepts receptions, {name}", BATCH / median(ours), "/s", target, "higher", BATCH / median(least))


def bare(body: bytes) -> tuple[str, str, int, str, str]:
    """(op id, entity id, sequence, hash, state) of a reception, nothing judged."""
    op = msgspec.json.decode(body)
    state = op["data"]["dossier"]
    state["version"], state["events"] = 1, [{"id": op["op"], "kind": "receive", "at": op["at"], "by": op["by"], "device": op["device"]}]
    return op["op"], op["entity"], op["dseq"], payload_hash(body), msgspec.json.encode(state).decode()


def _raw_postgres(database: str) -> Callable[[list[tuple]], None]:
    conn = psycopg.connect(database.replace("+psycopg", ""), options="-c synchronous_commit=on")
    for statement in _TABLES.split(";"):
        conn.execute(statement)
    conn.execute("INSERT INTO raw_head VALUES (%s, 0, %s)", (AGENCY, GENESIS))
    conn.commit()

    def batch(rows: list[tuple]) -> None:
        count = len(rows)
        ids, entities, dseqs, hashes, bodies = (list(column) for column in zip(*rows, strict=True))
        part = [AGENCY] * count
        conn.execute("INSERT INTO raw_op SELECT * FROM unnest(%b::text[], %b::text[], %b::int4[], %b::text[], %b::int8[], %b::text[], "
                     "%b::text[], %b::text[]) ON CONFLICT DO NOTHING RETURNING op_id",
                     (ids, part, [1] * count, ["inc"] * count, dseqs, hashes, ["{}"] * count, ["now"] * count)).fetchall()
        conn.execute("INSERT INTO raw_entity SELECT * FROM unnest(%b::text[], %b::text[], %b::text[], %b::int4[], %b::text[], %b::text[])",
                     (entities, ["dossier"] * count, part, [1] * count, entities, bodies))
        seq, chain = conn.execute("UPDATE raw_head SET seq = seq + %s WHERE part = %s RETURNING seq, chain", (count, AGENCY)).fetchone()
        chains = []
        for op_id in ids:
            chain = next_chain(chain, op_id, 1)
            chains.append(chain)
        conn.execute("INSERT INTO raw_feed SELECT * FROM unnest(%b::text[], %b::int8[], %b::text[], %b::text[], %b::text[], %b::int4[], "
                     "%b::text[], %b::text[], %b::text[])",
                     (part, list(range(seq - count + 1, seq + 1)), ids, ["dossier"] * count, entities, [1] * count, chains, bodies,
                      ["now"] * count))
        conn.execute("UPDATE raw_head SET chain = %s WHERE part = %s", (chain, AGENCY))
        conn.commit()

    return batch


def raw_sqlite(path: Path) -> Callable[[list[tuple]], None]:
    """Keeps batches of what ``bare`` makes in a new file."""
    db = sqlite3.connect(path, isolation_level=None)
    db.executescript("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;" + _TABLES)
    db.execute("INSERT INTO raw_head VALUES (?, 0, ?)", (AGENCY, GENESIS))

    def batch(rows: list[tuple]) -> None:
        db.execute("BEGIN IMMEDIATE")
        db.executemany("INSERT INTO raw_op VALUES (?, ?, 1, 'inc', ?, ?, '{}', 'now')", [(r[0], AGENCY, r[2], r[3]) for r in rows])
        db.executemany("INSERT INTO raw_entity VALUES (?, 'dossier', ?, 1, ?, ?)", [(r[1], AGENCY, r[1], r[4]) for r in rows])
        seq, chain = db.execute("UPDATE raw_head SET seq = seq + ? WHERE part = ? RETURNING seq, chain", (len(rows), AGENCY)).fetchone()
        values = []
        for number, row in enumerate(rows, seq - len(rows) + 1):
            chain = next_chain(chain, row[0], 1)
            values.append((AGENCY, number, row[0], row[1], chain, row[4]))
        db.executemany("INSERT INTO raw_feed VALUES (?, ?, ?, 'dossier', ?, 1, ?, ?, 'now')", values)
        db.execute("UPDATE raw_head SET chain = ? WHERE part = ?", (chain, AGENCY))
        db.execute("COMMIT")

    return batch
