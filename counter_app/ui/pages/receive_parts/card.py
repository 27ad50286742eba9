"""What an identity card fills in. It never overwrites what a person typed: what differs is shown beside the field and taken over
with one key, because a card beats a typing mistake, but only the person can tell a mistake from a correction. Qt-free."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from counter_app.domain.identity import WARNINGS_VI, Card
from counter_app.ui.pages.receive_parts.values import Values, shown_dob
from onestop.text import fold

_GARBLED = "Dấu tiếng Việt bị hỏng khi quét: hãy sửa theo thẻ."
Side = Literal["owner", "submitter"]


@dataclass(frozen=True, slots=True)
class Filling:
    """What a card does to the form. ``put``: values to write; ``differs``: typed values that stay, with what the card says;
    ``doubts``: fields to look at again, with why; ``warnings``: sentences for the person. ``stranger``: the form already holds
    another person's card, nothing is written before somebody said who this one is."""

    side: Side
    put: Values = field(default_factory=dict)
    differs: dict[str, str] = field(default_factory=dict)
    doubts: dict[str, str] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    stranger: bool = False


def card_values(card: Card, side: Side) -> Values:
    """The card in the fields of one side; what it does not say is left out."""
    found = {"id_no": card.id_no, "name": card.name, "address": card.address}
    if side == "owner":
        found |= {"dob": shown_dob(card.dob), "gender": card.gender or ""}
    return {f"{side}.{key}": value for key, value in found.items() if value}


def side_for(values: Values) -> Side:
    """An organisation has no card, so it is the submitter's; so is a second card once the submitter's part is open."""
    if values["owner.kind"] == "organisation":
        return "submitter"
    if values["submitter"] and values["owner.id_no"].strip() and not values["submitter.id_no"].strip():
        return "submitter"
    return "owner"


def fill(card: Card, values: Values, from_card: Values, side: Side | None = None, *, overwrite: bool = False) -> Filling:
    """What to do with ``card``. ``from_card``: what an earlier card wrote and nobody changed since. ``overwrite``: the person said
    that the card is right."""
    chosen: Side = side or side_for(values)
    says = card_values(card, chosen)
    id_key = f"{chosen}.id_no"
    earlier = from_card.get(id_key)
    warnings = tuple(WARNINGS_VI[code] for code in card.warnings if code != "garbled")
    if side is None and earlier and values[id_key] == earlier != card.id_no:
        return Filling(chosen, warnings=warnings, stranger=True)
    put: Values = {}
    differs: dict[str, str] = {}
    for key, value in says.items():
        now = str(values.get(key, "")).strip()
        if overwrite or not now or now == from_card.get(key) or _same(now, value):
            put[key] = value
        else:
            differs[key] = value
    doubts = {}
    if "garbled" in card.warnings:
        doubts = {key: _GARBLED for key in (f"{chosen}.name", f"{chosen}.address") if key in put}
    return Filling(chosen, put, differs, doubts, warnings)


def _same(typed: str, card: str) -> bool:
    """Typed in capitals or without any mark: the card only spells it better. "Ân" and "An" are two names."""
    return typed.casefold() == card.casefold() or (typed.isascii() and fold(typed) == fold(card))
