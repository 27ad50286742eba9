"""Pulled items made ready for the store before it is touched: their columns, the values of their row and by what they are
found.

A first synchronisation does this in the thread that fetches the next page, while SQLite writes the last one: it is two fifths of the
work, and nothing of it needs the database."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Protocol

import msgspec

from counter_app.store.filing import Found, found_by
from counter_app.store.indexing import IndexReads
from counter_app.store.packing import pack
from counter_app.store.saving import DOSSIER_COLUMNS, row_values
from counter_app.store.words import COLUMNS, columns_of

#: Why an item of a kind that this program does not know is kept aside: a newer gateway has more kinds.
UNKNOWN_KIND = "unknown-kind"
_OWN = DOSSIER_COLUMNS.index("own_words")


class Item(Protocol):
    """A feed row or a row of a snapshot, as it came."""

    kind: str
    id: str
    v: int
    data: msgspec.Raw


class Arrived(msgspec.Struct, frozen=True, gc=False):
    """An item, read. ``why``: it cannot be stored (``UNKNOWN_KIND``, or what is wrong with it); then there is nothing but ``raw``.
    ``kept``: the bytes to be stored."""

    kind: str
    id: str
    v: int
    raw: bytes
    why: str = ""
    columns: Any = None
    values: tuple[Any, ...] = ()
    found: Found | None = None
    kept: bytes = b""


def read_items(key: bytes, items: Sequence[Item]) -> list[Arrived]:
    """Read a page's items; never raises for what is in them. ``key``: of the blind index."""
    raws = [bytes(item.data) for item in items]
    return [_read(item, raw, kept, key) for item, raw, kept in zip(items, raws, pack(raws), strict=True)]


def _read(item: Item, raw: bytes, kept: bytes, key: bytes) -> Arrived:
    kind = item.kind
    if kind not in COLUMNS:
        return Arrived(kind, item.id, item.v, raw, UNKNOWN_KIND)
    try:
        columns: Any = columns_of(kind, raw)
        values = row_values(kind, columns)
    except (msgspec.MsgspecError, UnicodeDecodeError, OverflowError) as error:
        return Arrived(kind, item.id, item.v, raw, str(error).partition(" - at ")[2] or type(error).__name__)
    if columns.id != item.id:
        return Arrived(kind, item.id, item.v, raw, "id-mismatch")
    found = found_by(columns, key, values[_OWN]) if kind == "dossier" else None
    return Arrived(kind, item.id, item.v, raw, "", columns, values, found, kept)


class ArrivingReads(IndexReads):
    """What reading a page needs to know of the store."""

    def page_reader(self) -> Callable[[Sequence[Item]], list[Arrived]]:
        """Reads the items of a page for ``apply_page`` and ``apply_snapshot_page``: in any thread, also when this session has ended."""
        return partial(read_items, self._hash_key())
