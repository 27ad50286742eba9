"""Names for screen readers and automation, and the checks that hold them.

Every widget that can get the focus needs a name, and every control must get it; `unnamed`, `unreachable` and `tab_order_faults` are
used by the tests of every page.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import TypeVar

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractScrollArea,
    QAbstractSpinBox,
    QComboBox,
    QHeaderView,
    QLineEdit,
    QPlainTextEdit,
    QScrollBar,
    QTextEdit,
    QWidget,
)

_W = TypeVar("_W", bound=QWidget)
_CONTROLS = (QAbstractButton, QAbstractItemView, QAbstractSpinBox, QComboBox, QLineEdit, QPlainTextEdit, QTextEdit)
_WHOLE = (QAbstractSpinBox, QComboBox, QLineEdit)
"""Controls whose parts (arrows, a sign inside) are not controls of their own."""


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
    """The name assistive technology sees (set, or taken from text or a buddy label). Of a list of choices only what was set counts: on
    Linux Qt names it by what is chosen, which says nothing of what is asked."""
    if isinstance(widget, QComboBox):
        return widget.accessibleName().strip()
    interface = QAccessible.queryAccessibleInterface(widget)
    return (interface.text(QAccessible.Text.Name) if interface else widget.accessibleName()).strip()


def unreachable(window: QWidget) -> list[str]:
    """Buttons and fields that are shown and work but that no key leads to: neither Tab, nor the arrows within a group one of which
    takes Tab."""
    reached = set(focusable(window))
    groups = {group for widget in reached if (group := group_of(widget)) is not None}
    return [_describe(widget) for widget in window.findChildren(QWidget) if _is_control(widget, window) and widget not in reached
            and widget.focusProxy() not in reached and (group_of(widget) is None or group_of(widget) not in groups)]


def group_of(widget: QWidget) -> object:
    """What the arrow keys go round in: the buttons of which one is chosen. None for every other widget."""
    if not isinstance(widget, QAbstractButton):
        return None
    group = widget.group()
    if group is not None:
        return group if group.exclusive() else None
    return widget.parentWidget() if widget.autoExclusive() else None


def tab_order_faults(window: QWidget, columns: Collection[QWidget] = ()) -> list[str]:
    """Places where Tab jumps back up the screen. Each next widget must start lower, or on the same line further right; what lies in
    one of ``columns`` (they may hold columns in turn) is gone through before the next column, and the columns as a whole follow the
    same rule."""
    faults: list[str] = []
    previous: QWidget | None = None
    for widget in focusable(window):
        if previous is not None:
            here, there = _parting(_path(widget, columns), _path(previous, columns))
            if _before(window, here, there):
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


def _is_control(widget: QWidget, window: QWidget) -> bool:
    if not isinstance(widget, _CONTROLS) or isinstance(widget, QHeaderView) or widget.objectName().startswith("qt_"):
        return False
    if not widget.isVisibleTo(window) or not widget.isEnabled():
        return False
    above = widget.parentWidget()
    while above is not None and above is not window:
        if isinstance(above, _WHOLE):
            return False
        above = above.parentWidget()
    return True


def _path(widget: QWidget, columns: Collection[QWidget]) -> list[QWidget]:
    """The columns around a widget, the outermost first, and the widget."""
    path = [widget]
    above = widget.parentWidget()
    while above is not None:
        if above in columns:
            path.insert(0, above)
        above = above.parentWidget()
    return path


def _parting(one: list[QWidget], other: list[QWidget]) -> tuple[QWidget, QWidget]:
    """Where two paths go different ways."""
    return next(((a, b) for a, b in zip(one, other, strict=False) if a is not b), (one[-1], other[-1]))


def _before(window: QWidget, widget: QWidget, previous: QWidget) -> bool:
    here, there = widget.mapTo(window, QPoint(0, 0)), previous.mapTo(window, QPoint(0, 0))
    same_line = here.y() < there.y() + previous.height() and there.y() < here.y() + widget.height()
    return here.x() < there.x() if same_line else here.y() < there.y()


def _describe(widget: QWidget) -> str:
    label = widget.accessibleName() or widget.objectName()
    return f"{type(widget).__name__}({label})" if label else f"{type(widget).__name__} in {type(widget.parentWidget()).__name__}"
