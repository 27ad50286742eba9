"""Cards, section headers, lines and rows: the frame of every page."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QHBoxLayout, QLabel, QScrollArea, QStackedWidget, QVBoxLayout, QWidget

from counter_app.ui.theme import fix_width, is_theme_change, set_text_role, spacing, theme


class SectionHeader(QWidget):
    """A section's title with an optional quiet remark and widgets at the right."""

    def __init__(self, title: str, remark: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(spacing(2))
        self._title = set_text_role(QLabel(title), "section")
        self._remark = set_text_role(QLabel(remark), "muted")
        self._remark.setMinimumWidth(1)  # where room is short the remark is cut, not the page pushed wider
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
    """A page body that scrolls vertically when the screen is small, and sideways only where very large letters leave no other way;
    ``body`` is its layout."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        inner = QWidget()
        inner.setObjectName("scrollBody")
        self.body = QVBoxLayout(inner)
        self.body.setContentsMargins(0, 0, spacing(1), 0)
        self.body.setSpacing(spacing(3))
        self.setWidget(inner)


class Reach(QScrollArea):
    """The last resort: what it holds fills it, and only where it cannot become small enough (large letters, small screen) scroll
    bars keep everything within reach."""

    def __init__(self, inner: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setWidget(inner)  # an event filter of the area on its widget comes with it

    def sizeHint(self) -> QSize:
        return self.widget().sizeHint()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        taken = super().eventFilter(watched, event)
        if watched is self.widget() and event.type() == QEvent.Type.LayoutRequest:
            self._fit()
        return taken

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """Not the area's own way (``widgetResizable``): with wrapped texts that asks for the preferred height, not the smallest."""
        self.widget().resize(self.maximumViewportSize().expandedTo(self.widget().minimumSizeHint()))


class PageStack(QStackedWidget):
    """Shows one of its widgets, and is as small as that one can become: a page made ahead, which has not been laid out for this
    window yet, must not make the window too wide for the page that shows."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.currentChanged.connect(self.updateGeometry)

    def minimumSizeHint(self) -> QSize:
        page = self.currentWidget()
        return page.minimumSizeHint() if page is not None else QSize(0, 0)


class SideColumn(QWidget):
    """``main`` with ``side`` beside it, ``side_em`` wide; below it where the two have less than ``narrow_em``. Widths are in font
    heights, so larger letters put the side column below as a smaller window does."""

    def __init__(self, main: QWidget, side: QWidget, side_em: float, narrow_em: float, gap: float = 4) -> None:
        super().__init__()
        self._side, self._side_em, self._narrow_em = side, side_em, narrow_em
        self._columns = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._columns.setContentsMargins(0, 0, 0, 0)
        self._columns.setSpacing(spacing(gap))
        self._columns.addWidget(main, 1)
        self._columns.addWidget(side)

    def is_narrow(self) -> bool:
        """Is the side column below?"""
        return self._columns.direction() == QBoxLayout.Direction.TopToBottom

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if is_theme_change(event):
            self._arrange()

    def _arrange(self) -> None:
        em, below = theme().em, self.width() < theme().em * self._narrow_em
        self._columns.setDirection(QBoxLayout.Direction.TopToBottom if below else QBoxLayout.Direction.LeftToRight)
        width = 16_777_215 if below else round(em * self._side_em)
        self._side.setMinimumWidth(0 if below else width)
        self._side.setMaximumWidth(width)


class Pair(QWidget):
    """Two widgets side by side by ``weights``; below each other where they have less than ``narrow_em`` font heights."""

    def __init__(self, first: QWidget, second: QWidget, weights: tuple[int, int], narrow_em: float, gap: float = 3) -> None:
        super().__init__()
        self._narrow_em = narrow_em
        self._line = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._line.setContentsMargins(0, 0, 0, 0)
        self._line.setSpacing(spacing(gap))
        for widget, weight in zip((first, second), weights, strict=True):
            self._line.addWidget(widget, weight)

    def minimumSizeHint(self) -> QSize:
        """As narrow as the wider of the two: side by side they must not keep themselves from going below each other."""
        widths = [self._line.itemAt(place).minimumSize().width() for place in range(2)]
        return QSize(max(widths), super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        below = self.width() < theme().em * self._narrow_em
        self._line.setDirection(QBoxLayout.Direction.TopToBottom if below else QBoxLayout.Direction.LeftToRight)


class DetailRow(QWidget):
    """A label and its value side by side, for details panels. The value can be selected with the mouse."""

    def __init__(self, label: str, value: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(spacing(3))
        caption = set_text_role(QLabel(label), "label")
        fix_width(caption, steps=28)
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
