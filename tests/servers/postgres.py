"""A real PostgreSQL for tests: own data folder, own port, gone at the end. Works for root and for anybody else."""

import itertools
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.servers.process import Server, ServerFailed, free_port, private_folder, setpriv

ROLE = "gateway"


class PostgresServer:
    """A PostgreSQL server on the loopback. `durable` keeps fsync on (slow, for crash tests); normal tests do without."""

    def __init__(self, durable: bool = False):
        self.durable = durable
        self._programs = _programs()
        self._user = _server_user()
        self._folder = private_folder("pg-", self._user)
        self._data = self._folder / "data"
        self._server: Server | None = None
        self._numbers = itertools.count(1)
        self.port = 0

    @property
    def folder(self) -> Path:
        """Where its programs may write."""
        return self._folder

    def program(self, name: str) -> list[str]:
        """The beginning of a command line of PostgreSQL's ``name``, run as the server's user, for this server."""
        return [*setpriv(self._user), str(self._programs / name), "-h", "127.0.0.1", "-p", str(self.port), "-U", ROLE]

    def run(self, name: str, *words: str) -> None:
        """One of PostgreSQL's programs for this server. Raises ServerFailed with what it said."""
        self._run(name, "-h", "127.0.0.1", "-p", str(self.port), "-U", ROLE, *words)

    def log(self) -> str:
        """What the server said so far."""
        return (self._folder / "server.log").read_text(encoding="utf-8", errors="replace")

    def url(self, database: str = "postgres") -> str:
        """SQLAlchemy URL of a database of this server (psycopg 3)."""
        return f"postgresql+psycopg://{ROLE}@127.0.0.1:{self.port}/{database}"

    def create_database(self, name: str | None = None) -> str:
        """Creates an empty database (a new name each time unless one is given); returns its SQLAlchemy URL."""
        name = name or f"test_{next(self._numbers)}"
        self._as_admin(f'CREATE DATABASE "{name}" TEMPLATE template0')
        return self.url(name)

    def drop_database(self, url: str) -> None:
        """Drops a database by its URL, cutting whoever is still connected."""
        self._as_admin(f'DROP DATABASE IF EXISTS "{url.rsplit("/", 1)[1]}" WITH (FORCE)')

    def start(self) -> None:
        """Starts the server on the port it had before, or on a new one the first time."""
        if not self._data.exists():
            self._initdb()
        for _attempt in range(3):
            self.port = self.port or free_port()
            settings = {
                "listen_addresses": "127.0.0.1",
                "port": self.port,
                "unix_socket_directories": self._folder,
                "shared_buffers": "32MB",
                "max_connections": 60,
                "timezone": "Asia/Ho_Chi_Minh",
                **({} if self.durable else {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}),
            }
            options = [word for key, value in settings.items() for word in ("-c", f"{key}={value}")]
            command = [str(self._programs / "postgres"), "-D", str(self._data), *options]
            self._server = Server("PostgreSQL", command, self._folder / "server.log", user=self._user)
            try:
                self._server.wait_until(self._ready)
            except ServerFailed:
                if "could not bind" not in self._server.log_tail():
                    raise
                self.port = 0
            else:
                return
        raise ServerFailed(f"PostgreSQL found no free port:\n{self._server.log_tail()}")

    def stop(self, crash: bool = False) -> None:
        """Stops the server; `crash` ends it at once without a checkpoint, so that the next start has to recover."""
        if self._server is not None:
            self._server.stop(signal.SIGQUIT if crash else signal.SIGINT)
            self._server = None

    def backup(self, folder: str = "backup") -> Path:
        """A base backup (`pg_basebackup`) of the running server; returns its folder. `restore` puts it in place."""
        target = self._folder / folder
        shutil.rmtree(target, ignore_errors=True)
        self._run("pg_basebackup", "-D", str(target), "-h", "127.0.0.1", "-p", str(self.port), "-U", ROLE, "-X", "stream", "-c", "fast",
                  *([] if self.durable else ["--no-sync"]))
        return target

    def copy(self, folder: str = "copy") -> Path:
        """A copy of the data folder of the stopped server, as a snapshot of the disk; returns its folder."""
        if self._server is not None:
            raise ServerFailed("stop PostgreSQL before its data folder is copied")
        target = self._folder / folder
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(self._data, target, copy_function=_copy_owned)
        _own(target, self._data)
        return target

    def restore(self, backup: Path) -> None:
        """Replaces the data by a backup or copy (which stays) and starts the server on its port. A server without archive
        recovery goes on in the same timeline with the same system identifier: nothing in it tells that it was restored."""
        self.stop()
        shutil.rmtree(self._data, ignore_errors=True)
        shutil.copytree(backup, self._data, copy_function=_copy_owned)
        _own(self._data, backup)
        self.start()

    def standby(self) -> "PostgresServer":
        """A streaming standby of this running server, started, on a port of its own. `remove` it when done."""
        other = PostgresServer(self.durable)
        backup = self.backup("for-standby")
        shutil.copytree(backup, other._data, copy_function=_copy_owned)
        _own(other._data, backup)
        shutil.rmtree(backup)
        with (other._data / "postgresql.auto.conf").open("a") as file:
            file.write(f"primary_conninfo = 'host=127.0.0.1 port={self.port} user={ROLE}'\n")
        (other._data / "standby.signal").touch()
        other.start()
        return other

    def promote(self, wait: float = 30) -> None:
        """Makes a standby the primary of a new timeline; returns when it takes writes."""
        with psycopg.connect(self._address("postgres"), autocommit=True) as connection:
            done = connection.execute("SELECT pg_promote(true, %s)", (int(wait),)).fetchone()
        if done != (True,):
            raise ServerFailed(f"PostgreSQL was not promoted within {wait} s:\n{self._server.log_tail()}")

    def take_port(self, port: int) -> None:
        """Starts this server again on another one's port, as an address that moves with the primary does."""
        self.stop()
        self.port = port
        self.start()

    def remove(self) -> None:
        """Stops the server and deletes its data."""
        self.stop()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _initdb(self) -> None:
        command = [str(self._programs / "initdb"), "-D", str(self._data), "-U", ROLE, "--auth=trust", "--encoding=UTF8"]
        command += ["--locale=C.UTF-8", "--no-instructions", *([] if self.durable else ["--no-sync"])]
        done = subprocess.run([*setpriv(self._user), *command], capture_output=True, text=True, errors="replace", cwd=self._folder)
        if done.returncode:
            raise ServerFailed(f"initdb failed with code {done.returncode}:\n{done.stdout}{done.stderr}")

    def _run(self, program: str, *words: str) -> None:
        command = [*setpriv(self._user), str(self._programs / program), *words]
        done = subprocess.run(command, capture_output=True, text=True, errors="replace", cwd=self._folder)
        if done.returncode:
            raise ServerFailed(f"{program} failed with code {done.returncode}:\n{done.stdout}{done.stderr}")

    def _ready(self) -> bool:
        try:
            psycopg.connect(self._address("postgres"), connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def _as_admin(self, statement: str) -> None:
        with psycopg.connect(self._address("postgres"), autocommit=True) as connection:
            connection.execute(statement.encode())

    def _address(self, database: str) -> str:
        return f"host=127.0.0.1 port={self.port} user={ROLE} dbname={database}"


def _copy_owned(source: str, target: str) -> None:
    shutil.copy2(source, target)
    _own(Path(target), Path(source))


def _own(target: Path, like: Path) -> None:
    """Gives a copied folder its owner and mode again: PostgreSQL refuses data that is not its own."""
    if os.geteuid() == 0:
        kept = like.stat()
        folders = [target, *(path for path in target.rglob("*") if path.is_dir())] if target.is_dir() else [target]
        for path in folders:
            os.chown(path, kept.st_uid, kept.st_gid)


def _programs() -> Path:
    """Folder of initdb and postgres: Debian's versioned folders first (they are not on PATH), then pg_config, then PATH."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: float(folder.parent.name), reverse=True)
    if config := shutil.which("pg_config"):
        folders.append(Path(subprocess.run([config, "--bindir"], capture_output=True, text=True, check=True).stdout.strip()))
    if found := shutil.which("initdb"):
        folders.append(Path(found).parent)
    for folder in folders:
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            return folder
    raise ServerFailed("PostgreSQL's initdb and postgres are not installed; Debian package: postgresql (sh dev.sh setup test installs it)")


def _server_user() -> str | None:
    """Whom the server runs as: PostgreSQL refuses root, so root hands over to `postgres` or `nobody`; None: ourselves."""
    if os.geteuid() != 0:
        return None
    import pwd  # not on Windows, where this module must still import

    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """One running PostgreSQL for the session (per worker), started when the first test asks for it."""
    server = PostgresServer()
    try:
        server.start()
        yield server
    finally:
        server.remove()


@pytest.fixture
def postgres_url(postgres_server: PostgresServer) -> Iterator[str]:
    """SQLAlchemy URL of a fresh empty database, dropped after the test."""
    url = postgres_server.create_database()
    yield url
    postgres_server.drop_database(url)
