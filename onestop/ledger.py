"""The money ledger of a dossier, as far as both sides must judge it alike."""

from __future__ import annotations

from collections.abc import Iterable

from onestop.model import FeeEntry


def held(fees: Iterable[FeeEntry], code: str) -> int:
    """Đồng taken for the fee ``code`` and not given back: the most that can be refunded. Negative when too much went back."""
    signs = {"collected": 1, "refunded": -1}
    return sum(signs.get(fee.entry, 0) * fee.amount for fee in fees if fee.code == code)


def asked(fees: Iterable[FeeEntry], code: str) -> int:
    """Đồng asked for the fee ``code`` and not voided."""
    signs = {"due": 1, "cancelled": -1}
    return sum(signs.get(fee.entry, 0) * fee.amount for fee in fees if fee.code == code)


def paid_twice(fees: Iterable[FeeEntry], row: FeeEntry, *, knew: bool = False) -> bool:
    """Whether with the payment ``row`` (one of ``fees``) a fee was paid more than once: more is in the till than was asked, or, where
    nothing had been asked, two people took the same amount, or two people each asked for it and took the same amount, and the second did
    not know of the first (``knew``: this row was made with all the others in sight)."""
    rows = tuple(fees)
    others = [fee for fee in rows if fee.code == row.code and fee.entry == "collected" and fee.id != row.id]
    due = asked(rows, row.code)
    if due > 0 and others and held(rows, row.code) > due:
        return True
    if due > 0:
        asking = {fee.by for fee in rows if fee.code == row.code and fee.entry == "due"}
        return not knew and held(rows, row.code) > row.amount and any(
            fee.amount == row.amount and fee.by != row.by and {fee.by, row.by} <= asking for fee in others)
    return held(rows, row.code) > row.amount and any(fee.amount == row.amount and fee.by != row.by for fee in others)
