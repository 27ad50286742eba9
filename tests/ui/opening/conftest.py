"""The start of the window on a small profile: enrolled, one person known on this PC, gateway out of reach."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from counter_app.app import Start
from counter_app.runtime.paths import Profile
from counter_app.runtime.secrets import load_or_create_key
from counter_app.runtime.settings import GATEWAY_URL, Settings
from counter_app.services.sign_in import _hasher
from counter_app.store.engine import open_store
from onestop.vntime import utc_now
from onestop.wire import AgencySettings, EnrolReply, StaffRow
from tests.ui.foundation.conftest import app, keep_picture  # noqa: F401

PIN, USER, PASSWORD, PEPPER = "246813", "hoa.nt", "MotCua@2026", "00" * 16


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The profile and its witness, made once."""
    home = tmp_path_factory.mktemp("opening")
    profile = Profile(home / "profile", home / "witness").ensure()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
        key = load_or_create_key(profile, lambda new: PIN)
    store = open_store(profile.store_path, key, witness=profile.witness_dir)
    with store.write() as unit:
        unit.save_enrolment(EnrolReply(device=7, agency="H32.15", agency_name="Trung tâm Nha Trang", gateway_key="k", epoch=1,
                                       settings=AgencySettings()))
        unit.meta_set("device_key", bytes(range(32)).hex())
        unit.meta_set("pepper", PEPPER)
        unit.save_staff_row(StaffRow(id="u1", username=USER, name="Nguyễn Thị Hoa", agency="H32.15", roles=["reception"]))
        unit.staff_verified(USER, _hasher().hash(PASSWORD + PEPPER), utc_now())
    store.close()
    Settings(profile.settings_file).set(GATEWAY_URL, "http://127.0.0.1:9")
    return home


@pytest.fixture
def profile(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Profile:
    """A copy a test may spoil; no keyring, no PIN in the environment."""
    shutil.copytree(made, tmp_path, dirs_exist_ok=True)
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    monkeypatch.setenv("COUNTER_APP_WITNESS_DIR", str(tmp_path / "witness"))
    monkeypatch.delenv("COUNTER_APP_PIN", raising=False)
    return Profile(tmp_path / "profile")


@pytest.fixture
def start(app: QApplication, profile: Profile) -> Iterator[Callable[[], Start]]:  # noqa: F811
    """Begins the start; nothing has been opened when it returns, and each test stops what it began."""
    begun: list[Start] = []

    def begin() -> Start:
        begun.append(Start(app, profile, lambda program: None))
        begun[-1].codes = []
        begun[-1].end = begun[-1].codes.append  # the application of the tests goes on
        return begun[-1]

    yield begin
    for one in begun:
        one.stop()
        one.deleteLater()
    app.processEvents()
