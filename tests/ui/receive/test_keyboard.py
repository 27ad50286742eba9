"""A receptionist with a queue: everything by keyboard, in the order of the paper."""

from dataclasses import replace
from datetime import datetime

from PySide6.QtCore import Qt

from counter_app.domain.outcomes import SaveOutcome
from counter_app.services.desk import Changes
from counter_app.ui import a11y
from onestop.vntime import VN_TZ
from onestop.wire import OpResult
from tests.desk import NOW
from tests.ui.receive.conftest import Reception

PERSON = ("001099012345", "Nguyễn Văn An", "1/1/1999")


def test_enter_leads_from_the_first_field_to_a_saved_and_printed_dossier(page: Reception):
    page.keys.enter("tinh trang hon nhan", *PERSON, "", "12 đường Yersin", "0912345678", "")
    while page.keys.at != "Lưu và in":
        page.keys.enter("")
    page.keys.enter("")
    saved = page.last()
    owner = saved.owner
    assert (owner.name, owner.dob, owner.gender, owner.phone) == ("Nguyễn Văn An", "1999-01-01", "male", "0912345678")
    assert saved.procedure_code == "1.004873" and [c.originals for c in saved.components] == [1]
    assert [p.form for p in page.stage.printer.papers] == ["01", "06"]
    assert page.stage.outcomes == [SaveOutcome.SAVED_WAITING]


def test_after_saving_the_form_is_blank_and_the_receipt_stays(page: Reception):
    page.keys.enter("1.004873", *PERSON)
    page.keys.save_and_print()
    assert page.keys.at.startswith("Thủ tục") and page.text("owner.name") == "" and page.view.search.current() is None
    assert page.view.receipt.isVisible() and page.view.receipt.code.text() == page.last().code
    assert page.view.receipt.sync.chip().text == "Đã lưu trên máy"
    page.keys.enter("1.004873", "001099012346", "Lê Thị Bình")
    page.keys.save()
    assert page.count() == 2 and page.view.receipt.code.text() == page.last().code
    assert len(page.stage.printer.papers) == 2  # the second was saved without printing


def test_ctrl_s_saves_without_printing_and_f9_prints_the_receipt_again(page: Reception):
    page.keys.enter("1.004873", *PERSON)
    page.keys.save()
    assert page.count() == 1 and not page.stage.printer.papers
    page.keys.press(Qt.Key.Key_F9)
    assert [(p.form, p.entity) for p in page.stage.printer.papers] == [("01", page.last().id)]


def test_f7_takes_the_fee_at_once(page: Reception):
    page.keys.enter("1.004873", *PERSON)
    page.keys.press(Qt.Key.Key_F7)
    page.keys.save()
    assert [f.entry for f in page.last().fees] == ["due", "collected"]


def test_the_submitter_opens_and_closes_by_key(page: Reception):
    page.keys.enter("1.004873", *PERSON)
    page.keys.alt(Qt.Key.Key_N)
    assert page.keys.at == "Số định danh người nộp"
    page.keys.enter("001099012346", "Trần Thị Hoa", "", "", "Giấy ủy quyền số 5 ngày 20/11/2026")
    page.keys.save()
    assert page.last().submitter.name == "Trần Thị Hoa" and "số 5" in page.last().submitter.authority


def test_an_organisation_needs_no_birthday(page: Reception):
    page.keys.enter("1.004873")
    page.view.owner.organisation.setChecked(True)
    assert not page.view.fields["owner.dob"].isVisible()
    page.view.focus("owner.id_no")
    page.keys.enter("0100109106", "Công ty TNHH Biển Xanh")
    page.keys.save()
    assert (page.last().owner.kind, page.last().owner.id_no, page.last().owner.dob) == ("organisation", "0100109106", None)


def test_counts_by_arrow_digit_and_space(page: Reception):
    page.keys.enter("1.004873")
    first, copies, optional, its_copies = page.view.papers.boxes()[:4]
    first.setFocus()
    page.keys.press(Qt.Key.Key_Up)
    copies.setFocus()
    copies.selectAll()
    page.keys.type("2")
    optional.setFocus()
    page.keys.press(Qt.Key.Key_Space)
    assert [box.value() for box in (first, copies, optional, its_copies)] == [2, 2, 0, 1]


def test_missing_papers_are_received_only_knowingly(page: Reception):
    page.keys.enter("1.004873", *PERSON)
    page.view.papers.boxes()[0].set_value(0)
    page.keys.save_and_print()
    assert page.count() == 0 and "còn thiếu" in page.view.notices.sentence()
    assert page.keys.at == "Vẫn tiếp nhận"
    page.keys.press(Qt.Key.Key_Space)
    assert page.count() == 1 and page.stage.printer.papers


def test_due_date_follows_what_is_typed(page: Reception):
    page.keys.enter("1.004873")
    assert page.view.due.due.text() == "27/11/2026" and "24/11/2026" in page.view.due.reasons.text()
    page.view.focus("received_at")
    page.keys.type("9:00 18/11")
    assert page.view.due.due.text() == "23/11/2026"
    page.view.focus("owner.id_no")
    page.keys.enter(*PERSON)
    page.keys.save()
    assert page.last().received_at == datetime(2026, 11, 18, 9, 0, tzinfo=VN_TZ)


def test_at_three_in_the_afternoon_the_due_date_moves_on(page: Reception):
    same_day = next(p for p in page.stage.bench.desk.catalogue.in_force(NOW.date(), "H32.15") if p.limit.unit == "same-day"
                    and not p.authoritative_system)
    page.keys.enter(same_day.code)
    before = page.view.due.due.text()
    page.stage.bench.clock.advance(hours=4, minutes=45)
    page.presenter._tick()
    assert before == "23/11/2026" and page.view.due.due.text() == "25/11/2026"


def test_post_asks_for_the_item_and_the_address(page: Reception):
    page.keys.enter("1.004873", *PERSON)
    page.view.filing.channel.setCurrentIndex(1)
    page.view.filing.returns.setCurrentIndex(page.view.filing.returns.findData("post"))
    assert page.view.fields["postal_code"].isVisible() and page.view.fields["return_address"].isVisible()
    page.keys.save()
    assert page.count() == 0 and "địa chỉ" in page.view.fields["return_address"].error()
    page.view.focus("return_address")
    page.keys.enter("34 Trần Phú, Nha Trang")
    page.view.focus("postal_code")
    page.keys.enter("RR123456785VN")
    page.keys.save()
    saved = page.last()
    assert (saved.channel, saved.postal_codes, saved.return_address) == ("post", ("RR123456785VN",), "34 Trần Phú, Nha Trang")


def test_tab_order_is_the_order_of_the_page_and_everything_has_a_name(page: Reception):
    page.keys.enter("1.004873")
    page.keys.alt(Qt.Key.Key_N)
    view = page.view
    columns = (view.papers, view.filing, view._side, view.owner, view.submitter)
    assert a11y.unnamed(view) == []
    assert a11y.tab_order_faults(view.scroll, columns) == []


def test_saved_sent_confirmed_is_said_and_shown(page: Reception):
    page.keys.enter("1.004873", *PERSON)
    page.keys.save()
    saved, bench, changed = page.last(), page.stage.bench, page.stage.ctx.facts.changed
    said = [(page.view.receipt.sync.chip().text, page.view.notices.sentence())]
    with bench.store.write() as unit:
        [(op, _)] = unit.next_batch(bench.desk.agency)
    changed.emit(Changes(dossiers=frozenset({saved.id})))
    said.append((page.view.receipt.sync.chip().text, page.view.notices.sentence()))
    with bench.store.write() as unit:
        unit.settle([OpResult(op=op, s="applied", v=1)])
    bench.pull(replace(saved, version=1))
    changed.emit(Changes(dossiers=frozenset({saved.id})))
    said.append((page.view.receipt.sync.chip().text, page.view.notices.sentence()))
    assert said == [("Đã lưu trên máy", "Đã lưu trên máy, chờ gửi."), ("Đã gửi, chờ trả lời", "Đã gửi về trung tâm."),
                    ("Trung tâm đã xác nhận", "Trung tâm đã xác nhận.")]
