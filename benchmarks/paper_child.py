"""A window of its own process that prints and previews for the first time, while its heart beats. Writes figures as JSON to stdout."""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import perf_counter


def main(times: int) -> None:
    """First print after start (nothing of the PDF library is loaded), first preview, then ``times`` more."""
    from PySide6.QtCore import QEventLoop, QTimer
    from PySide6.QtWidgets import QApplication

    from counter_app.runtime.settings import Settings
    from counter_app.scanner.router import Router
    from counter_app.services import paper
    from counter_app.services.receive import receive
    from counter_app.ui.background import TaskRunner
    from counter_app.ui.collector import Collector
    from counter_app.ui.context import Facts, UiContext
    from counter_app.ui.heartbeat import Heartbeat
    from counter_app.ui.main_window import MainWindow
    from counter_app.ui.pages.specs import page_specs
    from counter_app.ui.print_flow import PrintFlow
    from counter_app.ui.print_panel import PrintPanel
    from counter_app.ui.print_view import PrintView
    from counter_app.ui.theme import apply_theme
    from tests.desk import a_form, make_desk

    folder = Path(tempfile.mkdtemp(prefix="counter-paper-"))
    app = QApplication([])
    apply_theme(app, "light")
    bench, tasks = make_desk(folder), TaskRunner()
    ctx = UiContext(desk=bench.desk, tasks=tasks, scans=Router(), facts=Facts(), settings=Settings(folder / "s.json", folder / "none.json"))
    flow = ctx.printing = PrintFlow(ctx)
    window = MainWindow(page_specs(ctx))
    window.panel = PrintPanel(ctx, flow, window)
    window.show_page("receive")
    window.show()
    dossier = receive(bench.desk, a_form())[0].dossier
    assert "reportlab" not in sys.modules

    def turn(until: Callable[[], bool], seconds: float = 60.0) -> float:
        start = perf_counter()
        while not until() and perf_counter() - start < seconds:
            app.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)
        if not until():
            raise RuntimeError("nothing came")
        return (perf_counter() - start) * 1000

    tick = QTimer()
    tick.start(10)
    import counter_app.printing.qt.preview  # noqa: F401 - what the program's start reads behind the window

    settled = perf_counter() + 1.0
    collector = Collector()
    collector.start()
    turn(lambda: perf_counter() > settled)
    collector.settle()
    heart = Heartbeat()
    heart.start()
    printed: list[object] = []
    flow.printed.connect(printed.append)
    flow.save_pdf(paper.receipt(bench.desk, dossier), folder / "first.pdf")
    first_print = turn(lambda: bool(printed))
    halted = heart.late_max_ms
    heart.late_max_ms = 0.0
    shown = []
    for _ in range(times + 1):
        start = perf_counter()
        flow.preview([paper.receipt(bench.desk, dossier)])
        turn(lambda: window.findChild(PrintView) is not None)
        view = window.findChild(PrintView)
        turn(lambda view=view: _inked(view))
        shown.append((perf_counter() - start) * 1000)
        view.close()
        view.setParent(None)
        view.deleteLater()
        turn(lambda: window.findChild(PrintView) is None)
    print(json.dumps({"first_print_ms": first_print, "first_preview_ms": shown[0], "preview_ms": shown[1:], "print_late_ms": halted,
                      "preview_late_ms": heart.late_max_ms}))
    sys.stdout.flush()
    flow.stop()
    tasks.shutdown()
    bench.close()


def _inked(view: object) -> bool:
    """Is the page drawn: dark points in the middle of the view?"""
    preview = view.preview  # type: ignore[attr-defined]
    if not preview.pages():
        return False
    picture = preview._view.viewport().grab().toImage()
    middle = picture.width() // 2
    return any(picture.pixelColor(middle + x, y).lightness() < 90 for x in range(-60, 60, 6) for y in range(0, picture.height(), 5))


if __name__ == "__main__":
    main(int(sys.argv[1]))
