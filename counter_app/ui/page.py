"""What a page is to the frame: a title, an icon, a key, and a widget made when it is first needed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from counter_app.ui.theme import set_text_role, spacing


class Page(QWidget):
    """Base of every page view. Passive: signals out, setters in; decisions are the presenter's.

    The page has a header line (title, subtitle, buttons at the right) and ``body``, the layout for everything else.
    """

    leave_requested = Signal()
    """The page is done; the frame goes back to where the person came from."""

    def __init__(self, title: str, subtitle: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(title)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(spacing(6), spacing(4), spacing(6), spacing(4))
        outer.setSpacing(spacing(3))
        header = QHBoxLayout()
        header.setSpacing(spacing(3))
        self._title = set_text_role(QLabel(title), "title")
        self._subtitle = set_text_role(QLabel(subtitle), "muted")
        self._subtitle.setVisible(bool(subtitle))
        self._subtitle.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._buttons = QHBoxLayout()
        self._buttons.setSpacing(spacing(2))
        header.addWidget(self._title)
        header.addWidget(self._subtitle, 1)
        header.addStretch(0 if subtitle else 1)
        header.addLayout(self._buttons)
        outer.addLayout(header)
        self.body = QVBoxLayout()
        self.body.setSpacing(spacing(3))
        outer.addLayout(self.body, 1)

    def set_title(self, title: str, subtitle: str = "") -> None:
        """Change the header line."""
        self._title.setText(title)
        self._subtitle.setText(subtitle)
        self._subtitle.setVisible(bool(subtitle))
        self.setAccessibleName(title)

    def add_header_widget(self, widget: QWidget) -> None:
        """Put a button (or any small widget) at the right of the header line."""
        self._buttons.addWidget(widget)

    def on_enter(self) -> None:
        """The page became the visible one: refresh, start sources. Called after it is shown."""

    def on_leave(self) -> None:
        """Another page becomes visible: stop cameras and timers, park what is typed."""

    def primary_focus(self) -> QWidget | None:
        """The widget that gets the focus on entering; None leaves it at the scan box."""
        return None

    def details(self) -> QWidget | None:
        """The widget for the right-hand panel while this page is shown; None hides the panel. Asked once, after creation."""
        return None

    def handle_command(self, command_id: str) -> bool:
        """Do a command of ``actions.COMMANDS`` (save-print, undo, print, …). False: not this page's business."""
        return False


@dataclass(frozen=True, slots=True)
class PageSpec:
    """One entry of the rail. ``shortcut`` like ``F2`` (empty: none); ``factory`` makes the page when it is first opened.
    ``bottom`` puts the entry at the foot of the rail (settings, sync); without ``in_rail`` a command and another page lead to it."""

    id: str
    title: str
    icon: str
    shortcut: str
    factory: Callable[[], Page]
    bottom: bool = False
    in_rail: bool = True
