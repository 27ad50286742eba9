"""A store copied to a second machine, or restored from an older copy of the disk: both go on, nothing is lost, no number comes twice."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from counter_app.services.sign_in import sign_in
from counter_app.services.workstation import Workstation, open_workstation
from tests.sync.conftest import PASSWORD
from tests.sync.test_counters import assert_equal, sync
from tests.sync.test_push_trouble import take_in


def again(station: Workstation, folder: Path, witness: Path, monkeypatch: pytest.MonkeyPatch) -> Workstation:
    monkeypatch.setenv("COUNTER_APP_WITNESS_DIR", str(witness))
    opened = open_workstation(folder, lambda new: "2468")
    sign_in(opened.desk, "truong.nt", PASSWORD, opened.central)
    return opened


def copied(station: Workstation, tmp_path: Path, name: str) -> tuple[Path, Path]:
    shutil.copytree(station.profile.dir, tmp_path / name)
    shutil.copytree(tmp_path / "witness", tmp_path / f"{name}-witness")
    return tmp_path / name, tmp_path / f"{name}-witness"


def notice_of(station: Workstation) -> str:
    with station.store.read() as reader:
        told = reader.notice()
    return told["code"] if told else ""


def test_two_machines_from_one_disk_go_apart_and_keep_what_both_took_in(gateway, counter, tmp_path: Path, monkeypatch):
    first = counter()
    take_in(first)
    sync(first)
    first.close()
    folder, witness = copied(first, tmp_path, "clone")
    first = again(first, first.profile.dir, tmp_path / "witness", monkeypatch)
    second = again(first, folder, witness, monkeypatch)
    try:
        before = first.client.identity.incarnation
        assert before == second.client.identity.incarnation
        here, there = [take_in(first) for _ in range(2)], [take_in(second) for _ in range(3)]
        sync(first)
        sync(second)
        sync(first)
        assert notice_of(second) == "store-copied"
        lives = {first.client.identity.incarnation, second.client.identity.incarnation}
        assert len(lives) == 2
        later = [take_in(station) for station in (first, second) for _ in range(3)]
        assert_equal(gateway, first, second)
        with first.store.read() as reader:
            seen = [reader.dossier(d.id) for d in (*here, *there, *later)]
            clashes = {r.entity for r in reader.reviews() if r.code == "code-clash"}
        assert all(seen), "nothing was lost"
        codes = [d.code for d in seen if d.code]
        assert len(codes) == len(set(codes)), "no code on two dossiers"
        assert all(d.code or d.id in clashes for d in seen), "a code printed twice is work for a person"
        assert not {d.id for d in later} & clashes, "lanes are not shared any more"
    finally:
        first.close()
        second.close()


def test_a_disk_put_back_takes_a_new_life_and_gets_its_own_history_again(gateway, counter, tmp_path: Path, monkeypatch):
    station = counter()
    old = take_in(station)
    sync(station)
    station.close()
    folder, witness = copied(station, tmp_path, "image")
    station = again(station, station.profile.dir, tmp_path / "witness", monkeypatch)
    gone = [take_in(station) for _ in range(3)]
    sync(station)
    station.close()
    station = again(station, folder, witness, monkeypatch)
    try:
        typed = take_in(station)
        sync(station)
        assert notice_of(station) == "store-copied"
        with station.store.read() as reader:
            assert all(reader.dossier(d.id) for d in (old, *gone, typed))
            assert not reader.outbox() or all(item.code for item in reader.outbox())
        take_in(station)
        assert_equal(gateway, station)
    finally:
        station.close()
