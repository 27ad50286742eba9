"""Trả kết quả: whose result, who takes it, what is owed, and one key that hands it over."""

from dataclasses import replace
from datetime import timedelta

import pytest
from PySide6.QtCore import Qt

from counter_app.domain.identity import Card
from counter_app.domain.outcomes import SaveOutcome, ScanOutcome
from counter_app.ui import a11y
from counter_app.ui.pages import return_case as case
from counter_app.ui.pages.return_presenter import build_return_page
from onestop.model import Component, FeeEntry, Submitter
from onestop.states import State
from tests.desk import make_desk
from tests.ui.pages.stage import in_window, make_stage


@pytest.fixture
def page(stage, qtbot):
    stage.bench.sign_in("minh.nt")
    window, view = in_window(stage, "return", build_return_page)
    qtbot.addWidget(window)
    return view


@pytest.fixture
def ready(bench):
    """A result at the counter with a submitter, an original that goes back and money owed."""
    dossier = bench.with_status(State.DONE)
    fee = FeeEntry(id="0" * 32, kind="le_phi", code="LPX", name="Lệ phí cấp bản sao", amount=8000, moment=4)
    parts = (Component(code="TP01", name="Tờ khai", originals=1), Component(code="ZZ99", name="Giấy khai sinh", originals=1))
    changed = replace(
        dossier,
        fees=(fee,),
        components=parts,
        submitter=Submitter(name="Lê Thị Hai", id_no="056180001234"),
        owner=replace(dossier.owner, kind="person", name="Nguyễn Văn An", id_no="001099012345"),
        return_method="counter",
        due_at=dossier.result.at + timedelta(days=1),
        version=dossier.version + 1,
    )
    bench.pull(changed)
    return changed


def card(id_no, name="Nguyễn Văn An"):
    return f"{id_no}||{name}|01011999|Nam|12 đường Yersin, phường Nha Trang, tỉnh Khánh Hòa|01012022"


def test_receipt_opens_the_form_with_the_owner(page, stage, ready):
    stage.scan(ready.code)
    assert page.has_form() and page.form.name.text() == "Nguyễn Văn An" and stage.outcomes == [ScanOutcome.FOUND_LOCAL]
    assert "001099012345" not in page.form.id_no.text() + page.form.id_no.placeholderText()


def test_the_list_marks_the_one_that_is_open(page, stage, ready, qtbot):
    qtbot.keyClicks(page.table.view, "H3")  # the first keys of a scanner are let through: they must choose no row
    stage.scan(ready.code)
    assert page.table.current_row().id == ready.id


def test_one_key_returns_and_prints(page, stage, ready):
    stage.scan(ready.code)
    assert page.presenter.command("collect-fee")
    assert case.owed(stage.bench.dossier(ready.id))[0] == 0
    assert page.presenter.command("save-print")
    done = stage.bench.dossier(ready.id)
    assert (
        done.status == State.RETURNED
        and done.returned.collector_id_no == "001099012345"
        and done.returned.originals == ("Giấy khai sinh",)
    )
    assert [p.form for p in stage.printer.papers] == ["return"] and stage.outcomes[-1] is SaveOutcome.SAVED_WAITING


def test_a_stranger_is_not_written_down_as_the_owner(page, stage, ready):
    stage.scan(ready.code)
    page.presenter.command("collect-fee")
    page.form.name.setText("Phạm Thị Lạ")
    page.presenter.give()
    assert stage.bench.dossier(ready.id).status == State.DONE and "ủy quyền" in page.form.fields["collector_name"].error()
    page.form.id_no.setText("001199012355")
    page.presenter.give()
    assert stage.bench.dossier(ready.id).status == State.DONE and "ủy quyền" in page.form.fields["collector_id_no"].error()
    page.form.id_no.setText("001099012345")
    page.form.name.setText("NGUYEN VAN AN")
    page.presenter.give()
    given = stage.bench.dossier(ready.id).returned
    assert (given.relation, given.collector_id_no) == ("owner", "001099012345")


def test_money_owed_is_said_once_and_withholds_nothing(page, stage, ready):
    stage.scan(ready.code)
    page.presenter.command("save-print")
    assert stage.bench.dossier(ready.id).status == State.DONE and "8.000" in page.notices.sentence()
    page.presenter.command("save-print")
    assert stage.bench.dossier(ready.id).status == State.RETURNED


def test_not_ready_says_where_the_papers_are(page, stage):
    dossier = stage.bench.with_status(State.PROCESSING)
    stage.scan(dossier.code)
    assert not page.has_form() and "Hồ sơ giấy ở" in page.empty.accessibleName() and "Hẹn trả" in page.empty.accessibleName()
    assert stage.outcomes == [ScanOutcome.NOT_ALLOWED_HERE]


def test_card_without_an_open_form_finds_the_result(page, stage, ready):
    stage.scan(card("001099012345"))
    assert page.has_form() and page.form.relation() == "owner" and page.form.id_no.text() == "001099012345"


def test_card_is_compared(ready):
    assert case.match_card(ready, Card("001099012345", name="Nguyễn Văn An")).role == "success"
    assert case.match_card(ready, Card("056180001234", name="Lê Thị Hai")).collector.relation == "submitter"
    stranger = case.match_card(ready, Card("079090000001", name="Trần Bình"))
    assert (stranger.role, stranger.collector.relation) == ("warning", "authorised")


def test_authorised_needs_the_paper(page, stage, ready):
    stage.scan(ready.code)
    stage.scan(card("079090000001", "Trần Bình"))
    page.presenter.command("collect-fee")
    page.presenter.command("save-print")
    assert page.form.fields["authority"].error() and stage.bench.dossier(ready.id).status == State.DONE
    page.form.authority.setText("Giấy ủy quyền số 12 ngày 20/11/2026")
    page.presenter.command("save-print")
    assert stage.bench.dossier(ready.id).returned.relation == "authorised"


def test_originals_the_list_asks_for_stay(bench, ready):
    assert case.originals(bench.desk, ready) == [("Tờ khai", False), ("Giấy khai sinh", True)]


def test_late_offers_an_apology_and_returns(bench, ready):
    late = replace(ready, due_at=ready.result.at - timedelta(days=3))
    assert (
        "Xin lỗi" in case.apology(bench.desk, late) and case.apology(bench.desk, ready) == "" and case.why_not(bench.desk, late) is None
    )


def test_a_postal_item_makes_it_a_return_by_post(page, stage, ready):
    stage.scan(ready.code)
    stage.scan("EE123456785VN")
    assert page.form.relation() == "post" and page.form.typed()["postal_code"] == "EE123456785VN"


def test_enter_in_the_list_opens_and_escape_closes(page, qtbot):
    qtbot.keyClick(page.table.view, Qt.Key.Key_Return)
    assert page.has_form()
    page.closed.emit()
    assert not page.has_form()


def test_names_for_everything(page, stage, ready):
    stage.scan(ready.code)
    assert a11y.unnamed(page) == [] and a11y.tab_order_faults(page) == []


def test_picture(app, tmp_path, qtbot, pictures):
    bench = make_desk(tmp_path / "more", demo=6000, username="minh.nt")
    stage = make_stage(bench)
    window, _view = in_window(stage, "return", build_return_page)
    qtbot.addWidget(window)
    from counter_app.store.rows import ListFilter

    with bench.store.read() as reader:
        waiting = [reader.dossier(r.id) for r in reader.list_dossiers(ListFilter(ready=True), 60)]
    dossier = max(
        waiting, key=lambda d: (d.owner.kind == "person", bool(case.apology(bench.desk, d)), sum(c.originals for c in d.components))
    )
    fee = FeeEntry(id="0" * 32, kind="le_phi", code="LPX", name="Lệ phí cấp bản sao trích lục hộ tịch", amount=8000, moment=4)
    brought = Component(code="ZZ99", name="Giấy khai sinh (đã đối chiếu)", originals=1)
    bench.pull(replace(dossier, fees=(*dossier.fees, fee), components=(*dossier.components, brought), version=dossier.version + 1))
    stage.scan(dossier.code)
    stage.scan(card(dossier.owner.id_no, dossier.owner.name))
    pictures(window, "return")
    bench.close()


def test_the_papers_of_what_was_just_returned_are_two_keys_away(page, stage, ready, qtbot):
    from PySide6.QtWidgets import QApplication

    from counter_app.ui.pages.paper_menu import PaperMenu

    assert not page.presenter.command("print-more")  # nothing open, nothing returned yet
    stage.scan(ready.code)
    for _ in range(2):  # money owed is said once
        page.presenter.command("save-print")
    stage.printer.papers.clear()
    assert page.presenter.command("print-more")
    menu = next(w for w in QApplication.topLevelWidgets() if isinstance(w, PaperMenu) and w.isVisible())
    key = next(key for key, choice in menu.choices.items() if choice.form == "return")
    qtbot.keyClicks(menu, key)
    assert [(p.form, p.entity) for p in stage.printer.papers] == [("return", ready.id)]


def test_the_item_scanned_with_the_slip_to_the_post_is_filled_in(page, stage, ready):
    from counter_app.services import handover

    desk, minh = stage.bench.desk, stage.bench.desk.staff
    stage.bench.sign_in("truong.nt")
    slip, _ = handover.create_slip(desk, "post", handover.POST_UNIT, [ready.id], items={ready.id: "RR123456785VN"})
    handover.confirm_slip(desk, slip.id)
    desk.staff = minh
    stage.scan(ready.code)
    assert page.form.postal.text() == ""
    page.form.relation_chosen.emit("post")
    assert page.form.postal.text() == "RR123456785VN"
    stage.scan("EE000000014VN")
    assert page.form.postal.text() == "EE000000014VN"
