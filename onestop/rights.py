"""Which role of a staff member may make which op: one table for the counter (refuses beforehand) and the gateway (which never
throws away what happened at a desk, but opens a review)."""

from __future__ import annotations

from collections.abc import Collection

ROLES = ("reception", "return", "cashier", "head", "admin")
"""Tiếp nhận, trả kết quả, thu phí, phụ trách, quản trị. An administrator keeps accounts and touches no dossier."""

_DESK = frozenset({"reception", "return", "cashier", "head"})
_RECEPTION = frozenset({"reception", "head"})
_RETURN = frozenset({"return", "head"})
_PAPERS = frozenset({"reception", "return", "head"})

_BY_KIND = {
    "dossier.create": _RECEPTION,
    "dossier.correct": _RECEPTION,
    "deadline.extend": _RECEPTION,
    "code.assign": _DESK,
    "status.transition": _PAPERS,
    "fee.record": _DESK,
    "print.record": _DESK,
    "slip.create": _PAPERS,
    "slip.confirm": _PAPERS,
    "review.settle": _PAPERS,
    "attach.link": _DESK,
    "attach.unlink": _RECEPTION,
}


def allowed(roles: Collection[str], kind: str, action: str = "") -> bool:
    """Whether one of ``roles`` may make an op of ``kind`` (``action`` of a ``status.transition``). Unknown kinds: no."""
    needed = _RETURN if action == "return" else _BY_KIND.get(kind, frozenset())
    return not needed.isdisjoint(roles)
