"""While somebody types name and password: the key, the program's modules and the store, in a worker.

What has to be asked (PIN, enrolment) and what went wrong is shown over the same window. Imports only what the sign-in needs.
"""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

from counter_app.runtime.greeting import Greeting
from counter_app.runtime.paths import Profile
from counter_app.runtime.settings import PLAIN_STORE, Settings
from counter_app.ui.background import CancelToken, Runner
from counter_app.ui.dialogs.sign_in_view import SignInView
from counter_app.ui.main_window import MainWindow
from onestop.errors import EnvironmentFault, UserError

if TYPE_CHECKING:
    from counter_app.services.workstation import Workstation
    from counter_app.ui.dialogs.questions import PinDialog

log = logging.getLogger(__name__)


class Opening(QObject):
    """``begin`` asks what must be asked and opens. ``view`` is the sign-in; who pressed Enter too early is kept in ``asked``.

    ``opened(Workstation)`` once, or ``gave_up()``: the person went back, or read why it cannot be opened.
    """

    opened = Signal(object)
    gave_up = Signal()
    _unlocked = Signal()

    def __init__(self, profile: Profile, settings: Settings, window: MainWindow, tasks: Runner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._profile, self._settings, self._window, self._tasks = profile, settings, window, tasks
        self._token = CancelToken()
        self._pin = ""
        self._dialog: PinDialog | None = None
        self.asked: tuple[str, str] | None = None
        greeting = Greeting.load(profile.greeting_file)
        self.view = SignInView(greeting.office)
        self.view.set_username(greeting.username)
        if greeting.offline_days:
            self.view.set_offline_days(greeting.offline_days)
        self.view.sign_in_requested.connect(self._early)
        self._unlocked.connect(self._let_type, Qt.ConnectionType.QueuedConnection)

    @Slot()
    def begin(self) -> None:
        """Open the store, after asking for what is missing. Called again it tries again."""
        if not self._profile.store_path.exists():
            self._enrol()
        elif self._profile.key_file.exists() and not self._settings.get(PLAIN_STORE) and not self._known_pin(False):
            self._ask_pin()
        else:
            self._open()

    def stop(self) -> None:
        """The window is closed before the store was open: what comes now is closed again by its worker."""
        self._token.cancel()

    def release(self) -> tuple[str, str] | None:
        """The sign-in goes to who lets people in; returns name and password of an Enter that came before the store."""
        self.view.sign_in_requested.disconnect(self._early)
        return self.asked

    @Slot(str, str)
    def _early(self, username: str, password: str) -> None:
        self.asked = (username, password)
        self.view.set_busy(True, self.view.tr("Đang mở kho dữ liệu…"))

    # ---- in the worker

    def _open(self) -> None:
        self._tasks.run_task(self._work, self._done, self._failed, owner=self)

    def _work(self) -> Workstation:
        secrets = import_module("counter_app.runtime.secrets")
        unlock = secrets.load_or_create_key
        if self._settings.get(PLAIN_STORE) or not self._profile.key_file.exists():
            _import_program()  # before the keyring's own modules: two threads never read the same library
        else:
            secrets.prepare()
            with ThreadPoolExecutor(1, thread_name_prefix="counter-key") as side:  # argon2 needs no interpreter
                key = side.submit(self._unlock, unlock)
                _import_program()

            def unlock(_profile: Profile, _ask: object) -> bytes:
                return key.result()

        from counter_app.services.workstation import open_workstation

        station = open_workstation(self._profile.dir, self._known_pin, unlock=unlock)
        if self._token.cancelled:
            station.close()
        return station

    def _unlock(self, load) -> bytes:  # type: ignore[no-untyped-def]
        key = load(self._profile, self._known_pin)
        self._unlocked.emit()
        return key

    def _known_pin(self, _new: bool) -> str | None:
        from counter_app.runtime.secrets import pin_from_env

        return pin_from_env() or self._pin or None

    # ---- back in the window

    @Slot()
    def _let_type(self) -> None:
        """The PIN was right: the sign-in takes keys while the rest is opened."""
        if self._dialog is not None:
            dialog, self._dialog = self._dialog, None
            dialog.accept()
            self._show_card(True)

    def _show_card(self, shown: bool) -> None:
        """The sign-in makes room while something is asked or told; what was typed stays in it."""
        self.view.card.setVisible(shown)
        if shown:
            self.view.setFocus()

    def _done(self, station: Workstation) -> None:
        self._let_type()
        self.opened.emit(station)

    def _failed(self, error: Exception) -> None:
        code = error.code if isinstance(error, UserError) else ""
        if code == "pin-wrong" and self._pin:
            self._pin = ""
            self._ask_pin(refused=error.message)  # type: ignore[attr-defined]
        elif code == "keyring-missing" and not self._pin:
            self._ask_pin(new=not self._profile.key_file.exists())
        elif code == "not-enrolled":
            self._let_type()
            self._enrol()
        else:
            self._let_type()
            self._tell(error)

    def _tell(self, error: Exception) -> None:
        """Why the store cannot be opened, by sentence and code. What the environment did may be over: it can be tried again with
        what was typed."""
        from counter_app.ui.dialogs.error_dialog import show_error

        if not isinstance(error, UserError):
            log.error("unexpected %s", type(error).__name__, exc_info=error)
        damaged = isinstance(error, UserError) and error.code == "store-damaged"
        retry = self.tr("Cứu dữ liệu") if damaged else self.tr("Thử lại") if isinstance(error, EnvironmentFault) else ""
        self._show_card(False)
        dialog = show_error(error, self._window, retry=retry)
        again: list[bool] = []
        dialog.retry_requested.connect(lambda: again.append(True))
        dialog.finished.connect(lambda _result: self._after_fault(again, damaged))

    def _after_fault(self, again: list[bool], damaged: bool) -> None:
        # accept() comes before retry_requested: what was pressed is known a turn of the loop later.
        work = self._recover if damaged else self._again
        QTimer.singleShot(0, self, lambda: work() if again else self.gave_up.emit())

    def _recover(self) -> None:
        """What ``counter-app recover`` does: the damaged file is kept, a new one made from what can be read; what was saved is told at
        the sign-in, the rest comes with the first synchronisation."""
        from counter_app.services.rescue import rescue

        self._show_card(True)
        self.view.set_busy(True, self.tr("Đang cứu dữ liệu…"))

        def work() -> None:
            rescue(self._profile.dir, self._known_pin)

        self._tasks.run_task(work, lambda _done: self._recovered(), self._tell, owner=self)

    def _recovered(self) -> None:
        self.view.set_busy(False)
        self._again()

    @Slot()
    def _again(self) -> None:
        self._show_card(True)
        self.begin()

    def _ask_pin(self, *, new: bool = False, refused: str = "") -> None:
        if self._dialog is not None:
            self._dialog.set_busy(False)
            self._dialog.show_error(refused)
            return
        from counter_app.ui.dialogs.questions import PinDialog

        dialog = self._dialog = PinDialog(new=new, parent=self._window)
        dialog.pin_given.connect(self._pin_given)
        dialog.rejected.connect(self.gave_up)
        self._show_card(False)
        dialog.open()

    @Slot(str)
    def _pin_given(self, pin: str) -> None:
        self._pin = pin
        assert self._dialog is not None
        if self._profile.store_path.exists():
            self._dialog.set_busy(True, self.tr("Đang mở kho dữ liệu…"))
            self._open()
        else:
            self._let_type()
            self._ask_enrolment()

    def _enrol(self) -> None:
        """A machine without a store: a PIN where there is no keyring, then address and code."""
        if self._known_pin(True):
            self._ask_enrolment()
            return

        def known(usable: bool) -> None:
            if usable:
                self._ask_enrolment()
            else:
                self._ask_pin(new=True)

        self._tasks.run_task(lambda: import_module("counter_app.runtime.secrets").keyring_usable(), known, self._tell, owner=self)

    def _ask_enrolment(self) -> None:
        from counter_app.services.setup import initialise
        from counter_app.ui.first_steps import EnrolDialog

        dialog = EnrolDialog(lambda url, code, name: initialise(self._profile.dir, url=url, code=code, name=name,
                                                                ask_pin=self._known_pin).close(), self._window)
        dialog.accepted.connect(self._again)
        dialog.rejected.connect(self.gave_up)
        self._show_card(False)
        dialog.open()


def _import_program() -> None:
    """The program's modules (0.3 s), before the window needs them."""
    import_module("counter_app.app.program")
