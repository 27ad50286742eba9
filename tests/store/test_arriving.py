"""A page read beforehand, in another thread and outside any transaction, is stored exactly as one read while it is stored."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from benchmarks.material import AGENCY, dossiers
from counter_app.store.arriving import UNKNOWN_KIND, Arrived, Item
from counter_app.store.engine import Store
from counter_app.store.session import _AT_ONCE
from onestop.codec import encode
from onestop.feed import GENESIS, Position
from onestop.wire import FeedItem
from tests.store.conftest import Bench

_TABLES = ("dossier", "word", "procedure", "filed", "pull_quarantine", "position")


def _page(count: int, seq: int = 1, version: int = 3, seed: int = 7, town: str = "") -> list[FeedItem]:
    items = []
    for n, dossier in enumerate(dossiers(count, seed), seq):
        shown = replace(dossier, owner=replace(dossier.owner, name=f"{dossier.owner.name} {town}".strip()))
        items.append(FeedItem(seq=n, op=f"op{n}", kind="dossier", id=dossier.id, v=version, chain=GENESIS, data=msgspec.Raw(encode(shown))))
    return items


def _elsewhere(store: Store, items: Sequence[Item]) -> list[Arrived]:
    with store.read() as reader:
        read = reader.page_reader()
    found: list[list[Arrived]] = []
    thread = threading.Thread(target=lambda: found.append(read(items)))
    thread.start()
    thread.join()
    return found[0]


@pytest.mark.parametrize("count", [1, min(_AT_ONCE) - 1, *sorted(_AT_ONCE), sum(_AT_ONCE) + 3])
def test_read_before_or_meanwhile_the_store_holds_the_same(tmp_path: Path, count: int) -> None:
    strange = [FeedItem(seq=0, op="x", kind="parcel", id="p1", v=1, chain=GENESIS, data=msgspec.Raw(b"{}")),
               FeedItem(seq=0, op="y", kind="dossier", id="d1", v=1, chain=GENESIS, data=msgspec.Raw(b'{"id": 5}'))]
    holds = []
    for ahead in (False, True):
        bench = Bench(tmp_path / str(ahead))
        store = bench.enrolled()
        for page in (_page(count), _page(count, version=4, town="Hưng") + strange):
            items: Sequence[Item | Arrived] = _elsewhere(store, page) if ahead else page
            with store.write() as unit:
                result = unit.apply_page(AGENCY, items, Position(AGENCY, page[0].v, GENESIS))
            assert len(result.changed) == count
        assert (result.quarantined, result.broken) == (2, 1)
        with store.read() as reader:
            holds.append([reader._all(f"SELECT * FROM {table} ORDER BY 1, 2") for table in _TABLES])
            assert len(reader.find("hung", limit=2000)) == count
        bench.close()
    assert holds[0] == holds[1]
    assert len(holds[0][0]) == count


def test_what_cannot_be_read_says_why_and_stops_nothing(store: Store) -> None:
    good = _page(1)[0]
    other = FeedItem(seq=2, op="o", kind="dossier", id="another", v=3, chain=GENESIS, data=good.data)
    odd: list[Item] = [FeedItem(seq=3, op="p", kind="parcel", id="p1", v=1, chain=GENESIS, data=msgspec.Raw(b"{}")), other, good]
    read = _elsewhere(store, odd)
    assert [item.why for item in read] == [UNKNOWN_KIND, "id-mismatch", ""]
    assert read[2].raw == bytes(good.data)
