"""A disk image of the same morning is put back: store and witness alike know nothing of what was printed since."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from counter_app.runtime import clock
from counter_app.services.numbers import fetch_spare
from counter_app.services.sign_in import sign_in
from counter_app.services.workstation import open_workstation
from tests.sync.conftest import PASSWORD
from tests.sync.test_counters import take_in


def test_a_spare_number_in_a_restored_disk_image_is_not_printed_again(gateway, counter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    station = counter("lan.nt")
    (tmp_path / "witness").mkdir(exist_ok=True)
    assert fetch_spare(station.desk, station.central)
    folders = {station.profile.dir: tmp_path / "image", tmp_path / "witness": tmp_path / "image-witness"}
    station.close()
    for folder, image in folders.items():
        shutil.copytree(folder, image)
    station = open_workstation(station.profile.dir, lambda new: "2468")
    sign_in(station.desk, "lan.nt", PASSWORD, station.central)
    printed = take_in(station).code
    assert int(printed.rpartition("-")[2]) < 2000, "the spare number"
    station.close()
    for folder, image in folders.items():
        shutil.rmtree(folder)
        shutil.copytree(image, folder)
    monkeypatch.setattr(clock, "_boot_id", lambda: "the PC was started again")
    station = open_workstation(station.profile.dir, lambda new: "2468")
    try:
        sign_in(station.desk, "lan.nt", PASSWORD, station.central)
        assert take_in(station).code != printed
        assert fetch_spare(station.desk, station.central)
        assert take_in(station).code != printed
    finally:
        station.close()
