"""Which life of the database this is. Every restore begins a new one: its number is the epoch in ``meta``, and until it is known
what the restore lost, the state is ``recovering``.

Every worker process reads both from the database and believes them for half a second.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass

from sqlalchemy import Connection, select
from sqlalchemy.dialects import postgresql, sqlite

from central_gateway.db import Database
from central_gateway.errors import Refused
from central_gateway.tables import meta

NORMAL, RECOVERING = "normal", "recovering"
_BELIEVED_SECONDS = 0.5
_RETRY_SECONDS = 30


@dataclass(frozen=True, slots=True)
class Now:
    """``moved``: this connection leads to another database server than the one this life began on (a standby was promoted, a dump
    was loaded elsewhere)."""

    epoch: int
    state: str = NORMAL
    moved: bool = False

    @property
    def recovering(self) -> bool:
        """Whether no number may be given: also in the moment before a move was written down."""
        return self.moved or self.state == RECOVERING


def read(conn: Connection) -> Now:
    """As this transaction sees it."""
    rows = {row.key: row.value for row in conn.execute(select(meta).where(meta.c.key.in_(("epoch", "state", "server"))))}
    server = conn.info.get("server", "")
    moved = bool(server and rows.get("server") and rows["server"] != server)
    return Now(int(rows.get("epoch", "1")), rows.get("state", NORMAL), moved)


def put(conn: Connection, key: str, value: str) -> None:
    """Set one row of ``meta``."""
    dialect = postgresql if conn.dialect.name == "postgresql" else sqlite
    row = dialect.insert(meta).values(key=key, value=value)
    conn.execute(row.on_conflict_do_update(index_elements=["key"], set_={"value": value}))


def get(conn: Connection, key: str) -> str | None:
    """One row of ``meta``."""
    return conn.execute(select(meta.c.value).where(meta.c.key == key)).scalar()


def require_normal(conn: Connection) -> None:
    """Refuse to give numbers while it is not known which were given before. Asked in the transaction that would give them.
    Raises Refused 503 ``recovering``."""
    if read(conn).recovering:
        raise recovering()


def recovering() -> Refused:
    """503: restored from a backup; lanes and numbers come again when it is known which are on paper."""
    message = "Hệ thống trung tâm đang được khôi phục từ bản sao lưu, chưa cấp số mới. Máy dùng dải số đã có và sẽ tự hỏi lại."
    return Refused(503, "recovering", message, headers={"Retry-After": str(_RETRY_SECONDS)})


class Life:
    """What this process believes. Safe in threads."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._now: Now | None = None
        self._until = 0.0

    def now(self, conn: Connection | None = None, *, fresh: bool = False) -> Now:
        """At most half a second old; ``fresh``: as of now. Read through ``conn`` where it has to be read."""
        with self._lock:
            if self._now is not None and not fresh and time.monotonic() < self._until:
                return self._now
        if conn is None:
            with self._database.read() as own:
                found = read(own)
        else:
            found = read(conn)
        with self._lock:
            self._now, self._until = found, time.monotonic() + _BELIEVED_SECONDS
        return found

    @property
    def epoch(self) -> int:
        """The epoch as last read, for headers."""
        return self._now.epoch if self._now is not None else self.now().epoch

    def forget(self) -> None:
        """Read again at the next question."""
        with self._lock:
            self._until = 0.0
