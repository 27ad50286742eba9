"""The demonstration's gateway as a process."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.servers.gateway import ROOT

_DEMO = """
import json, sys
from pathlib import Path
from counter_app.demo import DemoGateway
gateway = DemoGateway(Path(sys.argv[1]), 1)
print(json.dumps({"pid": gateway.process.pid, "url": gateway.url}), flush=True)
sys.stdin.readline()
gateway.stop()
"""


pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="asks after processes as Unix does")


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return "Z" not in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] if sys.platform == "linux" else True


def _gone(pid: int) -> bool:
    until = time.monotonic() + 20
    while _alive(pid) and time.monotonic() < until:
        time.sleep(0.05)
    return not _alive(pid)


def _demo(folder: Path) -> tuple[subprocess.Popen[str], int]:
    demo = subprocess.Popen([sys.executable, "-c", _DEMO, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    assert demo.stdout is not None
    gateway = json.loads(demo.stdout.readline())
    assert gateway["url"].startswith("http://127.0.0.1:") and _alive(gateway["pid"])
    return demo, gateway["pid"]


def test_the_gateway_ends_with_a_demo_that_is_killed(tmp_path: Path) -> None:
    demo, gateway = _demo(tmp_path)
    try:
        demo.send_signal(getattr(signal, "SIGKILL", signal.SIGTERM))
        demo.wait(20)
        assert _gone(gateway)
    finally:
        if _alive(gateway):
            os.kill(gateway, signal.SIGTERM)
        for pipe in (demo.stdin, demo.stdout):
            pipe.close()  # type: ignore[union-attr]


def test_the_gateway_ends_with_a_demo_that_is_closed(tmp_path: Path) -> None:
    demo, gateway = _demo(tmp_path)
    demo.communicate("\n", timeout=60)
    assert demo.returncode == 0 and _gone(gateway)
