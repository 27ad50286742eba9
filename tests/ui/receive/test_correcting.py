"""A wrong reception is corrected with a reason and printed again."""

import pytest
from PySide6.QtCore import Qt

from counter_app.domain.outcomes import PrintOutcome, SaveOutcome
from counter_app.services.receive import receive
from counter_app.ui.dialogs.questions import ReasonDialog
from onestop.model import Component
from tests.desk import a_form
from tests.ui.receive.conftest import Reception


@pytest.fixture
def wrong(page: Reception):
    form = a_form(components=(Component(code="TP01", name="", originals=1), Component(code="KHAC", name="Đơn trình bày", originals=1)))
    done, _ = receive(page.stage.bench.desk, form)
    page.presenter.correct_dossier(done.dossier.id)
    return done.dossier


def give_reason(page: Reception, text: str) -> None:
    dialog = page.window.findChild(ReasonDialog)
    dialog.editor.setPlainText(text)
    dialog.confirm_button.click()


def test_only_what_changed_is_corrected_and_the_receipt_is_printed_again(page: Reception, wrong):
    assert page.text("owner.name") == "Nguyễn Văn An" and page.keys.at.startswith("Họ tên")
    page.view.fields["owner.name"].editor.selectAll()
    page.keys.enter("Nguyễn Văn Ân")
    page.keys.save_and_print()
    give_reason(page, "Gõ nhầm tên")
    after = page.stage.bench.dossier(wrong.id)
    assert after.owner.name == "Nguyễn Văn Ân" and after.code == wrong.code and after.due_at == wrong.due_at
    assert after.events[-1].facts == {"fields": ["owner.name"]} and after.events[-1].reason == "Gõ nhầm tên"
    assert [c.name for c in after.components][-1] == "Đơn trình bày"  # no list knows it, and it stays
    assert [p.form for p in page.stage.printer.papers] == ["01"] and page.stage.outcomes == [SaveOutcome.CORRECTED_HERE]
    assert page.text("owner.name") == "" and page.view.receipt.code.text() == wrong.code


@pytest.mark.parametrize(("outcome", "said"), [
    (PrintOutcome.REPRINTED, "Đã sửa và ghi lý do. Đã in lại giấy tiếp nhận"),
    (PrintOutcome.SAVED_PDF, "Đã sửa và ghi lý do. Bản in số 2 đã lưu vào /x."),
    (PrintOutcome.NO_PRINTER, "Đã sửa và ghi lý do, nhưng chưa in lại được."),
])
def test_the_message_tells_what_became_of_the_print(page: Reception, wrong, outcome, said):
    page.view.fields["owner.name"].editor.selectAll()
    page.keys.enter("Nguyễn Văn Ân")
    page.keys.save_and_print()
    give_reason(page, "Gõ nhầm tên")
    assert "Hãy in lại" not in page.view.notices.sentence()
    facts = {"document": "giấy tiếp nhận", "count": 1, "copy": 2, "folder": "/x"}
    page.presenter._last._told(outcome, facts, page.stage.printer.papers[-1])
    assert page.view.notices.sentence().startswith(said)


def test_without_a_reason_nothing_happens(page: Reception, wrong):
    page.view.focus("owner.name")
    page.keys.enter("Nguyễn Văn Ân")
    page.keys.save()
    give_reason(page, "x")
    assert page.stage.bench.dossier(wrong.id).owner.name == "Nguyễn Văn An" and page.text("owner.name") == "Nguyễn Văn Ân"


def test_nothing_changed_is_said(page: Reception, wrong):
    page.keys.save()
    assert "Không có gì thay đổi" in page.view.notices.sentence() and page.window.findChild(ReasonDialog) is None


def test_wrong_input_is_refused_before_the_reason_is_asked(page: Reception, wrong):
    page.view.focus("owner.id_no")
    page.keys.enter("12345")
    page.keys.save()
    assert page.view.fields["owner.id_no"].error() and page.window.findChild(ReasonDialog) is None


def test_giving_up_keeps_the_dossier_and_the_page_is_for_the_next_person(page: Reception, wrong):
    page.view.focus("owner.name")
    page.keys.enter("Ai đó")
    page.keys.alt(Qt.Key.Key_X)
    assert page.view._title.text() == "Tiếp nhận hồ sơ" and page.text("owner.name") == ""
    assert page.stage.bench.dossier(wrong.id).owner.name == "Nguyễn Văn An" and page.drafts() == []


def test_what_is_set_once_cannot_be_typed_over(page: Reception, wrong):
    assert not page.view.fields["received_at"].editor.isEnabled()
    assert not any(box.isEnabled() for box in page.view.fees.boxes())


def test_half_a_correction_survives_a_kill(page: Reception, wrong, second):
    page.view.focus("owner.name")
    page.keys.enter("Nguyễn Văn Ân")
    page.presenter._parking.keep()
    again = second()
    assert again.view._title.text() == f"Đính chính hồ sơ {wrong.code}" and again.text("owner.name") == "Nguyễn Văn Ân"
    again.keys.save()
    give_reason(again, "Gõ nhầm tên")
    assert again.stage.bench.dossier(wrong.id).owner.name == "Nguyễn Văn Ân" and again.drafts() == []


def test_a_reason_that_no_paper_can_carry_comes_back_to_be_put_right(page: Reception, wrong):
    page.view.focus("owner.name")
    page.keys.enter("Nguyễn Văn Ân")
    page.keys.save()
    give_reason(page, "Gõ nhầm tên 🎉")
    page.keys.settle()
    (dialog,) = [d for d in page.window.findChildren(ReasonDialog) if d.isVisible()]
    assert dialog.editor.toPlainText() == "Gõ nhầm tên 🎉" and dialog.field.error().startswith("Lý do có ký tự không in được")
    assert page.stage.bench.dossier(wrong.id).owner.name == "Nguyễn Văn An"
    dialog.editor.setPlainText("Gõ nhầm tên")
    dialog.confirm_button.click()
    assert page.stage.bench.dossier(wrong.id).owner.name == "Nguyễn Văn Ân"


def test_an_emoji_in_the_address_stays_in_its_field_with_the_sentence(page: Reception, wrong):
    page.view.fields["owner.address"].editor.setText("12 Yersin 📍")
    page.keys.save()
    assert page.view.fields["owner.address"].error().startswith("Địa chỉ chủ hồ sơ có ký tự không in được")
    assert page.text("owner.address") == "12 Yersin 📍" and page.window.findChild(ReasonDialog) is None
