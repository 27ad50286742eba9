"""From the start of the process to a window that takes keys (sign-in painted, keyboard in its field, a typed key in it) with 100,000
dossiers in the encrypted store, against a bare PySide6 window with as many widgets; and to the store being ready behind it, so that
an Enter is answered (key unwrapped, store checked, all modules read, frame built). Both are started in turns; medians."""

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
        ours, ready, bare = [], [], []
        for _ in range(times):
            ran = child("program", profile, env=env)
            ours.append(ran["seconds"])
            ready.append(ran["ready"])
            bare.append(child("bare", str(widgets), env=env)["seconds"])
        rss = child("program", profile, "5", env=env)["rss"]
    return [
        Row(f"window usable with {count:,} dossiers ({widgets} widgets; median)", median(ours), "s", 2.0, baseline=median(bare)),
        Row(f"store of {count:,} dossiers ready behind the sign-in (median)", median(ready), "s", 1.5),
        Row(f"memory of the window with {count:,} dossiers after 5 s", rss / 1e6, "MB", 250),
    ]
