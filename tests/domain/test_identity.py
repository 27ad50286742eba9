from __future__ import annotations

import unicodedata
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from counter_app.domain.identity import PROVINCES, WARNINGS_VI, check_id_no, looks_like_card, parse_card, parse_dob, tax_code_ok

TODAY = date(2026, 11, 22)
FEW = settings(max_examples=120, deadline=None, database=None)
AN = "001099012345||Nguyễn Văn An|01011999|Nam|Số 1, Phường Ví Dụ, Quận Mẫu, Hà Nội|15082021"


def test_classic_card() -> None:
    card = parse_card(AN, today=TODAY)
    assert card is not None
    assert (card.id_no, card.old_id, card.name, card.dob, card.gender) == ("001099012345", "", "Nguyễn Văn An", "1999-01-01", "male")
    assert (card.address, card.issued) == ("Số 1, Phường Ví Dụ, Quận Mẫu, Hà Nội", "2021-08-15")
    assert card.extra == () and card.warnings == ()
    assert card.issuer == "Cục Cảnh sát quản lý hành chính về trật tự xã hội"


def test_birth_year_that_contradicts_the_number_is_a_warning() -> None:
    text = "079305000123|025123456|Trần Thị Bình|29022004|Nữ|Ấp 2, Xã Mẫu, Huyện Ví Dụ, TP. Hồ Chí Minh|02032022"
    card = parse_card(text, today=TODAY)
    assert card is not None and card.old_id == "025123456" and card.dob == "2004-02-29" and card.gender == "female"
    assert card.warnings == ("id-birth-year-mismatch",)


def test_card_of_2024_with_trailing_empties() -> None:
    card = parse_card("084184004567|334455667|Lê Thị Cúc|10101984|Nữ|Ấp Ví Dụ, xã Mẫu, tỉnh Vĩnh Long|01072024||", today=TODAY)
    assert card is not None and card.issued == "2024-07-01" and card.issuer == "Bộ Công an" and card.extra == () and card.warnings == ()


@pytest.mark.parametrize(
    ("text", "old_id", "extra"),
    [
        ("001099012345|Nguyễn Văn An|01011999|Nam|Số 1, Hà Nội|15082024|012345678", "012345678", ()),
        ("001099012345|Nguyễn Văn An|Nam|01011999|Số 1, Hà Nội|15082024||", "", ()),
        ("001099012345||Nguyễn Văn An|01011999|Nam|Số 1, Hà Nội|15082024|001099054321", "", ("001099054321",)),
        ("001099012345|001099054321|Nguyễn Văn An|01011999|Nam|Số 1, Hà Nội|15082024", "", ("001099054321",)),
        ("001099012345||Nguyễn Văn An|01011999|Nam|Số 1, Hà Nội|15082024||Nguyễn Văn Ba|Lê Thị Mẹ", "", ("Nguyễn Văn Ba", "Lê Thị Mẹ")),
    ],
)
def test_orders_seen_or_told_of_since_2024(text: str, old_id: str, extra: tuple[str, ...]) -> None:
    card = parse_card(text, today=TODAY)
    assert card is not None
    assert (card.name, card.dob, card.gender, card.address, card.issued) == (
        "Nguyễn Văn An",
        "1999-01-01",
        "male",
        "Số 1, Hà Nội",
        "2024-08-15",
    )
    assert card.old_id == old_id and card.extra == extra


@pytest.mark.parametrize(
    ("old", "new", "warning"),
    [
        ("Nguyễn", "Nguy?n", "garbled"),
        ("Nguyễn", "Nguy\ufffd\ufffdn", "garbled"),
        ("Nguyễn", "Nguyｻ・n", "garbled"),
        ("Nguyễn", "Nguye64n", "garbled"),
        ("Số 1", "S? 1", "garbled"),
        ("Số 1", "Sá»\x91 1", "garbled"),
        ("01011999", "31021999", "dob-unreadable"),
        ("01011999", "", "dob-unreadable"),
        ("01011999", "01012999", "dob-unreadable"),
        ("Nam", "X", "gender-unreadable"),
        ("Nam", "Nữ", "id-gender-mismatch"),
        ("15082021", "99999999", "issued-unreadable"),
        ("001099", "003099", "id-province-unknown"),
        ("001099", "001299", "id-birth-year-future"),
        ("Nguyễn Văn An", "", "name-missing"),
    ],
)
def test_doubts_warn_and_never_block(old: str, new: str, warning: str) -> None:
    card = parse_card(AN.replace(old, new, 1), today=TODAY)
    assert card is not None and warning in card.warnings
    assert all(WARNINGS_VI[code] for code in card.warnings)


def test_a_damaged_nu_is_taken_from_the_number_and_said() -> None:
    text = "079105000123||Tran Thi Binh|29022005|N?|TP. HCM|02032022"
    card = parse_card(text.replace("29022005", "28021905"), today=TODAY)
    assert card is not None and card.gender == "female" and "garbled" in card.warnings


@pytest.mark.parametrize("dob", ["1955", "00001955"])
def test_only_a_year_of_birth(dob: str) -> None:
    card = parse_card(f"001055012345||Nguyễn Văn An|{dob}|Nam|Hà Nội|15082021", today=TODAY)
    assert card is not None and card.dob == "1955" and card.warnings == ()


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252"])
def test_utf8_read_as_latin_is_restored(encoding: str) -> None:
    text = "001099012345||Lê Văn Ba|01011999|Nam|Số 1, Hà Nội|15082021"
    damaged = text.encode("utf-8").decode(encoding, "replace")
    card = parse_card(damaged, today=TODAY)
    assert card is not None
    if "\ufffd" not in damaged:
        assert (card.name, card.address, card.warnings) == ("Lê Văn Ba", "Số 1, Hà Nội", ("marks-repaired",))
    else:
        assert "garbled" in card.warnings


def test_decomposed_text_and_wrapping() -> None:
    for text in (unicodedata.normalize("NFD", AN), "\ufeff" + AN, "]Q1" + AN, AN + "\r\n", AN.replace("|", " | ")):
        card = parse_card(text, today=TODAY)
        assert card is not None and card.name == "Nguyễn Văn An" and card.gender == "male" and card.warnings == ()


@pytest.mark.parametrize(
    "text", ["", "|" * 9, "001099012345", "001099012345||An|01011999|Nam", "00109901234||A|01011999|Nam|x|y", AN + "x" * 3000]
)
def test_no_card(text: str) -> None:
    assert parse_card(text, today=TODAY) is None


def test_an_incomplete_card_is_told_from_other_text() -> None:
    assert looks_like_card("001099012345||Nguyễn") and looks_like_card("\ufeff001099012345|") and not looks_like_card("H32.15-261122-0001")


@FEW
@given(st.text("0123456789|NamNữ ?\ufffd\x00\ud800ễ", max_size=60) | st.text(st.characters()), st.integers(0, 8))
def test_no_text_raises_and_every_warning_has_words(text: str, cut: int) -> None:
    parts = AN.split("|")
    for candidate in (text, AN[: len(AN) - cut] + text, "|".join([*parts[:cut], text, *parts[cut:]]), "001099012345|" + text):
        card = parse_card(candidate, today=TODAY)
        if card is not None:
            assert len(card.id_no) == 12
            assert card.to_json()["warnings"] == [{"code": c, "message": WARNINGS_VI[c]} for c in card.warnings]
        check_id_no(candidate), parse_dob(candidate), tax_code_ok(candidate), looks_like_card(candidate)


names = st.lists(
    st.sampled_from(["Nguyễn", "Trần", "Lê", "Đặng", "Văn", "Thị", "Ước", "Bình", "Nghĩa", "Quỳnh"]), min_size=2, max_size=5
).map(" ".join)


@FEW
@given(names, st.dates(date(1930, 1, 1), date(2012, 12, 31)), st.booleans(), st.sampled_from(sorted(PROVINCES)), st.integers(0, 999_999))
def test_a_right_card_has_no_warning_and_a_damaged_name_always_one(name: str, dob: date, male: bool, province: str, tail: int) -> None:
    century = (dob.year // 100 - 19) * 2 + (0 if male else 1)
    id_no = f"{province}{century}{dob.year % 100:02d}{tail:06d}"
    text = f"{id_no}||{name}|{dob:%d%m%Y}|{'Nam' if male else 'Nữ'}|Tổ 1, Phường Mẫu|15082021"
    card = parse_card(text, today=TODAY)
    assert card is not None and card.warnings == ()
    assert (card.id_no, card.name, card.dob, card.gender) == (id_no, name, dob.isoformat(), "male" if male else "female")
    check = check_id_no(id_no)
    assert (check.province, check.birth_year, check.gender) == (PROVINCES[province], dob.year, card.gender)
    for wrong in ("shift_jis", "cp1258", "cp932"):
        damaged = text.encode("utf-8").decode(wrong, "replace")
        read = parse_card(damaged, today=TODAY)
        assert read is None or read.name == name or set(read.warnings) & {"garbled", "marks-repaired"}


@pytest.mark.parametrize(
    ("text", "kind", "ok"),
    [
        ("001099012345", "citizen", True),
        ("001 099 012 345", "citizen", True),
        ("025123456", "old", True),
        ("12345", "other", False),
        ("٠٠١٠٩٩٠١٢٣٤٥", "other", False),
    ],
)
def test_identity_numbers(text: str, kind: str, ok: bool) -> None:
    check = check_id_no(text, today=TODAY)
    assert (check.kind, check.ok) == (kind, ok)


def test_63_provinces() -> None:
    assert len(PROVINCES) == 63 and PROVINCES["056"] == "Khánh Hòa" and PROVINCES["096"] == "Cà Mau"


@pytest.mark.parametrize(
    ("text", "ok"),
    [
        ("0100109106", True), ("0300588569", True), ("0100109106-001", True), ("0100109106001", True), ("0100109107", False),
        ("010010910", False), ("0100109106-01", False), ("001099012345", True), ("", False), ("abc", False),
    ],
)  # fmt: skip
def test_tax_numbers(text: str, ok: bool) -> None:
    assert tax_code_ok(text) is ok


@FEW
@given(st.integers(0, 10**9 - 1), st.integers(0, 9), st.integers(1, 9))
def test_one_wrong_check_digit_is_seen(nine: int, digit: int, shift: int) -> None:
    valid = [d for d in range(10) if tax_code_ok(f"{nine:09d}{d}")]
    assert len(valid) <= 1
    if valid:
        assert not tax_code_ok(f"{nine:09d}{(valid[0] + shift) % 10}")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1/2/1990", "1990-02-01"), ("01/02/1990", "1990-02-01"), ("1.2.1990", "1990-02-01"), ("1-2-1990", "1990-02-01"),
        ("1 2 1990", "1990-02-01"), ("01021990", "1990-02-01"), ("1990", "1990"),
        ("1990-02-01", "1990-02-01"), (" 29/2/2024 ", "2024-02-29"),
        ("29/2/2023", None), ("31/4/1990", None), ("0/1/1990", None), ("1/13/1990", None), ("1/1/90", None), ("23/11/2026", None),
        ("22/11/2026", "2026-11-22"), ("2027", None), ("1700", None), ("", None), ("hôm qua", None), ("٠١٠٢١٩٩٠", None),
    ],
)  # fmt: skip
def test_dates_as_people_type_them(text: str, value: str | None) -> None:
    assert parse_dob(text, today=TODAY) == value
