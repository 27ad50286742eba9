"""The left rail: pages with their keys."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRect, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QLabel, QSizePolicy, QVBoxLayout, QWidget

from counter_app.ui.icons import pixmap
from counter_app.ui.theme import colour, is_theme_change, set_text_role, spacing, theme
from counter_app.ui.widgets.key_button import key_size, paint_key


class _Entry(QAbstractButton):
    def __init__(self, page_id: str, title: str, icon: str, key: str) -> None:
        super().__init__()
        self.page_id, self._icon, self._key = page_id, icon, key
        self.count = 0
        self.setText(title)
        self.setAccessibleName(f"{title}, {key}" if key else title)
        self.setCheckable(True)
        self.setAutoExclusive(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        width = self.fontMetrics().horizontalAdvance(self.text()) + theme().icon_size + spacing(11) + key_size("F10", self.font()).width()
        return QSize(width, round(theme().row_height * 1.14))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        active = self.isChecked()
        box = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.setPen(colour("focus") if self.hasFocus() else QColor(Qt.GlobalColor.transparent))
        painter.setBrush(colour("accent_soft") if active else colour("hover") if self.underMouse() else QColor(Qt.GlobalColor.transparent))
        radius = max(4, spacing(1.5))
        painter.drawRoundedRect(box, radius, radius)
        role = "accent" if active else "text_muted"
        edge = theme().icon_size
        left = spacing(2.5)
        painter.drawPixmap(left, (self.height() - edge) // 2, pixmap(self._icon, role, edge, self.devicePixelRatioF()))
        left += edge + spacing(2.5)
        font = QFont(self.font())
        font.setWeight(QFont.Weight.DemiBold if active else QFont.Weight.Medium)
        painter.setFont(font)
        painter.setPen(colour("accent" if active else "text"))
        right = self.width() - spacing(2)
        if self._key:
            size = key_size(self._key, self.font())
            right -= size.width()
            cap = QRect(right, (self.height() - size.height()) // 2, size.width(), size.height())
            paint_key(painter, cap, self._key, self.font(), colour("text_muted"))
        painter.drawText(QRect(left, 0, right - left, self.height()), Qt.AlignmentFlag.AlignVCenter, self.text())
        painter.end()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if is_theme_change(event):
            self.updateGeometry()


class NavRail(QWidget):
    """Pages below the agency's name. ``page_requested(id)`` on click."""

    page_requested = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("navRail")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(spacing(2.5), spacing(3), spacing(2.5), spacing(3))
        self._column.setSpacing(spacing(0.75))
        self._agency = set_text_role(QLabel(), "strong")
        self._agency.setWordWrap(True)
        self._agency.setTextFormat(Qt.TextFormat.PlainText)
        self._agency.setContentsMargins(spacing(2.5), 0, spacing(1), spacing(2))
        self._column.addWidget(self._agency)
        self._column.addStretch(1)
        self._top = 1
        self._entries: dict[str, _Entry] = {}

    def add_page(self, page_id: str, title: str, icon: str, key: str = "", bottom: bool = False) -> None:
        """Append an entry, at the top group or at the foot."""
        entry = _Entry(page_id, title, icon, key)
        entry.clicked.connect(self._clicked)
        self._entries[page_id] = entry
        if bottom:
            self._column.addWidget(entry)
        else:
            self._column.insertWidget(self._top, entry)
            self._top += 1

    def set_current(self, page_id: str) -> None:
        """Mark the page that is shown."""
        if page_id in self._entries:
            self._entries[page_id].setChecked(True)

    def set_agency(self, name: str) -> None:
        """The office whose counter this is."""
        self._agency.setText(name)

    def sizeHint(self) -> QSize:
        # As wide as the widest entry; the office's name wraps within it.
        widest = max((entry.sizeHint().width() for entry in self._entries.values()), default=0)
        margins = self._column.contentsMargins()
        return QSize(max(widest, round(theme().em * 9)) + margins.left() + margins.right(), super().sizeHint().height())

    @Slot()
    def _clicked(self) -> None:
        entry = self.sender()
        if isinstance(entry, _Entry):
            self.page_requested.emit(entry.page_id)
