"""The money ledger of a dossier, as far as both sides must judge it alike."""

from __future__ import annotations

from collections.abc import Iterable

from onestop.model import FeeEntry


def held(fees: Iterable[FeeEntry], code: str) -> int:
    """Đồng taken for the fee ``code`` and not given back: the most that can be refunded. Negative when too much went back."""
    signs = {"collected": 1, "refunded": -1}
    return sum(signs.get(fee.entry, 0) * fee.amount for fee in fees if fee.code == code)
