"""The pages on the screen, as a person with or without eyes uses them."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtPdfWidgets import QPdfView
from PySide6.QtWidgets import QApplication

from counter_app.printing import pdf
from counter_app.printing.qt.preview import LARGEST, SMALLEST, PreviewWidget
from tests.printing import samples


@pytest.fixture(scope="module")
def pages() -> bytes:
    return pdf.render(samples.receipt())


@pytest.fixture
def preview(qtbot) -> PreviewWidget:
    widget = PreviewWidget()
    qtbot.addWidget(widget)
    widget.resize(640, 560)
    widget.show()
    return widget


def _dark(widget: PreviewWidget) -> int:
    picture = widget.grab().toImage()
    return sum(picture.pixelColor(x, y).lightness() < 90 for x in range(40, 600, 3) for y in range(60, 540, 3))


def test_the_paper_is_seen_and_told(preview: PreviewWidget, pages: bytes, qtbot):
    told = []
    preview.page_changed.connect(lambda *at: told.append(at))
    assert preview.show_pdf(pages, "Giấy tiếp nhận H32.15-261123-0001")
    qtbot.waitUntil(lambda: _dark(preview) > 300)
    assert (preview.pages(), preview.current_page(), told[-1]) == (2, 1, (1, 2))
    view = preview.findChild(QPdfView)
    assert "H32.15-261123-0001" in view.accessibleName()
    assert "Nguyễn Thị Ngọc Thuỷ" in view.accessibleDescription()


def test_every_button_has_a_name(preview: PreviewWidget, pages: bytes):
    from counter_app.ui.a11y import unnamed

    preview.show_pdf(pages)
    assert unnamed(preview) == []


def test_pages_are_turned_and_the_ends_are_ends(preview: PreviewWidget, pages: bytes):
    preview.show_pdf(pages)
    assert not preview.previous_button.isEnabled()
    preview.next_button.click()
    assert preview.current_page() == 2
    assert not preview.next_button.isEnabled()
    preview.previous_button.click()
    assert preview.current_page() == 1


def test_zoom_has_limits_and_keeps_the_place(preview: PreviewWidget, pages: bytes):
    preview.show_pdf(pages)
    fit = preview.zoom()
    preview.fit_width()
    assert preview.zoom() > fit
    preview.next_button.click()
    for _ in range(4):
        preview.zoom_in_button.click()
    assert preview.current_page() == 2
    for _ in range(20):
        preview.zoom_in_button.click()
    assert preview.zoom() == pytest.approx(LARGEST)
    assert not preview.zoom_in_button.isEnabled()
    for _ in range(30):
        preview.zoom_out_button.click()
    assert preview.zoom() == pytest.approx(SMALLEST)
    preview.fit_page_button.click()
    assert preview.zoom() == pytest.approx(fit, rel=0.01)
    assert preview.fit_page_button.isChecked() and not preview.fit_width_button.isChecked()


def test_ctrl_and_wheel_zoom_and_the_wheel_alone_scrolls(preview: PreviewWidget, pages: bytes):
    preview.show_pdf(pages)
    port = preview.findChild(QPdfView).viewport()
    before = preview.zoom()
    for keys in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ControlModifier):
        QApplication.sendEvent(port, QWheelEvent(QPointF(50, 50), port.mapToGlobal(QPointF(50, 50)), QPoint(), QPoint(0, 120),
                                                 Qt.MouseButton.NoButton, keys, Qt.ScrollPhase.NoScrollPhase, False))
        assert (preview.zoom() > before) == (keys == Qt.KeyboardModifier.ControlModifier)


def test_print_and_save_are_facts_for_the_window(preview: PreviewWidget, pages: bytes, qtbot):
    preview.show_pdf(pages)
    for button, signal in ((preview.print_button, preview.print_requested), (preview.save_button, preview.save_requested)):
        with qtbot.waitSignal(signal):
            button.click()


def test_without_pages_there_are_words_and_no_buttons(preview: PreviewWidget, pages: bytes):
    asked = []
    preview.print_requested.connect(lambda: asked.append(1))
    assert not preview.show_pdf(b"not a PDF")
    assert not preview.print_button.isVisible() and preview.pages() == 0
    preview.print_button.click()
    assert asked == []
    assert preview.show_pdf(pages)
    preview.clear()
    assert (preview.pages(), preview.current_page()) == (0, 0)


def test_another_paper_starts_at_its_first_page(preview: PreviewWidget, pages: bytes):
    preview.show_pdf(pages)
    preview.next_button.click()
    preview.show_pdf(pdf.render(samples.handover()))
    assert preview.current_page() == 1
