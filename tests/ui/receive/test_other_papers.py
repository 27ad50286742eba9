"""Papers that no list knows: a line of their own, with a name and counts."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from counter_app.ui.dialogs.questions import ReasonDialog
from tests.ui.receive.conftest import Reception

PERSON = ("001099012345", "Nguyễn Văn An", "1/1/1999")


def test_two_papers_by_key_are_on_the_dossier_and_its_receipt(page: Reception):
    page.keys.enter("1.004873", *PERSON)
    page.keys.alt(Qt.Key.Key_G)
    assert page.keys.at == "Tên giấy tờ khác"
    page.keys.enter("Đơn trình bày hoàn cảnh")
    assert page.keys.at == "Bản chính giấy tờ khác"
    page.keys.enter("2", "1")
    page.keys.alt(Qt.Key.Key_G)
    page.keys.enter("Ảnh chụp nhà 3×4 🏠")
    page.keys.save_and_print()
    said = " ".join(label.text() for label in page.view.notices.findChildren(QLabel))
    assert page.count() == 0 and "Tên giấy tờ có ký tự không in được" in said
    assert [line[0] for line in page.view.papers.others()] == ["Đơn trình bày hoàn cảnh", "Ảnh chụp nhà 3×4 🏠"]
    page.view.papers._others[1].name.setText("Ảnh chụp nhà")
    page.keys.save_and_print()
    saved = page.last()
    assert [(c.code, c.name, c.originals, c.copies) for c in saved.components][-2:] == [
        ("KHAC-1", "Đơn trình bày hoàn cảnh", 2, 1), ("KHAC-2", "Ảnh chụp nhà", 1, 0)]
    receipt = page.stage.printer.papers[0].document
    assert [(c.name, c.originals) for c in receipt.components][-2:] == [("Đơn trình bày hoàn cảnh", 2), ("Ảnh chụp nhà", 1)]
    assert page.view.papers.others() == []


def test_a_line_left_blank_goes_and_none_comes_twice(page: Reception):
    page.keys.enter("1.004873")
    page.keys.alt(Qt.Key.Key_G)
    page.keys.alt(Qt.Key.Key_G)
    assert len(page.view.papers._others) == 1 and not page.view.papers._others[0].originals.isEnabled()
    page.keys.press(Qt.Key.Key_Return)
    page.keys.settle()
    assert page.view.papers._others == [] and page.keys.at != "Tên giấy tờ khác"
    before = page.view.papers.add_button
    page.view.clear_button.click()
    assert not before.isVisible()


def test_enter_passes_over_the_button_and_another_procedure_keeps_the_lines(page: Reception):
    page.keys.enter("1.004873", *PERSON)
    page.keys.alt(Qt.Key.Key_G)
    page.keys.type("Bản cam kết")
    page.view.search.setFocus()
    page.view.search.selectAll()
    page.keys.enter("2.000806")
    assert page.view.papers.others() == [["Bản cam kết", 1, 0]]
    page.view.papers.boxes()[-1].setFocus()
    page.keys.press(Qt.Key.Key_Return)
    assert page.keys.at == "Tên giấy tờ khác"
    page.keys.enter("", "", "")
    assert page.keys.at != page.view.papers.add_button.accessibleName()


def test_half_typed_lines_survive_a_kill(page: Reception, second):
    page.keys.enter("1.004873", *PERSON)
    page.keys.alt(Qt.Key.Key_G)
    page.keys.type("Bản cam kết")
    page.presenter._parking.keep()
    again = second()
    assert again.view.papers.others() == [["Bản cam kết", 1, 0]]
    again.keys.save()
    assert [c.name for c in again.last().components][-1] == "Bản cam kết"


def test_a_correction_adds_a_paper_beside_those_of_the_dossier(page: Reception):
    page.keys.enter("1.004873", *PERSON)
    page.keys.alt(Qt.Key.Key_G)
    page.keys.type("Bản cam kết")
    page.keys.save()
    first = page.last()
    page.presenter.correct_dossier(first.id)
    assert page.view.papers.others() == [] and page.view.papers.counts()["KHAC-1"] == [1, 0]
    page.keys.alt(Qt.Key.Key_G)
    page.keys.type("Đơn bổ sung")
    page.keys.save()
    dialog = page.window.findChild(ReasonDialog)
    dialog.editor.setPlainText("Nhận thêm giấy tờ")
    dialog.confirm_button.click()
    assert [(c.code, c.name) for c in page.last().components][-2:] == [("KHAC-1", "Bản cam kết"), ("KHAC-2", "Đơn bổ sung")]
