"""The gateway's database is put back from a backup under running counters: what they hold comes back, nothing twice, and staff is told."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

import pytest

from counter_app.services import correct as correcting
from counter_app.services.workstation import Workstation
from tests.servers.gateway import GatewayProcess
from tests.sync.conftest import AGENCY
from tests.sync.test_another_life import notice_of
from tests.sync.test_counters import sync, text_of
from tests.sync.test_push_trouble import take_in


@pytest.fixture
def gateway(tmp_path: Path):
    process = GatewayProcess(f"sqlite:///{tmp_path / 'gateway' / 'gateway.db'}", tmp_path / "gateway", dossiers=40)
    yield process
    process.stop()


@pytest.fixture(autouse=True)
def folder(tmp_path: Path) -> Path:
    (tmp_path / "gateway").mkdir(exist_ok=True)
    return tmp_path / "gateway"


def backup(folder: Path) -> None:
    with sqlite3.connect(folder / "gateway.db") as db, sqlite3.connect(folder / "backup.db") as copy:
        db.backup(copy)


def restore(gateway: GatewayProcess, folder: Path) -> None:
    gateway.stop()
    for name in ("gateway.db", "gateway.db-wal", "gateway.db-shm"):
        (folder / name).unlink(missing_ok=True)
    shutil.copyfile(folder / "backup.db", folder / "gateway.db")
    gateway.start()


def cycle(*stations: Workstation) -> None:
    for station in stations:
        report = station.engine.run_once()
        assert report.ok, (report.link, report.problems)


def test_what_counters_hold_comes_back_and_staff_is_told(gateway, counter, folder: Path, tmp_path: Path):
    first, second, third = counter(), counter(), counter()
    old = take_in(first)
    sync(first, second, third)
    backup(folder)
    new = [take_in(first, f"Người {chr(65 + n)}") for n in range(3)]
    sync(first, second, third)
    correcting.correct(third.desk, old.id, {"owner.phone": "0901234567"}, "gõ nhầm")
    last_word = take_in(third, "Của máy sẽ mất")
    sync(third, first, second)
    third.close()  # it burns down: what it sent lives on only in the copies of the others
    restore(gateway, folder)
    typed = take_in(second, "Nhập trong lúc khôi phục")
    for _ in range(3):
        cycle(first, second)
    assert notice_of(first) == notice_of(second) == "gateway-restored"
    with first.store.read() as reader:
        assert reader.epoch() == 2 and reader.recovery().done
    finish(gateway)
    for _ in range(3):
        cycle(first, second)
    assert first.engine.run_once(verify=True).equal is True
    with second.store.read() as reader:
        assert all(reader.dossier(d.id) for d in (old, *new, last_word, typed))
        assert reader.dossier(old.id).owner.phone == "0901234567"
        assert reader._one("SELECT count(*) FROM former") == (0,)
    everywhere = {text_of(first).strip(), text_of(second).strip(), gateway.export(AGENCY).strip()}
    assert len(everywhere) == 1
    codes = [take_in(station).code for station in (first, second) for _ in range(2)]
    assert len(set(codes)) == 4


def finish(gateway: GatewayProcess) -> None:
    from central_gateway.services import finish as finishing

    with gateway._opened() as opened:
        finishing.finish(opened)
