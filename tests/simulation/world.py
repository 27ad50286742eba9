"""A gateway and two counters, what people and faults do to them, and what may never get lost."""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any

from central_gateway.services.leases import FIRST, WIDTH
from counter_app.store.numbering import time_floor
from tests.simulation.clock import DeskClock, Time
from tests.simulation.counter import SimulatedCounter
from tests.simulation.desk import People
from tests.simulation.gateway import SimulatedGateway
from tests.simulation.line import FAULTS, Killed, Line
from tests.simulation.template import NAMES, scratch, template


class World:
    """``trace`` says what happened, step by step. ``alive``: ids of dossiers and ops that some machine has held ever since; a restore
    takes out what nobody holds any more. ``printed``: code → (dossier, counter, was it covered by the floor)."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self.time = Time()
        self.trace: list[str] = []
        self.alive: set[str] = set()
        self.printed: dict[str, tuple[str, str, bool]] = {}
        self.folder = scratch()
        for part in ("gateway", "gateway-witness", *NAMES):
            shutil.copytree(template() / part, self.folder / part)
        # Without a witness of its own the gateway keeps lanes apart by what counters present: one world in four.
        self.witnessed = self.rng.random() < 0.75
        self.gateway = SimulatedGateway(self.folder / "gateway", witness=self.witnessed)
        self.counters = [self._counter(name) for name in NAMES]
        self.people = People(self)
        self._booted = 0
        self._unannounced = False
        self._restored: dict[str, bool] = {}

    def _counter(self, name: str) -> SimulatedCounter:
        line = Line(lambda *message: self.gateway.answer(*message), self.rng, lambda: self.gateway.restart())
        counter = SimulatedCounter(name, self.folder / name, line, DeskClock(self.time), self.rng)
        counter.open()
        return counter

    def close(self) -> None:
        for counter in self.counters:
            counter.close()
        self.gateway.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def say(self, text: str) -> None:
        self.trace.append(f"{len(self.trace) + 1:3} {self.time.now:%d/%m %H:%M} {text}")

    # what happens

    def sync(self, counter: SimulatedCounter, fault: str = "", at: int = 0) -> None:
        """One cycle; the fault happens to one of its requests."""
        counter.line.plan(fault, at)
        try:
            report = counter.sync()
            told = f"{report.link.key}, pushed {report.pushed}, refused {report.refused}, pulled {report.pulled}"
            if report.settings_changed or report.catalogue_changed or report.staff_changed:
                counter.take_published()
        except Killed:
            counter.line.mend()
            counter.kill()
            told = "killed"
        counter.line.mend()
        self.say(f"{counter.name} syncs{f' ({fault} at {at})' if fault else ''}: {told}")

    def spare(self, counter: SimulatedCounter) -> None:
        """The background fetches an online number."""
        self.say(f"{counter.name} fetches a number: {counter.fetch_spare()}")

    def late(self, counter: SimulatedCounter) -> None:
        if counter.line.deliver_late():
            self.say(f"a late request of {counter.name} arrives")

    def kill(self, counter: SimulatedCounter) -> None:
        counter.kill()
        self.say(f"{counter.name} is killed and started")

    def image(self, counter: SimulatedCounter) -> None:
        counter.take_image()
        self.say(f"image of {counter.name}")

    def put_back(self, counter: SimulatedCounter, *, disk: bool) -> None:
        """Once in a world for each counter: after that nobody could tell, offline, what is on paper (docs/protocol.md)."""
        if counter.image is None or counter.name in self._restored:
            return
        self._restored[counter.name] = disk
        self._booted += 1
        counter.put_back(disk=disk, boot=f"boot after restore {self._booted}")
        self.forget_the_lost()
        self.say(f"RESTORE {counter.name} ({'disk' if disk else 'database'})")

    def reboot(self, counter: SimulatedCounter) -> None:
        self._booted += 1
        counter.close()
        counter.clock.boots(f"boot {self._booted}")
        counter.open()
        self.say(f"{counter.name}: the PC is started again")

    def clock(self, counter: SimulatedCounter, minutes: float) -> None:
        counter.clock.off = timedelta(minutes=minutes)
        self.say(f"{counter.name}: clock off by {minutes:+.0f} min")

    def passes(self, minutes: float) -> None:
        self.time.passes(minutes)
        self.say(f"{minutes:.0f} min pass")

    def backup(self) -> None:
        self.gateway.backup()
        self.say("backup of the gateway")

    def put_back_gateway(self, which: int, how: str) -> None:
        if not self.gateway.backups:
            return
        which %= len(self.gateway.backups)
        how = how if self.witnessed else "announced"  # without a witness nobody could know of a number given since
        self._unannounced |= how != "announced"
        self.gateway.put_back(which, how)
        self.forget_the_lost()
        self.say(f"RESTORE gateway to backup {which} ({how}), epoch {self.gateway.gateway.epoch}")

    def restart(self) -> None:
        self.gateway.restart()
        self.say("gateway restarts")

    def finish(self) -> None:
        if self.gateway.recovering:
            self.gateway.finish()
            self.say("operator finishes the recovery")

    # what is on paper

    def prints(self, counter: SimulatedCounter, code: str, dossier: str) -> None:
        """A receipt with this code leaves the desk. No code twice, but for the known limit of the floor: a lane used faster than the
        time of day allows (each boot begins at the floor) has no guarantee against its disk being put back, and says so; and but
        for online numbers of a gateway put back without a word, until a counter that saw more speaks to it."""
        number = int(code.rpartition("-")[2])
        covered = number < FIRST or (number - FIRST) % WIDTH < time_floor(counter.clock.now())
        before, who, was_covered = self.printed.setdefault(code, (dossier, counter.name, covered))
        if before != dossier:
            beyond = who == counter.name and not was_covered and self._restored.get(who, False)
            unknown = number < FIRST and self._unannounced
            assert beyond or unknown, f"C2: {code} is printed twice"
            self.say(f"{code} again: {'beyond the floor' if beyond else 'the gateway was put back without a word'}")

    # what is held where

    def forget_the_lost(self) -> None:
        """After a restore: what no machine holds any more is nobody's fault."""
        self.alive &= self.held()

    def held(self) -> set[str]:
        """Ids of dossiers, of ops and of events, wherever a machine has them."""
        found = self.gateway.ops()
        for identity, data in self.gateway.states():
            found.add(identity)
            found |= ids_in(data)
        for counter in self.counters:
            with counter.store.read() as reader:
                found |= {op for (op,) in reader._all("SELECT op_id FROM outbox")}
                for identity, data in reader._all("SELECT id, plain(coalesce(server, data)) FROM dossier"):
                    found.add(identity)
                    found |= ids_in(data)
                found |= {identity for (identity,) in reader._all("SELECT id FROM former")}
                for (data,) in reader._all("SELECT data FROM former WHERE data IS NOT NULL"):
                    found |= ids_in(data)
        return found

    def step(self) -> None:
        """One more thing happens."""
        rng = self.rng
        counter = rng.choice(self.counters)
        moves: list[tuple[int, Callable[[], Any]]] = [
            (22, lambda: self.people.receive(counter)),
            (22, lambda: self.people.work(counter)),
            (16, lambda: self.sync(counter)),
            (20, lambda: self.sync(counter, rng.choice(FAULTS), rng.randrange(6))),
            (2, lambda: self.people.decide(counter)),
            (4, lambda: self.spare(counter)),
            (4, lambda: self.late(counter)),
            (3, lambda: self.kill(counter)),
            (4, lambda: self.image(counter)),
            (3, lambda: self.put_back(counter, disk=rng.random() < 0.5)),
            (2, lambda: self.reboot(counter)),
            (2, lambda: self.clock(counter, rng.choice([0, 0, 3, -3, 90, -90, 1500, -1500]))),
            (8, lambda: self.passes(rng.choice([1, 7, 45, 240, 1440]))),
            (6, self.backup),
            (4, lambda: self.put_back_gateway(rng.randrange(100), rng.choice(["announced", "restarted", "snapshot"]))),
            (2, self.restart),
            (1, self.finish),
        ]
        rng.choices([move for _, move in moves], [weight for weight, _ in moves])[0]()


def ids_in(data: str | bytes | None) -> set[str]:
    """Every ``id`` in a state, however deep: events, fees."""
    found: set[str] = set()

    def walk(value: Any) -> None:
        if isinstance(value, dict):
            if isinstance(value.get("id"), str):
                found.add(value["id"])
            for inner in value.values():
                walk(inner)
        elif isinstance(value, list):
            for inner in value:
                walk(inner)
        elif isinstance(value, str) and value.startswith("{"):
            with suppress(ValueError):
                walk(json.loads(value))

    if data:
        walk(json.loads(data))
    return found


