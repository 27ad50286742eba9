"""A panel over the lower edge of the pages: what happened, and what can be done about it. Never modal: work goes on beneath."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from counter_app.ui.notify import Notice
from counter_app.ui.theme import colour, spacing, theme
from counter_app.ui.widgets.key_button import KeyButton
from counter_app.ui.widgets.messages import ScanPanel

#: Height of the status line and a page's row of buttons, in em.
_FOOT = 5.2


class FloatingPanel(QWidget):
    """Lies over ``host``, above another one that is shown already. Esc or the cross closes it. ``action_requested(id)`` carries the
    pressed button."""

    action_requested = Signal(str)

    def __init__(self, host: QWidget) -> None:
        super().__init__(host)
        self._beneath: list[FloatingPanel] = []
        self.panel = ScanPanel()
        self.panel.action_requested.connect(self.action_requested)
        self.close_button = KeyButton("", "x", kind="quiet")
        self.close_button.setAccessibleName(self.tr("Đóng"))
        self.close_button.clicked.connect(self.hide)
        line = QHBoxLayout(self)
        line.setContentsMargins(1, 1, spacing(1), 1)
        line.setSpacing(spacing(1))
        line.addWidget(self.panel, 1)
        line.addWidget(self.close_button)
        host.installEventFilter(self)
        self.hide()

    @Slot(object, str, object)
    def show_notice(self, notice: Notice, detail: str = "", actions: tuple[tuple[str, str], ...] = ()) -> None:
        """Show it; it stays until it is answered, closed or replaced."""
        self.panel.show_notice(notice, detail, actions)
        if self.isHidden():
            panels = self.parentWidget().findChildren(FloatingPanel, options=Qt.FindChildOption.FindDirectChildrenOnly)
            self._beneath = [panel for panel in panels if not panel.isHidden()]
        self.show()
        self.raise_()
        self._place()

    def _place(self) -> None:
        host = self.parentWidget()
        width = min(host.width() - 2 * spacing(6), spacing(240))
        height = self.layout().heightForWidth(width) if self.layout().hasHeightForWidth() else self.sizeHint().height()
        # Above the status line and the page's own row of message and buttons: those stay readable and within reach.
        foot = host.height() - round(theme().em * _FOOT)
        tops = [panel.y() - spacing(2) for panel in self._beneath if not panel.isHidden()]
        bottom = min(tops, default=foot)
        self.setGeometry((host.width() - width) // 2, bottom - height, width, height)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and not self.isHidden():
            self._place()
        return False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.hide()
            return
        super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(colour("border_strong"))
        painter.setBrush(colour("surface"))
        radius = max(6, spacing(2))
        painter.drawRoundedRect(self.rect().adjusted(0, 0, -1, -1), radius, radius)
        painter.end()
