"""Shut out, too old, locked: what the centre says of a machine or a person reaches the desk, and nothing that was saved is out of reach."""

from __future__ import annotations

from pathlib import Path

import pytest

from counter_app.services import stuck
from counter_app.services.sign_in import follow_centre, sign_in, sign_out
from counter_app.sync.link_state import LinkState
from onestop import wire
from onestop.errors import UserError
from tests.sync.conftest import PASSWORD
from tests.sync.test_counters import state_of, sync, take_in


def test_on_a_machine_that_was_shut_out_people_still_sign_in_and_take_out_what_it_holds(gateway, counter, tmp_path: Path) -> None:
    station, other = counter("truong.nt"), counter("truong.nt")
    dossier = take_in(station)
    gateway.fence(station.desk.device)
    assert station.engine.run_once().link is LinkState.FENCED
    sign_out(station.desk)
    assert not sign_in(station.desk, "truong.nt", PASSWORD, station.central).online
    with pytest.raises(UserError, match="sign-in-refused"):
        sign_in(station.desk, "truong.nt", "sai", station.central)
    with pytest.raises(UserError) as never_here:
        sign_in(station.desk, "thu.nt", PASSWORD, station.central)
    assert never_here.value.code == "device-fenced" and "mất mạng" not in never_here.value.message
    assert stuck.export_stuck(station.desk, tmp_path / "stuck").count == 1
    assert stuck.import_stuck(other.desk, tmp_path / "stuck") == (1, 1)
    sync(other)
    assert state_of(other, dossier.id) == "needs_person", "sent by another machine for one that was shut out: somebody looks"


def test_a_program_that_is_too_old_still_lets_people_in_and_sends(gateway, counter, monkeypatch: pytest.MonkeyPatch) -> None:
    station = counter("truong.nt")
    dossier = take_in(station)
    sign_out(station.desk)
    monkeypatch.setattr(wire, "PROTO", "0.9")
    assert not sign_in(station.desk, "truong.nt", PASSWORD, station.central).online
    report = station.engine.run_once()
    assert (report.link, report.pushed) == (LinkState.UPGRADE_NEEDED, 1)
    with station.store.read() as reader:
        assert not reader.outbox_summary().waiting and reader.dossier(dossier.id)


def test_who_is_locked_at_the_centre_does_not_work_on(gateway, counter) -> None:
    station = counter("thu.nt")
    assert follow_centre(station.desk) == ""
    gateway.lock("thu.nt")
    report = station.engine.run_once()
    assert report.staff_changed and "khóa tài khoản" in follow_centre(station.desk)
    sign_out(station.desk)
    with pytest.raises(UserError) as caught:
        sign_in(station.desk, "thu.nt", PASSWORD, None)
    assert caught.value.code == "account-locked" and "quản trị đã khóa" in caught.value.message
