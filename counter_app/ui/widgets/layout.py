"""Cards, section headers, lines and rows: the frame of every page."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from counter_app.ui.theme import set_text_role, spacing


class SectionHeader(QWidget):
    """A section's title with an optional quiet remark and widgets at the right."""

    def __init__(self, title: str, remark: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(spacing(2))
        self._title = set_text_role(QLabel(title), "section")
        self._remark = set_text_role(QLabel(remark), "muted")
        row.addWidget(self._title)
        row.addWidget(self._remark, 1)

    def set_title(self, title: str, remark: str = "") -> None:
        """Change the words."""
        self._title.setText(title)
        self._remark.setText(remark)

    def add_widget(self, widget: QWidget) -> None:
        """Put a widget at the right end."""
        self.layout().addWidget(widget)


class Card(QFrame):
    """A surface with a thin border; ``body`` is its layout. With ``title`` it starts with a section header (``header``)."""

    def __init__(self, title: str = "", remark: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("panel", "card")
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(spacing(4), spacing(3), spacing(4), spacing(3.5))
        self.body.setSpacing(spacing(2.5))
        self.header: SectionHeader | None = None
        if title:
            self.header = SectionHeader(title, remark)
            self.body.addWidget(self.header)

    def add(self, widget: QWidget, stretch: int = 0) -> QWidget:
        """Append a widget; returns it."""
        self.body.addWidget(widget, stretch)
        return widget


class Line(QFrame):
    """A hairline between groups."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("panel", "line")
        self.setFixedHeight(1)


class ScrollBody(QScrollArea):
    """A page body that scrolls vertically when the screen is small; ``body`` is its layout."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        inner = QWidget()
        inner.setObjectName("scrollBody")
        self.body = QVBoxLayout(inner)
        self.body.setContentsMargins(0, 0, spacing(1), 0)
        self.body.setSpacing(spacing(3))
        self.setWidget(inner)


class DetailRow(QWidget):
    """A label and its value side by side, for details panels. The value can be selected with the mouse."""

    def __init__(self, label: str, value: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(spacing(3))
        caption = set_text_role(QLabel(label), "label")
        caption.setFixedWidth(spacing(28))
        caption.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        caption.setWordWrap(True)
        self._value = set_text_role(QLabel(value), "value")
        self._value.setWordWrap(True)
        self._value.setTextFormat(Qt.TextFormat.PlainText)
        self._value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        row.addWidget(caption)
        row.addWidget(self._value, 1)
        self._label = label
        self.set_value(value)

    def set_value(self, value: str) -> None:
        """Change the value."""
        self._value.setText(value)
        self._value.setAccessibleName(f"{self._label}: {value}")


def row(*items: QWidget | int, gap: float = 2) -> QHBoxLayout:
    """Widgets side by side; an int is a stretch of that weight."""
    made = QHBoxLayout()
    made.setContentsMargins(0, 0, 0, 0)
    made.setSpacing(spacing(gap))
    for item in items:
        if isinstance(item, int):
            made.addStretch(item)
        else:
            made.addWidget(item)
    return made
