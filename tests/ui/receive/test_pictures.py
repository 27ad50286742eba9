"""Nothing is cut off at 1366×768, and the pictures of the documentation are made here."""

import pytest
from PySide6.QtCore import Qt

from counter_app.ui.theme import apply_theme
from tests.ui.receive.conftest import Reception


def test_pictures(page: Reception, pictures):
    page.keys.enter("1.004873", "056192001234", "Trần Thị Bích Ngọc", "02/09/1992", "", "45 đường Thống Nhất", "0905111222")
    page.keys.press(Qt.Key.Key_F7)
    page.keys.save_and_print()
    page.keys.enter("2.000806")
    page.scan("056099012345||Nguyễn Hoàng Anh|01011999|Nam|12 đường Yersin, phường Nha Trang, tỉnh Khánh Hòa|25082021")
    assert page.view.scroll.verticalScrollBar().maximum() == 0  # search, form and buttons without scrolling
    pictures(page.window, "receive")


def test_pictures_of_refused_input(page: Reception, pictures):
    page.keys.enter("1.004873", "12345", "An 😀", "35/13/1999")
    page.keys.save()
    pictures(page.window, "receive-errors")


@pytest.mark.parametrize("scale", [0.8, 1.5, 2.0])
def test_large_letters_scroll_and_are_never_cut_off_sideways(app, page: Reception, scale: float):
    apply_theme(app, "light", scale)
    page.keys.enter("2.000806")
    view = page.view
    beyond = view.scroll.widget().width() - view.scroll.viewport().width()
    assert beyond == view.scroll.horizontalScrollBar().maximum()
    assert not beyond or scale > 1.5
    apply_theme(app, "light")


def test_usual_procedures_fit_without_scrolling(page: Reception):
    desk = page.stage.bench.desk
    usual = [p for p in desk.catalogue.in_force(desk.today(), desk.agency) if len(p.components) <= 6 and not p.authoritative_system]
    too_high = []
    for procedure in usual:
        page.presenter._choose(procedure)
        page.keys.settle()
        if page.view.scroll.verticalScrollBar().maximum():
            too_high.append((procedure.code, len(procedure.components), page.view.scroll.verticalScrollBar().maximum()))
    assert len(usual) > 40 and too_high == []
