"""Thử máy quét: what arrives is looked at, masked, and has no effect; the sheets read back."""

from __future__ import annotations

import pypdfium2
import pytest
import zxingcpp
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel

from counter_app.domain.check_codes import CHECK_CODES, KEYS
from counter_app.domain.outcomes import PrintOutcome
from counter_app.printing.profiles import PDF_QUEUE
from counter_app.runtime.settings import PRINTERS, SCANNER_PREFIX, Settings
from counter_app.scanner.raw import Arrival, RawScan, Source
from counter_app.services.scanner_trial import SHEETS, sheet_pages
from counter_app.ui import a11y
from counter_app.ui.main_window import MainWindow
from counter_app.ui.page import Page, PageSpec
from counter_app.ui.pages.scanner_trial_presenter import build_scanner_trial_page
from counter_app.ui.pages.specs import page_specs
from counter_app.ui.scan_sources import ScanSources
from counter_app.ui.theme import apply_theme
from counter_app.ui.widgets import ScrollBody, SideColumn

CODE, KEY_CODE, CODE39, VIETNAMESE, CARD = (code.text for code in CHECK_CODES)
PERSON = "079305000123||Trần Thị Bình|29022004|Nữ|Ấp 2, Xã Mẫu, TP. Hồ Chí Minh|02032022"


@pytest.fixture
def window(stage, tmp_path, qtbot):
    stage.ctx.settings = Settings(tmp_path / "profile" / "settings.json", tmp_path / "machine.json")
    rail = [PageSpec(i, t, icon, key, lambda i=i: Page(i)) for i, t, icon, key in
            (("receive", "Tiếp nhận", "file-plus", "F2"), ("find", "Tra cứu", "search", "F3"), ("settings", "Cài đặt", "settings", ""))]
    spec = next(spec for spec in page_specs(stage.ctx) if spec.id == "scanner-trial")
    made = MainWindow([*rail, spec])
    stage.ctx.go = made.show_page
    made.set_user("Nguyễn Thị Lan", stage.bench.desk.unit.short_name)
    qtbot.addWidget(made)
    made.resize(1366, 768)
    made.show()
    made.activateWindow()
    QApplication.processEvents()
    return made


@pytest.fixture
def page(window):
    return window.show_page("scanner-trial")


@pytest.fixture
def sources(stage, window):
    listening = ScanSources(stage.ctx, window)
    listening.start()
    yield listening
    listening.stop()


def keys(window, text: str, gap_ms: int = 0) -> None:
    """As a keyboard scanner types, into whatever has the focus."""
    window.activateWindow()
    QApplication.processEvents()
    for char in text:
        if gap_ms:
            QTest.qWait(gap_ms)
        QTest.keyClick(window.windowHandle(), Qt.Key.Key_Return if char in "\r\n" else char)


def arrive(page, text: str, source=Source.WEDGE, gap: float = 0.006, end: str = "enter", at: float = 0.0, **more) -> None:
    gaps = (gap,) * (len(text) - 1) if source is Source.WEDGE else ()
    page.presenter.arrived(RawScan(text, source, at, arrival=Arrival(text, gaps, end, **more)))


def words(page) -> str:
    QApplication.processEvents()  # what is put into a layout is shown then
    return "\n".join(label.text() for label in page.findChildren(QLabel) if label.isVisibleTo(page))


def states(page) -> dict[str, str]:
    return dict(page.presenter._states)


def test_keys_of_a_scanner_reach_the_page_and_open_nothing(window, sources, stage, qtbot):
    got = []
    stage.ctx.scans.push(lambda scan, raw: got.append(scan), {object})
    page = window.show_page("scanner-trial")
    qtbot.waitUntil(lambda: QApplication.focusWidget() is page.panel)
    keys(window, CODE + "\r\n")
    qtbot.waitUntil(lambda: states(page)["code128"] == "right")
    assert got == [] and "gửi đúng" in words(page)
    assert CODE in words(page) and "Bàn phím" in words(page) and "ms một ký tự" in words(page)
    window.show_page("receive")
    keys(window, CODE + "\n")
    qtbot.waitUntil(lambda: len(got) == 1)


def test_slow_keys_are_seen_and_named(window, sources, qtbot):
    page = window.show_page("scanner-trial")
    qtbot.waitUntil(lambda: QApplication.focusWidget() is page.panel)
    keys(window, "H32.15-261", gap_ms=50)
    qtbot.waitUntil(lambda: "người gõ" in words(page))


def test_a_scanner_on_a_wire_arrives_there_too(window, sources, stage):
    page = window.show_page("scanner-trial")
    sources.arrived(RawScan(CARD, Source.SERIAL, 1.0, arrival=Arrival(CARD, end="cr")))
    assert states(page)["card"] == "right" and "Cổng COM" in words(page) and "CR" in words(page)
    window.show_page("receive")
    assert sources._trial is None


def test_the_search_box_and_the_list_of_commands_can_be_typed_into(window, sources, qtbot):
    window.show_page("scanner-trial")
    window.focus_search()
    keys(window, "tra", gap_ms=50)
    assert window.top.search.text() == "tra"


@pytest.mark.parametrize(
    ("text", "options", "said", "todo"),
    [
        (KEY_CODE.swapcase(), {}, "Caps Lock", "Tắt phím Caps Lock"),
        (KEY_CODE.replace("z", "y").replace("-", "ß"), {"by_position": KEY_CODE}, "kiểu bàn phím", "kiểu US"),
        (KEY_CODE.replace("aA", "â").replace("wW", "ư"), {}, "Bộ gõ", "UniKey"),
        (CODE, {"rewritten": True}, "Bộ gõ", "UniKey"),
        (CODE, {"gap": 0.05}, "quá chậm", "Inter-character delay"),
        (CODE, {"end": "silence"}, "Enter", "suffix"),
        (CODE + CODE, {}, "hai lần", "retransmit"),
        (f"%{CODE}#", {}, "thêm “%” ở đầu và “#” ở cuối", "Khai các ký tự này"),
        (CARD.replace("ễ", "?").replace("ữ", "?"), {}, "dấu tiếng Việt", "HID-POS"),
        (VIETNAMESE.encode().decode("latin-1"), {"source": Source.SERIAL}, "dấu tiếng Việt", "UTF-8"),
        ("".join(c for c in VIETNAMESE if c.isascii()), {}, "dấu tiếng Việt", "HID-POS"),
    ],
)
def test_what_is_wrong_is_said_with_what_to_do(page, text, options, said, todo):
    arrive(page, text, **options)
    assert said.lower() in words(page).lower() and todo in words(page)
    assert "điều cần sửa" in words(page)
    assert set(states(page).values()) - {"waiting"} == ({"right"} if text == CODE else set() if CODE in text else {"wrong"})


def test_the_same_code_twice_is_double_delivery(page):
    arrive(page, CODE, at=10.0)
    arrive(page, CODE, Source.SERIAL, at=10.4)
    assert "hai đường" in words(page)
    arrive(page, CODE, at=20.0)
    assert "gửi đúng" in words(page)


def test_a_configured_wrapping_is_no_fault(page, stage):
    stage.ctx.settings.set(SCANNER_PREFIX, "%")
    arrive(page, "%" + CODE)
    assert "gửi đúng" in words(page) and states(page)["code128"] == "right"


def test_a_person_is_masked_and_forgotten(page, window):
    arrive(page, PERSON, Source.SERIAL, end="cr-lf")
    seen = words(page) + page.panel.accessibleName()
    for part in ("Bình", "079305000123", "Xã Mẫu", "29022004"):
        assert part not in seen
    assert "thẻ căn cước" in seen and "họ tên, ngày sinh" in seen and "•••" in seen
    window.show_page("receive")
    assert "•••" not in words(page)


def test_bank_codes_and_unknown_texts_are_named(page):
    arrive(page, "https://gplx.gov.vn/?id=790123456789")
    assert "790123456789" not in words(page) and "giấy phép lái xe" in words(page)
    arrive(page, "\x1dABC\x02\t" + "x" * 5000, Source.HID, end="report")
    assert "<GS>ABC<STX><TAB>" in words(page) and "…" in words(page)


def test_the_card_is_ticked_and_can_begin_again(page):
    for text in (CODE, KEY_CODE, CODE39, VIETNAMESE, CARD):
        arrive(page, text, Source.SERIAL, end="cr", at=hash(text) % 1000 * 10.0)
    assert set(states(page).values()) == {"right"} and "đúng 5 trên 5 mã" in words(page)
    page.again_button.click()
    assert set(states(page).values()) == {"waiting"}


@pytest.mark.parametrize("dpi", [203, 300, 600])
@pytest.mark.parametrize("sheet", SHEETS)
def test_the_sheets_read_back(bench, sheet, dpi):
    pdf = pypdfium2.PdfDocument(sheet_pages(bench.desk, sheet, dpi))
    assert len(pdf) == 1
    found = {read.text: str(read.format) for read in zxingcpp.read_barcodes(pdf[0].render(scale=dpi / 72).to_pil().convert("L"))}
    expected = {code.text for code in CHECK_CODES} if sheet == "test-card" else {CODE}
    assert set(found) == expected
    text = pdf[0].get_textpage().get_text_bounded()
    assert ("không có thật" if sheet == "test-card" else "UniKey") in text and KEYS[:4] not in found.get(CODE39, "")


def test_a_sheet_goes_to_the_printer_or_a_file(page, stage, tmp_path):
    sent = []
    page.presenter._print = lambda desk, settings, sheet: sent.append(sheet) or type("Sent", (), {"queue": "Quay-07"})
    page.print_requested.emit("test-card")
    assert sent == ["test-card"] and stage.outcomes == [PrintOutcome.QUEUED]
    stage.ctx.settings.set(PRINTERS, {"form": {"queue": PDF_QUEUE}})
    page.print_requested.emit("setup-sheet")
    assert stage.outcomes[-1] is PrintOutcome.SAVED_PDF
    assert (tmp_path / "profile" / "exports" / "huong-dan-dat-may-quet.pdf").read_bytes().startswith(b"%PDF")


def test_no_printer_is_said(page, stage, monkeypatch):
    monkeypatch.setenv("CUPS_SERVER", "127.0.0.1:1")
    page.print_requested.emit("test-card")
    assert stage.outcomes == [PrintOutcome.NO_PRINTER] or [type(error).__name__ for error in stage.failed] == ["EnvironmentFault"]


def test_it_is_reached_by_a_command_and_stands_not_in_the_rail(window):
    assert "scanner-trial" in window.commands and "scanner-trial" not in window.rail._entries


def test_names_for_everything(page):
    arrive(page, CODE)
    assert a11y.unnamed(page) == []


@pytest.mark.parametrize("scale", [1.25, 1.5, 2.0])
def test_with_large_letters_the_columns_stand_below_each_other_and_nothing_scrolls_sideways(page, window, app, scale):
    arrive(page, VIETNAMESE.encode().decode("latin-1"), Source.SERIAL, end="cr")
    apply_theme(app, "light", scale)
    for _ in range(6):
        app.processEvents()
    columns, scroll = page.findChild(SideColumn), page.findChild(ScrollBody)
    assert columns.is_narrow() or scale < 1.5
    assert scroll.horizontalScrollBar().maximum() == 0
    apply_theme(app, "light")


def test_pictures(page, window, stage, pictures, bench):
    window.set_status("Quầy số 7 · máy in Quay-07")
    arrive(page, CODE, at=1.0)
    arrive(page, VIETNAMESE.encode().decode("latin-1"), Source.SERIAL, end="cr", at=20.0)
    arrive(page, KEY_CODE, end="silence", gap=0.011, at=40.0)
    pictures(window, "scanner-trial")
    arrive(page, PERSON.replace("ầ", "?").replace("ì", "?").replace("Ấ", "?"), at=60.0)
    pictures(window, "scanner-trial-card")
    page.again_button.click()
    pictures(window, "scanner-trial-waiting")


def test_build_without_settings(stage, qtbot):
    stage.ctx.settings = None
    view = build_scanner_trial_page(stage.ctx)
    qtbot.addWidget(view)
    view.presenter.arrived(RawScan(CODE, Source.SERIAL, 1.0))
    assert "gửi đúng" in view.panel.accessibleName()
