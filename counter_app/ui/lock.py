"""The idle lock: after some minutes without a key or a click the window is covered; a half-filled form stays as it is."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QTimer, Slot
from PySide6.QtWidgets import QApplication

from counter_app.runtime.settings import IDLE_LOCK_MINUTES
from counter_app.services.sign_in import SignedIn, sign_in
from counter_app.ui.context import UiContext
from counter_app.ui.dialogs.sign_in_view import LockScreen
from counter_app.ui.main_window import MainWindow
from counter_app.ui.sign_in_presenter import SignInPresenter
from onestop.errors import UserError

_ACTIVITY = frozenset({QEvent.Type.KeyPress, QEvent.Type.MouseButtonPress, QEvent.Type.Wheel, QEvent.Type.TouchBegin})


class IdleLock(QObject):
    """``lock`` covers at once. The same person's password uncovers; another person signs in instead."""

    def __init__(self, ctx: UiContext, window: MainWindow, gate: SignInPresenter, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._ctx, self._window, self._gate = ctx, window, gate
        self._screen: LockScreen | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.lock)
        app = QApplication.instance()
        if app is not None:
            app.installEventFilter(self)
        ctx.facts.signed_in.connect(self._signed_in)

    def stop(self) -> None:
        """At shutdown."""
        self._timer.stop()
        app = QApplication.instance()
        if app is not None:
            app.removeEventFilter(self)

    @Slot()
    def lock(self) -> None:
        """Cover the window, if somebody is signed in and it is not covered yet."""
        staff = self._ctx.desk.staff
        if staff is None or self._window.is_covered():
            return
        page = self._window.current_page()
        if page is not None:
            page.on_leave()
        self._screen = LockScreen(staff.name)
        self._screen.unlock_requested.connect(self._asked)
        self._screen.sign_out_requested.connect(self._other)
        self._window.show_overlay(self._screen)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in _ACTIVITY and self._timer.isActive():
            self._timer.start()
        return False

    @Slot(object)
    def _signed_in(self, staff: object) -> None:
        if staff is None:
            self._timer.stop()
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

    @Slot(object)
    def _uncover(self, done: SignedIn) -> None:
        self._screen = None
        self._window.hide_overlay()
        page = self._window.current_page()
        if page is not None:
            page.on_enter()
        self._ctx.facts.signed_in.emit(done.staff)

    @Slot(object)
    def _refuse(self, error: Exception) -> None:
        if self._screen is not None:
            self._screen.refuse(error.message if isinstance(error, UserError) else "Chưa mở khóa được. Hãy thử lại.")

    @Slot()
    def _other(self) -> None:
        self._screen = None
        self._window.hide_overlay()
        self._gate.sign_out()
