"""Read entities one by one: the state the screen shows is the server's copy with our own uncovered ops on top."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeVar

import msgspec

from counter_app.store.indexing import IndexReads
from counter_app.store.rows import SYNC, SyncState
from counter_app.store.words import id_word, plain_id, postal_word
from onestop.codec import decode
from onestop.codes import normalise
from onestop.errors import UserError
from onestop.model import Dossier, Review, Slip

T = TypeVar("T")
MODELS: dict[str, type] = {"dossier": Dossier, "slip": Slip, "review": Review}


def entity_from(kind: type[T], raw: bytes) -> T:
    """Decode a stored entity. Raises UserError ``record-unreadable`` (a newer gateway's, or broken)."""
    try:
        return decode(kind, raw)
    except msgspec.MsgspecError as error:
        where = str(error).rpartition(" - at ")[2][:80]
        raise UserError(
            "record-unreadable",
            "Bản ghi này không đọc được bằng phiên bản chương trình hiện tại. Hãy cập nhật chương trình hoặc báo quản trị viên.",
            where=where,
        ) from None


class EntityReads(IndexReads):
    """Look-ups by identity, code, number and identity document."""

    def _entity(self, table: str, where: str, *params: object) -> bytes | None:
        row = self._one(f"SELECT plain(coalesce(data, server)) FROM {table} WHERE {where} ORDER BY n DESC LIMIT 1", *params)
        return row[0] if row else None

    def dossier(self, dossier_id: str) -> Dossier | None:
        """A dossier by identity, as the screen shows it."""
        raw = self._entity("dossier", "id = ?", dossier_id)
        return entity_from(Dossier, raw) if raw else None

    def dossier_by_code(self, text: str) -> Dossier | None:
        """A dossier by its official or provisional code (a provisional one resolves for ever). A code clash shows the
        newest; ``dossiers_by_code`` gives all."""
        found = self.dossiers_by_code(text)
        return found[0] if found else None

    def dossiers_by_code(self, text: str) -> list[Dossier]:
        """Every dossier that bears this code: more than one is a clash that a review speaks of. Newest first."""
        typed = text.encode("utf-8", "ignore").decode().strip()  # half a character cannot be in a code
        for code in dict.fromkeys((typed, normalise(typed))):
            rows = self._all(
                "SELECT n, plain(coalesce(data, server)) FROM dossier WHERE code = ?1 "
                "UNION SELECT n, plain(coalesce(data, server)) FROM dossier WHERE provisional_code = ?1 ORDER BY n DESC",
                code,
            )
            if rows:
                return [entity_from(Dossier, raw) for _, raw in rows]
        return []

    def dossiers_by_id_no(self, id_no: str, limit: int = 50) -> list[Dossier]:
        """Dossiers whose owner or submitter has this identity number, newest first."""
        wanted = plain_id(id_no)
        return [
            d
            for d in self._by_word(id_word(self._hash_key(), id_no), limit)
            if wanted in (plain_id(d.owner.id_no), plain_id(d.submitter.id_no) if d.submitter else "")
        ]

    def dossiers_by_postal_code(self, code: str, limit: int = 50) -> list[Dossier]:
        """Dossiers that this item of the public post brought, or whose result it took away, newest first."""
        wanted = postal_word(code)
        return [
            d
            for d in self._by_word(wanted, limit)
            if wanted in map(postal_word, (*d.postal_codes, d.returned.postal_code if d.returned else ""))
        ]

    def _by_word(self, word: str, limit: int) -> list[Dossier]:
        if not word:
            return []
        rows = self._all(
            "SELECT plain(coalesce(data, server)) FROM dossier WHERE n IN (SELECT value FROM json_each(?)) "
            "ORDER BY received_at DESC, n DESC",
            msgspec.json.encode(self._word_hits(word, limit)).decode(),
        )
        return [entity_from(Dossier, raw) for (raw,) in rows]

    def slip(self, slip_id: str) -> Slip | None:
        """A handover slip by identity."""
        raw = self._entity("slip", "id = ?", slip_id)
        return entity_from(Slip, raw) if raw else None

    def slip_by_number(self, number: str) -> Slip | None:
        """A handover slip by the number under its bar code."""
        typed = number.encode("utf-8", "ignore").decode().strip()
        raw = self._entity("slip", "number = ?", typed) or self._entity("slip", "number = ?", normalise(typed))
        return entity_from(Slip, raw) if raw else None

    def open_slip_of(self, dossier_id: str) -> Slip | None:
        """The unconfirmed slip this dossier lies on, if any."""
        row = self._one("SELECT slip FROM slip_line WHERE dossier = ? AND open = 1 LIMIT 1", dossier_id)
        return self.slip(row[0]) if row else None

    def slips_of(self, dossier_id: str) -> list[Slip]:
        """Every slip this dossier lay on, confirmed ones too, newest first."""
        rows = self._all("SELECT DISTINCT s.id, s.made_at, s.n FROM slip_line l JOIN slip s ON s.id = l.slip WHERE l.dossier = ? "
                         "ORDER BY s.made_at DESC, s.n DESC", dossier_id)
        return [slip for (slip_id, _, _) in rows if (slip := self.slip(slip_id)) is not None]

    def review(self, review_id: str) -> Review | None:
        """One review item."""
        raw = self._entity("review", "id = ?", review_id)
        return entity_from(Review, raw) if raw else None

    def reviews(self, *, open_only: bool = True, entity: str | None = None) -> list[Review]:
        """Work for a person, oldest first; of one dossier or slip when ``entity`` is given."""
        conditions = ["1"] + ["status = 'open'"] * open_only + ["entity = ?"] * (entity is not None)
        rows = self._all(
            f"SELECT plain(coalesce(data, server)) FROM review WHERE {' AND '.join(conditions)} ORDER BY opened_at, n",
            *([entity] if entity is not None else []),
        )
        return [entity_from(Review, raw) for (raw,) in rows]

    def sync_state(self, entity: str) -> SyncState:
        """How far this dossier or slip has come on its way to the gateway."""
        return self.sync_states([entity]).get(entity, "confirmed")

    def sync_states(self, entities: list[str]) -> dict[str, SyncState]:
        """The same for many; unknown ids are left out."""
        found: dict[str, SyncState] = {}
        wanted = msgspec.json.encode(entities).decode()
        for table in ("dossier", "slip", "review"):
            rows = self._all(f"SELECT id, sync FROM {table} WHERE id IN (SELECT value FROM json_each(?))", wanted)
            found.update((i, SYNC[s]) for i, s in rows)
        return found

    def iter_raw(self, kind: str) -> Iterator[tuple[str, bytes]]:
        """Every entity of ``kind`` as (id, JSON as the screen shows it), by id, a page at a time: for the export."""
        table, after = _table(kind), ""
        while rows := self._all(f"SELECT id, plain(coalesce(data, server)) FROM {table} WHERE id > ? ORDER BY id LIMIT 500", after):
            yield from rows
            after = rows[-1][0]

    def count(self, kind: str) -> int:
        """How many entities of ``kind`` (dossier, slip, review) are stored."""
        row = self._one(f"SELECT count(*) FROM {_table(kind)}")
        return row[0] if row else 0


def _table(kind: str) -> str:
    if kind not in MODELS:
        raise ValueError(f"no such entity kind: {kind}")
    return kind
