"""Status as colour + icon + text, as a widget and for painting inside table cells."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QEvent, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from counter_app.ui.icons import pixmap
from counter_app.ui.theme import is_theme_change, spacing, status_colours, theme


@dataclass(frozen=True, slots=True)
class Chip:
    """What a chip says: text, status role (info, success, warning, danger, neutral, accent), icon name."""

    text: str
    role: str = "neutral"
    icon: str = ""


def chip_font(base: QFont) -> QFont:
    """The slightly smaller, medium-weight font of chips."""
    font = QFont(base)
    font.setPointSizeF(base.pointSizeF() * 0.92)
    font.setWeight(QFont.Weight.Medium)
    return font


def chip_size(chip: Chip, base: QFont) -> QSize:
    """The size a chip wants."""
    metrics = QFontMetrics(chip_font(base))
    icon = (theme().icon_size + spacing(1)) if chip.icon else 0
    return QSize(metrics.horizontalAdvance(chip.text) + icon + 2 * spacing(2), round(metrics.height() + spacing(1)))


def paint_chip(painter: QPainter, rect: QRect, chip: Chip, base: QFont) -> None:
    """Draw ``chip`` at the left of ``rect``, vertically centred, elided when it does not fit."""
    front, soft = status_colours(chip.role)
    size = chip_size(chip, base)
    box = QRect(rect.left(), rect.top() + (rect.height() - size.height()) // 2, min(size.width(), rect.width()), size.height())
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(soft)
    radius = box.height() / 2
    painter.drawRoundedRect(QRectF(box), radius, radius)
    left = box.left() + spacing(2)
    if chip.icon:
        edge = round(theme().icon_size * 0.88)
        ratio = painter.device().devicePixelRatioF()
        painter.drawPixmap(left, box.top() + (box.height() - edge) // 2, pixmap(chip.icon, chip.role, edge, ratio))
        left += edge + spacing(1)
    font = chip_font(base)
    painter.setFont(font)
    painter.setPen(front)
    room = QRect(left, box.top(), box.right() - spacing(2) - left + 2, box.height())
    text = QFontMetrics(font).elidedText(chip.text, Qt.TextElideMode.ElideRight, room.width() + 2)
    painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)
    painter.restore()


class StatusChip(QWidget):
    """A chip on a page. Its text is also its accessible name."""

    def __init__(self, text: str = "", role: str = "neutral", icon: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._chip = Chip(text, role, icon)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(text)

    def set_chip(self, text: str, role: str = "neutral", icon: str = "") -> None:
        """Change what it says."""
        self._chip = Chip(text, role, icon)
        self.setAccessibleName(text)
        self.updateGeometry()
        self.update()

    def chip(self) -> Chip:
        """What it says now."""
        return self._chip

    def sizeHint(self) -> QSize:
        return chip_size(self._chip, self.font())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        paint_chip(painter, self.rect(), self._chip, self.font())
        painter.end()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if is_theme_change(event):
            self.updateGeometry()
            self.update()
