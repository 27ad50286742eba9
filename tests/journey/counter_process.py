"""One counter as a PC: its own desktop, its own folders, its own line to the gateway, the program as a process with a window."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.journey.atspi import Reader
from tests.journey.cable import Cable
from tests.journey.desktop import Desktop
from tests.journey.screen_driver import ScreenDriver
from tests.servers.process import Server

WINDOW = "Quầy một cửa"
PROGRAM = (sys.executable, "-m", "counter_app")


class CounterProcess:
    """``keys`` types and takes pictures, ``screen`` reads and presses what is shown."""

    def __init__(self, name: str, folder: Path, gateway_port: int, env: Mapping[str, str]) -> None:
        self.name, self.folder, self.profile = name, folder / name, folder / name / "profile"
        self.profile.mkdir(parents=True)
        self._heartbeat = self.folder / "heartbeat.json"
        self._server: Server | None = None
        self.cable = Cable(gateway_port)
        self.desktop = Desktop()
        self.keys = ScreenDriver(self.desktop.display)
        self.screen = Reader(self.desktop.accessibility_bus)
        self._env = {
            **env, **self.desktop.env, "HOME": str(self.folder), "QT_LOGGING_RULES": "qt.accessibility.*=false", "LC_ALL": "C.UTF-8",
            "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring", "COUNTER_APP_PIN": "246813",
            "COUNTER_APP_WITNESS_DIR": str(self.folder / "witness"), "COUNTER_APP_HEARTBEAT": str(self._heartbeat),
            # As on an installed PC, where libraries are compiled: loading them from source would freeze the window longer.
            "PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": str(folder / "compiled"),
            "COUNTER_APP_MACHINE_SETTINGS": str(self.folder / "none.json"),
            **{f"XDG_{kind}_HOME": str(self.folder / kind.lower()) for kind in ("CONFIG", "DATA", "CACHE", "STATE")},
        }

    # ---- the machine

    def enrol(self, code: str, **settings: Any) -> None:
        """Make the profile with the one-time code, then set what an administrator would set for this PC."""
        self.command("init", "--gateway", self.cable.url, "--enrol", code, "--name", self.name)
        file = self.profile / "settings.json"
        file.write_text(json.dumps({**json.loads(file.read_text("utf-8")), **settings}, ensure_ascii=False), encoding="utf-8")

    def command(self, *words: str) -> str:
        """A command of the program on this profile. Raises AssertionError with what it said."""
        done = subprocess.run([*PROGRAM, *words, "--profile", str(self.profile)], capture_output=True,
                              text=True, env={**os.environ, **self._env}, cwd=self.folder, timeout=60)
        assert done.returncode == 0, f"{self.name}: {words[0]}: {done.stderr}"
        return done.stdout

    def export(self) -> str:
        """Everything this counter holds, as the comparing text."""
        return self.command("export", "--json")

    # ---- the window

    def start(self) -> None:
        """Start the program and wait until it can be used."""
        self._server = Server(f"counter {self.name}", [*PROGRAM, "--profile", str(self.profile)],
                              self.folder / "window.log", self._env)
        self._server.wait_until(lambda: any(node.name for node in self.screen.tree() if node.depth))

    def kill(self) -> None:
        """SIGKILL: the plug of the PC."""
        assert self._server is not None
        self._server.stop(signal.SIGKILL)

    def close(self) -> int:
        """Close the window as a person does, and return the exit code."""
        assert self._server is not None
        self.keys.close_window(WINDOW)
        return self._server.process.wait(30)

    def running(self) -> bool:
        return self._server is not None and self._server.process.poll() is None

    def log(self) -> str:
        return self._server.log_tail() if self._server is not None else ""

    def written(self) -> str:
        """Everything this counter wrote into its logs, and onto its standard error since the last start."""
        return self.log() + "".join(file.read_text("utf-8", errors="replace") for file in sorted((self.profile / "logs").iterdir()))

    def heartbeat(self) -> dict[str, float]:
        """How late the window's heartbeat was, since it was started last."""
        return json.loads(self._heartbeat.read_text("utf-8"))

    def remove(self) -> None:
        if self.running():
            self.kill()
        self.cable.remove()
        self.screen.close()
        self.keys.close()
        self.desktop.stop()
