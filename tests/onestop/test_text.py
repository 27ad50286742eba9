from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onestop.text import clean_line, fold, mask_id, nfc

FEW = settings(max_examples=150, deadline=None, database=None)
anything = st.text(st.characters()) | st.text("Đđ Nguyễn ước ngữ\u0301\u0323\t\r\n\x00\ufeff\ud800😀", max_size=30)


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Đặng Thị Ước", "dang thi uoc"),
        ("  NGỮ\t\nPHÁP ", "ngu phap"),
        (unicodedata.normalize("NFD", "Nguyễn Văn Đệ"), "nguyen van de"),
        ("ĐẮK LẮK", "dak lak"),
    ],
)
def test_fold(text: str, folded: str) -> None:
    assert fold(text) == folded


@FEW
@given(anything)
def test_fold_is_stable_and_blind_to_form_and_case(text: str) -> None:
    assert fold(fold(text)) == fold(text)
    assert fold(unicodedata.normalize("NFD", text)) == fold(unicodedata.normalize("NFC", text))
    assert "đ" not in fold(text) and "Đ" not in fold(text)


@FEW
@given(anything, st.integers(0, 40))
def test_clean_line(text: str, size: int) -> None:
    line = clean_line(text, size)
    assert len(line) <= size and line == line.strip() and "  " not in line
    assert not any(unicodedata.category(c) in ("Cc", "Cf", "Cs") for c in line)
    assert nfc(line) == line and clean_line(line, size) == line
    line.encode("utf-8")


def test_clean_line_examples() -> None:
    assert clean_line("  Số 1,\r\n\tđường   A\x00 ", 99) == "Số 1, đường A"
    assert clean_line(unicodedata.normalize("NFD", "Nguyễn"), 6) == "Nguyễn"
    assert clean_line("a b c", 2) == "a"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("001099012345", "001•••••2345"),
        ("0912345678", "091••••678"),
        ("025123456", "025•••456"),
        ("123456", "1•••56"),
        ("1234", "••••"),
        ("", ""),
    ],
)
def test_mask(text: str, shown: str) -> None:
    assert mask_id(text) == shown
