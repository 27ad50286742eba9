"""Ctrl+K: every command by a few letters, without marks."""

from __future__ import annotations

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QDialog, QListView, QVBoxLayout, QWidget

from counter_app.ui.actions import CommandSet, shown_key
from counter_app.ui.theme import spacing, theme
from counter_app.ui.widgets.choices import CHOICE_ROLE, Choice, ChoiceDelegate, ChoiceModel
from counter_app.ui.widgets.edits import SearchBox
from onestop.text import fold


class CommandPalette(QDialog):
    """The list stands under the box; ↓ ↑ move, Enter does it, Esc closes. Disabled commands are not offered."""

    def __init__(self, commands: CommandSet, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Tìm lệnh"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowModality(Qt.WindowModality.WindowModal)
        self._commands = commands
        self.resize(round(theme().em * 27), round(theme().em * 21))
        column = QVBoxLayout(self)
        column.setContentsMargins(spacing(3), spacing(3), spacing(3), spacing(3))
        column.setSpacing(spacing(2))
        self.box = SearchBox(self.tr("Gõ vài chữ của lệnh, không cần dấu"), "command")
        self.box.textChanged.connect(self._filter)
        self.box.returnPressed.connect(self._run)
        self._model = ChoiceModel(self)
        self.list = QListView()
        self.list.setModel(self._model)
        self.list.setItemDelegate(ChoiceDelegate(self.list))
        self.list.setAccessibleName(self.tr("Các lệnh"))
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.clicked.connect(self._run)
        column.addWidget(self.box)
        column.addWidget(self.list, 1)
        self._filter("")
        self.box.setFocus()

    def shown(self) -> list[str]:
        """Ids of the commands offered now, in order."""
        return [choice.data for choice in self._model.choices]

    @Slot(str)
    def _filter(self, text: str) -> None:
        wanted = fold(text).split()
        offered: list[Choice] = []
        for command in self._commands.commands:
            hay = f"{fold(command.text)} {command.words} {' '.join(command.keys).lower()}"
            if command.id == "palette" or not self._commands[command.id].isEnabled() or not all(word in hay for word in wanted):
                continue
            offered.append(Choice(command.id, command.text, badge=shown_key(command), icon=command.icon, badge_is_key=True))
        # What starts with the typed words comes before what only holds them.
        offered.sort(key=lambda choice: not fold(choice.title).startswith(fold(text)))
        self._model.set_choices(offered)
        self.list.setCurrentIndex(self._model.index(0))

    @Slot()
    def _run(self) -> None:
        choice = self.list.currentIndex().data(CHOICE_ROLE)
        if choice is None:
            return
        action = self._commands[choice.data]
        self.accept()
        action.trigger()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: 8, Qt.Key.Key_PageUp: -8}.get(Qt.Key(event.key()))
        if step is not None and self._model.rowCount():
            row = max(0, min(self.list.currentIndex().row() + step, self._model.rowCount() - 1))
            self.list.setCurrentIndex(self._model.index(row))
            return
        super().keyPressEvent(event)
