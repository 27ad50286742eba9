"""Row 35 on PostgreSQL, by the letter of docs/operations/restore.md: its commands, its backup script, its checks, real processes."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import httpx
import pytest

from counter_app.services.workstation import Workstation
from onestop.vntime import VN_TZ
from tests.faults.checker import ask, check_all, drain
from tests.faults.conftest import AGENCY, Counters
from tests.faults.moves import take_in
from tests.faults.test_restores import told
from tests.faults.tracing import ROOT
from tests.gateway.counter import Counter
from tests.servers.gateway import GatewayProcess
from tests.servers.postgres import PostgresServer

RUNBOOK = ROOT / "docs" / "operations" / "restore.md"
#: What happened → who notices (the log's word); None: it was announced.
HOWS = {
    "base-backup-announced": None,
    "dump-into-another-server": "server",
    "disk-snapshot": "witness",
    "snapshot-without-witness": "device",
}
EVERYDAY = ("base-backup-announced",)


class Office:
    """The province's server room: PostgreSQL, the service with its witness, and an administrator at a shell."""

    def __init__(self, folder: Path, *, witness: bool) -> None:
        self.folder, self.target = folder, folder / "off-site"
        self.server = PostgresServer()
        self.server.start()
        self.witness = folder / "gateway-witness"
        words = ("--witness", str(self.witness)) if witness else ()
        self.gateway = GatewayProcess(self.server.create_database("gateway"), folder, dossiers=20, words=words)
        self.counters = Counters(folder, self.gateway)

    def command(self, *words: str, fails: bool = False) -> dict:
        """``central-gateway`` as the runbook writes it."""
        command = [sys.executable, "-m", "central_gateway.cli", *words]
        env = os.environ | {"CENTRAL_GATEWAY_DATABASE": self.gateway.database}
        done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
        assert (done.returncode != 0) is fails, done.stderr
        return json.loads((done.stderr if fails else done.stdout).splitlines()[-1])

    def text(self, *words: str) -> str:
        """What a command prints."""
        command = [sys.executable, "-m", "central_gateway.cli", *words, "--database", self.gateway.database]
        return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout

    def back_up(self) -> Path:
        """The runbook's own script, with this machine's programs behind its words."""
        (script,) = re.findall(r"```sh\n(.*?)```", RUNBOOK.read_text(encoding="utf-8"), re.S)
        bin_folder = self.folder / "bin"
        bin_folder.mkdir(exist_ok=True)
        program(bin_folder / "central-gateway", f"cd {shlex.quote(str(ROOT))} && exec {shlex.quote(sys.executable)} -m central_gateway.cli "
                '"$@"')
        program(bin_folder / "copy_off_site", 'test -f "$1/PG_VERSION"')
        program(bin_folder / "pg_basebackup", f'cd / && exec {shlex.join(self.server.program("pg_basebackup"))} --no-sync "$@"')
        target = self.server.folder / "off-site"
        env = os.environ | {"TARGET": str(target), "CENTRAL_GATEWAY_DATABASE": self.gateway.database}
        done = subprocess.run(["sh", "-e", "-c", script], cwd=self.folder, capture_output=True, text=True, check=False,
                              env=env | {"PATH": f"{bin_folder}:{env['PATH']}"})
        assert done.returncode == 0, done.stderr
        return target

    def log(self) -> str:
        return (self.folder / "gateway.log").read_text(encoding="utf-8")

    def close(self) -> None:
        self.gateway.stop()
        self.server.remove()


def program(path: Path, line: str) -> None:
    path.write_text(f"#!/bin/sh\n{line}\n")
    path.chmod(0o755)


def meets(station: Workstation, gateway: GatewayProcess) -> None:
    """A counter's next contact, some cycles long."""
    station.client.base_url = gateway.url
    station.client.close()
    for _ in range(3):
        station.engine.breaker.worked()
        station.engine.run_once()


def state(office: Office) -> dict:
    return office.command("recover", "status")


@pytest.fixture
def office(tmp_path: Path, how: str) -> Iterator[Office]:
    made = Office(tmp_path, witness=how != "snapshot-without-witness")
    yield made
    made.close()


def gone_back(office: Office, how: str, saved: Path | None, dump: Path) -> None:
    """The database is what it was."""
    if how == "dump-into-another-server":
        other = PostgresServer()
        other.start()
        url = other.create_database("gateway")
        other.run("pg_restore", "-d", "gateway", str(dump))
        office.server.remove()
        office.server, office.gateway.database = other, url
    else:
        assert saved is not None
        office.server.restore(saved)


@pytest.mark.parametrize("how", HOWS if os.environ.get("FAULT_SWEEP") == "full" else EVERYDAY)
def test_row_35_the_runbook_by_the_letter(office: Office, how: str, seen: Callable[..., None]) -> None:
    gateway = office.gateway
    first, second = office.counters.take(), office.counters.take()
    codes = take_in(first, 2) + take_in(second, 2)
    drain(gateway, first, second)
    dump = office.server.folder / "gateway.dump"
    if how in ("disk-snapshot", "snapshot-without-witness"):
        gateway.stop()
        office.server.stop()
        saved: Path | None = office.server.copy()
        office.server.start()
        gateway.start()
    elif how == "dump-into-another-server":
        marks = office.command("durable", "--all")
        office.server.run("pg_dump", "-Fc", "-f", str(dump), "gateway")
        saved = None
        assert marks[AGENCY] > 0
    else:
        saved = office.back_up()
        durable = dict(ask(gateway, "SELECT part, seq FROM feed_head"))[AGENCY]
        assert office.command("durable", f"{AGENCY}={durable}")[AGENCY] == durable, "the script has told it; it never goes back"
    late = office.counters.take()  # enrolled after the backup
    codes += take_in(first, 5) + take_in(late, 2)
    drain(gateway, first, second, late)
    codes += take_in(second, 2)  # never sent

    gateway.stop()  # 1. stop all gateway processes, restore the database
    gone_back(office, how, saved, dump)
    witness = ("--witness", str(office.witness)) if how != "snapshot-without-witness" else ()
    if HOWS[how] is None:
        assert office.command("recover", "start", "--yes", *witness)["state"] == "recovering"  # 2.
    gateway.start()  # 3.
    meets(first, gateway)
    found = state(office)
    assert (found["state"], found["epoch"], found["why"]) == ("recovering", 2, HOWS[how] or "operator"), found
    assert f"recovery begins: epoch 2 ({found['why']})" in office.log() or HOWS[how] is None
    assert found["done"] < found["expected"] and found["missing"], "some desks are still to be called"
    fresh = take_in(first, 1)  # desks go on, from their own lanes
    for station in (second, late):
        meets(station, gateway)
    found = state(office)
    if found["state"] == "recovering":  # 4. by itself, or at the operator's word
        assert found["missing"]
        office.command("recover", "finish", "--yes", *(witness or ("--numbers-may-repeat",)))
    stations = (first, second, late)
    for station in stations:
        meets(station, gateway)
    assert all(told(station) for station in stations), "staff are told at every desk"
    figures = check_all(gateway, stations, [*codes, *fresh])

    found = state(office)  # Checks afterwards: 1.
    assert (found["state"], found["copies"]) == ("normal", 0)
    profile = first.profile.dir
    here = gateway.export(AGENCY)
    for station in stations:
        station.close()
    env = os.environ | {"COUNTER_APP_WITNESS_DIR": str(profile.parent / "witness"), "COUNTER_APP_PIN": "2468",
                        "COUNTER_APP_PASSWORD": "MotCua@2026"}
    words = ["export", "--json", "--profile", str(profile), "--user", "truong.nt"]
    there = subprocess.run([sys.executable, "-m", "counter_app", *words], cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert there.returncode == 0, there.stderr
    assert there.stdout.strip() == here.strip(), "2. no difference"
    with httpx.Client(base_url=gateway.url, timeout=30, trust_env=False) as http:  # 3. an online number
        new = Counter(http)
        new.enrol(gateway.enrol_code(AGENCY))
        code = f"{AGENCY}-{datetime.now(VN_TZ):%y%m%d}-{new.number(datetime.now(VN_TZ).date().isoformat()).number:04d}"
        assert code not in {*codes, *fresh}
    assert AGENCY in office.text("device", "list"), "4."
    seen(
        "PostgreSQL, the runbook by the letter, {how}: begun by “{why}”, {n} codes there, both exports alike; C1–C7 hold",
        how=how.replace("-", " "), why=found["why"] or HOWS[how] or "operator", n=figures["codes"],
    )  # fmt: skip
