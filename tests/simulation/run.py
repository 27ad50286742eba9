"""One run: a schedule from its seed, then everything is mended, drained and checked."""

from __future__ import annotations

import json
import logging
import traceback
from dataclasses import dataclass, field
from typing import Any

from tests.faults import checker
from tests.simulation.clock import injected
from tests.simulation.template import AGENCY
from tests.simulation.world import World, ids_in


@dataclass
class Run:
    """``wrong``: empty when everything held."""

    seed: int
    trace: list[str] = field(default_factory=list)
    wrong: str = ""
    figures: dict[str, Any] = field(default_factory=dict)

    @property
    def text(self) -> str:
        return "\n".join([f"seed {self.seed}", *self.trace, self.wrong])


def run(seed: int, steps: int) -> Run:
    """The world of ``seed`` for ``steps`` steps. The same arguments give the same run. Nothing is logged: the steps tell more."""
    logging.disable(logging.CRITICAL)
    try:
        return _run(seed, steps)
    finally:
        logging.disable(logging.NOTSET)


def _run(seed: int, steps: int) -> Run:
    made = Run(seed)
    world = World(seed)
    made.trace = world.trace
    with injected(world.time, seed):
        try:
            for _ in range(steps):
                world.step()
            made.figures = settle(world)
        except Exception as error:
            made.wrong = f"{type(error).__name__}: {error}"
            if not isinstance(error, AssertionError):
                made.wrong += "\n" + traceback.format_exc()
        finally:
            world.close()
    return made


def job(what: tuple[int, int]) -> Run:
    """A run in a process that does nothing else."""
    return run(*what)


def settle(world: World) -> dict[str, Any]:
    """Mend, drain, and check C1–C6 and that nothing alive was lost. Raises AssertionError."""
    for counter in world.counters:
        counter.line.mend()
        while counter.line.deliver_late():
            pass
        counter.clock.off *= 0
    gateway: Any = world.gateway
    stations: Any = world.counters
    world.say("everything is mended")
    _talk(world)
    world.finish()
    _talk(world)
    assert not world.gateway.recovering
    for turn in range(8):  # an op that needs a person holds back later ones of its dossier
        if not world.people.decide(world.counters[turn % 2]):
            break
        _talk(world)
    figures = checker.check_all(gateway, stations, set(), AGENCY)
    nothing_lost(world)
    applied_once(world)
    return figures | {"ops": len(world.gateway.ops()), "alive": len(world.alive), "epoch": world.gateway.gateway.epoch}


def _talk(world: World) -> None:
    """A few cycles of everybody."""
    for _ in range(4):
        for counter in world.counters:
            with counter.store.write() as unit:
                unit._run("UPDATE outbox SET next_try_at = 0 WHERE state IN ('new', 'sent')")
            checker.cycle(world.gateway, counter, ok=True)  # type: ignore[arg-type]
            counter.engine.breaker.worked()


def nothing_lost(world: World) -> None:
    """What a machine held is at the gateway, but for ops the gateway never takes: those wait for a person at the counter."""
    there = world.gateway.ops()
    for identity, data in world.gateway.states():
        there.add(identity)
        there |= ids_in(data)
    for counter in world.counters:
        with counter.store.read() as reader:
            there |= {op for (op,) in reader._all("SELECT op_id FROM outbox WHERE state IN ('quarantined', 'void', 'review')")}
    missing = world.alive - there
    assert not missing, f"lost: {sorted(missing)[:5]} of {len(missing)}"


def applied_once(world: World) -> None:
    """No op has two rows in the feed of one life, no dossier the same event or fee twice."""
    rows = checker.ask(world.gateway, "SELECT op_id, id FROM feed WHERE part = :p", p=AGENCY)  # type: ignore[arg-type]
    assert len(set(rows)) == len(rows), "an op stands twice in the feed"
    for identity, data in world.gateway.states():
        state = json.loads(data)
        for key in ("events", "fees"):
            found = [one["id"] for one in state.get(key, ())]
            assert len(set(found)) == len(found), f"applied twice: {key} of {identity}"
