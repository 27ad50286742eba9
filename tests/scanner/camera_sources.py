"""Cameras without a camera: the paths inside Qt that a webcam's and a video's pictures take, as sources of a session."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PySide6.QtCore import QTimer, QUrl

from counter_app.scanner.qt.devices import CameraDevices, CameraInfo
from counter_app.scanner.qt.frames import FrameSource
from counter_app.scanner.qt.luma import frame_of

from PySide6.QtMultimedia import QMediaCaptureSession, QMediaPlayer, QVideoFrameInput, QVideoSink  # isort: skip


class FedCamera(FrameSource):
    """QVideoFrameInput → QMediaCaptureSession → QVideoSink, fed with ``pictures`` in turn, ``at_most`` so many."""

    def __init__(self, pictures: list[np.ndarray], fps: int = 30, at_most: int = 0) -> None:
        super().__init__()
        self._pictures, self._next, self._at_most = pictures, 0, at_most
        self._capture, self._feed, self._sink = QMediaCaptureSession(self), QVideoFrameInput(self), QVideoSink(self)
        self._capture.setVideoFrameInput(self._feed)
        self._capture.setVideoSink(self._sink)
        self._sink.videoFrameChanged.connect(self.frame)
        self._timer = QTimer(self)
        self._timer.setInterval(1000 // fps)
        self._timer.timeout.connect(self._send)

    def open(self) -> None:
        self._timer.start()

    def close(self) -> None:
        self._timer.stop()
        self._capture.setVideoSink(None)
        self._capture.setVideoFrameInput(None)

    def _send(self) -> None:
        if self._at_most and self._next >= self._at_most:
            return
        self._feed.sendVideoFrame(frame_of(self._pictures[self._next % len(self._pictures)]))
        self._next += 1


class PlayedCamera(FrameSource):
    """A video through QMediaPlayer into a sink: the decoder's own planes."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._player, self._sink = QMediaPlayer(self), QVideoSink(self)
        self._player.setVideoSink(self._sink)
        self._player.setLoops(QMediaPlayer.Loops.Infinite)
        self._sink.videoFrameChanged.connect(self.frame)
        self._player.errorOccurred.connect(lambda *_: self.failed.emit("camera-failed"))
        self._path = path

    def open(self) -> None:
        self._player.setSource(QUrl.fromLocalFile(str(self._path)))
        self._player.play()

    def close(self) -> None:
        self._player.stop()
        self._player.setVideoSink(None)


class DeafCamera(FrameSource):
    """It opens and never sends a picture."""

    def open(self) -> None:
        pass

    def close(self) -> None:
        pass


class HungCamera(FrameSource):
    """Its driver does not return from opening until ``free`` is set."""

    def __init__(self, entered: threading.Event, free: threading.Event) -> None:
        super().__init__()
        self._entered, self._free = entered, free

    def open(self) -> None:
        self._entered.set()
        self._free.wait(60)

    def close(self) -> None:
        pass


class Bench(CameraDevices):
    """Cameras that a test plugs in and out; ``opened`` names each device that was opened."""

    def __init__(self) -> None:
        super().__init__()
        self.plugged: dict[str, list[Callable[[], FrameSource]]] = {}
        self.opened: list[str] = []

    def look(self) -> None:
        """This list is always there."""

    def plug(self, camera_id: str, *ways: Callable[[], FrameSource]) -> None:
        self.plugged[camera_id] = list(ways)
        self.changed.emit()

    def unplug(self, camera_id: str) -> None:
        del self.plugged[camera_id]
        self.changed.emit()

    def found(self) -> list[CameraInfo]:
        return [CameraInfo(camera_id, camera_id) for camera_id in self.plugged]

    def ways(self, camera_id: str) -> list[Callable[[], FrameSource]]:
        self.opened.append(camera_id)
        return list(self.plugged[camera_id])


class SlowBench(Bench):
    """The system has not answered which cameras there are until `answer`."""

    answered = False

    def answer(self) -> None:
        self.answered = True
        self.changed.emit()

    def found(self) -> list[CameraInfo] | None:
        return super().found() if self.answered else None
