"""Sign-in and lock screen. Passive: they show and report; who may come in is decided elsewhere."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QVBoxLayout, QWidget

from counter_app.ui.icons import set_icon
from counter_app.ui.theme import set_text_role, spacing, theme
from counter_app.ui.widgets.form_field import FormField
from counter_app.ui.widgets.key_button import KeyButton
from counter_app.ui.widgets.layout import Card
from counter_app.ui.widgets.messages import Banner


class _Gate(QWidget):
    """A card in the middle: icon, title, note, fields, button."""

    def __init__(self, icon: str, title: str, note: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(title)
        outer = QVBoxLayout(self)
        outer.addStretch(2)
        middle = QHBoxLayout()
        middle.addStretch(1)
        self.card = Card()
        self.card.setFixedWidth(round(theme().em * 23))
        self.card.body.setContentsMargins(spacing(8), spacing(7), spacing(8), spacing(7))
        self.card.body.setSpacing(spacing(3))
        middle.addWidget(self.card)
        middle.addStretch(1)
        outer.addLayout(middle)
        outer.addStretch(3)
        picture = QLabel()
        set_icon(picture, icon, "accent", round(theme().em * 2))
        self.card.add(picture)
        self._title = set_text_role(QLabel(title), "title")
        self._title.setWordWrap(True)
        self.card.add(self._title)
        self._note = set_text_role(QLabel(note), "muted")
        self._note.setWordWrap(True)
        self.card.add(self._note)
        self._note.setVisible(bool(note))
        self.message = Banner(inset=3)
        self.card.add(self.message)

    def set_note(self, note: str) -> None:
        """The quiet line under the title."""
        self._note.setText(note)
        self._note.setVisible(bool(note))

    def show_message(self, text: str, role: str = "danger") -> None:
        """Say why it did not work, or what to know; empty hides it."""
        icons = {"danger": "circle-x", "warning": "triangle-alert", "success": "circle-check"}
        if text:
            self.message.show_banner(text, role, icons.get(role, "info"))
        else:
            self.message.hide()


class SignInView(_Gate):
    """``sign_in_requested(username, password)``; then `set_busy`, and either the window goes on or `show_message`."""

    sign_in_requested = Signal(str, str)

    def __init__(self, agency: str = "", parent: QWidget | None = None) -> None:
        super().__init__("stamp", "Đăng nhập quầy một cửa", agency, parent)
        self.username = QLineEdit()
        self.username.setMaxLength(100)
        self.password = QLineEdit()
        self.password.setEchoMode(QLineEdit.EchoMode.Password)
        self.password.setMaxLength(200)
        self._name_field = FormField(self.tr("Tên đăng nhập"), self.username)
        self._password_field = FormField(self.tr("Mật khẩu"), self.password)
        self.button = KeyButton(self.tr("Đăng nhập"), "log-in", "Enter", "primary")
        self._offline = set_text_role(QLabel(), "muted")
        self._offline.setWordWrap(True)
        for widget in (self._name_field, self._password_field, self.button, self._offline):
            self.card.add(widget)
        self._offline.hide()
        self.username.returnPressed.connect(self.password.setFocus)
        self.password.returnPressed.connect(self._submit)
        self.button.clicked.connect(self._submit)
        self.setFocusProxy(self.username)

    def set_username(self, name: str) -> None:
        """Fill in who signed in last; the focus goes to the password."""
        self.username.setText(name)
        self.setFocusProxy(self.password if name else self.username)

    def set_offline_days(self, days: int) -> None:
        """For how long signing in works without a network; 0 hides the line."""
        self._offline.setText(self.tr("Mất mạng vẫn đăng nhập được nếu đã đăng nhập trên máy này trong {0} ngày qua.").format(days))
        self._offline.setVisible(days > 0)

    def set_busy(self, busy: bool, doing: str = "") -> None:
        """While the answer is awaited nothing can be pressed twice. ``doing``: what is being waited for, if not the answer."""
        for widget in (self.username, self.password, self.button):
            widget.setEnabled(not busy)
        self.button.set_text((doing or self.tr("Đang kiểm tra…")) if busy else self.tr("Đăng nhập"))

    def refuse(self, message: str) -> None:
        """Show the refusal, empty the password and put the cursor there."""
        self.set_busy(False)
        self.show_message(message)
        self.password.clear()
        self.password.setFocus()

    @Slot()
    def _submit(self) -> None:
        name, password = self.username.text().strip(), self.password.text()
        self._name_field.set_error("" if name else self.tr("Hãy nhập tên đăng nhập."))
        self._password_field.set_error("" if password else self.tr("Hãy nhập mật khẩu."))
        if name and password:
            self.show_message("")
            self.sign_in_requested.emit(name, password)
        else:
            (self.username if not name else self.password).setFocus()


class LockScreen(_Gate):
    """Covers the window; pages behind it keep what was typed. ``unlock_requested(password)``, ``sign_out_requested()``."""

    unlock_requested = Signal(str)
    sign_out_requested = Signal()

    def __init__(self, user: str, parent: QWidget | None = None) -> None:
        super().__init__("lock", "Màn hình đã khóa", "", parent)
        self.set_note(self.tr("{0} đang làm việc. Nội dung đang nhập vẫn được giữ.").format(user))
        self.password = QLineEdit()
        self.password.setEchoMode(QLineEdit.EchoMode.Password)
        self.password.setMaxLength(200)
        self.password.returnPressed.connect(self._submit)
        self._field = FormField(self.tr("Mật khẩu"), self.password)
        self.button = KeyButton(self.tr("Mở khóa"), "lock-open", "Enter", "primary")
        self.button.clicked.connect(self._submit)
        self.other = KeyButton(self.tr("Đăng xuất, người khác làm việc"), "log-out", kind="quiet")
        self.other.clicked.connect(self.sign_out_requested)
        for widget in (self._field, self.button, self.other):
            self.card.add(widget)
        self.setFocusProxy(self.password)

    def refuse(self, message: str) -> None:
        """Show the refusal and ask again."""
        self.show_message(message)
        self.password.clear()
        self.password.setFocus()

    @Slot()
    def _submit(self) -> None:
        if self.password.text():
            self.unlock_requested.emit(self.password.text())
