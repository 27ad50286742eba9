"""What a template may speak of: for every kind of form its facts, and the fields of its lists. Closed, so that a misspelt name is found
when a template is read, not when a citizen waits for the paper.

Facts are texts (empty: there is none) or lists of rows; conditions ask whether a fact is there.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """``facts``: names of texts; ``lists``: name of a list → names of the texts of its rows."""

    facts: frozenset[str]
    lists: dict[str, frozenset[str]] = field(default_factory=dict)


def words(facts: str, **lists: str) -> Vocabulary:
    """A vocabulary from names separated by spaces; the facts all forms have are added."""
    return Vocabulary(COMMON | frozenset(facts.split()), {name: frozenset(row.split()) for name, row in lists.items()})


COMMON = frozenset((
    "parent", "unit_head", "place", "place_date", "copy", "shown_code", "code", "provisional", "code_only", "provisional_only",
    "both_codes", "qr", "number", "basis"))
"""``parent``/``unit_head``: the two lines of the office; ``place_date``: "Khánh Hòa, ngày …"; ``code_only``, ``provisional_only``,
``both_codes``: which numbers the dossier has; ``number``, ``basis``: of the form itself."""

FOOT = frozenset(("page", "pages", "n", "at", "user", "number", "basis", "shown_code"))
"""Places of the foot's labels (``form_mark``, ``page``, ``reprint``)."""

_DOSSIER = "unit owner procedure procedure_name procedure_code received received_short due due_short hotline "
_PERSON = "id_no phone email address "
_COMPONENTS = "seq name note originals copies electronic"

VOCABULARIES: dict[str, Vocabulary] = {
    "receipt": words(
        _DOSSIER + _PERSON + "submitter submitter_phone authority subject sets limit return fees book_no book_seq receiver lookup_url "
        "lookup_secret",
        components=_COMPONENTS),
    "control-sheet": words(_DOSSIER, steps="from_unit to_unit at giver receiver early on_time late note"),
    "handover-slip": words(
        "slip_no handed to_department results_back post from_unit from_person to_unit to_person note count count_words",
        lines="seq code owner procedure counts internal due remark received"),
    "return-slip": words(
        _DOSSIER + "returned result collector relation authority id_no phone fees returned_by", originals="seq name"),
    "supplement-request": words(
        _DOSSIER + _PERSON + "notice_no subject reason officer office_phone website asked stage_intake stage_appraisal approver repeat "
        "answer_by",
        items="seq name"),
    "refusal": words(_DOSSIER + _PERSON + "notice_no subject reason officer office_phone website refused submitter"),
    "apology": words(
        _DOSSIER + _PERSON + "notice_no subject agency reason old_due new_due new_due_day place_return extended approver officer "
        "signer signer_title late times first_due"),
    "stop-notice": words(
        _DOSSIER + _PERSON + "notice_no subject reason stopped asked_at ask_reason by_request by_office stage fee_outcome signer "
        "signer_title officer",
        papers="seq name"),
    "register": words(
        "unit from_day to_day period count count_words book_no",
        lines="seq code procedure sets owner contact agency received due result returned method collector note officer"),
}
