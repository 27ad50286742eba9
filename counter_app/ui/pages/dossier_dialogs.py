"""One dialog for all small forms of a dossier: a few fields, errors beside them, typed text kept until it was taken."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QKeyEvent, Qt
from PySide6.QtWidgets import QComboBox, QGridLayout, QLabel, QLineEdit, QPlainTextEdit, QWidget

from counter_app.ui.dialogs.base import BaseDialog
from counter_app.ui.dialogs.questions import LongEdit
from counter_app.ui.theme import set_text_role, spacing, theme
from counter_app.ui.widgets import DateEdit, FormField, MoneyEdit, show_errors
from onestop.errors import InvalidFields, UserError
from onestop.text import nfc


@dataclass(frozen=True, slots=True)
class Ask:
    """One field. ``long`` has lines, ``lines`` of them seen at once; ``choices`` are (data, words) of a ``choice``. ``wide`` takes a whole
    row."""

    key: str
    label: str
    kind: Literal["text", "long", "date", "money", "choice"] = "text"
    initial: Any = None
    required: bool = False
    hint: str = ""
    choices: tuple[tuple[Any, str], ...] = ()
    wide: bool = True
    lines: int = 2


class FieldsDialog(BaseDialog):
    """``submitted(dict)`` with a value for each key; the dialog stays open until the caller calls ``accept()`` or answers with
    `show_problem`. Ctrl+Enter confirms, Enter moves on."""

    submitted = Signal(dict)

    def __init__(
        self,
        title: str,
        asks: Sequence[Ask],
        *,
        text: str = "",
        verb: str,
        icon: str = "file-pen-line",
        danger: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(title, text, icon=icon, role="danger" if danger else "accent", parent=parent)
        self.editors: dict[str, QWidget] = {}
        self.fields: dict[str, FormField] = {}
        self._asks = tuple(asks)
        grid = QGridLayout()
        grid.setHorizontalSpacing(spacing(3))
        grid.setVerticalSpacing(spacing(2.5))
        place = 0
        for ask in asks:
            editor = self._editor(ask)
            field = FormField(ask.label, editor, required=ask.required, hint=ask.hint)
            self.editors[ask.key], self.fields[ask.key] = editor, field
            if ask.wide:
                place += place % 2
                grid.addWidget(field, place // 2, 0, 1, 2, Qt.AlignmentFlag.AlignTop)
                place += 2
            else:
                grid.addWidget(field, place // 2, place % 2, Qt.AlignmentFlag.AlignTop)
                place += 1
        grid.setColumnStretch(0, 1)
        grid.setColumnStretch(1, 1)
        self.body.addLayout(grid)
        self._summary = set_text_role(QLabel(), "error")
        self._summary.setWordWrap(True)
        self._summary.hide()
        self.body.addWidget(self._summary)
        if any(not ask.wide for ask in asks):
            self.setMinimumWidth(round(theme().em * 36))
        self.cancel_button = self.add_button(self.tr("Quay lại"), key="Esc")
        self.cancel_button.clicked.connect(self.reject)
        self.confirm_button = self.add_button(verb, kind="danger" if danger else "primary", key="Ctrl+Enter")
        self.confirm_button.clicked.connect(self.confirm)
        next(iter(self.editors.values()), self.confirm_button).setFocus()

    def _editor(self, ask: Ask) -> QWidget:
        if ask.kind == "long":
            long = LongEdit(str(ask.initial or ""))
            long.setTabChangesFocus(True)
            long.setFixedHeight(round(theme().em * 1.8 * ask.lines))
            long.submitted.connect(self.confirm)
            return long
        if ask.kind == "choice":
            combo = QComboBox()
            for data, words in ask.choices:
                combo.addItem(words, data)
            combo.setCurrentIndex(max(0, combo.findData(ask.initial)))
            return combo
        if ask.kind == "date":
            day = DateEdit()
            day.set_date(ask.initial)
            return day
        if ask.kind == "money":
            money = MoneyEdit()
            money.set_amount(ask.initial)
            return money
        return QLineEdit(str(ask.initial or ""))

    def values(self) -> dict[str, Any]:
        """What is typed now: text (NFC, trimmed), a day, an amount, or the data of a choice."""
        found: dict[str, Any] = {}
        for key, editor in self.editors.items():
            if isinstance(editor, QPlainTextEdit):
                found[key] = nfc(editor.toPlainText()).strip()
            elif isinstance(editor, QComboBox):
                found[key] = editor.currentData()
            elif isinstance(editor, DateEdit):
                found[key] = editor.date()
            elif isinstance(editor, MoneyEdit):
                found[key] = editor.amount()
            elif isinstance(editor, QLineEdit):
                found[key] = nfc(editor.text()).strip()
        return found

    @Slot()
    def confirm(self) -> None:
        """Check what is required, then ask the caller."""
        values, wrong = self.values(), {}
        for ask in self._asks:
            if ask.required and values[ask.key] in (None, ""):
                editor = self.editors[ask.key]
                problem = editor.problem() if isinstance(editor, DateEdit) else ""
                wrong[ask.key] = problem or self.tr("Chưa nhập {0}.").format(ask.label.lower())
        show_errors(self.fields, wrong)
        self._summary.hide()
        if not wrong:
            self.submitted.emit(values)

    def show_problem(self, error: UserError) -> None:
        """The service said no: beside the fields it speaks of, else below them. What was typed stays."""
        rest = show_errors(self.fields, error.fields) if isinstance(error, InvalidFields) else [error.message]
        self._summary.setText("\n".join(rest))
        self._summary.setVisible(bool(rest))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
                self.confirm()
                return
            if isinstance(self.focusWidget(), (QLineEdit, QComboBox)):
                self.focusNextChild()
                return
        super().keyPressEvent(event)
