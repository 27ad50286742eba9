"""One SQLite connection as we want it: keyed first, WAL, every commit on the disk before it counts."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlcipher3 import dbapi2

from counter_app.store import packing

BUSY_MS = 5000
#: Bytes a page of the file. A dossier is some 2 kB: in pages of 4096 every second half stays empty, and each page that a save
#: touches is enciphered and written whole. With 2048 the file of a first synchronisation is two fifths smaller.
PAGE = 2048


class Connection(dbapi2.Connection):
    """A connection that carries what is remembered from one transaction to the next (``session.Kept``)."""

    kept: Any = None


def connect(path: Path, key: bytes | None, *, read_only: bool = False) -> Any:
    """Open ``path``. ``key`` is the raw 256-bit key (no key derivation: a password costs 0.3 s per connection, a raw key
    nothing) or None for a plain file. The key must come before anything else touches the file.

    The driver is always sqlcipher3, also for plain files: its SQLite knows ``contentless_delete``, Debian's does not.
    Raises the driver's errors; ``errors.translate`` words them.
    """
    uri = f"file:{quote(str(path.absolute()))}?mode={'ro' if read_only else 'rwc'}"
    db = dbapi2.connect(uri, uri=True, isolation_level=None, check_same_thread=False, timeout=BUSY_MS / 1000, cached_statements=256,
                        factory=Connection)
    try:
        if key is not None:
            if len(key) != 32:
                raise ValueError("the key has 32 bytes")
            # The library would write its own words about a wrong key to stderr, where our JSON problem goes.
            db.execute("PRAGMA cipher_log_level = NONE")
            # Processors have instructions for SHA-256; the usual SHA-512 takes a fifth of the time of a save. As the default
            # of the process, so that the copies made by VACUUM INTO are of the same kind.
            db.execute("PRAGMA cipher_default_hmac_algorithm = HMAC_SHA256")
            db.execute(f"PRAGMA cipher_default_page_size = {PAGE}")
            db.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
        db.execute(f"PRAGMA busy_timeout = {BUSY_MS}")
        if not read_only:
            if key is None:
                db.execute(f"PRAGMA page_size = {PAGE}")
            db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = FULL")
        db.execute("PRAGMA foreign_keys = ON")
        db.execute("PRAGMA secure_delete = ON")
        db.execute("PRAGMA temp_store = MEMORY")
        db.execute("PRAGMA cache_size = -16000")
        db.execute("PRAGMA trusted_schema = OFF")
        packing.install(db)
    except BaseException:
        db.close()
        raise
    return db
