"""The check at the start of the program: is the file ours, whole and no older than its witness, and what is unsent, with 100,000
dossiers in the store; after an orderly end, and after the process was killed (the log has to be read back first)."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
from pathlib import Path
from statistics import median
from time import perf_counter

from benchmarks.material import AGENCY, KEY, NOW, a_store, pages
from benchmarks.report import Row
from counter_app.runtime.clock import FixedClock
from counter_app.store.engine import open_store


def run(quick: bool = False) -> list[Row]:
    """Seconds."""
    count = 10_000 if quick else 100_000
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        store = a_store(folder)
        for items, position in pages(count):
            with store.write() as unit:
                unit.apply_page(AGENCY, items, position)
        store.close()
        orderly = median(_open(folder) for _ in range(5))
        killed = []
        for number in range(3):
            copy = folder / f"killed-{number}"
            copy.mkdir()
            for file in folder.glob("store.db*"):
                shutil.copy(file, copy / file.name)
            _kill_while_writing(copy)
            killed.append(_open(copy))
    return [
        Row(f"start-up check and scan of what is unsent at {count:,} dossiers", orderly, "s", 1.0),
        Row(f"the same after the process was killed, at {count:,} dossiers", median(killed), "s", 1.0),
    ]


def _open(folder: Path) -> float:
    start = perf_counter()
    store = open_store(folder / "store.db", KEY, witness=folder / "witness", clock=FixedClock(NOW))
    with store.read() as reader:
        reader.outbox_summary()
        assert reader.count("dossier")
    spent = perf_counter() - start
    store.close()
    return spent


def _kill_while_writing(folder: Path) -> None:
    """A process that stores a few pages more and is gone before it could close the file."""
    child = os.fork()
    if child == 0:
        store = open_store(folder / "store.db", KEY, witness=folder / "witness", clock=FixedClock(NOW))
        for items, position in pages(1_500, seed=8):
            with store.write() as unit:
                unit.apply_page(AGENCY, items, position)
        os.kill(os.getpid(), signal.SIGKILL)
    os.waitpid(child, 0)
