"""The composition root: builds everything, wires the signals in one place, orders start-up and shutdown.

Start-up: one window per profile → logs and crash guard → Qt, theme, window with the sign-in → (worker: key, modules, store) →
frame and wiring (`program`) → sync and scan sources. Shutdown: sources → timers → sync → pool → store → window.

This module and `opening` import as little as the sign-in needs; everything else is read behind it.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Slot
from PySide6.QtWidgets import QApplication

from counter_app.app.metered import Metered
from counter_app.app.opening import Opening
from counter_app.runtime.crash import CrashGuard
from counter_app.runtime.interpreter import give_way_often
from counter_app.runtime.logs import setup_logging, stop_logging
from counter_app.runtime.paths import Profile, profile_at
from counter_app.runtime.settings import DENSITY, FONT_SCALE, LANGUAGE, THEME, Settings
from counter_app.runtime.single_instance import SingleInstance
from counter_app.scanner.qt.input_method import choose_module
from counter_app.ui.background import TaskRunner
from counter_app.ui.collector import Collector
from counter_app.ui.heartbeat import Heartbeat
from counter_app.ui.i18n import install_language
from counter_app.ui.main_window import MainWindow
from counter_app.ui.theme import apply_theme

if TYPE_CHECKING:
    from counter_app.app.program import Program
    from counter_app.services.workstation import Workstation

ENV_HEARTBEAT = "COUNTER_APP_HEARTBEAT"


def make_application() -> QApplication:
    """The one QApplication, named."""
    choose_module()
    app = QApplication.instance() or QApplication(sys.argv[:1])
    app.setApplicationName("counter-app")
    app.setApplicationDisplayName("Quầy một cửa")
    app.setQuitOnLastWindowClosed(True)
    return app


def run(directory: Path | None, *, then: Callable[[Program], None] = lambda program: None,
        shown: Callable[[MainWindow], None] = lambda window: None) -> int:
    """Open the window on a profile and stay until it is closed. ``shown`` is called when the sign-in is up, ``then`` once the store
    behind it is ready (the demo's walk). Returns the exit code: 1 when the store was not opened. Raises ``already-running`` and
    ``profile-unwritable``, which need no window."""
    profile = profile_at(directory).ensure()
    with SingleInstance(profile.lock_file):
        handler = setup_logging(profile.logs)
        guard = CrashGuard(profile.logs)
        try:
            give_way_often()
            start = Start(make_application(), profile, then)
            shown(start.window)
            try:
                return start.app.exec()
            finally:
                start.stop()
        finally:
            guard.close()
            stop_logging(handler)


class Start(QObject):
    """From nothing to the window with its sign-in, and from there to the program."""

    def __init__(self, app: QApplication, profile: Profile, then: Callable[[Program], None]) -> None:
        super().__init__()
        self.app, self.program = app, None
        self.end: Callable[[int], None] = app.exit
        settings = Settings(profile.settings_file)
        install_language(app, settings.get(LANGUAGE))
        apply_theme(app, {"system": "auto"}.get(settings.get(THEME), settings.get(THEME)), settings.get(FONT_SCALE), settings.get(DENSITY))
        self.window = MainWindow()
        self.tasks = TaskRunner(self)
        file = os.environ.get(ENV_HEARTBEAT)
        self.heartbeat = Heartbeat(self, Path(file) if file else None)
        self.opening = Opening(profile, settings, self.window, self.tasks, self)
        self.opening.opened.connect(self._opened)
        self.opening.gave_up.connect(self._gave_up)
        self.collector = Collector(self)
        self.metered = Metered(self)
        self.collector.start()
        self._then = then
        self.window.show_overlay(self.opening.view)
        self.window.show()
        self.window.activateWindow()
        QTimer.singleShot(0, self, self._after_paint)

    program: Program | None

    @Slot()
    def _after_paint(self) -> None:
        self.heartbeat.start()
        self.opening.begin()

    @Slot(object)
    def _opened(self, station: Workstation) -> None:
        from counter_app.app.program import Program  # read by the worker that opened the store

        self.collector.settle()
        self.program = Program(self.app, station, self.window, self.tasks, self.heartbeat.last)
        self.program.settled.connect(self.collector.settle)
        station.metered = lambda: self.metered.now
        self.program.settled.connect(self.metered.begin)
        self.program.start(self.opening)
        self._then(self.program)

    @Slot()
    def _gave_up(self) -> None:
        self.window.close()
        self.end(1)

    def stop(self) -> None:
        """Everything down in its order, however far the start came."""
        self.heartbeat.write()
        self.collector.stop()
        if self.program is not None:
            self.program.stop()
        else:
            self.opening.stop()
            self.tasks.shutdown()
            self.window.deleteLater()


def screen_is_there() -> bool:
    """Can a window be shown here at all?"""
    return sys.platform != "linux" or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
                                           or os.environ.get("QT_QPA_PLATFORM"))
