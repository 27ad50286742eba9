"""One door to the database, PostgreSQL or SQLite.

``write`` opens a transaction that may wait for others but never upgrades from a read (SQLite: ``BEGIN IMMEDIATE``, because
``BEGIN`` + read + write fails at once with SQLITE_BUSY_SNAPSHOT). ``retrying`` repeats a whole transaction when the engine
asks for it (deadlock, serialization failure) or when somebody else got in between.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import psycopg
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, DisconnectionError, NoSuchModuleError
from sqlalchemy.pool import QueuePool

from central_gateway.errors import busy
from central_gateway.settings import Settings
from onestop.errors import EnvironmentFault, UserError

T = TypeVar("T")

#: A connection used so lately is not asked whether it still answers: that costs a twelfth of a push. Where it went just then, the caller
#: hears ``busy`` and sends again.
_FRESH_SECONDS = 1.0
_RETRY = {"40001", "40P01", "40003"}
_BUSY = {"55P03", "57014"}
_GONE = {"57P01", "57P02", "57P03", "08000", "08003", "08006"}


class TryAgain(Exception):
    """Another transaction got in between: roll back and run the whole of this one again."""


class Database:
    """An engine with the settings both databases need. ``close`` it when done."""

    def __init__(self, settings: Settings) -> None:
        self.url = _url(settings.database)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self._writer = threading.Lock()
        self.engine = _sqlite_engine(self.url, settings) if self.is_sqlite else _postgres_engine(self.url, settings)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A read-only unit of work. Raises Refused ``busy`` (503) when the server went away."""
        try:
            with self.engine.begin() as conn:
                yield conn
        except DBAPIError as error:
            if _unavailable(error):
                raise busy() from None
            raise

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A writing unit of work: committed at the end, rolled back on any exception. On SQLite writers of this process
        queue on a lock instead of polling the file."""
        if not self.is_sqlite:
            with self.engine.begin() as conn:
                yield conn
            return
        with self._writer, self.engine.connect().execution_options(write=True) as conn, conn.begin():
            yield conn

    def retrying(self, work: Callable[[Connection], T], tries: int = 5) -> T:
        """Run ``work`` in one ``write`` transaction, again from the start where the engine asks for it. Raises Refused
        ``busy`` (503) when a lock is not given in time or the server went away: the outcome is then unknown to the caller,
        who sends the same bytes again."""
        for attempt in range(tries):
            try:
                with self.write() as conn:
                    return work(conn)
            except TryAgain:
                continue
            except DBAPIError as error:
                if sqlstate(error) in _RETRY:
                    time.sleep(random.random() * 0.01 * 2**attempt)  # not all who were overtaken at once
                    continue
                if _unavailable(error):
                    raise busy() from None
                raise
        raise busy()

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()


def sqlstate(error: DBAPIError) -> str:
    """The five characters by which PostgreSQL names a failure; empty elsewhere."""
    return str(getattr(error.orig, "sqlstate", None) or "")


def must_retry(error: DBAPIError) -> bool:
    """Whether the whole transaction is lost (so that a savepoint cannot save it)."""
    return sqlstate(error) in _RETRY or _unavailable(error)


def _unavailable(error: DBAPIError) -> bool:
    return sqlstate(error) in _BUSY | _GONE or bool(error.connection_invalidated) or _sqlite_busy(error)


def _sqlite_busy(error: DBAPIError) -> bool:
    return getattr(error.orig, "sqlite_errorname", "").startswith(("SQLITE_BUSY", "SQLITE_LOCKED"))


def _url(text: str) -> Any:
    try:
        url = make_url(text)
        if url.get_backend_name() == "postgresql":
            return url.set(drivername="postgresql+psycopg")
        if url.get_backend_name() == "sqlite":
            if not url.database or url.database == ":memory:":
                raise UserError("database-url-invalid", "SQLite cần một tệp, ví dụ sqlite:///gateway.db.")
            return url
    except (ArgumentError, NoSuchModuleError, ValueError):
        pass
    raise UserError(
        "database-url-invalid",
        "Địa chỉ cơ sở dữ liệu không đúng. Dùng postgresql://người-dùng@máy/tên hoặc sqlite:///đường-dẫn-tệp.",
    )


def _sqlite_engine(url: Any, settings: Settings) -> Engine:
    engine = create_engine(
        url, poolclass=QueuePool, pool_size=settings.pool_size, max_overflow=32,
        connect_args={"check_same_thread": False, "timeout": settings.lock_timeout_ms / 1000 * 2.5},
    )

    @event.listens_for(engine, "connect")
    def _prepare(dbapi: Any, _record: Any) -> None:
        dbapi.isolation_level = None  # we say BEGIN ourselves
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "cache_size=-65536"):
            dbapi.execute(f"PRAGMA {pragma}").fetchall()

    @event.listens_for(engine, "begin")
    def _begin(conn: Connection) -> None:
        conn.exec_driver_sql("BEGIN IMMEDIATE" if conn.get_execution_options().get("write") else "BEGIN")

    return engine


def _postgres_engine(url: Any, settings: Settings) -> Engine:
    timeouts = f"-c lock_timeout={settings.lock_timeout_ms} -c statement_timeout={settings.statement_timeout_ms}"
    options = f"{timeouts} -c synchronous_commit=on -c timezone=UTC"
    engine = create_engine(
        url, pool_size=settings.pool_size, max_overflow=32,
        connect_args={"options": options, "connect_timeout": 10, "application_name": "central-gateway"},
    )

    @event.listens_for(engine, "connect")
    def _who(dbapi: Any, record: Any) -> None:
        record.info["server"] = _server(dbapi)

    @event.listens_for(engine, "checkin")
    def _used(_dbapi: Any, record: Any) -> None:
        record.info["used"] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def _alive(dbapi: Any, record: Any, _proxy: Any) -> None:
        if time.monotonic() - record.info.get("used", 0.0) > _FRESH_SECONDS and not _answers(dbapi):
            raise DisconnectionError  # another connection is made instead

    return engine


def _answers(dbapi: Any) -> bool:
    try:
        dbapi.execute("SELECT 1")
        dbapi.rollback()
    except psycopg.Error:
        return False
    return True


#: The timeline from the name of the WAL file being written: the control file learns of a promotion only at the next checkpoint.
_SERVER = """SELECT system_identifier || '/' || substr(pg_walfile_name(pg_current_wal_insert_lsn()), 1, 8)
    FROM pg_control_system() WHERE NOT pg_is_in_recovery()"""


def _server(dbapi: Any) -> str:
    """Which history of which server a connection leads to; empty where that is not told (no permission, another engine that
    speaks PostgreSQL's protocol, a standby)."""
    try:
        row = dbapi.execute(_SERVER).fetchone()
        return str(row[0]) if row else ""
    except psycopg.Error:
        return ""
    finally:
        dbapi.rollback()


def fault(error: DBAPIError) -> EnvironmentFault:
    """A database that cannot be reached or opened, in words for an administrator."""
    return EnvironmentFault(
        "database-unreachable",
        "Không mở được cơ sở dữ liệu. Hãy kiểm tra địa chỉ, quyền truy cập và máy chủ cơ sở dữ liệu.",
        reason=type(error.orig).__name__,
    )
