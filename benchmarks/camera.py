"""The camera beside the window: how late the window's heartbeat gets while frames are decoded, and how soon a receipt is read.

A window with the camera's preview; frames of 1280×720 go 30 times a second through QVideoFrameInput, QMediaCaptureSession and
QVideoSink, as a webcam's do: receipts that read, receipts that are hard to read (the decoder's dear stages) and empty desks. A timer
of 10 ms is the heartbeat; lateness is what it came after its time. The same window without a camera is told beside it: a busy machine is
late by itself, and such a run says nothing about the camera."""

from __future__ import annotations

import json
import os
import subprocess
import sys

from benchmarks.profile import ROOT
from benchmarks.report import Row

_CHILD = r"""
import json, sys, time
from statistics import median
import counter_app
from PySide6.QtCore import QTimer, Qt
from PySide6.QtWidgets import QApplication, QWidget
from benchmarks.scenes import scene
from benchmarks.scenes.negatives import negative
from counter_app.domain.published import bundled_codes
from counter_app.scanner.known import known_code
from counter_app.scanner.qt.camera import CameraSession
from counter_app.ui.camera_panel import CameraPanel
from tests.scanner.camera_sources import Bench, FedCamera

seconds, firsts = float(sys.argv[1]), int(sys.argv[2])
app = QApplication([])
window = QWidget()
window.resize(1366, 768)
panel = CameraPanel(window)
bench = Bench()
fits = known_code(bundled_codes())
session = CameraSession(fits, devices=bench)
session.preview.connect(panel.show_picture)
session.hint.connect(panel.show_hint)
pictures = {
    "read": [g for s in range(4) for g in scene("code128", "mild", 700000 + s).frames(6)],
    "hard": [g for s in range(4) for g in scene("code128", "hard", 700100 + s).frames(6)],
    "empty": [negative(700200 + s).frame() for s in range(12)],
}
window.show()
panel.open_panel()


def spin(seconds, done=lambda: False):
    end = time.perf_counter() + seconds
    while time.perf_counter() < end and not done():
        app.processEvents()
        time.sleep(0.0005)


late, due, shown = [], [0.0], [0]
timer = QTimer()
timer.setTimerType(Qt.TimerType.PreciseTimer)
timer.setInterval(10)


def beat():
    now = time.perf_counter()
    late.append(max(0.0, now - due[0]) * 1000)
    due[0] = now + 0.010


timer.timeout.connect(beat)
session.preview.connect(lambda _: shown.__setitem__(0, shown[0] + 1))
told = {}


def alone(seconds):
    late.clear(); due[0] = time.perf_counter() + 0.010
    timer.start()
    spin(seconds)
    timer.stop()
    return max(late)


machine = [alone(seconds)]
for name, frames in pictures.items():
    bench.plugged["cam"] = [lambda frames=frames: FedCamera(frames)]
    session.open("cam")
    spin(1.0)
    late.clear(); shown[0] = 0; due[0] = time.perf_counter() + 0.010
    timer.start()
    start = time.perf_counter()
    spin(seconds)
    timer.stop()
    told[name] = {"late_max": max(late), "p99": sorted(late)[int(len(late) * 0.99)], "beats": len(late),
                  "fps": shown[0] / (time.perf_counter() - start)}
    # Opening and closing too.
    late.clear(); due[0] = time.perf_counter() + 0.010
    timer.start()
    session.close()
    spin(0.3)
    session.open("cam")
    spin(0.7)
    timer.stop()
    told[name]["switch_late_max"] = max(late)
    session.close()
    session.wait(5)
    machine.append(alone(seconds / 3))
told["machine"] = max(machine)
read, waits = [], []
session.found.connect(lambda raw: read.append(raw))
for i in range(firsts):
    frames = list(scene("code128", "mild", 701000 + i).frames(6))
    sent = []

    class Timed(FedCamera):
        def _send(self):
            sent.append(time.perf_counter())
            super()._send()

    bench.plugged["cam"] = [lambda: Timed(frames)]
    read.clear()
    session.open("cam")
    spin(5.0, lambda: bool(read))
    waits.append((time.perf_counter() - sent[0]) * 1000 if read else 5000.0)
    session.close()
    session.wait(5)
told["first"] = {"median": median(waits), "max": max(waits)}
print("RESULT" + json.dumps(told))
"""


def run(quick: bool = False) -> list[Row]:
    """Lateness in milliseconds while the camera runs, its frame rate, and the time from the first frame to ``found``."""
    done = subprocess.run(
        [sys.executable, "-c", _CHILD, "4" if quick else "20", "10" if quick else "40"], cwd=ROOT, capture_output=True, text=True,
        timeout=300, env={**os.environ, "QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": str(ROOT)})
    told = [line for line in done.stdout.splitlines() if line.startswith("RESULT")]
    if not told:
        raise RuntimeError((done.stdout + done.stderr)[-2000:])
    figures = json.loads(told[0].removeprefix("RESULT"))
    first, alone = figures.pop("first"), figures.pop("machine")
    print(f"camera off: heartbeat late at most {alone:.1f} ms (what the machine itself does)", file=sys.stderr)
    latest = {name: max(f["late_max"], f["switch_late_max"]) for name, f in figures.items()}
    rows = [Row(f"camera on, {name}: heartbeat late at most", late, "ms", 50) for name, late in latest.items()]
    rows += [Row(f"camera on, {name}: preview", f["fps"], "fps", 10, "higher") for name, f in figures.items()]
    return [*rows, Row("camera: first frame to code found, median", first["median"], "ms", 250)]
