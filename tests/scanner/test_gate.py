"""Wrapping, control characters, Unicode form, repeats."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from counter_app.scanner.gate import MAX_TEXT, Gate, Wrapping, clean
from counter_app.scanner.raw import Arrival, RawScan, Source

CODE = "000.00.16.H59-260213-0042"


@pytest.mark.parametrize(
    "text",
    [CODE + "\r\n", f"\x02{CODE}\x03", f"]C0{CODE}", f"\ufeff {CODE}\t", f"{CODE[:5]}\x00{CODE[5:]}"],
)
def test_what_a_scanner_wraps_around_a_code_goes(text):
    assert clean(text) == CODE


def test_configured_wrapping_goes_once_with_the_aim_id_on_either_side():
    for text in (f"]C1%{CODE}#", f"%]C1{CODE}#", f"%{CODE}#"):
        assert clean(text, "%", "#") == CODE
    assert clean(f"%%{CODE}", "%") == "%" + CODE


def test_nfd_becomes_nfc_and_lines_become_spaces():
    assert clean(unicodedata.normalize("NFD", "Trần\r\nThị\tBình")) == "Trần Thị Bình"


@given(st.text(max_size=200))
def test_cleaning_leaves_no_control_characters(text):
    once = clean(text)
    assert not any(c < " " or c == "\x7f" for c in once)
    assert unicodedata.is_normalized("NFC", once)


def test_the_bytes_that_repair_a_card_stay():
    """UTF-8 read as Latin-1 has letters' bytes at U+0080–U+009F; see domain.identity."""
    broken = "Trần".encode().decode("latin-1")
    assert clean(broken) == broken


def test_memory_stays_bounded():
    assert len(clean("9" * 1_000_000)) == MAX_TEXT


def scan(source, at, text=CODE):
    return RawScan(text, source, at)


def test_a_code_held_in_view_is_one_scan_until_it_was_away():
    gate = Gate()
    admitted = [t / 10 for t in range(0, 50) if gate.admit(scan(Source.CAMERA, t / 10))]
    assert admitted == [0.0]
    assert gate.admit(scan(Source.CAMERA, 4.9 + 0.69)) is None
    assert gate.admit(scan(Source.CAMERA, 4.9 + 0.69 + 0.71))


def test_double_delivery_of_a_usb_scanner_is_one_scan_a_second_pull_is_another():
    gate = Gate()
    assert gate.admit(scan(Source.WEDGE, 10.0))
    assert gate.admit(scan(Source.WEDGE, 10.2)) is None
    assert gate.admit(scan(Source.WEDGE, 11.0))
    assert gate.admit(scan(Source.SERIAL, 11.1)), "another device is another showing"
    assert gate.admit(scan(Source.HID, 11.1)) and gate.admit(scan(Source.HID, 11.3)) is None


def test_how_it_arrived_stays_with_the_scan():
    raw = RawScan(f"##{CODE}", Source.HID, 1.0, arrival=Arrival(f"]C0##{CODE}", end="report"))
    admitted = Gate(Wrapping("##")).admit(raw)
    assert (admitted.text, admitted.arrival.received) == (CODE, f"]C0##{CODE}")
    assert CODE not in repr(admitted)


def test_a_picture_chosen_twice_is_two_scans_and_keeps_the_wrapping_characters():
    gate = Gate(Wrapping(prefix="000."))
    assert gate.admit(scan(Source.FILE, 1.0)).text == CODE
    assert gate.admit(scan(Source.FILE, 1.0)).text == CODE
    assert gate.admit(scan(Source.WEDGE, 1.0)).text == CODE.removeprefix("000.")


def test_identity_makes_two_codes_of_one_receipt_one_showing():
    gate = Gate(identity=lambda text: text.rpartition("=")[2])
    assert gate.admit(scan(Source.CAMERA, 1.0))
    assert gate.admit(scan(Source.CAMERA, 1.1, f"https://dvc.example.vn/tra-cuu?MHS={CODE}")) is None


def test_nothing_left_is_no_scan_and_repr_tells_no_person():
    assert Gate().admit(scan(Source.SERIAL, 1.0, "\r\n\x02\x03")) is None
    assert "Trần" not in repr(scan(Source.CAMERA, 1.0, "079305000123||Trần Thị Bình"))
