"""Tra cứu: what is listed, what opens, and that a keyboard is enough."""

from PySide6.QtCore import Qt

from counter_app.ui import a11y
from counter_app.ui.pages.find_presenter import build_find_page
from onestop.states import State
from tests.desk import make_desk
from tests.ui.pages.stage import in_window, make_stage


def test_opens_with_the_newest(stage):
    view = build_find_page(stage.ctx)
    view.on_enter()
    days = [row.received_at for row in view.rows()]
    assert len(days) == 200 and days == sorted(days, reverse=True)


def test_search_without_marks_finds(stage):
    view = build_find_page(stage.ctx)
    view.presenter.typed("huynh quoc quy")
    assert "Huỳnh Quốc Quý" in {row.owner_name for row in view.rows()}


def test_one_hit_opens_it(stage):
    code = stage.bench.with_status(State.DONE).code
    view = build_find_page(stage.ctx)
    assert view.presenter.submitted(code)
    assert stage.went == [("open_dossier", view.rows()[0].id)]


def test_several_hits_open_nothing(stage):
    view = build_find_page(stage.ctx)
    assert not view.presenter.submitted("nguyen") and len(view.rows()) > 1 and not stage.went


def test_nothing_found_says_what_to_do(stage):
    view = build_find_page(stage.ctx)
    view.presenter.typed("khongaitentheca")
    assert view.rows() == [] and "Không tìm thấy" in view.table.empty.accessibleName()


def test_filter_of_the_strip(stage, qtbot):
    window, view = in_window(stage, "find", build_find_page)
    qtbot.addWidget(window)
    view.presenter.show_filter("ready")
    assert {row.status for row in view.rows()} == {State.DONE}
    view.presenter.clear()
    assert view.strip.active() == "" and len({row.status for row in view.rows()}) > 1


def test_enter_opens_the_dossier_under_the_cursor(stage, qtbot):
    window, view = in_window(stage, "find", build_find_page)
    qtbot.addWidget(window)
    assert view.primary_focus() is None  # F3 is the search box's
    view.focus_list()
    qtbot.keyClick(view.table.view, Qt.Key.Key_Down)
    qtbot.keyClick(view.table.view, Qt.Key.Key_Return)
    assert stage.went == [("open_dossier", view.rows()[1].id)]


def test_f4_takes_a_ready_dossier_along(stage, qtbot):
    window, view = in_window(stage, "find", build_find_page)
    qtbot.addWidget(window)
    view.presenter.show_filter("ready")
    view.focus_list()
    assert view.presenter.command("return") == view.list_has_focus()


def test_id_numbers_are_not_in_the_list(stage):
    dossier = stage.bench.with_status(State.DONE)
    view = build_find_page(stage.ctx)
    view.presenter.typed(dossier.owner.id_no)
    cells = [column.text(row) for row in view.rows() for column in view.table.model.columns]
    assert view.rows() and not any(dossier.owner.id_no in cell for cell in cells)


def test_a_change_keeps_the_cursor(stage, qtbot):
    window, view = in_window(stage, "find", build_find_page)
    qtbot.addWidget(window)
    view.table.select(3)
    row = view.current()
    view.presenter.refresh()
    assert view.current().id == row.id


def test_names_for_everything(stage, qtbot):
    window, view = in_window(stage, "find", build_find_page)
    qtbot.addWidget(window)
    assert a11y.unnamed(view) == [] and a11y.tab_order_faults(view) == []


def test_picture(app, tmp_path, qtbot, pictures):
    bench = make_desk(tmp_path, demo=6000)
    stage = make_stage(bench)
    window, _view = in_window(stage, "find", build_find_page)
    qtbot.addWidget(window)
    pictures(window, "find")
    bench.close()
