"""A profile in trouble: every command says what is wrong by a stable code, and the files stay as they were."""

from __future__ import annotations

import hashlib
import json
import shutil
import signal
import sys
from pathlib import Path

import pytest

from counter_app.runtime.paths import Profile
from counter_app.runtime.secrets import load_or_create_key
from counter_app.store.connection import connect
from tests.cli.conftest import CommandLine, a_form, spawn


@pytest.fixture
def broken(cli: CommandLine, enrolled: Path, cli_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CommandLine:
    """The command line on a copy of the profile that a test may spoil, with a witness of its own and no way to the gateway: what
    happens to the copy says nothing about the profile of the other tests (the gateway would take both for a cloned PC)."""
    if not (cli_home / "witness").exists():
        cli.received("Người Đầu Tiên")  # writes the witness, and this person may sign in without a network from now on
    shutil.copytree(enrolled, tmp_path / "profile")
    shutil.copytree(cli_home / "witness", tmp_path / "witness")
    settings = Profile(tmp_path / "profile").settings_file
    settings.write_text(json.dumps(json.loads(settings.read_text()) | {"gateway_url": "http://127.0.0.1:1"}))
    monkeypatch.setenv("COUNTER_APP_WITNESS_DIR", str(tmp_path / "witness"))
    return cli.on(tmp_path / "profile")


def fingerprint(profile: Path) -> dict[str, str]:
    return {str(file.relative_to(profile)): hashlib.sha256(file.read_bytes()).hexdigest() for file in sorted(profile.rglob("*"))
            if file.is_file() and not file.name.endswith(("-shm", "-wal"))}


def refused_everywhere(cli: CommandLine, code: str) -> None:
    before = fingerprint(cli.profile)
    assert cli("list").refusal == code
    assert cli("receive", "-", stdin=json.dumps(a_form())).refusal == code
    assert cli("sync", "--once").refusal == code
    assert fingerprint(cli.profile) == before
    examined = cli("doctor")
    assert examined.rc == 1 and examined.out[-1]["what"] == "profile" and examined.out[-1]["state"] == "bad"


def test_a_newer_store(broken: CommandLine) -> None:
    profile = Profile(broken.profile)
    db = connect(profile.store_path, load_or_create_key(profile))
    db.execute("UPDATE alembic_version SET version_num = '9999'")
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    db.close()
    refused_everywhere(broken, "store-newer")


@pytest.mark.parametrize("keep", [0.9, 0.5, 0.001])
def test_a_truncated_store(broken: CommandLine, keep: float) -> None:
    store = Profile(broken.profile).store_path
    raw = store.read_bytes()
    store.write_bytes(raw[: int(len(raw) * keep)])
    refused_everywhere(broken, "store-damaged")


def test_a_wrong_pin(broken: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COUNTER_APP_PIN", "1357")
    refused_everywhere(broken, "pin-wrong")


def test_no_keyring_and_no_pin(broken: CommandLine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("COUNTER_APP_PIN")
    refused_everywhere(broken, "keyring-missing")
    fresh = broken.on(tmp_path / "fresh")
    assert fresh("init", "--gateway", "http://127.0.0.1:1", "--enrol", "x").refusal == "keyring-missing"
    assert not Profile(fresh.profile).store_path.exists()
    monkeypatch.setenv("COUNTER_APP_PIN", "12")
    assert fresh("init", "--gateway", "http://127.0.0.1:1", "--enrol", "x").refusal == "pin-too-short"


def test_the_key_of_another_profile(broken: CommandLine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    other = Profile(tmp_path / "other").ensure()
    load_or_create_key(other)
    shutil.copy(other.key_file, Profile(broken.profile).key_file)
    refused_everywhere(broken, "store-wrong-key")


@pytest.mark.parametrize(("content", "code"), [(b"", "key-file-invalid"), (b"{", "key-file-invalid"), (b"\xff\xfe", "key-file-invalid"),
                                               (b"[1]", "key-file-invalid"), (b'{"version": 2}', "key-file-invalid")])
def test_a_broken_key_file(broken: CommandLine, content: bytes, code: str) -> None:
    Profile(broken.profile).key_file.write_bytes(content)
    refused_everywhere(broken, code)


def test_the_key_is_gone(broken: CommandLine) -> None:
    Profile(broken.profile).key_file.unlink()
    refused_everywhere(broken, "key-missing")


def test_broken_settings(broken: CommandLine) -> None:
    Profile(broken.profile).settings_file.write_text('{"gateway_url": 5}')
    refused_everywhere(broken, "settings-invalid")


def test_no_profile_here(cli: CommandLine, tmp_path: Path) -> None:
    for place in (tmp_path / "none", tmp_path / "đặng thị 🎉"):
        assert cli.on(place)("list").refusal == "not-enrolled"
        assert not place.exists()


@pytest.mark.skipif(sys.platform == "win32", reason="RLIMIT_FSIZE")
def test_a_full_disk(broken: CommandLine, tmp_path: Path) -> None:
    """The disk fills in the middle of a file of receptions: what was answered is saved, the rest is not there, and there is one
    sentence."""
    import resource

    def no_room() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    before = broken.count()
    store = Profile(broken.profile).store_path
    size = 200_000
    file = tmp_path / "many.json"
    file.write_text(json.dumps([a_form(f"Người thứ {n}") for n in range(60)]), encoding="utf-8")
    done = spawn("receive", file, profile=broken.profile, prepare=no_room)
    assert done.rc == 1 and done.problems[-1]["code"] == "disk-full", done
    assert store.stat().st_size > size
    saved = [line["code"] for line in done.out]
    assert len(saved) < 60
    assert broken.count() == before + len(saved)
    assert {row["code"] for row in broken("list", "--unsent", "--limit", 1000).out} >= set(saved)
    assert broken("receive", "-", stdin=json.dumps(a_form())).one["code"] not in saved


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL")
@pytest.mark.parametrize("point", ["before-witness", "after-witness"])
def test_killed_while_receiving(broken: CommandLine, tmp_path: Path, point: str) -> None:
    """Nothing of it is there, and the next code is a new one."""
    before, last = broken.count(), broken("receive", "-", stdin=json.dumps(a_form("Trước"))).one["code"]
    file = tmp_path / "one.json"
    file.write_text(json.dumps(a_form("Bị Ngắt Giữa Chừng")), encoding="utf-8")
    done = spawn("receive", file, profile=broken.profile, COUNTER_APP_FAILPOINT=point)
    assert done.rc == -signal.SIGKILL and done.text == ""
    assert broken("find", "bi ngat giua chung").out == [] and broken.count() == before + 1
    after = broken("receive", "-", stdin=json.dumps(a_form("Sau"))).one["code"]
    assert int(after.rpartition("-")[2]) > int(last.rpartition("-")[2])
    assert {f["what"]: f["state"] for f in broken("doctor").out}["store"] == "ok"
