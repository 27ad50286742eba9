"""The composition root: builds everything, wires the signals in one place, orders start-up and shutdown.

Start-up: one window per profile → logs and crash guard → Qt and theme → key (PIN where there is no keyring) → store → window
and sign-in → sync and scan sources after the first paint. Shutdown: sources → timers → sync → pool → store → window.
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from importlib import import_module
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Slot
from PySide6.QtWidgets import QApplication

from counter_app.domain.outcomes import Outcome
from counter_app.runtime.crash import CrashGuard
from counter_app.runtime.logs import setup_logging, stop_logging
from counter_app.runtime.paths import Profile
from counter_app.runtime.secrets import keyring_usable, pin_from_env, uses_pin
from counter_app.runtime.settings import (
    CAMERA,
    DENSITY,
    FONT_SCALE,
    LANGUAGE,
    SCANNER_PREFIX,
    SCANNER_SUFFIX,
    SERIAL_PORT,
    SOUNDS,
    THEME,
    Settings,
)
from counter_app.runtime.single_instance import SingleInstance
from counter_app.scanner.qt.sound import SoundPlayer
from counter_app.scanner.router import Outcome as Routed
from counter_app.scanner.router import Router
from counter_app.services.desk import Changes
from counter_app.services.setup import initialise
from counter_app.services.workstation import Workstation, open_workstation, profile_at
from counter_app.sync.engine import SyncReport
from counter_app.sync.link_state import LinkState
from counter_app.ui.background import TaskRunner
from counter_app.ui.context import Facts, UiContext
from counter_app.ui.dialogs.error_dialog import show_error
from counter_app.ui.first_steps import EnrolDialog, ask_pin, wait_for
from counter_app.ui.heartbeat import Heartbeat
from counter_app.ui.i18n import install_language
from counter_app.ui.lock import IdleLock
from counter_app.ui.main_window import MainWindow
from counter_app.ui.navigation import Navigator
from counter_app.ui.notify import Notice, notice
from counter_app.ui.pages.specs import page_specs
from counter_app.ui.print_flow import PrintFlow
from counter_app.ui.print_panel import PrintPanel
from counter_app.ui.scan_dispatch import ScanDispatch, scan_name
from counter_app.ui.scan_offer import ScanOffer
from counter_app.ui.scan_sources import ScanSources
from counter_app.ui.sign_in_presenter import SignInPresenter
from counter_app.ui.sync_bridge import SyncBridge
from counter_app.ui.theme import FONT_SCALES, apply_theme, theme
from counter_app.ui.widgets.top_bar import LinkView
from onestop.errors import EnvironmentFault, UserError

log = logging.getLogger(__name__)

ENV_HEARTBEAT = "COUNTER_APP_HEARTBEAT"
_LINKS = {LinkState.ONLINE: LinkView.ONLINE, LinkState.UNKNOWN: LinkView.CONNECTING, LinkState.OFFLINE: LinkView.OFFLINE,
          LinkState.SERVER_TROUBLE: LinkView.OFFLINE, LinkState.PORTAL: LinkView.ATTENTION, LinkState.NOT_TRUSTED: LinkView.ATTENTION,
          LinkState.FENCED: LinkView.ATTENTION, LinkState.UPGRADE_NEEDED: LinkView.ATTENTION}


def make_application() -> QApplication:
    """The one QApplication, named."""
    app = QApplication.instance() or QApplication(sys.argv[:1])
    app.setApplicationName("counter-app")
    app.setApplicationDisplayName("Quầy một cửa")
    app.setQuitOnLastWindowClosed(True)
    if sys.platform == "win32":  # no queue there takes a PDF: pages go through Qt
        from counter_app.printing.printers import use_backend
        from counter_app.printing.qt.printer import QtPrinters

        use_backend(QtPrinters())
    return app


def run(directory: Path | None, *, then: Callable[[Program], None] = lambda program: None) -> int:
    """Open the window on a profile and stay until it is closed. ``then`` is called once it is up (the demo's walk). Returns the
    exit code. Raises what opening the profile raises when there is nobody to ask (``not-enrolled``, ``already-open``)."""
    profile = profile_at(directory).ensure()
    with SingleInstance(profile.lock_file):
        handler = setup_logging(profile.logs)
        guard = CrashGuard(profile.logs)
        try:
            # Workers give the interpreter back ten times as often as usual: the window waits less for it.
            sys.setswitchinterval(0.0005)
            app = make_application()
            station = _open(app, profile)
            if station is None:
                return 1
            program = Program(app, station)
            program.start()
            then(program)
            try:
                return app.exec()
            finally:
                program.stop()
        finally:
            guard.close()
            stop_logging(handler)


def _open(app: QApplication, profile: Profile) -> Workstation | None:
    """Theme first, so that even a question looks right; then the store, asking for the PIN or for enrolment where needed. None:
    the person went back."""
    settings = Settings(profile.settings_file)
    install_language(app, settings.get(LANGUAGE))
    apply_theme(app, _mode(settings), settings.get(FONT_SCALE), settings.get(DENSITY))
    refused, gave_up, pins = "", False, list[str]()

    def ask(new: bool) -> str | None:
        """One PIN serves the whole start (enrolling opens the store twice)."""
        nonlocal gave_up
        if not pins and (pin := pin_from_env() or ask_pin(new, refused)):
            pins.append(pin)
        gave_up = not pins
        return pins[0] if pins else None

    while not gave_up:
        try:
            return open_workstation(profile.dir, ask)
        except UserError as error:
            if error.code == "pin-wrong" and not pin_from_env() and uses_pin(profile):
                refused = error.message
                pins.clear()
            elif error.code == "not-enrolled":
                dialog = EnrolDialog(lambda url, code, name: initialise(profile.dir, url=url, code=code, name=name, ask_pin=ask).close())
                if not keyring_usable() and not ask(True):
                    return None
                wait_for(dialog)
                if dialog.result() != EnrolDialog.DialogCode.Accepted:
                    return None
            else:
                wait_for(show_error(error))
                return None
    return None


def _mode(settings: Settings) -> str:
    return {"system": "auto"}.get(settings.get(THEME), settings.get(THEME))


class Program(QObject):
    """Everything with a window, wired. ``start`` shows it, ``stop`` takes it down in order."""

    def __init__(self, app: QApplication, station: Workstation) -> None:
        super().__init__()
        self.app, self.station = app, station
        self.facts = Facts(self)
        self.tasks = TaskRunner(self)
        self.sounds = SoundPlayer(self)
        self.sounds.set_enabled(station.settings.get(SOUNDS))
        self.context = UiContext(desk=station.desk, tasks=self.tasks, scans=Router(scan_name, self._routed), facts=self.facts,
                                 settings=station.settings, central=station.central, sync=station.engine)
        self.printing = self.context.printing = PrintFlow(self.context, self)
        self.window = MainWindow(page_specs(self.context))
        self.navigator = Navigator(self.context, self.window)
        self.bridge = SyncBridge(station, self.facts, self.tasks, self)
        self.dispatch = ScanDispatch(self.context, self)
        self.offer = ScanOffer(self.dispatch, self.window)
        self.print_panel = PrintPanel(self.context, self.printing, self.window)
        self.sources = ScanSources(self.context, self.window, self)
        self.sign_in = SignInPresenter(self.context, self.window, self)
        self.lock = IdleLock(self.context, self.window, self.sign_in, self)
        heartbeat_file = os.environ.get(ENV_HEARTBEAT)
        self.heartbeat = Heartbeat(self, Path(heartbeat_file) if heartbeat_file else None)
        self._wire()

    def _wire(self) -> None:
        ctx, window = self.context, self.window
        ctx.say, ctx.fail, ctx.link = self.say, self.fail, lambda: self.bridge.link
        ctx.last_sync = lambda: self.bridge.last_ok
        ctx.desk.changed = self._saved
        window.page_requested.connect(self.navigator.go)
        window.search_submitted.connect(self.dispatch.typed)
        window.search_edited.connect(self.navigator.typed)
        window.sync_requested.connect(self.sync_now)
        window.lock_requested.connect(self.lock.lock)
        window.sign_out_requested.connect(self.sign_in.sign_out)
        window.theme_requested.connect(self.change_theme)
        window.banner_action.connect(self._banner)
        self.dispatch.offered.connect(self._offered)
        for work_goes_on in (window.commands.triggered, window.page_shown, window.escape_pressed):
            work_goes_on.connect(self.offer.hide)
        window.command_requested.connect(self._command)
        self.facts.link_changed.connect(self._show_link)
        self.facts.changed.connect(self._show_link)
        self.facts.synced.connect(self._synced)
        self.facts.signed_in.connect(self._signed_in)
        self.facts.settings_changed.connect(self._settings_changed)

    # ---- order of things

    def start(self) -> None:
        """Show the window and the sign-in; the rest begins after the first paint."""
        self.window.show()
        self.window.activateWindow()
        self.sign_in.show()
        QTimer.singleShot(0, self, self._after_paint)

    @Slot()
    def _after_paint(self) -> None:
        self.window.prepare("receive")  # so that signing in shows it at once; before the workers begin to compete
        self.bridge.start()
        self.sources.start()
        self.heartbeat.start()
        self.tasks.run_task(_fetch_libraries)

    def stop(self) -> None:
        """Stop the sources, then timers, sync and pool; fold the store's log; only then the window goes."""
        self.sources.stop()
        self.lock.stop()
        self.printing.stop()
        self.heartbeat.write()
        if not self.station.engine.stop():
            log.warning("the sync thread did not end in time")
        self.tasks.shutdown()
        self.station.close()
        self.window.deleteLater()

    # ---- what the frame asks

    @Slot()
    def sync_now(self) -> None:
        self.window.set_link(LinkView.SYNCING, self._unsent())
        self.station.engine.wake()

    @Slot(str)
    def change_theme(self, what: str) -> None:
        """Light, dark, auto, larger, smaller, density; kept in the settings where the administrator allows it."""
        settings = self.station.settings
        now = theme()
        at = min(range(len(FONT_SCALES)), key=lambda i: abs(FONT_SCALES[i] - now.font_scale))
        step = {"zoom-in": at + 1, "zoom-out": at - 1}.get(what, at)
        scale = 1.0 if what == "zoom-reset" else FONT_SCALES[max(0, min(step, len(FONT_SCALES) - 1))]
        density = {"comfortable": "compact", "compact": "comfortable"}[now.density] if what == "density" else now.density
        mode = what if what in ("light", "dark", "auto") else now.mode
        apply_theme(self.app, mode, scale, density)
        for setting, value in ((THEME, {"auto": "system"}.get(mode, mode)), (FONT_SCALE, scale), (DENSITY, density)):
            if not settings.locked(setting) and settings.get(setting) != value:
                settings.set(setting, value)

    @Slot(str)
    def _settings_changed(self, key: str) -> None:
        """What takes effect at once (looks are applied by the settings page itself)."""
        if key == SOUNDS.key:
            self.sounds.set_enabled(self.station.settings.get(SOUNDS))
        elif key in (SERIAL_PORT.key, SCANNER_PREFIX.key, SCANNER_SUFFIX.key, CAMERA.key):
            self.sources.reload()

    @Slot(str)
    def _command(self, command_id: str) -> None:
        if command_id == "camera":
            self.sources.toggle_camera()

    @Slot()
    def _banner(self) -> None:
        self.navigator.go("sync")

    # ---- what is told

    def _routed(self, outcome: Routed) -> None:
        """The router is done with a scan; behind the sign-in or the lock screen nothing is opened."""
        if not self.window.is_covered():
            self.dispatch.on_outcome(outcome)

    def say(self, outcome: Outcome, **facts: object) -> None:
        """Show an outcome and play its sound."""
        told = notice(outcome, **facts)
        panel = getattr(self.window.current_page(), "notices", None)
        if panel is None:
            self.window.show_toast(told.sentence, told.role, told.icon)
        elif panel.sentence() != told.sentence:  # else the page said it itself, with more detail
            panel.show_notice(told)
        self.sounds.play(told.sound)

    @Slot(object, str, object)
    def _offered(self, told: Notice, _detail: str, _actions: object) -> None:
        """The offer says it with what can be done; once is enough."""
        panel = getattr(self.window.current_page(), "notices", None)
        if panel is not None and panel.sentence() == told.sentence:
            panel.clear()

    def fail(self, error: Exception) -> None:
        """A UserError is a sentence; anything else is a bug: logged by place, told plainly."""
        if not isinstance(error, UserError):
            log.error("unexpected %s", type(error).__name__, exc_info=error)
        show_error(error, self.window)

    def _saved(self, changes: Changes) -> None:
        """After each COMMIT of a use case."""
        self.facts.changed.emit(changes)
        self.station.engine.wake()

    @Slot(object)
    def _signed_in(self, staff: object) -> None:
        desk = self.station.desk
        self.window.set_user(desk.staff.name if desk.staff else "", desk.unit.name)
        if staff is not None:
            self.window.set_status(f"{desk.unit.name} · máy {desk.device}")
            if not self.window.current_page_id():
                self.navigator.go("receive")
            QTimer.singleShot(0, self, self._tell_notice)

    @Slot()
    def _tell_notice(self) -> None:
        """What happened to the store while nobody looked (an old copy was put back; these numbers have no dossier any more) is told
        at each sign-in until somebody has read it."""
        with self.station.store.read() as reader:
            told = reader.notice()
        if told:
            fault = EnvironmentFault(str(told["code"]), str(told["message"]))
            show_error(fault, self.window, title="Kho dữ liệu trên máy này đã thay đổi").accepted.connect(self._notice_read)

    @Slot()
    def _notice_read(self) -> None:
        staff = self.station.desk.staff
        with self.station.store.write() as unit:
            unit.audit(staff.id if staff else "", "notice-read", "", {}, at=self.station.desk.now())
            unit.clear_notice()

    @Slot(object)
    def _show_link(self, _what: object = None) -> None:
        link = self.bridge.link
        self.window.set_link(_LINKS[link], self._unsent(), "" if link is LinkState.OFFLINE else link.sentence)

    @Slot(object)
    def _synced(self, report: SyncReport) -> None:
        self._show_link()
        self.window.set_last_sync(self.bridge.last_ok, self.station.desk.now())
        for problem in report.problems[:1]:
            self.window.show_toast(problem, "warning", "triangle-alert")

    def _unsent(self) -> int:
        with self.station.store.read() as reader:
            return reader.outbox_summary().waiting


def _fetch_libraries() -> None:
    """What the start left out because no sign-in needs it (0.4 s): read while somebody types a password, so that the first list,
    the first slip and the camera do not have to. One that is missing says so where it is used."""
    for name in ("counter_app.store.list_query", "counter_app.scanner.qt.camera", "counter_app.printing.pdf"):
        with suppress(ImportError):
            import_module(name)


def screen_is_there() -> bool:
    """Can a window be shown here at all?"""
    return sys.platform != "linux" or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
                                           or os.environ.get("QT_QPA_PLATFORM"))
