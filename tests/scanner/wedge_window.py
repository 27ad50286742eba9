"""A window with fields and the keyboard scanner's filter, as a process of its own on an X screen.

One JSON object a line. In: {"do": "field", "name": …, "text": …} puts the focus and a text, {"do": "block", "ms": …} keeps the
window busy, {"do": "state"} asks.
Out: {"ready": true}, {"scan": …, "note": …} and {"trouble": …} as they come, and the state.
"""

from __future__ import annotations

import json
import os
import sys
import time

import psutil
from PySide6.QtCore import QSocketNotifier
from PySide6.QtWidgets import QApplication, QLineEdit, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from counter_app.domain.published import bundled_codes
from counter_app.scanner.gate import Wrapping
from counter_app.scanner.known import TypedGrammar
from counter_app.scanner.qt.wedge import Wedge


class Window(QWidget):
    def __init__(self) -> None:
        super().__init__()
        self.line, self.area, self.button = QLineEdit(), QPlainTextEdit(), QPushButton("Lưu")
        self.pressed = 0
        self.button.clicked.connect(self._press)
        column = QVBoxLayout(self)
        for widget in (self.line, self.area, self.button):
            column.addWidget(widget)
        grammar = TypedGrammar(bundled_codes, lambda: Wrapping(*sys.argv[1:3]))
        self.wedge = Wedge(grammar.fits, self, grammar.proves)
        self.wedge.scanned.connect(lambda raw: say(scan=raw.text, note=raw.note))
        self.wedge.troubled.connect(lambda note: say(trouble=note))
        self.wedge.start()
        self._input = QSocketNotifier(0, QSocketNotifier.Type.Read, self)
        self._input.activated.connect(self._read)
        self._pending = b""

    def _press(self) -> None:
        self.pressed += 1

    def _read(self) -> None:
        data = os.read(0, 65536)
        if not data:
            QApplication.quit()
        *lines, self._pending = (self._pending + data).split(b"\n")
        for line in lines:
            self._do(json.loads(line))

    def _do(self, order: dict) -> None:
        match order["do"]:
            case "field":
                widget = getattr(self, order["name"])
                if widget is self.line:
                    widget.setText(order["text"])
                elif widget is self.area:
                    widget.setPlainText(order["text"])
                widget.setFocus()
                say(focused=True)
            case "block":
                time.sleep(order["ms"] / 1000)
            case "state":
                say(line=self.line.text(), area=self.area.toPlainText(), pressed=self.pressed,
                    active=QApplication.focusWindow() is not None, memory_mb=psutil.Process().memory_info().rss / 1e6)


def say(**facts: object) -> None:
    sys.stdout.write(json.dumps(facts) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    app = QApplication([])
    window = Window()
    window.resize(400, 300)
    window.show()
    window.activateWindow()
    say(ready=True)
    app.exec()
