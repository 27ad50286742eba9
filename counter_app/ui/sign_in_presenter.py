"""Who works at this desk: the sign-in page, asked in the background (argon2 takes 0.3 s, the network up to 5 s)."""

from __future__ import annotations

from contextlib import suppress

from PySide6.QtCore import QObject, Slot

from counter_app.services.sign_in import SignedIn, sign_in, sign_out
from counter_app.ui.context import UiContext
from counter_app.ui.dialogs.sign_in_view import SignInView
from counter_app.ui.main_window import MainWindow
from onestop.errors import EnvironmentFault, UserError

_LAST_USER = "last_user"


class SignInPresenter(QObject):
    """Shows the sign-in over the window and lets the person in. The pages below keep what was typed."""

    def __init__(self, ctx: UiContext, window: MainWindow, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._ctx, self._window = ctx, window
        self._view: SignInView | None = None

    def show(self) -> None:
        """Cover the window with the sign-in; the name of who was here last is filled in."""
        desk = self._ctx.desk
        self._view = SignInView()
        with desk.store.read() as reader:
            self._view.set_username(reader.meta_get(_LAST_USER) or "")
        self._serve()
        self._window.show_overlay(self._view)

    def adopt(self, view: SignInView, asked: tuple[str, str] | None) -> None:
        """Go on with the sign-in that is already shown: what is typed and where the keyboard is stay as they are. ``asked``: name
        and password of an Enter that came before the store was open; it is answered now."""
        self._view = view
        self._serve()
        if asked is not None:
            self._asked(*asked)

    def _serve(self) -> None:
        assert self._view is not None
        self._view.set_note(self._ctx.desk.unit.name)
        self._view.set_offline_days(self._ctx.desk.settings.offline_sign_in_days)
        self._view.sign_in_requested.connect(self._asked)

    def sign_out(self) -> None:
        """The person goes; whatever is half-typed stays parked with its page."""
        page = self._window.current_page()
        if page is not None:
            page.on_leave()
        sign_out(self._ctx.desk)
        self._ctx.facts.signed_in.emit(None)
        self.show()

    def say(self, sentence: str) -> None:
        """Above the password: why nobody is signed in."""
        if self._view is not None:
            self._view.refuse(sentence)

    @Slot(str, str)
    def _asked(self, username: str, password: str) -> None:
        assert self._view is not None
        self._view.set_busy(True)
        self._ctx.tasks.run_task(lambda: sign_in(self._ctx.desk, username, password, self._ctx.central), self._let_in, self._refuse,
                                 key="sign-in", owner=self)

    def _let_in(self, done: SignedIn) -> None:
        page_before = self._window.current_page()
        with suppress(EnvironmentFault), self._ctx.desk.store.write() as unit:  # a convenience: a full disk must not keep people out
            unit.meta_set(_LAST_USER, done.staff.username)
        self._view = None
        self._window.hide_overlay()
        self._ctx.facts.signed_in.emit(done.staff)
        page = self._window.current_page()
        if page is not None and page is page_before:
            page.on_enter()  # left when the person before signed out
        if not done.online:
            self._window.show_toast("Đã đăng nhập khi mất mạng. Mọi việc ở quầy vẫn làm bình thường.", "info", "cloud-off")

    def _refuse(self, error: Exception) -> None:
        if self._view is None:
            return
        if isinstance(error, UserError):
            self._view.refuse(error.message)
        else:
            self._view.refuse("Chưa đăng nhập được do lỗi của chương trình. Hãy thử lại; nếu vẫn lỗi, báo bộ phận CNTT.")
            self._ctx.fail(error)
