"""``pin``: a PIN is changed, the data stay, and nothing of it stands in an argument."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from counter_app.runtime.paths import Profile
from tests.cli.conftest import PIN, CommandLine


@pytest.fixture
def own(cli: CommandLine, enrolled: Path, tmp_path: Path) -> CommandLine:
    """The command line on a copy: the PIN of the shared profile stays."""
    shutil.copytree(enrolled, tmp_path / "profile")
    return cli.on(tmp_path / "profile")


def test_a_pin_is_changed(own: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    held = own.count()
    monkeypatch.setenv("COUNTER_APP_NEW_PIN", "mới 97531")
    assert own("pin").one == {"changed": True}
    assert own("list").refusal == "pin-wrong"
    monkeypatch.setenv("COUNTER_APP_PIN", "mới 97531")
    assert own.count() == held


@pytest.mark.parametrize(("old", "new", "code"), [("9999", "24680", "pin-wrong"), (PIN, "1", "pin-too-short"), (PIN, "", "pin-missing")])
def test_what_does_not_change_a_pin(own: CommandLine, monkeypatch: pytest.MonkeyPatch, old: str, new: str, code: str) -> None:
    monkeypatch.setenv("COUNTER_APP_PIN", old)
    monkeypatch.setenv("COUNTER_APP_NEW_PIN", new)
    assert own("pin").refusal == code
    monkeypatch.setenv("COUNTER_APP_PIN", PIN)
    assert own("list").rc == 0


def test_a_key_of_the_system_has_no_pin(own: CommandLine) -> None:
    Profile(own.profile).key_file.unlink()
    assert own("pin").refusal == "pin-not-used"
