"""``with store.read()`` and ``with store.write()``: one transaction on a connection of its own, that happens whole or not at all.

Classes, not generators: three generators inside each other were a hundredth of a save.
"""

from __future__ import annotations

import os
from contextlib import AbstractContextManager
from types import TracebackType
from typing import TYPE_CHECKING, Generic, TypeVar

from counter_app.store import errors
from counter_app.store.unit import Reader, Unit

if TYPE_CHECKING:
    from counter_app.store.engine import Store

S = TypeVar("S", bound=Reader)
_FAULTS = (*errors.DB_ERRORS, OSError)
#: The variable of the environment that names the point of a save where the process is to die (``failpoint``).
FAILPOINT = "COUNTER_APP_FAILPOINT"


class _Transaction(AbstractContextManager[S], Generic[S]):
    __slots__ = ("_db", "_session", "_store")

    begin: str
    session: type[S]

    def __init__(self, store: Store) -> None:
        self._store = store

    def __enter__(self) -> S:
        store = self._store
        try:
            if store.suspect:
                store.look_anew()
            db = self._db = store.connection()
            try:
                db.execute(self.begin)
            except BaseException:
                store.give_back(db)
                raise
        except _FAULTS as error:
            self._word(error)
            raise
        self._session = self.session(store, db)
        return self._session

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        try:
            if error is None:
                try:
                    self._end()
                except BaseException:
                    self._undo()
                    raise
            else:
                self._undo()
        except _FAULTS as fault:
            self._word(fault)
            raise
        finally:
            self._store.give_back(self._db)
        if isinstance(error, _FAULTS):
            self._word(error)

    def _end(self) -> None:
        self._db.execute("COMMIT")

    def _undo(self) -> None:
        self._db.kept = None
        if self._db.in_transaction:  # after a full disk SQLite has already rolled back
            self._db.execute("ROLLBACK")

    def _word(self, error: BaseException) -> None:
        """Raise the StoreFault that ``error`` means, if it means one."""
        fault = errors.translate(error, self._store.path)
        if fault is not None:
            self._store.suspect |= errors.is_disk_error(error)
            raise fault from error


class Reading(_Transaction[Reader]):
    """Everything read inside is of one moment."""

    __slots__ = ()
    begin, session = "BEGIN", Reader


class Writing(_Transaction[Unit]):
    """BEGIN IMMEDIATE … COMMIT; when an op was made or a number issued, the witness is on the disk before the COMMIT."""

    __slots__ = ()
    begin, session = "BEGIN IMMEDIATE", Unit

    def _end(self) -> None:
        store, unit = self._store, self._session
        wanted = os.environ.get(FAILPOINT)
        if unit.submitted or unit.numbers is not None:
            store.testify(unit, wanted)
        failpoint(wanted, "before-commit")
        self._db.execute("COMMIT")
        for known, fresh in zip(store.words, unit.learnt, strict=True):
            known |= fresh
        failpoint(wanted, "after-commit")


def failpoint(wanted: str | None, name: str) -> None:
    """Where the crash tests end the process (SIGKILL). Does nothing unless the environment names this point."""
    if wanted == name:
        os.kill(os.getpid(), 9)
