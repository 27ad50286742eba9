"""Does the window ever freeze? The demo walks the main job by itself in a real window (sign in, receive, print, scan, search, hand
over, return, sync with a local gateway), on a virtual screen; the window's own 50 ms heartbeat says how late it ever was, from the
first paint of the sign-in on. The libraries are compiled before, as they are where the program is installed."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.profile import ROOT, environment
from benchmarks.report import Row
from tests.servers.screen import VirtualScreen

#: Everything the window reads in its life.
_COMPILE = """
import counter_app.app.program, counter_app.demo.walk, counter_app.scanner.qt.camera, counter_app.store.list_query, counter_app.cli.system
from counter_app.printing.prepare import prepare
prepare()
"""


def run(quick: bool = False) -> list[Row]:
    """The worst lateness in milliseconds, and how many beats were late by more than 150 ms."""
    count = 2_000 if quick else 20_000
    with tempfile.TemporaryDirectory() as name:
        folder, screen = Path(name), VirtualScreen()
        beats = folder / "heartbeat.json"
        env = {k: v for k, v in environment(folder).items() if k not in ("QT_QPA_PLATFORM", "COUNTER_APP_PIN")}
        env |= {**screen.env, "COUNTER_APP_HEARTBEAT": str(beats)}
        subprocess.run([sys.executable, "-c", _COMPILE], env=env, cwd=ROOT, check=True, timeout=120)
        try:
            done = subprocess.run(
                [sys.executable, "-m", "counter_app", "demo", "--walk", "--count", str(count), "--dir", str(folder / "demo")],
                env=env,
                cwd=ROOT,
                capture_output=True,
                text=True,
                timeout=300,
            )
        finally:
            screen.stop()
        if done.returncode or not beats.exists():
            raise RuntimeError((done.stdout + done.stderr)[-2000:])
        told = json.loads(beats.read_text())
    return [
        Row(f"heartbeat of the window, latest of {told['beats']} beats", told["late_max_ms"], "ms", 150),
        Row("heartbeats late by more than 150 ms", told["late_over_150"], "", 0),
    ]
