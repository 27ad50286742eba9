"""Many counters at work under faults drawn from a seed, for as long as one likes; then everything is mended, drained and checked.

The seed gives the same desks the same intentions and the same faults in the same order; what meets what is the machine's doing.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

import pytest

from counter_app.services import reviews
from counter_app.services.setup import initialise
from counter_app.services.workstation import Workstation, open_workstation
from onestop.errors import UserError
from tests.faults import proxy
from tests.faults.checker import ask, check_all
from tests.faults.hand import sign_in
from tests.faults.test_restores import backup, epoch, put_back, recover, state
from tests.servers.gateway import ROOT, GatewayProcess

#: Longest stretch of faults between two checks.
ROUND_SECONDS = 600.0

LINE_FAULTS: dict[str, Callable[[random.Random], proxy.Fault]] = {
    "torn reply": lambda rng: proxy.torn(rng.choice([1, 12, 40, 150, -30, -1])),
    "reset before": lambda rng: proxy.rst_before,
    "reset after": lambda rng: proxy.rst_after,
    "answer lost": lambda rng: proxy.drop_reply,
    "request twice": lambda rng: proxy.dup,
    "bit flipped in the reply": lambda rng: proxy.flip_reply(-rng.randint(1, 20)),
    "bit flipped in the request": lambda rng: proxy.flip_request(-rng.randint(1, 20)),
    "portal": lambda rng: rng.choice([proxy.html200, proxy.redirect, proxy.portal511]),
    "busy": lambda rng: proxy.answer("503 Service Unavailable", Retry_After="1"),
    "unauthorised": lambda rng: proxy.answer("401 Unauthorized"),
    "late answer": lambda rng: proxy.later(rng.random() * 2),
    "black hole": lambda rng: proxy.black_hole,
}


class CheckFailed(AssertionError):
    """Something that must never be was seen while the faults were on."""


class Desk:
    """One counter: its profile, its line, and the process that works there."""

    def __init__(self, soak: Soak, number: int) -> None:
        self.soak, self.number, self.lives = soak, number, 0
        folder = soak.folder / f"counter-{number}"
        self.profile, self.witness = folder / "profile", folder / "witness"
        self.line = proxy.FaultProxy(soak.gateway.port)
        self.process: subprocess.Popen[bytes] | None = None
        self.ears: threading.Thread | None = None
        with self.at_home():
            code = soak.gateway.enrol_code("H32.15")
            initialise(self.profile, url=soak.gateway.url, code=code, ask_pin=lambda new: "2468").close()

    def at_home(self) -> Any:
        """The environment of this counter, for work in this process."""
        patch = pytest.MonkeyPatch()
        patch.setenv("COUNTER_APP_WITNESS_DIR", str(self.witness))
        stack = ExitStack()
        stack.callback(patch.undo)
        return stack

    def begin(self) -> None:
        self.lives += 1
        env = os.environ | {"COUNTER_APP_WITNESS_DIR": str(self.witness), "HAND_URL": self.line.url}
        words = [sys.executable, "-m", "tests.faults.desk_day", str(self.profile), f"{self.soak.seed}-{self.number}-{self.lives}"]
        words.append(str(self.soak.pace))
        with (self.soak.folder / f"counter-{self.number}.log").open("ab") as log:
            self.process = subprocess.Popen(words, cwd=ROOT, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log)
        self.ears = threading.Thread(target=self._listen, args=(self.process,), daemon=True)
        self.ears.start()

    def end(self, how: int | None = None) -> None:
        """SIGKILL, or the end of a day. Raises CheckFailed when the program died of something else."""
        process, self.process = self.process, None
        if process is None or self.ears is None:
            return
        assert process.stdin is not None and process.stdout is not None
        if how is not None:
            process.send_signal(how)
        process.stdin.close()
        try:
            code = process.wait(90)
        except subprocess.TimeoutExpired:
            process.kill()
            raise CheckFailed(f"counter {self.number} does not end") from None
        self.ears.join()
        process.stdout.close()
        if code not in (0, -signal.SIGKILL):
            raise CheckFailed(f"counter {self.number} died ({code}); see {self.soak.folder / f'counter-{self.number}.log'}")

    def _listen(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stdout is not None
        for line in process.stdout:
            if line.endswith(b"\n"):
                self.soak.heard(json.loads(line))


class Soak:
    """``run`` is one round. ``printed``: codes on paper; ``done``: what was broken, how often; ``did``: what the desks did;
    ``pace``: the longest pause of a desk between two acts, in seconds."""

    def __init__(self, folder: Path, seed: int, counters: int, pace: float = 0.1) -> None:
        self.pace = pace
        self.folder, self.seed, self.rng = folder, seed, random.Random(seed)
        self.gateway = GatewayProcess(f"sqlite:///{folder / 'gateway.db'}", folder, dossiers=10)
        self.printed: list[str] = []
        self.done: Counter[str] = Counter()
        self.did: Counter[str] = Counter()
        self.wrong: list[str] = []
        self._stable = threading.Lock()
        self._copy: Path | None = None
        self.desks = [Desk(self, number) for number in range(1, counters + 1)]

    def heard(self, line: dict[str, Any]) -> None:
        """What a person saw at a desk; C6 while it is so."""
        self.did[f"{line['word']} refused" if "refused" in line else line["word"]] += 1
        if "code" in line:
            self.printed.append(line["code"])
        if not line.get("acked"):
            return
        with self._stable:  # not while the gateway is being put back
            if epoch(self.gateway) != line["epoch"]:
                return
            held = {op for (op,) in ask(self.gateway, "SELECT op_id FROM op WHERE result <> ''")}
        if missing := sorted(set(line["acked"]) - held):
            self.wrong.append(f"C6: shown as sent, not at the gateway: {missing[:3]}")

    def run(self, seconds: float) -> dict[str, Any]:
        """Faults for so long, then the checks. Raises AssertionError; returns figures."""
        began = time.monotonic()
        # Whatever the seed: each round has one restore that loses something.
        sure = [(0.2 * seconds, self._back_up), (0.55 * seconds, self._restore)]
        for desk in self.desks:
            desk.begin()
        try:
            while (now := time.monotonic() - began) < seconds and not self.wrong:
                if sure and now >= sure[0][0]:
                    sure.pop(0)[1]()
                self._fault()
                for _ in range(self.rng.randint(0, 2)):
                    self._break_line()
                time.sleep(self.rng.random() * 4 / len(self.desks))
        finally:
            self._mend()
        if self.wrong:
            raise CheckFailed(self.wrong[0])
        return self._check()

    def close(self) -> None:
        for desk in self.desks:
            with suppress(CheckFailed):
                desk.end(signal.SIGKILL)
            desk.line.close()
        self.gateway.stop()

    def _fault(self) -> None:
        kinds = {self._break_line: 20, self._cut: 4, self._kill_counter: 5, self._kill_gateway: 2, self._freeze_gateway: 2}
        kinds |= {self._lock_database: 2, self._back_up: 1}
        if self.rng.random() < 0.01:
            kinds = {self._restore: 1}
        (fault,) = self.rng.choices(list(kinds), list(kinds.values()))
        fault()

    def _break_line(self) -> None:
        desk, kind = self.rng.choice(self.desks), self.rng.choice(list(LINE_FAULTS))
        path = self.rng.choice(["/v1/", "/v1/push", "/v1/pull", "/v1/blobs", "/v1/hello", "/v1/numbers"])
        desk.line.rule("*", path, LINE_FAULTS[kind](self.rng), nth=self.rng.randint(1, 3), times=self.rng.randint(1, 3))
        self.done[kind] += 1

    def _cut(self) -> None:
        self.rng.choice(self.desks).line.cut()
        self.done["line cut"] += 1

    def _kill_counter(self) -> None:
        desk = self.rng.choice(self.desks)
        desk.end(signal.SIGKILL)
        desk.begin()
        self.done["counter killed"] += 1

    def _kill_gateway(self) -> None:
        self.gateway.stop(signal.SIGKILL)
        time.sleep(self.rng.random())
        self.gateway.start()
        self.done["gateway killed"] += 1

    def _freeze_gateway(self) -> None:
        assert self.gateway.process is not None
        self.gateway.process.send_signal(signal.SIGSTOP)
        time.sleep(self.rng.random() * 3)
        self.gateway.process.send_signal(signal.SIGCONT)
        self.done["gateway frozen"] += 1

    def _lock_database(self) -> None:
        held = sqlite3.connect(self.gateway.database.removeprefix("sqlite:///"), timeout=10, isolation_level=None)
        try:
            held.execute("BEGIN IMMEDIATE")
            time.sleep(self.rng.random() * 3)
            held.execute("ROLLBACK")
        finally:
            held.close()
        self.done["gateway's database locked"] += 1

    def _back_up(self) -> None:
        if state(self.gateway) == "normal":
            self._copy = backup(self.gateway, self.folder / "backup.db")
            self.done["backup"] += 1

    def _restore(self) -> None:
        """The last backup comes back, announced. It is over when every counter has told what it holds."""
        if self._copy is None or state(self.gateway) != "normal":
            return
        with self._stable:
            put_back(self.gateway, self._copy)
            recover(self.gateway, "start")
        self.gateway.start()
        self._copy = None  # one of the new epoch will be made
        self.done["gateway restored"] += 1

    def _mend(self) -> None:
        for desk in self.desks:
            desk.line.heal()
        for desk in self.desks:
            desk.end()
        if self.gateway.process is None or self.gateway.process.poll() is not None:
            self.gateway.start()

    def _check(self) -> dict[str, Any]:
        with ExitStack() as stack:
            stations = []
            for desk in self.desks:
                with desk.at_home():
                    stations.append(open_workstation(desk.profile, lambda new: "2468"))
                stack.callback(stations[-1].close)
                sign_in(stations[-1].desk)
                stations[-1].client.base_url = self.gateway.url
            for _ in range(4):  # people decide: what was done at a desk after a refused change waits behind it
                for station in stations:
                    station.engine.run_once()
                decided = settle_all(stations)
                if state(self.gateway) == "normal" and not decided:
                    break
            assert state(self.gateway) == "normal", "everybody has told everything, and the recovery does not end"
            return check_all(self.gateway, stations, self.printed)


def settle_all(stations: list[Workstation]) -> int:
    """Each open review is decided at the first desk that has it. Returns how many."""
    done = 0
    for station in stations:
        with station.store.read() as reader:
            waiting = [(review.id, [choice.decision for choice in reviews.choices(review, dossier)])
                       for review, _, dossier in reviews.open_reviews(reader, station.desk)]  # fmt: skip
        for review, decisions in waiting:
            for decision in decisions:
                with suppress(UserError):  # no number left for a new code: the next choice
                    reviews.settle(station.desk, review, decision)
                    done += 1
                    break
        station.engine.run_once()
    return done


def main(hours: float, seed: int | None, counters: int, told: Callable[[str], None] = lambda _line: None) -> int:
    """Rounds until the time is over; the seed is printed first, a failure leaves its folder. ``told``: what it came to, in a line."""
    seed = random.SystemRandom().randrange(10**6) if seed is None else seed
    folder = Path(tempfile.mkdtemp(prefix="soak-"))
    print(f"soak: seed {seed}, {counters} counters, {hours} h, in {folder}", flush=True)
    until, rounds, found = time.monotonic() + hours * 3600, 0, {}
    # An agency's day has 10,000 numbers: a night must not use them up in minutes.
    soak = Soak(folder, seed, counters, pace=min(5.0, max(0.1, hours * 3.6)))
    try:
        while (left := until - time.monotonic()) > 0:
            found = soak.run(min(left, ROUND_SECONDS))
            rounds += 1
            print(f"round {rounds}: C1–C7 hold; {found} {dict(soak.done)} {dict(soak.did)}", flush=True)
    except AssertionError as failed:
        print(f"FAILED with seed {seed} in round {rounds + 1}: {failed}", flush=True)
        told(f"soak, seed {seed}, {counters} counters: FAILED in round {rounds + 1}")
        return 1
    finally:
        soak.close()
    faults = ", ".join(f"{name} {times}" for name, times in sorted(soak.done.items()))
    told(f"soak, seed {seed}, {counters} counters, {hours:g} h, {rounds} checks, each C1–C7: held; {found['codes']} codes, feed "
         f"{found['feed']}; {faults}")
    shutil.rmtree(folder, ignore_errors=True)
    return 0
