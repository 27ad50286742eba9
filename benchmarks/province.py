"""A real gateway for benchmarks: the demo province's catalogue, invented dossiers, on SQLite or on a PostgreSQL of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from benchmarks.material import AGENCY, NOW, dossiers
from central_gateway.demo.load import load_demo, load_entities
from central_gateway.line import line
from central_gateway.services import enrol
from central_gateway.settings import Settings
from central_gateway.state import open_gateway
from onestop.calendar import WorkCalendar
from onestop.codec import encode_op
from onestop.deadline import Limit, due_moment
from onestop.model import Dossier
from onestop.ops import Create, Op

ROOT = Path(__file__).parents[1]
#: A procedure of the demo catalogue, so that every rule of the gateway has something to judge.
PROCEDURE = "1.004873"


@contextmanager
def postgres() -> Iterator[str | None]:
    """The URL of an empty database of a PostgreSQL made for this run, with fsync on; None where PostgreSQL is not installed."""
    from tests.servers.postgres import PostgresServer

    server = None
    with suppress(Exception):
        server = PostgresServer(durable=True)
        server.start()
    if server is None or not server.port:
        yield None
        return
    try:
        yield server.create_database()
    finally:
        server.stop()
        server.remove()


def prepare(database: str) -> str:
    """The demo catalogue and staff in ``database``; returns a code to enrol one counter of the benchmarks' agency."""
    gateway = open_gateway(Settings(database=database, argon2_memory_kib=1024, argon2_passes=1))
    try:
        load_demo(gateway, count=1)
        return gateway.database.retrying(lambda conn: enrol.new_code(conn, AGENCY, gateway.settings))
    finally:
        gateway.close()


def load(database: str, items: Iterable[Dossier]) -> None:
    """Put dossiers of the benchmarks' agency into the feed, beside a running service."""
    gateway = open_gateway(Settings(database=database))
    try:
        with gateway.database.write() as conn:
            key = gateway.catalogue.mark_key(conn)
            with line(conn) as send:
                load_entities(send, AGENCY, list(items), key)
    finally:
        gateway.close()


@contextmanager
def serving(database: str, folder: Path) -> Iterator[str]:
    """``central-gateway serve`` on ``database`` as a process; yields its address."""
    with (folder / "gateway.log").open("ab") as log:
        process = subprocess.Popen([sys.executable, "-m", "central_gateway.cli", "serve", "--database", database, "--port", "0"],
                                   stdout=subprocess.PIPE, stderr=log, cwd=ROOT)
    try:
        assert process.stdout is not None
        yield json.loads(process.stdout.readline())["url"]
    finally:
        process.terminate()
        process.wait(30)
        if process.stdout is not None:
            process.stdout.close()


def received(count: int, calendar: WorkCalendar, seed: int = 11) -> Iterator[Dossier]:
    """Dossiers as they are when they have just been received today, of a procedure that the gateway knows, with the due date as it
    has to be: nothing a person would have to look at."""
    for number, dossier in enumerate(dossiers(count, seed)):
        at = NOW + timedelta(seconds=number % 20_000)
        due = due_moment(at, Limit(dossier.limit_value, dossier.limit_unit), calendar)
        yield replace(dossier, procedure_code=PROCEDURE, status=2, version=0, events=(), received_at=at, due_at=due,
                      original_due_at=None, code=f"{AGENCY}-{dossier.id[:12]}-{dossier.id[-6:]}")


def creations(count: int, device: int, by: str, calendar: WorkCalendar, seed: int = 11) -> list[tuple[str, bytes]]:
    """``count`` reception ops as (op id, frozen bytes)."""
    made = []
    for number, dossier in enumerate(received(count, calendar, seed), 1):
        op = Op(op=f"b{seed}-{number:08d}-{dossier.id[:12]}", dseq=number, entity=dossier.id, kind="dossier.create", base=None,
                at=dossier.received_at, by=by, device=device, data=Create(dossier=dossier))
        made.append((op.op, encode_op(op)))
    return made
