"""Questions: confirm what cannot be undone, give a reason, enter a PIN."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QShowEvent
from PySide6.QtWidgets import QComboBox, QLineEdit, QPlainTextEdit, QWidget

from counter_app.ui.dialogs.base import BaseDialog
from counter_app.ui.theme import theme
from counter_app.ui.widgets.form_field import FormField
from onestop.text import nfc

REASON_MIN = 5
REASON_MAX = 1000


class ConfirmDialog(BaseDialog):
    """Only for what cannot be undone (everything else gets an undo). The safe answer has the focus. ``accepted`` when confirmed.

    ``verb`` is what will happen, as the button says it: "Xóa nháp", never "OK".
    """

    def __init__(self, title: str, text: str, verb: str, *, danger: bool = True, parent: QWidget | None = None) -> None:
        super().__init__(title, text, icon="triangle-alert", role="danger" if danger else "warning", parent=parent)
        self.cancel_button = self.add_button(self.tr("Không, quay lại"), key="Esc")
        self.cancel_button.clicked.connect(self.reject)
        self.confirm_button = self.add_button(verb, kind="danger" if danger else "primary")
        self.confirm_button.clicked.connect(self.accept)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.cancel_button.setFocus()


class LongEdit(QPlainTextEdit):
    """A few sentences. ``submitted()``: Ctrl+Enter; Enter alone is a new line."""

    submitted = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.submitted.emit()
            return
        super().keyPressEvent(event)


class ReasonDialog(BaseDialog):
    """Asks why (corrections, refusals, supplements…). ``reason_given(text, category)``: the text is NFC and trimmed, at least
    ``min_length`` and at most 1000 characters; the category is the data of the chosen entry or None.

    ``categories`` are (data, words). Ctrl+Enter confirms.
    """

    reason_given = Signal(str, object)

    def __init__(
        self,
        title: str,
        text: str = "",
        *,
        verb: str = "",
        label: str = "",
        min_length: int = REASON_MIN,
        categories: tuple[tuple[object, str], ...] = (),
        initial: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(title, text, icon="message-square-warning", role="accent", parent=parent)
        self._min = min_length
        self.category = QComboBox()
        for data, words in categories:
            self.category.addItem(words, data)
        if categories:
            self.body.addWidget(FormField(self.tr("Loại lý do"), self.category))
        else:
            self.category.setParent(self)
            self.category.hide()
        self.editor = LongEdit(initial)
        self.editor.setTabChangesFocus(True)
        self.editor.setFixedHeight(round(theme().em * 5))
        self.editor.submitted.connect(self._confirm)
        self.field = FormField(label or self.tr("Lý do"), self.editor, required=min_length > 0)
        self.field.set_hint(self.tr("Lý do được ghi vào nhật ký của hồ sơ và in trên giấy tờ nếu có."))
        self.body.addWidget(self.field)
        self.cancel_button = self.add_button(self.tr("Quay lại"), key="Esc")
        self.cancel_button.clicked.connect(self.reject)
        self.confirm_button = self.add_button(verb or self.tr("Ghi lý do"), kind="primary", key="Ctrl+Enter")
        self.confirm_button.clicked.connect(self._confirm)
        self.editor.setFocus()

    @Slot()
    def _confirm(self) -> None:
        text = nfc(self.editor.toPlainText()).strip()
        if len(text) < self._min:
            self.field.set_error(self.tr("Hãy ghi rõ lý do, ít nhất {0} ký tự.").format(self._min))
            self.editor.setFocus()
            return
        if len(text) > REASON_MAX:
            self.field.set_error(self.tr("Lý do dài quá {0} ký tự. Hãy viết gọn lại.").format(REASON_MAX))
            self.editor.setFocus()
            return
        category = self.category.currentData() if self.category.count() else None
        self.accept()
        self.reason_given.emit(text, category)


class PinDialog(BaseDialog):
    """Asks for the PIN that opens the store where the PC has no keyring; with ``new`` it is asked twice.

    ``pin_given(text)`` keeps the dialog open: the caller closes it with ``accept()`` or answers with `show_error`.
    """

    pin_given = Signal(str)

    def __init__(self, *, new: bool = False, min_length: int = 6, parent: QWidget | None = None) -> None:
        title = self.tr("Đặt mã PIN mở kho dữ liệu") if new else self.tr("Nhập mã PIN mở kho dữ liệu")
        text = (
            self.tr("Máy này không có kho khóa của hệ thống. Mã PIN bảo vệ dữ liệu của công dân; nếu quên, phải tải lại từ trung tâm.")
            if new
            else self.tr("Dữ liệu trên máy được mã hóa. Hãy nhập mã PIN của máy này.")
        )
        super().__init__(title, text, icon="key-round", role="accent", parent=parent)
        self._min = min_length
        self._fields: list[FormField] = []
        labels = (self.tr("Mã PIN mới"), self.tr("Nhập lại mã PIN")) if new else (self.tr("Mã PIN"),)
        for label in labels:
            edit = QLineEdit()
            edit.setEchoMode(QLineEdit.EchoMode.Password)
            edit.returnPressed.connect(self._confirm)
            field = FormField(label, edit, required=True)
            self._fields.append(field)
            self.body.addWidget(field)
        self.cancel_button = self.add_button(self.tr("Quay lại"), key="Esc")
        self.cancel_button.clicked.connect(self.reject)
        self.confirm_button = self.add_button(self.tr("Mở kho") if not new else self.tr("Đặt mã PIN"), "lock-open", "primary", "Enter")
        self.confirm_button.clicked.connect(self._confirm)
        self._fields[0].editor.setFocus()

    def show_error(self, message: str) -> None:
        """Say why the PIN was not taken; empties the fields."""
        for field in self._fields:
            if isinstance(field.editor, QLineEdit):
                field.editor.clear()
        self._fields[0].set_error(message)
        self._fields[0].editor.setFocus()

    def set_busy(self, busy: bool, doing: str = "") -> None:
        """While the PIN is tried nothing can be pressed twice; ``doing`` stands on the button. The keyboard stays in its field: else
        the Enter would go on to the button that leads back."""
        for field in self._fields:
            if isinstance(field.editor, QLineEdit):
                field.editor.setReadOnly(busy)
        self.confirm_button.setEnabled(not busy)
        self.confirm_button.set_text(doing if busy else self.tr("Mở kho"))

    @Slot()
    def _confirm(self) -> None:
        texts = [field.editor.text() for field in self._fields if isinstance(field.editor, QLineEdit)]
        if not self.confirm_button.isEnabled():
            return
        if len(texts[0]) < self._min:
            self.show_error(self.tr("Mã PIN có ít nhất {0} ký tự.").format(self._min))
        elif len(texts) == 2 and texts[0] != texts[1]:
            self.show_error(self.tr("Hai lần nhập không giống nhau. Hãy nhập lại."))
        else:
            self.pin_given.emit(texts[0])
