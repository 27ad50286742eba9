"""What is told over the pages: once, where no page says it, and gone when the person is elsewhere."""

from __future__ import annotations

import pytest

from counter_app.domain.outcomes import PrintOutcome
from counter_app.printing.profiles import PDF_QUEUE
from counter_app.runtime.settings import PRINTERS
from counter_app.services import print_jobs
from counter_app.ui.main_window import MainWindow
from counter_app.ui.pages.dossier_facts import build_facts
from counter_app.ui.pages.receive_presenter import build_receive_page
from counter_app.ui.print_panel import PrintPanel
from tests.servers.cups import IppPrinter
from tests.ui.pages.stage import Stage, in_window
from tests.ui.printing.conftest import Printing


@pytest.fixture
def window(printing: Printing, app, qtbot) -> MainWindow:
    printing.ctx.printing = printing.flow
    made, made.receive = in_window(Stage(printing.bench, printing.ctx, None), "receive", build_receive_page)  # type: ignore[arg-type]
    qtbot.addWidget(made)
    made.panel = PrintPanel(printing.ctx, printing.flow, made)
    return made


def into_files(printing: Printing) -> None:
    printing.settings.set(PRINTERS, {"receipt-a4": {"queue": PDF_QUEUE}, "form": {"queue": PDF_QUEUE}})


def test_a_page_that_says_it_itself_is_enough(printing: Printing, window: MainWindow, no_printer, wait):
    into_files(printing)
    card = window.receive.receipt
    window.receive.presenter._last.show(printing.bench.dossier(printing.dossier_id))
    assert card.buttons["print"].text() == "In" and "Chưa in" in card.paper.text()
    printing.flow.print_paper(printing.receipt())
    wait(lambda: printing.prints() == {"01": 1})
    assert "đã lưu vào" in card.paper.text() and window.panel.saved.isHidden() and window.toast.isHidden()
    printing.ctx.facts.changed.emit(type("Changes", (), {"dossiers": {printing.dossier_id}, "slips": set(), "reviews": set()})())
    assert card.buttons["print"].text() == "In lại"


def test_elsewhere_it_is_told_over_the_page_and_leaves_with_it(printing: Printing, window: MainWindow, no_printer, wait):
    into_files(printing)
    window.receive.presenter._last.show(printing.bench.dossier(printing.dossier_id))
    window.show_page("find")
    printing.flow.print_paper(printing.sheet())
    wait(lambda: printing.prints() == {"06": 1})
    assert window.panel.saved.isVisible()
    window.show_page("sync")
    assert window.panel.saved.isHidden()


def test_a_message_of_the_window_is_not_covered(printing: Printing, window: MainWindow, no_printer, wait):
    into_files(printing)
    window.show_page("find")
    printing.flow.print_paper(printing.sheet())
    wait(lambda: window.panel.saved.isVisible())
    window.show_toast("Đã hoàn tác.")
    assert window.panel.saved.isHidden() and window.toast.isVisible()


def test_paper_that_came_out_is_told_on_every_page(printing: Printing, window: MainWindow, queue: IppPrinter, wait):
    window.show_page("find")
    printing.flow.print_paper(printing.receipt())
    wait(lambda: PrintOutcome.QUEUED in printing.outcomes)
    assert queue.queue in window.toast.accessibleName()
    wait(lambda: printing.prints() == {"01": 1})
    assert "Đã in xong giấy tiếp nhận" in window.toast.accessibleName() and printing.receipt().title in window.toast.accessibleName()


def test_a_printer_that_is_off_is_told_before_anything_is_sent_and_stands_in_the_history(printing: Printing, window: MainWindow,
                                                                                          queue: IppPrinter, wait):
    queue.stop()
    before = len(queue.jobs())
    printing.flow.print_paper(printing.receipt())
    wait(lambda: PrintOutcome.PRINTER_ERROR in printing.outcomes)
    assert "đang tắt hoặc mất kết nối" in window.panel.panel.sentence() and len(queue.jobs()) == before
    [tried] = print_jobs.attempts(printing.bench.desk, printing.dossier_id)
    assert (tried.outcome, tried.printer, tried.staff) == ("not-ready", queue.queue, printing.bench.desk.staff.id)
    facts = build_facts(printing.bench.desk, printing.bench.dossier(printing.dossier_id), sync=None, reviews=0, names={}, source="")
    assert facts.history[0].what.startswith("Chưa in được giấy tiếp nhận") and "đang tắt" in facts.history[0].details
    queue.start()
    window.panel.action_requested.emit("again")
    wait(lambda: printing.prints() == {"01": 1})
    assert len(queue.documents) == 1 and window.panel.isHidden()
    facts = build_facts(printing.bench.desk, printing.bench.dossier(printing.dossier_id), sync=None, reviews=0, names={}, source="")
    assert any(line.what.startswith("In giấy tiếp nhận") and f"máy in {queue.queue}" in line.details for line in facts.history)


def test_a_setting_that_is_wrong_is_told_and_nothing_printed(printing: Printing, window: MainWindow, no_printer, wait):
    printing.settings.set(PRINTERS, {"receipt-a4": {"copies": "nhiều"}})
    printing.flow.print_paper(printing.receipt())
    wait(lambda: PrintOutcome.NOT_PRINTED in printing.outcomes)
    assert "số bản" in window.panel.panel.sentence()
