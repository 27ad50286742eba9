"""From the start of the process to a window that takes keys (sign-in painted, keyboard in its field) with 100,000 dossiers in the
encrypted store, against a bare PySide6 window with as many widgets. Both are started in turns; medians."""

from __future__ import annotations

import tempfile
from pathlib import Path
from statistics import median

from benchmarks.profile import child, environment, fill
from benchmarks.report import Row


def run(quick: bool = False) -> list[Row]:
    """Seconds, and the memory of the running window."""
    count, times = (5_000, 3) if quick else (100_000, 9)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        profile, env = str(fill(folder, count)), environment(folder)
        widgets = int(child("program", profile, env=env)["widgets"])
        child("bare", str(widgets), env=env)
        ours, bare = [], []
        for _ in range(times):
            ours.append(child("program", profile, env=env)["seconds"])
            bare.append(child("bare", str(widgets), env=env)["seconds"])
        rss = child("program", profile, "5", env=env)["rss"]
    return [
        Row(f"window usable with {count:,} dossiers ({widgets} widgets; median)", median(ours), "s", 2.0, baseline=median(bare)),
        Row(f"memory of the window with {count:,} dossiers after 5 s", rss / 1e6, "MB", 250),
    ]
