"""The real gateway application on an SQLite file, which can be copied and put back."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from central_gateway.app import create_app
from central_gateway.services import enrol, life, recovery
from central_gateway.services.finish import finish
from central_gateway.settings import Settings
from central_gateway.state import Gateway, open_gateway
from tests.simulation.line import AsgiServer

_SUFFIXES = ("", "-wal", "-shm")


class SimulatedGateway:
    """``folder`` holds the database, ``witness`` (beside it, on other storage) the witness, if any."""

    def __init__(self, folder: Path, *, witness: bool = True) -> None:
        self.folder = folder
        self.path = folder / "gateway.db"
        self.database = f"sqlite:///{self.path}"  # as tests.faults.checker wants it
        self.settings = Settings(database=self.database, witness=str(folder.parent / "gateway-witness") if witness else "",
                                 argon2_memory_kib=64, argon2_passes=1, pool_size=4)
        self.backups: list[Path] = []
        self.open()

    def open(self, *, look: bool = True) -> None:
        """Start it. ``look``: it compares the database with what it knew, as ``serve`` does; a resumed snapshot does not."""
        self.gateway: Gateway = open_gateway(self.settings)
        if look:
            recovery.at_start(self.gateway)
        self.server = AsgiServer(create_app(self.gateway))

    def close(self) -> None:
        self.gateway.close()
        self.server.close()

    def restart(self) -> None:
        self.close()
        self.open()

    def answer(self, method: str, target: str, headers: list[tuple[str, str]],
               body: bytes) -> tuple[int, list[tuple[str, str]], bytes]:
        return self.server.answer(method, target, headers, body)

    def enrol_code(self, agency: str) -> str:
        return self.gateway.database.retrying(lambda conn: enrol.new_code(conn, agency, self.settings))

    def backup(self) -> None:
        """What a backup program takes while it runs."""
        target = self.folder / f"backup-{len(self.backups)}.db"
        with closing(sqlite3.connect(self.path)) as source, closing(sqlite3.connect(target)) as copy:
            source.backup(copy)
        self.backups.append(target)

    def put_back(self, which: int, how: str) -> None:
        """``announced``: the operator runs ``recover start``. ``restarted``: nobody says a word, but it is started again. ``snapshot``: the
        machine goes on from there without a start."""
        self.close()
        for suffix in _SUFFIXES:
            self.path.with_name(self.path.name + suffix).unlink(missing_ok=True)
        shutil.copyfile(self.backups[which], self.path)
        self.open(look=how != "snapshot")
        if how == "announced":
            recovery.begin(self.gateway, self.gateway.life.now(fresh=True).epoch, "operator")

    @property
    def recovering(self) -> bool:
        with self.gateway.database.read() as conn:
            return life.read(conn).recovering

    def finish(self) -> None:
        """The operator's word."""
        finish(self.gateway)

    def states(self) -> list[tuple[str, str]]:
        """(id, state) of everything it holds, and of what counters gave back and is not taken yet."""
        with closing(sqlite3.connect(self.path)) as db:
            return [*db.execute("SELECT id, data FROM entity"), *db.execute("SELECT id, data FROM salvage")]

    def ops(self) -> set[str]:
        with closing(sqlite3.connect(self.path)) as db:
            return {op for (op,) in db.execute("SELECT op_id FROM op WHERE result <> ''")}
