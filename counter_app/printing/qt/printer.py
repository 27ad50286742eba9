"""Printing through Qt: the way on Windows, where no queue takes a PDF. Finished pages become pictures in the printer's own dots.

One dot of the picture is one dot of the printer (or two, or more, beyond 600 dpi), so bars stay as exact as the PDF has them, and
a millimetre stays a millimetre. Pages go over in bands: a whole A4 at 600 dpi would take 140 MB.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from uuid import uuid4

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QMarginsF, QPoint, QRect, QRectF, QSize, QSizeF
from PySide6.QtGui import QImage, QPageLayout, QPageSize, QPainter
from PySide6.QtPdf import QPdfDocument, QPdfDocumentRenderOptions
from PySide6.QtPrintSupport import QPrinter, QPrinterInfo

from counter_app.printing.jobs import (
    Duplex,
    Job,
    JobState,
    Order,
    Printer,
    Status,
    paper_refused,
    print_refused,
    print_stopped,
    require_known,
)
from counter_app.printing.winspool import Spooler, windows_spooler
from onestop.errors import EnvironmentFault

log = logging.getLogger(__name__)

_FINEST_DPI = 600
_BAND_ROWS = 512
_SIZES = {"A3": QPageSize.PageSizeId.A3, "A4": QPageSize.PageSizeId.A4, "A5": QPageSize.PageSizeId.A5, "A6": QPageSize.PageSizeId.A6}
_DUPLEX: dict[Duplex, QPrinter.DuplexMode] = {
    "none": QPrinter.DuplexMode.DuplexNone, "long": QPrinter.DuplexMode.DuplexLongSide, "short": QPrinter.DuplexMode.DuplexShortSide}
_STATES = {QPrinter.PrinterState.Error: "lỗi", QPrinter.PrinterState.Aborted: "đã hủy lệnh in"}


class QtPrinters:
    """The printers Qt knows (``jobs.Backend``). May be called in a worker thread; one job at a time.

    ``open_printer(name)`` makes the device (tests print into a PDF file). ``spooler`` follows jobs after Qt has handed them over;
    without one (not Windows) a job that was taken whole counts as done, since Qt itself learns nothing more.
    """

    def __init__(self, open_printer: Callable[[str], QPrinter] | None = None, spooler: Spooler | None = None) -> None:
        self._open = open_printer or _open
        self._spooler = spooler or windows_spooler()

    def list_printers(self) -> list[Printer]:
        """The default printer first. Network printers are not asked whether they are on: that may take a minute each."""
        default = QPrinterInfo.defaultPrinterName()
        found = [Printer(name, default=name == default) for name in QPrinterInfo.availablePrinterNames()]
        return sorted(found, key=lambda printer: (not printer.default, printer.name))

    def status(self, printer: str) -> Status:
        """The spooler's word, with what the driver offers."""
        info = QPrinterInfo.printerInfo(printer)
        said = self._spooler.status(printer) if self._spooler is not None else Status()
        sizes = info.supportedPageSizes()
        papers = tuple(name for name, size in _SIZES.items() if any(offered.id() == size for offered in sizes))
        trays = tuple(source.name for source in _trays(printer)) if sizes else ()
        duplex = any(mode != QPrinter.DuplexMode.DuplexNone for mode in info.supportedDuplexModes()) if sizes else None
        return Status(said.ready, said.trouble, papers, trays, duplex, info.makeAndModel())

    def submit(self, content: bytes, printer: str, order: Order) -> Job:
        """Hand all pages to the spooler. See ``printers.submit`` for what is raised; ``print-refused`` also for broken pages."""
        require_known(printer, self.list_printers())
        offered = QPrinterInfo.printerInfo(printer).supportedPageSizes()
        wanted = _SIZES.get(order.paper)
        if offered and wanted is not None and not any(size.id() == wanted for size in offered):
            raise paper_refused(printer, order.paper)
        return self.send(content, printer, order)

    def send(self, content: bytes, printer: str, order: Order) -> Job:
        """As ``submit``, without asking the PC what it offers."""
        device = self._open(printer)
        name = f"{order.title or 'counter-app'} ({uuid4().hex[:6]})"
        job = Job(name, printer, name)
        device.setDocName(job.id)
        document, buffer = _document(content)
        try:
            _print(document, device, order)
        finally:
            document.close()
            buffer.close()
        if device.printerState() in _STATES:
            raise print_refused(printer)
        return job

    def job_state(self, job: Job) -> JobState:
        """Ask the spooler once; no longer in its list means printed."""
        if self._spooler is None:
            return JobState("done")
        return self._spooler.state(job.printer, job.id)

    def cancel(self, job: Job) -> None:
        """Take the job back from the spooler."""
        if self._spooler is not None:
            self._spooler.cancel(job.printer, job.id)


def _open(name: str) -> QPrinter:
    return QPrinter(QPrinterInfo.printerInfo(name), QPrinter.PrinterMode.HighResolution)


def _trays(name: str) -> list[QPrinter.PaperSource]:
    """The trays a driver names; most name none through Qt but on Windows."""
    supported = getattr(_open(name), "supportedPaperSources", None)
    return list(supported()) if supported is not None else []


def _document(content: bytes) -> tuple[QPdfDocument, QBuffer]:
    document, buffer = QPdfDocument(None), QBuffer()
    buffer.setData(QByteArray(content))
    buffer.open(QIODevice.OpenModeFlag.ReadOnly)
    document.load(buffer)
    if document.status() is not QPdfDocument.Status.Ready or not document.pageCount():
        raise EnvironmentFault("print-refused", "Trang in bị hỏng. Hãy tạo lại bản in.")
    return document, buffer


def _print(document: QPdfDocument, device: QPrinter, order: Order) -> None:
    device.setFullPage(True)  # (0, 0) is the corner of the paper, not of the printable part
    repeats = 1
    if device.supportsMultipleCopies():
        device.setCopyCount(order.copies)
        device.setCollateCopies(True)
    else:
        repeats = order.copies
    if order.duplex:
        device.setDuplex(_DUPLEX[order.duplex])
    tray = next((source for source in _trays(device.printerName()) if source.name == order.tray), None) if order.tray else None
    if tray is not None:
        device.setPaperSource(tray)
    device.setPageLayout(_layout(document, 0, order.paper))
    painter = QPainter()
    if not painter.begin(device):
        raise print_refused(device.printerName())
    fine, total = True, document.pageCount() * repeats
    for number in range(total):
        page = number % document.pageCount()
        if not order.page(number + 1, total):
            device.abort()
            painter.end()
            raise print_stopped()
        if number:
            device.setPageLayout(_layout(document, page, order.paper))
            fine = fine and device.newPage()
        _paint(document, page, painter, device.resolution())
    if not (painter.end() and fine):
        raise print_refused(device.printerName())


def _layout(document: QPdfDocument, page: int, paper: str) -> QPageLayout:
    size = document.pagePointSize(page)
    lying = size.width() > size.height()
    turn = QPageLayout.Orientation.Landscape if lying else QPageLayout.Orientation.Portrait
    if paper in _SIZES:
        sheet = QPageSize(_SIZES[paper])
    else:  # a label or a roll: as large as the page
        short, long = sorted((size.width(), size.height()))
        sheet = QPageSize(QSizeF(short, long), QPageSize.Unit.Point, paper, QPageSize.SizeMatchPolicy.ExactMatch)
    return QPageLayout(sheet, turn, QMarginsF(0, 0, 0, 0), QPageLayout.Unit.Millimeter)


def _paint(document: QPdfDocument, page: int, painter: QPainter, resolution: int) -> None:
    per_dot = -(-resolution // _FINEST_DPI)
    dpi = resolution / per_dot
    points = document.pagePointSize(page)
    full = QSize(round(points.width() / 72 * dpi), round(points.height() / 72 * dpi))
    for top in range(0, full.height(), _BAND_ROWS):
        size = QSize(full.width(), min(_BAND_ROWS, full.height() - top))
        options = QPdfDocumentRenderOptions()
        options.setScaledSize(full)
        # QtPdf (6.11) scales by (right - left) / width, which is one dot short; a rectangle one dot larger makes the scale exact.
        options.setScaledClipRect(QRect(QPoint(0, top), size + QSize(1, 1)))
        drawn = document.render(page, size, options)
        if drawn.isNull():
            raise EnvironmentFault("print-refused", "Không đủ bộ nhớ để in trang này. Hãy đóng bớt chương trình rồi in lại.")
        band = QImage(size, QImage.Format.Format_RGB32)
        band.fill(0xFFFFFFFF)  # a page without a background is transparent, and printers make that black
        on_white = QPainter(band)
        on_white.drawImage(QPoint(), drawn)
        on_white.end()
        place = QRectF(0, top * per_dot, size.width() * per_dot, size.height() * per_dot)
        painter.drawImage(place, band.convertToFormat(QImage.Format.Format_Grayscale8))
