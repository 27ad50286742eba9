"""Paper and the window: how long until a preview is drawn, and whether the first print after the start freezes the window.

A process of its own without anything loaded; the pages are those of a receipt of two copies. "On screen" is when dark points stand
in the view, from the press of the key on; looking for them costs some milliseconds that are counted too. The heartbeat is the
window's own (50 ms), from a second after the window is shown to the print (it spans the imports of the PDF library), and from there
to the last preview (QtPdf is read as the start of the program reads it, before).
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from statistics import median

from benchmarks.profile import ROOT
from benchmarks.report import Row, p95


def run(quick: bool = False) -> list[Row]:
    """Milliseconds to a drawn preview, and the latest heartbeat around the first print."""
    env = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    subprocess.run([sys.executable, "-m", "benchmarks.paper_child", "1"], cwd=ROOT, env=env, check=True, capture_output=True, timeout=180)
    done = subprocess.run([sys.executable, "-m", "benchmarks.paper_child", "5" if quick else "20"], cwd=ROOT, env=env, check=True,
                          capture_output=True, text=True, timeout=300)
    told = json.loads(done.stdout.splitlines()[-1])
    return [
        Row("preview on screen (median)", median(told["preview_ms"]), "ms", 500.0),
        Row("preview on screen (p95)", p95(told["preview_ms"]), "ms", 500.0),
        Row("preview on screen, the first after start", told["first_preview_ms"], "ms", 500.0),
        Row("first print heartbeat, latest", told["print_late_ms"], "ms", 150.0),
        Row("previews heartbeat, latest (the dialog is built)", told["preview_late_ms"], "ms", 150.0),
        Row("first print after start, into a file", told["first_print_ms"], "ms", 2000.0),
    ]
