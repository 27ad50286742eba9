"""What the blocks of one copy share: the sheet, the facts, and whether a piece is wanted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from counter_app.printing import fonts
from counter_app.printing.kinds import vocabularies
from counter_app.printing.sheet import Sheet
from counter_app.printing.words import clipped

FACES = {"normal": fonts.SERIF, "bold": fonts.BOLD, "italic": fonts.ITALIC, "bold-italic": fonts.BOLD_ITALIC}
Block = Mapping[str, Any]
Facts = Mapping[str, Any]


@dataclass(slots=True)
class Page:
    """What the blocks of one copy share. ``blank``: for handwriting; ``number``: the last one given to a numbered line."""

    sheet: Sheet
    facts: Facts
    blank: bool = False
    number: int = 0
    width: float = 0.0

    def said(self, piece: Block, row: Facts | None = None) -> str:
        """The text of a ``fact`` or ``text`` piece."""
        facts = self.facts if row is None else {**self.facts, **row}
        if "fact" in piece:
            return str(facts.get(piece["fact"], ""))
        return self.sheet.template.labels[piece["text"]].format_map(facts)

    def label(self, key: str | None) -> str:
        """A label with its places filled; nothing for no label."""
        return self.sheet.template.labels[key].format_map(self.facts) if key else ""

    def holds(self, piece: Block, row: Facts | None = None) -> bool:
        """Whether a piece is wanted: ``when`` names facts, lists, ``option:…``, ``paper:…`` or ``blank``, ``!`` for not; all must hold."""
        wanted = piece.get("when")
        if wanted is None:
            return True
        names = wanted if isinstance(wanted, list) else [wanted]
        return all(self._holds(name.removeprefix("!"), row) is not name.startswith("!") for name in names)

    def _holds(self, name: str, row: Facts | None) -> bool:
        kind, _, rest = name.partition(":")
        if kind == "option":
            return self.sheet.template.options[rest]
        if kind == "paper":
            return rest == self.sheet.geometry.name
        if name == "blank":
            return self.blank
        if row is not None and name in row:
            return bool(row[name])
        # A list is always asked for on a blank form: its rows are what is written by hand.
        return bool(self.facts.get(name)) or (self.blank and name in vocabularies()[self.sheet.template.form].lists)

    def of_paper(self, value: Any, otherwise: float = 0.0) -> Any:
        """A value, or the one for this paper."""
        if isinstance(value, dict):
            return value.get(self.sheet.geometry.name, otherwise)
        return otherwise if value is None else value

    def counted(self, piece: Block) -> str:
        """ "3. " for a numbered line, which is the third."""
        if not piece.get("number"):
            return ""
        self.number += 1
        return f"{self.number}. "


def clip(text: str, block: Block) -> str:
    """A cell's text, no longer than the column wants."""
    return clipped(text, block["longest"]) if "longest" in block else text
