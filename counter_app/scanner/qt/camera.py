"""One camera session: frames in, scans out. Devices and decoding have threads of their own; the rest is on the GUI thread."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from pathlib import Path
from time import monotonic
from urllib.parse import unquote, urlsplit

from PySide6.QtCore import QObject, QTimer, Signal, Slot
from PySide6.QtGui import QImage

from counter_app.scanner.decode import Expect
from counter_app.scanner.hints import SteadyHint
from counter_app.scanner.qt.devices import CameraDevices, CameraInfo, list_cameras
from counter_app.scanner.qt.frames import FILE_PREFIX, FileCamera, FrameSource
from counter_app.scanner.qt.luma import gray_of, turned_by
from counter_app.scanner.qt.mailbox import Mailbox, SourceThread
from counter_app.scanner.qt.preview import preview_of
from counter_app.scanner.raw import RawScan, Source
from counter_app.scanner.stream import FrameReader, FrameResult

from PySide6.QtMultimedia import QVideoFrame  # isort: skip

log = logging.getLogger(__name__)

NO_FRAME_S = 3.0
"""Without a picture for this long something is wrong, whatever the driver says: Qt calls a camera that is not there active."""
RETRY_MS = 3000
"""A camera that another program has is tried again so often: nothing tells when it is free."""
_LOOK_MS = 100

PROBLEMS = {
    "camera-missing": "Không thấy camera nào. Hãy cắm camera, hoặc dùng máy quét hay gõ mã.",
    "camera-failed": "Không mở được camera. Có thể chương trình khác đang dùng; hãy đóng chương trình đó rồi thử lại.",
    "camera-no-picture": "Camera không gửi hình. Hãy rút ra cắm lại, kiểm tra nắp che, hoặc chọn camera khác.",
    "camera-unplugged": "Camera vừa bị rút ra. Hãy cắm lại.",
}


class CameraSession(QObject):
    """Opens one source at a time. No call waits: devices are opened and closed on threads of their own.

    ``found(RawScan)`` for every believed sighting, also of the same code again (the gate drops repeats); ``preview(QImage)``
    the picture with the codes outlined; ``hint(str)`` what to do, empty when all is well; ``problem(code, message)`` why there
    is no picture. ``fits`` tells codes of known grammar (`scanner.known.known_code`). All signals come on the GUI thread.
    ``clock`` counts seconds.
    """

    found = Signal(object)
    preview = Signal(QImage)
    problem = Signal(str, str)
    hint = Signal(str)
    _decoded = Signal(int, object, object)
    _source_failed = Signal(int, str)

    def __init__(
        self,
        fits: Callable[[str], bool],
        parent: QObject | None = None,
        devices: CameraDevices | None = None,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        super().__init__(parent)
        self._fits, self._clock = fits, clock
        self._wanted = ""
        self._device_id = ""
        self._mirror = False
        self._ways: list[Callable[[], FrameSource]] = []
        self._source: SourceThread | None = None
        self._last_source: SourceThread | None = None
        self._source_number = 0
        self._frames_seen = False
        self._last_frame = 0.0
        self._listing_since: float | None = None
        self._told = ""
        self._round = 0
        self._hint = SteadyHint(clock)
        self._mailbox: Mailbox | None = None
        self._thread: threading.Thread | None = None
        self._decoded.connect(self._show)
        self._source_failed.connect(self._failed)
        self._watchdog = QTimer(self)
        self._watchdog.setInterval(_LOOK_MS)
        self._watchdog.timeout.connect(self._look)
        self._retry = QTimer(self)
        self._retry.setSingleShot(True)
        self._retry.setInterval(RETRY_MS)
        self._retry.timeout.connect(self._open_source)
        self._devices = devices or CameraDevices(self)
        self._devices.changed.connect(self._devices_changed)

    @property
    def is_open(self) -> bool:
        """Between `open` and `close`, whether pictures arrive or not."""
        return self._mailbox is not None

    def open(self, source: str = "", expect: Expect = "any") -> None:
        """Show ``source``: a camera's id, "" for the first one, or ``file:/path`` (picture, video or folder of pictures). What
        cannot be opened is told by ``problem``; the session stays open and starts by itself when a camera is plugged in."""
        self.close()
        self._wanted = source
        self._round += 1
        self._told = ""
        self._hint = SteadyHint(self._clock)
        self._mailbox = Mailbox()
        reader = FrameReader(self._fits, expect)
        self._thread = threading.Thread(
            target=self._decode, args=(self._mailbox, reader, self._round), name="camera-decode", daemon=True
        )
        self._thread.start()
        self._open_source()

    def close(self) -> None:
        """Let go of the camera and end the decode thread; returns at once, `wait` waits. Calling it twice does nothing."""
        self._retry.stop()
        self._close_source()
        if self._mailbox is not None:
            self._mailbox.close()
        self._mailbox = None

    def wait(self, timeout_s: float = 2.0) -> bool:
        """After `close`: whether device and decoder have ended, waited for at most ``timeout_s`` seconds (the program's end)."""
        deadline = monotonic() + timeout_s
        if self._thread is not None:
            self._thread.join(timeout_s)
        device_free = self._last_source is None or self._last_source.wait(max(0.0, deadline - monotonic()))
        return device_free and (self._thread is None or not self._thread.is_alive())

    def set_mirror(self, on: bool) -> None:
        """Show the preview as a mirror does. What is read is never mirrored."""
        self._mirror = on

    # ---- source

    @Slot()
    def _open_source(self) -> None:
        self._device_id = ""
        self._listing_since = None
        if self._wanted.startswith(FILE_PREFIX):
            path = _path_of(self._wanted)
            self._ways = [lambda: FileCamera(path)]
        else:
            cameras = self._devices.found()
            if cameras is None:  # `_devices_changed` goes on
                self._listing_since = self._clock()
                self._watchdog.start()
                return
            ids = [camera.id for camera in cameras]
            if not ids:
                self._tell("camera-missing")
                return
            self._device_id = self._wanted if self._wanted in ids else ids[0]
            self._ways = self._devices.ways(self._device_id)
        self._frames_seen = False
        self._next_way()

    def _next_way(self) -> bool:
        """Open the source the next way there is (Qt, then OpenCV); False when all were tried."""
        if not self._ways:
            return False
        self._close_source()
        self._source_number += 1
        number, mailbox = self._source_number, self._mailbox
        assert mailbox is not None

        def arrived(frame: QVideoFrame) -> None:
            if frame.isValid():
                self._frames_seen, self._last_frame = True, self._clock()
                mailbox.put(frame)

        self._last_frame = self._clock()
        self._source = self._last_source = SourceThread(
            self._ways.pop(0), arrived, lambda code: self._source_failed.emit(number, code), self._last_source
        )
        self._watchdog.start()
        return True

    def _close_source(self) -> None:
        self._watchdog.stop()
        self._listing_since = None
        source, self._source = self._source, None
        if source is not None:
            source.stop()

    @Slot(int, str)
    def _failed(self, number: int, code: str) -> None:
        """The device told a fault. Before its first picture the next way is tried; else it is opened again a little later."""
        if self._source is None or number != self._source_number:
            return
        if not self._frames_seen and self._next_way():
            log.info("camera gave no picture; trying another way")
            return
        self._close_source()
        self._tell(code)
        self._retry.start()

    @Slot()
    def _look(self) -> None:
        if self._listing_since is not None and self._clock() - self._listing_since >= NO_FRAME_S:
            self._tell("camera-failed")
        if self._source is None or self._clock() - self._last_frame < NO_FRAME_S:
            return
        if not self._frames_seen and self._next_way():
            log.info("camera sent no picture; trying another way")
            return
        self._tell("camera-no-picture")

    @Slot()
    def _devices_changed(self) -> None:
        if not self.is_open or self._wanted.startswith(FILE_PREFIX):
            return
        cameras = self._devices.found()
        if cameras is None:
            return
        ids = [camera.id for camera in cameras]
        if self._listing_since is not None:  # the first list
            self._open_source()
        elif self._source is not None and self._device_id not in ids:
            self._close_source()
            self._tell("camera-unplugged")
        elif ids and (self._source is None or (self._wanted in ids and self._device_id != self._wanted)):
            # Back again; or the chosen camera is back while another stood in for it.
            self._retry.stop()
            self._close_source()
            self._open_source()

    def _tell(self, code: str) -> None:
        """Each fault once, until there is a picture again."""
        if code != self._told:
            self._told = code
            self.problem.emit(code, PROBLEMS[code])

    # ---- decoding

    def _decode(self, mailbox: Mailbox, reader: FrameReader, number: int) -> None:
        """The decode thread. It never touches a widget; what it finds goes by a queued signal."""
        while (frame := mailbox.take()) is not None:
            try:
                gray, turned = gray_of(frame), turned_by(frame)
                del frame
                if gray is not None:
                    result = reader.frame(gray)
                    self._decoded.emit(number, result, preview_of(gray, result.reads, self._mirror, turned))
            except Exception as error:  # one bad frame must not end the session; the place is logged, no content
                log.error("camera frame failed: %s", type(error).__name__, exc_info=error)

    @Slot(int, object, object)
    def _show(self, number: int, result: FrameResult, picture: QImage) -> None:
        if number != self._round or not self.is_open:
            return
        self._told = ""
        self.preview.emit(picture)
        words = self._hint.next(bool(result.reads), result.advice)
        if words is not None:
            self.hint.emit(words)
        for read in result.reads:
            self.found.emit(RawScan(read.text, Source.CAMERA, symbology=read.symbology))


def _path_of(source: str) -> Path:
    """The path of ``file:/path``, ``file:///path`` or, on Windows, ``file:C:\\path``."""
    rest = source.removeprefix(FILE_PREFIX)
    return Path(unquote(urlsplit(source).path)) if rest.startswith("///") else Path(rest)


__all__ = ["PROBLEMS", "CameraInfo", "CameraSession", "list_cameras"]
