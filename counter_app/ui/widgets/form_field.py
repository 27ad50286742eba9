"""A labelled field with its error beside it, and the help to show all errors of a form at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QLineEdit, QSizePolicy, QVBoxLayout, QWidget

from counter_app.ui.icons import set_icon
from counter_app.ui.theme import fix_width, restyle, set_text_role, spacing, theme


class FormField(QWidget):
    """Label, editor, and below it either the error or the hint. The label and the error also reach screen readers:
    the label is the editor's accessible name, the error (or hint) its description.

    ``label_at="left"`` puts the label beside the editor in a column of ``label_width`` spacing units.
    """

    def __init__(
        self,
        label: str,
        editor: QWidget,
        *,
        hint: str = "",
        required: bool = False,
        label_at: Literal["top", "left"] = "top",
        label_width: float = 26,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.editor = editor
        self._label_text, self._hint, self._error = label, hint, ""
        self._required = required
        self._label = set_text_role(QLabel(), "label")
        self._label.setBuddy(editor)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(spacing(2))
        grid.setVerticalSpacing(spacing(0.75))
        if label_at == "left":
            fix_width(self._label, steps=label_width)
            grid.addWidget(self._label, 0, 0)
            grid.addWidget(editor, 0, 1)
        else:
            grid.addWidget(self._label, 0, 1)
            grid.addWidget(editor, 1, 1)
        grid.setColumnStretch(1, 1)
        self._note = QWidget()
        note = QHBoxLayout(self._note)
        note.setContentsMargins(0, 0, 0, 0)
        note.setSpacing(spacing(1))
        self._note_icon = QLabel()
        self._note_text = QLabel()
        self._note_text.setWordWrap(True)
        self._note_text.setTextFormat(Qt.TextFormat.PlainText)
        note.addWidget(self._note_icon, 0, Qt.AlignmentFlag.AlignTop)
        note.addWidget(self._note_text, 1)
        grid.addWidget(self._note, 2, 1)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self._show_label()
        self._show_note()

    def setFocus(self, reason: Qt.FocusReason = Qt.FocusReason.OtherFocusReason) -> None:
        """To the editor. No focus proxy: Tab would stop for good at that of an editor that is disabled."""
        self.editor.setFocus(reason)

    def set_error(self, message: str) -> None:
        """Show ``message`` in the danger colour below the editor and mark the editor. An empty message clears."""
        self._error = message
        self.editor.setProperty("invalid", bool(message))
        restyle(self.editor)
        self._show_note()

    def clear_error(self) -> None:
        """Back to the hint."""
        self.set_error("")

    def error(self) -> str:
        """The message shown now; empty when there is none."""
        return self._error

    def set_hint(self, hint: str) -> None:
        """Change the quiet line below; an error has precedence."""
        self._hint = hint
        self._show_note()

    def set_label(self, label: str, required: bool | None = None) -> None:
        """Change the label and, if given, whether it is marked as required."""
        self._label_text = label
        self._required = self._required if required is None else required
        self._show_label()

    def label_text(self) -> str:
        """The label without its mark."""
        return self._label_text

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_label"):
            self._show_label()

    def _show_label(self) -> None:
        star = f' <span style="color:{theme().tokens.danger}">*</span>' if self._required else ""
        self._label.setText(f"{self._label_text}{star}")
        self.editor.setAccessibleName(self._label_text + (self.tr(" (bắt buộc)") if self._required else ""))

    def _show_note(self) -> None:
        text = self._error or self._hint
        self._note_text.setText(text)
        set_text_role(self._note_text, "error" if self._error else "muted")
        if self._error:
            set_icon(self._note_icon, "circle-alert", "danger", round(theme().icon_size * 0.9))
        self._note_icon.setVisible(bool(self._error))
        self._note.setVisible(bool(text))
        self.editor.setAccessibleDescription((self.tr("Lỗi: ") + self._error) if self._error else self._hint)


def show_errors(fields: Mapping[str, FormField], errors: Mapping[str, str]) -> list[str]:
    """Put each error beside its field, clear the others, focus the first wrong field (in the order of ``fields``) and return the
    sentences that belong to no field (for the summary)."""
    first: FormField | None = None
    for key, field in fields.items():
        field.set_error(errors.get(key, ""))
        if errors.get(key) and first is None:
            first = field
    if first is not None:
        first.editor.setFocus(Qt.FocusReason.OtherFocusReason)
        if isinstance(first.editor, QLineEdit):
            first.editor.selectAll()
    return [message for key, message in errors.items() if key not in fields]


def field_row(*fields: QWidget, stretches: tuple[int, ...] = ()) -> QHBoxLayout:
    """Fields side by side, aligned at their tops so that an error below one does not move the others."""
    row = QHBoxLayout()
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(spacing(3))
    for index, field in enumerate(fields):
        row.addWidget(field, stretches[index] if index < len(stretches) else 1, Qt.AlignmentFlag.AlignTop)
    return row


def stack(*fields: QWidget, gap: float = 2.5) -> QVBoxLayout:
    """Fields below each other."""
    column = QVBoxLayout()
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(spacing(gap))
    for field in fields:
        column.addWidget(field)
    return column
