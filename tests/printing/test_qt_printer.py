"""Pages through QPrinter: right size, right place, readable codes; the spooler's answers in words."""

from __future__ import annotations

import threading
from pathlib import Path

import pypdfium2
import pytest
import zxingcpp
from PySide6.QtPrintSupport import QPrinter

from counter_app.printing import pdf, printers
from counter_app.printing.jobs import Job, Order
from counter_app.printing.qt.printer import QtPrinters
from counter_app.printing.winspool import COMPLETE, DELETING, OFFLINE, PAPEROUT, PRINTING, SPOOLING, Entry, state_of, status_of
from onestop.errors import EnvironmentFault, UserError
from tests.printing import samples


def _into(path: Path, resolution: int = 300) -> QtPrinters:
    def opened(name: str) -> QPrinter:
        device = QPrinter(QPrinter.PrinterMode.HighResolution)
        device.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
        device.setResolution(resolution)
        device.setOutputFileName(str(path))
        return device

    return QtPrinters(opened)


@pytest.fixture(autouse=True)
def _gui(qapp):
    """QPrinter needs an application."""


@pytest.mark.parametrize(("document", "paper", "size"), [
    (samples.receipt(), "A4", (210, 297)), (samples.receipt(), "A5", (148, 210)), (samples.handover(3), "A4", (297, 210))])
def test_a_millimetre_stays_a_millimetre_and_codes_stay_codes(tmp_path: Path, document, paper: str, size: tuple[int, int]):
    content = pdf.render(document, paper)
    job = _into(tmp_path / "out.pdf").send(content, "quầy", Order(paper=paper, title="01 H32.15-261123-0001"))
    assert job.id.startswith("01 H32.15-261123-0001")
    given, printed = pypdfium2.PdfDocument(content), pypdfium2.PdfDocument(str(tmp_path / "out.pdf"))
    assert len(printed) == len(given)
    for before, after in zip(given, printed, strict=True):
        assert [round(side * 25.4 / 72) for side in after.get_size()] == list(size)
        pictures = [page.render(scale=300 / 72, grayscale=True).to_pil() for page in (before, after)]
        reads = [{(found.text, found.format) for found in zxingcpp.read_barcodes(picture)} for picture in pictures]
        assert reads[0] == reads[1] and reads[0]
        corners = [picture.point(lambda v: 255 if v < 128 else 0).getbbox() for picture in pictures]
        assert all(abs(a - b) <= 3 for a, b in zip(*corners, strict=True)), "moved by more than a quarter of a millimetre"


def test_fine_printers_get_whole_dots(tmp_path: Path):
    _into(tmp_path / "out.pdf", 1200).send(pdf.render(samples.receipt_short(), "A5"), "quầy", Order(paper="A5"))
    [picture] = list(pypdfium2.PdfDocument(str(tmp_path / "out.pdf"))[0].get_objects(filter=[3]))[:1]
    assert picture.get_px_size()[0] == pytest.approx(148 / 25.4 * 600, abs=1)


def test_copies_where_the_device_cannot_copy(tmp_path: Path):
    _into(tmp_path / "out.pdf", 75).send(pdf.render(samples.receipt_short(), "A5"), "quầy", Order(3, "A5"))
    assert len(pypdfium2.PdfDocument(str(tmp_path / "out.pdf"))) == 6


def test_printing_in_a_worker_thread(tmp_path: Path):
    content, ends = pdf.render(samples.receipt_short(), "A5"), []
    worker = threading.Thread(target=lambda: ends.append(_into(tmp_path / "out.pdf", 100).send(content, "quầy", Order(paper="A5"))))
    worker.start()
    worker.join(30)
    assert ends and len(pypdfium2.PdfDocument(str(tmp_path / "out.pdf"))) == 2


@pytest.mark.qt_log_ignore("QPainter::begin", extend=True)
def test_what_cannot_be_printed_is_said(tmp_path: Path):
    with pytest.raises(EnvironmentFault, match="print-refused"):
        _into(tmp_path / "out.pdf").send(b"no PDF", "quầy", Order())
    with pytest.raises(EnvironmentFault, match="print-refused"):
        _into(tmp_path / "no-folder" / "out.pdf").send(pdf.render(samples.receipt_short()), "quầy", Order())
    with pytest.raises(UserError, match="printer-unknown"):
        QtPrinters().submit(b"%PDF", "không có máy này", Order())


def test_the_window_hands_in_the_way_to_print(monkeypatch: pytest.MonkeyPatch):
    before = printers.use_backend(QtPrinters())
    try:
        with pytest.raises(UserError, match="printer-unknown"):
            printers.submit(b"%PDF", "không có máy này")
        assert printers.follow(Job("x", "y"), timeout=1).state == "done"
    finally:
        printers.use_backend(before)


@pytest.mark.parametrize(("status", "expected"), [
    (SPOOLING, ("queued", "")), (PRINTING, ("printing", "")), (PRINTING | PAPEROUT, ("printing", "hết giấy")),
    (OFFLINE, ("queued", "đang tắt hoặc mất kết nối")), (DELETING | PRINTING, ("failed", "hàng đợi đã hủy lệnh in")),
    (COMPLETE, ("done", ""))])
def test_the_spoolers_bits_in_words(status: int, expected: tuple[str, str]):
    state = state_of([Entry(3, "other", OFFLINE), Entry(4, "mine", status)], "mine")
    assert (state.state, state.reason) == expected


def test_a_job_the_spooler_no_longer_lists_is_printed():
    assert state_of([Entry(3, "other", OFFLINE)], "mine").state == "done"


@pytest.mark.parametrize(("bits", "expected"), [
    (0, (True, "")), (0x10, (False, "hết giấy")), (0x00400000 | 0x10, (False, "nắp đang mở")), (0x8, (False, "kẹt giấy")),
    (0x80, (False, "đang tắt hoặc mất kết nối")), (0x20000, (True, "sắp hết mực")), (0x400 | 0x4000, (True, ""))])
def test_the_printers_bits_in_words(bits: int, expected: tuple[bool, str]):
    """PRINTER_INFO_6.dwStatus as winspool.h names them."""
    status = status_of(bits)
    assert (status.ready, status.trouble) == expected


def test_stopping_between_two_pages(tmp_path: Path):
    told = []

    def page(number: int, pages: int) -> bool:
        told.append((number, pages))
        return number < 2

    with pytest.raises(UserError, match="print-stopped"):
        _into(tmp_path / "out.pdf", 75).send(pdf.render(samples.receipt()), "quầy", Order(page=page))
    assert told == [(1, 2), (2, 2)]
