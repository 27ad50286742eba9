"""Banners, empty states, the last scan, toasts with undo: how the program speaks."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QRectF, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from counter_app.ui.icons import set_icon
from counter_app.ui.notify import Notice
from counter_app.ui.theme import colour, set_text_role, spacing, status_colours, theme
from counter_app.ui.widgets.key_button import KeyButton

UNDO_SECONDS = 8
_SAME_STEP_MS = 500


def _sentence() -> QLabel:
    label = QLabel()
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    label.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
    return label


class Banner(QWidget):
    """A full-width line: something holds for a while (no network, unsaved, waits for a person). Hidden until `show_banner`.
    ``inset`` is the margin at its sides (6 across the window, 3 inside a card).

    Signal ``action_requested`` when its button is pressed.
    """

    action_requested = Signal()

    def __init__(self, inset: float = 6, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._role = "info"
        line = QHBoxLayout(self)
        line.setContentsMargins(spacing(inset), spacing(1.5), spacing(inset), spacing(1.5))
        line.setSpacing(spacing(2))
        self._icon, self._text = QLabel(), _sentence()
        self._button = KeyButton("")
        self._button.clicked.connect(self.action_requested)
        line.addWidget(self._icon)
        line.addWidget(self._text, 1)
        line.addWidget(self._button)
        self.hide()

    def show_banner(self, text: str, role: str = "info", icon: str = "info", action: str = "") -> None:
        """Show it. ``action`` is the text of the button; empty: no button."""
        self._role = role
        self._text.setText(text)
        self.setAccessibleName(text)
        set_icon(self._icon, icon, role)
        self._button.set_text(action)
        self._button.setVisible(bool(action))
        self.show()
        self.update()

    def text(self) -> str:
        """What it says."""
        return self._text.text()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        front, soft = status_colours(self._role)
        painter.fillRect(self.rect(), soft)
        painter.fillRect(0, 0, max(3, spacing(0.75)), self.height(), front)
        painter.end()


class EmptyState(QWidget):
    """Nothing to show: icon, what it means, what to do, and a button if there is something to press."""

    action_requested = Signal()

    def __init__(self, icon: str, title: str, advice: str = "", action: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.setSpacing(spacing(1.5))
        column.addStretch(1)
        self._icon, self._title, self._advice = QLabel(), QLabel(), QLabel()
        set_text_role(self._title, "section")
        set_text_role(self._advice, "muted")
        self._advice.setWordWrap(True)
        for label in (self._icon, self._title, self._advice):
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
            column.addWidget(label)
        self._button = KeyButton(action)
        self._button.clicked.connect(self.action_requested)
        column.addSpacing(spacing(1))
        column.addWidget(self._button, 0, Qt.AlignmentFlag.AlignCenter)
        column.addStretch(2)
        self.set_state(icon, title, advice, action)

    def set_state(self, icon: str, title: str, advice: str = "", action: str = "") -> None:
        """Change all of it."""
        set_icon(self._icon, icon, "text_muted", round(theme().em * 2))
        self._title.setText(title)
        self._advice.setText(advice)
        self._button.set_text(action)
        self._button.setVisible(bool(action))
        self.setAccessibleName(f"{title}. {advice}" if advice else title)


class ScanPanel(QWidget):
    """The last scan: a coloured edge, icon, one sentence, a quiet detail, and up to three things to do about it.

    Signal ``action_requested(str)`` carries the id of the pressed button.
    """

    action_requested = Signal(str)

    def __init__(self, idle_text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._role = "neutral"
        self._idle = idle_text or self.tr("Sẵn sàng quét: đưa giấy hẹn, phiếu bàn giao hoặc thẻ căn cước vào máy quét.")
        line = QHBoxLayout(self)
        line.setContentsMargins(spacing(4), spacing(2), spacing(3), spacing(2))
        line.setSpacing(spacing(2.5))
        self._icon, self._text, self._detail = QLabel(), _sentence(), _sentence()
        set_text_role(self._text, "strong")
        set_text_role(self._detail, "muted")
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(self._text)
        words.addWidget(self._detail)
        self._buttons = QHBoxLayout()
        self._buttons.setSpacing(spacing(2))
        line.addWidget(self._icon)
        line.addLayout(words, 1)
        line.addLayout(self._buttons)
        self.clear()

    def clear(self) -> None:
        """Back to waiting for a scan."""
        self._show("neutral", "scan-line", self._idle, "", ())

    def show_notice(self, notice: Notice, detail: str = "", actions: tuple[tuple[str, str], ...] = ()) -> None:
        """Show an outcome (see ``notify.notice``); ``actions`` are (id, text) of buttons."""
        self._show(notice.role, notice.icon, notice.sentence, detail, actions)

    def sentence(self) -> str:
        """What it says."""
        return self._text.text()

    def _show(self, role: str, icon: str, text: str, detail: str, actions: tuple[tuple[str, str], ...]) -> None:
        self._role = role
        set_icon(self._icon, icon, role, round(theme().em * 1.35))
        self._text.setText(text)
        self._detail.setText(detail)
        self._detail.setVisible(bool(detail))
        self.setAccessibleName(f"{text} {detail}".strip())
        while (item := self._buttons.takeAt(0)) is not None:
            item.widget().hide()
            item.widget().deleteLater()
        for action_id, label in actions:
            button = KeyButton(label, parent=self)
            button.setProperty("actionId", action_id)
            button.clicked.connect(self._pressed)
            self._buttons.addWidget(button)
        self.update()

    @Slot()
    def _pressed(self) -> None:
        self.action_requested.emit(self.sender().property("actionId"))

    def paintEvent(self, event: QPaintEvent) -> None:
        front, soft = status_colours(self._role)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        radius = max(4, spacing(1.5))
        painter.setBrush(soft)
        painter.drawRoundedRect(QRectF(self.rect()), radius, radius)
        painter.setClipRect(0, 0, max(4, spacing(1)), self.height())
        painter.setBrush(front)
        painter.drawRoundedRect(QRectF(self.rect()), radius, radius)
        painter.end()


class Toast(QWidget):
    """A short message over the bottom of ``host``, with "Hoàn tác" when there is something to undo.

    It goes away by itself after 8 s (4 s without undo). `undo` (Ctrl+Z) does what the button does; it returns False when there is
    nothing to undo. Signals: ``undone`` after an undo, ``expired`` when the chance is over, ``shown`` when a message comes up.
    """

    undone = Signal()
    expired = Signal()
    shown = Signal()

    def __init__(self, host: QWidget) -> None:
        super().__init__(host)
        self._undo: Callable[[], None] | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._expire)
        line = QHBoxLayout(self)
        line.setContentsMargins(spacing(4), spacing(2), spacing(2), spacing(2))
        line.setSpacing(spacing(2))
        self._icon, self._text = QLabel(), QLabel()
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        set_text_role(self._text, "value")
        self._button = KeyButton(self.tr("Hoàn tác"), "undo-2", "Ctrl+Z", "quiet")
        self._button.clicked.connect(self.undo)
        self._close = KeyButton("", "x", kind="quiet")
        self._close.setAccessibleName(self.tr("Đóng thông báo"))
        self._close.clicked.connect(self._expire)
        for widget in (self._icon, self._text, self._button, self._close):
            line.addWidget(widget)
        host.installEventFilter(self)
        self.hide()

    def show_message(self, text: str, role: str = "success", icon: str = "circle-check", undo: Callable[[], None] | None = None) -> None:
        """Show ``text``; a message shown before is over (its undo is lost)."""
        if self._undo is not None:
            self._expire()
        self._undo = undo
        self._text.setText(text)
        self.setAccessibleName(text)
        set_icon(self._icon, icon, role)
        self._button.setVisible(undo is not None)
        self.show()
        self.raise_()
        self._place()
        self.shown.emit()
        self._timer.start(1000 * (UNDO_SECONDS if undo is not None else UNDO_SECONDS // 2))

    def page_changed(self) -> None:
        """Another page comes up: a message of the page before, without undo, must not cover its buttons. (One that came up in the
        last half second tells of the very step that led there, and stays.)"""
        age = self._timer.interval() - self._timer.remainingTime()
        if self._undo is None and age > _SAME_STEP_MS:
            self._expire()

    @Slot(result=bool)
    def undo(self) -> bool:
        """Undo what the message is about, once. False when there is nothing."""
        if self._undo is None or self.isHidden():
            return False
        action, self._undo = self._undo, None
        self._timer.stop()
        self.hide()
        action()
        self.undone.emit()
        return True

    @Slot()
    def _expire(self) -> None:
        self._timer.stop()
        had_undo, self._undo = self._undo is not None, None
        self.hide()
        if had_undo:
            self.expired.emit()

    def _place(self) -> None:
        host = self.parentWidget()
        self.setMaximumWidth(max(200, host.width() - 2 * spacing(6)))
        self.adjustSize()
        self.move((host.width() - self.width()) // 2, host.height() - self.height() - spacing(10))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and not self.isHidden():
            self._place()
        return False

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(colour("border_strong"))
        painter.setBrush(colour("surface"))
        radius = max(6, spacing(2))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)
        painter.end()
