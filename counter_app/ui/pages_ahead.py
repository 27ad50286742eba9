"""Pages are made one after another while nobody waits for them: a page takes 50 to 100 ms, and the first F5 of a day should not."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from counter_app.ui.main_window import MainWindow

_PAUSE_MS = 80


class PagesAhead(QObject):
    """``start`` begins; every ``_PAUSE_MS`` one page is made, until all are there; then ``done()``. Keys are taken in between.
    After the first the frame is rehearsed: that is what a sign-in uncovers."""

    done = Signal()

    def __init__(self, window: MainWindow, page_ids: Sequence[str], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._window, self._left, self._rehearsed = window, list(page_ids), False
        self._first = page_ids[0]
        self._timer = QTimer(self)
        self._timer.setInterval(_PAUSE_MS)
        self._timer.setSingleShot(True)  # the pause begins when a page is done: else the next would follow a slow one at once
        self._timer.timeout.connect(self._next)
        window.destroyed.connect(self.stop)  # the program may outlive its window by a moment

    def start(self) -> None:
        self._timer.start()

    @Slot()
    def stop(self) -> None:
        """Whatever is not made yet is made when it is opened."""
        self._timer.stop()

    @Slot()
    def _next(self) -> None:
        if not self._rehearsed and self._window.page(self._first) is not None:
            self._rehearsed = True
            self._window.rehearse()
            self._timer.start()
            return
        while self._left and self._window.page(self._left[0]) is not None:
            self._left.pop(0)
        if self._left:
            self._window.prepare(self._left.pop(0))
            self._timer.start()
        else:
            self.stop()
            self.done.emit()
