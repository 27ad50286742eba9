"""A person at the keyboard: keys go to whatever has the focus."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget


class Keyboard:
    """Types into the window that is shown."""

    def __init__(self, app: QApplication, window: QWidget) -> None:
        self._app, self._window = app, window

    @property
    def at(self) -> str:
        """The name of the widget that has the focus, as a screen reader says it."""
        widget = self._app.focusWidget()
        return widget.accessibleName() if widget else ""

    def type(self, text: str) -> None:
        """Letters, also with marks (as an input method commits them)."""
        for letter in text:
            assert self._app.focusWidget() is not None, "nothing has the focus"
            self._app.sendEvent(self._app.focusWidget(), QKeyEvent(QEvent.Type.KeyPress, 0, Qt.KeyboardModifier.NoModifier, letter))
        self.settle()

    def press(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        """One key."""
        QTest.keyClick(self._app.focusWidget() or self._window, key, modifiers)
        self.settle()

    def enter(self, *texts: str) -> None:
        """Each text followed by Enter."""
        for text in texts:
            self.type(text)
            self.press(Qt.Key.Key_Return)

    def save_and_print(self) -> None:
        self.press(Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)

    def save(self) -> None:
        self.press(Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)

    def alt(self, key: Qt.Key) -> None:
        self.press(key, Qt.KeyboardModifier.AltModifier)

    def settle(self) -> None:
        """Let the window do what is due."""
        for _ in range(2):
            self._app.processEvents()
