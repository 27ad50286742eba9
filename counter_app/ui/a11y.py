"""Names for screen readers and automation, and the checks that hold them.

Every widget that can get the focus needs a name; `unnamed` and `tab_order_faults` are used by the tests of every page.
"""

from __future__ import annotations

from typing import TypeVar

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QAbstractScrollArea, QAbstractSpinBox, QComboBox, QLineEdit, QScrollBar, QWidget

_W = TypeVar("_W", bound=QWidget)


def name(widget: _W, text: str, description: str = "") -> _W:
    """Give ``widget`` its accessible name (what it is) and description (what helps to use it). Returns the widget."""
    widget.setAccessibleName(text)
    if description:
        widget.setAccessibleDescription(description)
    return widget


def focusable(window: QWidget) -> list[QWidget]:
    """Visible, enabled widgets below ``window`` that Tab reaches, in tab order."""
    found: list[QWidget] = []
    seen: set[QWidget] = {window}
    widget = window.nextInFocusChain()
    while widget is not None and widget not in seen:
        seen.add(widget)
        if window.isAncestorOf(widget) and widget.isVisibleTo(window) and widget.isEnabled() and _tabbed(widget):
            found.append(widget)
        widget = widget.nextInFocusChain()
    return found


def unnamed(window: QWidget) -> list[str]:
    """Focusable widgets without an accessible name, described for a test's message."""
    return [_describe(widget) for widget in focusable(window) if not accessible_name(widget)]


def accessible_name(widget: QWidget) -> str:
    """The name assistive technology sees (set, or taken from text or a buddy label)."""
    interface = QAccessible.queryAccessibleInterface(widget)
    return (interface.text(QAccessible.Text.Name) if interface else widget.accessibleName()).strip()


def tab_order_faults(window: QWidget, columns: tuple[QWidget, ...] = ()) -> list[str]:
    """Places where Tab jumps back up the screen. Within one column (a widget of ``columns``, or the whole window) each next
    widget must start lower, or on the same line further right."""
    faults: list[str] = []
    previous: QWidget | None = None
    for widget in focusable(window):
        if previous is not None and _column(previous, columns) is _column(widget, columns) and _before(window, widget, previous):
            faults.append(f"{_describe(previous)} → {_describe(widget)}")
        previous = widget
    return faults


def _tabbed(widget: QWidget) -> bool:
    if isinstance(widget, QScrollBar) or widget.objectName().startswith("qt_"):
        return False
    parent = widget.parentWidget()
    if isinstance(parent, (QAbstractSpinBox, QComboBox)) and isinstance(widget, QLineEdit):
        return False
    if isinstance(parent, QAbstractScrollArea) and widget is parent.viewport():
        return False
    return bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus) and widget.focusProxy() is None


def _column(widget: QWidget, columns: tuple[QWidget, ...]) -> QWidget | None:
    return next((column for column in columns if column is widget or column.isAncestorOf(widget)), None)


def _before(window: QWidget, widget: QWidget, previous: QWidget) -> bool:
    here, there = widget.mapTo(window, QPoint(0, 0)), previous.mapTo(window, QPoint(0, 0))
    same_line = here.y() < there.y() + previous.height() and there.y() < here.y() + widget.height()
    return here.x() < there.x() if same_line else here.y() < there.y()


def _describe(widget: QWidget) -> str:
    label = widget.accessibleName() or widget.objectName()
    return f"{type(widget).__name__}({label})" if label else f"{type(widget).__name__} in {type(widget.parentWidget()).__name__}"
