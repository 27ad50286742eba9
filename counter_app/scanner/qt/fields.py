"""The text of the field that has the focus, as it was before a scanner typed into it."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QAbstractSpinBox, QApplication, QComboBox, QLineEdit, QPlainTextEdit, QTextEdit, QWidget
from shiboken6 import isValid

Field = QLineEdit | QTextEdit | QPlainTextEdit


def focused_field() -> Field | None:
    """The editor that typed characters go to now, or None (a table, a button, a field that only shows)."""
    widget = QApplication.focusWidget()
    if isinstance(widget, QAbstractSpinBox) or (isinstance(widget, QComboBox) and widget.isEditable()):
        widget = widget.lineEdit()
    if isinstance(widget, (QLineEdit, QTextEdit, QPlainTextEdit)) and not widget.isReadOnly():
        return widget
    return None


def is_secret(field: QWidget | None) -> bool:
    """A password is being typed: nothing may look at the keys."""
    return isinstance(field, QLineEdit) and field.echoMode() is not QLineEdit.EchoMode.Normal


@dataclass
class Snapshot:
    """Text, cursor and selection of a field at one moment."""

    field: Field
    text: str
    position: int
    anchor: int

    @classmethod
    def of(cls, field: Field) -> Snapshot:
        """Remember ``field`` as it is."""
        if isinstance(field, QLineEdit):
            position = field.cursorPosition()
            anchor = position
            if field.hasSelectedText():
                start, end = field.selectionStart(), field.selectionEnd()
                anchor = start if position == end else end
            return cls(field, field.text(), position, anchor)
        cursor = field.textCursor()
        return cls(field, field.toPlainText(), cursor.position(), cursor.anchor())

    def restore(self) -> None:
        """Put everything back, as an edit of the person would be: listeners of ``textEdited`` hear of it (a search list that
        opened for the first two characters closes again)."""
        if not isValid(self.field):
            return
        if isinstance(self.field, QLineEdit):
            self._restore_line(self.field)
            return
        cursor = self.field.textCursor()
        if self.field.toPlainText() != self.text:
            cursor.select(QTextCursor.SelectionType.Document)
            cursor.insertText(self.text)
        cursor.setPosition(self.anchor)
        cursor.setPosition(self.position, QTextCursor.MoveMode.KeepAnchor)
        self.field.setTextCursor(cursor)

    def _restore_line(self, line: QLineEdit) -> None:
        if line.text() != self.text:
            line.selectAll()
            line.insert(self.text)
            if line.text() != self.text:  # a validator or mask had its own idea
                line.setText(self.text)
        if self.anchor != self.position:
            line.setSelection(self.anchor, self.position - self.anchor)
        else:
            line.setCursorPosition(self.position)
