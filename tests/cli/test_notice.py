"""What people have to be told about a restore reaches those without a window, too."""

from __future__ import annotations

from collections.abc import Callable

from counter_app.services.workstation import open_workstation
from counter_app.store.unit import Unit
from tests.cli.conftest import PIN, CommandLine


def written(cli: CommandLine, work: Callable[[Unit], None]) -> None:
    station = open_workstation(cli.profile, lambda new: PIN)
    try:
        with station.store.write() as unit:
            work(unit)
    finally:
        station.close()


def test_a_restored_gateway_is_told_by_sync_and_doctor(cli: CommandLine) -> None:
    assert "notice" not in cli("sync", "--once").out[0]
    written(cli, lambda unit: unit.tell("gateway-restored", "Hệ thống trung tâm vừa được khôi phục từ bản sao lưu."))
    try:
        assert cli("sync", "--once").out[0]["notice"].startswith("Hệ thống trung tâm vừa được khôi phục")
        (told,) = (finding for finding in cli("doctor").out if finding["what"] == "notice")
        assert told["state"] == "warning" and "khôi phục" in told["message"]
    finally:
        written(cli, lambda unit: unit.clear_notice())
