"""The command line on a real profile, enrolled at a real gateway process. Most commands run in this process (fast); the environment is
what a script would set."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher

from counter_app.cli import main
from counter_app.runtime import secrets
from counter_app.services import sign_in
from tests.servers.cups import IppPrinter
from tests.servers.gateway import ROOT, GatewayProcess

AGENCY = "H32.15"
PIN, PASSWORD = "2468", "MotCua@2026"
HEAD = "truong.nt"
#: Commands that know no profile.
_WITHOUT = frozenset({"classify", "scan", "due", "demo"})


@dataclass(frozen=True)
class Done:
    """What a command said: its exit code, the objects on stdout, the problems on stderr."""

    rc: int
    text: str
    errors: str

    @property
    def out(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.text.splitlines()]

    @property
    def one(self) -> dict[str, Any]:
        """The only object of a command that worked."""
        assert (self.rc, self.errors) == (0, ""), self
        (value,) = self.out
        return value

    @property
    def problems(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.errors.splitlines()]

    @property
    def refusal(self) -> str:
        """The code of the only problem of a command that was refused and did nothing."""
        assert self.rc == 1 and self.text == "", self
        (problem,) = self.problems
        assert len(problem["message"]) > 15 and any(ord(ch) > 127 for ch in problem["message"]), problem
        return problem["code"]


@dataclass
class CommandLine:
    """Runs commands on one profile as one member of staff."""

    profile: Path
    capture: pytest.CaptureFixture[str]
    patch: pytest.MonkeyPatch

    def __call__(self, *words: object, user: str = HEAD, stdin: str | None = None) -> Done:
        argv = [str(word) for word in words]
        if argv[0] not in _WITHOUT and "--profile" not in argv:
            argv += ["--profile", str(self.profile), "--user", user]
        if stdin is not None:
            self.patch.setattr(sys, "stdin", io.StringIO(stdin))
        self.capture.readouterr()
        try:
            rc = main(argv)
        except SystemExit as ended:
            rc = int(ended.code or 0)
        said = self.capture.readouterr()
        return Done(rc, said.out, said.err)

    def on(self, profile: Path) -> CommandLine:
        """The same with another profile."""
        return CommandLine(profile, self.capture, self.patch)

    def count(self) -> int:
        """How many dossiers the store holds."""
        return len(self("list", "--limit", 100_000).out)

    def received(self, name: str = "Nguyễn Văn An", **changes: Any) -> str:
        """The code of a dossier received just now."""
        return self("receive", "-", stdin=json.dumps(a_form(name, **changes))).one["code"]


def a_form(name: str = "Nguyễn Văn An", **changes: Any) -> dict[str, Any]:
    """A reception as a script writes it. ``changes`` reach into the owner with ``owner__``."""
    owner = {"kind": "person", "id_no": "001099012345", "name": name, "dob": "1999-01-01", "gender": "male", "address": "12 Yersin",
             "phone": "0912345678", "email": None}
    owner |= {key.removeprefix("owner__"): value for key, value in changes.items() if key.startswith("owner__")}
    return {"procedure": "1.004873", "owner": owner, **{k: v for k, v in changes.items() if not k.startswith("owner__")}}


def spawn(*words: object, profile: Path | None = None, prepare: Callable[[], None] | None = None, **environment: str) -> Done:
    """A command as a process of its own, as a script starts it. ``prepare`` runs in the child before the program."""
    argv = [str(word) for word in words] + (["--profile", str(profile), "--user", HEAD] if profile else [])
    done = subprocess.run([sys.executable, "-m", "counter_app", *argv], capture_output=True, text=True, encoding="utf-8", cwd=ROOT,
                          env={**os.environ, **environment}, timeout=60, check=False, preexec_fn=prepare)
    return Done(done.returncode, done.stdout, done.stderr)


@pytest.fixture(scope="session")
def cli_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder for all of it, and the environment of a script."""
    home = tmp_path_factory.mktemp("cli")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COUNTER_APP_WITNESS_DIR", str(home / "witness"))
        patch.setenv("COUNTER_APP_PIN", PIN)
        patch.setenv("COUNTER_APP_PASSWORD", PASSWORD)
        # Each command opens the store and signs in anew: cheap keys here, the real cost in the tests with processes.
        patch.setattr(secrets, "_ARGON", {"time_cost": 1, "memory_cost": 1024, "parallelism": 1})
        cheap = PasswordHasher(memory_cost=1024, time_cost=1, parallelism=1)
        patch.setattr(sign_in, "_hasher", lambda: cheap)
        yield home


@pytest.fixture(scope="session")
def cli_gateway(cli_home: Path) -> Iterator[GatewayProcess]:
    """The demo province in small, on SQLite."""
    process = GatewayProcess(f"sqlite:///{cli_home / 'gateway.db'}", cli_home, dossiers=60)
    yield process
    process.stop()


@pytest.fixture(scope="session")
def enrolled(cli_home: Path, cli_gateway: GatewayProcess) -> Path:
    """A profile made by ``counter-app init``."""
    profile = cli_home / "profile"
    code = cli_gateway.enrol_code(AGENCY)
    assert main(["init", "--profile", str(profile), "--gateway", cli_gateway.url, "--enrol", code, "--name", "Quầy 1"]) == 0
    return profile


@pytest.fixture
def cli(enrolled: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> CommandLine:
    """The command line of the enrolled counter, as the head of the section."""
    return CommandLine(enrolled, capsys, monkeypatch)


@pytest.fixture
def queue(ipp_printer: IppPrinter, monkeypatch: pytest.MonkeyPatch) -> IppPrinter:
    for key, value in ipp_printer.env.items():
        monkeypatch.setenv(key, value)
    return ipp_printer


@pytest.fixture
def own(cli: CommandLine) -> Iterator[CommandLine]:
    """The profile's printer settings as they were, afterwards."""
    file = cli.profile / "settings.json"
    before = file.read_bytes()
    yield cli
    file.write_bytes(before)
