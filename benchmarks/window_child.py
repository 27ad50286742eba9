"""One window in a process of its own: ``program PROFILE [STAY]`` is the real program, ``bare COUNT`` a window with as many widgets.
Prints when it could be used: painted, and the keyboard in a field."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QGuiApplication, QKeyEvent
from PySide6.QtWidgets import QApplication, QGridLayout, QLabel, QLineEdit, QMainWindow, QPushButton, QScrollArea, QWidget


class _Usable(QObject):
    """Watches for the first paint of the window, then for a field that has the keyboard."""

    def __init__(self, window: QWidget, done: Callable[[float], None]) -> None:
        super().__init__(window)
        self._painted, self._done = False, done
        window.installEventFilter(self)
        self._timer = QTimer(self, interval=1)
        self._timer.timeout.connect(self._look)
        self._timer.start()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        self._painted |= event.type() in (QEvent.Type.Paint, QEvent.Type.UpdateRequest)
        return False

    def _look(self) -> None:
        if self._painted and isinstance(QApplication.focusWidget(), QLineEdit):
            self._timer.stop()
            self._done(time.time())


def _program(profile: str, stay: float = -1.0) -> None:
    """As a person starts it, command line included. One key is typed at the first usable moment and must be in the field. Without
    ``stay`` it ends when the store is ready behind the sign-in, i.e. an Enter is answered."""
    import counter_app.app
    from counter_app.cli import main

    told: dict[str, float] = {}
    window: list[QWidget] = []

    def usable(at: float) -> None:
        field = QApplication.focusWidget()
        assert isinstance(field, QLineEdit) and not field.text()
        QApplication.sendEvent(field, QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_H, Qt.KeyboardModifier.NoModifier, "h"))
        if field.text() != "h":
            raise SystemExit("the key is not in the field")
        told.update(at=at, widgets=len(QApplication.allWidgets()))

    def shown(opened: QWidget) -> None:
        window.append(opened)
        _Usable(opened, usable)

    def ready(_program: object) -> None:
        told["ready"] = time.time()
        QTimer.singleShot(max(0, int(stay * 1000)), lambda: _leave(window[0], told, stay))

    run = counter_app.app.run
    counter_app.app.run = lambda directory: run(directory, then=ready, shown=shown)  # type: ignore[assignment]
    if code := main(["--profile", profile]):
        raise SystemExit(code)


def _leave(window: QWidget, told: dict[str, float], stay: float) -> None:
    if stay > 0:
        import psutil

        told["rss"] = psutil.Process().memory_info().rss
    print(json.dumps(told), flush=True)
    window.close()
    QCoreApplication.quit()


def _bare(count: int) -> None:
    app = QApplication([])
    window, inside = QMainWindow(), QWidget()
    grid, kinds = QGridLayout(inside), (QLabel, QPushButton, QLabel, QWidget)
    field = QLineEdit()
    grid.addWidget(field, 0, 0)
    while len(QApplication.allWidgets()) < count - 4:  # the scroll area brings its own
        n = grid.count()
        kind = kinds[n % 4]
        grid.addWidget(kind(f"Mục {n}") if kind is not QWidget else QWidget(), n // 12, n % 12)
    area = QScrollArea()
    area.setWidget(inside)
    window.setCentralWidget(area)
    window.resize(1366, 768)
    window.show()
    window.activateWindow()
    field.setFocus()
    _Usable(window, lambda at: _leave(window, {"at": at, "widgets": len(QApplication.allWidgets())}, 0))
    app.exec()


if __name__ == "__main__":
    if sys.argv[1] == "program":
        _program(sys.argv[2], *map(float, sys.argv[3:]))
    else:
        _bare(int(sys.argv[2]))
    assert QGuiApplication.instance() is not None
