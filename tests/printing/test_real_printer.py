"""A real queue: the page arrives, a dead or faulty printer is told in words, and nothing is pretended."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from pypdf import PdfReader

from counter_app.printing import pdf, printers
from onestop.errors import EnvironmentFault, UserError
from tests.printing import samples
from tests.servers.cups import IppPrinter


@pytest.fixture
def queue(ipp_printer: IppPrinter, monkeypatch: pytest.MonkeyPatch) -> IppPrinter:
    for key, value in ipp_printer.env.items():
        monkeypatch.setenv(key, value)
    return ipp_printer


def test_a_receipt_is_printed_and_followed_to_its_end(queue: IppPrinter):
    content = pdf.render(samples.receipt())
    told = []
    job = printers.submit(content, queue.queue, title="H32.15-261123-0001")
    assert printers.follow(job, timeout=60, told=told.append).state == "done"
    assert told[0].state == "queued"
    [document] = queue.documents
    assert len(PdfReader(document).pages) == 2


def test_the_queue_is_listed_with_its_papers(queue: IppPrinter):
    assert [(p.name, p.ready) for p in printers.list_printers()] == [(queue.queue, True)]


def test_a5_arrives_as_a5_and_an_unknown_paper_is_refused(queue: IppPrinter):
    job = printers.submit(pdf.render(samples.receipt_short(), "A5"), queue.queue, paper="A5")
    assert printers.follow(job, timeout=60).state == "done"
    assert abs(float(PdfReader(queue.documents[0]).pages[0].mediabox.width) - 420) < 2
    with pytest.raises(UserError, match="paper-not-supported"):
        printers.submit(b"%PDF", queue.queue, paper="B7")


def test_a_dead_printer_is_no_end_and_is_told(queue: IppPrinter):
    queue.stop()
    job = printers.submit(pdf.render(samples.receipt_short()), queue.queue)
    state = printers.follow(job, timeout=2)
    assert not state.final
    printers.cancel(job)
    assert printers.follow(job, timeout=15).state == "failed"
    assert queue.documents == []


def test_a_jam_has_words(queue: IppPrinter):
    queue.fault("media-jam")
    job = printers.submit(pdf.render(samples.receipt_short()), queue.queue)
    queue.wait_for_reason("media-jam-warning")
    told = []
    state = printers.follow(job, timeout=20, told=told.append, stopped=lambda: bool(told and told[-1].reason))
    assert (state.final, state.reason) == (False, "kẹt giấy")
    queue.fault(None)
    assert printers.follow(job, timeout=60).state == "done"


def test_a_printer_that_is_not_there(queue: IppPrinter):
    with pytest.raises(UserError, match="printer-unknown"):
        printers.submit(b"%PDF", "may-in 'la\"")


def test_no_print_system_at_all(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("CUPS_SERVER", "127.0.0.1:1")
    assert printers.list_printers() == []


def test_a_pdf_is_written_whole_or_not_at_all(tmp_path: Path):
    target = tmp_path / "giay.pdf"
    printers.save_pdf(b"%PDF-1", target)
    assert target.read_bytes() == b"%PDF-1"
    assert os.name != "posix" or target.stat().st_mode & 0o777 == 0o600
    with pytest.raises(EnvironmentFault, match="output-unwritable"):
        printers.save_pdf(b"x", tmp_path / "khong-co" / "giay.pdf")
    with pytest.raises(EnvironmentFault, match="output-unwritable"):
        printers.save_pdf(b"x", target / "trong-tep.pdf")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["giay.pdf"]
