"""Is the window alive? A timer of 50 ms whose lateness is kept: what a person feels as freezing is a number here."""

from __future__ import annotations

import json
import os
from pathlib import Path
from time import monotonic

from PySide6.QtCore import QObject, Qt, QTimer, Slot

BEAT_MS = 50
LATE_MS = 150
_WRITE_EVERY = 40


class Heartbeat(QObject):
    """Counts beats and how late they came, in milliseconds. With ``file`` the figures are written there about every 2 s and by
    `write` (help desk, benchmarks, tests)."""

    def __init__(self, parent: QObject | None = None, file: Path | None = None) -> None:
        super().__init__(parent)
        self.beats = 0
        self.late_max_ms = 0.0
        self.late_over = 0
        self._file = file
        self._last = monotonic()
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(BEAT_MS)
        self._timer.timeout.connect(self._beat)

    def start(self) -> None:
        """Begin to count; start-up itself is not counted."""
        self._last = monotonic()
        self._timer.start()

    def last(self) -> float:
        """When it beat last (``monotonic``); any thread may ask."""
        return self._last

    def figures(self) -> dict[str, float]:
        return {"beats": self.beats, "late_max_ms": round(self.late_max_ms, 1), "late_over_150": self.late_over}

    def write(self) -> None:
        """Write the figures; a file that cannot be written is no reason to disturb anybody."""
        if self._file is None:
            return
        try:
            part = self._file.with_suffix(".part")
            part.write_text(json.dumps(self.figures()), encoding="utf-8")
            os.replace(part, self._file)
        except OSError:
            self._file = None

    @Slot()
    def _beat(self) -> None:
        now = monotonic()
        late = (now - self._last) * 1000 - BEAT_MS
        self._last = now
        self.beats += 1
        self.late_max_ms = max(self.late_max_ms, late)
        self.late_over += late > LATE_MS
        if self.beats % _WRITE_EVERY == 0:
            self.write()
