"""Breadth first through all schedules: the shortest counterexample, or none."""

from __future__ import annotations

import multiprocessing
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tests.model.machine import Rules
from tests.model.world import Budget, World, fault, steps

#: A schedule, newest action first: (the one before, action).
Path = Any
_LEVEL: list[tuple[World, Path]] = []


@dataclass(frozen=True)
class Found:
    """``schedule``: empty when nothing is wrong. ``states``: distinct ones up to ``depth`` (where something is wrong: up to there)."""

    depth: int
    states: int
    schedule: tuple[str, ...] = ()
    wrong: str = ""

    @property
    def text(self) -> str:
        return "; ".join(self.schedule) + f" ⇒ {self.wrong}" if self.wrong else "none"


def explore(depth: int, off: Rules = frozenset(), budget: Budget | None = None, processes: int = 1) -> Found:
    """All schedules up to ``depth`` actions with the rules ``off`` left out. The last level, most of the work, is shared by
    ``processes``. States are told apart by their 64-bit hash: at two million, two that share one are a matter of 10⁻⁷."""
    start = World(budget=budget or Budget())
    seen = {hash(start)}
    level: list[tuple[World, Path]] = [(start, None)]
    for done in range(1, depth):
        following = []
        for after, path in _next(level, off):
            if isinstance(after, str):
                return Found(done, len(seen), _schedule(path), after)
            key = hash(after)
            if key in seen:
                continue
            seen.add(key)
            wrong = fault(after, off)
            if wrong:
                return Found(done, len(seen), _schedule(path), wrong)
            following.append((after, path))
        level = following
    return _last_level(depth, level, seen, off, processes)


def _next(level: list[tuple[World, Path]], off: Rules) -> Iterator[tuple[World | str, Path]]:
    for world, path in level:
        for name, after in steps(world, off):
            yield after, (path, name)


def _last_level(depth: int, level: list[tuple[World, Path]], seen: set[int], off: Rules, processes: int) -> Found:
    global _LEVEL
    _LEVEL = level
    if processes > 1 and "fork" in multiprocessing.get_all_start_methods():
        size = max(1, len(level) // (processes * 8))
        chunks = [(at, at + size, off) for at in range(0, len(level), size)]
        with multiprocessing.get_context("fork").Pool(processes) as pool:
            for schedule, wrong, keys in pool.imap(_chunk, chunks):
                if wrong:
                    return Found(depth, len(seen), schedule, wrong)
                seen.update(keys)
    else:
        schedule, wrong, keys = _chunk((0, len(level), off))
        if wrong:
            return Found(depth, len(seen), schedule, wrong)
        seen.update(keys)
    return Found(depth, len(seen))


def _chunk(part: tuple[int, int, Rules]) -> tuple[tuple[str, ...], str, array[int]]:
    """What is wrong after one more step from these states, and the hashes of the states it leads to."""
    first, end, off = part
    found: set[int] = set()
    for after, path in _next(_LEVEL[first:end], off):
        if isinstance(after, str):
            return _schedule(path), after, array("q")
        key = hash(after)
        if key not in found:
            found.add(key)
            wrong = fault(after, off)
            if wrong:
                return _schedule(path), wrong, array("q")
    return (), "", array("q", found)


def _schedule(path: Path) -> tuple[str, ...]:
    names = []
    while path is not None:
        path, name = path
        names.append(name)
    return tuple(reversed(names))
