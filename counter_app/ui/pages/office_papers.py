"""The menu "In giấy của đơn vị": papers about no single dossier – register, report, the lists of accounts the province asks for. A list is
typed, pasted from a sheet, or comes from a file.

Every one is looked at before it is printed: the preview prints, or saves the file.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QFileDialog, QWidget

from counter_app.domain.periods import parse_period
from counter_app.services.account_lists import HEADINGS, AccountList, typed_account_list
from counter_app.services.desk import Desk
from counter_app.services.office_papers import account_list
from counter_app.services.paper import Paper
from counter_app.services.paper_menu import FILE_MAKERS, LISTS, PERIOD_MAKERS, Choice
from counter_app.ui.context import UiContext
from counter_app.ui.pages.dossier_dialogs import Ask, FieldsDialog
from counter_app.ui.pages.paper_menu import PaperMenu
from counter_app.ui.theme import theme
from onestop.errors import InvalidFields, UserError

FILE_HINT = "Tệp CSV hoặc JSON; cột: Phân hệ, Họ tên, Số định danh, Đơn vị, Ghi chú"
ROWS_HINT = "Mỗi dòng một người, các ô cách nhau bằng dấu chấm phẩy theo dòng đầu; hoặc chép từ Excel và dán vào dưới dòng đầu."
PERIOD_HINT = "Tháng 2026-11, quý 2026-Q4, nửa năm 2026-H1, năm 2026, ngày 2026-11-23, hoặc 2026-11-01..2026-11-15"


def office_choices(desk: Desk) -> list[Choice]:
    """Register, report and account lists, in this order. ``make`` takes the period, or the list or the path of its file. The lists are for
    those who keep accounts or head the section."""
    from counter_app.printing.registry import FORMS

    roles = set(desk.staff.roles) if desk.staff else set()
    why = "" if {"head", "admin"} & roles else "Danh sách tài khoản do lãnh đạo hoặc quản trị lập."
    choices = [Choice(form, FORMS[form].name, 0, "", partial(_of_period, desk, form)) for form in PERIOD_MAKERS]
    return [*choices, *(Choice(form, FORMS[form].name, 0, why, partial(_of_file, desk, form)) for form in FILE_MAKERS)]


def _of_period(desk: Desk, form: str, period: str) -> Paper:
    return PERIOD_MAKERS[form](desk, parse_period(period))


def _of_file(desk: Desk, form: str, about: Path | AccountList) -> Paper:
    return account_list(desk, about) if isinstance(about, AccountList) else FILE_MAKERS[form](desk, about)


def offer_office_papers(ctx: UiContext, parent: QWidget) -> PaperMenu:
    """Open the menu over the window."""
    window = parent.window()
    menu = PaperMenu("In giấy của đơn vị", office_choices(ctx.desk), window)

    def chosen(choice: Choice) -> None:
        if choice.form in PERIOD_MAKERS:
            _ask_period(ctx, window, choice)
        else:
            _ask_rows(ctx, window, choice)

    menu.chosen.connect(chosen)
    menu.open()
    return menu


def _ask_period(ctx: UiContext, window: QWidget, choice: Choice) -> FieldsDialog:
    period = Ask("period", "Kỳ", initial=f"{ctx.desk.now():%Y-%m}", required=True, hint=PERIOD_HINT)
    dialog = FieldsDialog(choice.name, [period], verb="Xem và in", icon="printer", parent=window)

    def submitted(values: dict[str, Any]) -> None:
        try:
            parse_period(values["period"])
        except UserError as error:
            dialog.show_problem(InvalidFields({"period": error.message}))
            return
        dialog.accept()
        _show(ctx, choice, values["period"])

    dialog.submitted.connect(submitted)
    dialog.open()
    dialog.editors["period"].selectAll()  # type: ignore[attr-defined]
    return dialog


def _ask_rows(ctx: UiContext, window: QWidget, choice: Choice) -> FieldsDialog:
    kind = LISTS[choice.form]
    rows = Ask("rows", "Danh sách", "long", f"{HEADINGS[kind]}\n", required=True, hint=ROWS_HINT, lines=8)
    dialog = FieldsDialog(choice.name, [rows], verb="Xem và in", icon="printer", parent=window)
    from_file = dialog.add_button("Lấy từ tệp…")

    def submitted(values: dict[str, Any]) -> None:
        try:
            made = typed_account_list(values["rows"], kind)
        except UserError as error:
            dialog.show_problem(InvalidFields({"rows": error.message}))
            return
        dialog.accept()
        _show(ctx, choice, made)

    def instead() -> None:
        dialog.reject()
        _ask_file(ctx, window, choice)

    dialog.submitted.connect(submitted)
    from_file.clicked.connect(instead)
    dialog.open()
    dialog.setMinimumWidth(round(theme().em * 48))
    dialog.editors["rows"].moveCursor(QTextCursor.MoveOperation.End)  # type: ignore[attr-defined]
    return dialog


def _ask_file(ctx: UiContext, window: QWidget, choice: Choice) -> QFileDialog:
    dialog = QFileDialog(window, f"{choice.name} – {FILE_HINT}", "", "CSV, JSON (*.csv *.json *.txt)")
    dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.fileSelected.connect(lambda name: _show(ctx, choice, Path(name)))
    dialog.open()
    return dialog


def _show(ctx: UiContext, choice: Choice, about: str | Path | AccountList) -> None:
    """Count in the background (a year's register takes seconds), then the preview."""

    def made(paper: Paper) -> None:
        if ctx.printing is not None:
            ctx.printing.preview([paper])

    ctx.tasks.run_task(lambda: choice.make(about), made, ctx.fail, key="office-paper")
