"""A disk that runs full is told before a code is promised; after an error of the disk the file is looked at anew."""

from __future__ import annotations

import shutil
from collections import namedtuple

import pytest

from counter_app.store import reserve as reserving
from counter_app.store.engine import Store
from counter_app.store.errors import StoreFault
from counter_app.store.reserve import LOW, Reserve
from tests.store.conftest import receive

MB = 1 << 20
Usage = namedtuple("Usage", "total used free")


def test_no_code_is_promised_on_a_disk_that_runs_full(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    free = 500 * MB
    monkeypatch.setattr(reserving.shutil, "disk_usage", lambda place: Usage(1, 1, free))
    store.reserve = Reserve(store.path.with_name("store.db.reserve"), 2 * MB)
    assert store.reserve.path.stat().st_size == 2 * MB
    receive(store)
    free = LOW - 1
    with pytest.raises(StoreFault) as caught:
        receive(store)
    assert caught.value.code == "disk-full" and not store.reserve.path.exists(), "its room is for what is on its way"
    free = LOW + MB
    with pytest.raises(StoreFault):
        receive(store)
    with store.write() as unit:
        unit.save_draft("a", "t", {}, at=store.clock.now())
    free = 500 * MB
    receive(store)
    assert store.reserve.path.exists()
    with store.read() as reader:
        assert reader.count("dossier") == 2


def test_after_an_error_of_the_disk_the_last_op_is_read_back(store: Store) -> None:
    receive(store)
    store.suspect = True
    assert receive(store).code and not store.suspect
    with store.write() as unit:
        unit._run("UPDATE outbox SET payload = x'00' WHERE dseq = 2")
    store.suspect = True
    for _ in range(2):
        with pytest.raises(StoreFault) as caught:
            receive(store)
        assert caught.value.code == "store-damaged" and store.suspect, "it stays so until somebody mends it"
    assert shutil.disk_usage(store.path.parent).free > 0
