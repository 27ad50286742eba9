"""Which cameras there are, by ids that stay the same between starts, and how each is opened."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QObject, Signal

from counter_app.scanner.qt.multimedia import quiet_multimedia

quiet_multimedia()

from PySide6.QtMultimedia import QCameraDevice, QMediaDevices  # noqa: E402

from counter_app.scanner.qt.frames import CvCamera, FrameSource, QtCamera  # noqa: E402


@dataclass(frozen=True, slots=True)
class CameraInfo:
    """A camera of this PC. ``id`` is stable between starts and goes into the settings."""

    id: str
    title: str


class CameraDevices(QObject):
    """The cameras of this PC. ``changed()`` when one was plugged in or out."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._devices = QMediaDevices(self)
        self._devices.videoInputsChanged.connect(self.changed)

    def found(self) -> list[CameraInfo]:
        """The cameras there are now, the system's default first."""
        return list_cameras()

    def ways(self, camera_id: str) -> list[Callable[[], FrameSource]]:
        """How to open a camera, best way first: Qt, then OpenCV. Each is called on the thread the source will live on."""
        for index, device in enumerate(QMediaDevices.videoInputs()):
            if _id(device) == camera_id:
                # On Linux the id is the device file; elsewhere OpenCV only knows numbers, in an order that is usually the same.
                target = camera_id if sys.platform == "linux" and camera_id.startswith("/dev/") else index
                return [partial(QtCamera, device), partial(CvCamera, target)]
        return []


def list_cameras() -> list[CameraInfo]:
    """The cameras there are now, the system's default first."""
    return [CameraInfo(_id(device), device.description()) for device in _devices()]


def _devices() -> list[QCameraDevice]:
    default = QMediaDevices.defaultVideoInput().id()
    return sorted(QMediaDevices.videoInputs(), key=lambda device: device.id() != default)


def _id(device: QCameraDevice) -> str:
    return bytes(device.id().data()).decode("utf-8", "replace")


__all__ = ["CameraDevices", "CameraInfo", "list_cameras"]
