"""Pages that came down: states with a higher version replace ours, our uncovered ops go on top again, and the cursor moves, in
one transaction. This is the hot path of a first synchronisation (100,000 dossiers): statements run in bulk, the JSON is
kept as it came, entities are built only where we have ops of our own."""

from __future__ import annotations

from typing import Protocol

import msgspec

from counter_app.store.former import Former
from counter_app.store.positions import Positions
from counter_app.store.projection import Projecting
from counter_app.store.rows import UNFINISHED, PageResult
from counter_app.store.saving import INSERT, UPDATE
from counter_app.store.words import COLUMNS, ReviewColumns, SlipColumns, columns_of, search_words
from onestop.feed import Position
from onestop.wire import FeedItem, SnapshotItem

_OURS = f"SELECT DISTINCT entity FROM outbox WHERE {UNFINISHED} AND entity IN (SELECT value FROM json_each(?))"


class _Item(Protocol):
    kind: str
    id: str
    v: int
    data: msgspec.Raw


class FeedIn(Projecting, Positions, Former):
    """Apply pulled pages and snapshots."""

    def apply_page(self, part: str, items: list[FeedItem], next_pos: Position) -> PageResult:
        """Apply one pulled page and move the cursor of ``part`` to ``next_pos``. An item that cannot be read is kept aside and
        the cursor goes on; applying a page twice changes nothing."""
        result = self._apply(part, items)
        self.set_position(next_pos)
        return result

    def apply_snapshot_page(self, part: str, items: list[SnapshotItem], *, as_of: Position, after: str, done: bool) -> PageResult:
        """Apply one page of a bootstrap snapshot taken ``as_of``. ``after``: where the next page begins; it is kept, so that
        the bootstrap resumes after a crash. When ``done`` the pull cursor starts at ``as_of``."""
        result = self._apply(part, items)
        if done:
            self._run("DELETE FROM meta WHERE key = ?", f"snapshot:{part}")
            self.set_position(as_of)
        else:
            self.meta_set(f"snapshot:{part}", f"{as_of}|{after}")
            self.raise_hi(as_of)
        return result

    def _apply(self, part: str, items: list[FeedItem] | list[SnapshotItem]) -> PageResult:
        # On this connection from now on: a page of 500 writes some 700 pages of the file, and folding the log into the file
        # each other time costs a quarter of a first synchronisation.
        self._run("PRAGMA wal_autocheckpoint = 8000")
        newest: dict[tuple[str, str], tuple[_Item, msgspec.Struct]] = {}
        unknown = bad = 0
        for item in items:
            if item.kind not in COLUMNS:
                unknown += self._set_aside(part, item, "unknown-kind")
                continue
            try:
                columns = columns_of(item.kind, item.data)
            except (msgspec.MsgspecError, UnicodeDecodeError, OverflowError) as error:
                bad += self._set_aside(part, item, str(error).partition(" - at ")[2] or type(error).__name__)
                continue
            if columns.id != item.id:  # type: ignore[attr-defined]
                bad += self._set_aside(part, item, "id-mismatch")
                continue
            have = newest.get((item.kind, item.id))
            if have is None or item.v > have[0].v:
                newest[(item.kind, item.id)] = (item, columns)
        changed: list[tuple[str, str]] = []
        for kind in ("dossier", "slip", "review"):
            changed += self._upsert(kind, [pair for (k, _), pair in newest.items() if k == kind])
        return PageResult(tuple(changed), bad + unknown, bad)

    def _upsert(self, kind: str, pairs: list[tuple[_Item, msgspec.Struct]]) -> list[tuple[str, str]]:
        if not pairs:
            return []
        known = {
            row[0]: row
            for row in self._all(
                f"SELECT id, n, server_version, pending, sync, data IS NOT NULL, coalesce(data, server) FROM {kind} "
                "WHERE id IN (SELECT value FROM json_each(?))",
                msgspec.json.encode([item.id for item, _ in pairs]).decode(),
            )
        }
        if kind == "dossier":
            self._index_waiting()
        former = self._former_of(kind, [item.id for item, _ in pairs])
        key, n = self._hash_key(), self._next_n(kind)
        inserts, updates, words_new, words_changed, slips, with_ops = [], [], [], [], [], []
        changed: list[tuple[str, str]] = []
        for item, columns in pairs:
            raw, row = bytes(item.data), known.get(item.id)
            stale = item.id in former and self._met(kind, item.id, item.v, raw, former[item.id])
            if row is not None and item.v <= row[2] and not stale:
                continue
            changed.append((kind, item.id))
            if row is not None and (row[3] or row[5]):
                with_ops.append((item.id, item.v, raw))
                continue
            values = self._values(kind, columns)
            if row is None:
                inserts.append((n, item.id, *values, item.v, 0, 0, raw, None))
                words_new.append((n, columns))
                n += 1
            else:
                updates.append((*values, item.v, row[3], row[4], raw, None, row[1]))
                if kind == "dossier" and search_words(columns_of(kind, row[6]), key) != search_words(columns, key):  # type: ignore[arg-type]
                    words_changed.append((row[1], columns))
            if isinstance(columns, SlipColumns):
                slips.append(columns)
        self._many(INSERT[kind], inserts)
        self._many(UPDATE[kind], updates)
        if kind == "dossier":
            self._index(words_new[::-1])
            self._index_again(words_changed)
        self._put_lines(slips)
        for entity, version, raw in with_ops:
            self._refresh(kind, entity, (version, raw))
        if kind != "review" and inserts:
            self._run(f"UPDATE {kind} SET sync = 3 WHERE n >= ? AND id IN (SELECT entity FROM review WHERE status = 'open')", inserts[0][0])
        if inserts and self.meta_get("rescued"):  # a store made anew holds ops of entities that come back only now
            mine = msgspec.json.encode([row[1] for row in inserts]).decode()
            for (entity,) in self._all(_OURS, mine):
                self._refresh(kind, entity)
        for _, columns in pairs:
            if isinstance(columns, ReviewColumns):
                self._review_changed(columns.id, columns.entity, columns.status)
        return changed

    def _set_aside(self, part: str, item: _Item, why: str) -> int:
        self._run(
            "INSERT OR REPLACE INTO pull_quarantine (part, kind, id, v, why, at, raw) VALUES (?, ?, ?, ?, ?, ?, ?)",
            part,
            item.kind[:40],
            item.id[:64],
            item.v,
            why[:120],
            int(self.store.clock.now().timestamp()),
            bytes(item.data),
        )
        return 1
