"""Row 49: what a first synchronisation costs in memory."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.faults.tracing import ROOT
from tests.servers.gateway import GatewayProcess

_PULL = """
import json, os, sys, threading
from pathlib import Path
import psutil
from counter_app.services.setup import initialise
import counter_app.services.setup, requests, jwt, sqlalchemy
me = psutil.Process()
peak = 0
ended = threading.Event()
def watch():
    global peak
    while not ended.wait(0.02):
        peak = max(peak, me.memory_info().rss)
before = me.memory_info().rss
thread = threading.Thread(target=watch, daemon=True)
thread.start()
station = initialise(Path(sys.argv[1]), url=sys.argv[2], code=sys.argv[3], ask_pin=lambda new: "2468")
ended.set()
thread.join()
with station.store.read() as reader:
    count = reader.count("dossier")
station.close()
print(json.dumps({"dossiers": count, "more": max(peak, before) - before}))
"""


def test_row_49_memory_of_a_first_synchronisation(tmp_path: Path, seen, full: bool) -> None:
    gateway = GatewayProcess(f"sqlite:///{tmp_path / 'gateway.db'}", tmp_path, dossiers=240_000 if full else 8_000)
    try:
        done = subprocess.run(
            [sys.executable, "-c", _PULL, str(tmp_path / "profile"), gateway.url, gateway.enrol_code("H32.15")],
            cwd=ROOT,
            env=os.environ | {"COUNTER_APP_WITNESS_DIR": str(tmp_path / "witness"), "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=False,
            timeout=1800,
        )
    finally:
        gateway.stop()
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["dossiers"] >= (100_000 if full else 1000)
    assert found["more"] < 150 * 2**20
    seen("{n} dossiers pulled by a new counter: {m} MB more than before at the peak", n=found["dossiers"], m=found["more"] >> 20)
