"""Whatever is typed: a sentence beside the field, the first one focused, nothing lost, nothing half-saved."""

import unicodedata

import pytest
from PySide6.QtCore import Qt

from counter_app.domain.outcomes import SaveOutcome
from onestop.errors import EnvironmentFault
from tests.ui.receive.conftest import Reception


@pytest.mark.parametrize(("key", "text", "says"), [
    ("owner.name", "Ắ" * 10_000, "tối đa 200"),
    ("owner.name", "An 😀", "không in được"),
    ("owner.name", "Nguy�n", "không in được"),
    ("owner.name", "", "Chưa nhập tên"),
    ("owner.id_no", "12345", "12 chữ số"),
    ("owner.dob", "31/02/1999", "Ngày sinh không đúng"),
    ("owner.dob", "1/1/2999", "Ngày sinh không đúng"),
    ("owner.phone", "123", "Số điện thoại"),
    ("owner.address", "x" * 301, "tối đa 300"),
    ("subject", "y" * 1001, "tối đa 1000"),
    ("received_at", "10:00 24/11/2026", "tương lai"),
    ("received_at", "10:00 1/10/2026", "31 ngày"),
    ("received_at", "hôm qua", "giờ và ngày"),
])
def test_refused_with_a_sentence_and_kept(page: Reception, key: str, text: str, says: str):
    page.keys.enter("1.004873", "001099012345", "Nguyễn Văn An")
    page.view.fields[key].editor.setText(text)
    page.keys.save()
    assert page.count() == 0 and says in page.view.fields[key].error()
    assert page.text(key) == text and page.view.fields[key].editor.hasFocus()
    assert page.stage.outcomes[-1] is SaveOutcome.FIELDS_WRONG and "1 ô" in page.view.notices.sentence()


def test_all_errors_at_once_and_the_first_one_focused(page: Reception):
    page.view.focus("owner.id_no")
    page.keys.enter("12345", "", "35/13/1999")
    page.view.focus("received_at")
    page.keys.type("mai")
    page.keys.save()
    wrong = {key for key, field in page.view.fields.items() if field.error()}
    assert wrong == {"procedure", "owner.id_no", "owner.name", "owner.dob", "received_at"}
    assert page.view.search.hasFocus() and "5 ô" in page.view.notices.sentence()


def test_correcting_a_field_takes_its_error_away(page: Reception):
    page.keys.enter("1.004873")
    page.keys.save()
    page.view.focus("owner.name")
    page.keys.type("A")
    assert page.view.fields["owner.name"].error() == ""


def test_nfd_text_is_stored_as_nfc(page: Reception):
    page.keys.enter("1.004873", "001099012345", unicodedata.normalize("NFD", "Nguyễn Thị Ánh Tuyết"))
    page.keys.save()
    assert page.last().owner.name == "Nguyễn Thị Ánh Tuyết"


def test_a_procedure_of_another_system_says_where_to_go_and_cannot_be_saved(page: Reception):
    page.keys.enter("2.000488", "001099012345", "Nguyễn Văn An")
    assert "Bộ Công an" in page.view.fields["procedure"].error()
    assert not page.view.save_button.isEnabled()
    page.keys.save_and_print()
    assert page.count() == 0 and page.text("owner.name") == "Nguyễn Văn An"


def test_doubts_about_the_number_warn_and_do_not_block(page: Reception):
    page.keys.enter("1.004873", "001099012345", "Nguyễn Văn An", "1/1/1970")
    assert "Năm sinh không khớp" in page.view.owner.note.text()
    page.keys.save()
    assert page.count() == 1


def test_a_full_disk_keeps_everything(page: Reception, monkeypatch: pytest.MonkeyPatch):
    page.keys.enter("1.004873", "001099012345", "Nguyễn Văn An")

    def full(*_arguments, **_options):
        raise EnvironmentFault("disk-full", "Ổ đĩa đã đầy.")

    monkeypatch.setattr("counter_app.ui.pages.receive_parts.saving.receive", full)
    page.keys.save_and_print()
    assert page.stage.outcomes == [SaveOutcome.DISK_FULL] and page.text("owner.name") == "Nguyễn Văn An" and not page.stage.printer.papers
    monkeypatch.undo()
    page.keys.save_and_print()
    assert page.count() == 1


def test_nobody_signed_in(page: Reception):
    page.stage.bench.desk.staff = None
    page.keys.enter("1.004873", "001099012345", "Nguyễn Văn An")
    page.keys.save()
    assert page.stage.outcomes == [SaveOutcome.REFUSED] and "đăng nhập" in page.view.notices.sentence()


def test_clearing_by_mistake_is_undone(page: Reception):
    page.keys.enter("1.004873", "001099012345", "Nguyễn Văn An")
    page.keys.alt(Qt.Key.Key_X)
    assert page.text("owner.name") == "" and page.view.search.current() is None
    page.keys.press(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert page.text("owner.name") == "Nguyễn Văn An" and page.view.search.current().code == "1.004873"


def test_the_message_counts_down_while_fields_are_mended(page: Reception):
    page.keys.enter("1.004873", "12345", "", "35/13/1999")
    page.keys.save()
    said = [page.view.notices.sentence()]
    for key, text in (("owner.id_no", "001099012345"), ("owner.name", "An"), ("owner.dob", "1/1/1999")):
        page.view.focus(key)
        page.keys.enter(text)
        said.append(page.view.notices.sentence())
    assert ["3 ô" in said[0], "2 ô" in said[1], "1 ô" in said[2], "Quét thẻ" in said[3]] == [True] * 4
