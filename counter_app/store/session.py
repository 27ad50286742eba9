"""One transaction: the few ways in which everything else in this package talks to SQLite, and the key-value table."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection

from onestop.wire import AgencySettings, EnrolReply

if TYPE_CHECKING:
    from counter_app.store.engine import Store

_GET = "SELECT value FROM meta WHERE key = ?"
_SET = "INSERT INTO meta(key, value) VALUES(?, ?) ON CONFLICT(key) DO UPDATE SET value = excluded.value"


class Session:
    """Base of Reader and Unit. Not kept beyond its ``with`` block, not shared between threads.

    Fixed statements go to the driver directly inside SQLAlchemy's transaction (a Core statement costs 40 µs, saving has a
    budget); queries with varying conditions are built with Core.
    """

    def __init__(self, store: Store, connection: Connection) -> None:
        self.store = store
        self._connection = connection
        self._db: Any = connection.connection.driver_connection

    def _all(self, sql: str, *params: Any) -> list[tuple[Any, ...]]:
        return self._db.execute(sql, params).fetchall()

    def _one(self, sql: str, *params: Any) -> tuple[Any, ...] | None:
        return self._db.execute(sql, params).fetchone()

    def meta_get(self, key: str) -> str | None:
        """A value of the key-value table (None: never set)."""
        row = self._one(_GET, key)
        return None if row is None else row[0]

    def enrolment(self) -> EnrolReply | None:
        """Which device of which agency this store belongs to (None: not enrolled), with the newest agency settings."""
        raw = self.meta_get("enrolment")
        if not raw:
            return None
        from onestop.codec import decode

        reply = decode(EnrolReply, raw)
        newer = self.meta_get("agency_settings")
        if newer:
            reply.settings = decode(AgencySettings, newer)
        return reply

    def incarnation(self) -> str:
        """The life of this database file: new for every file and every detected rollback."""
        return self.meta_get("incarnation") or ""

    def notice(self) -> dict[str, Any] | None:
        """What the start-up has to tell people (a rollback was detected), until ``clear_notice``."""
        raw = self.meta_get("notice")
        return json.loads(raw) if raw else None


class WriteSession(Session):
    """What only a writer may do."""

    def _run(self, sql: str, *params: Any) -> Any:
        return self._db.execute(sql, params)

    def _many(self, sql: str, rows: list[Any]) -> None:
        if rows:
            self._db.executemany(sql, rows)

    def meta_set(self, key: str, value: str) -> None:
        """Set a value of the key-value table."""
        self._run(_SET, key, value)

    def save_enrolment(self, reply: EnrolReply) -> None:
        """The gateway took this device in."""
        from onestop.codec import encode

        self.meta_set("enrolment", encode(reply).decode())
        self.meta_set("agency_settings", encode(reply.settings).decode())
        self.meta_set("epoch", str(reply.epoch))

    def save_settings(self, settings: AgencySettings) -> None:
        """The agency's settings as of the last hello."""
        from onestop.codec import encode

        self.meta_set("agency_settings", encode(settings).decode())

    def clear_notice(self) -> None:
        """A person has read it."""
        self._run("DELETE FROM meta WHERE key = 'notice'")
