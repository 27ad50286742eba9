"""The README's first command: the demo walks through the main job on a real screen and leaves what it names."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.xvfb
@pytest.mark.timeout(180)
def test_the_demo_walks_through_the_main_job(virtual_screen, tmp_path: Path):
    environment = {key: value for key, value in os.environ.items() if key not in ("QT_QPA_PLATFORM", "CUPS_SERVER")}
    done = subprocess.run([sys.executable, "-m", "counter_app", "demo", "--walk", "--dir", str(tmp_path / "demo"), "--count", "400"],
                          cwd=ROOT, env={**environment, **virtual_screen.env, "CUPS_SERVER": "127.0.0.1:1"}, capture_output=True,
                          text=True, timeout=170, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stderr == ""
    named = [Path(line.strip()) for line in done.stdout.splitlines() if line.startswith("  ")]
    assert all(path.stat().st_size > 1000 for path in named)
    assert [path.suffix for path in named].count(".pdf") == 3
    assert {path.stem[:2] for path in named if path.parent.name == "walk"} == {f"{n:02d}" for n in range(1, 10)}
