"""Whether the line is paid by volume, as the system knows it (NetworkManager, Windows' network list)."""

from __future__ import annotations

from PySide6.QtCore import QObject, Slot


class Metered(QObject):
    """``now`` may be read in any thread; where the system does not tell it stays False."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.now = False

    @Slot()
    def begin(self) -> None:
        """Ask the system from now on. Loading that part of Qt takes a moment: not while the window opens."""
        from PySide6.QtNetwork import QNetworkInformation

        if not QNetworkInformation.loadBackendByFeatures(QNetworkInformation.Feature.Metered):
            return
        information = QNetworkInformation.instance()
        if information is not None:
            information.isMeteredChanged.connect(self._changed)
            self._changed(information.isMetered())

    @Slot(bool)
    def _changed(self, metered: bool) -> None:
        self.now = metered
