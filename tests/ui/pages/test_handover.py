"""Bàn giao: the pile, the slips it becomes, and confirming them."""

from dataclasses import replace

import pytest
from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QShortcut

from counter_app.domain.outcomes import PrintOutcome, SaveOutcome, ScanOutcome
from counter_app.store.rows import ListFilter
from counter_app.ui import a11y
from counter_app.ui.pages.handover_list import HandoverList
from counter_app.ui.pages.handover_presenter import build_handover_page
from onestop.states import State
from tests.desk import make_desk
from tests.ui.pages.stage import in_window, make_stage


def free(bench, status, count=3):
    """Dossiers in a state that lie on no open slip."""
    with bench.store.read() as reader:
        rows = reader.list_dossiers(ListFilter(statuses=(status,)), 400)
        found = [reader.dossier(r.id) for r in rows if reader.open_slip_of(r.id) is None]
    assert len(found) >= count
    return found[:count]


def fresh(bench, count):
    """As if many folders of this morning still lay at the counter."""
    with bench.store.read() as reader:
        rows = [reader.dossier(r.id) for r in reader.list_dossiers(ListFilter(), 400)]
        rows = [d for d in rows if reader.open_slip_of(d.id) is None and d.status in (State.PROCESSING, State.DONE, State.RETURNED)][
            :count
        ]
    bench.pull(*(replace(d, status=2, holder="H32.15", result=None, returned=None, version=d.version + 1) for d in rows))


@pytest.fixture
def bench(tmp_path):
    made = make_desk(tmp_path, demo=600)
    fresh(made, 8)
    yield made
    made.close()


@pytest.fixture
def page(stage, qtbot):
    window, view = in_window(stage, "handover", build_handover_page)
    qtbot.addWidget(window)
    return view


def test_scans_go_on_the_pile_and_duplicates_are_told(page, stage):
    one, two, *_ = free(stage.bench, State.ACCEPTED)
    for dossier in (one, two, one):
        stage.scan(dossier.code)
    assert stage.outcomes == [ScanOutcome.ADDED_TO_LIST, ScanOutcome.ADDED_TO_LIST, ScanOutcome.ALREADY_IN_LIST]
    assert stage.said[1][1]["count"] == 2 and {e.dossier for e in page.compose.table.rows()} == {one.id, two.id}


def test_why_not_is_said_at_once(page, stage):
    stage.scan(stage.bench.with_status(State.RETURNED).code)
    assert stage.outcomes == [ScanOutcome.NOT_ALLOWED_HERE] and "Đã trả kết quả" in page.compose.panel.sentence()
    assert not page.compose.table.rows()


def test_a_folder_that_is_already_there_comes_back_or_goes_elsewhere(page, stage):
    dossier = stage.bench.with_status(State.PROCESSING)
    page.presenter.pile.set_unit(dossier.holder)
    stage.scan(dossier.code)
    assert stage.outcomes[-1] is ScanOutcome.NOT_ALLOWED_HERE and not page.compose.table.rows()
    assert "Nhận kết quả về" in page.compose.panel.accessibleName()


def test_one_slip_a_unit_in_one_key(page, stage):
    pile = free(stage.bench, State.ACCEPTED, 4)
    for dossier in pile:
        stage.scan(dossier.code)
    units = {e.unit for e in page.compose.table.rows()}
    assert page.presenter.command("save-print")
    assert [p.form for p in stage.printer.papers] == ["handover"] * len(units) and SaveOutcome.SAVED_WAITING in stage.outcomes
    assert not page.compose.table.rows()
    with stage.bench.store.read() as reader:
        assert all(reader.open_slip_of(d.id).to_unit in units for d in pile)


def test_a_chosen_unit_takes_all(stage):
    pile = HandoverList(stage.bench.desk)
    for dossier in free(stage.bench, State.ACCEPTED, 3):
        pile.add(dossier)
    pile.set_unit("H32.15.04")
    assert list(pile.groups()) == ["H32.15.04"] and any(e.unit != e.usual for e in pile.entries)
    pile.set_unit("")
    assert all(e.unit == e.usual for e in pile.entries)


def test_other_direction_drops_what_cannot_go(stage):
    pile = HandoverList(stage.bench.desk)
    accepted = free(stage.bench, State.ACCEPTED, 1)[0]
    pile.add(accepted)
    assert pile.set_direction("back") == [accepted.code] and pile.entries == []


def test_delete_takes_a_line_off(page, stage, qtbot):
    for dossier in free(stage.bench, State.ACCEPTED, 2):
        stage.scan(dossier.code)
    page.compose.table.view.setFocus()
    page.compose.remove_button.click()
    assert len(page.compose.table.rows()) == 1


def made_slip(page, stage):
    pile = free(stage.bench, State.ACCEPTED, 3)
    page.presenter.hand_over([d.id for d in pile])
    page.presenter.pile.set_unit("H32.15.01")
    page.presenter.make()
    with stage.bench.store.read() as reader:
        return pile, reader.open_slip_of(pile[0].id)


def test_scanning_the_slip_then_one_key_receives_all(page, stage):
    pile, slip = made_slip(page, stage)
    stage.scan(slip.number)
    assert page.stack.currentWidget() is page.confirm and page.confirm.confirm_button.text() == "Nhận đủ 3 hồ sơ"
    assert page.presenter.command("save-print")
    assert {stage.bench.dossier(d.id).status for d in pile} == {State.PROCESSING}
    assert {stage.bench.dossier(d.id).holder for d in pile} == {"H32.15.01"} and stage.outcomes[-1] is ScanOutcome.SLIP_CONFIRMED


def test_line_by_line_with_a_refused_one(page, stage):
    pile, slip = made_slip(page, stage)
    stage.scan(slip.number)
    stage.scan(pile[0].code)
    stage.scan(pile[1].code)
    stage.scan(pile[1].code)
    assert stage.outcomes[-1] is ScanOutcome.ALREADY_IN_LIST
    assert page.confirm.confirm_button.text() == "Xác nhận 2 nhận, 1 không nhận"
    line = next(x for x in page.confirm.table.rows() if x.dossier == pile[2].id)
    page.confirm.remark_changed.emit(line, "Thiếu bản chính")
    page.presenter.command("save-print")
    with stage.bench.store.read() as reader:
        lines = {x.dossier: x for x in reader.slip(slip.id).lines}
    assert lines[pile[2].id].state == "refused" and lines[pile[2].id].remark == "Thiếu bản chính"
    assert stage.bench.dossier(pile[2].id).status == State.ACCEPTED and stage.bench.dossier(pile[0].id).status == State.PROCESSING


def test_a_receipt_of_no_line_is_told(page, stage):
    _, slip = made_slip(page, stage)
    stage.scan(slip.number)
    stage.scan(stage.bench.with_status(State.DONE).code)
    assert stage.outcomes[-1] is ScanOutcome.UNWANTED_HERE and "không nằm trên phiếu" in page.confirm.panel.accessibleName()


def test_space_marks_and_f9_prints_again(page, stage, qtbot):
    _, slip = made_slip(page, stage)
    stage.scan(slip.number)
    qtbot.keyClick(page.confirm.table.view, Qt.Key.Key_Space)
    assert [x.mark for x in page.confirm.table.rows()].count("received") == 1
    assert page.presenter.command("print") and stage.printer.papers[-1].entity == slip.id


def test_enter_marks_but_is_no_shortcut(page, stage, qtbot):
    """A shortcut would hear the Enter at the end of a scan and turn the marked line over."""
    _, slip = made_slip(page, stage)
    stage.scan(slip.number)
    taken = {shortcut.key().toString() for shortcut in page.findChildren(QShortcut)}
    assert taken.isdisjoint({"Return", "Enter", "Tab"})
    qtbot.keyClick(page.confirm.table.view, Qt.Key.Key_Return)
    assert [x.mark for x in page.confirm.table.rows()].count("received") == 1


def test_scans_go_elsewhere_after_leaving(page, stage):
    page.on_leave()
    stage.scan(stage.bench.with_status(State.ACCEPTED).code)
    assert not page.compose.table.rows()


def test_names_and_order(page):
    assert a11y.unnamed(page) == [] and a11y.tab_order_faults(page) == []


def test_pictures(app, tmp_path, qtbot, pictures):
    bench = make_desk(tmp_path / "more", demo=8000)
    fresh(bench, 30)
    stage = make_stage(bench)
    window, view = in_window(stage, "handover", build_handover_page)
    qtbot.addWidget(window)
    for dossier in free(bench, State.ACCEPTED, 12):
        stage.scan(dossier.code)
    view.presenter.make()
    for dossier in free(bench, State.ACCEPTED, 9):
        stage.scan(dossier.code)
    pictures(window, "handover")
    slip = max(view.compose.slips.rows(), key=lambda s: s.lines)
    stage.scan(slip.number)
    for line in view.confirm.table.rows()[:3]:
        stage.scan(line.code)
    pictures(window, "handover-confirm")
    bench.close()


class ToldPrinter(QObject):
    """A print flow of which only the telling matters."""

    told = Signal(object, object, object)

    def __init__(self):
        super().__init__()
        self.papers = []

    def print_paper(self, paper, **_options):
        self.papers.append(paper)


def test_what_becomes_of_the_print_is_said_on_the_pile_and_on_a_slip(stage, qtbot):
    printer = ToldPrinter()
    stage.ctx.printing = printer
    window, page = in_window(stage, "handover", build_handover_page)
    qtbot.addWidget(window)
    stage.scan(free(stage.bench, State.ACCEPTED)[0].code)
    page.presenter.make()
    assert "đang in" not in page.compose.panel.accessibleName()
    sheet, facts = printer.papers[-1], {"copy": 1, "folder": "/x"}
    printer.told.emit(PrintOutcome.SAVED_PDF, facts, sheet)
    assert page.compose.panel.sentence() == "Bản in số 1 đã lưu vào /x." and "Đã lập 1 phiếu" in page.compose.panel.accessibleName()
    page.presenter.open_slip(sheet.entity)
    assert page.presenter.command("print")
    assert printer.papers[-1].entity == sheet.entity
    printer.told.emit(PrintOutcome.SAVED_PDF, facts | {"copy": 2}, printer.papers[-1])
    assert page.confirm.panel.sentence() == "Bản in số 2 đã lưu vào /x." and page.confirm.panel.isVisible()


def test_what_was_refused_is_said_again_when_the_slip_is_made(page, stage):
    refused, taken = stage.bench.with_status(State.RETURNED), free(stage.bench, State.ACCEPTED)[0]
    stage.scan(refused.code)
    stage.scan(taken.code)
    page.presenter.make()
    said = page.compose.panel.accessibleName()
    assert f"Không đưa vào phiếu: {refused.code} (" in said and "Đã trả kết quả" in said and taken.code not in said
    stage.scan(free(stage.bench, State.ACCEPTED)[0].code)
    page.presenter.make()
    assert "Không đưa vào phiếu" not in page.compose.panel.accessibleName()


def test_a_label_scanned_after_a_result_goes_with_it_to_the_post(page, stage):
    one, two = free(stage.bench, State.DONE, 2)
    stage.scan("RR123456785VN")
    page.presenter._direction("post")
    stage.scan("RR123456785VN")
    assert stage.outcomes == [ScanOutcome.POSTAL_REFUSED] * 2  # no folder yet
    for code in (one.code, "RR 123 456 785 VN", two.code, "RR123456785VN", "EE000000014VN", "EE000000015VN"):
        stage.scan(code)
    assert stage.outcomes[3:] == [ScanOutcome.POSTAL_ADDED, ScanOutcome.ADDED_TO_LIST, ScanOutcome.POSTAL_REFUSED, ScanOutcome.POSTAL_ADDED,
                                  ScanOutcome.POSTAL_REFUSED]
    page.presenter.make()
    with stage.bench.store.read() as reader:
        slip = reader.slip(reader.list_slips(direction="post", limit=1)[0].id)
    assert [(line.dossier, line.remark) for line in slip.lines] == [(one.id, "RR123456785VN"), (two.id, "EE000000014VN")]
