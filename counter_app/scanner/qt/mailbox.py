"""From the camera to the decoder: one slot, and a thread for the device so that no driver can make the window wait."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from PySide6.QtCore import QEventLoop, QMetaObject, Qt
from PySide6.QtMultimedia import QVideoFrame

from counter_app.scanner.qt.frames import FrameSource
from counter_app.scanner.qt.multimedia import com_for_this_thread

log = logging.getLogger(__name__)

PATIENCE_S = 10.0
"""How long a device is waited for that another thread is still letting go of."""


class Mailbox:
    """One slot; the newest frame replaces an older one nobody had time for."""

    def __init__(self) -> None:
        self._ready = threading.Condition()
        self._frame: QVideoFrame | None = None
        self._closed = False

    def put(self, frame: QVideoFrame) -> None:
        """Called on the source's thread."""
        with self._ready:
            if not self._closed:
                self._frame = frame
                self._ready.notify()

    def take(self) -> QVideoFrame | None:
        """The next frame; None once closed."""
        with self._ready:
            self._ready.wait_for(lambda: self._closed or self._frame is not None)
            frame, self._frame = self._frame, None
            return None if self._closed else frame

    def close(self) -> None:
        """Wake the reader for the last time."""
        with self._ready:
            self._closed, self._frame = True, None
            self._ready.notify()


class SourceThread:
    """Makes, opens, serves and closes one source on a thread of its own.

    Drivers may hang in any of these calls. `stop` therefore only asks; the next source passes this one as ``after`` and opens the
    device when it has been let go of. The thread is a daemon: a driver that never returns does not keep the program alive.
    """

    def __init__(
        self,
        make: Callable[[], FrameSource],
        on_frame: Callable[[QVideoFrame], None],
        on_failed: Callable[[str], None],
        after: SourceThread | None = None,
    ) -> None:
        self._make, self._on_frame, self._on_failed, self._after = make, on_frame, on_failed, after
        self._lock = threading.Lock()
        self._stopped = False
        self._loop: QEventLoop | None = None
        self._thread = threading.Thread(target=self._run, name="camera-source", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Ask the source to close; returns at once."""
        with self._lock:
            self._stopped = True
            if self._loop is not None:
                QMetaObject.invokeMethod(self._loop, "quit", Qt.ConnectionType.QueuedConnection)  # type: ignore[call-overload]

    def wait(self, timeout_s: float) -> bool:
        """Whether the device was let go of within ``timeout_s`` seconds."""
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def _run(self) -> None:
        after, self._after = self._after, None
        if after is not None and not after.wait(PATIENCE_S):
            self._on_failed("camera-failed")
            return
        com_for_this_thread()
        loop = QEventLoop()
        with self._lock:
            if self._stopped:
                return
            self._loop = loop
        try:
            source = self._make()
            # Directly: what comes in goes into the mailbox on this thread, the window's thread has no part in it.
            source.frame.connect(self._arrived, Qt.ConnectionType.DirectConnection)
            source.failed.connect(self._failed, Qt.ConnectionType.DirectConnection)
            source.open()
            loop.exec()
            source.close()
            del source
        except Exception as error:  # a back end may throw anything; the place is logged, no content
            log.error("camera source failed: %s", type(error).__name__, exc_info=error)
            self._failed("camera-failed")
        finally:
            with self._lock:
                self._loop = None

    def _arrived(self, frame: QVideoFrame) -> None:
        if not self._stopped:
            self._on_frame(frame)

    def _failed(self, code: str) -> None:
        if not self._stopped:
            self._on_failed(code)


__all__ = ["Mailbox", "SourceThread"]
