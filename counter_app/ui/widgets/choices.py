"""One kind of list entry – title, quiet second line, badge at the right – as model and painting: for type-ahead and palette."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from counter_app.ui.icons import pixmap
from counter_app.ui.theme import colour, spacing, theme
from counter_app.ui.widgets.key_button import key_size, paint_key

Index = QModelIndex | QPersistentModelIndex
CHOICE_ROLE = int(Qt.ItemDataRole.UserRole) + 1


@dataclass(frozen=True, slots=True)
class Choice:
    """One entry: ``data`` is the caller's object, ``title`` what the field shows once chosen, ``detail`` a quiet second line,
    ``badge`` a short word at the right (a code, "gần đây"), drawn as a keycap with ``badge_is_key``, ``icon`` at the left."""

    data: Any
    title: str
    detail: str = ""
    badge: str = ""
    icon: str = ""
    badge_is_key: bool = False


class ChoiceModel(QAbstractListModel):
    """Choices as given."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.choices: list[Choice] = []

    def set_choices(self, choices: Sequence[Choice]) -> None:
        """Show other choices."""
        self.beginResetModel()
        self.choices = list(choices)
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.choices)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        choice = self.choices[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return choice.title
        if role in (Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.ToolTipRole):
            return ", ".join(part for part in (choice.title, choice.detail, choice.badge) if part)
        return choice if role == CHOICE_ROLE else None


class ChoiceDelegate(QStyledItemDelegate):
    """Paints a choice."""

    def _small(self, base: QFont) -> QFont:
        font = QFont(base)
        font.setPointSizeF(base.pointSizeF() * 0.9)
        return font

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        choice = index.data(CHOICE_ROLE)
        height = QFontMetrics(option.font).height() + 2 * spacing(1)
        if choice.detail:
            height += QFontMetrics(self._small(option.font)).height()
        return QSize(10, height)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        choice: Choice = index.data(CHOICE_ROLE)
        painter.save()
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(option.rect, colour("selection"))
        box = option.rect.adjusted(spacing(2.5), spacing(1), -spacing(2.5), -spacing(1))
        small = self._small(option.font)
        metrics, small_metrics = QFontMetrics(option.font), QFontMetrics(small)
        if choice.icon:
            edge = theme().icon_size
            ratio = painter.device().devicePixelRatioF()
            painter.drawPixmap(box.left(), box.center().y() - edge // 2, pixmap(choice.icon, "text_muted", edge, ratio))
            box.setLeft(box.left() + edge + spacing(2.5))
        room = box.width()
        if choice.badge and choice.badge_is_key:
            size = key_size(choice.badge, option.font)
            cap = QRect(box.right() - size.width(), box.center().y() - size.height() // 2, size.width(), size.height())
            paint_key(painter, cap, choice.badge, option.font, colour("text_muted"))
            room -= size.width() + spacing(3)
        elif choice.badge:
            width = small_metrics.horizontalAdvance(choice.badge)
            painter.setFont(small)
            painter.setPen(colour("text_muted"))
            place = QRect(box.right() - width, box.top(), width + 1, metrics.height())
            painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, choice.badge)
            room -= width + spacing(3)
        painter.setFont(option.font)
        painter.setPen(colour("text"))
        title = metrics.elidedText(choice.title, Qt.TextElideMode.ElideRight, room)
        painter.drawText(QRect(box.left(), box.top(), room, metrics.height()), Qt.AlignmentFlag.AlignVCenter, title)
        if choice.detail:
            painter.setFont(small)
            painter.setPen(colour("text_muted"))
            detail = small_metrics.elidedText(choice.detail, Qt.TextElideMode.ElideRight, box.width())
            line = QRect(box.left(), box.top() + metrics.height(), box.width(), small_metrics.height())
            painter.drawText(line, Qt.AlignmentFlag.AlignVCenter, detail)
        painter.restore()
