"""The office's own papers: the register and the report of a period, the lists of accounts from a file."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication, QFileDialog, QPushButton

from counter_app.runtime.settings import Settings
from counter_app.scanner.qt.devices import CameraDevices
from counter_app.services.paper import Paper
from counter_app.ui.context import UiContext
from counter_app.ui.pages.dossier_dialogs import FieldsDialog
from counter_app.ui.pages.office_papers import offer_office_papers, office_choices
from counter_app.ui.pages.paper_menu import PaperMenu
from counter_app.ui.pages.settings_presenter import Devices, build_settings_page
from counter_app.ui.pages.settings_view import SettingsView
from tests.scanner.camera_sources import Bench
from tests.ui.pages.stage import Stage, in_window


def shown(kind: type) -> Any:
    return next(w for w in QApplication.allWidgets() if isinstance(w, kind) and w.isVisible())


def _cameras(parent: QObject) -> CameraDevices:
    made = Bench()
    made.setParent(parent)
    return made


def build(ctx: UiContext) -> SettingsView:
    """The page without devices."""
    return build_settings_page(ctx, Devices(queues=list, ports=list, hid_scanners=list, cameras=_cameras))


@pytest.fixture(autouse=True)
def settings(stage: Stage, tmp_path: Path) -> None:
    stage.ctx.settings = Settings(tmp_path / "profile" / "settings.json", tmp_path / "none.json")


def looked_at(stage: Stage) -> list[Paper]:
    """Papers whose preview was opened."""
    papers: list[Paper] = []
    stage.ctx.printing = SimpleNamespace(preview=papers.extend)  # type: ignore[assignment]
    return papers


def test_a_report_is_asked_for_its_period_and_looked_at_first(stage: Stage, qtbot):
    window, view = in_window(stage, "settings", build)
    qtbot.addWidget(window)
    papers = looked_at(stage)
    view.office_button.click()
    menu = shown(PaperMenu)
    assert [choice.form for choice in menu.choices.values()][:2] == ["07", "report"]
    qtbot.keyClicks(menu, "2")
    dialog = shown(FieldsDialog)
    assert dialog.editors["period"].text() == f"{stage.ctx.desk.now():%Y-%m}"
    dialog.editors["period"].setText("2026-13")
    dialog.confirm_button.click()
    assert dialog.isVisible() and papers == []
    dialog.editors["period"].setText("2026-H2")
    dialog.confirm_button.click()
    assert [(paper.form, paper.title) for paper in papers] == [("report", "2026-H2")] and not dialog.isVisible()


def test_a_list_of_accounts_comes_from_a_file(stage: Stage, qtbot, tmp_path):
    window, _view = in_window(stage, "settings", build)
    qtbot.addWidget(window)
    papers = looked_at(stage)
    stage.bench.sign_in("truong.nt")
    offer_office_papers(stage.ctx, window)
    menu = shown(PaperMenu)
    digit = next(key for key, choice in menu.choices.items() if choice.form == "accounts-add")
    qtbot.keyClicks(menu, digit)
    chosen = tmp_path / "danh-sach.csv"
    chosen.write_text("Phân hệ;Họ tên;Số định danh\nMột cửa điện tử;Nguyễn Văn An;001099012345\n", "utf-8")
    next(button for button in shown(FieldsDialog).findChildren(QPushButton) if "tệp" in button.text()).click()
    picker = shown(QFileDialog)
    picker.fileSelected.emit(str(chosen))
    assert [paper.form for paper in papers] == ["accounts-add"]
    chosen.write_text("Phân hệ;Họ tên\nMột cửa điện tử;Nguyễn Văn An\n", "utf-8")
    picker.fileSelected.emit(str(chosen))
    assert [error.code for error in stage.failed] == ["account-list-invalid"] and len(papers) == 1
    picker.close()


@pytest.mark.parametrize("typed", ["Một cửa điện tử; Nguyễn Văn An; 001099012345; Phòng Tư pháp\n",
                                   "Một cửa điện tử\tNguyễn Văn An\t001099012345\tPhòng Tư pháp\n"], ids=["typed", "pasted from a sheet"])
def test_a_list_of_accounts_is_typed(stage: Stage, qtbot, typed: str):
    window, _view = in_window(stage, "settings", build)
    qtbot.addWidget(window)
    papers = looked_at(stage)
    stage.bench.sign_in("truong.nt")
    offer_office_papers(stage.ctx, window)
    menu = shown(PaperMenu)
    qtbot.keyClicks(menu, next(key for key, choice in menu.choices.items() if choice.form == "accounts-add"))
    dialog = shown(FieldsDialog)
    rows = dialog.editors["rows"]
    rows.insertPlainText("Một cửa điện tử; Nguyễn Văn An; 12\n")
    dialog.confirm_button.click()
    assert dialog.isVisible() and papers == [] and "dòng 2" in dialog.fields["rows"].error()
    rows.setPlainText(rows.toPlainText().splitlines()[0] + "\n" + typed)
    dialog.confirm_button.click()
    [paper] = papers
    [line] = paper.document.lines
    assert (line.subsystem, line.name, line.id_no, line.unit) == ("Một cửa điện tử", "Nguyễn Văn An", "001099012345", "Phòng Tư pháp")


def test_who_may_not_list_accounts_is_not_offered_it(stage: Stage):
    offered = {choice.form: choice.why for choice in office_choices(stage.ctx.desk)}
    roles = set(stage.ctx.desk.require().roles)
    assert bool(offered["accounts-add"]) is not bool({"head", "admin"} & roles)
    assert offered["07"] == offered["report"] == ""


def test_the_key_of_the_menu(stage: Stage, qtbot):
    window, view = in_window(stage, "settings", build)
    qtbot.addWidget(window)
    assert not view.handle_command("print-more")  # the frame hands it to the program, which opens this menu
    told: list[str] = []
    window.command_requested.connect(told.append)
    window.commands["print-more"].trigger()
    assert told == ["print-more"]
