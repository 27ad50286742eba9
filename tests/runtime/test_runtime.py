"""Profile folders, settings, keys, logs, crash reports and the lock of the window."""

from __future__ import annotations

import json
import logging
import os
import signal
import subprocess
import sys
import threading
from datetime import datetime, timedelta
from pathlib import Path

import keyring
import pytest
from keyring.backend import KeyringBackend

from counter_app.runtime import settings as s
from counter_app.runtime.clock import FixedClock, SystemClock
from counter_app.runtime.crash import CrashGuard
from counter_app.runtime.logs import masked, setup_logging, stop_logging
from counter_app.runtime.paths import Profile
from counter_app.runtime.secrets import change_pin, load_or_create_key, uses_pin
from counter_app.runtime.single_instance import SingleInstance
from onestop.errors import EnvironmentFault, UserError
from onestop.vntime import VN_TZ


class MemoryKeyring(KeyringBackend):
    """A working keyring (the real one of a desktop needs a session)."""

    priority = 5  # type: ignore[assignment]

    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[(service, username)] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.kept[(service, username)]


@pytest.fixture
def profile(tmp_path: Path) -> Profile:
    return Profile(tmp_path / "hồ sơ", witness_root=tmp_path / "state")


@pytest.fixture
def ring() -> object:
    before = keyring.get_keyring()
    made = MemoryKeyring()
    keyring.set_keyring(made)
    yield made
    keyring.set_keyring(before)


def no_pin(new: bool) -> None:
    return None


def test_the_witness_is_outside_the_profile_and_tied_to_it(profile: Profile, tmp_path: Path) -> None:
    assert profile.id == Profile(profile.dir).id
    assert profile.dir not in profile.witness_dir.parents
    assert profile.witness_dir == tmp_path / "state" / profile.id
    assert profile.id != Profile(tmp_path / "another").id


def test_a_profile_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for use in (Profile(tmp_path / "file" / "p").ensure, lambda: Profile(tmp_path / "file" / "p").id):
        with pytest.raises(EnvironmentFault) as caught:
            use()
        assert caught.value.code == "profile-unwritable"


def test_settings_default_file_machine_locked(tmp_path: Path) -> None:
    machine, own = tmp_path / "machine.json", tmp_path / "own.json"
    machine.write_text(json.dumps({"defaults": {"theme": "dark", "density": "compact"}, "locked": {"gateway_url": "https://t.vn"}}))
    own.write_text(json.dumps({"theme": "light", "from_a_newer_version": {"x": 1}}))
    values = s.Settings(own, machine)
    assert values.get(s.THEME) == "light"
    assert values.get(s.DENSITY) == "compact"
    assert values.get(s.FONT_SCALE) == 1.0
    assert values.get(s.GATEWAY_URL) == "https://t.vn" and values.locked(s.GATEWAY_URL)
    with pytest.raises(UserError) as caught:
        values.set(s.GATEWAY_URL, "https://other")
    assert caught.value.code == "setting-locked"
    values.set(s.FONT_SCALE, 1.5)
    again = s.Settings(own, machine)
    assert again.get(s.FONT_SCALE) == 1.5
    assert json.loads(own.read_text())["from_a_newer_version"] == {"x": 1}


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('{\n "theme": "dark",\n oops\n}', 3),
        ("[1, 2]", 1),
        ('{\n "theme": "pink"\n}', 2),
        ('{"font_scale": 9}', 1),
        ('{\n\n "sounds": "yes"}', 3),
        ('{"idle_lock_minutes": true}', 1),
    ],
)
def test_a_broken_settings_file_names_the_line_and_stays(tmp_path: Path, text: str, line: int) -> None:
    file = tmp_path / "settings.json"
    file.write_text(text)
    with pytest.raises(UserError) as caught:
        s.Settings(file, tmp_path / "none.json")
    assert caught.value.code == "settings-invalid"
    assert caught.value.facts["line"] == line and f"dòng {line}" in caught.value.message
    assert file.read_text() == text


def test_settings_of_other_bytes_and_unwritable(tmp_path: Path) -> None:
    file = tmp_path / "settings.json"
    file.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UserError) as caught:
        s.Settings(file, tmp_path / "none.json")
    assert caught.value.code == "settings-invalid"
    (tmp_path / "blocked").write_text("")
    values = s.Settings(tmp_path / "blocked" / "settings.json", tmp_path / "none.json")
    with pytest.raises(EnvironmentFault) as fault:
        values.set(s.THEME, "dark")
    assert fault.value.code == "settings-unwritable" and values.get(s.THEME) == "system"


def test_key_in_the_keyring(profile: Profile, ring: MemoryKeyring) -> None:
    key = load_or_create_key(profile, no_pin)
    assert len(key) == 32 and load_or_create_key(profile, no_pin) == key
    assert not uses_pin(profile)
    profile.store_path.write_bytes(b"x")
    ring.kept.clear()
    with pytest.raises(EnvironmentFault) as caught:
        load_or_create_key(profile, no_pin)
    assert caught.value.code == "key-missing"


def test_key_behind_a_pin_where_there_is_no_keyring(profile: Profile, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(EnvironmentFault) as caught:
        load_or_create_key(profile, no_pin)
    assert caught.value.code == "keyring-missing"
    monkeypatch.setenv("COUNTER_APP_PIN", "1357 ố")
    key = load_or_create_key(profile)
    assert uses_pin(profile) and load_or_create_key(profile) == key
    assert key.hex() not in profile.key_file.read_text() and os.stat(profile.key_file).st_mode & 0o077 == 0
    with pytest.raises(UserError) as wrong:
        load_or_create_key(profile, lambda new: "2468")
    assert wrong.value.code == "pin-wrong"
    change_pin(profile, "1357 ố", "another pin")
    assert load_or_create_key(profile, lambda new: "another pin") == key
    with pytest.raises(UserError) as short:
        change_pin(profile, "another pin", "1")
    assert short.value.code == "pin-too-short"
    for broken in (profile.key_file.read_text()[:-30], "{}", "[]", "", '{"version": 1}'):
        profile.key_file.write_text(broken)
        with pytest.raises(EnvironmentFault) as fault:
            load_or_create_key(profile)
        assert fault.value.code == "key-file-invalid"


def test_logs_hold_no_personal_numbers_and_no_exception_text(tmp_path: Path) -> None:
    handler = setup_logging(tmp_path)
    try:
        logging.getLogger("test").warning("số %s và %s, mã %s", "001099012345", "0912 345 678", "H32.15-261122-0001")
        try:
            raise ValueError("Nguyễn Văn An 001099012345")
        except ValueError:
            logging.getLogger("test").exception("failed")
    finally:
        stop_logging(handler)
    text = (tmp_path / "counter-app.log").read_text(encoding="utf-8")
    assert "H32.15-261122-0001" in text and "ValueError" in text and "test_runtime.py" in text
    assert "0010990" not in text and "0912" not in text and "Nguyễn" not in text


@pytest.mark.parametrize("text", ["op 01a2045bdeec7499b416aa2a123ce398", "12345678 ops", "2026-11-22 08:01:22", "seq 88213"])
def test_masking_leaves_what_is_no_such_number(text: str) -> None:
    assert masked(text) == text


def test_a_log_folder_that_cannot_be_made_stops_nothing(tmp_path: Path) -> None:
    (tmp_path / "f").write_text("")
    handler = setup_logging(tmp_path / "f" / "logs")
    logging.getLogger("test").warning("into the void")
    stop_logging(handler)


def test_native_crash_is_shown_at_the_next_start(tmp_path: Path) -> None:
    code = (
        "import sys, os, signal; sys.path.insert(0, os.getcwd()); from pathlib import Path\n"
        "from counter_app.runtime.crash import CrashGuard\nCrashGuard(Path(sys.argv[1]))\nos.kill(os.getpid(), signal.SIGSEGV)"
    )
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path)], cwd=Path(__file__).parents[2], check=False, capture_output=True)
    assert done.returncode == -signal.SIGSEGV
    guard = CrashGuard(tmp_path)
    assert "Segmentation fault" in guard.last_crash
    guard.close()
    assert not (tmp_path / "crash.txt").exists()
    guard = CrashGuard(tmp_path)
    assert guard.last_crash == ""
    guard.close()


def test_an_uncaught_exception_is_reported_without_its_text(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    heard: list[str] = []
    guard = CrashGuard(tmp_path, heard.append)
    try:

        def fail() -> None:
            raise KeyError("Trần Thị Bình")

        thread = threading.Thread(target=fail)
        thread.start()
        thread.join()
        sys.excepthook(UserError, UserError("x-code", "Trần Thị Bình"), None)
    finally:
        guard.close()
    assert "KeyError" in heard[0] and "[x-code]" in heard[1]
    assert "Bình" not in "".join(heard) + caplog.text


def test_a_second_window_is_refused_a_killed_one_is_no_obstacle(tmp_path: Path) -> None:
    file = tmp_path / "p" / "window.lock"
    code = (
        "import sys, os; sys.path.insert(0, os.getcwd()); from pathlib import Path\n"
        "from counter_app.runtime.single_instance import SingleInstance\n"
        "held = SingleInstance(Path(sys.argv[1])); print('held', flush=True); sys.stdin.read()"
    )
    other = subprocess.Popen(
        [sys.executable, "-c", code, str(file)], cwd=Path(__file__).parents[2], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with other:
        assert other.stdout is not None and other.stdout.readline() == "held\n"
        with pytest.raises(UserError) as caught:
            SingleInstance(file)
        assert caught.value.code == "already-running"
        other.kill()
        other.wait()
    with SingleInstance(file):
        pass


def test_trusted_now_follows_the_gateway_and_survives_a_restart_of_the_program() -> None:
    clock = SystemClock()
    ahead = clock.wall() + timedelta(hours=3)
    clock.set_gateway_time(ahead)
    assert timedelta(0) <= clock.now() - ahead < timedelta(minutes=1)
    assert -timedelta(hours=3, minutes=1) < clock.skew() < -timedelta(hours=2, minutes=59)
    anchor = clock.anchor()
    assert anchor is not None
    later = SystemClock()
    assert later.restore(anchor) and abs(later.now() - clock.now()) < timedelta(seconds=10)
    assert not SystemClock().restore(type(anchor)("another boot", anchor.monotonic, anchor.server_time))


def test_fixed_clock_moves_only_when_told() -> None:
    clock = FixedClock(datetime(2026, 11, 22, 8, 0, tzinfo=VN_TZ))
    clock.advance(minutes=5)
    assert (clock.now().minute, clock.monotonic()) == (5, 1300.0)
