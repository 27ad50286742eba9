"""Widgets one after another, on as many lines as they need."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import QLayout, QLayoutItem, QWidget

from counter_app.ui.theme import spacing


class Wrap(QLayout):
    """Buttons keep the width of their words: those that find no room on a line begin the next one. Lines end at the right, where the
    hand expects what decides; ``first`` of them stay at the left of the first line."""

    def __init__(self, *widgets: QWidget, first: int = 0, gap: float = 2) -> None:
        super().__init__()
        self._items: list[QLayoutItem] = []
        self._first, self._gap = set(widgets[:first]), gap
        self.setContentsMargins(0, 0, 0, 0)
        for widget in widgets:
            self.addWidget(widget)

    def addItem(self, item: QLayoutItem) -> None:
        self._items.append(item)

    def count(self) -> int:
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return sum(line[0] for line in self._lines(width)) + spacing(self._gap) * max(0, len(self._lines(width)) - 1)

    def minimumSize(self) -> QSize:
        sizes = [item.minimumSize() for item in self._shown()]
        return QSize(max((s.width() for s in sizes), default=0), max((s.height() for s in sizes), default=0))

    def sizeHint(self) -> QSize:
        sizes = [item.sizeHint() for item in self._shown()]
        gaps = spacing(self._gap) * max(0, len(sizes) - 1)
        return QSize(sum(s.width() for s in sizes) + gaps, max((s.height() for s in sizes), default=0))

    def setGeometry(self, rect: QRect) -> None:
        super().setGeometry(rect)
        gap, top = spacing(self._gap), rect.top()
        for height, items in self._lines(rect.width()):
            left = rect.left()
            moved = rect.left() + rect.width() - sum(item.sizeHint().width() for item in items) - gap * (len(items) - 1)
            for item in items:
                if item.widget() not in self._first:
                    left = max(left, moved)
                size = item.sizeHint()
                item.setGeometry(QRect(QPoint(left, top), QSize(min(size.width(), rect.width()), height)))
                left += size.width() + gap
                moved += size.width() + gap
            top += height + gap

    def _shown(self) -> list[QLayoutItem]:
        return [item for item in self._items if not item.isEmpty()]

    def _lines(self, width: int) -> list[tuple[int, list[QLayoutItem]]]:
        """Height and items of each line."""
        lines: list[tuple[int, list[QLayoutItem]]] = []
        used = 0
        for item in self._shown():
            size = item.sizeHint()
            if lines and used + spacing(self._gap) + size.width() <= width:
                height, items = lines[-1]
                lines[-1] = max(height, size.height()), [*items, item]
                used += spacing(self._gap) + size.width()
            else:
                lines.append((size.height(), [item]))
                used = size.width()
        return lines
