"""The queue strip: what waits today, as counters that filter the list below."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QRect, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QSizePolicy, QWidget

from counter_app.ui.icons import pixmap
from counter_app.ui.texts import NONE, number_text
from counter_app.ui.theme import colour, is_theme_change, spacing, status_colours, theme


@dataclass(frozen=True, slots=True)
class Queue:
    """One counter: id of its filter, words, icon and the status role it takes when it is not zero."""

    id: str
    title: str
    icon: str
    role: str


QUEUES = (
    Queue("received-today", "Nhận hôm nay", "inbox", "neutral"),
    Queue("due-soon", "Sắp hạn", "clock", "warning"),
    Queue("overdue", "Quá hạn", "calendar-x-2", "danger"),
    Queue("ready", "Có kết quả", "file-check-2", "success"),
    Queue("unsent", "Chưa gửi", "cloud-upload", "info"),
)


class _Tile(QAbstractButton):
    """One counter. Painted, so that the figure leads and the words stay quiet."""

    def __init__(self, queue: Queue, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.queue = queue
        self.count: int | None = None
        self.setCheckable(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.set_count(None)

    def set_count(self, count: int | None) -> None:
        """Show a figure; None is a dash (not known yet)."""
        self.count = count
        figure = NONE if count is None else number_text(count)
        self.setText(f"{self.queue.title}: {figure}")
        self.setAccessibleName(self.text())
        self.setToolTip(self.text())
        self.update()

    def _figure_font(self) -> QFont:
        font = QFont(self.font())
        font.setPointSizeF(self.font().pointSizeF() * 1.5)
        font.setWeight(QFont.Weight.DemiBold)
        return font

    def sizeHint(self) -> QSize:
        figure, label = QFontMetrics(self._figure_font()), self.fontMetrics()
        width = theme().icon_size + spacing(2) + label.horizontalAdvance(self.queue.title) + 2 * spacing(3)
        return QSize(width + figure.horizontalAdvance("0000"), figure.height() + 2 * spacing(1.25))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        role = self.queue.role if self.count else "neutral"
        front, _soft = status_colours(role)
        edge = colour("focus") if self.hasFocus() or self.isChecked() else colour("border")
        back = colour("accent_soft") if self.isChecked() else colour("hover") if self.underMouse() else colour("surface")
        painter.setPen(QPen(edge, 2 if self.hasFocus() else 1))
        painter.setBrush(back)
        radius = max(6, spacing(2))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), radius, radius)
        inner = self.rect().adjusted(spacing(3), 0, -spacing(3), 0)
        figure = NONE if self.count is None else number_text(self.count)
        room = inner.width() - QFontMetrics(self._figure_font()).horizontalAdvance(figure) - spacing(1)
        edge_px = theme().icon_size
        left = inner.left()
        # Where room is short the symbol goes first, then letters of the word; the figure stays.
        if edge_px + spacing(2) + self.fontMetrics().horizontalAdvance(self.queue.title) <= room:
            picture = pixmap(self.queue.icon, role, edge_px, self.devicePixelRatioF())
            painter.drawPixmap(left, inner.center().y() - edge_px // 2 + 1, picture)
            left += edge_px + spacing(2)
            room -= edge_px + spacing(2)
        painter.setPen(colour("text_muted"))
        title = self.fontMetrics().elidedText(self.queue.title, Qt.TextElideMode.ElideRight, room)
        painter.drawText(QRect(left, 0, room + 1, self.height()), Qt.AlignmentFlag.AlignVCenter, title)
        painter.setFont(self._figure_font())
        painter.setPen(front if self.count else colour("text_muted"))
        painter.drawText(inner, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, figure)
        painter.end()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if is_theme_change(event):
            self.updateGeometry()


class QueueStrip(QWidget):
    """All counters side by side. ``filter_requested(id)`` when one is chosen, with an empty id when the filter is taken off."""

    filter_requested = Signal(str)

    def __init__(self, queues: tuple[Queue, ...] = QUEUES, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(spacing(2))
        self._tiles: dict[str, _Tile] = {}
        for queue in queues:
            tile = _Tile(queue)
            tile.clicked.connect(self._clicked)
            self._tiles[queue.id] = tile
            line.addWidget(tile)

    def set_counts(self, counts: Mapping[str, int | None]) -> None:
        """Figures by id; those not named stay."""
        for key, count in counts.items():
            self._tiles[key].set_count(count)

    def set_active(self, queue_id: str) -> None:
        """Show which filter is on; empty for none. Emits nothing."""
        for key, tile in self._tiles.items():
            tile.setChecked(key == queue_id)

    def active(self) -> str:
        """The id of the filter that is on, or empty."""
        return next((key for key, tile in self._tiles.items() if tile.isChecked()), "")

    @Slot()
    def _clicked(self) -> None:
        tile = self.sender()
        if isinstance(tile, _Tile):
            chosen = tile.queue.id if tile.isChecked() else ""
            self.set_active(chosen)
            self.filter_requested.emit(chosen)
