"""One transaction: the few ways in which everything else in this package talks to SQLite, and the key-value table."""

from __future__ import annotations

import json
from functools import lru_cache
from itertools import chain
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from onestop.codec import decode, encode
from onestop.wire import AgencySettings, EnrolReply

if TYPE_CHECKING:
    from datetime import datetime

    from counter_app.store.engine import Store
    from counter_app.store.filing import Procedures
    from counter_app.store.witness import Facts, Record
    from onestop.wire import Lease

_GET = "SELECT value FROM meta WHERE key = ?"
_SET = "INSERT INTO meta(key, value) VALUES(?, ?) ON CONFLICT(key) DO UPDATE SET value = excluded.value"


#: Rows of one INSERT: a page of a snapshot, one of the feed, part of one. What is over goes row by row: a statement of each length would
#: crowd out the others.
_AT_ONCE = (1000, 500, 125)
#: Read together at the first use of any of them, and kept while nobody else writes: a save needs them all, and each statement counts.
_HOT = (
    "enrolment",
    "agency_settings",
    "facts",
    "number_boot",
    "incarnation",
    "blind_index",
    "search_to",
    "last_contact",
    "clock_confirmed",
)
_GET_HOT = f"SELECT key, value FROM meta WHERE key IN ({', '.join(repr(key) for key in _HOT)})"

_MOVED = (
    "Máy này đã được chuyển từ “{former}” sang “{agency}”. Hồ sơ, dải số và danh mục từ nay theo đơn vị mới. Thao tác chưa gửi của đơn vị "
    "cũ vẫn được gửi về đơn vị cũ; bản sao hồ sơ cũ chỉ rời khỏi máy khi đã gửi hết."
)


class Kept:
    """What a connection remembers from one transaction to the next: the hot values, and what was made of them. It holds as long as
    ``PRAGMA data_version`` stays what it was: no other connection, of this process or another, has committed since. (By the same
    SQLite judges its own page cache.) Own changes are made here as well; a transaction that fails forgets all of it."""

    __slots__ = ("blocks", "chain", "enrolment", "facts", "hot", "leases", "version")

    def __init__(self, version: int, hot: dict[str, str]) -> None:
        self.version, self.hot = version, hot
        self.enrolment: EnrolReply | None = None
        self.facts: Facts | None = None
        self.leases: list[Lease] | None = None
        #: The link of the newest line of the log.
        self.chain: str | None = None
        #: What ``filing`` has read.
        self.blocks: dict[int, memoryview] = {}

    def change(self, key: str, value: str) -> None:
        """A hot value was written."""
        self.hot[key] = value
        self.enrolment = self.facts = None


class Session:
    """Base of Reader and Unit. Not kept beyond its ``with`` block, not shared between threads.

    Statements go to the driver itself: a statement of SQLAlchemy's Core costs 40 µs and saving has a budget.
    """

    def __init__(self, store: Store, db: Any) -> None:
        self.store = store
        self._db = db
        self._known: Kept | None = None
        self.seen: Record | None = None
        self.named: Procedures | None = None

    def _all(self, sql: str, *params: Any) -> list[tuple[Any, ...]]:
        return self._db.execute(sql, params).fetchall()

    def _one(self, sql: str, *params: Any) -> tuple[Any, ...] | None:
        return self._db.execute(sql, params).fetchone()

    def kept(self) -> Kept:
        """What is remembered, as of this transaction."""
        known = self._known
        if known is None:
            version = self._db.execute("PRAGMA data_version").fetchone()[0]
            known = self._db.kept
            if known is None or known.version != version:
                known = self._db.kept = Kept(version, dict(self._all(_GET_HOT)))
            self._known = known
        return known

    def meta_get(self, key: str) -> str | None:
        """A value of the key-value table (None: never set)."""
        if key in _HOT:
            return self.kept().hot.get(key)
        row = self._one(_GET, key)
        return None if row is None else row[0]

    def enrolment(self) -> EnrolReply | None:
        """Which device of which agency this store belongs to (None: not enrolled), with the newest agency settings."""
        kept = self.kept()
        if kept.enrolment is None and (raw := kept.hot.get("enrolment")):
            kept.enrolment = _enrolment(raw, kept.hot.get("agency_settings"))
        return kept.enrolment

    def incarnation(self) -> str:
        """The life of this database file: new for every file and every detected rollback."""
        return self.meta_get("incarnation") or ""

    def notice(self) -> dict[str, Any] | None:
        """What the start-up has to tell people (a rollback was detected), until ``clear_notice``."""
        raw = self.meta_get("notice")
        return json.loads(raw) if raw else None

    def alarms(self) -> dict[str, int]:
        """What must never happen and did: name → how often."""
        return json.loads(self.meta_get("alarms") or "{}")


class WriteSession(Session):
    """What only a writer may do."""

    def _run(self, sql: str, *params: Any) -> Any:
        return self._db.execute(sql, params)

    def _many(self, sql: str, rows: list[Any]) -> None:
        if rows:
            self._db.executemany(sql, rows)

    def _many_at_once(self, insert: str, rows: list[tuple[Any, ...]]) -> None:
        """``insert`` (an INSERT that ends with the VALUES of one row) for many, as many a statement as can be: a third less work, and
        other threads have the interpreter meanwhile instead of taking turns with us at every row."""
        one, begin = insert[insert.rindex("(") :], 0
        for at_once in _AT_ONCE:
            statement = insert + f", {one}" * (at_once - 1) if len(rows) - begin >= at_once else ""
            while len(rows) - begin >= at_once:
                self._db.execute(statement, tuple(chain.from_iterable(rows[begin : begin + at_once])))
                begin += at_once
        self._many(insert, rows[begin:])

    def meta_set(self, key: str, value: str) -> None:
        """Set a value of the key-value table."""
        self._run(_SET, key, value)
        if key in _HOT:
            self.kept().change(key, value)

    def forget_kept(self) -> None:
        """Tables were written past the methods that know what is remembered of them."""
        self._known = self._db.kept = None

    def save_enrolment(self, reply: EnrolReply) -> None:
        """The gateway took this device in."""
        self.meta_set("enrolment", encode(reply).decode())
        self.meta_set("agency_settings", encode(reply.settings).decode())
        self.meta_set("epoch", str(reply.epoch))

    def save_settings(self, settings: AgencySettings) -> None:
        """The agency's settings as of the last hello."""
        self.meta_set("agency_settings", encode(settings).decode())

    def note_contact(self, server_time: datetime) -> None:
        """The gateway told the time: the guard of the clock measures from here, and a restart of the program carries it on."""
        self.meta_set("last_contact", server_time.isoformat())
        anchor = self.store.clock.anchor()
        if anchor is not None:
            self.meta_set("clock_anchor", encode(anchor).decode())

    def move_to(self, agency: str, name: str) -> None:
        """This machine serves another agency from now on; people are told. Lanes of the former one are no use here; its ops still
        go there."""
        enrolment = self.enrolment()
        if enrolment is not None:
            self.meta_set("enrolment", encode(replace(enrolment, agency=agency, agency_name=name)).decode())
            self.tell("counter-moved", _MOVED.format(former=enrolment.agency_name or enrolment.agency, agency=name or agency))
        self._run("DELETE FROM lease WHERE agency <> ?", agency)
        self.kept().leases = None
        self.meta_set("spare_number", "")

    def tell(self, code: str, message: str) -> None:
        """One more thing people have to read (until ``clear_notice``)."""
        before = self.notice()
        if before is not None and message not in before["message"]:
            message = f"{before['message']}\n\n{message}"
        self.meta_set("notice", json.dumps({"code": code, "message": message}, ensure_ascii=False))

    def count_alarm(self, what: str) -> int:
        """Something that must never happen did: counted for the help desk. Returns how often by now."""
        alarms = self.alarms()
        alarms[what] = alarms.get(what, 0) + 1
        self.meta_set("alarms", json.dumps(alarms))
        return alarms[what]

    def clear_notice(self) -> None:
        """A person has read it."""
        self._run("DELETE FROM meta WHERE key = 'notice'")


@lru_cache(maxsize=8)
def _enrolment(raw: str, settings: str | None) -> EnrolReply:
    reply = decode(EnrolReply, raw)
    if settings:
        reply.settings = decode(AgencySettings, settings)
    return reply
