"""Which papers can be made of a dossier, a slip, a period or a file: one table for the menu "In…" and the command line.

A maker refuses with words what does not exist yet (no result returned, no money taken); the menu shows them beside the entry.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from counter_app.domain.periods import Period
from counter_app.services import cash_note, folder_papers, letters, office_papers, paper, post_lists, register
from counter_app.services.account_lists import ListKind, read_account_list
from counter_app.services.desk import Desk
from counter_app.services.paper import Paper
from onestop.errors import UserError
from onestop.model import Dossier, Slip
from onestop.states import State

DossierMaker = Callable[[Desk, Dossier], Paper]
SlipMaker = Callable[[Desk, Slip], Paper]

DOSSIER_MAKERS: dict[str, DossierMaker] = {
    "01": paper.receipt,
    "02": letters.supplement_request,
    "03": letters.refusal,
    "04": letters.apology,
    "05": letters.stop_notice,
    "06": paper.control_sheet,
    "return": paper.return_slip,
    "handover-one": folder_papers.handover_one,
    "cash-note": cash_note.cash_note,
    "refund-note": cash_note.refund_note,
    "cover-label": folder_papers.cover_label,
    "postal-label": post_lists.postal_label,
    "ticket": folder_papers.ticket,
}
"""Form → maker, in the order of the menu."""
SLIP_MAKERS: dict[str, SlipMaker] = {
    "handover": paper.handover_slip,
    "post-list": post_lists.post_list,
    "postal-label": post_lists.postal_labels,
    "cover-label": folder_papers.cover_labels,
}
PERIOD_MAKERS: dict[str, Callable[[Desk, Period], Paper]] = {"07": register.register, "report": office_papers.report}
"""Papers about a period."""
LISTS: dict[str, ListKind] = {"accounts-change": "change", "accounts-add": "add"}
"""Papers of staff accounts, and which list each is."""
FILE_MAKERS: dict[str, Callable[[Desk, Path], Paper]] = {
    "accounts-change": lambda desk, path: office_papers.account_list(desk, read_account_list(path, "change")),
    "accounts-add": lambda desk, path: office_papers.account_list(desk, read_account_list(path, "add")),
}
"""Papers made from a file the office brings."""


def slip_paper(desk: Desk, slip: Slip) -> Paper:
    """What is signed when the folders of a slip change hands: for the post its list of items, else the slip itself."""
    return (post_lists.post_list if slip.direction == "post" else paper.handover_slip)(desk, slip)


@dataclass(frozen=True, slots=True)
class Choice:
    """One entry. ``printed``: how often it was printed; ``why``: why it cannot be made now (empty: it can). ``make`` takes what its maker
    takes (labels: ``skip``)."""

    form: str
    name: str
    printed: int
    why: str
    make: Callable[..., Paper]


def dossier_choices(desk: Desk, dossier: Dossier) -> list[Choice]:
    """Every paper of a dossier. What was only registered online has none yet."""
    if dossier.status == State.REGISTERED:
        return []
    return _choices(desk, dossier, DOSSIER_MAKERS, dossier.prints)


def slip_choices(desk: Desk, slip: Slip) -> list[Choice]:
    """Every paper of a handover slip."""
    return _choices(desk, slip, SLIP_MAKERS, slip.prints)


def _choices(desk: Desk, entity: Any, makers: dict[str, Any], prints: dict[str, int]) -> list[Choice]:
    from counter_app.printing.registry import FORMS

    found = []
    for form, maker in makers.items():
        why = ""
        try:
            maker(desk, entity)
        except UserError as error:
            why = error.message
        found.append(Choice(form, FORMS[form].name, prints.get(form, 0), why, partial(maker, desk, entity)))
    return found
