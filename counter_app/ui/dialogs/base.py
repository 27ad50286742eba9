"""What all dialogs share: one question, a body, buttons at the lower right with the main one last. They open window-modal and
report by signals; nothing waits inside a nested event loop (a scan, the link or a lock may arrive meanwhile)."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QShowEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from counter_app.ui.icons import set_icon
from counter_app.ui.theme import set_text_role, spacing, theme
from counter_app.ui.widgets.key_button import KeyButton


class BaseDialog(QDialog):
    """Icon, title, sentence, ``body`` and buttons. Subclasses fill ``body`` and add buttons with `add_button`."""

    def __init__(self, title: str, text: str = "", *, icon: str = "info", role: str = "info", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setAccessibleName(title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowModality(Qt.WindowModality.WindowModal)
        self.setMinimumWidth(round(theme().em * 25))
        outer = QVBoxLayout(self)
        outer.setContentsMargins(spacing(6), spacing(5), spacing(6), spacing(4.5))
        outer.setSpacing(spacing(3))
        head = QHBoxLayout()
        head.setSpacing(spacing(3))
        picture = QLabel()
        set_icon(picture, icon, role, round(theme().em * 1.4))
        head.addWidget(picture, 0, Qt.AlignmentFlag.AlignTop)
        words = QVBoxLayout()
        words.setSpacing(spacing(1))
        heading = set_text_role(QLabel(title), "section")
        heading.setWordWrap(True)
        words.addWidget(heading)
        self._text = QLabel(text)
        self._text.setWordWrap(True)
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        words.addWidget(self._text)
        self._text.setVisible(bool(text))
        head.addLayout(words, 1)
        outer.addLayout(head)
        self.body = QVBoxLayout()
        self.body.setSpacing(spacing(2.5))
        outer.addLayout(self.body)
        self._buttons = QHBoxLayout()
        self._buttons.setSpacing(spacing(2))
        self._buttons.addStretch(1)
        outer.addSpacing(spacing(1))
        outer.addLayout(self._buttons)

    def add_button(self, text: str, icon: str = "", kind: str = "secondary", key: str = "", default: bool = False) -> KeyButton:
        """Append a button; ``default`` answers Enter."""
        button = KeyButton(text, icon, key, kind)
        button.setDefault(default)
        self._buttons.addWidget(button)
        return button

    def set_text(self, text: str) -> None:
        """Change the sentence."""
        self._text.setText(text)
        self._text.setVisible(bool(text))

    def text(self) -> str:
        """The sentence."""
        return self._text.text()

    def fit(self) -> None:
        """Take the height the wrapped sentences need at this width (Qt reserves too much for them)."""
        self.resize(self.width(), self.layout().totalHeightForWidth(self.width()))

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.fit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        # Enter on a focused button presses that button, not the default one.
        focused = self.focusWidget()
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and isinstance(focused, KeyButton):
            focused.click()
            return
        super().keyPressEvent(event)
