"""One camera session: frames in, scans out. The decoding has a thread of its own; everything else is on the GUI thread."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

import cv2
import numpy as np
from PySide6.QtCore import QObject, QTimer, Signal, Slot
from PySide6.QtGui import QImage

from counter_app.scanner.decode import Expect
from counter_app.scanner.qt.multimedia import quiet_multimedia
from counter_app.scanner.raw import RawScan, Source
from counter_app.scanner.stream import FrameReader, FrameResult

quiet_multimedia()

from PySide6.QtMultimedia import QMediaDevices, QVideoFrame  # noqa: E402

from counter_app.scanner.qt.frames import FILE_PREFIX, CvCamera, FileCamera, FrameSource, QtCamera  # noqa: E402
from counter_app.scanner.qt.luma import gray_of  # noqa: E402

log = logging.getLogger(__name__)

NO_FRAME_MS = 3000
"""Without a picture for this long something is wrong, whatever the driver says: Qt calls a camera that is not there active."""
PREVIEW_SIDE = 640
_OUTLINE = (34, 197, 94)

PROBLEMS = {
    "camera-missing": "Không thấy camera nào. Hãy cắm camera, hoặc dùng máy quét hay gõ mã.",
    "camera-failed": "Không mở được camera. Có thể chương trình khác đang dùng; hãy đóng chương trình đó rồi thử lại.",
    "camera-no-picture": "Camera không gửi hình. Hãy rút ra cắm lại, kiểm tra nắp che, hoặc chọn camera khác.",
    "camera-unplugged": "Camera vừa bị rút ra. Hãy cắm lại.",
}


@dataclass(frozen=True, slots=True)
class CameraInfo:
    """A camera of this PC. ``id`` is stable between starts and goes into the settings."""

    id: str
    title: str


def list_cameras() -> list[CameraInfo]:
    """The cameras there are now, the system's default first."""
    default = QMediaDevices.defaultVideoInput().id()
    found = sorted(QMediaDevices.videoInputs(), key=lambda d: d.id() != default)
    return [CameraInfo(bytes(d.id().data()).decode("utf-8", "replace"), d.description()) for d in found]


class _Mailbox:
    """One slot; the newest frame replaces an older one nobody had time for."""

    def __init__(self) -> None:
        self._ready = threading.Condition()
        self._frame: QVideoFrame | None = None
        self._closed = False

    def put(self, frame: QVideoFrame) -> None:
        with self._ready:
            self._frame = frame
            self._ready.notify()

    def take(self) -> QVideoFrame | None:
        """The next frame; None once closed."""
        with self._ready:
            self._ready.wait_for(lambda: self._closed or self._frame is not None)
            frame, self._frame = self._frame, None
            return None if self._closed else frame

    def close(self) -> None:
        with self._ready:
            self._closed, self._frame = True, None
            self._ready.notify()


class CameraSession(QObject):
    """Opens one source at a time.

    ``found(RawScan)`` for every believed sighting, also of the same code again (the gate drops repeats); ``preview(QImage)``
    the picture with the codes outlined; ``hint(str)`` what to do, empty when all is well; ``problem(code, message)`` why there
    is no picture. ``fits`` tells codes of known grammar (`scanner.known.known_code`). All signals come on the GUI thread.
    """

    found = Signal(object)
    preview = Signal(QImage)
    problem = Signal(str, str)
    hint = Signal(str)
    _decoded = Signal(int, object, object)

    def __init__(self, fits: Callable[[str], bool], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._fits = fits
        self._expect: Expect = "any"
        self._source: FrameSource | None = None
        self._wanted = ""
        self._device_id = ""
        self._index = 0
        self._frames_seen = False
        self._round = 0
        self._mailbox: _Mailbox | None = None
        self._thread: threading.Thread | None = None
        self._decoded.connect(self._show)
        self._watchdog = QTimer(self)
        self._watchdog.setSingleShot(True)
        self._watchdog.setInterval(NO_FRAME_MS)
        self._watchdog.timeout.connect(self._no_frame)
        self._devices = QMediaDevices(self)
        self._devices.videoInputsChanged.connect(self._devices_changed)

    @property
    def is_open(self) -> bool:
        """Between `open` and `close`, whether pictures arrive or not."""
        return self._thread is not None

    def open(self, source: str = "", expect: Expect = "any") -> None:
        """Show ``source``: a camera's id, "" for the first one, or ``file:/path`` (picture, video or folder of pictures). What
        cannot be opened is told by ``problem``; the session stays open and starts by itself when a camera is plugged in."""
        self.close()
        self._wanted, self._expect = source, expect
        self._round += 1
        self._mailbox = _Mailbox()
        reader = FrameReader(self._fits, expect)
        self._thread = threading.Thread(
            target=self._decode, args=(self._mailbox, reader, self._round), name="camera-decode", daemon=True
        )
        self._thread.start()
        self._open_source()

    def close(self) -> None:
        """Release the camera and end the decode thread before returning. Calling it twice does nothing."""
        self._watchdog.stop()
        self._close_source()
        if self._mailbox is not None and self._thread is not None:
            self._mailbox.close()
            self._thread.join(5.0)
        self._mailbox = self._thread = None

    # ---- source

    def _open_source(self) -> None:
        self._frames_seen = False
        self._device_id = ""
        if self._wanted.startswith(FILE_PREFIX):
            self._use(FileCamera(_path_of(self._wanted), self))
            return
        devices = QMediaDevices.videoInputs()
        ids = [bytes(d.id().data()).decode("utf-8", "replace") for d in devices]
        if not devices:
            self._tell("camera-missing")
            return
        default = QMediaDevices.defaultVideoInput()
        self._index = ids.index(self._wanted) if self._wanted in ids else max(0, devices.index(default) if default in devices else 0)
        self._device_id = ids[self._index]
        self._use(QtCamera(devices[self._index], self))

    def _use(self, source: FrameSource) -> None:
        self._close_source()
        self._source = source
        source.frame.connect(self._arrived)
        source.failed.connect(self._failed)
        self._watchdog.start()
        source.open()

    def _close_source(self) -> None:
        source, self._source = self._source, None
        if source is not None:
            source.frame.disconnect(self._arrived)
            source.failed.disconnect(self._failed)
            source.close()
            source.deleteLater()

    @Slot(QVideoFrame)
    def _arrived(self, frame: QVideoFrame) -> None:
        if self._mailbox is not None and frame.isValid():
            self._frames_seen = True
            self._watchdog.start()
            self._mailbox.put(frame)

    @Slot(str)
    def _failed(self, code: str) -> None:
        if not self._fall_back():
            self._watchdog.stop()
            self._close_source()
            self._tell(code)

    @Slot()
    def _no_frame(self) -> None:
        if self._frames_seen or not self._fall_back():
            self._tell("camera-no-picture")
            self._watchdog.start()

    def _fall_back(self) -> bool:
        """A camera that Qt could not get a picture from is tried through OpenCV, once."""
        if self._frames_seen or not isinstance(self._source, QtCamera):
            return False
        log.info("camera gave no picture through Qt; trying OpenCV")
        self._use(CvCamera(self._index, self))
        return True

    @Slot()
    def _devices_changed(self) -> None:
        if not self.is_open or self._wanted.startswith(FILE_PREFIX):
            return
        ids = [camera.id for camera in list_cameras()]
        if self._source is None and ids:
            self._open_source()
        elif self._source is not None and self._device_id not in ids:
            self._watchdog.stop()
            self._close_source()
            self._tell("camera-unplugged")

    def _tell(self, code: str) -> None:
        self.problem.emit(code, PROBLEMS[code])

    # ---- decoding

    def _decode(self, mailbox: _Mailbox, reader: FrameReader, number: int) -> None:
        """The decode thread. It never touches a widget; what it finds goes by a queued signal."""
        while (frame := mailbox.take()) is not None:
            try:
                gray = gray_of(frame)
                del frame
                if gray is not None:
                    result = reader.frame(gray)
                    self._decoded.emit(number, result, _picture(gray, result))
            except Exception as error:  # one bad frame must not end the session; the place is logged, no content
                log.error("camera frame failed: %s", type(error).__name__, exc_info=error)

    @Slot(int, object, object)
    def _show(self, number: int, result: FrameResult, picture: QImage) -> None:
        if number != self._round or not self.is_open:
            return
        self.preview.emit(picture)
        if result.reads:
            self.hint.emit("")
        elif result.advice is not None:
            self.hint.emit(result.advice.value)
        for read in result.reads:
            self.found.emit(RawScan(read.text, Source.CAMERA, symbology=read.symbology))


def _picture(gray: np.ndarray, result: FrameResult) -> QImage:
    """A small copy for the screen with a line around what was read."""
    scale = min(1.0, PREVIEW_SIDE / max(gray.shape))
    small = cv2.resize(gray, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else gray
    colour = cv2.cvtColor(small, cv2.COLOR_GRAY2RGB)
    for read in result.reads:
        corners = (np.array(read.corners, dtype=np.float32) * scale).astype(np.int32)
        cv2.polylines(colour, [corners], True, _OUTLINE, 3, cv2.LINE_AA)
    height, width = colour.shape[:2]
    return QImage(colour.data, width, height, width * 3, QImage.Format.Format_RGB888).copy()


def _path_of(source: str) -> Path:
    """The path of ``file:/path``, ``file:///path`` or, on Windows, ``file:C:\\path``."""
    rest = source.removeprefix(FILE_PREFIX)
    return Path(unquote(urlsplit(source).path)) if rest.startswith("///") else Path(rest)


__all__ = ["PROBLEMS", "CameraInfo", "CameraSession", "list_cameras"]
