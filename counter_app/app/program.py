"""Everything with a window, built behind the sign-in and wired in one place. Read by a worker while somebody types (0.3 s)."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from contextlib import suppress
from importlib import import_module
from time import monotonic

from PySide6.QtCore import QObject, QTimer, Signal, Slot
from PySide6.QtWidgets import QApplication

from counter_app.app.opening import Opening
from counter_app.domain.outcomes import Outcome
from counter_app.runtime.greeting import Greeting
from counter_app.runtime.settings import (
    CAMERA,
    CAMERA_MIRROR,
    DENSITY,
    FONT_SCALE,
    HID_SCANNER,
    SCANNER_PREFIX,
    SCANNER_SUFFIX,
    SERIAL_BAUD,
    SERIAL_PORT,
    SOUNDS,
    THEME,
)
from counter_app.scanner.qt.sound import SoundPlayer
from counter_app.scanner.router import Outcome as Routed
from counter_app.scanner.router import Router
from counter_app.services.desk import Changes
from counter_app.services.workstation import Workstation
from counter_app.sync.engine import SyncReport
from counter_app.sync.link_state import LinkState
from counter_app.ui.background import TaskRunner
from counter_app.ui.context import Facts, UiContext
from counter_app.ui.dialogs.error_dialog import show_error
from counter_app.ui.gently import gently
from counter_app.ui.lock import IdleLock
from counter_app.ui.main_window import MainWindow
from counter_app.ui.navigation import Navigator, first_page
from counter_app.ui.notify import Notice, notice
from counter_app.ui.pages.specs import page_specs
from counter_app.ui.pages_ahead import PagesAhead
from counter_app.ui.print_flow import PrintFlow
from counter_app.ui.print_panel import PrintPanel
from counter_app.ui.scan_dispatch import ScanDispatch, scan_name
from counter_app.ui.scan_offer import ScanOffer
from counter_app.ui.scan_sources import ScanSources
from counter_app.ui.sign_in_presenter import SignInPresenter
from counter_app.ui.store_notice import StoreNotice
from counter_app.ui.sync_bridge import SyncBridge
from counter_app.ui.theme import FONT_SCALES, apply_theme, theme
from counter_app.ui.widgets.top_bar import LinkView
from onestop.errors import EnvironmentFault, UserError

log = logging.getLogger(__name__)

_SCANNER_KEYS = frozenset(s.key for s in (SERIAL_PORT, SERIAL_BAUD, HID_SCANNER, SCANNER_PREFIX, SCANNER_SUFFIX, CAMERA))
#: What was saved is sent when the window has shown it: both at once would take the interpreter from each other.
_SEND_AFTER_MS = 150
_LINKS = {LinkState.ONLINE: LinkView.ONLINE, LinkState.UNKNOWN: LinkView.CONNECTING, LinkState.OFFLINE: LinkView.OFFLINE,
          LinkState.SERVER_TROUBLE: LinkView.TROUBLE, LinkState.PORTAL: LinkView.ATTENTION, LinkState.NOT_TRUSTED: LinkView.ATTENTION,
          LinkState.FENCED: LinkView.ATTENTION, LinkState.UPGRADE_NEEDED: LinkView.ATTENTION}


class Program(QObject):
    """Everything with a window, wired. ``start`` begins the work, ``stop`` takes everything down in order.

    ``window`` and ``tasks``: those of the start, with the sign-in already shown; without them it makes its own. ``alive``: when the
    window's heart beat last."""

    settled = Signal()
    """Everything the start left for later has been read."""

    def __init__(self, app: QApplication, station: Workstation, window: MainWindow | None = None, tasks: TaskRunner | None = None,
                 alive: Callable[[], float] = monotonic) -> None:
        super().__init__()
        self._alive, self._known_unsent = alive, 0
        if sys.platform == "win32":  # no queue there takes a PDF: pages go through Qt
            from counter_app.printing.printers import use_backend
            from counter_app.printing.qt.printer import QtPrinters

            use_backend(QtPrinters())
        self.app, self.station = app, station
        self.facts = Facts(self)
        self.tasks = tasks or TaskRunner(self)
        self.sounds = SoundPlayer(self)
        self.sounds.set_enabled(station.settings.get(SOUNDS))
        self.context = UiContext(desk=station.desk, tasks=self.tasks, scans=Router(scan_name, self._routed), facts=self.facts,
                                 settings=station.settings, central=station.central, sync=station.engine)
        self.printing = self.context.printing = PrintFlow(self.context, self)
        self.window = window or MainWindow()
        specs = page_specs(self.context)
        self.window.furnish(specs)
        self.navigator = Navigator(self.context, self.window)
        self.bridge = SyncBridge(station, self.facts, self.tasks, self)
        self.dispatch = ScanDispatch(self.context, self)
        self.offer = ScanOffer(self.dispatch, self.window)
        self.print_panel = PrintPanel(self.context, self.printing, self.window)
        self.store_notice = StoreNotice(station, self.window, self.facts, self)
        self.sources = ScanSources(self.context, self.window, self)
        self.sign_in = SignInPresenter(self.context, self.window, self)
        self.lock = IdleLock(self.context, self.window, self.sign_in, self)
        self.pages = PagesAhead(self.window, [spec.id for spec in specs if spec.id not in ("settings", "scanner-trial")], self)
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

    def start(self, opening: Opening | None = None) -> None:
        """Serve the sign-in that ``opening`` shows (without one: show it); the rest begins when the loop has a turn for it."""
        if opening is None:
            self.window.show()
            self.window.activateWindow()
            self.sign_in.show()
        else:
            self.sign_in.adopt(opening.view, opening.release())
        QTimer.singleShot(0, self, self._begin)

    @Slot()
    def _begin(self) -> None:
        self.sources.start()
        self.pages.done.connect(self.bridge.start)  # half a second later: building a page beside a busy worker takes twice as long
        self.pages.start()
        self.tasks.run_task(self._fetch_libraries, lambda _: self.settled.emit())

    def _fetch_libraries(self) -> None:
        """In a worker: what the start left out because no sign-in needs it (1 s), so that the first list, the first paper and the
        camera do not have to read it. One that is missing says so where it is used."""
        with gently(lambda: self._alive()):
            for name in ("counter_app.store.list_query", "counter_app.printing.qt.preview", "counter_app.scanner.qt.camera"):
                with suppress(ImportError):
                    import_module(name)
            with suppress(ImportError, UserError):
                import_module("counter_app.printing.prepare").prepare()

    def stop(self) -> None:
        """Stop the sources, then timers, sync and pool; fold the store's log; only then the window goes."""
        self.sources.stop()
        self.lock.stop()
        self.printing.stop()
        self.pages.stop()
        self._alive = monotonic  # nobody is disturbed any more: what a worker reads need not wait
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
        elif key == CAMERA_MIRROR.key:
            self.sources.set_mirror(self.station.settings.get(CAMERA_MIRROR))
        elif key in _SCANNER_KEYS:
            self.sources.reload()

    @Slot(str)
    def _command(self, command_id: str) -> None:
        if command_id == "camera":
            self.sources.toggle_camera()
        elif command_id == "print-more":  # nothing is open that has papers: then the office's own
            from counter_app.ui.pages.office_papers import offer_office_papers

            offer_office_papers(self.context, self.window)

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
        QTimer.singleShot(_SEND_AFTER_MS, self, self.station.engine.wake)

    @Slot(object)
    def _signed_in(self, staff: object) -> None:
        desk = self.station.desk
        self.window.set_user(desk.staff.name if desk.staff else "", desk.unit.name)
        if staff is not None:
            Greeting(desk.unit.name, str(getattr(staff, "username", "")), desk.settings.offline_sign_in_days).save(
                self.station.profile.greeting_file)
            self.window.set_status(f"{desk.unit.name} · máy {desk.device}")
            QTimer.singleShot(0, self, self._first_page)

    @Slot()
    def _first_page(self) -> None:
        """In a turn of its own: uncovering the frame and filling the page are two short halts instead of one long."""
        staff = self.station.desk.staff
        if staff is None:
            return
        page, now = first_page(staff.roles), self.window.current_page_id()
        if not now or (now == "receive" != page):  # the person before may have had other rights
            self.navigator.go(page)

    @Slot(object)
    def _show_link(self, _what: object = None) -> None:
        link = self.bridge.link
        self.window.set_link(_LINKS[link], self._unsent(), link.sentence)

    @Slot(object)
    def _synced(self, report: SyncReport) -> None:
        self._show_link()
        self.window.set_last_sync(self.bridge.last_ok, self.station.desk.now())
        for problem in report.problems[:1]:
            self.window.show_toast(problem, "warning", "triangle-alert")

    def _unsent(self) -> int:
        """Whatever the centre does not have: what waits, what is set aside, and what another machine gave us to send."""
        with suppress(EnvironmentFault), self.station.store.read() as reader:  # a disk that fails: what was known
            found = reader.outbox_summary()
            self._known_unsent = found.waiting + found.per_state.get("quarantined", 0) + len(reader.carried())
        return self._known_unsent
