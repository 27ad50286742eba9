"""Tickets: whole dots, and the bytes for the printer say exactly the dots of the picture."""

from __future__ import annotations

import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from counter_app.printing.tickets.escpos import BAND_ROWS, FEED_DOTS, escpos
from counter_app.printing.tickets.picture import ROLLS, Roll, Ticket, _font, balanced, line_height, wrapped
from tests.printing.escpos_reader import read_escpos
from tests.printing.reading import codes

CODE = "H32.15-261123-0001"


def a_ticket(width: int, code: str = CODE) -> Ticket:
    roll = Roll(width)
    roll.text("TRUNG TÂM PHỤC VỤ HÀNH CHÍNH CÔNG", bold=True, align="center")
    roll.rule()
    roll.bars(code)
    roll.qr(code)
    roll.pair("Chủ hồ sơ", "Nguyễn Thị Ngọc Thuỷ")
    roll.text("Ghi chú: ẪẠỶ ẵ ự ợ")
    return roll.finish()


def grey(ticket: Ticket) -> np.ndarray:
    return np.array(ticket.image().convert("L"))


@pytest.mark.parametrize("roll", ROLLS)
@pytest.mark.parametrize("cut", ["partial", "full", "none"])
def test_the_bytes_give_back_the_picture_dot_for_dot(roll: str, cut: str):
    ticket = a_ticket(ROLLS[roll])
    assert ticket.height > BAND_ROWS
    [page] = read_escpos(escpos(ticket, cut=cut))
    assert (page.dots == (grey(ticket) == 0)).all()
    assert page.fed == FEED_DOTS
    assert page.cut == cut


def test_each_copy_is_cut_off_by_itself():
    ticket = a_ticket(384)
    pages = read_escpos(escpos(ticket, copies=3, feed_dots=600))
    assert len(pages) == 3
    assert all((page.dots == (grey(ticket) == 0)).all() and page.fed == 600 for page in pages)


@given(st.integers(1, 700), st.integers(2, 20), st.randoms(use_true_random=False))
@settings(max_examples=30)
def test_any_dots_survive_the_way(height: int, width_bytes: int, random):
    ticket = Ticket(width_bytes * 64, height, random.randbytes(width_bytes * 8 * height))
    [page] = read_escpos(escpos(ticket))
    assert np.packbits(page.dots, axis=1).tobytes() == ticket.rows


def test_a_known_stream_byte_for_byte():
    """As python-escpos 3.1 writes the same two rows (``image(impl="bitImageRaster")``), with our reset before and feed and cut after."""
    ticket = Ticket(128, 2, bytes(range(32)))
    assert escpos(ticket, feed_dots=300) == (
        b"\x1b@" b"\x1dv0\x00\x10\x00\x02\x00" + bytes(range(32)) + b"\x1bJ\xff\x1bJ\x2d" b"\x1dV\x01")


@pytest.mark.parametrize("roll", ROLLS)
def test_codes_on_the_ticket_are_read_back(roll: str):
    linear, square = codes(grey(a_ticket(ROLLS[roll])))
    assert square == [CODE]
    assert linear == ([CODE] if roll == "80" else [])


def test_bars_that_do_not_fit_are_left_to_the_qr():
    old = "000.00.16.H59-230505-0001"
    assert not Roll(576).bars(old) and not Roll(384).bars(CODE)
    linear, square = codes(grey(a_ticket(576, old)))
    assert (linear, square) == ([], [old])


def test_codes_survive_the_print_and_a_photocopy():
    """Blurred by half a dot, grey ground, dots lost: what a copier makes of thermal paper."""
    import cv2

    rng = np.random.default_rng(5)
    page = cv2.copyMakeBorder(grey(a_ticket(576)), 40, 40, 40, 40, cv2.BORDER_CONSTANT, value=255)
    page = cv2.GaussianBlur(page.repeat(2, 0).repeat(2, 1), (0, 0), 1.4).astype(float)
    page = np.clip(page * 0.7 + 40 + rng.normal(0, 18, page.shape), 0, 255).astype("uint8")
    linear, square = codes(np.where(page > 130, 255, 0).astype("uint8"))
    assert (linear, square) == ([CODE], [CODE])


def test_no_line_is_wider_than_the_head():
    for width in ROLLS.values():
        for text in ("Nguyễn " * 40, "x" * 300, "Khánh-Hòa/" * 30, "Ủ" * 500):
            for size, bold in ((18, False), (24, True), (36, True)):
                font = _font(size, bold)
                for lines in (wrapped(text, font, width), balanced(text, font, width)):
                    assert all(font.getlength(line) <= width for line in lines)
                    assert "".join(lines).replace(" ", "") == text.replace(" ", "")


def test_a_heading_is_balanced():
    font = _font(24, True)
    lines = balanced("TRUNG TÂM PHỤC VỤ HÀNH CHÍNH CÔNG", font, 384)
    lengths = [font.getlength(line) for line in lines]
    assert len(lines) == 2 and max(lengths) - min(lengths) < 120


def test_every_vietnamese_letter_fits_its_line_and_looks_like_no_other():
    letters = "".join(base + mark for base in "aăâeêioôơuưyAĂÂEÊIOÔƠUƯY" for mark in ("", "̀", "́", "̉", "̃", "̣"))
    import unicodedata

    letters = unicodedata.normalize("NFC", letters) + "đĐ"
    pictures = set()
    for letter in letters:
        roll = Roll(128)
        roll.text(letter)
        ticket = roll.finish()
        assert ticket.height == line_height(24)
        dots = grey(ticket) == 0
        assert dots.any() and not dots[0].any(), letter
        pictures.add(ticket.rows)
    assert len(pictures) == len(letters) == 24 * 6 + 2


def test_decomposed_text_gives_the_same_dots_and_foreign_signs_do_no_harm():
    import unicodedata

    def drawn(text: str) -> bytes:
        roll = Roll(576)
        roll.text(text)
        return roll.finish().rows

    assert drawn(unicodedata.normalize("NFD", "Nguyễn Thị Thuỷ")) == drawn("Nguyễn Thị Thuỷ")
    assert drawn("An\x1b@\x1dV\x00\u202eBình") == drawn("An@VBình")
    assert drawn("漢字 😀 مرحبا")  # boxes, no fault


@pytest.mark.parametrize("width", [0, 100, 577, 5000])
def test_no_head_has_that_many_dots(width: int):
    with pytest.raises(ValueError):
        Roll(width)


@pytest.mark.parametrize("wrong", [{"copies": 0}, {"copies": 21}, {"feed_dots": -1}, {"feed_dots": 2001}])
def test_orders_out_of_bounds_are_refused(wrong: dict[str, int]):
    with pytest.raises(ValueError):
        escpos(a_ticket(384), **wrong)


def test_as_a_file_it_has_its_printed_size():
    import pypdfium2

    ticket = a_ticket(576)
    picture = Image.open(io.BytesIO(ticket.png()))
    assert picture.size == (ticket.width, ticket.height) and round(picture.info["dpi"][0]) == 203
    pdf = pypdfium2.PdfDocument(ticket.pdf("Phiếu"))
    try:
        wide, tall = pdf[0].get_size()
        assert (round(wide / 72 * 25.4 * 8), round(tall / 72 * 25.4 * 8)) == (ticket.width, ticket.height)
        assert codes(pdf[0].render(scale=203.2 / 72, grayscale=True).to_numpy().squeeze()) == ([CODE], [CODE])
    finally:
        pdf.close()


def test_nothing_at_all_is_one_white_row():
    ticket = Roll(384).finish()
    assert (ticket.height, set(ticket.rows)) == (1, {0})
