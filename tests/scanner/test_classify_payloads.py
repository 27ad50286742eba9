"""What people hold before a scanner: codes with and without dots, addresses of many systems, cards, and what is not ours."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counter_app.scanner.classify import (
    CitizenCard,
    DossierCode,
    OtherCard,
    PostalItem,
    ProvisionalCode,
    TrackingUrl,
    Unknown,
    classify,
)
from counter_app.scanner.known import known_code, scanner_text
from counter_app.scanner.payloads import payload_table
from onestop.codes import format_code, load_code_book

PATTERNS = Path(__file__).parents[2] / "resources/codes/patterns.json"
BOOK = load_code_book(PATTERNS)
TODAY = date(2026, 11, 22)
CODE = "000.00.16.H59-260213-0042"
VIETQR = "00020101021138570010A00000072701270006970403011300110123456780208QRIBFTTA53037045802VN63049E6F"
"""The example of the transfer network's published format."""


def kind_of(text: str, book=BOOK):
    return classify(text, book, today=TODAY)


@pytest.mark.parametrize(
    ("printed", "code"),
    [
        ("0000016H59-260213-0042", CODE),
        ("0120116h59-220921-000099", "012.01.16.H59-220921-000099"),
        ("H3215-261122-0001", "H32.15-261122-0001"),
        ("H55242-261122-0001", "H55.242-261122-0001"),
        ("G0920-20260609-0092637", "G09.20-20260609-0092637"),
        ("H591612-260213-0042", "H59.16.12-260213-0042"),
        ("]C0H3215-261122-0001\r", "H32.15-261122-0001"),
        ("H3215–261122–0001", "H32.15-261122-0001"),
    ],
)
def test_codes_without_dots_are_the_same_codes(printed, code):
    scan = kind_of(printed)
    assert isinstance(scan, DossierCode) and (scan.code, scan.warnings) == (code, ())
    assert known_code(BOOK)(printed)


def test_a_code_that_can_be_divided_in_two_ways_is_not_guessed():
    twice = "H5916123-260213-0042"  # H59.16.123 or H59.161.23
    scan = kind_of(twice)
    assert isinstance(scan, DossierCode) and (scan.code, scan.form) == (twice, "unknown") and "unknown-format" in scan.warnings
    assert not known_code(BOOK)(twice) and scanner_text(BOOK)(twice)
    assert kind_of(twice, BOOK.with_agencies(["H59.161.23", "H59.16"])).code == "H59.161.23-260213-0042"
    assert kind_of(twice, BOOK.with_agencies(["H59.161.23", "H59.16.123"])).code == twice


@given(st.sampled_from(["H59", "H59.16", "H59.161", "H59.16.12", "G09.20", "H32.15.123"]), st.integers(1, 9_999_999))
def test_what_is_printed_without_dots_reads_back(agency, n):
    code = format_code(agency, date(2026, 2, 13), n)
    block, dash, rest = code.partition("-")
    assert kind_of(block.replace(".", "") + dash + rest, BOOK.with_agencies([agency])).code == code


@pytest.mark.parametrize(
    "address",
    [
        f"https://dichvucong.gov.vn/p/home/dvc-tra-cuu-ho-so.html?maHoSo={CODE}",
        f"https://dichvucong.example.gov.vn/portaldvc/tra-cuu?MHS={CODE}&SGT=001099012345",
        f"https://dvc.example.gov.vn/vi/dossier/search?dossierNo={CODE}",
        f"https://hcc.example.gov.vn/#/tra-cuu/ho-so/{CODE}",
        f"https://hcc.example.gov.vn/#/tra-cuu?ma_ho_so={CODE}&x=1",
        f"https://igate.example.vn/padsvc/tracuu/{CODE}/chi-tiet",
        f"http://motcua.example.vn/tracuu.aspx?id={CODE}&lang=vi",
        f"https://motcua.example.vn/t?q=%20{CODE}%20",
        f"HTTPS://DVC.EXAMPLE.VN/TRA-CUU?SOHOSO={CODE}",
        "https://dvc.example.vn/tra-cuu?mahs=0000016H59-260213-0042",
    ],
)
def test_tracking_addresses_of_several_systems(address):
    scan = kind_of(address)
    assert isinstance(scan, TrackingUrl) and scan.code == CODE
    assert "001099012345" not in repr(scan)


@pytest.mark.parametrize(
    "address",
    ["https://dvc.example.gov.vn/apiqr/qr?id=6f1c2d", "https://dvc.example.gov.vn/", f"https://x.vn/?a={CODE}&b={CODE[:-1]}3", "https://x.vn/2026/1"],
)
def test_addresses_that_name_no_dossier_say_so(address):
    scan = kind_of(address)
    assert isinstance(scan, Unknown) and scan.why == "no-code-in-address"


def test_plain_text_blocks():
    block = (f"CỔNG DỊCH VỤ CÔNG\nGIẤY TIẾP NHẬN HỒ SƠ VÀ HẸN TRẢ KẾT QUẢ\nSố CCCD: 001099012345\nMã hồ sơ: {CODE}\n"
             "Thủ tục: 1.001612.000.00.00.H48\nNgày: 13/02/2026 09:00")
    scan = kind_of(block)
    assert isinstance(scan, DossierCode) and scan.code == CODE and scan.in_text
    two = block + "\nHồ sơ liên quan 000.00.16.H59-260213-0041"
    assert kind_of(two).code == CODE, "the label names it"
    assert kind_of(f"{CODE}\n000.00.16.H59-260213-0041").why == "several-codes"
    both = f"Mã hồ sơ: {CODE}\nMã hồ sơ: 000.00.16.H59-260213-0041"
    assert kind_of(both).why == "several-codes"
    assert isinstance(kind_of("Số tạm: TN-7-261122-0003"), ProvisionalCode)


def test_the_published_transfer_code_has_the_right_checksum():
    assert kind_of(VIETQR) == OtherCard("bank-transfer")
    assert isinstance(kind_of(VIETQR[:-1] + "0"), Unknown)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("DN4010110011234|4e677579e1bb856e|01/01/1990|1|4b68|01 - 001|01/01/2026|-|01/01/2026|x|y|-|4|01/01/2030|abc-7102|4|5175e1baad6e|$",
         "health-insurance"),
        ("7912345678|4e677579|01/01/1990|1|$", "health-insurance"),
        ("7912345678|0011223344", "social-insurance"),
        ("P<VNMNGUYEN<<VAN<AN<<<<<<<<<<<<<<<<<<<<<<<<<<\nC1234567<8VNM9901011M3001017001099012345<<12", "passport"),
        ("IDVNM0990123450001099012345<<8\n9901011M3901019VNM<<<<<<<<<<<4\nNGUYEN<<VAN<AN<<<<<<<<<<<<<<<<", "card-reverse"),
        ("790123456789;NGUYEN VAN AN;01/01/1990;B2;2030-01-01", "driving-licence"),
        ("https://gplx.gov.vn/?id=790123456789", "driving-licence"),
        ("eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln", "signed-token"),
        ("BEGIN:VCARD\nFN:An\nEND:VCARD", "contact"),
        ("WIFI:T:WPA;S:BoPhanMotCua;P:12345678;;", "contact"),
        ("8934563138165", "product"),
    ],
)
def test_what_is_not_ours_is_named_and_not_kept(text, kind):
    scan = kind_of(text)
    assert scan == OtherCard(kind)
    shown = scan.to_json()
    assert shown["message"].endswith(scan.message_vi) and scan.message_vi.startswith("Đây là")
    assert text not in str(shown) and text not in repr(scan)


@pytest.mark.parametrize("text", ["8934563138166", "9786041234567", "790123456789", "000201", "eyJ", "I am here", "P1234567"])
def test_what_only_looks_like_it_is_not_refused(text):
    assert not isinstance(kind_of(text), OtherCard)


def test_every_other_payload_has_one_sentence():
    table = payload_table()
    assert len({other.kind for other in table.others}) == len(table.others)
    for other in table.others:
        assert other.message_vi and "\n" not in other.message_vi and not other.message_vi.endswith(".")


@pytest.mark.parametrize(
    ("text", "warnings"),
    [
        ("001099012345||Nguyễn Văn An|01011999|Nam|Số 1, Phường Ví Dụ, Hà Nội|15082021", ()),
        ("084184004567|334455667|Lê Thị Cúc|10101984|Nữ|Ấp Ví Dụ, xã Mẫu, tỉnh Vĩnh Long|01072024||", ()),
        ("084184004567|Lê Thị Cúc|10101984|Nữ|Ấp Ví Dụ, xã Mẫu, tỉnh Vĩnh Long|01072024|334455667", ("field-order-2024",)),
        ("084184004567|Lê Thị Cúc|Nữ|10101984|Ấp Ví Dụ, xã Mẫu|01072024", ("field-order-2024",)),
        ("084324004567||Lê Bé Na|10102024|Nữ|xã Mẫu, tỉnh Vĩnh Long|01072024|Lê Văn Ba|Trần Thị Tư", None),
        ("001099012345||Nguyen Van An|01011999|Nam|So 1, Phuong Vi Du, Ha Noi|15082021", ("marks-missing",)),
        ("001099012345||Nguy?n V?n An|01011999|Nam|S? 1, Ph??ng|15082021", ("garbled",)),
        ("001099012345||NguyÃªn VÄn An|01011999|Nam|SÃ´ 1|15082021", ("garbled",)),
        ("001099012345||Nguye6n4 Va8n An|01011999|Nam|Số 1|15082021", ("garbled",)),
        ("001099012345||Nguy繝n V繝n An|01011999|Nam|Số 1|15082021", ("garbled",)),
    ],
)
def test_cards_of_all_years_and_damaged_ones(text, warnings):
    scan = kind_of(text)
    assert isinstance(scan, CitizenCard) and scan.card.id_no == text[:12]
    assert scan.card.dob and scan.card.gender
    if warnings is not None:
        assert scan.card.warnings == warnings


def test_postal_items_with_their_check_digit():
    assert kind_of("EE123456785VN") == PostalItem("EE123456785VN", True)
    assert kind_of("EE123456784VN") == PostalItem("EE123456784VN", False)
    assert not known_code(BOOK)("EE123456784VN")
