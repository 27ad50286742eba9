"""The idle lock: after some minutes without a key or a click the window is covered; a half-filled form stays as it is."""

from __future__ import annotations

import logging

import shiboken6
from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Slot
from PySide6.QtWidgets import QApplication, QDialog, QLineEdit, QWidget

from counter_app.runtime.settings import IDLE_LOCK_MINUTES
from counter_app.services.sign_in import SignedIn, follow_centre, sign_in, sign_out
from counter_app.sync.report import SyncReport
from counter_app.ui.context import UiContext
from counter_app.ui.dialogs.sign_in_view import LockScreen
from counter_app.ui.main_window import MainWindow
from counter_app.ui.sign_in_presenter import SignInPresenter
from onestop.errors import UserError

log = logging.getLogger(__name__)

_ACTIVITY = frozenset({QEvent.Type.KeyPress, QEvent.Type.MouseButtonPress, QEvent.Type.Wheel, QEvent.Type.TouchBegin})


class IdleLock(QObject):
    """``lock`` covers at once. The same person's password uncovers; another person signs in instead."""

    def __init__(self, ctx: UiContext, window: MainWindow, gate: SignInPresenter, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._ctx, self._window, self._gate = ctx, window, gate
        self._screen: LockScreen | None = None
        self._hidden: list[QDialog] = []
        self._had_focus: QWidget | None = None
        self._cursor: tuple[int, int, int] | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.lock)
        ctx.facts.signed_in.connect(self._signed_in)
        ctx.facts.synced.connect(self._synced)

    def stop(self) -> None:
        """At shutdown."""
        self._watch(False)

    def _watch(self, watch: bool) -> None:
        """Each event of the program passes the filter (and Python): only while somebody is signed in."""
        app = QApplication.instance()
        if app is not None:
            app.removeEventFilter(self)
            if watch:
                app.installEventFilter(self)
        if not watch:
            self._timer.stop()

    @Slot()
    def lock(self) -> None:
        """Cover the window, if somebody is signed in and it is not covered yet. The page parks what is typed; open dialogs and menus
        (they may show a person's data) go out of sight and come back."""
        staff = self._ctx.desk.staff
        if staff is None or self._window.is_covered():
            return
        page = self._window.current_page()
        self._had_focus = at = self._window.focusWidget()
        self._cursor = (at.cursorPosition(), at.selectionStart(), at.selectionLength()) if isinstance(at, QLineEdit) else None
        if page is not None:
            page.on_leave()
        while (popup := QApplication.activePopupWidget()) is not None and popup.isVisible():
            popup.close()
        self._hidden = [w for w in QApplication.topLevelWidgets() if isinstance(w, QDialog) and w.isVisible()]
        for dialog in self._hidden:
            dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)  # hiding would count as closing
            dialog.hide()
        self._screen = LockScreen(staff.name)
        self._screen.unlock_requested.connect(self._asked)
        self._screen.sign_out_requested.connect(self._other)
        self._window.show_overlay(self._screen)
        if self._hidden:
            self._window.activateWindow()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in _ACTIVITY and self._timer.isActive():
            self._timer.start()
        return False

    @Slot(object)
    def _signed_in(self, staff: object) -> None:
        self._watch(staff is not None)
        if staff is None:
            return
        minutes = self._ctx.settings.get(IDLE_LOCK_MINUTES) if self._ctx.settings is not None else IDLE_LOCK_MINUTES.default
        self._timer.start(minutes * 60_000)

    @Slot(str)
    def _asked(self, password: str) -> None:
        staff = self._ctx.desk.staff
        if staff is None:
            return
        self._ctx.tasks.run_task(lambda: sign_in(self._ctx.desk, staff.username, password, self._ctx.central), self._uncover, self._refuse,
                                 key="unlock", owner=self)

    def _uncover(self, done: SignedIn) -> None:
        if self._screen is None:  # a late answer: meanwhile this person signed out
            if self._ctx.desk.staff is done.staff:
                sign_out(self._ctx.desk)
            return
        self._screen = None
        self._window.hide_overlay()
        page = self._window.current_page()
        if page is not None:
            page.on_enter()
        self._ctx.facts.signed_in.emit(done.staff)
        self._focus_again()
        for dialog in self._take_hidden():
            dialog.show()

    def _focus_again(self) -> None:
        """The same person goes on where she was: in the field, at the sign."""
        at, self._had_focus = self._had_focus, None
        if at is None or not shiboken6.isValid(at) or not at.isVisible() or not at.isEnabled():
            return
        at.setFocus(Qt.FocusReason.OtherFocusReason)
        if isinstance(at, QLineEdit) and self._cursor is not None:
            place, start, length = self._cursor
            at.setCursorPosition(place)
            if length:
                at.setSelection(*((start, length) if place != start else (start + length, -length)))

    def _refuse(self, error: Exception) -> None:
        if self._screen is None:
            return
        if isinstance(error, UserError):
            self._screen.refuse(error.message)
        else:
            self._screen.refuse("Chưa mở khóa được do lỗi của chương trình. Hãy thử lại.")
            log.error("unlocking failed: %s", type(error).__name__)

    @Slot(object)
    def _synced(self, report: SyncReport) -> None:
        """Who was locked at the centre does not work on here."""
        why = follow_centre(self._ctx.desk) if report.staff_changed else ""
        if why:
            self.lock()
            self._other()
            self._gate.say(why)

    @Slot()
    def _other(self) -> None:
        """Somebody else takes the desk: what the first person had open is closed, what was typed stays parked."""
        self._screen = None
        for dialog in self._take_hidden():
            dialog.reject()
        self._window.hide_overlay()
        self._gate.sign_out()

    def _take_hidden(self) -> list[QDialog]:
        hidden, self._hidden = [dialog for dialog in self._hidden if shiboken6.isValid(dialog)], []
        for dialog in hidden:
            dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        return hidden
