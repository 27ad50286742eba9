"""Half-filled forms survive everything: another page, the lock, a killed process, another person at the desk."""

from PySide6.QtCore import Qt

from counter_app.domain.outcomes import SaveOutcome
from tests.ui.receive.conftest import Reception


def half(page: Reception, name: str = "Nguyễn Văn An") -> None:
    page.keys.enter("1.004873", "12345", name, "31/31/2000")


def test_parked_by_itself_after_a_change(page: Reception, qtbot):
    half(page)
    assert page.drafts() == []
    qtbot.waitUntil(lambda: page.drafts() != [], timeout=10_000)
    assert page.drafts() == ["Nguyễn Văn An · Cấp Giấy xác nhận tình trạng hôn nhân"]


def test_after_a_kill_it_stands_in_the_form_again_also_with_what_was_wrong(page: Reception, second):
    half(page)
    page.view.papers.boxes()[1].set_value(3)
    page.presenter._parking.keep()  # as the timer does
    again = second()
    assert (again.text("owner.id_no"), again.text("owner.name"), again.text("owner.dob")) == ("12345", "Nguyễn Văn An", "31/31/2000")
    assert again.view.search.current().code == "1.004873" and again.view.papers.counts()["TP01"] == [1, 3]
    assert "khôi phục" in again.view.notices.sentence()
    again.view.focus("owner.id_no")
    again.keys.enter("001099012345")
    again.view.focus("owner.dob")
    again.keys.enter("1/1/1999")
    again.keys.save()
    assert again.count() == 1 and again.drafts() == []


def test_a_saved_form_is_no_longer_parked(page: Reception, second):
    page.keys.enter("1.004873", "001099012345", "Nguyễn Văn An")
    page.presenter._parking.keep()
    page.keys.save()
    assert page.drafts() == [] and second().text("owner.name") == ""


def test_put_aside_for_the_next_person_and_taken_up_again(page: Reception):
    half(page)
    page.keys.alt(Qt.Key.Key_C)
    assert page.text("owner.name") == "" and page.stage.outcomes == [SaveOutcome.PARKED]
    assert page.view.drafts_button.text() == "Đang cất (1)" and page.view.search.hasFocus()
    half(page, "Trần Thị Bình")
    page.view._drafts_menu.actions()[0].trigger()
    assert page.text("owner.name") == "Nguyễn Văn An"
    assert sorted(title.partition(" · ")[0] for title in page.drafts()) == ["Nguyễn Văn An", "Trần Thị Bình"]


def test_what_was_put_aside_stays_aside_after_a_restart(page: Reception, second):
    half(page)
    page.keys.alt(Qt.Key.Key_C)
    again = second()
    assert again.text("owner.name") == "" and again.view.drafts_button.isVisible()


def test_another_person_at_the_desk_finds_a_blank_form(page: Reception):
    half(page)
    page.stage.bench.sign_in("lan.nt")
    page.stage.ctx.facts.signed_in.emit(page.stage.bench.desk.staff)
    assert page.text("owner.name") == "" and len(page.drafts()) == 1


def test_the_same_person_keeps_it(page: Reception):
    half(page)
    page.stage.ctx.facts.signed_in.emit(page.stage.bench.desk.staff)
    assert page.text("owner.name") == "Nguyễn Văn An"


def test_a_card_from_elsewhere_begins_a_new_form(page: Reception):
    from counter_app.domain.identity import parse_card

    half(page)
    page.presenter.receive_for(parse_card("001199012346||Trần Thị Bình|02021999|Nữ|5 Lê Lợi, Nha Trang|25082021"))
    assert page.text("owner.name") == "Trần Thị Bình" and len(page.drafts()) == 1
