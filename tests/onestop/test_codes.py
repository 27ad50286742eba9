from __future__ import annotations

import copy
import json
import unicodedata
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onestop.codes import (
    CodeBook,
    format_code,
    format_provisional,
    format_slip_number,
    load_code_book,
    normalise,
    parse_provisional,
    parse_slip_number,
    turned_agency,
)
from onestop.errors import EnvironmentFault, UserError

FILE = Path(__file__).parents[2] / "resources/codes/patterns.json"
TODAY = date(2026, 11, 22)
BOOK = load_code_book(FILE)
FEW = settings(max_examples=100, deadline=None, database=None)

agencies = st.from_regex(r"[HG][0-9]{2}(\.[0-9]{1,3}){0,3}", fullmatch=True)
days = st.dates(date(2019, 1, 1), TODAY)
numbers = st.integers(1, 9_999_999)
devices = st.integers(1, 999_999)


@pytest.mark.parametrize(
    ("text", "form", "agency", "day", "number"),
    [
        ("000.00.16.H59-230505-0001", "2018", "000.00.16.H59", date(2023, 5, 5), 1),
        ("000.00.53.H48-220921-0099", "2018", "000.00.53.H48", date(2022, 9, 21), 99),
        ("012.01.16.H59-230505-000123", "2018", "012.01.16.H59", date(2023, 5, 5), 123),
        ("H32.15-261122-0001", "transition", "H32.15", TODAY, 1),
        ("H59.16.12-210101-0010001", "transition", "H59.16.12", date(2021, 1, 1), 10001),
        ("G09.20-20260609-0092637", "2026", "G09.20", date(2026, 6, 9), 92637),
    ],
)
def test_known_forms(text: str, form: str, agency: str, day: date, number: int) -> None:
    code = BOOK.parse(text, today=TODAY)
    assert code is not None
    assert (code.form, code.agency, code.date, code.number, code.warnings) == (form, agency, day, number, ())
    assert code.normalised == text


@pytest.mark.parametrize(
    "text",
    [
        " h32.15-261122-0001\r\n", "H32.15–261122—0001", "H32.15 261122 0001", "H32.15 - 261122 - 0001", "H32.15‑261122−0001",
        "H32.15-261122-0001\x00", "\ufeffH32.15-261122-0001", "Ｈ３２.１５-２６１１２２-０００１", "H32.15\u200b-261122-0001",
    ],
)  # fmt: skip
def test_ways_a_code_arrives(text: str) -> None:
    code = BOOK.parse(text, today=TODAY)
    assert code is not None and code.normalised == "H32.15-261122-0001" and code.raw == text and code.warnings == ()


@pytest.mark.parametrize(
    ("text", "warnings"),
    [
        ("H32.15-261322-0001", ("unreal-date",)),
        ("H32.15-260229-0001", ("unreal-date",)),
        ("H32.15-261123-0001", ()),
        ("H32.15-261124-0001", ("future-date",)),
        ("H99.1-261122-0001", ("unknown-agency",)),
        ("000.00.15.H32-221122-0001", ()),
        ("UBND7-261122-01", ("unknown-format", "unknown-agency")),
        ("H32.15.16.17.18-261122-0001", ("unknown-format", "unknown-agency")),
    ],
)
def test_doubts_are_warnings_not_refusals(text: str, warnings: tuple[str, ...]) -> None:
    code = BOOK.with_agencies(["H32.15"]).parse(text, today=TODAY)
    assert code is not None and code.warnings == warnings


@pytest.mark.parametrize(
    "text", ["", "H32.15", "2026-11-22", "0912 345 678", "AB123456785VN", "TN-7-261122-0001", "001099012345", "-" * 9000]
)
def test_other_texts_are_no_dossier_codes(text: str) -> None:
    assert BOOK.parse(text, today=TODAY) is None


def test_codes_inside_a_block_of_text() -> None:
    block = "Trung tâm PVHCC\nMã hồ sơ: H32.15-261122-0001.\nPhiếu H32.15-99.7-261122-0002; H32.15-261122-0001"
    assert [code.normalised for code in BOOK.find(block, today=TODAY)] == ["H32.15-261122-0001"]
    assert [c.normalised for c in BOOK.find("(H32.15-261122-0001) H33-20261122-0000009", today=TODAY)] == [
        "H32.15-261122-0001", "H33-20261122-0000009",
    ]  # fmt: skip
    assert BOOK.find("XH32.15-261122-0001 H32.15-261122-0001-5 H32.15-261122-00011234567") == ()


def test_agency_ids_were_turned_round() -> None:
    assert turned_agency("000.00.16.H59") == "H59.16"
    assert turned_agency("012.01.16.H59") == "H59.16.01.012"
    assert turned_agency("H32.15") == "H32.15" and turned_agency("H32") == "H32"


@FEW
@given(agencies, days, numbers)
def test_what_is_minted_is_read_back(agency: str, day: date, n: int) -> None:
    text = format_code(agency, day, n)
    code = BOOK.parse(text, today=TODAY)
    assert code is not None and (code.agency, code.date, code.number, code.warnings) == (agency, day, n, ())
    assert parse_provisional(text) is None and parse_slip_number(text) is None
    assert len(text.rsplit("-", 1)[1]) >= 4


@FEW
@given(agencies, devices, days, numbers)
def test_the_three_numbers_are_never_mistaken_for_each_other(agency: str, device: int, day: date, n: int) -> None:
    provisional, slip = format_provisional(device, day, n), format_slip_number(agency, device, day, n)
    read, read_slip = parse_provisional(provisional), parse_slip_number(slip)
    assert read is not None and (read.device, read.date, read.number) == (device, day, n)
    assert read_slip is not None and (read_slip.agency, read_slip.device, read_slip.date, read_slip.number) == (agency, device, day, n)
    for text in (provisional, slip):
        assert BOOK.parse(text, today=TODAY) is None and BOOK.find(text, today=TODAY) == ()
    assert parse_provisional(slip) is None and parse_slip_number(provisional) is None


@FEW
@given(agencies, devices, days, numbers)
def test_no_input_method_can_rewrite_what_is_printed(agency: str, device: int, day: date, n: int) -> None:
    """Telex and VNI change a key only in a word that already holds a vowel, d or w (or on a bracket): none of them occurs."""
    for text in (format_code(agency, day, n), format_provisional(device, day, n), format_slip_number(agency, device, day, n)):
        assert set(text) <= set("0123456789.-HGTN")
        assert not set(text) & set("AEIOUYDW[]{}aeiouydw")
        assert not text.startswith("99")  # a Code 128 library drops a leading 99


def test_wrong_parts_are_a_mistake_of_the_program() -> None:
    for call in (
        lambda: format_code("h32", TODAY, 1), lambda: format_code("H32.15", TODAY, 0), lambda: format_provisional(0, TODAY, 1),
        lambda: format_slip_number("H32.15", 7, TODAY, 10_000_000),
    ):  # fmt: skip
        with pytest.raises(ValueError):
            call()


@FEW
@given(st.text(st.characters()) | st.text("H0123456789.-– \r\n", max_size=40))
def test_normalising_is_stable_and_nothing_raises(text: str) -> None:
    once = normalise(text)
    assert normalise(once) == once and not any(c.isspace() for c in once)
    code = BOOK.parse(text, today=TODAY)
    assert code is None or BOOK.parse(code.normalised, today=TODAY) is not None
    parse_provisional(text), parse_slip_number(text), BOOK.find(text)


def test_decomposed_text_around_a_code() -> None:
    block = unicodedata.normalize("NFD", "Mã hồ sơ: H32.15-261122-0001 của Nguyễn Văn An")
    assert len(BOOK.find(block, today=TODAY)) == 1


GOOD = json.loads(FILE.read_text("utf-8"))


def broken(**change: object) -> dict[str, object]:
    data = copy.deepcopy(GOOD)
    data["patterns"][0] |= change
    return data


@pytest.mark.parametrize(
    "data",
    [
        [], {}, {"version": 2, "patterns": GOOD["patterns"]}, {"version": 1, "patterns": []}, {"version": 1, "patterns": [5]},
        broken(regex="("), broken(regex=r"(?P<agency>.)-(?P<date>.)"), broken(example="x"), broken(date_format="%d%m%q"),
        broken(name="transition"), broken(name="unknown"), broken(valid_from="soon"), broken(regex=5),
    ],
)  # fmt: skip
def test_a_bad_patterns_file_is_refused(data: object) -> None:
    with pytest.raises(UserError) as error:
        CodeBook.from_json(data)
    assert error.value.code == "code-patterns-invalid"


def test_files(tmp_path: Path) -> None:
    with pytest.raises(EnvironmentFault):
        load_code_book(tmp_path / "missing.json")
    (tmp_path / "p.json").write_bytes(b"\xff{")
    with pytest.raises(UserError) as error:
        load_code_book(tmp_path / "p.json")
    assert error.value.code == "code-patterns-invalid"
