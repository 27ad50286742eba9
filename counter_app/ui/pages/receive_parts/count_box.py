"""A small count in a list."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from counter_app.ui.theme import fix_width


class CountBox(QLineEdit):
    """A small count: digits, or ↑ ↓; empty means the least. Space puts what the list asks for (or takes it away).

    Signals: ``value_changed(int)``, ``space_pressed()``. (A QSpinBox without its arrows loses its text under a stylesheet.)
    """

    value_changed = Signal(int)
    space_pressed = Signal()

    def __init__(self, name: str, low: int = 0, high: int = 999, parent: QWidget | None = None) -> None:
        super().__init__(str(low), parent)
        self._low, self._high = low, high
        self.setMaxLength(len(str(high)))
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setAccessibleName(name)
        fix_width(self, em=3.2)
        self.textChanged.connect(self._text_changed)

    def value(self) -> int:
        """The count."""
        text = self.text().strip()
        return min(max(int(text), self._low), self._high) if text.isascii() and text.isdigit() else self._low

    def set_value(self, count: int) -> None:
        """Show ``count``, kept within the bounds."""
        self.setText(str(min(max(count, self._low), self._high)))

    @Slot(str)
    def _text_changed(self, text: str) -> None:
        digits = "".join(ch for ch in text if ch in "0123456789")
        if digits != text:
            self.setText(digits)
            return
        self.value_changed.emit(self.value())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Up: 1, Qt.Key.Key_Down: -1}.get(Qt.Key(event.key()))
        if step is not None:
            self.set_value(self.value() + step)
            self.selectAll()
        elif event.key() == Qt.Key.Key_Space:
            self.space_pressed.emit()
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        QTimer.singleShot(0, self, self.selectAll)  # after the click that brought the focus

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self.set_value(self.value())
        super().focusOutEvent(event)
