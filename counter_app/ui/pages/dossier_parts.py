"""Parts of the dossier page: the list of actions, the identity number that can be revealed, small grids, the history."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPointF, QRect, QSize, Qt, Signal, Slot
from PySide6.QtGui import QIcon, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLayout,
    QSizePolicy,
    QStyle,
    QStyleOptionButton,
    QStylePainter,
    QVBoxLayout,
    QWidget,
)

from counter_app.ui.icons import pixmap, set_icon
from counter_app.ui.pages.dossier_actions import Action
from counter_app.ui.pages.dossier_facts import Moment
from counter_app.ui.theme import colour, fix_width, is_theme_change, set_text_role, spacing, theme
from counter_app.ui.widgets import KeyButton, Line
from counter_app.ui.widgets.key_button import key_size, paint_key


def clear_layout(layout: QLayout) -> None:
    """Take everything out and let it go."""
    while (item := layout.takeAt(0)) is not None:
        if (inner := item.layout()) is not None:
            clear_layout(inner)
        if (widget := item.widget()) is not None:
            widget.hide()
            widget.setParent(None)
            widget.deleteLater()


def plain(text: str, role: str = "value", *, wrap: bool = True) -> QLabel:
    """A label with plain text in its place of the hierarchy."""
    label = set_text_role(QLabel(text), role)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(wrap)
    return label


class OneLine(QLabel):
    """A label of one line that gives way: cut with an ellipsis, the whole text as tooltip."""

    def __init__(self, role: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_text_role(self, role)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def setText(self, text: str) -> None:
        super().setText(text)
        self.setToolTip(text)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        painter.drawText(
            self.rect(),
            Qt.AlignmentFlag.AlignVCenter,
            self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, self.width()),
        )
        painter.end()


class ActionButton(KeyButton):
    """An entry of the action list: icon and words at the left, the key at the right edge."""

    def __init__(self, action: Action, parent: QWidget | None = None) -> None:
        super().__init__(action.text, action.icon, action.key, "primary" if action.primary and not action.why else "quiet", parent)
        self.action = action
        self.setEnabled(not action.why)
        self.setToolTip(action.why)
        self.setAccessibleDescription(action.why)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def paintEvent(self, event: QPaintEvent) -> None:
        option = QStyleOptionButton()
        self.initStyleOption(option)
        option.text, option.icon = "", QIcon()
        painter = QStylePainter(self)
        painter.drawControl(QStyle.ControlElement.CE_PushButton, option)
        primary = self.property("kind") == "primary"
        role = "text_disabled" if not self.isEnabled() else "on_accent" if primary else "text_muted"
        edge, left, middle = theme().icon_size, spacing(2.5), self.height() / 2
        painter.drawPixmap(QPointF(left, round(middle - edge / 2)), pixmap(self.action.icon, role, edge, self.devicePixelRatioF()))
        left += edge + spacing(2)
        ink = colour("text_disabled" if not self.isEnabled() else "on_accent" if primary else "text")
        painter.setPen(ink)
        painter.drawText(QRect(left, 0, self.width() - left, self.height()), Qt.AlignmentFlag.AlignVCenter, self.action.text)
        if self.action.key:
            size = key_size(self.action.key, self.font())
            box = QRect(self.width() - spacing(2.5) - size.width(), round(middle - size.height() / 2), size.width(), size.height())
            paint_key(painter, box, self.action.key, self.font(), colour("on_accent") if primary else colour("text_muted"))
        painter.end()


class ActionList(QWidget):
    """The actions in groups. ``chosen(id)``."""

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(1)
        self.buttons: dict[str, ActionButton] = {}
        self._shown: tuple[Action, ...] = ()

    def set_actions(self, actions: Sequence[Action]) -> bool:
        """Show these; the primary one first. The same actions again change nothing (the focus stays). True when the focus was in the
        list that went: it needs a new place, or it falls on whatever comes next in the window."""
        if tuple(actions) == self._shown:
            return False
        had_focus = self.window().focusWidget() in self.buttons.values()
        self._shown = tuple(actions)
        clear_layout(self._column)
        self.buttons = {}
        group = 0
        for action in sorted(actions, key=lambda a: (a.group, not a.primary)):
            if action.group != group:
                group = action.group
                self._column.addSpacing(spacing(0.75))
                self._column.addWidget(Line())
                self._column.addSpacing(spacing(0.75))
            button = ActionButton(action)
            button.clicked.connect(self._clicked)
            self.buttons[action.id] = button
            self._column.addWidget(button)
            button.show()  # now, not with the next round of layout: the focus goes only where one can see it
        return had_focus

    @Slot()
    def _clicked(self) -> None:
        button = self.sender()
        if isinstance(button, ActionButton):
            self.chosen.emit(button.action.id)


class IdRow(QWidget):
    """A masked identity number with an eye. ``reveal_requested()``; the owner answers with `show_number`."""

    reveal_requested = Signal()

    def __init__(self, label: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(spacing(3))
        caption = set_text_role(QLabel(label), "label")
        fix_width(caption, steps=22)
        self._value = plain("", wrap=False)
        self._value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.button = KeyButton("", "eye", kind="quiet")
        self.button.setAccessibleName(self.tr("Hiện đủ {0} (được ghi nhật ký)").format(label.lower()))
        self.button.setToolTip(self.tr("Hiện đủ số; việc xem được ghi nhật ký"))
        self.button.setMaximumHeight(round(theme().em * 1.3))
        self.button.clicked.connect(self.reveal_requested)
        line.addWidget(caption)
        line.addWidget(self._value)
        line.addWidget(self.button)
        line.addStretch(1)

    def set_masked(self, text: str) -> None:
        """Show the masked number; without one the row disappears."""
        self._value.setText(text)
        self.button.show()
        self.setVisible(bool(text))

    def show_number(self, text: str) -> None:
        """The whole number, after the look was written down."""
        self._value.setText(text)
        self.button.hide()

    def text(self) -> str:
        """What is shown."""
        return self._value.text()


def pair_row(label: str, value: str) -> QWidget:
    """A label and its value, narrower than `DetailRow`."""
    holder = QWidget()
    line = QHBoxLayout(holder)
    line.setContentsMargins(0, 0, 0, 0)
    line.setSpacing(spacing(3))
    caption = set_text_role(QLabel(label), "label")
    fix_width(caption, steps=22)
    caption.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
    shown = plain(value)
    shown.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    shown.setAccessibleName(f"{label}: {value}")
    line.addWidget(caption, 0, Qt.AlignmentFlag.AlignTop)
    line.addWidget(shown, 1)
    return holder


def fill_grid(
    grid: QGridLayout,
    rows: Sequence[Sequence[str]],
    *,
    right: tuple[int, ...] = (),
    head: Sequence[str] = (),
    wide: tuple[int, ...] = (0,),
) -> None:
    """A few lines as a small table: ``wide`` columns share the width and wrap, ``right`` ones stand at the right."""
    clear_layout(grid)
    for y, row in enumerate(([head] if head else []) + list(rows)):
        for x, text in enumerate(row):
            label = plain(text, "label" if head and y == 0 else "value", wrap=x in wide)
            side = Qt.AlignmentFlag.AlignRight if x in right else Qt.AlignmentFlag.AlignLeft
            label.setAlignment(side | Qt.AlignmentFlag.AlignTop)
            grid.addWidget(label, y, x)
            grid.setColumnStretch(x, 1 if x in wide else 0)


class Timeline(QWidget):
    """The history, newest first."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(spacing(2.5))
        self._grid.setVerticalSpacing(spacing(2))
        self._grid.setColumnStretch(1, 1)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)

    def set_moments(self, moments: Sequence[Moment]) -> None:
        """Show these lines."""
        clear_layout(self._grid)
        for y, moment in enumerate(moments):
            picture = QLabel()
            set_icon(picture, moment.icon, "text_muted")
            words = QVBoxLayout()
            words.setSpacing(0)
            words.addWidget(plain(moment.what, "strong"))
            if moment.details:
                words.addWidget(plain(moment.details, "muted"))
            when = QVBoxLayout()
            when.setSpacing(0)
            for text, role in ((moment.when, "value"), (moment.who, "muted")):
                label = plain(text, role, wrap=False)
                label.setAlignment(Qt.AlignmentFlag.AlignRight)
                when.addWidget(label)
            self._grid.addWidget(picture, y, 0, Qt.AlignmentFlag.AlignTop)
            self._grid.addLayout(words, y, 1, Qt.AlignmentFlag.AlignTop)
            self._grid.addLayout(when, y, 2, Qt.AlignmentFlag.AlignTop)

    def sizeHint(self) -> QSize:
        return self._grid.sizeHint()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if is_theme_change(event):
            self.updateGeometry()
