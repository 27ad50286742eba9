"""Ctrl+K: every command by a few letters, without marks."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Slot
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import QDialog, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from counter_app.ui.actions import BY_ID, CommandSet, key_of
from counter_app.ui.icons import icon
from counter_app.ui.theme import spacing, theme
from counter_app.ui.widgets.edits import SearchBox
from onestop.text import fold

_ID = int(Qt.ItemDataRole.UserRole)


class CommandPalette(QDialog):
    """The list stands under the box; ↓ ↑ move, Enter does it, Esc closes. Disabled commands are not offered."""

    def __init__(self, commands: CommandSet, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Tìm lệnh"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowModality(Qt.WindowModality.WindowModal)
        self._commands = commands
        self.resize(round(theme().em * 30), round(theme().em * 22))
        column = QVBoxLayout(self)
        column.setContentsMargins(spacing(3), spacing(3), spacing(3), spacing(3))
        column.setSpacing(spacing(2))
        self.box = SearchBox(self.tr("Gõ vài chữ của lệnh, không cần dấu"), "command")
        self.box.textChanged.connect(self._filter)
        self.box.returnPressed.connect(self._run)
        self.list = QListWidget()
        self.list.setAccessibleName(self.tr("Các lệnh"))
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setUniformItemSizes(True)
        self.list.itemClicked.connect(self._run)
        column.addWidget(self.box)
        column.addWidget(self.list, 1)
        self._filter("")
        self.box.setFocus()

    def shown(self) -> list[str]:
        """Ids of the commands offered now, in order."""
        return [self.list.item(i).data(_ID) for i in range(self.list.count())]

    @Slot(str)
    def _filter(self, text: str) -> None:
        wanted = fold(text).split()
        self.list.clear()
        for command in self._commands.commands:
            action: QAction = self._commands[command.id]
            hay = f"{fold(command.text)} {command.words} {' '.join(command.keys).lower()}"
            if command.id == "palette" or not action.isEnabled() or not all(word in hay for word in wanted):
                continue
            key = key_of(command.id) if command.id in BY_ID else " ".join(command.keys[:1])
            item = QListWidgetItem(icon(command.icon, "text_muted"), f"{command.text}    {key}" if key else command.text)
            item.setData(_ID, command.id)
            item.setSizeHint(QSize(0, theme().row_height))
            self.list.addItem(item)
        self.list.setCurrentRow(0)

    @Slot()
    def _run(self) -> None:
        item = self.list.currentItem()
        if item is None:
            return
        action = self._commands[item.data(_ID)]
        self.accept()
        action.trigger()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: 8, Qt.Key.Key_PageUp: -8}.get(Qt.Key(event.key()))
        if step is not None and self.list.count():
            self.list.setCurrentRow(max(0, min(self.list.currentRow() + step, self.list.count() - 1)))
            return
        super().keyPressEvent(event)
