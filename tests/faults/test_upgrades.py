"""Rows 38 and 39: counters and gateways of different versions, and a schema that changes under unsent work."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

import counter_app.store
from counter_app.store import migrate
from counter_app.store.connection import connect
from counter_app.store.engine import open_store
from counter_app.store.errors import StoreFault
from tests.faults import proxy as faults
from tests.faults.checker import ask, check_all, cycle, drain, tell
from tests.faults.moves import ops, take_in, waiting
from tests.faults.proxy import Exchange, FaultProxy, with_body, with_header
from tests.faults.test_disk import key_of
from tests.faults.test_restores import backup, put_back, recover, recovered, restarted
from tests.faults.tracing import ROOT, Hand

_NEXT = '''
"""The schema of a version to come (of the tests)."""

import os

from alembic import op

revision, down_revision = "0002", "0001"
branch_labels = depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE outbox ADD COLUMN tries_of_tomorrow INTEGER NOT NULL DEFAULT 0")
    if os.environ.get("UPGRADE_DIES"):
        os.kill(os.getpid(), 9)
    op.execute("CREATE TABLE of_tomorrow (id TEXT PRIMARY KEY)")
'''

_OPEN = """
import sys
sys.path.insert(0, sys.argv[1])
from pathlib import Path
from counter_app.store import migrate
from counter_app.store import engine
folder = Path(sys.argv[2])
original = migrate.alembic_config
def config():
    made = original()
    made.set_main_option("script_location", str(folder))
    return made
migrate.alembic_config = config
migrate.HEAD, migrate.KNOWN = "0002", frozenset({"0001", "0002"})
store = engine.open_store(Path(sys.argv[3]), bytes.fromhex(sys.argv[4]), witness=Path(sys.argv[5]))
with store.read() as reader:
    print(len(reader.outbox(limit=1000)), reader._all("SELECT count(*) FROM of_tomorrow"))
store.close()
"""


def newer_program(hand: Hand, folder: Path, **env: str) -> subprocess.CompletedProcess[str]:
    """A version that has one migration more opens the store."""
    scripts = folder / "migrations"
    if not scripts.exists():
        shutil.copytree(Path(counter_app.store.__file__).parent / "migrations", scripts, ignore=shutil.ignore_patterns("__pycache__"))
        (scripts / "versions" / "r0002_next.py").write_text(_NEXT)
    witness = next(hand.witness.rglob("witness.json")).parent
    return subprocess.run(
        [sys.executable, "-c", _OPEN, str(ROOT), str(scripts), str(hand.profile / "store.db"), key_of(hand).hex(), str(witness)],
        capture_output=True,
        text=True,
        env=os.environ | env,
        check=False,
        timeout=60,
    )


def test_row_38_upgrade_with_500_ops_waiting(hand: Hand, reopened, checked, seen, tmp_path: Path) -> None:
    run = hand.run("receive:500")
    codes = run.codes
    db = connect(hand.profile / "store.db", key_of(hand), read_only=True)
    frozen = dict(db.execute("SELECT op_id, payload FROM outbox").fetchall())
    db.close()

    died = newer_program(hand, tmp_path, UPGRADE_DIES="1")
    assert died.returncode == -signal.SIGKILL, died.stderr
    db = connect(hand.profile / "store.db", key_of(hand))
    assert db.execute("SELECT version_num FROM alembic_version").fetchone() == ("0001",)
    assert "tries_of_tomorrow" not in {row[1] for row in db.execute("PRAGMA table_info(outbox)")}
    db.close()
    assert hand.run("receive").codes, "the old program works on after the crash"
    seen("killed while the schema changed: the old one is whole")

    done = newer_program(hand, tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split()[0] == "501"
    assert list((hand.profile / "backups").glob("before-upgrade-*.db")), "a backup first"
    db = connect(hand.profile / "store.db", key_of(hand))
    now = dict(db.execute("SELECT op_id, payload FROM outbox").fetchall())
    assert {op: now[op] for op in frozen} == frozen, "frozen bytes stay frozen"
    seen("upgraded with 501 ops waiting: a backup first, their bytes unchanged")

    with pytest.raises(StoreFault) as caught:
        open_store(hand.profile / "store.db", key_of(hand), witness=hand.witness)
    assert caught.value.code == "store-newer"
    seen("the old program on the new file: `store-newer`, nothing touched")

    # Back to the old program by the backup-less way of the tests: the new column goes again.
    db.execute("DROP TABLE of_tomorrow")
    db.execute("ALTER TABLE outbox DROP COLUMN tries_of_tomorrow")
    db.execute("UPDATE alembic_version SET version_num = '0001'")
    db.close()
    assert migrate.HEAD == "0001"
    station = reopened(hand)
    checked(station, printed=codes)


def older(exchange: Exchange) -> None:
    """The request as a counter of the version before would send it: protocol 1.0, op envelopes without the new fields."""
    request = with_header(exchange.request, "Sync-Proto", "1.0")
    if exchange.path == "/v1/push":
        body = msgspec.json.decode(faults.body_of(request))
        for op in body["ops"]:
            for name in ("schema", "hlc", "skew", "auth"):
                op.pop(name, None)
        request = with_body(request, msgspec.json.encode(body))
    exchange.send(exchange.forward(request))


def test_row_39_counters_of_the_version_before(counter, through, line: FaultProxy, gateway_up, checked, seen) -> None:
    station = through(counter())
    line.rule("*", "/v1/", older, times=10_000)
    cycle(gateway_up, station, ok=True)
    codes = take_in(station, 3)
    assert cycle(gateway_up, station, ok=True).pushed == 3
    assert waiting(station) == 0
    seen("protocol 1.0, envelopes without schema: pushed and pulled as ever")
    checked(station, printed=codes)


def test_row_39_a_version_no_longer_served_still_hands_over_its_work(counter, through, line: FaultProxy, gateway_up, seen) -> None:
    station = through(counter())
    cycle(gateway_up, station, ok=True)
    codes = take_in(station, 3)
    before = ops(gateway_up)

    def ancient(exchange: Exchange) -> None:
        exchange.send(exchange.forward(with_header(exchange.request, "Sync-Proto", "0.9")))

    line.rule("*", "/v1/", ancient, times=10_000)
    station.client._access = ("", 0.0)
    report = cycle(gateway_up, station)
    assert ops(gateway_up) - before == 3, "push is taken"
    assert waiting(station) == 0
    seen("protocol 0.9: {link}; its 3 ops were taken all the same", link=report.link.key)
    line.heal()
    cycle(gateway_up, station, ok=True)
    held = {code for (code,) in ask(gateway_up, "SELECT code FROM entity WHERE code IS NOT NULL")}
    assert set(codes) <= held


def test_row_39_fields_of_tomorrow_in_a_state_are_kept(counter, gateway_up, seen, tmp_path: Path) -> None:
    """A gateway of the next version sends a field this counter does not know. After a restore the counter's copy is the only one: it is
    given back as it came."""
    station, other = counter(), counter()
    drain(gateway_up, station, other)
    copy = backup(gateway_up, tmp_path / "backup.db")
    (code,) = take_in(other)
    drain(gateway_up, other)
    newest = "WHERE part = 'H32.15' AND seq = (SELECT seq FROM feed_head WHERE part = 'H32.15')"
    ((identity, data),) = ask(gateway_up, f"SELECT id, data FROM feed {newest}")
    of_tomorrow = json.dumps(json.loads(data) | {"of_tomorrow": {"x": 1}})
    tell(gateway_up, f"UPDATE feed SET data = :data {newest}", data=of_tomorrow)
    cycle(gateway_up, station, ok=True)
    with station.store.read() as reader:
        assert reader.dossier_by_code(code).id == identity, "it can be worked with"
    put_back(gateway_up, copy)
    recover(gateway_up, "start")
    given: list[dict] = []
    restarted(gateway_up, station)
    line = FaultProxy(gateway_up.port)

    def watched(exchange: Exchange) -> None:
        given.extend(msgspec.json.decode(faults.body_of(exchange.request))["items"])
        faults.pass_on(exchange)

    line.rule("POST", "/v1/salvage", watched, times=100)
    station.client.close()
    station.client.base_url = line.url
    try:
        for _ in range(3):
            station.engine.run_once()
            station.engine.breaker.worked()
    finally:
        line.close()
    copies = [item["data"] for item in given if item["id"] == identity]
    seen("a field of tomorrow in a state: the dossier can be worked with; the copy given back after a restore holds it")
    assert copies and all(one.get("of_tomorrow") == {"x": 1} for one in copies), given
    recovered(gateway_up, station, other)
    check_all(gateway_up, [station, other], [code])


def test_row_39_fields_of_tomorrow_are_taken(counter, through, line: FaultProxy, gateway_up, checked, seen) -> None:
    """A newer counter sends a field this gateway does not know; nobody falls over it."""
    station, other = through(counter()), counter()
    cycle(gateway_up, station, ok=True)

    def newer(exchange: Exchange) -> None:
        request = with_header(exchange.request, "Sync-Proto", "1.7")
        body = msgspec.json.decode(faults.body_of(request))
        for op in body["ops"]:
            op["of_tomorrow"] = {"x": 1}
        exchange.send(exchange.forward(with_body(request, msgspec.json.encode(body))))

    line.rule("POST", "/v1/push", newer, times=100)
    codes = take_in(station, 2)
    assert cycle(gateway_up, station, ok=True).pushed == 2
    seen("fields of a later minor version: taken")
    checked(station, other, printed=codes)
