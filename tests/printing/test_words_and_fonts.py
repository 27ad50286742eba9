"""Words of official papers, and fonts that have every Vietnamese letter."""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime

import pytest

from counter_app.printing import fonts, words
from onestop.resources import resource_dir

BASES = "aăâeêioôơuưy"
TONES = ("", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323")
LOWER = {unicodedata.normalize("NFC", base + tone) for base in BASES for tone in TONES} | {"đ"}
LETTERS = {letter for low in LOWER for letter in (low, low.upper())}


def test_the_alphabet_of_this_test_is_whole():
    assert len({letter for letter in LETTERS if not letter.isascii()}) == 134
    assert len(LETTERS) == 146


@pytest.mark.parametrize("path", sorted(resource_dir("fonts").glob("*.ttf")), ids=lambda path: path.stem)
def test_fonts_have_every_vietnamese_letter_and_digits_of_one_width(path):
    from reportlab.pdfbase.ttfonts import TTFontFile

    face = TTFontFile(str(path))
    missing = {letter for letter in LETTERS | set("₫–—…•“”") if ord(letter) not in face.charToGlyph}
    assert missing == set()
    assert len({face.charWidths[ord(digit)] for digit in "0123456789"}) == 1


def test_all_faces_and_licences_are_there():
    names = {path.name for path in resource_dir("fonts").iterdir()}
    assert {f"LiberationSerif-{style}.ttf" for style in ("Regular", "Bold", "Italic", "BoldItalic")} <= names
    assert {f"NotoSans-{style}.ttf" for style in ("Regular", "Medium", "SemiBold", "Bold")} <= names
    assert {"LiberationSerif-OFL.txt", "NotoSans-OFL.txt"} <= names
    assert sum(path.stat().st_size for path in resource_dir("fonts").iterdir()) <= 3_000_000


@pytest.mark.parametrize(("number", "said"), [
    (0, "không"), (1, "một"), (5, "năm"), (10, "mười"), (11, "mười một"), (15, "mười lăm"), (20, "hai mươi"), (21, "hai mươi mốt"),
    (25, "hai mươi lăm"), (55, "năm mươi lăm"), (100, "một trăm"), (101, "một trăm linh một"), (105, "một trăm linh năm"),
    (110, "một trăm mười"), (111, "một trăm mười một"), (121, "một trăm hai mươi mốt"), (1000, "một nghìn"),
    (1005, "một nghìn không trăm linh năm"), (2026, "hai nghìn không trăm hai mươi sáu"), (20321, "hai mươi nghìn ba trăm hai mươi mốt"),
])
def test_numbers_in_words(number: int, said: str):
    assert words.number_in_words(number) == said


@pytest.mark.parametrize("number", [-1, 10**15])
def test_numbers_no_total_reaches(number: int):
    with pytest.raises(ValueError, match="range"):
        words.number_in_words(number)


def test_moments_are_vietnamese_whatever_the_zone():
    moment = datetime(2026, 2, 3, 17, 5, tzinfo=UTC)
    assert words.moment_in_words(moment) == "00 giờ 05 phút, ngày 04 tháng 02 năm 2026"
    assert words.place_and_date("Hà Tĩnh", moment) == "Hà Tĩnh, ngày 04 tháng 02 năm 2026"
    assert words.place_and_date("", moment) == "Ngày 04 tháng 02 năm 2026"
    assert words.short_moment(None) == ""


@pytest.mark.parametrize(("number", "display", "shown"), [
    ("001099012345", "masked", "001•••••2345"), ("001099012345", "last4", "••••••••2345"), ("001099012345", "full", "001099012345"),
    ("123456789", "masked", "123••6789"), ("1234567", "masked", "•••4567"), ("", "masked", ""), ("123", "masked", "123")])
def test_masked_ids(number: str, display: words.IdDisplay, shown: str):
    assert words.masked_id(number, display) == shown


def test_text_for_paper_is_nfc_and_visible():
    known = frozenset(map(ord, "Thuỷ abc□…"))
    assert words.printable(unicodedata.normalize("NFD", "Thuỷ"), known) == "Thuỷ"
    assert words.printable("a\u200bb\x00\nc\ufe0f", known) == "ab c"
    assert words.printable("a😀", known) == "a[?]"
    assert len(words.printable("a" * 5000, known)) == words.LONGEST_FIELD


@pytest.mark.parametrize(("text", "longest", "shown"), [
    ("chuyển nhượng, cho thuê", 23, "chuyển nhượng, cho thuê"), ("chuyển nhượng, cho thuê", 22, "chuyển nhượng, cho…"),
    ("chuyển nhượng, cho thuê", 16, "chuyển nhượng…"),
    ("chuyển nhượng, cho thuê", 19, "chuyển nhượng, cho…"), ("a" * 30, 10, "a" * 9 + "…"),
    ("một " + "a" * 30, 20, "một " + "a" * 15 + "…")])
def test_what_is_cut_is_cut_between_words(text: str, longest: int, shown: str):
    assert words.clipped(text, longest) == shown
    assert len(shown) <= longest


def test_the_replacement_square_exists_in_every_style():
    assert ord("□") in fonts.register()
