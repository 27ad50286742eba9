"""A ruined store: kept aside, made anew from what can be read, and the rest from the gateway. Nothing typed is lost, no number twice."""

from __future__ import annotations

from pathlib import Path

import pytest

from counter_app.services.rescue import rescue
from counter_app.services.sign_in import sign_in
from counter_app.services.workstation import Workstation, open_workstation
from counter_app.store.errors import StoreFault
from onestop.errors import UserError
from tests.sync.conftest import PASSWORD
from tests.sync.test_counters import assert_equal, sync
from tests.sync.test_push_trouble import take_in


def pin(new: bool) -> str:
    return "2468"


@pytest.fixture
def ruined(counter, monkeypatch):
    """A counter with 6 dossiers at the gateway and 12 unsent ones, closed."""
    station = counter()
    sent = [take_in(station, f"Đã gửi {chr(65 + n)}") for n in range(6)]
    sync(station)
    unsent = [take_in(station, f"Chưa gửi {chr(65 + n)}") for n in range(12)]
    station.close()
    return station, sent, unsent


def damage(path: Path, how: str) -> None:
    size = path.stat().st_size
    if how == "empty":
        path.write_bytes(b"")
    elif how == "cut":
        with path.open("r+b") as file:
            file.truncate(size - 3 * 2048)
    elif how == "first-page":
        with path.open("r+b") as file:
            file.seek(100)
            file.write(b"\xff" * 40)
    else:
        with path.open("r+b") as file:
            for page in range(20, size // 2048, 11):
                file.seek(page * 2048 + 700)
                file.write(b"\0" * 64)


def reopened(station: Workstation) -> Workstation:
    opened = open_workstation(station.profile.dir, pin)
    sign_in(opened.desk, "truong.nt", PASSWORD, opened.central)
    return opened


@pytest.mark.parametrize("how", ["pages", "cut", "empty", "first-page"])
def test_a_ruined_store_is_made_anew(gateway, ruined, how: str):
    station, sent, unsent = ruined
    path = station.profile.store_path
    damage(path, how)
    before = path.read_bytes()
    with pytest.raises(StoreFault) as caught:
        open_workstation(station.profile.dir, pin)
    assert caught.value.code == "store-damaged" and "counter-app recover" in caught.value.message
    done = rescue(station.profile.dir, pin)
    assert done.damaged and done.enrolled and done.kept is not None
    assert (done.kept / path.name).read_bytes() == before, "the ruined file is kept as it was"
    again = reopened(station)
    try:
        with again.store.read() as reader:
            assert reader.notice()["code"] == "store-recovered"
            shown = [d for d in unsent if reader.dossier(d.id)]
        assert len(shown) == done.ops
        assert (how in ("pages", "cut")) <= (done.ops > 0), done
        sync(again)
        again.reload_published()
        with again.store.read() as reader:
            assert all(reader.dossier(d.id) for d in (*sent, *shown))
        printed = {d.code for d in (*sent, *unsent)}
        later = [take_in(again) for _ in range(3)]
        assert not {d.code for d in later if d.code} & printed, "no number twice"
        assert_equal(gateway, again)
    finally:
        again.close()


def test_a_sound_store_is_left_alone(gateway, ruined):
    station, _, _ = ruined
    assert not rescue(station.profile.dir, pin).damaged
    with pytest.raises(UserError):
        rescue(station.profile.dir / "nowhere", pin)
