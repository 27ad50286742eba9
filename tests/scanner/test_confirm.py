"""When a sighting is believed."""

from counter_app.scanner.confirm import WINDOW_FRAMES, Confirm
from counter_app.scanner.reads import CODE128, PDF417, QR, Read

PLACE = ((0, 0), (9, 0), (9, 9), (0, 9))
GOOD = "000.00.16.H59-260213-0042"


def confirm() -> Confirm:
    return Confirm(lambda text: text == GOOD)


def test_qr_and_known_code_need_one_read():
    assert confirm().frame([Read("anything", QR, PLACE)])
    assert confirm().frame([Read(GOOD, CODE128, PLACE)])


def test_unknown_linear_text_needs_two_equal_reads():
    rule = confirm()
    assert rule.frame([Read("ABC123456", CODE128, PLACE)]) == []
    assert rule.frame([Read("ABC123457", CODE128, PLACE)]) == []
    assert rule.frame([Read("ABC123456", CODE128, PLACE)]) != []


def test_processed_pixels_need_two_even_if_they_fit():
    rule = confirm()
    assert rule.frame([Read(GOOD, CODE128, PLACE, processed=True)]) == []
    assert rule.frame([]) == []
    assert rule.frame([Read(GOOD, CODE128, PLACE, processed=True)]) != []


def test_a_sighting_is_forgotten_after_the_window():
    rule = confirm()
    rule.frame([Read("ABC123456", CODE128, PLACE)])
    for _ in range(WINDOW_FRAMES - 1):
        rule.frame([])
    assert rule.frame([Read("ABC123456", CODE128, PLACE)]) == []


def test_reset_forgets():
    rule = confirm()
    rule.frame([Read("ABC123456", CODE128, PLACE)])
    rule.reset()
    assert rule.frame([Read("ABC123456", CODE128, PLACE)]) == []


def test_pdf417_needs_two_whatever_it_says():
    """A damaged one was corrected into this by the library: a form with a real date in the midst of nonsense."""
    rule = confirm()
    nonsense = Read("uacjqbradq G18-210304-3496}1.6)/*%^:#4", PDF417, PLACE)
    assert rule.frame([nonsense]) == []
    assert rule.frame([Read(GOOD, PDF417, PLACE)]) == []
    assert rule.frame([Read(GOOD, PDF417, PLACE)]) != []
