"""The test printer is real: pages arrive, a dead printer leaves the job waiting, a fault is reported by name."""

import io
import re
import subprocess
from pathlib import Path

import pytest
from pypdf import PdfReader
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from tests.servers.cups import FINAL_STATES, IppPrinter


@pytest.fixture
def page(tmp_path: Path) -> Path:
    content = io.BytesIO()
    canvas = Canvas(content, pagesize=A4)
    canvas.drawString(72, 700, "So bien nhan 42")
    canvas.save()
    path = tmp_path / "receipt.pdf"
    path.write_bytes(content.getvalue())
    return path


def send(printer: IppPrinter, path: Path, *options: str) -> int:
    command = ["lp", "-h", printer.server, "-d", printer.queue, *options, str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return int(re.search(rf"{printer.queue}-(\d+)", done.stdout).group(1))


def test_a_page_arrives(ipp_printer: IppPrinter, page: Path):
    assert ipp_printer.wait_for(send(ipp_printer, page)).state == "completed"
    [document] = ipp_printer.documents
    assert "So bien nhan 42" in PdfReader(document).pages[0].extract_text()


def test_a_dead_printer_leaves_the_job_waiting_until_it_is_back(ipp_printer: IppPrinter, page: Path):
    ipp_printer.stop()
    number = send(ipp_printer, page)
    ipp_printer.wait_for(number, frozenset({"processing"}))
    assert ipp_printer.documents == []
    ipp_printer.start()
    assert ipp_printer.wait_for(number).state == "completed"
    assert len(ipp_printer.documents) == 1


def test_a_fault_holds_the_page_and_is_named(ipp_printer: IppPrinter, page: Path):
    ipp_printer.fault("media-jam")
    number = send(ipp_printer, page)
    ipp_printer.wait_for_reason("media-jam-warning")
    ipp_printer.fault("cover-open")
    ipp_printer.wait_for_reason("cover-open-warning")
    assert ipp_printer.job(number).state != "completed"
    assert ipp_printer.documents == []
    ipp_printer.fault(None)
    assert ipp_printer.wait_for(number).state == "completed"


@pytest.mark.parametrize("paper", ["A4", "A5"])
def test_the_printer_has_the_office_papers(ipp_printer: IppPrinter, page: Path, paper: str):
    assert ipp_printer.wait_for(send(ipp_printer, page, "-o", f"media={paper}")).state == "completed"
    [document] = ipp_printer.documents
    width = {"A4": 595, "A5": 420}[paper]
    assert abs(float(PdfReader(document).pages[0].mediabox.width) - width) < 2


def test_a_clean_start_for_the_next_test(ipp_printer: IppPrinter, page: Path):
    ipp_printer.stop()
    send(ipp_printer, page)
    ipp_printer.reset()
    assert {job.state for job in ipp_printer.jobs()} <= FINAL_STATES
    assert ipp_printer.documents == []
    assert ipp_printer.wait_for(send(ipp_printer, page)).state == "completed"
