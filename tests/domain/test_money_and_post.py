from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from counter_app.domain.fees import FeeTotals, money_vi, money_words_vi, number_words_vi, totals
from counter_app.domain.postal import item_in, postal_ok, s10_check_digit, spaced, tidy_postal
from onestop.model import FeeEntry

FEW = settings(max_examples=150, deadline=None, database=None)


def fee(entry: str, amount: int, moment: int = 1, kind: str = "phi") -> FeeEntry:
    return FeeEntry(id="x", kind=kind, code="P1", name="Phí", amount=amount, moment=moment, entry=entry)  # type: ignore[arg-type]


def test_ledger() -> None:
    ledger = [fee("due", 30_000), fee("due", 20_000, 4, "le_phi"), fee("due", 5_000), fee("cancelled", 5_000), fee("collected", 30_000)]
    assert totals(ledger) == FeeTotals(50_000, 30_000, 0)
    assert totals(ledger).outstanding == 20_000 and totals(ledger, moment=4).outstanding == 20_000
    assert totals(ledger, moment=1).outstanding == 0 and totals(ledger, kind="le_phi").due == 20_000
    back = totals([*ledger, fee("refunded", 30_000)])
    assert back.paid == 0 and back.outstanding == 50_000
    assert totals([fee("due", 10), fee("collected", 15)]).overpaid == 5
    assert totals([]) == FeeTotals()


@FEW
@given(
    st.lists(
        st.builds(fee, st.sampled_from(["due", "collected", "refunded", "cancelled"]), st.integers(0, 10**9), st.sampled_from([1, 2, 4]))
    )
)
def test_the_parts_add_up(ledger: list[FeeEntry]) -> None:
    whole, parts = totals(ledger), [totals(ledger, moment=m) for m in (1, 2, 4)]
    assert whole.due == sum(p.due for p in parts) and whole.paid == sum(p.paid for p in parts)
    assert whole.outstanding - whole.overpaid == whole.due - whole.paid
    assert totals(reversed(ledger)) == whole


@pytest.mark.parametrize(("n", "text"), [(0, "0 đ"), (500, "500 đ"), (1_250_000, "1.250.000 đ"), (-3000, "-3.000 đ")])
def test_money(n: int, text: str) -> None:
    assert money_vi(n) == text


@pytest.mark.parametrize(
    ("n", "words"),
    [
        (0, "không"), (4, "bốn"), (10, "mười"), (11, "mười một"), (14, "mười bốn"), (15, "mười lăm"), (20, "hai mươi"),
        (21, "hai mươi mốt"),
        (24, "hai mươi tư"), (55, "năm mươi lăm"), (100, "một trăm"),
        (101, "một trăm linh một"), (105, "một trăm linh năm"),
        (110, "một trăm mười"),
        (1000, "một nghìn"), (1001, "một nghìn không trăm linh một"), (12_000, "mười hai nghìn"), (1_000_000, "một triệu"),
        (1_250_000, "một triệu hai trăm năm mươi nghìn"), (1_000_500, "một triệu năm trăm"), (10**9, "một tỷ"),
        (10**9 + 1_000_000, "một tỷ không trăm linh một triệu"), (2 * 10**12, "hai nghìn tỷ"), (-7, "âm bảy"),
    ],
)  # fmt: skip
def test_words(n: int, words: str) -> None:
    assert number_words_vi(n) == words


def test_money_words() -> None:
    assert money_words_vi(1_250_000) == "Một triệu hai trăm năm mươi nghìn đồng"


VALUES = {"không": 0, "một": 1, "mốt": 1, "hai": 2, "ba": 3, "bốn": 4, "tư": 4, "năm": 5, "lăm": 5, "sáu": 6, "bảy": 7, "tám": 8, "chín": 9}


def listen(words: str) -> int:
    """What a listener understands: the inverse, written independently."""
    total = group = digit = 0
    billions = 0
    for word in words.split():
        if word in VALUES:
            digit = VALUES[word]
        elif word == "linh":
            pass
        elif word == "mười":
            group, digit = group + 10, 0
        elif word == "mươi":
            group, digit = group + digit * 10, 0
        elif word == "trăm":
            group, digit = group + digit * 100, 0
        elif word == "tỷ":
            billions, total, group, digit = (total + group + digit) * 10**9, 0, 0, 0
        else:
            total, group, digit = total + (group + digit) * {"nghìn": 10**3, "triệu": 10**6}[word], 0, 0
    return billions + total + group + digit


@FEW
@given(st.integers(0, 10**15 - 1) | st.integers(0, 10**6) | st.integers(0, 10**9).map(lambda n: n * 1000))
def test_words_can_be_understood(n: int) -> None:
    assert listen(number_words_vi(n)) == n


@pytest.mark.parametrize(
    ("code", "ok"), [("RR473124829GB", True), ("rr 473 124 829 gb", True), ("RR473124828GB", False), ("RR47312482GB", False), ("", False)]
)
def test_postal(code: str, ok: bool) -> None:
    assert postal_ok(code) is ok


@FEW
@given(st.integers(0, 99_999_999), st.integers(0, 7), st.integers(1, 9))
def test_one_wrong_digit_of_an_item_code_is_nearly_always_seen(serial: int, place: int, shift: int) -> None:
    text = f"{serial:08d}"
    code = f"EE{text}{s10_check_digit(text)}VN"
    assert postal_ok(code) and tidy_postal(code.lower()) == code
    other = text[:place] + str((int(text[place]) + shift) % 10) + text[place + 1 :]
    # Eleven remainders in ten digits: only "5" stands for two of them.
    if s10_check_digit(other) == s10_check_digit(text):
        assert s10_check_digit(text) == 5


def test_check_digit_wants_eight_digits() -> None:
    with pytest.raises(ValueError):
        s10_check_digit("123")


@pytest.mark.parametrize(("remark", "item"), [
    ("RR123456785VN", "RR123456785VN"), ("rr123456785vn hỏa tốc", "RR123456785VN"), ("hỏa tốc RR123456785VN", ""), ("", ""),
    ("RR123456784VN", ""), ("\x00", ""), ("x" * 5000, "")])
def test_the_item_a_remark_begins_with(remark: str, item: str) -> None:
    assert item_in(remark) == item


def test_an_item_code_spaced_as_on_labels() -> None:
    assert spaced("RR123456785VN") == "RR 12 345 678 5 VN" and spaced("abc") == "abc"
