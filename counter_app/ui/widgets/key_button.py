"""Buttons that show their key, and the keycap itself."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QAction, QColor, QFont, QFontMetrics, QIcon, QKeyEvent, QKeySequence, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QPushButton, QSizePolicy, QStyle, QStyleOptionButton, QStylePainter, QWidget

from counter_app.ui.icons import pixmap
from counter_app.ui.theme import colour, is_theme_change, restyle, spacing, theme


def key_font(base: QFont) -> QFont:
    """The small font of keycaps."""
    font = QFont(base)
    font.setPointSizeF(base.pointSizeF() * 0.82)
    font.setWeight(QFont.Weight.Medium)
    return font


def key_size(key: str, base: QFont) -> QSize:
    """Size of a keycap; nothing for no key."""
    if not key:
        return QSize(0, 0)
    metrics = QFontMetrics(key_font(base))
    return QSize(max(metrics.horizontalAdvance(key) + 2 * spacing(1.25), metrics.height()), metrics.height())


def paint_key(painter: QPainter, rect: QRect, key: str, base: QFont, ink: QColor) -> None:
    """Draw a keycap filling ``rect`` in the colour ``ink``."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    edge = QColor(ink)
    edge.setAlphaF(0.45)
    painter.setPen(QPen(edge, 1))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(QRectF(rect).adjusted(0.5, 0.5, -0.5, -0.5), 3, 3)
    painter.setPen(ink)
    painter.setFont(key_font(base))
    painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, key)
    painter.restore()


class KeyHint(QWidget):
    """A keycap beside a text, e.g. Enter."""

    def __init__(self, key: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._key = key
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(key)

    def sizeHint(self) -> QSize:
        return key_size(self._key, self.font())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        paint_key(painter, self.rect(), self._key, self.font(), colour("text_muted"))
        painter.end()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if is_theme_change(event):
            self.updateGeometry()


class KeyButton(QPushButton):
    """A push button with icon, text and keycap. ``kind``: ``primary`` (one per page), ``secondary``, ``quiet``, ``danger``.

    The key is shown only; the QAction behind it listens (mnemonics and QPushButton.setShortcut answer 100 ms late).
    """

    def __init__(self, text: str, icon: str = "", key: str = "", kind: str = "secondary", parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self._icon, self._key = icon, key
        self._action: QAction | None = None
        self.setAccessibleName(text)
        self.setAutoDefault(False)
        self.set_kind(kind)

    def bind(self, action: QAction) -> KeyButton:
        """Click triggers ``action``; its enabled state and key are followed. Returns the button."""
        self._action = action
        self.clicked.connect(action.trigger)
        action.changed.connect(self._follow)
        self._follow()
        return self

    def set_kind(self, kind: str) -> None:
        """Change the weight of the button."""
        self.setProperty("kind", kind)
        restyle(self)

    def set_text(self, text: str, icon: str | None = None) -> None:
        """Change text (also the accessible name) and, if given, the icon."""
        self.setText(text)
        self.setAccessibleName(text)
        self._icon = self._icon if icon is None else icon
        self.updateGeometry()

    def _follow(self) -> None:
        if self._action is not None:
            self.setEnabled(self._action.isEnabled())
            shown = self._action.property("shownKey")
            self._key = self._action.shortcut().toString(QKeySequence.SequenceFormat.NativeText) if shown is None else shown
            self.updateGeometry()
            self.update()

    def _ink(self) -> QColor:
        if not self.isEnabled():
            return colour("text_disabled")
        return colour({"primary": "on_accent", "danger": "danger"}.get(str(self.property("kind")), "text"))

    def _content_width(self) -> int:
        width = self.fontMetrics().horizontalAdvance(self.text())
        if self._icon:
            width += theme().icon_size + (spacing(1.5) if self.text() else 0)
        if self._key:
            width += key_size(self._key, self.font()).width() + spacing(2)
        return width

    def sizeHint(self) -> QSize:
        hint = super().sizeHint()
        if not self.text():
            return QSize(self._content_width() + 2 * spacing(2), hint.height())
        margins = hint.width() - self.fontMetrics().size(Qt.TextFlag.TextShowMnemonic, self.text()).width()
        return QSize(self._content_width() + max(margins, 2 * spacing(2)), hint.height())

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        # Outside dialogs Qt presses a button by Space only; people press Enter.
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            if not event.isAutoRepeat():
                self.click()
            return
        super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        option = QStyleOptionButton()
        self.initStyleOption(option)
        option.text = ""
        option.icon = QIcon()
        painter = QStylePainter(self)
        painter.drawControl(QStyle.ControlElement.CE_PushButton, option)
        ink = self._ink()
        left = (self.width() - self._content_width()) // 2
        middle = self.height() / 2
        if self._icon:
            edge = theme().icon_size
            role = (
                "text_disabled"
                if not self.isEnabled()
                else {"primary": "on_accent", "danger": "danger"}.get(str(self.property("kind")), "text_muted")
            )
            painter.drawPixmap(QPointF(left, round(middle - edge / 2)), pixmap(self._icon, role, edge, self.devicePixelRatioF()))
            left += edge + (spacing(1.5) if self.text() else 0)
        painter.setPen(ink)
        width = self.fontMetrics().horizontalAdvance(self.text())
        painter.drawText(QRect(left, 0, width + 2, self.height()), Qt.AlignmentFlag.AlignVCenter, self.text())
        if self._key:
            size = key_size(self._key, self.font())
            box = QRect(left + width + spacing(2), round(middle - size.height() / 2), size.width(), size.height())
            paint_key(painter, box, self._key, self.font(), ink)
        painter.end()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if is_theme_change(event):
            self.updateGeometry()
