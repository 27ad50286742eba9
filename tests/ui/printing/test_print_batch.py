"""Many papers at once: one after the other, with how far they are, stopped when somebody says so or the printer does."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from counter_app.printing.profiles import PDF_QUEUE
from counter_app.runtime.settings import PRINTERS
from counter_app.services import print_jobs
from counter_app.services.paper import Paper
from counter_app.ui.main_window import MainWindow
from counter_app.ui.pages.dossier_presenter import build_dossier_page
from counter_app.ui.print_batch import AHEAD, BatchPanel
from counter_app.ui.print_panel import PrintPanel
from counter_app.ui.theme import apply_theme
from tests.printing import letter_samples
from tests.servers.cups import IppPrinter
from tests.ui.pages.stage import Stage, in_window
from tests.ui.printing.conftest import Printing


@pytest.fixture
def window(printing: Printing, app, qtbot) -> MainWindow:
    """The dossier page, which does not tell of prints itself, with the panel over it."""
    made, page = in_window(Stage(printing.bench, printing.ctx, None), "dossier", build_dossier_page)  # type: ignore[arg-type]
    qtbot.addWidget(made)
    made.panel = PrintPanel(printing.ctx, printing.flow, made)
    page.presenter.open(printing.dossier_id)
    return made


def some(printing: Printing, count: int, made: list[int]) -> list[Callable[[], Paper]]:
    """Receipts that are made when their turn comes, each counting by itself."""
    first = printing.receipt()

    def maker(number: int) -> Callable[[], Paper]:
        def make() -> Paper:
            made.append(number)
            return replace(first, entity="", title=f"{first.title}-{number}")

        return make

    return [maker(number) for number in range(count)]


def panel_of(window: MainWindow) -> BatchPanel:
    assert window.panel.batch is not None
    return window.panel.batch


def into_files(printing: Printing) -> None:
    printing.settings.set(PRINTERS, {"receipt-a4": {"queue": PDF_QUEUE}})


def test_all_of_them_come_out_and_none_is_made_before_its_turn(printing: Printing, window: MainWindow, no_printer, tmp_path: Path, wait):
    into_files(printing)
    made: list[int] = []
    ahead: list[int] = []
    printing.flow.printed.connect(lambda _paper: ahead.append(len(made) - panel.out))
    printing.flow.print_many("giấy tiếp nhận", some(printing, 9, made))
    panel = panel_of(window)
    assert panel.isVisible() and "0/9" in panel.panel.sentence()
    wait(lambda: panel.out == 9)
    assert made == list(range(9)) and max(ahead) <= AHEAD
    assert "Đã in xong giấy tiếp nhận: 9/9" in panel.panel.sentence()
    assert len(list((tmp_path / "exports").iterdir())) == 9
    assert window.panel.saved.isHidden() and window.toast.isHidden()  # the batch says it
    panel.action_requested.emit("close")
    assert window.panel.batch is None


def test_more_of_them_join_the_batch(printing: Printing, window: MainWindow, no_printer, wait):
    into_files(printing)
    printing.flow.print_many("giấy tiếp nhận", some(printing, 3, []))
    more = [replace(paper(), title=f"thêm {n}") for n, paper in enumerate(some(printing, 3, []))]
    printing.flow.print_many("giấy tiếp nhận", more)
    panel = panel_of(window)
    assert panel.total == 6
    wait(lambda: panel.out == 6)


def test_stopping_takes_back_what_waits(printing: Printing, window: MainWindow, queue: IppPrinter, wait):
    queue.fault("media-empty")
    made: list[int] = []
    printing.flow.print_many("giấy tiếp nhận", some(printing, 20, made))
    panel = panel_of(window)
    wait(lambda: len(queue.jobs()) and printing.flow.waiting() == AHEAD and "hết giấy" in str(printing.told[-1]))
    panel.action_requested.emit("stop")
    assert "Đã dừng" in panel.panel.sentence() and not panel.running
    wait(lambda: all(job.state in ("canceled", "aborted") for job in queue.jobs()[-len(made):]))
    queue.wait_until_dropped()
    assert len(made) == AHEAD and queue.documents == [] and printing.prints() == {}
    assert {one.outcome for one in print_jobs.attempts(printing.bench.desk)} == {"stopped"}


def test_a_fault_holds_the_rest_until_somebody_decides(printing: Printing, window: MainWindow, no_printer, wait, tmp_path: Path):
    made: list[int] = []
    printing.flow.print_many("giấy tiếp nhận", some(printing, 8, made))
    panel = panel_of(window)
    wait(lambda: "Tạm dừng" in panel.panel.sentence())
    assert len(made) == AHEAD and panel.out == 0 and len(panel.failed) == AHEAD
    into_files(printing)
    panel.action_requested.emit("go-on")
    wait(lambda: panel.out == 8)
    assert sorted(made) == list(range(8)) and panel.failed == []


def test_pages_of_a_long_paper_are_counted(printing: Printing, window: MainWindow, queue: IppPrinter, wait):
    queue.fault("media-empty")
    papers = some(printing, 3, [])
    printing.flow.print_many("sổ theo dõi", papers)
    panel = panel_of(window)
    wait(lambda: printing.flow.waiting() == AHEAD)
    paper = next(iter(panel._now.values()))
    printing.flow.paged.emit(paper, 12, 300)
    assert "Trang 12/300" in panel.panel.sentence()
    panel.stop()
    wait(lambda: all(job.state in ("canceled", "aborted") for job in queue.jobs()[-AHEAD:]))


def test_a_lone_register_shows_its_pages_and_can_be_stopped(printing: Printing, window: MainWindow, queue: IppPrinter, wait):
    queue.fault("media-empty")
    register = Paper("07", "", 1, "2026-11", letter_samples.register(200))
    printing.flow.print_paper(register)
    wait(lambda: window.panel.batch is not None and "hết giấy" in str(printing.told[-1]))
    panel = panel_of(window)
    pages = panel._pages
    assert pages > 6 and re.search(rf"Đang in sổ theo dõi hồ sơ 2026-11: \d+/{pages} trang\.$", panel.panel.sentence())
    printing.flow.paged.emit(register, 4, pages)
    assert f"4/{pages} trang" in panel.panel.sentence()
    panel.action_requested.emit("stop")
    assert f"Đã dừng: sổ theo dõi hồ sơ 2026-11, đã in 4/{pages} trang" in panel.panel.sentence()
    wait(lambda: queue.jobs()[-1].state in ("canceled", "aborted"))
    queue.wait_until_dropped()
    assert [one.outcome for one in print_jobs.attempts(printing.bench.desk)] == ["stopped"]


def test_a_long_paper_that_comes_out_says_so(printing: Printing, window: MainWindow, queue: IppPrinter, wait):
    printing.flow.print_paper(Paper("07", "", 1, "2026-11", letter_samples.register(120)))
    wait(lambda: window.panel.batch is not None)
    panel = panel_of(window)
    wait(lambda: panel.out == 1)
    assert f"Đã in xong sổ theo dõi hồ sơ 2026-11: {panel._pages}/{panel._pages} trang" in panel.panel.sentence()


def test_pages_of_a_driver_count_while_they_are_drawn_and_a_short_paper_shows_none(printing: Printing, window: MainWindow, no_printer):
    short = printing.receipt()
    printing.flow._sending(short, 1, 2)
    assert window.panel.batch is None
    for number in (1, 2, 3):
        printing.flow._sending(short, number, 40)
    assert "3/40 trang" in panel_of(window).panel.sentence()
    assert window.panel.batch is not None and window.panel.batch.holds(short)


def test_pictures(printing: Printing, window: MainWindow, app: QApplication, no_printer, keep_picture, monkeypatch):
    monkeypatch.setattr(printing.flow, "print_paper", lambda paper, **_: None)
    printing.flow.print_many("phiếu bàn giao", some(printing, 340, []))
    panel = panel_of(window)
    panel.out = 127
    panel._page = ""
    panel._show()
    for mode in ("light", "dark"):
        apply_theme(app, mode)
        app.processEvents()
        keep_picture(window, f"print-batch-{mode}")
    apply_theme(app, "light")


