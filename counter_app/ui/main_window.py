"""The window: its pages in their frame, what covers them, and the commands. Passive: signals out, setters in; who reacts is decided
in the composition root."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from time import monotonic
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt, Signal, Slot
from PySide6.QtGui import QCloseEvent, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from counter_app.ui.icons import set_icon
from counter_app.ui.theme import is_theme_change

if TYPE_CHECKING:
    from counter_app.ui.actions import CommandSet
    from counter_app.ui.frame import Frame
    from counter_app.ui.page import Page, PageSpec
    from counter_app.ui.widgets.top_bar import LinkView

ESC_ESC_SECONDS = 0.8
_WHILE_COVERED = frozenset({"zoom-in", "zoom-out", "zoom-reset"})


class MainWindow(QWidget):
    """The window of the program. At start it shows the sign-in alone; `furnish` puts the frame and its pages behind it.

    Signals: ``page_requested(id)`` the person wants a page (the root answers with `show_page`, or not);
    ``page_shown(id)`` it is visible; ``search_submitted(text)`` / ``search_edited(text)`` from the scan box;
    ``sync_requested()``, ``lock_requested()``, ``sign_out_requested()``;
    ``theme_requested(what)`` one of ``light dark auto zoom-in zoom-out zoom-reset density``;
    ``command_requested(id)`` a command that neither the frame nor the page on top took;
    ``banner_action()`` the button of the banner; ``escape_pressed()`` an Esc that nobody took;
    ``covered_changed(bool)`` the lock screen or the sign-in came or went;
    ``close_requested()`` when `confirm_close` holds the window open.
    """

    page_requested = Signal(str)
    page_shown = Signal(str)
    search_submitted = Signal(str)
    search_edited = Signal(str)
    sync_requested = Signal()
    lock_requested = Signal()
    sign_out_requested = Signal()
    theme_requested = Signal(str)
    command_requested = Signal(str)
    banner_action = Signal()
    close_requested = Signal()
    escape_pressed = Signal()
    covered_changed = Signal(bool)

    commands: CommandSet
    _frame: Frame | None = None

    def __init__(self, pages: Sequence[PageSpec] = (), title: str = "", parent: QWidget | None = None) -> None:
        """With ``pages`` it is furnished at once."""
        super().__init__(parent)
        self.setWindowTitle(title or self.tr("Quầy một cửa"))
        set_icon(self, "stamp", "accent")
        self.resize(1366, 768)
        self._specs: dict[str, PageSpec] = {}
        self._pages: dict[str, Page] = {}
        self._current = ""
        self._last_escape = 0.0
        self.confirm_close = False
        self._layers = QStackedWidget()
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self._layers)
        if pages:
            self.furnish(pages)

    def furnish(self, pages: Sequence[PageSpec]) -> None:
        """Make the frame and what leads to ``pages``, once; a sign-in that is shown stays on top and keeps the keyboard."""
        from counter_app.ui.actions import BY_ID, Command, CommandSet

        self._specs = {spec.id: spec for spec in pages}
        self.commands = CommandSet(self)
        self.commands.triggered.connect(self._command)
        for spec in pages:
            if spec.id not in BY_ID:
                keys = (spec.shortcut,) if spec.shortcut else ()
                self.commands.add(Command(spec.id, spec.title, spec.icon, keys))
        self._build(pages)
        if self.is_covered():
            self.commands.set_enabled(False, _WHILE_COVERED)

    def _build(self, pages: Sequence[PageSpec]) -> None:
        from counter_app.ui.frame import Frame
        from counter_app.ui.widgets.top_bar import LinkView

        menu = [self.commands[key] for key in ("theme-auto", "theme-light", "theme-dark", "density", "lock", "sign-out")]
        self._frame = frame = Frame(pages, menu)
        self.rail, self.top, self.toast = frame.rail, frame.top, frame.toast
        self.banner, self.notice_banner = frame.banner, frame.notice_banner
        frame.rail.page_requested.connect(self.page_requested)
        frame.top.search_submitted.connect(self.search_submitted)
        frame.top.search_edited.connect(self.search_edited)
        frame.banner.action_requested.connect(self.banner_action)
        self._layers.insertWidget(0, frame)
        self.setTabOrder(frame.top, frame.rail)
        self.set_link(LinkView.CONNECTING)

    # ---- pages

    def show_page(self, page_id: str) -> Page:
        """Make a page visible (created on first use), give it the focus, and return it. Raises KeyError for an unknown id."""
        if page_id == self._current:
            self._focus_page(self._pages[page_id])
            return self._pages[page_id]
        if self._current:
            self._pages[self._current].on_leave()
        page = self.prepare(page_id)
        self._current = page_id
        assert self._frame is not None
        self._frame.show_page(page_id, page)
        page.on_enter()
        self._focus_page(page)
        self.page_shown.emit(page_id)
        return page

    def prepare(self, page_id: str) -> Page:
        """Make a page without showing it, while nobody waits for it. Raises KeyError for an unknown id."""
        if page_id not in self._pages:
            assert self._frame is not None
            page = self._pages[page_id] = self._specs[page_id].factory()
            self._frame.add_page(page_id, page)
        return self._pages[page_id]

    def rehearse(self) -> None:
        """Style, lay out and draw the frame and its first page once behind the sign-in, so that uncovering them is quick."""
        if self._frame is not None and self.is_covered():
            self._frame.resize(self._layers.size())
            self._frame.grab()

    def page(self, page_id: str) -> Page | None:
        """A page that was created, or None."""
        return self._pages.get(page_id)

    def current_page(self) -> Page | None:
        """The page on top, or None before the first."""
        return self._pages.get(self._current)

    def current_page_id(self) -> str:
        """Its id, or empty."""
        return self._current

    def _focus_page(self, page: Page) -> None:
        (page.primary_focus() or self.top.search).setFocus(Qt.FocusReason.OtherFocusReason)

    # ---- what is shown around them

    def set_link(self, state: LinkView, unsent: int = 0, detail: str = "") -> None:
        """State of the link and number of waiting changes. Offline also shows the banner that says what still works."""
        assert self._frame is not None
        self._frame.set_link(state, unsent, detail)

    def set_last_sync(self, moment: datetime | None, now: datetime) -> None:
        """Last complete exchange with the centre, for the status line."""
        assert self._frame is not None
        self._frame.set_last_sync(moment, now)

    def set_status(self, text: str) -> None:
        """The left part of the status line (workstation, printer, scanner)."""
        assert self._frame is not None
        self._frame.status.setText(text)

    def set_user(self, name: str, agency: str = "") -> None:
        """The signed-in person and the office."""
        self.top.set_user(name)
        self.rail.set_agency(agency)

    def show_toast(self, text: str, role: str = "success", icon: str = "circle-check") -> None:
        """A short message without undo."""
        self.toast.show_message(text, role, icon)

    def focus_search(self) -> None:
        """Put the cursor into the scan box, its text selected."""
        self.top.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.top.search.selectAll()

    def focus_search_end(self) -> None:
        """The cursor stays in the scan box behind what was typed (the page below changed while typing)."""
        self.top.search.setFocus(Qt.FocusReason.OtherFocusReason)
        self.top.search.deselect()
        self.top.search.end(False)

    def show_overlay(self, widget: QWidget) -> None:
        """Cover everything (lock screen, sign-in): pages keep their state but nothing of them can be seen or reached."""
        if self._layers.indexOf(widget) < 0:
            self._layers.addWidget(widget)
        self._layers.setCurrentWidget(widget)
        if self._frame is not None:
            self.commands.set_enabled(False, _WHILE_COVERED)
        widget.setFocus()
        self.covered_changed.emit(True)

    def hide_overlay(self) -> None:
        """Uncover; the focus goes back to the page. The frame must be there."""
        assert self._frame is not None
        covering = self._layers.currentWidget()
        self._layers.setCurrentWidget(self._frame)
        if covering is not self._frame:
            self._layers.removeWidget(covering)
            covering.setParent(None)
            covering.deleteLater()
        self.commands.set_enabled(True)
        if (page := self.current_page()) is not None:
            self._focus_page(page)
        self.covered_changed.emit(False)

    def is_covered(self) -> bool:
        """Is the lock screen or sign-in shown?"""
        return self._layers.currentWidget() is not self._frame

    # ---- commands

    @Slot(str)
    def _command(self, command_id: str) -> None:
        page = self.current_page()
        if command_id == "undo" and self.toast.undo():
            return
        if page is not None and page.handle_command(command_id):
            return
        if command_id in self._specs:
            self.page_requested.emit(command_id)
        elif command_id in ("find", "scan-box"):
            self.focus_search()
        elif command_id == "sync":
            self.sync_requested.emit()
        elif command_id == "lock":
            self.lock_requested.emit()
        elif command_id == "sign-out":
            self.sign_out_requested.emit()
        elif command_id == "palette":
            from counter_app.ui.dialogs.command_palette import CommandPalette

            CommandPalette(self.commands, self).open()
        elif command_id == "help":
            from counter_app.ui.dialogs.help_view import HelpView

            HelpView(self.commands, self).open()
        elif command_id.startswith(("theme-", "zoom-")) or command_id == "density":
            self.theme_requested.emit(command_id.removeprefix("theme-"))
        else:
            self.command_requested.emit(command_id)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and not event.isAutoRepeat() and not self.is_covered():
            self.escape_pressed.emit()
            now = monotonic()
            if now - self._last_escape <= ESC_ESC_SECONDS:
                self.focus_search()
                now = 0.0
            self._last_escape = now
        if self._frame is not None and event.key() == Qt.Key.Key_Enter and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            # The Enter of the number block: as a second key of the command Qt would call both ambiguous.
            self.commands["save-print"].trigger()
            return
        super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._frame is not None:
            self._layers.layout().activate()
            self._frame.fit_details()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if self._frame is not None and is_theme_change(event):
            self._frame.fit_details()

    def closeEvent(self, event: QCloseEvent) -> None:
        if self.confirm_close:
            event.ignore()
            self.close_requested.emit()
            return
        if (page := self.current_page()) is not None:
            page.on_leave()
        super().closeEvent(event)
