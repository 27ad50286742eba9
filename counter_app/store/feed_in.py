"""Pages that came down: states with a higher version replace ours, our uncovered ops go on top again, and the cursor moves, in
one transaction. This is the hot path of a first synchronisation (100,000 dossiers): statements run in bulk, the JSON is
kept as it came, entities are built only where we have ops of our own."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from counter_app.store.arriving import UNKNOWN_KIND, Arrived, ArrivingReads, Item, read_items
from counter_app.store.filing import found_by
from counter_app.store.former import Former
from counter_app.store.positions import Positions
from counter_app.store.projection import Projecting
from counter_app.store.rows import UNFINISHED, PageResult
from counter_app.store.saving import INSERT, UPDATE
from counter_app.store.words import COLUMNS, columns_of
from onestop.feed import Position
from onestop.wire import SnapshotItem

_OURS = f"SELECT DISTINCT entity FROM outbox WHERE {UNFINISHED} AND entity IN (SELECT value FROM json_each(?))"
#: A plus keeps SQLite from going through all new rows: it shall begin with the reviews, which are few.
_REVIEWED = "UPDATE {} SET sync = 3 WHERE id IN (SELECT entity FROM review WHERE status = 'open') AND +n >= ?"


class FeedIn(ArrivingReads, Projecting, Positions, Former):
    """Apply pulled pages and snapshots. Items come as they are, or read before (``Reader.page_reader``)."""

    def apply_page(self, part: str, items: Sequence[Item | Arrived], next_pos: Position) -> PageResult:
        """Apply one pulled page and move the cursor of ``part`` to ``next_pos``. An item that cannot be read is kept aside and
        the cursor goes on; applying a page twice changes nothing."""
        result = self._apply(part, items)
        self.set_position(next_pos)
        return result

    def apply_snapshot_page(self, part: str, items: Sequence[Item | Arrived], *, as_of: Position, after: str, done: bool) -> PageResult:
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

    def read_again(self, part: str) -> PageResult:
        """Try the items of ``part`` that were kept aside: this program may know what an older one could not read. What can be read now
        takes its place; the rest stays where it is."""
        rows = self._all("SELECT kind, id, v, raw FROM pull_quarantine WHERE part = ? AND v > 0 "
                         "AND kind IN (SELECT value FROM json_each(?)) ORDER BY v", part, msgspec.json.encode(list(COLUMNS)).decode())
        return self._apply(part, [SnapshotItem(kind=kind, id=entity, v=v, data=msgspec.Raw(raw)) for kind, entity, v, raw in rows])

    def _apply(self, part: str, items: Sequence[Item | Arrived]) -> PageResult:
        # On this connection from now on: a page of 500 writes some 700 pages of the file, and folding the log into the file
        # each other time costs a quarter of a first synchronisation.
        self._run("PRAGMA wal_autocheckpoint = 8000")
        newest: dict[tuple[str, str], Arrived] = {}
        unknown = bad = 0
        for item in self._read_items(items):
            if item.why:
                self._set_aside(part, item)
                unknown += item.why == UNKNOWN_KIND
                bad += item.why != UNKNOWN_KIND
                continue
            have = newest.get((item.kind, item.id))
            if have is None or item.v > have.v:
                newest[(item.kind, item.id)] = item
        changed: list[tuple[str, str]] = []
        for kind in ("dossier", "slip", "review"):
            changed += self._upsert(kind, [item for item in newest.values() if item.kind == kind])
        if self._one("SELECT 1 FROM pull_quarantine LIMIT 1") is not None:
            self._forget_aside(part, {item.id: item.v for item in newest.values()})
        return PageResult(tuple(changed), bad + unknown, bad)

    def _read_items(self, items: Sequence[Item | Arrived]) -> Sequence[Arrived]:
        if items and isinstance(items[0], Arrived):
            return items  # type: ignore[return-value]
        return read_items(self._hash_key(), items)  # type: ignore[arg-type]

    def _upsert(self, kind: str, items: list[Arrived]) -> list[tuple[str, str]]:
        if not items:
            return []
        ids = [item.id for item in items]
        known = {
            row[0]: row
            for row in self._all(
                f"SELECT id, n, server_version, pending, sync, data IS NOT NULL, plain(coalesce(data, server)) FROM {kind} "
                "WHERE id IN (SELECT value FROM json_each(?))",
                msgspec.json.encode(ids).decode(),
            )
        }
        if kind == "dossier":
            self._index_waiting()
        former = self._former_of(kind, ids)
        key, n = self._hash_key(), self._next_n(kind)
        inserts, updates, new, with_words_changed, stored = [], [], [], [], []
        with_ops: list[Arrived] = []
        changed: list[tuple[str, str]] = []
        for item in items:
            row = known.get(item.id)
            stale = item.id in former and self._met(kind, item.id, item.v, item.raw, former[item.id])
            if row is not None and item.v <= row[2] and not stale:
                continue
            changed.append((kind, item.id))
            if row is not None and (row[3] or row[5]):
                with_ops.append(item)
                continue
            if row is None:
                inserts.append((n, item.id, *item.values, item.v, 0, 0, item.kept, None))
                new.append((n, item))
                n += 1
            else:
                updates.append((*item.values, item.v, row[3], row[4], item.kept, None, row[1]))
                if kind == "dossier" and item.found != found_by(columns_of(kind, row[6]), key):  # type: ignore[arg-type]
                    with_words_changed.append((row[1], item.columns))
            stored.append(item.columns)
        self._many_at_once(INSERT[kind], inserts)
        self._many(UPDATE[kind], updates)
        if kind == "dossier":
            new.reverse()
            self._index([(n, item.columns) for n, item in new], [item.found for _, item in new])  # type: ignore[misc]
            self._index_again(with_words_changed)
        if kind == "slip":
            self._put_lines(stored)
        for item in with_ops:
            self._refresh(kind, item.id, (item.v, item.raw))
        if kind != "review" and inserts:
            self._run(_REVIEWED.format(kind), inserts[0][0])
        if inserts and self.meta_get("rescued"):  # a store made anew holds ops of entities that come back only now
            mine = msgspec.json.encode([row[1] for row in inserts]).decode()
            for (entity,) in self._all(_OURS, mine):
                self._refresh(kind, entity)
        if kind == "review":
            for item in items:
                self._review_changed(item.id, item.columns.entity, item.columns.status)
        return changed

    def _forget_aside(self, part: str, read: dict[str, int]) -> None:
        """What was kept aside of these entities is in what was read of them, up to that version."""
        rows = self._all("SELECT kind, id, v FROM pull_quarantine WHERE part = ? AND id IN (SELECT value FROM json_each(?))",
                         part, msgspec.json.encode(list(read)).decode())
        self._many("DELETE FROM pull_quarantine WHERE part = ? AND kind = ? AND id = ? AND v = ?",
                   [(part, kind, entity, v) for kind, entity, v in rows if v <= read[entity]])

    def _set_aside(self, part: str, item: Arrived) -> None:
        self._run(
            "INSERT OR REPLACE INTO pull_quarantine (part, kind, id, v, why, at, raw) VALUES (?, ?, ?, ?, ?, ?, ?)",
            part,
            item.kind[:40],
            item.id[:64],
            item.v,
            item.why[:120],
            int(self.store.clock.now().timestamp()),
            item.raw,
        )
