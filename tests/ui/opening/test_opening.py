"""The sign-in is there before the store: nothing typed is lost, what must be asked is asked, what went wrong is told over it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from counter_app.app import Start
from counter_app.runtime.greeting import Greeting
from counter_app.runtime.paths import Profile
from counter_app.runtime.secrets import load_or_create_key
from counter_app.services.identity_copy import keep_identity
from counter_app.store.connection import connect
from counter_app.store.engine import open_store
from counter_app.ui.dialogs.error_dialog import ErrorDialog
from counter_app.ui.dialogs.questions import PinDialog
from onestop.wire import AgencySettings, StaffRow
from tests.ui.opening.conftest import PASSWORD, PIN, USER

ROOT = Path(__file__).resolve().parents[3]
Begin = Callable[[], Start]


@pytest.fixture
def known_pin(profile: Profile, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COUNTER_APP_PIN", PIN)


def dialog_of(begun: Start, kind: type) -> object | None:
    return next((d for d in begun.window.findChildren(kind) if d.isVisible()), None)


@pytest.mark.usefixtures("known_pin")
def test_keys_typed_before_the_store_is_open_sign_in_by_themselves(start: Begin, app: QApplication, qtbot):
    begun = start()
    view = begun.opening.view
    assert begun.window.isVisible() and view.isVisible() and begun.program is None
    view.username.setFocus()
    QTest.keyClicks(view.username, USER)
    QTest.keyClick(view.username, Qt.Key.Key_Return)
    QTest.keyClicks(view.password, PASSWORD)
    QTest.keyClick(view.password, Qt.Key.Key_Return)
    assert begun.program is None, "the store was open too early for this test"
    assert view.button.text() == "Đang mở kho dữ liệu…" and not view.button.isEnabled()
    assert (view.username.text(), view.password.text()) == (USER, PASSWORD)
    qtbot.waitUntil(lambda: begun.program is not None and not begun.window.is_covered(), timeout=8_000)
    assert begun.program.station.desk.staff.username == USER
    qtbot.waitUntil(lambda: begun.window.current_page_id() == "receive")


@pytest.mark.usefixtures("known_pin")
def test_half_a_name_stays_where_it_is_when_the_store_opens(start: Begin, qtbot):
    begun = start()
    view = begun.opening.view
    view.username.setFocus()
    QTest.keyClicks(view.username, "ho")
    qtbot.waitUntil(lambda: begun.program is not None, timeout=8_000)
    QTest.keyClicks(QApplication.focusWidget(), "a.nt")
    assert view.username.text() == USER and view.username.hasFocus() and view.isVisible()
    assert "H32.15" in view._note.text() and "ngày qua" in view._offline.text()
    QTest.keyClick(view.username, Qt.Key.Key_Return)
    QTest.keyClicks(view.password, PASSWORD)
    QTest.keyClick(view.password, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: not begun.window.is_covered(), timeout=8_000)


@pytest.mark.usefixtures("known_pin")
def test_who_was_here_last_is_greeted_before_the_store_is_open(start: Begin, profile: Profile, qtbot):
    first = start()
    qtbot.waitUntil(lambda: first.program is not None, timeout=8_000)
    first.opening.view.username.setText(USER)
    first.opening.view.password.setText(PASSWORD)
    QTest.keyClick(first.opening.view.password, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: not first.window.is_covered(), timeout=8_000)
    assert Greeting.load(profile.greeting_file) == Greeting("H32.15", USER, AgencySettings().offline_sign_in_days)
    first.stop()
    first.program, first.opening.stop = None, lambda: None
    view = start().opening.view
    assert view.username.text() == USER and view.focusProxy() is view.password and "H32.15" in view._note.text()


@pytest.mark.parametrize("kept", ["", "{", "[]", '{"office": "a"}', '{"office": "a", "username": "b", "offline_days": "x"}'])
def test_a_spoilt_greeting_is_no_greeting(profile: Profile, kept: str):
    profile.greeting_file.write_text(kept)
    assert Greeting.load(profile.greeting_file) == Greeting()


def test_the_pin_is_asked_first_and_again_when_it_is_wrong(start: Begin, qtbot, keep_picture):
    begun = start()
    qtbot.waitUntil(lambda: dialog_of(begun, PinDialog) is not None)
    dialog = dialog_of(begun, PinDialog)
    edit = dialog._fields[0].editor
    QTest.keyClicks(edit, "999999")
    QTest.keyClick(edit, Qt.Key.Key_Return)
    QTest.keyClick(edit, Qt.Key.Key_Return)  # an impatient second one is no answer
    assert edit.isReadOnly() and dialog.confirm_button.text() == "Đang mở kho dữ liệu…"
    qtbot.waitUntil(lambda: not edit.isReadOnly(), timeout=8_000)
    assert dialog.isVisible() and "không đúng" in dialog._fields[0].error() and edit.text() == "" and begun.program is None
    QTest.keyClicks(edit, PIN)
    QTest.keyClick(edit, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: dialog_of(begun, PinDialog) is None, timeout=8_000)
    qtbot.waitUntil(lambda: begun.program is not None, timeout=8_000)
    assert begun.opening.view.isVisible()


def test_going_back_from_the_pin_ends_the_start(start: Begin, qtbot):
    begun = start()
    qtbot.waitUntil(lambda: dialog_of(begun, PinDialog) is not None)
    with qtbot.waitSignal(begun.opening.gave_up):
        dialog_of(begun, PinDialog).reject()
    assert not begun.window.isVisible() and begun.codes == [1]


def newer(profile: Profile) -> None:
    db = connect(profile.store_path, load_or_create_key(profile, lambda new: PIN))
    db.execute("UPDATE alembic_version SET version_num = '9999'")
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    db.close()


def damaged(profile: Profile) -> None:
    profile.store_path.write_bytes(profile.store_path.read_bytes()[:5000])


def wrong_pin(profile: Profile) -> None:
    """As the environment gives it: nobody is asked."""


@pytest.mark.parametrize(("spoil", "code"), [(newer, "store-newer"), (damaged, "store-damaged"), (wrong_pin, "pin-wrong")])
def test_what_went_wrong_is_told_over_the_sign_in(start: Begin, profile: Profile, qtbot, monkeypatch, keep_picture, spoil, code):
    monkeypatch.setenv("COUNTER_APP_PIN", "111111" if spoil is wrong_pin else PIN)
    spoil(profile)
    begun = start()
    begun.opening.view.username.setText(USER)
    begun.opening.view.password.setText(PASSWORD)
    QTest.keyClick(begun.opening.view.password, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: dialog_of(begun, ErrorDialog) is not None, timeout=8_000)
    dialog = dialog_of(begun, ErrorDialog)
    assert dialog.code == code and begun.program is None and begun.window.isVisible()
    with qtbot.waitSignal(begun.opening.gave_up):
        dialog.close_button.click()
    assert not begun.window.isVisible() and begun.codes == [1]


@pytest.mark.usefixtures("known_pin")
def test_after_a_fault_that_is_over_it_goes_on_with_what_was_typed(start: Begin, profile: Profile, qtbot):
    key = profile.key_file.read_bytes()
    profile.key_file.write_bytes(b"{}")
    begun = start()
    view = begun.opening.view
    view.username.setText(USER)
    view.password.setText(PASSWORD)
    QTest.keyClick(view.password, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: dialog_of(begun, ErrorDialog) is not None, timeout=8_000)
    assert dialog_of(begun, ErrorDialog).code == "key-file-invalid"
    profile.key_file.write_bytes(key)
    dialog_of(begun, ErrorDialog)._retry()
    qtbot.waitUntil(lambda: not begun.window.is_covered(), timeout=8_000)
    assert begun.program.station.desk.staff.username == USER


@pytest.mark.usefixtures("known_pin")
def test_a_damaged_store_is_rescued_from_the_start(start: Begin, profile: Profile, qtbot):
    """One button instead of a command: the file is kept, what can be read goes on, and that is told."""
    store = open_store(profile.store_path, key := load_or_create_key(profile), witness=profile.witness_dir)
    keep_identity(store, key)
    store.close()
    damaged(profile)
    spoilt = profile.store_path.read_bytes()
    begun = start()
    begun.opening.begin()
    qtbot.waitUntil(lambda: dialog_of(begun, ErrorDialog) is not None, timeout=8_000)
    dialog = dialog_of(begun, ErrorDialog)
    assert dialog.code == "store-damaged" and "Cứu dữ liệu" in dialog.text()
    dialog._retry()
    qtbot.waitUntil(lambda: begun.program is not None, timeout=20_000)
    with begun.program.station.store.read() as reader:
        assert reader.notice()["code"] == "store-recovered" and reader.enrolment().device == 7
    kept = list(profile.backups.glob("damaged-*/*"))
    assert any(file.read_bytes() == spoilt for file in kept), "the damaged file is there as it was"
    assert begun.opening.view.button.isEnabled(), "and one may sign in"


@pytest.mark.usefixtures("known_pin")
def test_closed_before_the_store_is_open(start: Begin, profile: Profile, qtbot):
    begun = start()
    begun.opening.begin()
    begun.window.close()
    begun.stop()
    assert begun.program is None
    connect(profile.store_path, load_or_create_key(profile)).close()
    begun.stop = lambda: None


@pytest.mark.usefixtures("known_pin")
def test_pictures(start: Begin, app: QApplication, keep_picture):
    begun = start()
    begun.opening.view.username.setText(USER)
    begun.opening.view.password.setText(PASSWORD)
    QTest.keyClick(begun.opening.view.password, Qt.Key.Key_Return)
    keep_picture(begun.window, "sign-in-waiting-light")
    assert begun.opening.view.button.text() == "Đang mở kho dữ liệu…"


def test_the_sign_in_reads_nothing_heavy():
    """What makes the window slow to appear comes in behind it."""
    code = "import sys, counter_app.app, counter_app.cli; print(*sorted(m for m in sys.modules))"
    read = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT).stdout.split()
    heavy = {"sqlalchemy", "alembic", "cryptography", "argon2", "msgspec", "keyring", "requests", "counter_app.store", "counter_app.sync",
             "counter_app.services", "counter_app.ui.pages", "counter_app.app.program"}
    assert not heavy & set(read)


@pytest.mark.usefixtures("known_pin")
@pytest.mark.parametrize(
    ("roles", "page"), [(["return"], "return"), (["cashier"], "find"), (["admin"], "sync"), (["return", "head"], "receive")]
)
def test_the_day_begins_where_somebody_may_work(start: Begin, profile: Profile, qtbot, roles: list[str], page: str):
    store = open_store(profile.store_path, load_or_create_key(profile, lambda new: PIN), witness=profile.witness_dir)
    with store.write() as unit:
        unit.save_staff_row(StaffRow(id="u1", username=USER, name="Nguyễn Thị Hoa", agency="H32.15", roles=roles))
    store.close()
    begun = start()
    view = begun.opening.view
    view.username.setText(USER)
    view.password.setText(PASSWORD)
    QTest.keyClick(view.password, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: begun.program is not None and not begun.window.is_covered(), timeout=8_000)
    qtbot.waitUntil(lambda: begun.window.current_page_id() != "")
    assert begun.window.current_page_id() == page
