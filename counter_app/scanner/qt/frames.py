"""Where camera pictures come from: a camera through Qt, a camera through OpenCV, or files. All deliver ``QVideoFrame``.

Each source is made, opened and closed on a thread of its own (`mailbox.SourceThread`), emits ``frame(QVideoFrame)`` there and tells
faults by ``failed(code)``.
"""

from __future__ import annotations

import logging
import sys
import threading
from pathlib import Path

import cv2
import numpy as np
from PySide6.QtCore import QObject, QTimer, Signal, Slot
from PySide6.QtMultimedia import QCamera, QCameraDevice, QMediaCaptureSession, QVideoFrame, QVideoSink

from counter_app.scanner.pictures import load_picture
from counter_app.scanner.qt.luma import frame_of
from onestop.errors import UserError

log = logging.getLogger(__name__)

FILE_PREFIX = "file:"
FILE_FPS = 15
PICTURES = {".png", ".jpg", ".jpeg", ".bmp", ".webp", ".tif", ".tiff", ".pgm"}
MAX_SIDE = 2400
_WANTED_SIDE = 1280


class FrameSource(QObject):
    """Base of all sources; `open` and `close` may be called once each."""

    frame = Signal(QVideoFrame)
    failed = Signal(str)

    def open(self) -> None:
        """Begin to deliver."""
        raise NotImplementedError

    def close(self) -> None:
        """Deliver no more and release the device before returning."""
        raise NotImplementedError


class QtCamera(FrameSource):
    """A camera through QtMultimedia."""

    def __init__(self, device: QCameraDevice, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._camera = QCamera(device, self)
        self._session = QMediaCaptureSession(self)
        self._sink = QVideoSink(self)
        self._session.setCamera(self._camera)
        self._session.setVideoSink(self._sink)
        self._sink.videoFrameChanged.connect(self.frame)
        self._camera.errorOccurred.connect(self._fault)
        self._choose_format(device)

    def _choose_format(self, device: QCameraDevice) -> None:
        """About 1280×720: more pixels cost time, fewer cost codes. 30 pictures a second before size before plane formats."""
        formats = device.videoFormats()
        if formats:
            self._camera.setCameraFormat(min(formats, key=lambda f: (
                f.maxFrameRate() < 24, abs(max(f.resolution().width(), f.resolution().height()) - _WANTED_SIDE),
                f.pixelFormat().name == "Format_Jpeg")))

    def open(self) -> None:
        self._camera.start()

    def close(self) -> None:
        self._camera.stop()
        self._session.setVideoSink(None)
        self._session.setCamera(None)

    @Slot(QCamera.Error, str)
    def _fault(self, error: QCamera.Error, _text: str) -> None:
        if error is not QCamera.Error.NoError:
            self.failed.emit("camera-failed")


class CvCamera(FrameSource):
    """A camera through OpenCV, by its number or device file: the fall-back for drivers that Qt cannot use. A path of a video or of a
    pipe is played as fast as it comes."""

    def __init__(self, target: int | str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._target = target
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="camera-opencv", daemon=True)

    def open(self) -> None:
        self._thread.start()

    def close(self) -> None:
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(5.0)

    def _run(self) -> None:
        capture = cv2.VideoCapture(self._target, _api(self._target))
        try:
            if not capture.isOpened():
                self.failed.emit("camera-failed")
                return
            if capture.get(cv2.CAP_PROP_FRAME_COUNT) <= 0:
                # MJPG first: uncompressed, USB 2 carries 1280×720 only at 10 pictures a second.
                capture.set(cv2.CAP_PROP_FOURCC, cv2.VideoWriter.fourcc(*"MJPG"))
                capture.set(cv2.CAP_PROP_FRAME_WIDTH, 1280)
                capture.set(cv2.CAP_PROP_FRAME_HEIGHT, 720)
            while not self._stop.is_set():
                good, picture = capture.read()
                if not good:
                    self.failed.emit("camera-failed")
                    return
                gray = picture if picture.ndim == 2 else cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
                self.frame.emit(frame_of(gray))
        except cv2.error as error:
            log.warning("camera read failed: %s", error.code)
            self.failed.emit("camera-failed")
        finally:
            capture.release()


class FileCamera(FrameSource):
    """A picture, a video or a folder of pictures shown to the program as a camera would: for trying without one.

    What the path holds is looked at again whenever it changes, and may appear later; a picture that is still being written is
    simply not there yet. Frames go through a real QVideoSink.
    """

    def __init__(self, path: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._path = path
        self._stamp: object = None
        self._pictures: list[np.ndarray] = []
        self._video: cv2.VideoCapture | None = None
        self._next = 0
        self._sink = QVideoSink(self)
        self._sink.videoFrameChanged.connect(self.frame)
        self._timer = QTimer(self)
        self._timer.setInterval(1000 // FILE_FPS)
        self._timer.timeout.connect(self._tick)

    def open(self) -> None:
        self._timer.start()

    def close(self) -> None:
        self._timer.stop()
        self._forget()

    def _forget(self) -> None:
        self._pictures = []
        self._next = 0
        if self._video is not None:
            self._video.release()
            self._video = None

    @Slot()
    def _tick(self) -> None:
        files = self._files()
        stamp = [(str(f), s.st_mtime_ns, s.st_size) for f in files if (s := _stat(f))]
        if stamp != self._stamp:
            self._stamp = stamp
            self._forget()
            self._load(files)
        if self._video is not None:
            self._video_frame(self._video)
        elif self._pictures:
            # A frame of its own each time: the sink keeps quiet about one it already shows.
            self._sink.setVideoFrame(frame_of(self._pictures[self._next % len(self._pictures)]))
            self._next += 1

    def _files(self) -> list[Path]:
        try:
            if self._path.is_dir():
                return sorted(f for f in self._path.iterdir() if f.suffix.lower() in PICTURES)
        except OSError:
            return []
        return [self._path]

    def _load(self, files: list[Path]) -> None:
        if len(files) == 1 and files[0].is_file() and files[0].suffix.lower() not in PICTURES:
            video = cv2.VideoCapture(str(files[0]))
            if video.isOpened():
                self._video = video
                return
            video.release()
        for file in files:
            try:
                self._pictures.append(_limited(load_picture(file)))
            except UserError as error:
                log.info("picture not shown to the camera: %s", error.code)

    def _video_frame(self, video: cv2.VideoCapture) -> None:
        good, picture = video.read()
        if not good:  # from the beginning again
            video.set(cv2.CAP_PROP_POS_FRAMES, 0)
            good, picture = video.read()
        if good:
            gray = picture if picture.ndim == 2 else cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
            self._sink.setVideoFrame(frame_of(_limited(gray)))


def _api(target: int | str) -> int:
    """DirectShow on Windows (Media Foundation takes 4–20 s to open), V4L2 for device files and numbers on Linux."""
    if isinstance(target, str) and not target.startswith("/dev/"):
        return cv2.CAP_FFMPEG
    return {"win32": cv2.CAP_DSHOW, "linux": cv2.CAP_V4L2}.get(sys.platform, cv2.CAP_ANY)


def _limited(gray: np.ndarray) -> np.ndarray:
    scale = MAX_SIDE / max(gray.shape)
    return gray if scale >= 1 else cv2.resize(gray, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)


def _stat(file: Path):  # type: ignore[no-untyped-def]
    try:
        return file.stat()
    except OSError:
        return None
