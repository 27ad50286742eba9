"""Ctrl+Plus on a small screen: columns go below each other, and what still does not fit can be scrolled to."""

import pytest
from PySide6.QtWidgets import QScrollArea

from counter_app.ui.pages.handover_presenter import build_handover_page
from counter_app.ui.pages.receive_presenter import build_receive_page
from counter_app.ui.theme import apply_theme
from counter_app.ui.widgets.layout import SideColumn
from tests.ui.pages.stage import in_window

PAGES = {"receive": build_receive_page, "handover": build_handover_page}


@pytest.mark.parametrize("page_id", PAGES)
@pytest.mark.parametrize("scale", [1.1, 1.25, 1.5, 2.0])
def test_nothing_is_out_of_reach_after_ctrl_plus(app, stage, qtbot, page_id, scale):
    window, page = in_window(stage, page_id, PAGES[page_id])
    qtbot.addWidget(window)
    app.processEvents()
    columns = page.findChild(SideColumn)
    assert not columns.is_narrow()
    apply_theme(app, "light", scale)
    for _ in range(6):
        app.processEvents()
    assert (window.width(), window.height()) == (1366, 768)
    assert columns.is_narrow() or scale < 1.5
    assert columns.minimumSizeHint().width() <= columns.width()
    above = columns.parentWidget()
    while above is not None:
        if isinstance(above, QScrollArea):
            assert above.widget().width() - above.viewport().width() == above.horizontalScrollBar().maximum()
            assert above.widget().height() - above.viewport().height() == above.verticalScrollBar().maximum()
        above = above.parentWidget()
    apply_theme(app, "light")


@pytest.mark.parametrize("scale", [1.25, 1.5])
def test_the_reception_scrolls_one_way_only(app, stage, qtbot, scale):
    """At three steps of Ctrl+Plus the checklist, what is beside it and the side column stand below each other."""
    apply_theme(app, "light", scale)
    window, page = in_window(stage, "receive", build_receive_page)
    qtbot.addWidget(window)
    window.resize(1366, 768)
    procedure = stage.bench.desk.catalogue.procedure("2.000806", stage.bench.desk.today())
    page.presenter._choose(procedure)
    page.papers.add_other(("Đơn trình bày hoàn cảnh", 1, 0))
    for _ in range(4):
        app.processEvents()
    assert page.scroll.horizontalScrollBar().maximum() == 0
    apply_theme(app, "light")


def test_fixed_widths_grow_with_the_letters(app, stage, qtbot):
    window, page = in_window(stage, "receive", build_receive_page)
    qtbot.addWidget(window)
    field, label = page.fields["owner.id_no"], page.fields["channel"]._label
    before = field.width(), label.width()
    apply_theme(app, "light", 1.5)
    app.processEvents()
    assert label.width() >= label.fontMetrics().horizontalAdvance(label.text())
    assert (field.width() / before[0], label.width() / before[1]) == pytest.approx((1.5, 1.5), rel=0.1)
    apply_theme(app, "light")
