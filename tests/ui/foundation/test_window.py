from datetime import UTC, datetime, timedelta

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QWidget

from counter_app.ui import a11y
from counter_app.ui.actions import COMMANDS, key_of
from counter_app.ui.dialogs import CommandPalette, HelpView, LockScreen
from counter_app.ui.main_window import MainWindow
from counter_app.ui.notify import Notice, Sound
from counter_app.ui.page import Page, PageSpec
from counter_app.ui.theme import theme
from counter_app.ui.widgets import KeyButton, KeyHint
from counter_app.ui.widgets.floating import FloatingPanel
from counter_app.ui.widgets.top_bar import LinkView


class Desk(Page):
    def __init__(self, title, log, taken=()):
        super().__init__(title)
        self.log, self.taken, self.box = log, taken, QLineEdit()
        self.box.setAccessibleName("Ô nhập")
        self.panel = QLabel("chi tiết") if title == "Tổng quan" else None
        self.body.addWidget(self.box)

    def on_enter(self):
        self.log.append(f"+{self.accessibleName()}")

    def on_leave(self):
        self.log.append(f"-{self.accessibleName()}")

    def primary_focus(self):
        return self.box

    def details(self):
        return self.panel

    def handle_command(self, command_id):
        if command_id in self.taken:
            self.log.append(command_id)
            return True
        return False


@pytest.fixture
def log():
    return []


@pytest.fixture
def window(app, qtbot, log):
    specs = [
        PageSpec("home", "Tổng quan", "layout-dashboard", "", lambda: Desk("Tổng quan", log)),
        PageSpec("receive", "Tiếp nhận", "file-plus", "F2", lambda: Desk("Tiếp nhận", log, ("save-print", "undo"))),
        PageSpec("reports", "Báo cáo", "scale", "F11", lambda: Desk("Báo cáo", log)),
        PageSpec("settings", "Cài đặt", "settings", "", lambda: Desk("Cài đặt", log), True),
    ]
    made = MainWindow(specs)
    qtbot.addWidget(made)
    made.page_requested.connect(made.show_page)
    made.set_user("Trần Thị Bích Ngọc", "Trung tâm Phục vụ hành chính công")
    with qtbot.waitActive(made):
        made.show()
        made.activateWindow()
    made.show_page("home")
    return made


def test_pages_are_made_when_needed_and_told_when_they_come_and_go(window, log):
    assert window.page("receive") is None
    QTest.keyClick(window, Qt.Key.Key_F2)
    assert window.current_page_id() == "receive"
    assert window.page("receive").box.hasFocus()
    QTest.keyClick(window, Qt.Key.Key_F11)
    assert log == ["+Tổng quan", "-Tổng quan", "+Tiếp nhận", "-Tiếp nhận", "+Báo cáo"]
    assert window._frame.details.isHidden()
    window.show_page("home")
    assert not window._frame.details.isHidden()


def test_the_page_on_top_is_asked_first(window, log, qtbot):
    got = []
    window.command_requested.connect(got.append)
    QTest.keyClick(window, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert got == ["save-print"]
    window.show_page("receive")
    QTest.keyClick(window, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClick(window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert log[-2:] == ["save-print", "undo"] and got == ["save-print"]


def test_ctrl_z_undoes_what_the_message_offers_first(window, log):
    undone = []
    window.show_page("receive")
    window.toast.show_message("Đã lưu", undo=lambda: undone.append(1))
    window.commands["undo"].trigger()
    assert undone == [1] and "undo" not in log
    window.commands["undo"].trigger()
    assert log[-1] == "undo"


@pytest.mark.parametrize(
    ("command", "signal", "value"),
    [
        ("sync", "sync_requested", ()),
        ("lock", "lock_requested", ()),
        ("sign-out", "sign_out_requested", ()),
        ("zoom-in", "theme_requested", ("zoom-in",)),
        ("theme-dark", "theme_requested", ("dark",)),
        ("density", "theme_requested", ("density",)),
        ("camera", "command_requested", ("camera",)),
    ],
)
def test_commands_leave_as_signals(window, command, signal, value):
    got = []
    getattr(window, signal).connect(lambda *args: got.append(args))
    window.commands[command].trigger()
    assert got == [value]


@pytest.mark.parametrize(
    ("key", "modifiers", "expected"),
    [
        (Qt.Key.Key_Plus, Qt.KeyboardModifier.ControlModifier, "zoom-in"),
        (Qt.Key.Key_Equal, Qt.KeyboardModifier.ControlModifier, "zoom-in"),
        (Qt.Key.Key_Minus, Qt.KeyboardModifier.ControlModifier, "zoom-out"),
        (Qt.Key.Key_0, Qt.KeyboardModifier.ControlModifier, "zoom-reset"),
    ],
)
def test_the_size_of_letters_by_key(window, key, modifiers, expected):
    got = []
    window.theme_requested.connect(got.append)
    QTest.keyClick(window, key, modifiers)
    assert got == [expected]


def test_both_enter_keys_save(window):
    got = []
    window.command_requested.connect(got.append)
    QTest.keyClick(window, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClick(window, Qt.Key.Key_Enter, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.KeypadModifier)
    assert got == ["save-print", "save-print"]


def test_a_button_shows_the_key_of_its_command_and_does_it(window):
    got = []
    window.command_requested.connect(got.append)
    button = KeyButton("Lưu và in", "save", kind="primary").bind(window.commands["save-print"])
    assert button._key == "Ctrl+Enter"
    button.click()
    assert got == ["save-print"]
    window.commands["save-print"].setEnabled(False)
    assert not button.isEnabled()


def test_two_escapes_lead_to_the_scan_box_one_does_not(window):
    window.show_page("receive")
    box = window.page("receive").box
    QTest.keyClick(box, Qt.Key.Key_Escape)
    assert box.hasFocus()
    QTest.keyClick(box, Qt.Key.Key_Escape)
    assert window.top.search.hasFocus()
    box.setFocus()
    QTest.keyClick(window, Qt.Key.Key_F3)
    assert window.top.search.hasFocus()


def test_searching_leaves_as_a_signal(window, qtbot):
    window.focus_search()
    QTest.keyClicks(window.top.search, "nguyen")
    with qtbot.waitSignal(window.search_submitted) as caught:
        QTest.keyClick(window.top.search, Qt.Key.Key_Return)
    assert caught.args == ["nguyen"]


def test_the_link_is_shown_in_words_and_offline_says_what_works(window):
    window.set_link(LinkView.OFFLINE, 12)
    assert window.top.link.chip().text == "Mất mạng – vẫn làm việc bình thường · 12 chưa gửi"
    assert window.banner.isVisible() and "12 thay đổi chờ gửi" in window.banner.text()
    window.set_link(LinkView.ONLINE)
    assert window.banner.isHidden()
    window.set_link(LinkView.ATTENTION, 0, "Phiên đăng nhập đã hết hạn. Hãy đăng nhập lại.")
    assert "hết hạn" in window.banner.text()
    now = datetime(2026, 2, 3, 8, 5, tzinfo=UTC)
    window.set_last_sync(now - timedelta(minutes=5), now)
    assert window._frame.last_sync.text() == "Đồng bộ lần cuối: 5 phút trước"


def test_the_lock_hides_everything_keeps_what_was_typed_and_stops_commands(window):
    page = window.show_page("receive")
    page.box.setText("Nguyễn Văn")
    lock, asked = LockScreen("Bích Ngọc"), []
    lock.unlock_requested.connect(asked.append)
    window.show_overlay(lock)
    assert window.is_covered() and not page.isVisible()
    assert lock.password.hasFocus()
    QTest.keyClick(window, Qt.Key.Key_F11)
    assert window.current_page_id() == "receive"
    QTest.keyClicks(lock.password, "bi-mat")
    QTest.keyClick(lock.password, Qt.Key.Key_Return)
    assert asked == ["bi-mat"]
    lock.refuse("Sai mật khẩu.")
    assert lock.password.text() == "" and lock.message.isVisible()
    window.hide_overlay()
    assert page.isVisible() and page.box.text() == "Nguyễn Văn" and page.box.hasFocus()
    QTest.keyClick(window, Qt.Key.Key_F11)
    assert window.current_page_id() == "reports"


def test_a_window_with_unsaved_work_may_hold_itself_open(window, qtbot):
    window.confirm_close = True
    with qtbot.waitSignal(window.close_requested):
        window.close()
    assert window.isVisible()
    window.confirm_close = False
    window.close()
    assert not window.isVisible()


def test_every_key_is_used_once_and_every_command_can_be_seen(window):
    keys = [key for command in window.commands.commands for key in command.keys]
    assert len(keys) == len(set(keys))
    assert key_of("save-print") == "Ctrl+Enter" and key_of("receive") == "F2"
    assert all(window.commands[c.id].shortcut().toString() == (c.keys[0] if c.keys else "") for c in COMMANDS)


def test_the_palette_finds_without_marks_and_does_it(window, qtbot):
    window.commands["palette"].trigger()
    palette = window.findChild(CommandPalette)
    QTest.keyClicks(palette.box, "bao cao")
    assert palette.shown()[0] == "reports"  # "báo cáo" is its name; papers that hold the word come after
    QTest.keyClick(palette.box, Qt.Key.Key_Return)
    assert window.current_page_id() == "reports"
    assert not palette.isVisible()


def test_everything_has_a_name_and_tab_goes_down_the_screen(window):
    assert a11y.unnamed(window) == []
    assert a11y.tab_order_faults(window, (window.rail, window.top)) == []
    assert len(a11y.focusable(window)) >= 4


def test_the_checks_find_what_they_look_for(app, qtbot):
    window = QWidget()
    qtbot.addWidget(window)
    upper, lower = QLineEdit(window), QLineEdit(window)
    upper.move(10, 10)
    lower.move(10, 100)
    window.show()
    assert len(a11y.unnamed(window)) == 2
    a11y.name(upper, "Trên")
    a11y.name(lower, "Dưới")
    assert a11y.unnamed(window) == []
    assert a11y.tab_order_faults(window) == []
    upper.move(10, 200)
    assert len(a11y.tab_order_faults(window)) == 1


def test_no_window_is_left_behind(app, qtbot, log):
    from PySide6.QtCore import QEvent

    before = len(QApplication.allWidgets())
    made = MainWindow([PageSpec("home", "Tổng quan", "house", "", lambda: Desk("Tổng quan", log))])
    made.show()
    made.show_page("home")
    made.close()
    made.deleteLater()
    app.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    del made
    assert len(QApplication.allWidgets()) <= before


def test_f1_shows_every_key_and_closes_again(window, qtbot):
    QTest.keyClick(window, Qt.Key.Key_F1)
    help_view = window.findChild(HelpView)
    qtbot.waitUntil(help_view.isVisible)
    keys = {hint.accessibleName() for hint in help_view.findChildren(KeyHint)}
    assert {key_of(command.id) for command in COMMANDS if command.keys and command.id != "help"} <= keys
    assert {"Esc Esc", "Alt+N"} <= keys
    assert help_view.width() <= window.width() and help_view.height() <= window.height()
    assert a11y.unnamed(help_view) == []
    QTest.keyClick(help_view, Qt.Key.Key_F1)
    qtbot.waitUntil(lambda: window.findChild(HelpView) is None)


def test_an_escape_nobody_took_is_told(window, qtbot):
    with qtbot.waitSignal(window.escape_pressed):
        QTest.keyClick(window, Qt.Key.Key_Escape)


def test_two_floating_panels_lie_one_above_the_other_and_leave_the_buttons_free(window, qtbot):
    told = Notice("warning", "printer", "Máy in hết giấy.", Sound.NONE)
    first, second = FloatingPanel(window), FloatingPanel(window)
    for panel in (first, second):
        panel.show_notice(told, "Chưa in.", (("again", "In lại"),))
    assert second.geometry().bottom() < first.y() and first.geometry().bottom() < window.height() - 4 * theme().em
    first.hide()
    first.show_notice(told)
    assert not first.geometry().intersects(second.geometry())
