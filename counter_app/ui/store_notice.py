"""What happened to the data while nobody looked: an old copy of the store was put back here, the centre was restored, or this machine
serves another agency now. Told at each sign-in until somebody has read it; who is at work when it happens sees a line, and nothing takes
the keys away."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Slot

from counter_app.services.workstation import Workstation
from counter_app.sync.engine import SyncReport
from counter_app.ui.context import Facts
from counter_app.ui.dialogs.error_dialog import show_error
from counter_app.ui.main_window import MainWindow
from onestop.errors import EnvironmentFault

_CENTRE, _MOVED = "gateway-restored", "counter-moved"


class StoreNotice(QObject):
    """Shows the notice that the store holds, if any."""

    def __init__(self, station: Workstation, window: MainWindow, facts: Facts, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._station, self._window = station, window
        facts.signed_in.connect(self._signed_in)
        facts.synced.connect(self._synced)
        window.notice_banner.action_requested.connect(self.show)

    @Slot(object)
    def _signed_in(self, staff: object) -> None:
        if staff is not None:
            QTimer.singleShot(0, self, self.show)

    @Slot(object)
    def _synced(self, report: SyncReport) -> None:
        if not report.notice:
            return
        fault = self._fault()
        if fault is not None:
            self._window.notice_banner.show_banner(self._title(fault) + ".", "warning", "database", self.tr("Xem"))

    @Slot()
    def show(self) -> None:
        """The whole text; reading it ends it."""
        fault = self._fault()
        if fault is not None:
            show_error(fault, self._window, title=self._title(fault)).accepted.connect(self._read)

    def _fault(self) -> EnvironmentFault | None:
        with self._station.store.read() as reader:
            told = reader.notice()
        return EnvironmentFault(str(told["code"]), str(told["message"])) if told else None

    def _title(self, fault: EnvironmentFault) -> str:
        if fault.code == _CENTRE:
            return self.tr("Hệ thống trung tâm vừa được khôi phục")
        if fault.code == _MOVED:
            return self.tr("Máy này đã chuyển sang đơn vị khác")
        return self.tr("Kho dữ liệu trên máy này đã thay đổi")

    @Slot()
    def _read(self) -> None:
        staff = self._station.desk.staff
        with self._station.store.write() as unit:
            unit.audit(staff.id if staff else "", "notice-read", "", {}, at=self._station.desk.now())
            unit.clear_notice()
        self._window.notice_banner.hide()
