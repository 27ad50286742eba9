"""Garbage is collected by the window's thread, in its own time.

Python collects wherever the count is full: also in the middle of a worker's import, where it walks every object of the program and holds
all threads meanwhile (seen in stack samples of late heartbeats).
"""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QTimer, Slot

_EVERY_MS = 500
_MIDDLE, _ALL = 10, 120
"""Of so many beats one takes the middle generation too, one takes all."""


class Collector(QObject):
    """``start`` takes collecting over, ``settle`` sets aside what stays for good (modules, classes), ``stop`` gives it back."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._beats = 0
        self._timer = QTimer(self)
        self._timer.setInterval(_EVERY_MS)
        self._timer.timeout.connect(self._beat)

    def start(self) -> None:
        gc.disable()
        self._timer.start()

    def settle(self) -> None:
        """Everything alive now is not looked at again. Takes no time."""
        gc.freeze()

    def stop(self) -> None:
        self._timer.stop()
        gc.unfreeze()
        gc.enable()

    @Slot()
    def _beat(self) -> None:
        self._beats += 1
        gc.collect(2 if self._beats % _ALL == 0 else 1 if self._beats % _MIDDLE == 0 else 0)
