"""Paper comes out or a person is told why not; the dossier is never touched by a printer."""

from pathlib import Path

from counter_app.domain.outcomes import PrintOutcome
from counter_app.printing.profiles import PDF_QUEUE
from counter_app.runtime.settings import PRINTERS, RECEIPT_PAPER
from counter_app.ui.print_panel import PrintPanel
from tests.servers.cups import IppPrinter
from tests.ui.printing.conftest import Printing


def test_receipt_and_control_sheet_come_out_and_are_noted(printing: Printing, queue: IppPrinter, wait):
    printing.flow.print_paper(printing.receipt())
    printing.flow.print_paper(printing.sheet())
    wait(lambda: printing.prints() == {"01": 1, "06": 1})
    assert len(queue.documents) == 2 and printing.outcomes.count(PrintOutcome.DONE) == 2
    printing.flow.print_paper(printing.receipt())
    wait(lambda: printing.prints()["01"] == 2)
    assert printing.told[-1] == (PrintOutcome.REPRINTED, printing.told[-1][1]) and printing.told[-1][1]["count"] == 1


def test_no_paper_is_told_once_and_comes_out_when_somebody_loads_it(printing: Printing, queue: IppPrinter, wait):
    queue.fault("media-empty")
    printing.flow.print_paper(printing.receipt())
    wait(lambda: PrintOutcome.PAPER_NEEDED in printing.outcomes)
    assert printing.prints() == {}
    queue.fault(None)
    wait(lambda: printing.prints() == {"01": 1})
    assert printing.outcomes.count(PrintOutcome.PAPER_NEEDED) == 1 and len(queue.documents) == 1


def test_printing_again_takes_the_stuck_job_back(printing: Printing, queue: IppPrinter, wait):
    queue.fault("media-empty")
    printing.flow.print_paper(printing.receipt())
    wait(lambda: PrintOutcome.PAPER_NEEDED in printing.outcomes)
    queue.fault(None)
    printing.flow.print_paper(printing.receipt())
    wait(lambda: printing.prints() == {"01": 1})
    assert PrintOutcome.CANCELLED not in printing.outcomes


def test_a_dead_print_system_holds_no_worker_and_harms_nothing(printing: Printing, no_printer, wait):
    before = printing.bench.dossier(printing.dossier_id)
    printing.flow.print_paper(printing.receipt())
    wait(lambda: PrintOutcome.NO_PRINTER in printing.outcomes)
    assert printing.bench.dossier(printing.dossier_id) == before and printing.ctx.tasks.busy == 0


def test_a_printer_that_was_taken_away(printing: Printing, queue: IppPrinter, wait):
    printing.settings.set(PRINTERS, {"receipt-a4": {"queue": "may-cu"}})
    printing.flow.print_paper(printing.receipt())
    wait(lambda: PrintOutcome.PRINTER_GONE in printing.outcomes)
    assert printing.told[-1][1]["printer"] == "may-cu"
    printing.flow.print_paper(printing.receipt(), queue=queue.queue)
    wait(lambda: printing.prints() == {"01": 1})


def test_a_pdf_folder_is_a_printer_too(printing: Printing, tmp_path: Path, wait):
    (tmp_path / "exports").mkdir()
    printing.settings.set(RECEIPT_PAPER, "A5")
    printing.settings.set(PRINTERS, {"receipt-a5": {"queue": PDF_QUEUE}})
    printing.flow.print_paper(printing.receipt())
    wait(lambda: printing.prints() == {"01": 1})
    [made] = (tmp_path / "exports").iterdir()
    assert made.read_bytes().startswith(b"%PDF") and "An" not in made.name and printing.outcomes[1:] == [PrintOutcome.SAVED_PDF]


def test_where_a_pdf_went_is_told_on_every_page_and_leads_there(printing: Printing, app, wait, qtbot, tmp_path: Path, monkeypatch):
    from PySide6.QtGui import QDesktopServices
    from PySide6.QtWidgets import QWidget

    (tmp_path / "exports").mkdir()
    opened = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: opened.append(Path(url.toLocalFile())))
    host = QWidget()
    qtbot.addWidget(host)
    host.resize(1100, 600)
    host.show()
    panel = PrintPanel(printing.ctx, printing.flow, host)
    printing.settings.set(RECEIPT_PAPER, "A5")
    printing.settings.set(PRINTERS, {"receipt-a5": {"queue": PDF_QUEUE}})
    for number in (1, 2):
        printing.flow.print_paper(printing.receipt())
        wait(lambda number=number: printing.prints() == {"01": number})
        assert panel.saved.isVisible() and panel.isHidden()
        assert panel.saved.panel.sentence() == f"Bản in số {number} đã lưu vào {tmp_path / 'exports'}."
    panel.saved.action_requested.emit("folder")
    assert opened == [tmp_path / "exports"] and panel.saved.isHidden()


def test_papers_leave_in_the_order_they_were_asked_for(printing: Printing, tmp_path: Path, wait):
    left = []
    printing.flow.printed.connect(lambda paper: left.append(paper.form))
    made = [printing.receipt(), printing.sheet(), printing.receipt(), printing.sheet()]
    for number, paper in enumerate(made):
        printing.flow.save_pdf(paper, tmp_path / f"{number}.pdf")
    wait(lambda: len(left) == 4)
    assert left == ["01", "06", "01", "06"]


def test_a_place_that_cannot_be_written(printing: Printing, tmp_path: Path, wait):
    printing.flow.save_pdf(printing.receipt(), tmp_path / "khong-co" / "a.pdf")
    wait(lambda: bool(printing.told))
    outcome, facts = printing.told[-1]
    assert outcome is PrintOutcome.NOT_PRINTED and "Không ghi được" in facts["reason"] and printing.prints() == {}


def test_what_came_out_while_nobody_was_signed_in_is_noted_later(printing: Printing, tmp_path: Path, wait):
    staff, printing.bench.desk.staff = printing.bench.desk.staff, None
    printing.flow.save_pdf(printing.receipt(), tmp_path / "a.pdf")
    wait(lambda: bool(printing.told))
    assert printing.prints() == {} and not printing.failed
    printing.bench.desk.staff = staff
    printing.ctx.facts.signed_in.emit(staff)
    assert printing.prints() == {"01": 1}


def test_a_silent_job_asks_the_person_who_may_say_that_it_came_out(printing: Printing, queue: IppPrinter, wait, monkeypatch):
    monkeypatch.setattr("counter_app.ui.print_flow.SILENT_SECONDS", 0.0)
    queue.fault("other")
    printing.flow.print_paper(printing.receipt())
    wait(lambda: PrintOutcome.UNKNOWN in printing.outcomes)
    assert printing.prints() == {}
    printing.flow.confirm(printing.receipt())
    assert printing.prints() == {"01": 1}


def test_one_panel_for_all_papers_of_a_dead_printer(printing: Printing, no_printer, app, wait, qtbot, tmp_path: Path):
    from PySide6.QtWidgets import QWidget

    host = QWidget()
    qtbot.addWidget(host)
    host.resize(1100, 600)
    host.show()
    panel = PrintPanel(printing.ctx, printing.flow, host)
    for made in (printing.receipt(), printing.sheet()):
        printing.flow.print_paper(made)
    wait(lambda: len(panel.papers) == 2)
    assert panel.isVisible() and "giấy tiếp nhận" in panel.panel.accessibleName() and "phiếu kiểm soát" in panel.panel.accessibleName()
    panel.action_requested.emit("again")
    assert panel.isHidden()
    wait(lambda: len(panel.papers) == 2 and panel.isVisible())
    for made in panel.papers:
        printing.flow.save_pdf(made, tmp_path / f"{made.form}.pdf")
    wait(lambda: panel.isHidden())
    assert printing.prints() == {"01": 1, "06": 1}
