"""Read what can still be read of a damaged store, row by row, and plant it into a fresh one: ops first of all, they may exist nowhere
else (sync.md §3, row 29). Dossiers come back from the gateway; those it never saw are in the ops."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from counter_app.store.check import sound_op
from counter_app.store.connection import PAGE, connect
from counter_app.store.engine import Store
from counter_app.store.errors import DB_ERRORS
from counter_app.store.first_page import mend_first_page
from counter_app.store.packing import ZstdError, unpack
from counter_app.store.projection import project
from counter_app.store.rows import UNFINISHED
from counter_app.store.unit import Unit
from counter_app.store.witness import Facts, facts_from_json, facts_to_json
from onestop.codec import encode

#: Who this machine is and what it may do; the rest of the key-value table is made anew.
_META = ("enrolment", "agency_settings", "device_key", "pepper", "epoch", "facts", "durable", "last_contact", "recovery")
#: Table → key by which single rows are looked up.
_TABLES = {"outbox": "dseq", "carried": "n", "code_issued": "code", "lease": "lease", "staff": "username", "sign_in": "n", "draft": "id",
           "former": "id", "disowned": "n", "catalogue_doc": "sha256", "blob": "sha256"}


@dataclass
class Found:
    """What could be read. ``rows``: table → (columns, rows). ``lost``: sequence numbers of ops that could not be read (forgotten ones of
    long ago among them)."""

    meta: dict[str, str] = field(default_factory=dict)
    rows: dict[str, tuple[list[str], list[tuple[Any, ...]]]] = field(default_factory=dict)
    lost: int = 0

    @property
    def ops(self) -> int:
        """Ops read that the gateway has not answered."""
        columns, rows = self.rows.get("outbox", ([], []))
        if not rows:
            return 0
        state = columns.index("state")
        return sum(row[state] in ("new", "sent", "quarantined", "review") for row in rows)

    def facts(self) -> Facts:
        """What the damaged store said about its numbers."""
        return facts_from_json(self.meta.get("facts"))


class _Source:
    """The damaged file, row by row. A page that cannot be deciphered spoils its connection for good: the next question gets a new one."""

    def __init__(self, path: Path, key: bytes | None) -> None:
        self._path, self._key = path, key
        self._db: Any = None

    def rows(self, sql: str, *params: Any) -> Iterator[tuple[Any, ...]]:
        """What ``sql`` gives up to the first damage."""
        try:
            if self._db is None:
                self._db = connect(self._path, self._key)
            yield from (row for row in self._db.execute(sql, params) if all(map(_was_written, row)))
        except DB_ERRORS:
            self.close()

    def close(self) -> None:
        if self._db is not None:
            self._db.close()
            self._db = None


def _was_written(value: Any) -> bool:
    """A page that was never written reads as zeros; JSON has none, and what was packed does not unpack."""
    try:
        return not isinstance(value, bytes) or b"\0" not in (unpack(value) or b"")
    except (ZstdError, MemoryError):  # a damaged frame may claim any size
        return False


def read_damaged(path: Path, key: bytes | None, highest_dseq: int) -> Found:
    """Everything readable in a copy of ``path`` (the file itself stays as it was found). ``highest_dseq``: how far the witness saw the
    ops count. Raises nothing for damage: what cannot be read is missing from the answer."""
    found = Found()
    with tempfile.TemporaryDirectory(prefix="counter-app-", dir=path.parent) as folder:
        copy = Path(folder) / path.name
        for suffix in ("", "-wal"):
            source = path.with_name(path.name + suffix)
            if source.exists():
                shutil.copyfile(source, copy.with_name(copy.name + suffix))
        # A file that was cut is filled up: what is missing is then some unreadable pages, not the end of everything.
        with copy.open("r+b") as handle:
            handle.truncate(2 * max(copy.stat().st_size // PAGE + 1, 256) * PAGE)
        mend_first_page(copy, key)
        source = _Source(copy, key)
        try:
            for table, by in _TABLES.items():
                found.rows[table] = _table(source, table, by)
            for name in _META:
                for row in source.rows("SELECT value FROM meta WHERE key = ?", name):
                    found.meta[name] = row[0]
            _missing_ops(source, found, highest_dseq)
            _drop_altered(found)
        finally:
            source.close()
    return found


def _table(source: _Source, table: str, by: str) -> tuple[list[str], list[tuple[Any, ...]]]:
    """From both ends towards the damage."""
    columns = [row[1] for row in source.rows(f"PRAGMA table_info({table})")]
    if not columns:
        return [], []
    names = ", ".join(f'"{name}"' for name in columns)
    seen: dict[tuple[Any, ...], None] = {}
    for order in ("ASC", "DESC"):
        for row in source.rows(f"SELECT {names} FROM {table} ORDER BY {by} {order}"):
            if row in seen:
                break
            seen[row] = None
    return columns, list(seen)


def _missing_ops(source: _Source, found: Found, highest: int) -> None:
    """Between two damaged places single rows may still be reached by their key."""
    columns, rows = found.rows["outbox"]
    have = {row[columns.index("dseq")] for row in rows} if columns else set()
    highest = max([highest, found.facts().dseq, *have])
    names = ", ".join(f'"{name}"' for name in columns)
    for dseq in range(1, highest + 1):
        if dseq not in have:
            more = list(source.rows(f"SELECT {names} FROM outbox WHERE dseq = ?", dseq)) if columns else []
            rows += more
            found.lost += not more


def _drop_altered(found: Found) -> None:
    """An op whose bytes are not those that were frozen is no op."""
    columns, rows = found.rows["outbox"]
    if columns:
        digest, payload = columns.index("payload_hash"), columns.index("payload")
        sound = [row for row in rows if sound_op(row[digest], row[payload])]
        found.lost += len(rows) - len(sound)
        found.rows["outbox"] = columns, sound


def plant(store: Store, found: Found, seen: Facts) -> None:
    """Put what was read into the fresh ``store``. ``seen``: what the witness knows of the old one; numbers go on above both. Without a
    witness the lanes are given up: nobody knows how far they were used."""
    with store.write() as unit:
        incarnation = unit.incarnation()
        for name, value in found.meta.items():
            if name != "facts":
                unit.meta_set(name, value)
        for table, (columns, rows) in found.rows.items():
            if not rows or (table == "lease" and not seen.incarnation):
                continue
            names, marks = ", ".join(f'"{name}"' for name in columns), ", ".join("?" * len(columns))
            unit._many(f"INSERT OR IGNORE INTO {table} ({names}) VALUES ({marks})", rows)
        unit.forget_kept()
        unit.reset_sent()
        top = unit._one("SELECT coalesce(max(dseq), 0) FROM outbox")
        assert top is not None
        own = found.facts().joined(seen)
        facts = replace(own.newest_day(), incarnation=incarnation, dseq=max(top[0], own.dseq, seen.dseq))
        unit.meta_set("facts", facts_to_json(facts))
        unit.meta_set("rescued", "1")
        _show(unit)
        store.witness.write(store.witness.read().now, facts)


def _show(unit: Unit) -> None:
    """Dossiers and slips the gateway never saw are on the screen again; the others come with the next pull."""
    for kind, entity in unit._all(f"SELECT DISTINCT target, entity FROM outbox WHERE {UNFINISHED} AND base IS NULL"):
        ops = unit._all(f"SELECT op_id, plain(payload) FROM outbox WHERE {UNFINISHED} AND entity = ? ORDER BY dseq", entity)
        state = project(kind, None, ops)  # type: ignore[arg-type]
        if state is not None:
            data = encode(state)
            pending, sync = unit._progress(kind, entity)
            unit._put(kind, entity, None, state, server_version=0, pending=pending, sync=sync, server=None, data=data)
