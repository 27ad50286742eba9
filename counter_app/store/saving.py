"""Write entities with the columns and words that lists and search use. Everything that changes an entity ends here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from counter_app.store.entities import EntityReads
from counter_app.store.indexing import WAITING_MAX, Indexing
from counter_app.store.packing import pack_one
from counter_app.store.words import SlipColumns, columns_of, own_words, search_words, seconds

_SYNC_COLUMNS = ("server_version", "pending", "sync", "server", "data")
DOSSIER_COLUMNS = (
    "agency",
    "code",
    "provisional_code",
    "status",
    "received_at",
    "due_at",
    "returned_at",
    "procedure_code",
    "own_words",
    "procedure_name",
    "holder",
    "channel",
    "owner_name",
)
_COLUMNS = {
    "dossier": DOSSIER_COLUMNS,
    "slip": ("number", "agency", "direction", "to_unit", "from_unit", "made_at", "status"),
    "review": ("agency", "entity", "status", "opened_at"),
}


def _insert(table: str) -> str:
    names = ("n", "id", *_COLUMNS[table], *_SYNC_COLUMNS)
    return f"INSERT INTO {table} ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})"


def _update(table: str) -> str:
    names = (*_COLUMNS[table], *_SYNC_COLUMNS)
    return f"UPDATE {table} SET {', '.join(f'{name} = ?' for name in names)} WHERE n = ?"


INSERT = {table: _insert(table) for table in _COLUMNS}
UPDATE = {table: _update(table) for table in _COLUMNS}


@dataclass(frozen=True, slots=True)
class Stored:
    """What a row holds beside its columns."""

    n: int
    server_version: int
    pending: int
    sync: int
    server: bytes | None
    data: bytes | None

    @property
    def shown(self) -> bytes:
        """The JSON the screen shows."""
        raw = self.data if self.data is not None else self.server
        assert raw is not None
        return raw


def row_values(kind: str, c: Any) -> tuple[object, ...]:
    """The column values in order, of an entity or of its columns."""
    if kind == "dossier":
        return (
            c.agency,
            c.code,
            c.provisional_code,
            int(c.status),
            seconds(c.received_at),
            seconds(c.due_at),
            seconds(c.returned.at) if c.returned is not None else None,
            c.procedure_code,
            own_words(c),
            c.procedure_name,
            c.holder,
            c.channel,
            c.owner.name,
        )
    if kind == "slip":
        return (c.number, c.agency, c.direction, c.to_unit, c.from_unit, seconds(c.made_at), c.status)
    return (c.agency, c.entity, c.status, seconds(c.opened_at))


class Saving(EntityReads, Indexing):
    """Insert and update entity rows, their search words and slip lines."""

    def _stored(self, kind: str, entity: str) -> Stored | None:
        row = self._one(f"SELECT n, server_version, pending, sync, plain(server), plain(data) FROM {kind} WHERE id = ?", entity)
        return Stored(*row) if row else None

    def _next_n(self, kind: str) -> int:
        row = self._one(f"SELECT coalesce(max(n), 0) + 1 FROM {kind}")
        assert row is not None
        return row[0]

    def _put(
        self,
        kind: str,
        entity: str,
        stored: Stored | None,
        c: Any,
        *,
        server_version: int,
        pending: int,
        sync: int,
        server: bytes | None,
        data: bytes | None,
    ) -> None:
        """Write one entity; ``c``: what the screen shows, or its columns; ``server`` and ``data``: their JSON."""
        values = row_values(kind, c)
        tail = (server_version, pending, sync, pack_one(server), pack_one(data))
        if stored is None:
            n = self._run(INSERT[kind], None, entity, *values, *tail).lastrowid
        else:
            n = stored.n
            self._run(UPDATE[kind], *values, *tail, n)
        if kind == "dossier":
            top = self._search_to()
            if n > top:
                if n >= top + WAITING_MAX:
                    self._index_waiting()
            elif stored is not None:
                key = self._hash_key()
                if search_words(columns_of(kind, stored.shown), key) != search_words(c, key):  # type: ignore[arg-type]
                    self._index_again([(n, c)])
        if kind == "slip":
            self._put_lines([c])

    def _put_lines(self, slips: list[SlipColumns]) -> None:
        self._many("DELETE FROM slip_line WHERE slip = ?", [(c.id,) for c in slips])
        self._many(
            "INSERT INTO slip_line (slip, seq, dossier, open) VALUES (?, ?, ?, ?)",
            [
                (c.id, line.seq, line.dossier, int(c.status == "open"))
                for c in slips
                for line in {line.seq: line for line in c.lines}.values()
            ],
        )
