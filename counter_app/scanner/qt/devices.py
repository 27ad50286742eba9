"""Which cameras there are, by ids that stay the same between starts, and how each is opened."""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QObject, Qt, Signal, Slot

from counter_app.scanner.qt.multimedia import com_for_this_thread, quiet_multimedia

quiet_multimedia()

from PySide6.QtMultimedia import QCameraDevice, QMediaDevices  # noqa: E402

from counter_app.scanner.qt.frames import CvCamera, FrameSource, QtCamera  # noqa: E402

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class CameraInfo:
    """A camera of this PC. ``id`` is stable between starts and goes into the settings."""

    id: str
    title: str


class CameraDevices(QObject):
    """The cameras of this PC, asked for on a thread of its own: on Windows Qt opens each camera to list it, which takes a driver's time.

    ``changed()`` when the list came, or is another one because a camera was plugged in or out. Make it on the window's thread: Qt's
    watch for hot-plugging lives where it is first used.
    """

    changed = Signal()
    _listed = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._known: _Listing | None = None
        self._asking = self._stale = False
        self._listed.connect(self._take, Qt.ConnectionType.QueuedConnection)
        self._devices = QMediaDevices(self)
        self._devices.videoInputsChanged.connect(self.look)

    @Slot()
    def look(self) -> None:
        """Ask for the list; returns at once. While a driver keeps an earlier question waiting no second one is asked beside it."""
        if self._asking:
            self._stale = True
            return
        self._asking = True
        threading.Thread(target=self._ask, name="camera-list", daemon=True).start()

    def found(self) -> list[CameraInfo] | None:
        """The cameras there are, the system's default first; None while the list has not come yet (then it is asked for)."""
        if self._known is None:
            self.look()
            return None
        return self._known.infos()

    def ways(self, camera_id: str) -> list[Callable[[], FrameSource]]:
        """How to open a camera, best way first: Qt, then OpenCV. Each is called on the thread the source will live on."""
        # On Linux the id is the device file; elsewhere OpenCV only knows numbers, in an order that is usually the same.
        for index, device in enumerate(self._known.devices if self._known else ()):
            if _id(device) == camera_id:
                target = camera_id if sys.platform == "linux" and camera_id.startswith("/dev/") else index
                return [partial(QtCamera, device), partial(CvCamera, target)]
        return []

    def _ask(self) -> None:
        """On the listing's thread."""
        com_for_this_thread()
        try:
            self._listed.emit(_list())
        except RuntimeError:
            log.debug("the list of cameras came after the window was gone")

    @Slot(object)
    def _take(self, listing: _Listing) -> None:
        self._asking = False
        before, self._known = self._known, listing
        if self._stale:
            self._stale = False
            self.look()
        if before is None or before.infos() != listing.infos():
            self.changed.emit()


def list_cameras() -> list[CameraInfo]:
    """The cameras there are now, the system's default first. May take a driver's time: not for the window's thread."""
    com_for_this_thread()
    return _list().infos()


@dataclass(frozen=True, slots=True)
class _Listing:
    """The cameras in the system's order, and which of them is its default."""

    devices: tuple[QCameraDevice, ...]
    default: str

    def infos(self) -> list[CameraInfo]:
        infos = [CameraInfo(_id(device), device.description()) for device in self.devices]
        return sorted(infos, key=lambda info: info.id != self.default)


def _list() -> _Listing:
    return _Listing(tuple(QMediaDevices.videoInputs()), _id(QMediaDevices.defaultVideoInput()))


def _id(device: QCameraDevice) -> str:
    return bytes(device.id().data()).decode("utf-8", "replace")


__all__ = ["CameraDevices", "CameraInfo", "list_cameras"]
