"""Copies of what a former life of the gateway had given us (sync.md §2.12). A gateway restored from a backup counts its versions
anew from an older state: what we hold beyond that is set aside, entity by entity as older copies come, until the gateway
holds as much again or has been given ours."""

from __future__ import annotations

import msgspec

from counter_app.store.session import Session, WriteSession
from onestop.wire import SnapshotItem

KINDS = ("dossier", "slip", "review")


class _Event(msgspec.Struct):
    id: str = ""


class _Events(msgspec.Struct):
    events: list[_Event] = []


_EVENTS = msgspec.json.Decoder(_Events)


def _events(raw: bytes) -> set[str]:
    return {event.id for event in _EVENTS.decode(raw).events}


class FormerReads(Session):
    """What the gateway may have lost."""

    def former_left(self, part: str, limit: int, max_bytes: int) -> list[SnapshotItem]:
        """The next copies to give the gateway, at least one and at most ``limit`` or ``max_bytes``."""
        found: list[SnapshotItem] = []
        size = 0
        for kind, entity, v, data in self._all("SELECT kind, id, v, data FROM former WHERE part = ? AND sent = 0 LIMIT ?", part, limit):
            if data is None:
                row = self._one(f"SELECT plain(server) FROM {kind} WHERE id = ?", entity)
                data = row[0] if row else None
            if data is None:
                continue
            if found and size + len(data) > max_bytes:
                break
            found.append(SnapshotItem(kind=kind, id=entity, v=v, data=msgspec.Raw(data)))
            size += len(data)
        return found


class Former(FormerReads, WriteSession):
    """Keep and let go of them."""

    def set_former_aside(self) -> None:
        """A new life of the gateway begins: every copy we hold of the old one is from now on a copy it may have lost. Only a list
        is written here; the copies stay where they are until another takes their place."""
        self._run("UPDATE former SET sent = 0")
        for kind in KINDS:
            self._run(
                f"INSERT INTO former (kind, id, part, v) SELECT ?, id, agency, abs(server_version) FROM {kind} WHERE server IS NOT NULL "
                "AND server_version <> 0 ON CONFLICT (kind, id) DO UPDATE SET stale = 1, v = max(v, excluded.v)",
                kind,
            )

    def former_given(self, items: list[SnapshotItem]) -> None:
        """The gateway keeps these copies; ours are dropped when it holds as much itself."""
        self._many("UPDATE former SET sent = 1 WHERE kind = ? AND id = ? AND v = ?", [(x.kind, x.id, x.v) for x in items])

    def _former_of(self, kind: str, ids: list[str]) -> dict[str, tuple[int, int, bytes | None]]:
        """id → (version, stale, copy). Empty but for the days after a restore: then one look is all it costs."""
        if self._one("SELECT 1 FROM former LIMIT 1") is None:
            return {}
        wanted = msgspec.json.encode(ids).decode()
        rows = self._all("SELECT id, v, stale, data FROM former WHERE kind = ? AND id IN (SELECT value FROM json_each(?))", kind, wanted)
        return {entity: (v, stale, data) for entity, v, stale, data in rows}

    def _met(self, kind: str, entity: str, v: int, raw: bytes, former: tuple[int, int, bytes | None]) -> bool:
        """The new life's state of an entity arrived. Returns whether our server copy is to be replaced by it whatever its
        version says. Where it does not contain what we held, ours is kept for the salvage."""
        version, stale, data = former
        if data is None:
            row = self._one(f"SELECT plain(server) FROM {kind} WHERE id = ?", entity)
            data = row[0] if row else None
        if data is None or data == raw or (v >= version and _events(data) <= _events(raw)):
            self._run("DELETE FROM former WHERE kind = ? AND id = ?", kind, entity)
        elif stale:
            self._run("UPDATE former SET stale = 0, data = ? WHERE kind = ? AND id = ?", data, kind, entity)
        return bool(stale)
