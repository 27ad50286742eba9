"""Every page and every dialog by keyboard and by ear: a name on everything that takes the focus, everything within reach of Tab, and
Tab going the way the eye goes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QScrollArea, QWidget

from counter_app.printing.profiles import Profile
from counter_app.runtime.settings import Settings
from counter_app.services import attachments
from counter_app.services.paper_menu import dossier_choices
from counter_app.store.rows import ListFilter
from counter_app.ui import a11y
from counter_app.ui.camera_panel import CameraPanel
from counter_app.ui.dialogs import ConfirmDialog, ErrorDialog, PinDialog, ReasonDialog
from counter_app.ui.dialogs.command_palette import CommandPalette
from counter_app.ui.dialogs.help_view import HelpView
from counter_app.ui.dialogs.sign_in_view import LockScreen, SignInView
from counter_app.ui.first_steps import EnrolDialog
from counter_app.ui.main_window import MainWindow
from counter_app.ui.pages.dossier_dialogs import FieldsDialog
from counter_app.ui.pages.dossier_forms import _FORMS, due_form, form_for
from counter_app.ui.pages.merge_dialog import MergeDialog
from counter_app.ui.pages.office_papers import offer_office_papers
from counter_app.ui.pages.paper_menu import PaperMenu
from counter_app.ui.pages.settings_presenter import build_settings_page
from counter_app.ui.pages.settings_printers import ProfileDialog
from counter_app.ui.pages.specs import page_specs
from counter_app.ui.theme import apply_theme
from counter_app.ui.widgets import KeyButton, SideColumn
from counter_app.ui.widgets.layout import Pair
from counter_app.ui.widgets.nav_rail import NavRail
from counter_app.ui.widgets.top_bar import LinkView, TopBar
from onestop.errors import EnvironmentFault
from onestop.states import State
from tests.desk import make_desk
from tests.ui.pages.stage import Stage
from tests.ui.pages.test_settings import DEVICES
from tests.ui.pages.test_sync import a_review


@pytest.fixture
def bench(tmp_path):
    """The head of the section works here: every action is offered."""
    made = make_desk(tmp_path, demo=600, username="truong.nt")
    yield made
    made.close()


@pytest.fixture
def window(app, stage: Stage, tmp_path, qtbot) -> Iterator[MainWindow]:
    """The frame with all its pages and something waiting at the link."""
    stage.ctx.settings = Settings(tmp_path / "settings.json", tmp_path / "none.json")
    specs = [spec if spec.id != "settings" else SimpleNamespace(**{name: getattr(spec, name) for name in spec.__slots__} | {
        "factory": lambda: build_settings_page(stage.ctx, DEVICES)}) for spec in page_specs(stage.ctx)]
    made = MainWindow(specs)
    qtbot.addWidget(made)
    made.set_user("Nguyễn Văn Trưởng", "Trung tâm")
    made.show()
    yield made
    apply_theme(app, "light")


def columns_of(window: QWidget) -> set[QWidget]:
    """What is read to its end before what is beside it: halves of a page, and what scrolls by itself."""
    found: set[QWidget] = set(window.findChildren(NavRail)) | set(window.findChildren(TopBar)) | set(window.findChildren(QScrollArea))
    for both in (*window.findChildren(SideColumn), *window.findChildren(Pair)):
        found |= {half for half in both.children() if isinstance(half, QWidget)}
    return found


def walk(window: QWidget) -> list[QWidget]:
    """Where Tab really goes, from the first widget on until it comes round."""
    first = a11y.focusable(window)[0]
    first.setFocus()
    seen = [first]
    for _ in range(300):
        QTest.keyClick(window.focusWidget(), Qt.Key.Key_Tab)
        at = window.focusWidget()
        if at in seen:
            home = a11y.group_of(first)
            assert at is first or (home is not None and a11y.group_of(at) is home), f"Tab stops at {a11y.accessible_name(seen[-1])}"
            return seen
        seen.append(at)
    raise AssertionError("Tab does not come round")


def looked_at(window: QWidget, led: tuple[str, ...] = ()) -> None:
    """The three rules. ``led``: what another box leads with the arrows."""
    QApplication.processEvents()
    assert a11y.unnamed(window) == []
    assert [name for name in a11y.unreachable(window) if name not in led] == []
    assert a11y.tab_order_faults(window, columns_of(window)) == []
    wanted = a11y.focusable(window)
    seen = walk(window)
    groups = {a11y.group_of(widget) for widget in seen} - {None}
    assert [a11y.accessible_name(w) for w in wanted if w not in seen and a11y.group_of(w) not in groups] == []


def cut(window: QWidget) -> list[str]:
    """Buttons that have less room than their words."""
    return [button.text() for button in window.findChildren(KeyButton)
            if button.isVisible() and button.width() < button.minimumSizeHint().width()]


def receive(page, stage: Stage) -> None:
    page.presenter._choose(stage.bench.desk.catalogue.procedure("2.000806", stage.bench.desk.today()))
    page.toggle_submitter()
    page.papers.add_other(("Đơn trình bày hoàn cảnh", 1, 0))


def saved(page, stage: Stage) -> None:
    page.presenter._last.show(stage.bench.with_status(State.ACCEPTED))


def correcting(page, stage: Stage) -> None:
    page.presenter.correct_dossier(stage.bench.with_status(State.ACCEPTED).id)


def returning(page, stage: Stage) -> None:
    page.presenter.open(stage.bench.with_status(State.DONE).id)


def piled(page, stage: Stage) -> None:
    stage.scan(stage.bench.with_status(State.ACCEPTED).code)


def on_slip(page, stage: Stage) -> None:
    piled(page, stage)
    page.presenter.make()
    page.presenter.open_slip(page.compose.slips.rows()[0].id)


def dossier(page, stage: Stage) -> None:
    page.presenter.open(stage.bench.with_status(State.PROCESSING).id)


def dossier_with_files(page, stage: Stage) -> None:
    found = stage.bench.with_status(State.PROCESSING)
    file = stage.bench.folder / "giay.pdf"
    file.write_bytes(b"%PDF-1.4\n%%EOF\n")
    attachments.attach(stage.bench.desk, found.id, [file])
    page.presenter.open(found.id)


def reviews(page, stage: Stage) -> None:
    a_review(stage.bench)
    page.presenter.enter()


def _two_fields(stage: Stage) -> None:
    a_review(stage.bench, current={"owner.phone": "0905111222", "owner.address": "12 Trần Phú"},
             wanted={"owner.phone": "0905999888", "owner.address": "34 Trần Phú"})


def merging(page, stage: Stage) -> None:
    _two_fields(stage)
    page.presenter.enter()


def _merge(stage: Stage, window: MainWindow) -> MergeDialog:
    _two_fields(stage)
    return MergeDialog(window.show_page("sync").reviews.rows()[0], window)


PAGES: dict[str, tuple[str, Callable[..., None] | None]] = {
    "receive-blank": ("receive", None), "receive": ("receive", receive), "received": ("receive", saved), "correct": ("receive", correcting),
    "find": ("find", None), "return-list": ("return", None), "return": ("return", returning), "handover-blank": ("handover", None),
    "handover": ("handover", piled), "confirm": ("handover", on_slip), "dossier-none": ("dossier", None), "dossier": ("dossier", dossier),
    "files": ("dossier", dossier_with_files), "sync": ("sync", None), "reviews": ("sync", reviews), "reviews-of-fields": ("sync", merging),
    "settings": ("settings", None),
    "scanner-trial": ("scanner-trial", None),
}


def test_no_page_is_left_out(stage: Stage):
    assert {page_id for page_id, _ in PAGES.values()} == {spec.id for spec in page_specs(stage.ctx)}


@pytest.mark.parametrize("scale", [1.0, 1.5])
@pytest.mark.parametrize("name", PAGES)
def test_pages(app, window: MainWindow, stage: Stage, name: str, scale: float):
    page_id, prepare = PAGES[name]
    if scale != 1.0:
        apply_theme(app, "light", scale)
    page = window.show_page(page_id)
    if prepare is not None:
        prepare(page, stage)
    window.set_link(LinkView.OFFLINE, 3)
    window.activateWindow()
    for _ in range(4):
        app.processEvents()
    looked_at(window)
    assert cut(window) == []


def _forms(stage: Stage) -> list[FieldsDialog]:
    desk, found = stage.bench.desk, stage.bench.with_status(State.PROCESSING)
    made = [form_for(desk, found, action) for action in _FORMS] + [due_form(desk, found)]
    return [FieldsDialog(form.title, form.asks, text=form.text, verb=form.verb, icon=form.icon, danger=form.danger) for form in made]


def _offices(stage: Stage, window: MainWindow) -> PaperMenu:
    return offer_office_papers(stage.ctx, window)


@pytest.mark.parametrize(("page_id", "has"), [("sync", "Gửi và nhận ngay"), ("return", "Quét mã, hoặc gõ mã hồ sơ, tên, số giấy tờ"),
                                              ("settings", "Màu"), ("dossier", "Quét mã, hoặc gõ mã hồ sơ, tên, số giấy tờ")])
def test_a_page_without_rows_still_has_the_keyboard(window: MainWindow, tmp_path, stage: Stage, page_id: str, has: str):
    stage.bench.pull(*(replace(stage.bench.dossier(row.id), status=State.RETURNED, version=99) for row in _done(stage)))
    window.show_page("receive")
    window.activateWindow()
    window.show_page(page_id)
    assert has in a11y.accessible_name(window.focusWidget())


def _done(stage: Stage) -> list[Any]:
    with stage.bench.store.read() as reader:
        return reader.list_dossiers(ListFilter(ready=True), 5000)


DIALOGS: dict[str, Callable[[Stage, MainWindow], QDialog]] = {
    "confirm": lambda _s, w: ConfirmDialog("Xóa nháp?", "Không thể hoàn tác.", "Xóa nháp", parent=w),
    "reason": lambda _s, w: ReasonDialog("Lý do", categories=(("typo", "Nhập sai"), ("moved", "Đổi địa chỉ")), parent=w),
    "pin": lambda _s, w: PinDialog(parent=w),
    "new-pin": lambda _s, w: PinDialog(new=True, parent=w),
    "error": lambda _s, w: ErrorDialog(EnvironmentFault("printer-gone", "Không thấy máy in."), parent=w, retry="Thử lại"),
    "bug": lambda _s, w: ErrorDialog(ValueError(), parent=w),
    "help": lambda _s, w: HelpView(w.commands, w),
    "palette": lambda _s, w: CommandPalette(w.commands, w),
    "enrol": lambda _s, w: EnrolDialog(lambda *_words: None, w),
    "papers": lambda s, w: PaperMenu("In giấy khác", dossier_choices(s.bench.desk, s.bench.with_status(State.RETURNED)), w),
    "offices": _offices,
    "merge": _merge,
    "printer": lambda _s, w: ProfileDialog("receipt-a5", Profile(queue="Quay-07", paper="A5"), [("Quay-07", "Quay-07")], ["A5", "A4"],
                                           parent=w),
    "locked-printer": lambda _s, w: ProfileDialog("receipt-a5", Profile(queue="Quay-07", paper="A5"), [("Quay-07", "Quay-07")], ["A5"],
                                                  locked="Do quản trị đặt.", parent=w),
}


@pytest.mark.parametrize("name", DIALOGS)
def test_dialogs(window: MainWindow, stage: Stage, name: str):
    window.show_page("find")
    dialog = DIALOGS[name](stage, window)
    dialog.open()
    dialog.activateWindow()
    looked_at(dialog, ("QListView(Các lệnh)",))
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible(), "Esc leaves it"


def test_small_forms_of_a_dossier(window: MainWindow, stage: Stage, qtbot):
    for dialog in _forms(stage):
        qtbot.addWidget(dialog)
        dialog.open()
        dialog.activateWindow()
        looked_at(dialog)
        dialog.close()


@pytest.mark.parametrize("make", [SignInView, lambda: LockScreen("Nguyễn Văn Trưởng")])
def test_who_comes_in(window: MainWindow, make: Callable[[], QWidget]):
    window.show_page("find")
    view = make()
    window.show_overlay(view)
    looked_at(view)


def test_the_camera(window: MainWindow):
    window.show_page("find")
    panel = CameraPanel(window)
    panel.open_panel()
    looked_at(panel)

