"""The real central gateway as a process of its own, on whatever database a test names."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from central_gateway.services import devices, enrol, staff
from central_gateway.services.export import export
from central_gateway.settings import Settings
from central_gateway.state import Gateway, open_gateway
from tests.servers.process import ServerFailed

ROOT = Path(__file__).resolve().parents[2]


class GatewayProcess:
    """``central-gateway serve`` on a free port with the demo province. ``stop`` and ``start`` keep port and database. ``words``: more
    for the command line."""

    def __init__(self, database: str, folder: Path, *, dossiers: int = 200, words: tuple[str, ...] = ()) -> None:
        self.database, self.folder, self.dossiers, self.words = database, folder, dossiers, words
        self.process: subprocess.Popen[bytes] | None = None
        self.port = 0
        self.enrol_codes: dict[str, str] = {}
        self.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it (again) and wait until it answers."""
        words = [*(["--demo-data", "--demo-count", str(self.dossiers)] if self.dossiers else []), *self.words]
        with (self.folder / "gateway.log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "central_gateway.cli", "serve", "--database", self.database, "--port", str(self.port),
                 "--blobs", str(self.folder / "blobs"), *words],
                stdout=subprocess.PIPE, stderr=log, cwd=ROOT)
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            raise ServerFailed("the gateway did not start:\n" + (self.folder / "gateway.log").read_text(encoding="utf-8")[-3000:])
        ready = json.loads(line)
        self.port = int(ready["url"].rpartition(":")[2])
        self.enrol_codes |= ready["enrol_codes"]

    def stop(self, how: int = signal.SIGTERM) -> None:
        """End it; SIGKILL is a power cut."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(how)
            self.process.wait(30)
        if self.process is not None and self.process.stdout is not None:
            self.process.stdout.close()

    def enrol_code(self, agency: str) -> str:
        """One more one-time code, as ``central-gateway enrol`` gives it."""
        with self._opened() as gateway:
            return gateway.database.retrying(lambda conn: enrol.new_code(conn, agency, gateway.settings))

    def lock(self, username: str) -> None:
        """An administrator locks an account."""
        with self._opened() as gateway:
            gateway.database.retrying(lambda conn: staff.set_lock(conn, username, locked=True))

    def fence(self, device: int) -> None:
        """An administrator shuts a machine out."""
        with self._opened() as gateway, gateway.database.write() as conn:
            devices.set_state(conn, device, devices.FENCED)

    def export(self, agency: str) -> str:
        """What the gateway holds of one agency, as the comparing text of ``central-gateway export``."""
        with self._opened() as gateway, gateway.database.read() as conn:
            return export(conn, agency)

    @contextmanager
    def _opened(self) -> Iterator[Gateway]:
        """The same database beside the running service (its commands do the same, in a process each)."""
        gateway = open_gateway(Settings(database=self.database))
        try:
            yield gateway
        finally:
            gateway.close()
