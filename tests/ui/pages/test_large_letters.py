"""Ctrl+Plus on a small screen: columns go below each other, and what still does not fit can be scrolled to."""

import pytest
from PySide6.QtWidgets import QScrollArea

from counter_app.ui.pages.dossier_presenter import build_dossier_page
from counter_app.ui.pages.find_presenter import build_find_page
from counter_app.ui.pages.handover_presenter import build_handover_page
from counter_app.ui.pages.receive_presenter import build_receive_page
from counter_app.ui.pages.return_presenter import build_return_page
from counter_app.ui.pages.sync_presenter import build_sync_page
from counter_app.ui.theme import apply_theme, theme
from counter_app.ui.widgets.data_table import Column, DataTable
from counter_app.ui.widgets.layout import SideColumn
from onestop.states import State
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


ALL = {"receive": build_receive_page, "find": build_find_page, "return": build_return_page, "handover": build_handover_page,
       "dossier": build_dossier_page, "sync": build_sync_page}


@pytest.mark.parametrize("page_id", ALL)
def test_no_page_scrolls_sideways_at_three_steps_and_none_made_ahead_widens_it(app, stage, qtbot, page_id):
    """The window of a small screen, started with the letters of Ctrl+Plus three times."""
    apply_theme(app, "light", 1.5)
    window, page = in_window(stage, page_id, ALL[page_id])
    qtbot.addWidget(window)
    window.resize(1366, 768)
    ahead = build_sync_page(stage.ctx)
    ahead.setMinimumWidth(1600)
    window._frame.stack.addWidget(ahead)
    for _ in range(6):
        app.processEvents()
    sideways = {type(area).__name__: area.horizontalScrollBar().maximum()
                for area in [window._frame, *page.findChildren(QScrollArea)] if area.horizontalScrollBar().maximum()}
    apply_theme(app, "light")
    assert not sideways


def test_a_table_leaves_out_columns_that_yield_rather_than_scroll(app, qtbot):
    table = DataTable([Column("Mã", str, width=10), Column("Tên", str, width=10, stretch=1), Column("Nơi", str, width=10, yields=2),
                       Column("Gửi", str, width=10, yields=1)], name="Danh sách")
    qtbot.addWidget(table)
    table.set_rows(["a"])
    table.show()
    em = theme().em
    left_out = {}
    for width in (40, 30, 20):
        table.resize(round(em * width), 200)
        app.processEvents()
        left_out[width] = [c.title for place, c in enumerate(table.model.columns) if table.view.isColumnHidden(place)]
        assert table.view.horizontalScrollBar().maximum() == 0
    assert left_out == {40: [], 30: ["Nơi"], 20: ["Nơi", "Gửi"]}


def test_the_facts_of_a_dossier_fit_with_the_longest_words(app, stage, qtbot):
    apply_theme(app, "light", 1.5)
    window, page = in_window(stage, "dossier", build_dossier_page)
    qtbot.addWidget(window)
    window.resize(1366, 768)
    page.presenter.open(stage.bench.with_status(State.DONE).id)
    page.due_chip.set_chip("Có kết quả trước hạn", "success", "calendar")
    for _ in range(6):
        app.processEvents()
    sideways = [area.horizontalScrollBar().maximum() for area in page.findChildren(QScrollArea) if area.isVisible()]
    apply_theme(app, "light")
    assert len(sideways) >= 2 and not any(sideways)
