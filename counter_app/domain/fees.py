"""Money at the counter: whole đồng, never fractions. Records what is due and taken; it is not a tax receipt.

A dossier's fees are an append-only ledger (`onestop.model.FeeEntry`): ``due`` asks, ``collected`` takes, ``refunded`` gives back,
``cancelled`` voids an asked amount.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from onestop.model import FeeEntry

MAX_AMOUNT = 10**15
"""A thousand thousand billion đồng: beyond it a number was mistyped."""
_DIGITS = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")


@dataclass(frozen=True, slots=True)
class FeeTotals:
    """``due``: asked and not voided; ``collected``: taken; ``refunded``: given back; all non-negative sums."""

    due: int = 0
    collected: int = 0
    refunded: int = 0

    @property
    def paid(self) -> int:
        """What is in the till: taken less given back."""
        return self.collected - self.refunded

    @property
    def outstanding(self) -> int:
        """Still to be paid; never below 0."""
        return max(0, self.due - self.paid)

    @property
    def overpaid(self) -> int:
        """Taken beyond what was due; never below 0."""
        return max(0, self.paid - self.due)


def totals(lines: Iterable[FeeEntry], *, moment: int | None = None, kind: str | None = None) -> FeeTotals:
    """Add up a ledger, all of it or one moment of collection (1 reception, 2 supplement, 4 return) or one kind (phí, lệ phí)."""
    due = collected = refunded = 0
    for line in lines:
        if (moment is not None and line.moment != moment) or (kind is not None and line.kind != kind):
            continue
        if line.entry == "due":
            due += line.amount
        elif line.entry == "cancelled":
            due -= line.amount
        elif line.entry == "collected":
            collected += line.amount
        else:
            refunded += line.amount
    return FeeTotals(due, collected, refunded)


def money_vi(amount: int) -> str:
    """``1250000`` → ``1.250.000 đ``."""
    return f"{amount:,}".replace(",", ".") + " đ"


def number_words_vi(number: int) -> str:
    """A whole number in Vietnamese words: ``1205`` → ``một nghìn hai trăm linh năm``. Below 10^15 both ways."""
    if number < 0:
        return "âm " + number_words_vi(-number)
    if number < 1000:
        return " ".join(_hundreds(number, False)) or _DIGITS[0]
    return " ".join(_words(number, False))


def money_words_vi(amount: int) -> str:
    """An amount in words as receipts want it: ``Một triệu hai trăm năm mươi nghìn đồng``."""
    words = number_words_vi(amount) + " đồng"
    return words[0].upper() + words[1:]


def _words(number: int, inner: bool) -> list[str]:
    """``inner``: something stands before, so leading zeros of the group are spoken."""
    for size, name in ((10**9, "tỷ"), (10**6, "triệu"), (10**3, "nghìn")):
        if number >= size:
            high, low = divmod(number, size)
            head = [*(_words(high, inner) if size == 10**9 else _hundreds(high, inner)), name]
            return head + (_words(low, True) if low else [])
    return _hundreds(number, inner)


def _hundreds(number: int, inner: bool) -> list[str]:
    hundreds, rest = divmod(number, 100)
    tens, ones = divmod(rest, 10)
    words = [_DIGITS[hundreds], "trăm"] if hundreds or inner else []
    if tens == 0:
        return words + ([*(["linh"] if words else []), _DIGITS[ones]] if ones else [])
    words += ["mười"] if tens == 1 else [_DIGITS[tens], "mươi"]
    if ones == 1 and tens > 1:
        return [*words, "mốt"]
    if ones == 4 and tens > 1:
        return [*words, "tư"]
    if ones == 5:
        return [*words, "lăm"]
    return words + ([_DIGITS[ones]] if ones else [])
