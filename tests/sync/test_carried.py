"""Work that cannot leave its machine goes by a signed file through another one; a machine that serves another agency leaves nothing
behind unsent."""

from __future__ import annotations

import stat
import sys
from pathlib import Path

import pytest

from central_gateway.services import devices
from counter_app.services.sign_in import sign_in
from counter_app.services.stuck import export_stuck, import_stuck
from counter_app.services.unsent import unsent
from onestop.errors import UserError
from tests.sync.conftest import AGENCY, PASSWORD
from tests.sync.test_counters import sync
from tests.sync.test_push_trouble import take_in, waiting

COMMUNE = "H32.27"


def test_stuck_ops_go_by_a_file_through_another_machine_and_count_once(gateway, counter, tmp_path: Path):
    stuck, other = counter(), counter()
    sync(stuck, other)
    dossiers = [take_in(stuck, f"Người {chr(65 + n)}") for n in range(3)]
    file = tmp_path / "stuck.json"
    assert export_stuck(stuck.desk, file).count == 3
    if sys.platform != "win32":
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert import_stuck(other.desk, file) == (3, 3) and import_stuck(other.desk, file) == (0, 3)
    assert unsent(other.desk).carried == 3
    assert other.engine.run_once().pushed == 3
    assert unsent(other.desk).carried == 0
    with other.store.read() as reader:
        assert all(reader.dossier(d.id) for d in dossiers)
    sync(stuck)
    assert not unsent(stuck.desk).ops
    with stuck.store.read() as reader:
        assert {r.code for r in reader.reviews() if r.entity in {d.id for d in dossiers}} <= {"maybe-duplicate"}


def test_one_op_takes_with_it_what_must_go_before(gateway, counter, tmp_path: Path):
    from counter_app.services import correct as correcting

    station = counter()
    sync(station)
    first, second = take_in(station), take_in(station, "Trần Thị Bình")
    correcting.correct(station.desk, first.id, {"owner.phone": "0901234567"}, "gõ nhầm")
    ops = waiting(station)
    assert export_stuck(station.desk, tmp_path / "one.json", [ops[2]]).count == 2
    with pytest.raises(UserError) as caught:
        export_stuck(station.desk, tmp_path / "none.json", ["0" * 32])
    assert caught.value.code == "op-not-there" and not (tmp_path / "none.json").exists() and second.id


def test_a_file_somebody_changed_is_not_taken(gateway, counter, tmp_path: Path):
    station, other, foreign = counter(), counter(), counter("truong.dk", agency=COMMUNE)
    sync(station, other)
    take_in(station, "Nguyễn Văn Thật")
    file = tmp_path / "stuck.json"
    export_stuck(station.desk, file)
    sound = file.read_bytes()
    for bad in (sound.replace("Thật".encode(), "Giả ".encode()), sound[:-5], b"{}", sound.replace(b'"device":', b'"device":1', 1)):
        file.write_bytes(bad)
        with pytest.raises(UserError) as caught:
            import_stuck(other.desk, file)
        assert caught.value.code == "stuck-file-invalid"
    file.write_bytes(sound)
    with pytest.raises(UserError) as caught:
        import_stuck(foreign.desk, file)
    assert caught.value.code == "stuck-other-agency"
    assert unsent(other.desk).carried == 0


def test_a_machine_that_moves_sends_the_rest_and_drops_its_copies(gateway, counter):
    station = counter()
    sync(station)
    with station.store.read() as reader:
        held = reader.count("dossier")
    dossier = take_in(station)
    with gateway._opened() as opened:
        opened.database.retrying(lambda conn: devices.move(conn, station.desk.device, COMMUNE))
    report = station.engine.run_once()
    assert report.ok and report.moved and report.pushed == 1 and report.notice, report
    with station.store.read() as reader:
        assert reader.notice()["code"] == "counter-moved", "people are told"
    station.reload_published()
    assert station.desk.agency == station.engine.part == COMMUNE and held
    with station.store.read() as reader:
        assert reader.dossier(dossier.id) is None and reader.parts_held() == [COMMUNE] and not reader.outbox()
        assert all(lease.agency == COMMUNE for lease in reader.leases())
    assert dossier.id in gateway.export(AGENCY)
    sign_in(station.desk, "truong.dk", PASSWORD, station.central)
    sync(station)
    take_in(station)
    sync(station)
    assert station.engine.run_once(verify=True).equal is True
