"""The menu "In giấy khác": a digit prints a paper; what does not exist yet is not offered."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from counter_app.services.paper_menu import SLIP_MAKERS, dossier_choices, slip_choices
from counter_app.ui.pages.dossier_dialogs import FieldsDialog
from counter_app.ui.pages.dossier_presenter import build_dossier_page
from counter_app.ui.pages.handover_presenter import build_handover_page
from counter_app.ui.pages.paper_menu import PaperMenu
from onestop.states import State
from tests.desk import make_desk
from tests.ui.pages.stage import in_window


@pytest.fixture
def bench(tmp_path):
    made = make_desk(tmp_path, demo=600, username="truong.nt")
    yield made
    made.close()


def menu() -> PaperMenu:
    return next(w for w in QApplication.topLevelWidgets() if isinstance(w, PaperMenu) and w.isVisible())


def test_a_digit_prints_a_paper_of_the_dossier(stage, qtbot):
    window, view = in_window(stage, "dossier", build_dossier_page)
    qtbot.addWidget(window)
    dossier = stage.bench.with_status(State.RETURNED)
    view.presenter.open(dossier.id)
    assert view.handle_command("print-more")
    opened = menu()
    offered = {key: choice.form for key, choice in opened.choices.items()}
    assert offered == dict(zip("123456789AB", (c.form for c in dossier_choices(stage.bench.desk, dossier) if not c.why), strict=False))
    wanted = next(key for key, form in offered.items() if form == "return")
    qtbot.keyClicks(opened, wanted)
    assert [paper.form for paper in stage.printer.papers] == ["return"] and not opened.isVisible()


def test_what_does_not_exist_yet_is_not_offered(stage, qtbot):
    window, view = in_window(stage, "dossier", build_dossier_page)
    qtbot.addWidget(window)
    dossier = stage.bench.with_status(State.ACCEPTED)
    why = {choice.form: choice.why for choice in dossier_choices(stage.bench.desk, dossier)}
    assert "chưa trả kết quả" in why["return"] and why["01"] == ""
    view.presenter.open(dossier.id)
    view.presenter.do("print-more")
    opened = menu()
    assert "return" not in {choice.form for choice in opened.choices.values()}
    qtbot.keyClick(opened, Qt.Key.Key_Down)
    assert opened.focusWidget() is opened.list.buttons["2"]
    qtbot.keyClick(opened, Qt.Key.Key_Escape)
    assert stage.printer.papers == []


def test_a_dossier_only_registered_online_has_no_papers(bench):
    assert dossier_choices(bench.desk, replace(bench.with_status(State.ACCEPTED), status=1)) == []


def test_the_papers_of_a_slip(stage, qtbot):
    window, view = in_window(stage, "handover", build_handover_page)
    qtbot.addWidget(window)
    bench = stage.bench
    with bench.store.read() as reader:
        slip = reader.slip(reader.list_slips(direction="out", limit=1)[0].id)
    view.presenter.open_slip(slip.id)
    assert view.handle_command("print-more")
    assert "handover" in {choice.form for choice in menu().choices.values()}
    menu().reject()
    why = {choice.form: choice.why for choice in slip_choices(bench.desk, slip)}
    assert set(why) <= set(SLIP_MAKERS) and why["handover"] == ""


def test_a_half_used_sheet_of_stickers_goes_on_where_it_was_left(stage, qtbot):
    window, view = in_window(stage, "dossier", build_dossier_page)
    qtbot.addWidget(window)
    stage.printer.target = lambda form: SimpleNamespace(size="a4-14")
    view.presenter.open(stage.bench.with_status(State.ACCEPTED).id)

    def ask() -> FieldsDialog:
        view.presenter.do("print-more")
        opened = menu()
        qtbot.keyClicks(opened, next(key for key, choice in opened.choices.items() if choice.form == "cover-label"))
        return next(w for w in QApplication.topLevelWidgets() if isinstance(w, FieldsDialog) and w.isVisible())

    dialog = ask()
    for wrong in ("0", "15", "một", ""):
        dialog.editors["first"].setText(wrong)
        dialog.confirm()
        assert dialog.isVisible() and stage.printer.papers == []
    dialog.editors["first"].setText("14")
    dialog.confirm()
    assert [paper.document.skip for paper in stage.printer.papers] == [13]
    dialog = ask()
    assert dialog.editors["first"].text() == "1"  # the sheet is used up
    dialog.confirm()
    assert ask().editors["first"].text() == "2" and stage.failed == []


def test_a_label_from_a_roll_asks_nothing(stage, qtbot):
    window, view = in_window(stage, "dossier", build_dossier_page)
    qtbot.addWidget(window)
    stage.printer.target = lambda form: SimpleNamespace(size="80x50")
    view.presenter.open(stage.bench.with_status(State.ACCEPTED).id)
    view.presenter.do("print-more")
    opened = menu()
    qtbot.keyClicks(opened, next(key for key, choice in opened.choices.items() if choice.form == "cover-label"))
    assert [paper.form for paper in stage.printer.papers] == ["cover-label"]
