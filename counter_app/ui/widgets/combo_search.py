"""Type a few letters, choose with the arrows: for procedures by code or name, units, people.

The popup is a child of the window (not a window of its own), so the focus never leaves the field, and no window manager or
screen can misplace it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import QEvent, QPoint, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QAction, QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QFrame, QLineEdit, QListView, QVBoxLayout, QWidget

from counter_app.ui.icons import set_icon
from counter_app.ui.theme import spacing, theme
from counter_app.ui.widgets.choices import CHOICE_ROLE, Choice, ChoiceDelegate, ChoiceModel

_VISIBLE = 8
#: A scanner's first two characters are typed before they are known to be a scan; it is over, and the text is back, within this time.
_SCAN_MS = 1000


Fetch = Callable[[str], Sequence[Choice]]


class ComboSearch(QLineEdit):
    """A field with a list that follows what is typed. ``fetch(text)`` returns the choices (fast: it runs on each key; it gets
    the raw text, so folding marks is its task; for empty text it returns what was used recently).

    Signals: ``chosen(data)`` after Enter, Tab or a click on an entry; ``cleared()`` when the text of a choice is changed
    and stays so: at once when it is emptied or a command follows, else after a second. A scan that passes through the field, or an
    edit taken back, leaves the choice and all that hangs on it as they were.
    Keys: ↓ ↑ PgDn PgUp move, Enter or Tab takes, Esc closes.
    """

    chosen = Signal(object)
    cleared = Signal()

    def __init__(self, fetch: Fetch, placeholder: str = "", name: str = "", icon: str = "search", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._fetch = fetch
        self._choice: Choice | None = None
        self._edited_away: Choice | None = None
        self._telling = False
        self._settling = QTimer(self)
        self._settling.setSingleShot(True)
        self._settling.setInterval(_SCAN_MS)
        self._settling.timeout.connect(self._settle)
        self._popup: QFrame | None = None
        self._model = ChoiceModel(self)
        self.setPlaceholderText(placeholder)
        self.setAccessibleName(name or placeholder)
        self._lead = QAction(self)
        set_icon(self._lead, icon, "text_muted")
        self.addAction(self._lead, QLineEdit.ActionPosition.LeadingPosition)
        self.textEdited.connect(self._edited)

    def current(self) -> Any | None:
        """The chosen object, or None."""
        return self._choice.data if self._choice else None

    def current_choice(self) -> Choice | None:
        """The choice itself."""
        return self._choice

    def set_choice(self, choice: Choice | None) -> None:
        """Choose without the list (e.g. from a draft). Emits nothing. A listener of ``cleared`` that passes None takes nothing of
        what is being typed."""
        if choice is None and self._telling:
            return
        self._keep(choice)
        self.setText(choice.title if choice else "")
        self.setCursorPosition(0)
        self.close_list()

    def open_list(self) -> None:
        """Show what fits the text."""
        self._show(self._fetch("" if self._choice else self.text()))

    def close_list(self) -> None:
        """Hide the list."""
        if self._popup is not None:
            self._popup.hide()

    def is_open(self) -> bool:
        """Is the list shown?"""
        return self._popup is not None and not self._popup.isHidden()

    @Slot(str)
    def _edited(self, text: str) -> None:
        if self._choice is not None:
            self._edited_away, self._choice = self._choice, None
            self._settling.start()
        if self._edited_away is not None and text == self._edited_away.title:
            self._keep(self._edited_away)
            self.close_list()
            return
        if not text:  # emptied, or a scan went through: ↓ opens what was used recently
            self._settle()
            self.close_list()
            return
        self._show(self._fetch(text))

    def _keep(self, choice: Choice | None) -> None:
        self._settling.stop()
        self._choice, self._edited_away = choice, None

    @Slot()
    def _settle(self) -> None:
        """The edit stands: say that the choice is gone."""
        self._settling.stop()
        if self._edited_away is not None:
            self._edited_away = None
            self._telling = True
            try:
                self.cleared.emit()
            finally:
                self._telling = False

    def _show(self, choices: Sequence[Choice]) -> None:
        self._model.set_choices(choices)
        if not choices:
            self.close_list()
            return
        popup = self._ensure_popup()
        self._list.setCurrentIndex(self._model.index(0))
        window = self.window()
        rows = min(len(choices), _VISIBLE)
        height = sum(self._list.sizeHintForRow(i) for i in range(rows)) + 2 * spacing(1) + 2
        width = max(self.width(), round(theme().em * 26))
        below = self.mapTo(window, QPoint(0, self.height() + 2))
        above = self.mapTo(window, QPoint(0, -2))
        room_below = window.height() - below.y() - spacing(2)
        if height > room_below and above.y() > room_below:
            height = min(height, above.y() - spacing(2))
            top = above.y() - height
        else:
            height, top = min(height, room_below), below.y()
        left = max(spacing(1), min(below.x(), window.width() - width - spacing(1)))
        popup.setGeometry(left, top, width, height)
        popup.show()
        popup.raise_()

    def _ensure_popup(self) -> QFrame:
        window = self.window()
        if self._popup is None or self._popup.parentWidget() is not window:
            popup = QFrame(window)
            popup.setProperty("panel", "popup")
            popup.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            column = QVBoxLayout(popup)
            column.setContentsMargins(1, spacing(1), 1, spacing(1))
            self._list = QListView()
            self._list.setModel(self._model)
            self._list.setItemDelegate(ChoiceDelegate(self._list))
            self._list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
            self._list.setAccessibleName(self.tr("Danh sách gợi ý"))
            self._list.clicked.connect(self._take)
            column.addWidget(self._list)
            self._popup = popup
            self.destroyed.connect(popup.deleteLater)
        return self._popup

    @Slot()
    def _take(self) -> None:
        index = self._list.currentIndex()
        if index.isValid():
            self.set_choice(index.data(CHOICE_ROLE))
            self.selectAll()  # typing again replaces the choice
            self.chosen.emit(self.current())

    def _move(self, step: int) -> None:
        row = self._list.currentIndex().row() + step
        index = self._model.index(max(0, min(row, self._model.rowCount() - 1)))
        self._list.setCurrentIndex(index)
        self.setAccessibleDescription(str(index.data(Qt.ItemDataRole.AccessibleTextRole) or ""))

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            # Tab takes the marked entry and then moves on as usual.
            if event.key() == Qt.Key.Key_Tab and self.is_open() and self.text().strip():
                self._take()
        elif event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and _is_command(event):
            self._settle()
        elif event.type() in (QEvent.Type.Hide, QEvent.Type.Resize):
            self.close_list()
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        steps = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: _VISIBLE, Qt.Key.Key_PageUp: -_VISIBLE}
        if key in steps and not self.isReadOnly():
            if self.is_open():
                self._move(steps[Qt.Key(key)])
            elif key == Qt.Key.Key_Down:
                self.open_list()
            return
        if self.is_open() and key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.modifiers():
            self._take()
            return
        if self.is_open() and key == Qt.Key.Key_Escape:
            self.close_list()
            return
        super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if event.reason() in (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason) and not self.text():
            self.open_list()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            self.close_list()
            self._settle()


def _is_command(event: QKeyEvent) -> bool:
    modifier = Qt.KeyboardModifier
    return bool(event.modifiers() & (modifier.ControlModifier | modifier.AltModifier)) or Qt.Key.Key_F1 <= event.key() <= Qt.Key.Key_F12
