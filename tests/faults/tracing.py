"""SIGKILL, ENOSPC and EIO at a chosen system call of a real counter process (strace), and the record of what it wrote."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import pytest

from tests.faults.proxy import Exchange, FaultProxy

ROOT = Path(__file__).resolve().parents[2]
WRITES = ("pwrite64", "write", "fsync", "fdatasync", "ftruncate")
_LINE = re.compile(r"^(?:\d+ +)?(?P<call>\w+)\((?P<rest>.*)$")
_PATH = re.compile(r"<(?P<path>/[^>]*)>")


@cache
def _strace() -> str | None:
    program = shutil.which("strace")
    if program is None:
        return None
    tried = subprocess.run([program, "-o", os.devnull, "-e", "trace=none", "true"], capture_output=True, check=False)
    return program if tried.returncode == 0 else None


def strace() -> str:
    """The program's path; skips the test where it is not there or may not trace."""
    program = _strace()
    if program is None:
        pytest.skip("strace is not installed or tracing is not permitted here (ptrace); the failpoints cover the same steps")
    return program


@dataclass(frozen=True, slots=True)
class Call:
    """One system call of the counter on a file it keeps (or a socket): the ``nth`` of its name, counted as strace counts."""

    name: str
    nth: int
    path: str
    line: str

    @property
    def file(self) -> str:
        return Path(self.path).name

    @property
    def point(self) -> str:
        return f"{self.name}#{self.nth}"


@dataclass
class Run:
    """What came of one process: its code (negative: the signal), the lines it said, the calls it made."""

    code: int
    said: list[dict]
    calls: list[Call]
    stderr: str = ""

    @property
    def codes(self) -> list[str]:
        """Codes a person saw."""
        return [line["code"] for line in self.said if "code" in line]

    @property
    def refused(self) -> list[str]:
        return [line["refused"] for line in self.said if "refused" in line]

    @property
    def killed(self) -> bool:
        return self.code in (-9, 137)


@dataclass
class Hand:
    """Runs ``tests.faults.hand`` on one profile. ``files``: only calls on these count (their names end so)."""

    profile: Path
    witness: Path
    env: dict[str, str] = field(default_factory=dict)

    def run(
        self,
        *words: str,
        calls: tuple[str, ...] = (),
        inject: str = "",
        files: bool = True,
        env: dict[str, str] | None = None,
        text: int = 0,
        preload: str = "",
    ) -> Run:
        """``calls``: trace these. ``inject``: strace's word, such as ``pwrite64:signal=SIGKILL:when=3``. ``text``: bytes of each
        write to record. ``files``: count only calls on the store, its log and the witness; else those on sockets."""
        command = [sys.executable, "-m", "tests.faults.hand", str(self.profile), *words]
        log = self.profile.parent / f"{self.profile.name}.trace"
        if calls:
            words_of = [strace(), "-f", "-o", str(log), "-y", "-e", "trace=" + ",".join(calls)]
            if "signal=" not in inject:
                words_of.append("--seccomp-bpf")  # faster; but with it strace 6.1 delivers no signal
            if text:
                words_of += ["-xx", "-s", str(text)]
            if files:
                for path in self.files():
                    words_of += ["-P", str(path)]
            if inject:
                words_of += ["-e", "inject=" + inject]
            command = [*words_of, *command]
        done = subprocess.run(
            command, cwd=ROOT, env=os.environ | self.env | (env or {}), capture_output=True, text=True, check=False, timeout=100
        )
        said = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{") and line.endswith("}")]
        return Run(done.returncode, said, read_calls(log.read_text(errors="replace")) if calls else [], done.stderr)

    def dies(self, line: FaultProxy, path: str, when: str, *words: str) -> Run:
        """Run ``words`` through ``line``; SIGKILL when a request for ``path`` is ``half-sent``, ``sent`` (the gateway has not heard of it),
        ``applied`` (it has, the answer is not on its way) or ``half-answered``."""
        command = [sys.executable, "-m", "tests.faults.hand", str(self.profile), *words]
        env = os.environ | self.env | {"HAND_URL": line.url}
        with subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:

            def end() -> None:
                process.kill()
                process.wait()

            def early(head: bytes) -> None:
                if when == "half-sent" and head.split(b" ", 2)[1].startswith(path.encode()):
                    end()

            def fault(exchange: Exchange) -> None:
                if when == "sent":
                    end()
                    return
                reply = exchange.forward()
                if when == "half-answered":
                    exchange.send(reply[: len(reply) // 2])
                end()

            line.early = early
            rule = line.rule("*", path, fault)
            out, err = process.communicate(timeout=100)
            line.early = None
            line.rules.remove(rule)
        said = [json.loads(text) for text in out.splitlines() if text.startswith("{") and text.endswith("}")]
        return Run(process.returncode, said, [], err)

    def files(self) -> list[Path]:
        """The files whose writes matter. (strace finds a file by its path, also one that is made later.)"""
        store = self.profile / "store.db"
        return [store, store.with_name("store.db-wal"), *self.witness.rglob("witness.json")]

    def kill(self, call: Call, *words: str, files: bool = True, calls: tuple[str, ...] = WRITES) -> Run:
        """The same words again, killed as that call begins."""
        return self.run(*words, calls=calls, inject=f"{call.name}:signal=SIGKILL:when={call.nth}", files=files)


def read_calls(log: str) -> list[Call]:
    """The calls of a log, in order."""
    seen: Counter[str] = Counter()
    found = []
    for line in log.splitlines():
        match = _LINE.match(line)
        if match is None:
            continue
        seen[match["call"]] += 1
        path = _PATH.search(match["rest"])
        found.append(Call(match["call"], seen[match["call"]], path["path"] if path else "", line))
    return found


def sample(points: list, most: int, *, full: bool) -> list:
    """At most ``most`` of them, first and last included, evenly spread; all in a full sweep."""
    if full or len(points) <= most:
        return points
    return [points[round(i * (len(points) - 1) / (most - 1))] for i in range(most)]
