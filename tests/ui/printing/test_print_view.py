"""The preview shows what the printer would get; looking counts as nothing."""

from PySide6.QtWidgets import QApplication, QFileDialog, QWidget

from counter_app.domain.outcomes import PrintOutcome
from counter_app.ui import a11y
from counter_app.ui.print_panel import PrintPanel
from counter_app.ui.print_view import PrintView
from counter_app.ui.theme import apply_theme
from tests.ui.printing.conftest import Printing


def shown(printing: Printing, qtbot, papers) -> tuple[QWidget, PrintView]:
    host = QWidget()
    qtbot.addWidget(host)
    host.resize(1366, 768)
    host.show()
    host.panel = PrintPanel(printing.ctx, printing.flow, host)
    printing.flow.preview(papers)
    qtbot.waitUntil(lambda: host.findChild(PrintView) is not None, timeout=30_000)
    view = host.findChild(PrintView)
    qtbot.waitUntil(lambda: view.preview.pages() > 0, timeout=30_000)
    return host, view


def _ink(view: PrintView) -> int:
    """Dark points in the middle of the page in sight."""
    picture = view.preview._view.viewport().grab().toImage()
    middle, rows = picture.width() // 2, range(0, picture.height(), 2)
    return sum(picture.pixelColor(middle + x, y).lightness() < 90 for x in range(-100, 100, 2) for y in rows)


def test_pages_of_every_paper(printing: Printing, no_printer, qtbot, keep_picture):
    _host, view = shown(printing, qtbot, [printing.receipt(), printing.sheet()])
    assert view.preview.pages() == 2 and view.forms.count() == 2 and a11y.unnamed(view) == []
    assert a11y.unreachable(view) == [] and a11y.tab_order_faults(view) == []
    qtbot.waitUntil(lambda: _ink(view) > 200, timeout=30_000)  # pages are drawn in the background
    keep_picture(view, "print-preview-light")
    apply_theme(QApplication.instance(), "dark")
    qtbot.wait(50)
    keep_picture(view, "print-preview-dark")
    apply_theme(QApplication.instance(), "light")
    view.forms.setCurrentIndex(1)
    qtbot.waitUntil(lambda: "KIỂM SOÁT" in view.preview._view.accessibleDescription().upper(), timeout=30_000)
    assert printing.told == [] and printing.prints() == {}


def test_printing_from_the_preview(printing: Printing, no_printer, qtbot):
    host, view = shown(printing, qtbot, [printing.receipt()])
    view.preview.print_button.click()
    qtbot.waitUntil(lambda: PrintOutcome.NO_PRINTER in printing.outcomes, timeout=30_000)
    assert host.panel.isVisible() and host.findChild(PrintView) is None


def test_a_file_is_asked_for_without_stopping_the_program(printing: Printing, no_printer, qtbot, tmp_path):
    _host, view = shown(printing, qtbot, [printing.receipt()])
    view.preview.save_button.click()
    dialog = view.findChild(QFileDialog)
    assert dialog.isVisible() and printing.flow.pdf_name(printing.receipt()).name in dialog.selectedFiles()[0]
    dialog.fileSelected.emit(str(tmp_path / "giay.pdf"))
    qtbot.waitUntil(lambda: printing.prints() == {"01": 1}, timeout=30_000)
    assert (tmp_path / "giay.pdf").read_bytes().startswith(b"%PDF")
    dialog.close()
