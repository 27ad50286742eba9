"""Keys of a USB scanner in real widgets: the scan arrives, the field keeps its text, a person's typing passes."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QDate, Qt, QTimer
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QDateEdit,
    QDialog,
    QDialogButtonBox,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from counter_app.domain.published import bundled_codes
from counter_app.scanner.keystrokes import SILENCE_S
from counter_app.scanner.known import scanner_text
from counter_app.scanner.qt.wedge import Wedge

CODE = "000.00.16.H59-260213-0042"
LONGER_THAN_SILENCE = int(SILENCE_S * 1000) + 80


class Desk(QWidget):
    def __init__(self) -> None:
        super().__init__()
        self.line, self.area, self.button = QLineEdit("đang gõ dở"), QPlainTextEdit("dòng một\ndòng hai"), QPushButton("Lưu")
        self.date, self.combo, self.secret = QDateEdit(QDate(2026, 2, 13)), QComboBox(), QLineEdit()
        self.combo.setEditable(True)
        self.secret.setEchoMode(QLineEdit.EchoMode.Password)
        column = QVBoxLayout(self)
        for widget in (self.line, self.area, self.button, self.date, self.combo, self.secret):
            column.addWidget(widget)


@pytest.fixture
def desk(qtbot):
    window = Desk()
    qtbot.addWidget(window)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(lambda: QApplication.focusWindow() is window.windowHandle())
    window.line.setFocus()
    return window


@pytest.fixture
def scans(desk, qtbot):
    wedge, got = Wedge(scanner_text(bundled_codes())), []
    wedge.scanned.connect(got.append)
    wedge.start()
    desk.wedge = wedge
    yield got
    wedge.stop()


def press(desk, text: str, gap_ms: int = 0, target=None) -> None:
    """Keys through the window, as the system delivers them: they reach the filter twice."""
    for char in text:
        if gap_ms:
            QTest.qWait(gap_ms)
        key = {"\n": Qt.Key.Key_Return, "\t": Qt.Key.Key_Tab}.get(char, char)
        QTest.keyClick(target or desk.windowHandle(), key)


def settle() -> None:
    QTest.qWait(LONGER_THAN_SILENCE)


@pytest.mark.parametrize("end", ["\n", "\t", ""])
def test_a_scan_is_told_once_and_the_field_keeps_its_text(desk, scans, end):
    desk.line.setCursorPosition(3)
    press(desk, CODE + end)
    settle()
    assert [s.text for s in scans] == [CODE]
    assert (desk.line.text(), desk.line.cursorPosition()) == ("đang gõ dở", 3)
    assert QApplication.focusWidget() is desk.line


def test_the_selection_comes_back(desk, scans):
    desk.line.setSelection(5, 2)
    press(desk, CODE + "\n")
    settle()
    assert [s.text for s in scans] == [CODE]
    assert (desk.line.text(), desk.line.selectedText()) == ("đang gõ dở", "gõ")


@pytest.mark.parametrize("name", ["area", "button", "date", "combo"])
def test_whatever_has_the_focus_keeps_its_content(desk, scans, name, qtbot):
    clicked = []
    desk.button.clicked.connect(lambda: clicked.append(1))
    getattr(desk, name).setFocus()
    before = (desk.area.toPlainText(), desk.date.date(), desk.combo.currentText())
    press(desk, CODE + "\n")
    settle()
    assert [s.text for s in scans] == [CODE]
    assert (desk.area.toPlainText(), desk.date.date(), desk.combo.currentText()) == before
    assert clicked == []


def test_a_person_types_undisturbed(desk, scans):
    desk.line.clear()
    press(desk, "000.00.16", 45)
    assert desk.line.text() == "000.00.16"
    press(desk, "Nguyen Van An\n")
    settle()
    assert desk.line.text() == "000.00.16Nguyen Van An"
    assert scans == []


def test_digits_typed_very_fast_come_back_in_order(desk, scans):
    desk.line.clear()
    press(desk, "0912345678")
    settle()
    assert (desk.line.text(), scans) == ("0912345678", [])


def test_held_keys_come_back_before_the_click_that_follows(desk, scans):
    desk.line.clear()
    press(desk, "0912")
    QTest.mouseClick(desk.windowHandle(), Qt.MouseButton.LeftButton, pos=desk.area.geometry().center())
    assert desk.line.text() == "0912"


def test_held_keys_go_to_the_field_they_were_typed_in(desk, scans):
    desk.line.clear()
    press(desk, "0912")
    desk.area.setFocus()
    settle()
    assert desk.line.text() == "0912"
    assert "0912" not in desk.area.toPlainText()


@pytest.mark.parametrize("typed", [1, 2, 3, 10, len(CODE)])
def test_a_scan_goes_on_when_the_program_moves_the_focus_meanwhile(desk, scans, typed):
    """The dossier of the scan before opens just now, and its first button takes the focus."""
    clicked = []
    desk.button.clicked.connect(lambda: clicked.append(1))
    press(desk, CODE[:typed])
    desk.button.setFocus()
    press(desk, CODE[typed:] + "\n")
    settle()
    assert [s.text for s in scans] == [CODE]
    assert (clicked, desk.line.text()) == ([], "đang gõ dở")


def test_a_scan_goes_on_when_a_page_follows_its_first_letters(desk, scans):
    desk.line.clear()
    desk.line.textEdited.connect(lambda text: (desk.area.setFocus(), desk.line.setFocus()) if text else None)
    press(desk, CODE + "\n")
    settle()
    assert ([s.text for s in scans], desk.line.text()) == ([CODE], "")


def test_the_enter_of_a_scan_does_not_close_the_dialog(desk, scans, qtbot):
    dialog = QDialog(desk)
    box = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok)
    box.accepted.connect(dialog.accept)
    field = QLineEdit()
    QVBoxLayout(dialog).addWidget(field)
    dialog.layout().addWidget(box)
    dialog.open()
    qtbot.waitUntil(lambda: QApplication.focusWindow() is dialog.windowHandle())
    field.setFocus()
    press(desk, CODE + "\n", target=dialog.windowHandle())
    settle()
    assert [s.text for s in scans] == [CODE]
    assert dialog.isVisible() and field.text() == ""
    QTest.keyClick(dialog.windowHandle(), Qt.Key.Key_Return)
    assert not dialog.isVisible(), "the person's own Enter still works"


def test_passwords_are_never_looked_at(desk, scans):
    desk.secret.setFocus()
    press(desk, CODE)
    settle()
    assert (desk.secret.text(), scans) == (CODE, [])


def test_keys_sent_to_a_widget_without_a_window_count_once(desk, scans):
    press(desk, CODE + "\n", target=desk.line)
    settle()
    assert [s.text for s in scans] == [CODE]
    assert desk.line.text() == "đang gõ dở"


def test_characters_committed_by_an_input_method_are_a_scan_too(desk, scans):
    for char in CODE:
        event = QInputMethodEvent("", [])
        event.setCommitString(char)
        QApplication.sendEvent(desk.line, event)
    settle()
    assert [s.text for s in scans] == [CODE]
    assert desk.line.text() == "đang gõ dở"


def test_vietnamese_from_an_input_method_is_typing(desk, scans):
    desk.line.clear()
    for word in ("Nguyễn ", "Văn ", "Bình"):
        event = QInputMethodEvent("", [])
        event.setCommitString(word)
        QApplication.sendEvent(desk.line, event)
    settle()
    assert (desk.line.text(), scans) == ("Nguyễn Văn Bình", [])


def test_shortcuts_and_repeated_keys_are_no_scan(desk, scans):
    desk.line.clear()
    for _ in range(12):
        QTest.keyClick(desk.windowHandle(), Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    settle()
    assert scans == []


def test_paused_and_stopped_it_lets_everything_pass(desk, scans):
    desk.line.clear()
    desk.wedge.set_paused(True)
    press(desk, CODE)
    settle()
    assert (desk.line.text(), scans) == (CODE, [])
    desk.wedge.set_paused(False)
    desk.wedge.stop()
    desk.line.clear()
    press(desk, CODE)
    settle()
    assert (desk.line.text(), scans) == (CODE, [])


@pytest.mark.allow_modal
def test_a_handler_may_open_a_dialog(desk, scans, qtbot):
    opened = []

    def handler(scan):
        dialog = QDialog(desk)
        QTimer.singleShot(0, dialog.accept)
        opened.append(dialog.exec())

    desk.wedge.scanned.connect(handler)
    press(desk, CODE + "\n")
    qtbot.waitUntil(lambda: bool(opened))


def test_two_hundred_scans_in_a_row_all_arrive(desk, scans):
    for n in range(200):
        press(desk, f"000.00.16.H59-260213-{n:04d}\n")
    settle()
    assert [s.text[-4:] for s in scans] == [f"{n:04d}" for n in range(200)]
    assert desk.line.text() == "đang gõ dở"
