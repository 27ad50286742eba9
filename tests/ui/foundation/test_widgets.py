from datetime import date

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from counter_app.domain.outcomes import ScanOutcome
from counter_app.scanner.qt.fields import Snapshot
from counter_app.ui.notify import notice
from counter_app.ui.widgets import (
    Banner,
    Chip,
    Choice,
    Column,
    ComboSearch,
    DataTable,
    DateEdit,
    FormField,
    KeyButton,
    MoneyEdit,
    MoneyLabel,
    QueueStrip,
    ScanPanel,
    SearchBox,
    Toast,
    show_errors,
)

TODAY = date(2026, 2, 3)


@pytest.fixture
def window(app, qtbot):
    made = QWidget()
    made.resize(700, 500)
    QVBoxLayout(made)
    qtbot.addWidget(made)
    return made


def shown(window, qtbot, *widgets):
    for widget in widgets:
        window.layout().addWidget(widget)
    with qtbot.waitActive(window):
        window.show()
        window.activateWindow()
    return widgets[0]


def test_a_field_names_its_editor_and_tells_its_error(app):
    field = FormField("Họ và tên", QLineEdit(), hint="như trên thẻ", required=True)
    assert field.editor.accessibleName() == "Họ và tên (bắt buộc)"
    assert field.editor.accessibleDescription() == "như trên thẻ"
    field.set_error("Hãy nhập họ tên.")
    assert field.error() == "Hãy nhập họ tên."
    assert field.editor.property("invalid") is True
    assert "Hãy nhập họ tên." in field.editor.accessibleDescription()
    field.clear_error()
    assert field.editor.property("invalid") is False
    assert field.editor.accessibleDescription() == "như trên thẻ"


def test_all_errors_at_once_and_the_first_gets_the_focus(window, qtbot):
    fields = {key: FormField(key, QLineEdit()) for key in ("a", "b", "c")}
    shown(window, qtbot, *fields.values())
    fields["a"].set_error("cũ")
    rest = show_errors(fields, {"c": "sai", "b": "thiếu", "form": "Chưa chọn thủ tục."})
    assert rest == ["Chưa chọn thủ tục."]
    assert [f.error() for f in fields.values()] == ["", "thiếu", "sai"]
    assert fields["b"].editor.hasFocus()


def test_input_methods_are_off_in_the_scan_box_and_on_elsewhere(app):
    assert SearchBox("x").inputMethodQuery(Qt.InputMethodQuery.ImEnabled) is False
    assert QLineEdit().inputMethodQuery(Qt.InputMethodQuery.ImEnabled) is True


def test_the_scan_box_submits_composed_text_once_and_is_ready_for_the_next(window, qtbot):
    box, texts = SearchBox("Quét"), []
    box.submitted.connect(texts.append)
    shown(window, qtbot, box)
    box.setFocus()
    box.setText("  Nguye\u0302\u0303n ")
    QTest.keyClick(box, Qt.Key.Key_Return)
    assert texts == ["Nguyễn"]
    QTest.keyClicks(box, "000.1")
    assert box.text() == "000.1"
    box.clear()
    QTest.keyClick(box, Qt.Key.Key_Return)
    assert len(texts) == 1


def test_a_day_is_completed_when_left_and_moved_by_arrows(window, qtbot):
    edit, days, other = DateEdit(lambda: TODAY), [], QLineEdit()
    edit.date_changed.connect(days.append)
    shown(window, qtbot, edit, other)
    edit.setFocus()
    QTest.keyClicks(edit, "1/2")
    other.setFocus()
    assert edit.text() == "01/02/2026"
    QTest.keyClick(edit, Qt.Key.Key_Up)
    assert edit.date() == date(2026, 2, 2)
    edit.setText("31/2")
    assert edit.date() is None
    assert "Ngày không đúng" in edit.problem()
    assert days[-1] is None
    edit.set_date(None)
    assert edit.problem() == ""


def test_money(window, qtbot):
    edit, other = MoneyEdit(), QLineEdit()
    shown(window, qtbot, edit, other)
    edit.setFocus()
    QTest.keyClicks(edit, "50k")
    assert edit.amount() == 50_000
    other.setFocus()
    assert edit.text() == "50.000"
    assert MoneyLabel(1_250_000).text() == "1.250.000\u00a0đ"
    assert MoneyLabel(None).text() == "–"


COLUMNS = [
    Column("Mã", lambda r: r[0], "code"),
    Column("Hẹn trả", lambda r: r[1], "date"),
    Column("Trạng thái", kind="chip", chip=lambda r: Chip(r[2], "info", "clock")),
]
ROWS = [(f"H{i}", f"0{i}/02/2026", "Đang xử lý") for i in range(1, 6)]


def test_a_table_is_worked_by_keyboard(window, qtbot):
    table, opened, other = DataTable(COLUMNS, name="Hồ sơ"), [], QLineEdit()
    table.opened.connect(opened.append)
    shown(window, qtbot, table, other)
    table.set_rows(ROWS)
    table.setFocus()
    assert table.current_row() == ROWS[0]
    QTest.keyClick(table.view, Qt.Key.Key_Down)
    QTest.keyClick(table.view, Qt.Key.Key_Return)
    assert opened == [ROWS[1]]
    QTest.keyClick(table.view, Qt.Key.Key_Tab)
    assert other.hasFocus()


def test_a_table_says_what_it_shows(window, qtbot, qtmodeltester):
    table = DataTable(COLUMNS, name="Hồ sơ", empty_title="Chưa có hồ sơ")
    shown(window, qtbot, table)
    assert table.empty.isVisible() and not table.view.isVisible()
    table.set_rows(ROWS, total=1234)
    assert not table.empty.isVisible()
    assert "Đang hiện 5 trong 1.234" in table._footer.text()
    index = table.model.index(0, 2)
    assert table.model.data(index, Qt.ItemDataRole.AccessibleTextRole) == "Trạng thái: Đang xử lý"
    right = table.model.data(table.model.index(0, 1), Qt.ItemDataRole.TextAlignmentRole)
    assert right & int(Qt.AlignmentFlag.AlignRight)
    qtmodeltester.check(table.model)


def test_rows_come_and_go_and_the_cursor_stays(window, qtbot):
    table = DataTable(COLUMNS, name="Hồ sơ")
    shown(window, qtbot, table)
    table.set_rows(ROWS)
    table.select(2)
    table.remove_row(2)
    assert table.current_row() == ROWS[3]
    table.add_row(("H9", "", "Mới"))
    assert table.current_row()[0] == "H9"
    assert len(table.rows()) == 5
    seen = []
    table.current_changed.connect(seen.append)
    table.set_rows([])
    assert seen[-1] is None
    assert table.current_row() is None and table.selected_rows() == []


def test_stretching_columns_give_way_before_the_last_one_is_cut(window, qtbot):
    columns = [Column("Mã", lambda r: "x", "code", 13), Column("Thủ tục", lambda r: "x", width=30, stretch=1), COLUMNS[2]]
    table = DataTable(columns, name="Hồ sơ")
    shown(window, qtbot, table)
    table.set_rows(ROWS)
    assert sum(table.view.columnWidth(i) for i in range(3)) <= table.view.viewport().width()


PROCEDURES = [Choice(i, f"Thủ tục {i}", "Hộ tịch", f"1.00{i}") for i in range(12)]


def test_type_ahead_by_keyboard_only(window, qtbot):
    asked, chosen, cleared = [], [], []

    def fetch(text):
        asked.append(text)
        return [c for c in PROCEDURES if text in c.title] if text != "zz" else []

    combo, other = ComboSearch(fetch, "Gõ mã hoặc tên"), QLineEdit()
    combo.chosen.connect(chosen.append)
    combo.cleared.connect(lambda: cleared.append(1))
    shown(window, qtbot, combo, other)
    combo.setFocus()
    QTest.keyClicks(combo, "1")
    assert asked == ["1"] and combo.is_open()
    QTest.keyClick(combo, Qt.Key.Key_Down)
    QTest.keyClick(combo, Qt.Key.Key_Return)
    assert chosen == [10] and combo.current() == 10 and not combo.is_open()
    QTest.keyClick(combo, Qt.Key.Key_Backspace)
    assert cleared == [1] and combo.current() is None
    QTest.keyClick(combo, Qt.Key.Key_Escape)
    assert not combo.is_open()
    combo.clear()
    QTest.keyClicks(combo, "zz")
    assert not combo.is_open()
    combo.clear()
    QTest.keyClicks(combo, "3")
    QTest.keyClick(combo, Qt.Key.Key_Tab)
    assert chosen == [10, 3] and other.hasFocus() and not combo.is_open()


def test_a_scan_that_passes_through_the_field_leaves_the_choice(window, qtbot):
    combo, told = ComboSearch(lambda text: [c for c in PROCEDURES if text in c.title], "x"), []
    combo.chosen.connect(told.append)
    combo.cleared.connect(lambda: told.append("cleared"))
    shown(window, qtbot, combo)
    combo.setFocus()
    combo.set_choice(PROCEDURES[4])
    before = Snapshot.of(combo)
    QTest.keyClicks(combo, "H3")
    assert combo.current() is None
    before.restore()
    assert combo.current() == 4 and told == [] and not combo.is_open()
    QTest.keyClicks(combo, "x")
    QTest.keyClick(combo, Qt.Key.Key_F2)
    assert told == ["cleared"] and combo.current() is None


def test_typing_over_a_choice_loses_no_letter(window, qtbot):
    combo = ComboSearch(lambda text: [c for c in PROCEDURES if text in c.title], "x")
    combo.cleared.connect(lambda: combo.set_choice(None))  # as a page does that shows an empty form
    shown(window, qtbot, combo)
    combo.setFocus()
    combo.set_choice(PROCEDURES[4])
    combo.selectAll()
    with qtbot.waitSignal(combo.cleared):
        QTest.keyClicks(combo, "Th")
    assert combo.text() == "Th" and combo.is_open()


def test_the_list_stays_inside_the_window_and_goes_away_with_the_field(window, qtbot):
    combo, filler = ComboSearch(lambda _t: PROCEDURES, "x"), QWidget()
    filler.setFixedHeight(430)
    shown(window, qtbot, filler, combo)
    combo.open_list()
    popup = combo._popup
    assert window.rect().contains(popup.geometry())
    assert popup.geometry().bottom() <= combo.y()
    combo.hide()
    assert popup.isHidden()


def test_queue_counters_filter_and_can_be_taken_off(window, qtbot):
    strip, asked = QueueStrip(), []
    strip.filter_requested.connect(asked.append)
    shown(window, qtbot, strip)
    strip.set_counts({"overdue": 2, "unsent": None})
    tile = strip._tiles["overdue"]
    assert tile.accessibleName() == "Quá hạn: 2"
    assert strip._tiles["unsent"].accessibleName() == "Chưa gửi: –"
    tile.setFocus()
    QTest.keyClick(tile, Qt.Key.Key_Space)
    assert strip.active() == "overdue"
    tile.click()
    assert asked == ["overdue", ""] and strip.active() == ""


def test_a_scan_outcome_shows_its_sentence_and_what_to_do(window, qtbot):
    panel, asked = ScanPanel(), []
    panel.action_requested.connect(asked.append)
    shown(window, qtbot, panel)
    panel.show_notice(notice(ScanOutcome.NOT_FOUND, code="H1"), "máy quét", (("copy", "Chép lại"),))
    assert "H1" in panel.sentence() and "máy quét" in panel.accessibleName()
    next(b for b in panel.findChildren(KeyButton) if b.text() == "Chép lại").click()
    assert asked == ["copy"]
    panel.clear()
    assert "Sẵn sàng" in panel.sentence()


def test_undo_works_once_and_is_lost_with_the_next_message(window, qtbot):
    undone, toast = [], Toast(window)
    shown(window, qtbot, QWidget())
    toast.show_message("Đã bàn giao", undo=lambda: undone.append(1))
    assert toast.isVisible() and window.rect().contains(toast.geometry())
    assert toast.undo() is True
    assert toast.undo() is False
    assert undone == [1]
    expired = []
    toast.expired.connect(lambda: expired.append(1))
    toast.show_message("A", undo=lambda: undone.append(2))
    toast.show_message("B")
    assert expired == [1] and toast.undo() is False and undone == [1]
    toast.show_message("C", undo=lambda: undone.append(3))
    toast._timer.timeout.emit()  # eight seconds later
    assert toast.isHidden() and expired == [1, 1]


def test_a_banner_acts(window, qtbot):
    banner = Banner()
    shown(window, qtbot, banner)
    assert banner.isHidden()
    banner.show_banner("Mất mạng", "warning", "cloud-off", "Xem")
    with qtbot.waitSignal(banner.action_requested):
        banner.findChild(KeyButton).click()
    assert banner.accessibleName() == "Mất mạng"
