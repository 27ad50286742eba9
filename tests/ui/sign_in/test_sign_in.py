"""Who works at this desk: in, out, refused, locked, and what the form keeps meanwhile."""

from datetime import timedelta

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog

from counter_app.scanner.router import Routing
from counter_app.sync.report import SyncReport
from counter_app.ui.background import InlineRunner
from counter_app.ui.dialogs.questions import ReasonDialog
from tests.desk import NOW
from tests.ui.sign_in.conftest import Gate

CARD = "001099012345||Nguyễn Văn An|01011999|Nam|12 đường Yersin, phường Nha Trang|25082021"


def test_in_without_a_network(gate: Gate):
    gate.sign_in.show()
    gate.give("hoa.nt", "MotCua@2026")
    assert not gate.window.is_covered() and gate.bench.desk.staff.username == "hoa.nt" and gate.signed_in == ["hoa.nt"]
    assert "mất mạng" in gate.window.toast.accessibleName()


def test_the_last_name_is_filled_in(gate: Gate):
    gate.sign_in.show()
    gate.give("hoa.nt", "MotCua@2026")
    gate.sign_in.sign_out()
    assert gate.view.username.text() == "hoa.nt" and gate.signed_in == ["hoa.nt", None] and gate.bench.desk.staff is None


def test_wrong_passwords_count_down_and_lock(gate: Gate):
    gate.sign_in.show()
    said = []
    for _ in range(5):
        gate.give("hoa.nt", "sai")
        said.append(gate.view.message.text())
    assert ["Còn 4 lần" in said[0], "Còn 1 lần" in said[3], "bị khóa" in said[4]] == [True] * 3
    gate.give("hoa.nt", "MotCua@2026")
    assert gate.window.is_covered() and "bị khóa" in gate.view.message.text() and gate.bench.desk.staff is None
    assert gate.view.password.text() == "" and gate.view.password.hasFocus()


@pytest.mark.parametrize(("username", "later", "says"), [("minh.nt", timedelta(), "chưa từng đăng nhập trên máy này"),
                                                         ("hoa.nt", timedelta(days=6), "7 ngày")])
def test_refused_with_a_reason(gate: Gate, username: str, later: timedelta, says: str):
    gate.bench.clock.moment = NOW + later
    gate.sign_in.show()
    gate.give(username, "MotCua@2026")
    assert gate.window.is_covered() and says in gate.view.message.text()


def test_no_setting_makes_a_month_longer(gate: Gate):
    gate.bench.desk.settings = msgspec.structs.replace(gate.bench.desk.settings, offline_sign_in_days=400)
    gate.bench.clock.moment = NOW + timedelta(days=29)
    gate.sign_in.show()
    gate.give("hoa.nt", "MotCua@2026")
    assert gate.window.is_covered() and "30 ngày" in gate.view.message.text()


def test_nothing_can_be_pressed_twice_while_the_answer_is_awaited(gate: Gate):
    gate.stage.ctx.tasks = InlineRunner(hold=True)
    gate.sign_in.show()
    gate.give("hoa.nt", "MotCua@2026")
    assert not gate.view.button.isEnabled() and "Đang kiểm tra" in gate.view.button.text()
    gate.stage.ctx.tasks.release()
    assert not gate.window.is_covered()


def test_a_bug_is_no_wrong_password(gate: Gate, monkeypatch: pytest.MonkeyPatch):
    def broken(*_arguments):
        raise RuntimeError

    monkeypatch.setattr("counter_app.ui.sign_in_presenter.sign_in", broken)
    gate.sign_in.show()
    gate.give("hoa.nt", "MotCua@2026")
    assert "lỗi của chương trình" in gate.view.message.text() and len(gate.stage.failed) == 1


@pytest.fixture
def working(gate: Gate) -> Gate:
    """Quỳnh Hoa works and has a form half filled."""
    gate.sign_in.show()
    gate.give("hoa.nt", "MotCua@2026")
    gate.window.page("receive").focus("owner.name")
    gate.keys.type("Nguyễn Văn An")
    return gate


def form_name(gate: Gate) -> str:
    return gate.window.page("receive").fields["owner.name"].editor.text()


def test_the_lock_covers_and_keeps_the_form(working: Gate):
    working.lock.lock()
    assert working.window.is_covered() and not working.window.page("receive").isVisible()
    with working.bench.store.read() as reader:
        assert [title for _, title, _ in reader.drafts()] == ["Nguyễn Văn An"]
    working.unlock("sai")
    assert working.window.is_covered() and "Còn 4 lần" in working.screen.message.text()
    working.unlock("MotCua@2026")
    assert not working.window.is_covered() and form_name(working) == "Nguyễn Văn An"
    assert working.stage.scan(CARD).routing is Routing.HANDLED  # the form takes scans again


def test_after_unlocking_typing_goes_on_where_it_stopped(working: Gate):
    editor = working.window.page("receive").fields["owner.address"].editor
    editor.setFocus()
    working.keys.type("12 Yersin")
    editor.setCursorPosition(3)
    working.lock.lock()
    working.unlock("MotCua@2026")
    assert working.window.focusWidget() is editor
    working.keys.type("đường ")
    assert editor.text() == "12 đường Yersin"


def test_scans_do_not_reach_the_form_behind_the_lock(working: Gate):
    working.lock.lock()
    assert working.stage.scan(CARD).routing is Routing.NO_HANDLER


def test_another_person_finds_a_blank_form_and_the_first_one_finds_hers_parked(working: Gate):
    working.lock.lock()
    working.screen.sign_out_requested.emit()
    assert working.bench.desk.staff is None
    working.give("lan.nt", "PhongLan@2026")
    assert form_name(working) == "" and working.window.page("receive").drafts_button.text() == "Đang cất (1)"
    assert working.stage.scan(CARD).routing is Routing.HANDLED


def test_five_wrong_passwords_at_the_lock(working: Gate):
    working.lock.lock()
    for _ in range(5):
        working.unlock("sai")
    assert working.window.is_covered() and "bị khóa" in working.screen.message.text()


def test_dialogs_go_out_of_sight_and_come_back(working: Gate):
    dialog = ReasonDialog("Lý do", "Hồ sơ của Nguyễn Văn An", parent=working.window)
    closed = []
    dialog.finished.connect(closed.append)
    dialog.open()
    dialog.editor.setPlainText("Gõ nhầm")
    working.keys.settle()
    working.lock.lock()
    working.keys.settle()
    assert not [w for w in working.window.findChildren(QDialog) if w.isVisible()]
    working.unlock("MotCua@2026")
    assert dialog.isVisible() and dialog.editor.toPlainText() == "Gõ nhầm" and closed == []
    dialog.reject()


def test_dialogs_of_the_first_person_are_closed_for_the_second(working: Gate, app):
    dialog = ReasonDialog("Lý do", parent=working.window)
    closed = []
    dialog.finished.connect(closed.append)
    dialog.open()
    working.lock.lock()
    working.screen.sign_out_requested.emit()
    assert closed == [QDialog.DialogCode.Rejected]


def test_a_late_answer_does_not_let_anybody_in(working: Gate):
    working.stage.ctx.tasks = InlineRunner(hold=True)
    working.lock.lock()
    working.unlock("MotCua@2026")
    working.screen.sign_out_requested.emit()
    working.stage.ctx.tasks.release()
    assert working.window.is_covered() and working.bench.desk.staff is None


def test_locked_by_itself_after_idle_minutes_and_every_key_puts_it_off(working: Gate, qtbot):
    timer = working.lock._timer
    assert timer.isActive() and timer.interval() == 10 * 60_000
    timer.start(400)
    qtbot.waitUntil(lambda: timer.remainingTime() < 250, timeout=5_000)
    working.keys.press(Qt.Key.Key_A)
    assert timer.remainingTime() > 250
    qtbot.waitUntil(working.window.is_covered, timeout=5_000)


def test_pictures(gate: Gate, keep_picture, app):
    gate.sign_in.show()
    gate.give("hoa.nt", "sai")
    keep_picture(gate.window, "sign-in-light")
    gate.give("hoa.nt", "MotCua@2026")
    gate.lock.lock()
    app.processEvents()
    keep_picture(gate.window, "lock-light")


@pytest.mark.parametrize("covered", [False, True])
def test_who_is_locked_at_the_centre_is_signed_out_and_what_was_typed_stays(working: Gate, covered: bool):
    with working.bench.store.write() as unit:
        rows = [msgspec.structs.replace(a.row, locked="admin" if a.row.username == "hoa.nt" else "") for a in unit.staff_list()]
        unit.save_staff(rows)
    if covered:
        working.lock.lock()
    working.stage.ctx.facts.synced.emit(SyncReport())
    assert working.bench.desk.staff is not None, "nothing was said of accounts"
    working.stage.ctx.facts.synced.emit(SyncReport(staff_changed=True))
    assert working.bench.desk.staff is None and "khóa tài khoản" in working.view.message.text()
    with working.bench.store.read() as reader:
        assert reader.drafts()


def test_wrong_passwords_elsewhere_do_not_stop_who_is_at_work(working: Gate):
    with working.bench.store.write() as unit:
        unit.save_staff([msgspec.structs.replace(a.row, locked="wrong-passwords", title="Tổ trưởng") for a in unit.staff_list()])
    working.stage.ctx.facts.synced.emit(SyncReport(staff_changed=True))
    assert working.bench.desk.staff.title == "Tổ trưởng" and not working.window.is_covered()
