"""The store: an encrypted SQLite file that holds everything this counter knows and everything it still has to send."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from msgspec.structs import replace
from sqlcipher3 import dbapi2

from counter_app.runtime.clock import Clock, SystemClock
from counter_app.store import errors, migrate
from counter_app.store.check import check_whole, inspect, key_mark, mark_of, prove
from counter_app.store.connection import connect
from counter_app.store.filing import Procedures
from counter_app.store.recovery import begin_life
from counter_app.store.reserve import Reserve
from counter_app.store.session import Session
from counter_app.store.transaction import Reading, Writing, failpoint
from counter_app.store.witness import Facts, Record, Witness, facts_from_json, facts_to_json

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

    from counter_app.store.blob_files import BlobFiles
    from counter_app.store.unit import Unit
    from onestop.ops import SignedInBy

T = TypeVar("T")
#: Connections kept open for the next transaction (each with its page cache); more are closed again.
IDLE_MAX = 8


def open_store(
    path: Path,
    key: bytes | None,
    *,
    witness: Path,
    plain: bool = False,
    clock: Clock | None = None,
    backups: Path | None = None,
    reserve: int = 0,
) -> Store:
    """Open (or create) the store at ``path``.

    ``key``: the raw 32-byte key; None only together with ``plain`` (a developer's switch). ``witness``: the folder of the
    witness file, outside the profile. ``backups``: where a copy goes before a schema upgrade (default: beside the store).
    ``reserve``: bytes of the disk kept back, so that a full disk is told before a code is promised.

    Raises StoreFault: ``store-wrong-key``, ``store-newer``, ``store-damaged`` (the file stays as it was found),
    ``store-locked``, ``store-unwritable``, ``disk-full``.
    """
    if (key is None) != plain:
        raise ValueError("a store has a key, or is plain by an explicit switch")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        revision = inspect(path, key, migrate.HEAD, migrate.KNOWN) if path.exists() else None
        if path.exists() and not os.access(path, os.W_OK):
            raise errors.unwritable(path)
        store = Store(path, key, Witness(witness), clock or SystemClock(), Reserve(path.with_name(path.name + ".reserve"), reserve))
    except (*errors.DB_ERRORS, OSError) as error:
        raise (errors.translate(error, path) or errors.unwritable(path)) from error
    try:
        if revision != migrate.HEAD:
            if revision is not None:
                stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
                store.backup((backups or path.parent / "backups") / f"before-upgrade-{revision}-{stamp}.db")
            with store.faults():
                migrate.upgrade(store.engine)
        if not key_mark(path).exists():
            with store.faults():
                key_mark(path).write_text(mark_of(key) + "\n")
        with store.write() as unit:
            store.rolled_back = begin_life(unit, store.witness)
    except BaseException:
        store.close()
        raise
    return store


class Store:
    """One open store, shared by all threads: each ``read`` and ``write`` has a connection of its own (the one given back last:
    its page cache is warm)."""

    def __init__(self, path: Path, key: bytes | None, witness: Witness, clock: Clock, reserve: Reserve) -> None:
        self.path = path
        self.witness = witness
        self.clock = clock
        self.reserve = reserve
        #: The disk refused something: nothing in memory is believed until the file was looked at anew.
        self.suspect = False
        self.rolled_back = False
        #: How the person at the desk was signed in: part of every op.
        self.signed_in_by: SignedInBy = "online"
        self._key = key
        self._secrets: dict[str, Any] = {}
        #: The words that dossiers have themselves, and the long words search knows (``known_words``).
        self.words: tuple[set[str], set[str]] = set(), set()
        #: Procedures with their numbers, as committed.
        self.named = Procedures()
        self._idle: deque[Any] = deque()
        self._closed = False

    @cached_property
    def engine(self) -> Engine:
        """For schema upgrades. Transactions go past it: its pool and statements would take a tenth of a save."""
        from sqlalchemy import create_engine, event  # a third of the start otherwise
        from sqlalchemy.pool import NullPool

        engine = create_engine("sqlite://", module=dbapi2, creator=lambda: connect(self.path, self._key), poolclass=NullPool)
        event.listen(engine, "begin", _begin)
        return engine

    def read(self) -> Reading:
        """Everything read inside is of one moment. Raises StoreFault."""
        return Reading(self)

    def write(self) -> Writing:
        """BEGIN IMMEDIATE … COMMIT; any exception rolls everything back.

        When an op was made or a number issued, the witness is on the disk before the COMMIT. Raises StoreFault for faults of
        the file or disk (then nothing of it is stored).
        """
        return Writing(self)

    def known_words(self, session: Session) -> tuple[set[str], set[str]]:
        """The words that dossiers have themselves, and the long words search knows (they grow with each commit; what another process
        added is only added again)."""
        if not self.words[1]:
            for word, own in session._all("SELECT word, own FROM word"):
                for known in self.words[0 if own else 1 :]:
                    known.add(word)
        return self.words

    def look_anew(self) -> None:
        """After an error of the disk (an fsync that failed may have dropped what it was to write): let go of every connection, have the
        log written again, and read back the last op. Raises StoreFault ``store-damaged`` when it is not what was saved."""
        while self._idle:
            self._idle.pop().close()
        self.witness.close()
        self.named = Procedures()
        db = connect(self.path, self._key)
        try:
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            prove(db, self.path)
        finally:
            db.close()
        self.suspect = False

    def connection(self) -> Any:
        """A connection for one transaction; ``give_back`` must follow. Raises the driver's errors."""
        try:
            return self._idle.pop()
        except IndexError:
            return connect(self.path, self._key)

    def give_back(self, db: Any) -> None:
        """The transaction is over."""
        if self._closed or len(self._idle) >= IDLE_MAX:
            db.close()
        else:
            self._idle.append(db)

    def facts(self, session: Session) -> Facts:
        """The higher of what the store and the witness say about numbers."""
        return self.own_facts(session).joined(self.seen(session).now)

    def seen(self, session: Session) -> Record:
        """What the witness said when this transaction first asked (a writer excludes all other writers)."""
        if session.seen is None:
            session.seen = self.witness.read()
        return session.seen

    def own_facts(self, session: Session) -> Facts:
        """What the store itself says."""
        kept = session.kept()
        if kept.facts is None:
            kept.facts = facts_from_json(kept.hot.get("facts"))
        return kept.facts

    def testify(self, unit: Unit, fails: str | None) -> None:
        """Have the witness write down what this transaction is about to make true, and force it to the disk. ``fails``: where a crash
        test wants to die."""
        unit.claim_rest()
        was, seen = self.own_facts(unit), self.seen(unit)
        now = replace((unit.numbers or was.joined(seen.now)).newest_day(), incarnation=unit.incarnation(), dseq=unit.last_dseq(),
                      hlc=unit.hlc or was.hlc)
        unit.meta_set("facts", facts_to_json(now))
        unit.kept().facts = now
        failpoint(fails, "before-witness")
        self.witness.write(was, now, after=seen)
        failpoint(fails, "after-witness")

    def backup(self, target: Path) -> Path:
        """A whole, consistent copy (same key) while others work. It appears under its name only when it is complete. Raises
        StoreFault (``disk-full``, ``store-unwritable``)."""
        part = target.with_name(target.name + ".part")
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            part.unlink(missing_ok=True)
            db = connect(self.path, self._key)
            try:
                db.execute("VACUUM INTO ?", (str(part),))
            finally:
                db.close()
            with open(part, "rb+") as handle:
                os.fsync(handle.fileno())
            os.replace(part, target)
            key_mark(target).write_text(mark_of(self._key) + "\n")
        except (*errors.DB_ERRORS, OSError) as error:
            with suppress(OSError):
                part.unlink()
            raise (errors.translate(error, target) or errors.unwritable(target)) from error
        return target

    def check(self) -> list[str]:
        """Every page, index and the log's chain, for ``doctor``. Empty: all well."""
        with self.read() as reader:
            found = check_whole(reader._db)
            broken = reader.verify_audit()
        return found + ([f"audit line {broken}"] if broken is not None else [])

    def close(self) -> None:
        """Fold the log into the file and let go of it."""
        try:
            db = self.connection()
            try:
                db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            finally:
                self.give_back(db)
        except errors.DB_ERRORS:
            pass  # a full disk or another process: the log is replayed at the next start
        self._closed = True
        while self._idle:
            self._idle.pop().close()
        self.witness.close()

    @cached_property
    def blob_files(self) -> BlobFiles:
        """The files of attachments."""
        from counter_app.store.blob_files import BlobFiles

        return BlobFiles(self.path.parent / "attachments", self._key)

    def secret(self, name: str, make: Callable[[], T]) -> T:
        """A value derived once per open store (keys)."""
        if name not in self._secrets:
            self._secrets[name] = make()
        return self._secrets[name]

    @contextmanager
    def faults(self) -> Iterator[None]:
        """Word the faults of file and disk; bugs pass through."""
        try:
            yield
        except (*errors.DB_ERRORS, OSError) as error:
            fault = errors.translate(error, self.path)
            if fault is None:
                raise
            raise fault from error


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql(f"BEGIN {connection.get_execution_options().get('begin', '')}")
