"""The bars say what they were asked to say, and the pages carry them on whole dots."""

from __future__ import annotations

import pytest
import segno
import zxingcpp
from hypothesis import example, given
from hypothesis import strategies as st

from counter_app.printing import barcode, layout
from counter_app.printing.barcode import BarcodeError, Bars, code128, decode_modules, qr

ASCII = st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1, max_size=40)


def picture(rows: list[list[bool]], scale: int = 3):
    import numpy as np

    return np.kron(np.where(np.array(rows), 0, 255).astype("uint8"), np.ones((scale, scale), dtype="uint8"))


@given(ASCII)
@example("990.00.16.H59-230505-0001")  # python-barcode 0.16.1 loses this beginning
@example("9999")
@example("99")
@example("000.00.16.H59-230505-0001")
@example("TN-7-261123-0003")
def test_an_independent_reader_reads_the_bars(text: str):
    bars = code128(text)
    line = [False] * 12 + [cell == "1" for cell in bars.modules] + [False] * 12
    [read] = zxingcpp.read_barcodes(picture([line] * 30), formats=zxingcpp.BarcodeFormat.Code128, text_mode=zxingcpp.TextMode.Plain)
    assert read.text == text


@given(st.from_regex(r"\A[0-9A-H.-]{4,30}\Z"))
def test_our_own_check_decodes_every_code(text: str):
    assert decode_modules(code128(text).modules) == text


def test_the_fault_of_the_encoder_is_seen_by_the_check():
    from barcode.codex import Code128

    assert decode_modules(Code128("990.00.16.H59-230505-0001").build()[0]) != "990.00.16.H59-230505-0001"


def test_an_encoder_that_changes_the_text_is_not_believed(monkeypatch: pytest.MonkeyPatch):
    from barcode.codex import Code128

    monkeypatch.setattr(barcode, "_encoder", lambda: Code128)
    code128.cache_clear()
    with pytest.raises(BarcodeError, match="changed"):
        code128("990.00.16.H59-230505-0001")


@pytest.mark.parametrize("text", ["", "mã", "a\n", "x" * 81, "😀"])
def test_what_bars_cannot_say_is_refused(text: str):
    with pytest.raises(BarcodeError):
        code128(text)


@pytest.mark.parametrize("modules", ["", "0", "1", "101010", "11010010000" * 3])
def test_broken_modules_are_no_code(modules: str):
    with pytest.raises(BarcodeError):
        decode_modules(modules)


def test_every_flipped_module_is_noticed():
    modules = code128("000.00.16.H59-230505-0001").modules
    for place in range(len(modules)):
        flipped = modules[:place] + ("0" if modules[place] == "1" else "1") + modules[place + 1 :]
        with pytest.raises(BarcodeError):
            decode_modules(flipped)


def test_runs_cover_exactly_the_dark_modules():
    bars = Bars("1101001")
    assert bars.runs() == [(0, 2), (3, 1), (6, 1)]
    assert bars.total_modules == 7 + 20


def test_a_dossier_code_is_as_wide_as_the_head_allows():
    assert len(code128("000.00.16.H59-230505-0001").modules) == 288


@pytest.mark.parametrize("text", [
    "000.00.16.H59-230505-0001", "Nguyễn Thị Ngọc Thuỷ", "https://dichvucong.example.vn/tra-cuu?maHoSo=H59-1", "x" * 200])
def test_qr_is_utf8_level_m_with_its_border(text: str):
    matrix = qr(text)
    size = matrix.size
    rows = [[False] * size for _ in range(size)]
    for y, row in enumerate(matrix.rows):
        rows[y + 4][4 : 4 + len(row)] = row
    [read] = zxingcpp.read_barcodes(picture(rows), formats=zxingcpp.BarcodeFormat.QRCode, text_mode=zxingcpp.TextMode.Plain)
    assert (read.text, read.ec_level) == (text, "M")
    plain = segno.make_qr(text, error="m", encoding="utf-8", eci=False, boost_error=False)
    without = tuple(tuple(bool(cell) for cell in row) for row in plain.matrix)
    assert (matrix.rows != without) is (plain.mode == "byte")  # the character set is declared wherever there are bytes


@pytest.mark.parametrize("text", ["", "x" * 5000])
def test_what_qr_cannot_say_is_refused(text: str):
    with pytest.raises(BarcodeError):
        qr(text)


def test_a_qr_code_that_says_something_else_is_not_drawn(monkeypatch: pytest.MonkeyPatch):
    """segno left to choose takes these two for Shift-JIS and prints Kanji."""
    make = segno.make_qr
    monkeypatch.setattr(segno, "make_qr", lambda text, **options: make(text, **options | {"mode": None}))
    qr.cache_clear()
    with pytest.raises(BarcodeError, match="changed"):
        qr("\u1101@")
    qr.cache_clear()


@pytest.mark.parametrize(("dpi", "dots"), [(180, 2), (203, 2), (300, 3), (360, 4), (400, 4), (600, 6), (1200, 12)])
def test_the_narrowest_bar_is_whole_dots_and_never_too_fine(dpi: int, dots: int):
    assert barcode.dots_per_module(dpi) == barcode.DOTS_PER_MODULE[dpi] == dots
    assert 0.245 <= dots * layout.dot_points(dpi) * 25.4 / 72 < 0.29


def test_a_printer_of_fewer_dots_is_refused():
    with pytest.raises(ValueError):
        barcode.dots_per_module(72)
