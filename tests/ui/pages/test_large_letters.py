"""Ctrl+Plus on a small screen: columns go below each other, and what still does not fit can be scrolled to."""

import pytest
from PySide6.QtCore import QPoint

from counter_app.ui.pages.handover_presenter import build_handover_page
from counter_app.ui.pages.receive_presenter import build_receive_page
from counter_app.ui.theme import apply_theme
from counter_app.ui.widgets.layout import Reach, SideColumn
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
    inside = page.parentWidget()
    while not isinstance(inside.parentWidget().parentWidget(), Reach):
        inside = inside.parentWidget()
    reach = inside.parentWidget().parentWidget()
    right = columns.mapTo(inside, QPoint(columns.width(), 0)).x()
    assert columns.minimumSizeHint().width() <= columns.width()
    assert right <= inside.width()
    assert inside.width() - reach.viewport().width() == reach.horizontalScrollBar().maximum()
    apply_theme(app, "light")
