"""From the sync thread to the window: each finished cycle becomes facts on the GUI thread, and the spare number is refilled."""

from __future__ import annotations

from datetime import datetime

from PySide6.QtCore import QObject, Qt, Signal, Slot

from counter_app.services.desk import Changes
from counter_app.services.numbers import fetch_spare
from counter_app.services.workstation import Workstation
from counter_app.sync.engine import SyncReport
from counter_app.sync.link_state import LinkState
from counter_app.ui.background import Runner
from counter_app.ui.context import Facts


class SyncBridge(QObject):
    """Listens to the engine. ``link`` and ``last_ok`` are what the frame shows."""

    _reported = Signal(object)

    def __init__(self, station: Workstation, facts: Facts, tasks: Runner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.link = LinkState.UNKNOWN
        self.last_ok: datetime | None = None
        self._station, self._facts, self._tasks = station, facts, tasks
        self._reported.connect(self._arrived, Qt.ConnectionType.QueuedConnection)

    def start(self) -> None:
        """Listen, and start the engine's thread."""
        self._station.engine.listener = self._reported.emit
        self._station.engine.start()

    @Slot(object)
    def _arrived(self, report: SyncReport) -> None:
        if report.catalogue_changed or report.settings_changed:
            self._station.reload_published()
            self._facts.catalogue_changed.emit()
        if report.ok:
            self.last_ok = self._station.desk.now()
            self._tasks.run_task(lambda: fetch_spare(self._station.desk, self._station.central), on_error=self._no_spare, key="spare")
        if report.link is not self.link:
            self.link = report.link
            self._facts.link_changed.emit(report.link)
        if report.changed:
            self._facts.changed.emit(_changes(report))
        self._facts.synced.emit(report)

    @Slot(object)
    def _no_spare(self, error: Exception) -> None:
        """No spare number: the next code comes from the lane. Nothing to tell."""


def _changes(report: SyncReport) -> Changes:
    by_kind: dict[str, set[str]] = {"dossier": set(), "slip": set(), "review": set()}
    for kind, entity in report.changed:
        by_kind.setdefault(kind, set()).add(entity)
    return Changes(frozenset(by_kind["dossier"]), frozenset(by_kind["slip"]), frozenset(by_kind["review"]))
