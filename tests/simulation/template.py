"""A province with two enrolled counters, made once in a process and copied for every run."""

from __future__ import annotations

import atexit
import random
import shutil
import tempfile
from functools import cache
from pathlib import Path

from central_gateway.demo.load import load_demo
from tests.simulation.clock import DeskClock, Time, injected
from tests.simulation.counter import SimulatedCounter
from tests.simulation.gateway import SimulatedGateway
from tests.simulation.line import Line

AGENCY, NAMES = "H32.15", ("A", "B")
_RAM = Path("/dev/shm")


@cache
def _root() -> Path:
    """A folder of this process and its children, gone at its end."""
    folder = Path(tempfile.mkdtemp(prefix="simulation-", dir=_RAM if _RAM.is_dir() else None))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def scratch() -> Path:
    """A new folder."""
    return Path(tempfile.mkdtemp(dir=_root()))


@cache
def template() -> Path:
    """Both counters have pulled the catalogue and hold their lanes; there is no dossier yet."""
    folder, time = scratch(), Time()
    (folder / "gateway").mkdir()
    with injected(time, 0):
        gateway = SimulatedGateway(folder / "gateway")
        load_demo(gateway.gateway, count=0, now=time.now)
        for name in NAMES:
            rng = random.Random(0)
            counter = SimulatedCounter(name, folder / name, Line(gateway.answer, rng, gateway.restart), DeskClock(time), rng)
            counter.enrol(gateway.enrol_code(AGENCY))
            counter.open()
            report = counter.sync()
            assert report.ok, report
            counter.close()
        gateway.close()
    return folder
