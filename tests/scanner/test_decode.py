"""Reading codes from pictures: any angle, blurred, small; and never a text that was not printed."""

from __future__ import annotations

import random

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from counter_app.domain.published import bundled_codes
from counter_app.printing.barcode import QR_BORDER
from counter_app.printing.barcode import qr as qr_matrix
from counter_app.scanner.confirm import Confirm
from counter_app.scanner.decode import CODE128, QR, decode_image
from counter_app.scanner.known import known_code
from counter_app.scanner.locate import find_bar_fields
from tests.scanner.rendering import CARD, CODE, code128, frame, qr

FITS = known_code(bundled_codes())


def texts(picture: np.ndarray, expect="any") -> list[str]:
    return [read.text for read in decode_image(picture, expect)]


def believed(picture: np.ndarray) -> list[str]:
    """What one frame alone makes the program believe."""
    return [read.text for read in Confirm(FITS).frame(decode_image(picture))]


@pytest.mark.parametrize("px, blur", [(2.5, 0.0), (2.5, 1.2), (2.0, 1.0)])
def test_tilted_receipt_reads_at_every_angle(px, blur):
    missed = [angle for angle in range(0, 360, 15) if texts(frame(code128(CODE), px, angle, blur)) != [CODE]]
    assert missed == []


def test_small_tilted_receipt_never_gives_another_code():
    """At 1.3–1.5 pixels a module some angles may fail; what is believed from one frame is right all the same."""
    right = 0
    for px in (1.3, 1.5):
        for angle in range(0, 360, 20):
            seen = frame(code128(CODE), px, angle, 0.6)
            assert believed(seen) in ([], [CODE])
            right += CODE in texts(seen)
    assert right >= 34


@pytest.mark.parametrize("angle", [0, 17, 45, 90, 200])
@pytest.mark.parametrize("px, blur", [(4.0, 1.5), (2.5, 0.8)])
def test_id_card_reads_with_every_mark(px, blur, angle):
    assert texts(frame(qr(CARD), px, angle, blur), "idcard") == [CARD]


def test_id_card_screen_ignores_receipts_and_code_screen_reads_both():
    both = frame(code128(CODE), 2.5)
    address = f"https://dvc.example.vn/tra-cuu?MHS={CODE}"
    both[:200, :200] = frame(qr(address), 3.0, size=(200, 200))
    assert {r.symbology for r in decode_image(both, "code")} == {CODE128, QR}
    assert texts(both, "idcard") == [address]
    assert texts(frame(code128(CODE), 2.5), "idcard") == []


def test_corners_lie_on_the_code():
    (read,) = decode_image(frame(code128(CODE), 2.5, 30))
    xs, ys = zip(*read.corners, strict=True)
    assert abs(sum(xs) / 4 - 640) < 25 and abs(sum(ys) / 4 - 360) < 25


@pytest.mark.parametrize("angle", [0, 25, 45, 80, 90, 135])
def test_the_angle_of_a_bar_field_is_found(angle):
    field = find_bar_fields(frame(code128(CODE), 2.5, angle))[0]
    off = (np.degrees(field.angle) + angle + 90) % 180 - 90
    assert abs(off) < 3
    assert abs(field.x - 640) < 30 and abs(field.y - 360) < 30


def test_pages_without_a_code_give_nothing():
    blank = np.full((90, 90), 255, np.uint8)
    for angle in range(0, 180, 30):
        assert texts(frame(blank, 1.0, angle)) == []
    table = np.full((720, 1280), 240, np.uint8)
    for x in range(40, 1280, 14):
        cv2.line(table, (x, 40), (x, 680), 30, 2)
    assert texts(table) == []
    stripes = np.tile((np.arange(1280) // 6 % 2 * 255).astype(np.uint8), (720, 1))
    assert texts(stripes) == []


@pytest.mark.parametrize("shape", [(1, 1), (7, 2000), (2000, 3), (8, 8), (64, 64)])
def test_odd_sizes_are_harmless(shape):
    assert texts(np.full(shape, 128, np.uint8)) == []


def test_noise_is_not_a_code():
    grain = np.random.default_rng(3)
    for _ in range(6):
        assert texts(grain.integers(0, 256, (240, 320), dtype=np.uint8)) == []


def test_what_is_not_gray_is_refused():
    with pytest.raises(ValueError):
        decode_image(np.zeros((40, 40, 3), np.uint8))
    with pytest.raises(ValueError):
        decode_image(np.zeros((40, 40), np.float32))
    with pytest.raises(ValueError):
        decode_image(np.zeros((40, 40), np.uint8), "everything")


SYLLABLES = ("Nguyễn Trần Lê Phạm Hoàng Huỳnh Vũ Võ Đặng Bùi Đỗ Hồ Ngô Dương Lý Thị Văn Đức Quỳnh Ngọc Thuý Tuấn Ỷ Ưng ẵm ợt khuỷu").split()  # noqa: SIM905


def draw_qr(text: str) -> np.ndarray:
    """As our own paper has it."""
    modules = np.pad(np.array(qr_matrix(text).rows, np.uint8), QR_BORDER)
    return cv2.resize((1 - modules) * 255, None, fx=4, fy=4, interpolation=cv2.INTER_NEAREST)


def test_bytes_that_look_like_shift_jis_come_back():
    """segno once took these pairs of UTF-8 bytes for Kanji."""
    assert texts(draw_qr("\u1101@"), "idcard") == ["\u1101@"]


def test_vietnamese_qr_texts_come_back_to_the_letter():
    pick = random.Random(20260213)
    for _ in range(400):
        name = " ".join(pick.choices(SYLLABLES, k=pick.randint(2, 6)))
        assert texts(draw_qr(name), "idcard") == [name]


@given(
    st.text(alphabet=st.characters(min_codepoint=0x20, max_codepoint=0x1EF9, exclude_categories=("C", "M", "Z")), min_size=1, max_size=80)
)
@settings(max_examples=150)
def test_any_text_comes_back_or_nothing_does(text):
    assert texts(draw_qr(text), "idcard") in ([text], [])


def test_vietnamese_without_eci_as_cards_print_it():
    """Identity cards carry UTF-8 without saying so."""
    pick = random.Random(7)
    for _ in range(100):
        card = f"079305000123||{' '.join(pick.choices(SYLLABLES, k=4))}|29022005|Nữ|Ấp 2, Xã {pick.choice(SYLLABLES)}|02032022"
        assert texts(frame(qr(card), 4.0, noise=2, size=(480, 640)), "idcard") == [card]
