"""Papers that are no ordinary pages: labels (each a small page of its own on a sheet of stickers) and tickets (dots on a roll)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from counter_app.printing.desk_documents import LabelSheetDoc, TicketDoc
from counter_app.printing.labels.sizes import load_sizes
from counter_app.printing.templates import FormSet, FormTemplate, load_forms

if TYPE_CHECKING:
    from reportlab.platypus import Flowable

    from counter_app.printing.tickets.picture import Ticket

OTHERWISE = ("label", "ticket")
"""Purposes whose forms are made here."""


def build(document: Any, template: FormTemplate, paper: str, dpi: int) -> bytes:
    """The PDF of a label sheet, or of a ticket as it will lie on the desk."""
    if isinstance(document, TicketDoc):
        return ticket(document, paper, template=template).pdf(f"{template.name} {document.title_code}", document.header.unit)
    return label_sheet(document, template, paper, dpi)


def ticket(document: TicketDoc, paper: str = "80", *, forms: FormSet | None = None, template: FormTemplate | None = None,
           width: int | None = None) -> Ticket:
    """The ticket as dots, for a receipt printer (``tickets.escpos``) or a preview. ``paper``: "80" or "58"; ``width``: dots of an unusual
    head. Raises UserError ``paper-not-supported``, EnvironmentFault ``font-missing``."""
    from counter_app.printing.facts import facts_of
    from counter_app.printing.tickets.form import ticket_picture

    template = template or (forms or load_forms()).choose(document.form, document.form_date)
    return ticket_picture(template, facts_of(document, template), paper, width=width, reprint=document.reprint)


def label_sheet(document: LabelSheetDoc, template: FormTemplate, paper: str, dpi: int) -> bytes:
    """Every label of ``document`` on the stickers of ``paper``. Raises UserError ``label-size-unknown``."""
    from counter_app.printing.facts import facts_of

    return _labels([facts_of(label, template) for label in document.labels], template, paper, dpi, skip=document.skip,
                   title=f"{template.name} {document.title_code}", author=document.header.unit)


def preview(template: FormTemplate, facts: dict[str, Any], paper: str, dpi: int = 300) -> bytes:
    """One label or ticket with the facts given. Raises as ``ticket`` and ``label_sheet`` do."""
    from counter_app.printing.tickets.form import ticket_picture

    if template.purpose == "ticket":
        return ticket_picture(template, facts, paper).pdf(template.name)
    return _labels([facts], template, paper, dpi, title=template.name)


def _labels(every: list[dict[str, Any]], template: FormTemplate, paper: str, dpi: int, *, title: str, skip: int = 0,
            author: str = "") -> bytes:
    from reportlab.platypus import CondPageBreak

    from counter_app.printing import engine, fonts
    from counter_app.printing.labels.pages import PADDING_MM, label_pages
    from counter_app.printing.sheet import MM, Geometry, Sheet

    size, look, known = load_sizes(template.folder).get(paper), template.papers[paper], fonts.register()
    edge = PADDING_MM
    plain = Geometry(paper, *size.label, edge, edge, edge, edge, look.body, look.small, look.title)

    def maker(facts: dict[str, Any]) -> Any:
        def make(scale: float) -> list[Flowable]:
            geometry = replace(plain, body=look.body * scale, small=look.small * scale, title=look.title * scale)
            story = engine.story(template.blocks, facts, Sheet(geometry, template, dpi, known), width=plain.usable * MM)
            return [flowable for flowable in story if not isinstance(flowable, CondPageBreak)]

        return make

    return label_pages([maker(facts) for facts in every], size, skip=skip, author=author, title=title, subject=template.name)
