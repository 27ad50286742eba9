"""Widgets one after another, on as many lines as they need."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRect, QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from counter_app.ui.theme import spacing


class Wrap(QWidget):
    """Buttons keep the width of their words: those that find no room on a line begin the next one. Lines end at the right, where the
    hand expects what decides; ``first`` of them stay at the left of the first line.

    A widget that places its children, no layout: the items of a layout written in Python were found destroyed under it (PySide6 6.11),
    and the next look at the page ended the program."""

    def __init__(self, *widgets: QWidget, first: int = 0, gap: float = 2) -> None:
        super().__init__()
        self._widgets, self._first, self._gap = widgets, widgets[:first], gap
        for widget in widgets:
            widget.setParent(self)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        lines = self._lines(width)
        return sum(height for height, _ in lines) + spacing(self._gap) * max(0, len(lines) - 1)

    def minimumSizeHint(self) -> QSize:
        sizes = [widget.minimumSizeHint() for widget in self._shown()]
        return QSize(max((s.width() for s in sizes), default=0), max((s.height() for s in sizes), default=0))

    def sizeHint(self) -> QSize:
        sizes = [widget.sizeHint() for widget in self._shown()]
        gaps = spacing(self._gap) * max(0, len(sizes) - 1)
        return QSize(sum(s.width() for s in sizes) + gaps, max((s.height() for s in sizes), default=0))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.LayoutRequest:  # a child has other words, came or went
            self._place()
            self.updateGeometry()
        return super().event(event)

    def _place(self) -> None:
        gap, top = spacing(self._gap), 0
        for height, widgets in self._lines(self.width()):
            left = 0
            moved = self.width() - sum(widget.sizeHint().width() for widget in widgets) - gap * (len(widgets) - 1)
            for widget in widgets:
                if widget not in self._first:
                    left = max(left, moved)
                size = widget.sizeHint()
                widget.setGeometry(QRect(left, top, min(size.width(), self.width()), height))
                left += size.width() + gap
                moved += size.width() + gap
            top += height + gap

    def _shown(self) -> list[QWidget]:
        return [widget for widget in self._widgets if not widget.isHidden()]

    def _lines(self, width: int) -> list[tuple[int, list[QWidget]]]:
        """Height and widgets of each line."""
        lines: list[tuple[int, list[QWidget]]] = []
        used = 0
        for widget in self._shown():
            size = widget.sizeHint()
            if lines and used + spacing(self._gap) + size.width() <= width:
                height, widgets = lines[-1]
                lines[-1] = max(height, size.height()), [*widgets, widget]
                used += spacing(self._gap) + size.width()
            else:
                lines.append((size.height(), [widget]))
                used = size.width()
        return lines
