"""A ticket from its template: the same file format as every other form, laid out in dots instead of millimetres.

Of the blocks a ticket knows ``title``, ``codes``, ``fields``, ``paragraph``, ``notes``, ``rule`` and ``space``; others are for sheets and
are passed over. Letters are in points, as in every template.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from counter_app.printing.desk_facts import Facts
from counter_app.printing.tickets.picture import DOTS_PER_MM, ROLLS, Roll, Ticket
from counter_app.printing.words import stamp
from onestop.errors import UserError

if TYPE_CHECKING:
    from counter_app.printing.documents import Reprint
    from counter_app.printing.templates import FormTemplate, PaperLook

_DOTS_PER_POINT = 203.2 / 72


@dataclass(frozen=True, slots=True)
class _Page:
    """Where a block is drawn and what it may say."""

    roll: Roll
    template: FormTemplate
    look: PaperLook
    paper: str
    facts: Facts

    def dots(self, size: str | None) -> int:
        """Dots of a size's name."""
        points = {"small": self.look.small, "title": self.look.title, "large": self.look.title * 1.6}.get(size or "", self.look.body)
        return round(points * _DOTS_PER_POINT)

    def holds(self, when: Any) -> bool:
        """Whether all conditions of a block hold; see ``template_schema``."""
        return all(self._holds(name) for name in (when if isinstance(when, list) else [when] if when else []))

    def _holds(self, name: str) -> bool:
        bare = name.removeprefix("!")
        kind, _, rest = bare.partition(":")
        found = (self.template.options.get(rest, False) if kind == "option" else rest == self.paper if kind == "paper" else
                 bool(self.facts.get(bare)))
        return found is not name.startswith("!")

    def says(self, part: dict[str, Any]) -> str:
        """The text of a piece: a fact, or a label with its places filled."""
        return str(self.facts.get(part["fact"], "")) if "fact" in part else self.template.label(part["text"], **self.facts)


def ticket_picture(template: FormTemplate, facts: Facts, paper: str = "80", *, width: int | None = None,
                   reprint: Reprint | None = None) -> Ticket:
    """The finished ticket. ``paper``: "80" or "58"; ``width``: dots of an unusual head.

    Raises UserError ``paper-not-supported``, EnvironmentFault ``font-missing``.
    """
    look = template.papers.get(paper)
    if look is None or paper not in ROLLS:
        raise UserError("paper-not-supported", f"Phiếu nhắc hẹn chỉ in được trên giấy cuộn {' hoặc '.join(ROLLS)} mm.", paper=paper)
    page = _Page(Roll(width or ROLLS[paper]), template, look, paper, facts)
    page.roll.space(round(look.margins[2] * DOTS_PER_MM))
    for block in template.blocks:
        draw = _DRAWN.get(block["block"])
        if draw is not None and page.holds(block.get("when")):
            draw(page, block)
    if reprint:
        words = template.label("reprint", n=reprint.n, at=stamp(reprint.at), user=reprint.user)
        page.roll.text(words, size=page.dots("small"), align="center")
    page.roll.space(round(look.margins[3] * DOTS_PER_MM))
    return page.roll.finish()


def _title(page: _Page, block: dict[str, Any]) -> None:
    page.roll.text(page.template.label(block["text"], **page.facts), size=page.dots("title"), bold=True, align="center")
    page.roll.space(DOTS_PER_MM)


def _codes(page: _Page, block: dict[str, Any]) -> None:
    """Bars where they fit, always the QR; the text under them is what a person can type."""
    code = str(page.facts[block["fact"]])
    if page.roll.bars(code):
        page.roll.space(DOTS_PER_MM)
    page.roll.qr(str(page.facts.get(block.get("qr", ""), "")) or code)
    for number, caption in enumerate(caption for caption in block.get("captions", ()) if page.holds(caption.get("when"))):
        page.roll.caption(page.template.label(caption["label"]), str(page.facts[caption["fact"]]), size=page.dots("body"), bold=not number)
    page.roll.space(DOTS_PER_MM)


def _fields(page: _Page, block: dict[str, Any]) -> None:
    for field in (field for row in block["rows"] for field in row if page.holds(field.get("when"))):
        value = page.says(field) or (page.template.label(field["empty"]) if "empty" in field else "")
        page.roll.pair(page.template.label(field["label"]) if "label" in field else "", value, size=page.dots("body"),
                       bold="bold" in field.get("style", ""))


def _paragraph(page: _Page, block: dict[str, Any]) -> None:
    align = block.get("align", "left")
    page.roll.text(page.says(block), size=page.dots(block.get("size")), bold="bold" in block.get("style", ""),
                   align="left" if align == "justify" else align)


def _notes(page: _Page, block: dict[str, Any]) -> None:
    for item in (item for item in block["items"] if page.holds(item.get("when"))):
        page.roll.text(page.template.label(item["text"], **page.facts), size=page.dots(block.get("size", "small")))


def _rule(page: _Page, block: dict[str, Any]) -> None:
    page.roll.rule()


def _space(page: _Page, block: dict[str, Any]) -> None:
    mm = block["mm"]
    page.roll.space(round((mm.get(page.paper, 0) if isinstance(mm, dict) else mm) * DOTS_PER_MM))


_DRAWN: dict[str, Callable[[_Page, dict[str, Any]], None]] = {
    "title": _title, "codes": _codes, "fields": _fields, "paragraph": _paragraph, "notes": _notes, "rule": _rule, "space": _space,
}
