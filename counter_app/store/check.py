"""Is this file ours, whole, and opened with the right key? Answered before anything is written to it.

The checks run on a read-only connection: closing a writable one would checkpoint the log into a damaged file, and the
file is evidence (and unsent work) that must stay as it was found.
"""

from __future__ import annotations

import hashlib
import hmac
from pathlib import Path
from typing import Any

from sqlcipher3 import dbapi2

from counter_app.store import errors
from counter_app.store.connection import PAGE, connect
from counter_app.store.packing import frozen

#: Tables that hold what exists nowhere else yet; small, so they are checked whole at each start.
PRECIOUS = ("meta", "outbox", "code_issued", "lease", "position", "hi")
#: A file up to this size is checked whole at each start (some 50 ms), after an unclean end one up to four times as large.
#: Damage elsewhere in a larger one shows when it is read.
FULL_CHECK_BYTES = 16 << 20


def key_mark(path: Path) -> Path:
    """The file beside the store that tells a wrong key from a damaged first page: a check value of the key, not the key."""
    return path.with_name(path.name + ".keymark")


def mark_of(key: bytes | None) -> str:
    return "plain" if key is None else hmac.new(key, b"counter-app store key mark", hashlib.sha256).hexdigest()[:16]


def inspect(path: Path, key: bytes | None, head: str, known: frozenset[str]) -> str | None:
    """The schema revision in the file (None: nothing there yet). Raises StoreFault."""
    size = path.stat().st_size
    log = path.with_name(path.name + "-wal")
    unclean = log.exists() and log.stat().st_size > 0
    if size == 0 and not unclean:
        if key_mark(path).exists():  # there was a store here once
            raise errors.damaged(path, "empty")
        return None
    marked = key_mark(path).read_text().strip() if key_mark(path).exists() else ""
    if marked and not hmac.compare_digest(marked, mark_of(key)):
        raise errors.wrong_key(path)
    if size < PAGE or (size % PAGE and not unclean):
        raise errors.damaged(path, "truncated")
    db = None
    try:
        db = connect(path, key, read_only=True)
        pages = db.execute("PRAGMA page_count").fetchone()[0]
        revision = _revision(db)
        if revision is not None and revision not in known:
            raise errors.newer(path, revision)
        if not unclean and pages * PAGE > size:
            raise errors.damaged(path, "truncated")
        if revision == head:
            _quick(db, path, whole=size <= FULL_CHECK_BYTES * (4 if unclean else 1))
        return revision
    except dbapi2.Error as error:
        if "not a database" in str(error) and not marked:
            raise errors.wrong_key(path) from None
        raise (errors.translate(error, path) or errors.damaged(path, str(error)[:60])) from error
    finally:
        if db is not None:
            db.close()


def _revision(db: Any) -> str | None:
    if not db.execute("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'").fetchone():
        return None
    row = db.execute("SELECT version_num FROM alembic_version").fetchone()
    return row[0] if row else None


def _quick(db: Any, path: Path, *, whole: bool) -> None:
    for table in (None,) if whole else PRECIOUS:
        found = db.execute("PRAGMA quick_check(1)" if table is None else f"PRAGMA quick_check('{table}')").fetchone()
        if found[0] != "ok":
            raise errors.damaged(path, "quick-check")


def prove(db: Any, path: Path) -> None:
    """What exists nowhere else is whole, and the newest op reads back as it was frozen. Raises StoreFault ``store-damaged``."""
    _quick(db, path, whole=False)
    row = db.execute("SELECT payload_hash, payload FROM outbox ORDER BY dseq DESC LIMIT 1").fetchone()
    if row is not None and not sound_op(*row):
        raise errors.damaged(path, "last-op")


def sound_op(digest: str, stored: bytes) -> bool:
    """Are these the bytes that were frozen, packed or not?"""
    return frozen(digest, stored) is not None


def check_whole(db: Any) -> list[str]:
    """Every page and index, for ``doctor`` (seconds to minutes on a large store). Empty: all well."""
    try:
        found = [row[0] for row in db.execute("PRAGMA integrity_check(20)")]
    except dbapi2.Error as error:
        return [str(error)]
    return [] if found == ["ok"] else found
