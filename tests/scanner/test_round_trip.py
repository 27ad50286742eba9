"""What the program prints it reads again: letters with all their marks, codes on the dots of cheap and good printers."""

from __future__ import annotations

import random
import unicodedata

import numpy as np
import pytest

from benchmarks.scenes.engines import by_us
from counter_app.printing import pdf
from counter_app.printing.barcode import DOTS_PER_MODULE, QR_BORDER, QUIET_MODULES, code128, qr
from counter_app.scanner.decode import decode_image
from tests.printing import label_samples, samples
from tests.printing.reading import codes, dots

LETTERS = [
    unicodedata.normalize("NFC", base + mark + tone)
    for base in "aeiouyAEIOUY"
    for mark in ("", "\u0302", "\u0306", "\u031b")
    for tone in ("", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323")
]
LETTERS = [letter for letter in LETTERS if len(letter) == 1] + list("đĐbcdghklmnpqrstvxBCDGHKLMNPQRSTVX")
OTHERS = list("   0123456789|,./:-()'\n")
STRINGS, CHUNK = 2_000, 250


def on_dots(rows: np.ndarray, module: int) -> np.ndarray:
    """True where dark, as printer's dots."""
    return np.kron(np.where(rows, 0, 255).astype(np.uint8), np.ones((module, module), np.uint8))


@pytest.mark.parametrize("seed", range(STRINGS // CHUNK))
def test_vietnamese_qr_codes_come_back_to_the_letter(seed):
    pick = random.Random(seed)
    for number in range(CHUNK):
        text = "".join(pick.choices(LETTERS * 3 + OTHERS, k=pick.randint(1, 100 if number % 25 == 0 else 30))).strip() or "Ỷ"
        matrix = np.pad(np.array(qr(text).rows), QR_BORDER)
        [read] = decode_image(on_dots(matrix, 3), "idcard")
        assert read.text == text
        assert unicodedata.is_normalized("NFC", read.text)


def payload(pick: random.Random) -> str:
    """Digits and dots as dossier codes have them, also all digits, also with the beginning that one encoder loses."""
    start = pick.choice(["99", "990.", "", "000.00.", "H32."])
    return start + "".join(pick.choices("0123456789" * 3 + ".-", k=pick.randint(6, 20)))


@pytest.mark.parametrize("dpi", [203, 300, 600])
def test_codes_of_digits_and_dots_come_back_from_every_printer(dpi):
    pick = random.Random(dpi)
    for _ in range(50):
        text = payload(pick)
        line = np.array([char == "1" for char in code128(text).modules])
        bars = np.pad(np.repeat(line[None, :], 24, axis=0), ((6, 6), (QUIET_MODULES, QUIET_MODULES)))
        [read] = decode_image(on_dots(bars, DOTS_PER_MODULE[dpi]), "code")
        assert read.text == text


@pytest.mark.parametrize("dpi", [203, 300, 600])
@pytest.mark.parametrize("name", ["01-a4", "01-a5", "06-a4", "return-a5"])
def test_forms_come_back_from_every_printer(name, dpi):
    document, paper = samples.all_samples()[name]
    [page] = dots(pdf.render(document, paper, dpi=dpi), dpi, slice(0, 1))
    top = np.ascontiguousarray(page[: len(page) // 3])
    assert by_us(top, "any") == {document.title_code}


def test_every_line_of_a_slip_comes_back():
    slip = samples.handover(6)
    [page] = dots(pdf.render(slip, dpi=203), 203, slice(0, 1))
    expected = {slip.slip_no, *(line.code for line in slip.lines)}
    assert slip.slip_no in by_us(page, "any") <= expected


@pytest.mark.parametrize("dpi", [203, 300, 600])
@pytest.mark.parametrize("name", ["cover-label-100x75", "postal-label-100x75"])
def test_labels_come_back_from_every_printer(name, dpi):
    document, paper = label_samples.all_samples()[name]
    [page] = dots(pdf.render(document, paper, dpi=dpi), dpi, slice(0, 1))
    linear, square = codes(page)
    assert by_us(page, "any") == {*linear, *square} != set()
