import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QWidget

from counter_app.ui import a11y
from counter_app.ui.dialogs import ConfirmDialog, ErrorDialog, PinDialog, ReasonDialog, SignInView, show_error
from onestop.errors import EnvironmentFault, UserError


@pytest.fixture
def parent(app, qtbot):
    made = QWidget()
    made.resize(800, 600)
    qtbot.addWidget(made)
    made.show()
    return made


def words(widget):
    return " ".join(label.text() for label in widget.findChildren(QLabel))


def test_the_safe_answer_has_the_focus(parent, qtbot):
    dialog, done = ConfirmDialog("Xóa nháp?", "Không thể hoàn tác.", "Xóa nháp", parent=parent), []
    dialog.finished.connect(done.append)
    with qtbot.waitActive(dialog):
        dialog.open()
    qtbot.waitUntil(dialog.cancel_button.hasFocus)
    QTest.keyClick(dialog, Qt.Key.Key_Return)
    assert done == [0]


def test_a_reason_needs_words_and_what_was_typed_stays(parent, qtbot):
    dialog = ReasonDialog("Sửa hồ sơ", categories=(("typo", "Nhập sai"),), parent=parent)
    reasons = []
    dialog.reason_given.connect(lambda text, category: reasons.append((text, category)))
    dialog.open()
    QTest.keyClicks(dialog.editor, "  ab ")
    dialog.confirm_button.click()
    assert reasons == [] and dialog.isVisible() and "ít nhất 5" in dialog.field.error()
    assert dialog.editor.toPlainText() == "  ab "
    dialog.editor.setPlainText("x" * 1001)
    dialog.confirm_button.click()
    assert reasons == [] and "dài quá" in dialog.field.error()
    dialog.editor.setPlainText("Nha\u0323\u0302p nhầm tên")
    QTest.keyClick(dialog.editor, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert reasons == [("Nhập nhầm tên", "typo")]


def test_errors_say_what_happened_and_show_the_code_small(parent):
    dialog = ErrorDialog(UserError("calendar-file-invalid", "Tệp lịch không đọc được. Hãy chọn tệp khác."), parent=parent)
    assert "Tệp lịch không đọc được" in words(dialog) and "calendar-file-invalid" in words(dialog)
    assert "Chưa thực hiện được" in dialog.windowTitle()
    dialog._copy()
    assert QGuiApplication.clipboard().text() == "calendar-file-invalid"


def test_a_fault_of_the_pc_is_told_apart_and_can_be_tried_again(parent, qtbot):
    dialog = show_error(EnvironmentFault("printer-gone", "Không thấy máy in."), parent, retry="Thử lại")
    assert "môi trường" in dialog.windowTitle()
    with qtbot.waitSignal(dialog.retry_requested):
        dialog._retry()


def test_a_bug_shows_nothing_of_its_text(parent):
    dialog = ErrorDialog(ValueError("001099012345 Nguyễn Văn An"), parent=parent)
    assert "001099012345" not in words(dialog)
    assert dialog.code == "bug-valueerror"


def test_a_new_pin_is_typed_twice(parent):
    dialog, pins = PinDialog(new=True, parent=parent), []
    dialog.pin_given.connect(pins.append)
    first, second = (field.editor for field in dialog._fields)
    for texts, expected in ((("123", "123"), []), (("123456", "123457"), []), (("123456", "123456"), ["123456"])):
        first.setText(texts[0])
        second.setText(texts[1])
        dialog.confirm_button.click()
        assert pins == expected
    dialog.show_error("PIN quá dễ đoán.")
    assert first.text() == "" and dialog._fields[0].error() == "PIN quá dễ đoán."


def test_signing_in(app, qtbot):
    view, asked = SignInView("Trung tâm"), []
    qtbot.addWidget(view)
    view.resize(700, 600)
    view.sign_in_requested.connect(lambda name, password: asked.append((name, password)))
    view.show()
    view.button.click()
    assert asked == [] and view._name_field.error()
    view.username.setText(" ngoc ")
    view.password.setText(" mat khau ")
    QTest.keyClick(view.password, Qt.Key.Key_Return)
    assert asked == [("ngoc", " mat khau ")]
    view.set_busy(True)
    assert not view.button.isEnabled()
    view.refuse("Sai mật khẩu.")
    assert view.password.text() == "" and view.button.isEnabled() and view.message.isVisible()
    assert a11y.unnamed(view) == []


@pytest.mark.parametrize(
    "make", [lambda p: ConfirmDialog("A?", "b", "c", parent=p), lambda p: ReasonDialog("A", parent=p), lambda p: PinDialog(parent=p)]
)
def test_dialogs_can_be_used_without_seeing(parent, make):
    dialog = make(parent)
    dialog.open()
    assert a11y.unnamed(dialog) == []
    assert a11y.tab_order_faults(dialog) == []
    dialog.close()
