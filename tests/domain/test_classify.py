from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from counter_app.scanner.classify import (
    WHY_VI,
    CitizenCard,
    DossierCode,
    OtherCard,
    PostalItem,
    ProvisionalCode,
    SlipNumber,
    TrackingUrl,
    Unknown,
    classify,
)
from onestop.codes import format_code, format_provisional, format_slip_number, load_code_book

BOOK = load_code_book(Path(__file__).parents[2] / "resources/codes/patterns.json", ["H32.15"])
TODAY = date(2026, 11, 22)
CODE = "H32.15-261122-0001"
AN = "001099012345||Nguyễn Văn An|01011999|Nam|Số 1, Phường Ví Dụ, Quận Mẫu, Hà Nội|15082021"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (CODE, DossierCode(CODE, "transition", "H32.15")),
        ("]C0h32.15-261122-0001\r", DossierCode(CODE, "transition", "H32.15")),
        ("H40-261122-0001", DossierCode("H40-261122-0001", "transition", "H40", ("unknown-agency",))),
        ("UBND7-261122-01", DossierCode("UBND7-261122-01", "unknown", "UBND7", ("unknown-format", "unknown-agency"))),
        ("TN-7-261122-0003", ProvisionalCode("TN-7-261122-0003", 7)),
        ("tn-7-261122-0003 ", ProvisionalCode("TN-7-261122-0003", 7)),
        ("H32.15-99.7-261122-0004", SlipNumber("H32.15-99.7-261122-0004", "H32.15", 7)),
        ("RR473124829GB", PostalItem("RR473124829GB", True)),
        ("RR 473 124 828 GB", PostalItem("RR473124828GB", False)),
        (f"https://dvc.example/portaldvc/tra-cuu?MHS={CODE}&SGT=001099012345", TrackingUrl(CODE, "dvc.example", "transition")),
        (f"HTTPS://dvc.example/?maHoSo={CODE}", TrackingUrl(CODE, "dvc.example", "transition")),
        (f"https://dvc.example/#/xem?ma_ho_so={CODE}", TrackingUrl(CODE, "dvc.example", "transition")),
        (f"https://dvc.example/ho-so/{CODE}/", TrackingUrl(CODE, "dvc.example", "transition")),
        ("https://dvc.example/ho-so/TN-7-261122-0003", ProvisionalCode("TN-7-261122-0003", 7)),
        (f"Hệ thống\nGiấy tiếp nhận\nMã hồ sơ: {CODE}\nCCCD: 001099012345", DossierCode(CODE, "transition", "H32.15", (), True)),
        ("Số tạm: TN-7-261122-0003 ngày 22/11/2026", ProvisionalCode("TN-7-261122-0003", 7)),
        ("DN4010110011234|4e677579|01|$", OtherCard("health-insurance")),
        ("001099012345|4e677579|01011999|1|x|y|$", OtherCard("health-insurance")),
        ("0123456789|abcdef", OtherCard("social-insurance")),
        ("P<VNMNGUYEN<<VAN<AN<<<<<<<<", OtherCard("passport")),
    ],
)
def test_what_a_text_is(text: str, expected: object) -> None:
    assert classify(text, BOOK, today=TODAY) == expected


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "empty"), (" \r\n\t", "empty"), ("\0", "empty"), ("x" * 8193, "too-long"), ("001099012345||Nguyễn", "incomplete-card"),
        (f"{CODE} và H32.15-261122-0002", "several-codes"),
        ("https://example.vn/tra-cuu", "no-code-in-address"), ("http://[::1", "no-code-in-address"),
        ("001099012345", "id-number"), ("xin chào", "not-recognised"), ("😀", "not-recognised"), ("9786041234567", "not-recognised"),
    ],
)  # fmt: skip
def test_unknown_texts_are_kept_and_say_why(text: str, why: str) -> None:
    assert classify(text, BOOK, today=TODAY) == Unknown(text, why)


def test_a_card() -> None:
    scan = classify(AN, BOOK, today=TODAY)
    assert isinstance(scan, CitizenCard) and scan.card.name == "Nguyễn Văn An"
    shown = scan.to_json()
    assert shown["kind"] == "citizen-card" and shown["id_no"] == "001099012345" and shown["dob"] == "1999-01-01"


def test_a_tracking_address_keeps_no_identity_number() -> None:
    scan = classify(f"https://dvc.example/tra-cuu?MHS={CODE}&SGT=001099012345", BOOK, today=TODAY)
    assert "001099012345" not in repr(scan) + json.dumps(scan.to_json())


pieces = st.sampled_from(
    [
        "H32.15",
        "-",
        "261122",
        "0001",
        "TN",
        "99.7",
        "|",
        "001099012345",
        "https://",
        "?MHS=",
        "$",
        "\x00",
        "😀",
        "\ud800",
        "\ufeff",
        " ",
        "\n",
        "<",
        "%",
        "[",
        "RR473124829GB",
        "ễ",
        "]C0",
        "．",
    ]
)


@settings(max_examples=300, deadline=None, database=None)
@given(st.text(st.characters()) | st.lists(pieces, max_size=12).map("".join))
@example("\ud800" * 10)
@example("https://[" + "]" * 9)
@example("https://x/?MHS=%ff%fe" + "&a=1" * 300)
@example("a" * 1_000_000)
@example("|" * 1_000_000)
@example("-" * 8192)
@example("001099012345" + "|" * 2000)
def test_every_text_has_an_answer(text: str) -> None:
    scan = classify(text, BOOK)
    shown = scan.to_json()
    assert shown["kind"] == scan.kind
    json.dumps(shown, ensure_ascii=False).encode("utf-8")
    if isinstance(scan, Unknown):
        assert scan.text == text and scan.why in WHY_VI
    if isinstance(scan, OtherCard):
        assert scan.message_vi
    if isinstance(scan, DossierCode | ProvisionalCode):
        again = classify(scan.code, BOOK)
        assert isinstance(again, type(scan)) and again.code == scan.code


@settings(max_examples=80, deadline=None, database=None)
@given(
    st.from_regex(r"H[0-9]{2}(\.[0-9]{1,3}){0,3}", fullmatch=True),
    st.dates(date(2019, 1, 1), TODAY),
    st.integers(1, 9_999_999),
    st.integers(1, 999_999),
)
def test_what_we_print_is_recognised_as_what_it_is(agency: str, day: date, n: int, device: int) -> None:
    for text, kind in (
        (format_code(agency, day, n), DossierCode),
        (format_provisional(device, day, n), ProvisionalCode),
        (format_slip_number(agency, device, day, n), SlipNumber),
    ):
        assert isinstance(classify(text, BOOK, today=TODAY), kind)
        assert isinstance(classify(text.lower() + "\r\n", BOOK, today=TODAY), kind)
