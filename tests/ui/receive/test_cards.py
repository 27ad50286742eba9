"""An identity card or a postal item, scanned at any moment."""

from counter_app.domain.outcomes import ScanOutcome
from counter_app.scanner.router import Routing
from tests.ui.receive.conftest import Reception

CARD = "001099012345||Nguyễn Văn An|01011999|Nam|12 đường Yersin, phường Nha Trang|25082021"
OTHER = "001199012346||Trần Thị Bình|02021999|Nữ|5 Lê Lợi, Nha Trang|25082021"
GARBLED = "001099012345||Nguyá»…n VÄƒn An?|01011999|Nam|12 Ä‘Æ°á»�ng?|25082021"


def test_a_card_fills_the_form(page: Reception):
    page.scan(CARD)
    assert [page.text(f"owner.{key}") for key in ("id_no", "name", "dob", "address")] == [
        "001099012345", "Nguyễn Văn An", "01/01/1999", "12 đường Yersin, phường Nha Trang"]
    assert page.view.owner.gender.currentText() == "Nam" and page.stage.outcomes == [ScanOutcome.FILLED_CARD]
    assert page.view.search.hasFocus()  # the procedure is what is missing


def test_what_was_typed_is_not_overwritten_but_shown(page: Reception):
    page.view.focus("owner.name")
    page.keys.enter("Nguyễn Văn Ân")
    page.scan(CARD)
    assert page.text("owner.name") == "Nguyễn Văn Ân" and page.text("owner.id_no") == "001099012345"
    assert page.view.fields["owner.name"].editor.accessibleDescription() == "Thẻ ghi: Nguyễn Văn An"
    assert page.keys.at.startswith("Họ tên")
    page.view.notice_action.emit("card-overwrite")
    assert page.text("owner.name") == "Nguyễn Văn An"


def test_a_name_typed_without_marks_is_spelt_by_the_card(page: Reception):
    page.view.focus("owner.name")
    page.keys.enter("nguyen van an")
    page.scan(CARD)
    assert page.text("owner.name") == "Nguyễn Văn An"


def test_a_second_persons_card_asks_who_that_is(page: Reception):
    page.scan(CARD)
    page.scan(OTHER)
    assert page.text("owner.name") == "Nguyễn Văn An" and page.keys.at == "Người nộp thay"
    page.keys.enter("")
    assert page.text("submitter.name") == "Trần Thị Bình" and page.text("owner.name") == "Nguyễn Văn An"


def test_the_wrong_card_is_replaced_by_the_right_one(page: Reception):
    page.scan(CARD)
    page.scan(OTHER)
    page.view.notice_action.emit("card-owner")
    assert page.text("owner.name") == "Trần Thị Bình" and page.view.owner.gender.currentData() == "female"


def test_the_card_is_the_submitters_when_an_organisation_files(page: Reception):
    page.view.owner.organisation.setChecked(True)
    page.scan(CARD)
    assert page.text("submitter.id_no") == "001099012345" and page.text("owner.id_no") == "" and page.view.submitter.isVisible()


def test_garbled_marks_are_pointed_at(page: Reception):
    page.scan(GARBLED)
    assert page.stage.outcomes == [ScanOutcome.CARD_GARBLED]
    assert "bị hỏng" in page.view.fields["owner.name"].error() and page.text("owner.id_no") == "001099012345"
    assert page.keys.at.startswith("Họ tên")


def test_a_postal_item_is_noted_with_its_channel(page: Reception):
    page.scan("RR123456785VN")
    assert page.text("postal_code") == "RR123456785VN" and page.view.filing.channel.currentData() == "post"


def test_a_receipt_is_left_to_the_program_and_the_form_is_parked_on_leaving(page: Reception):
    page.view.focus("owner.name")
    page.keys.type("Nguyễn Văn An")
    outcome = page.scan("H32.15-261120-0001")
    assert outcome.routing is Routing.UNWANTED
    page.window.show_page("find")
    assert page.drafts() == ["Nguyễn Văn An"]
    page.window.show_page("receive")
    assert page.text("owner.name") == "Nguyễn Văn An"


def test_scans_reach_the_form_only_while_it_is_on_top(page: Reception):
    page.window.show_page("find")
    assert page.scan(CARD).routing is Routing.NO_HANDLER
    assert page.text("owner.name") == ""
