"""A document becomes a PDF: millimetres, embedded subset fonts, tagged as Vietnamese, no personal data in the metadata."""

from __future__ import annotations

import io
from typing import Any

from counter_app.printing import desk_pages
from counter_app.printing.barcode import DOTS_PER_MODULE
from counter_app.printing.letters import BlankDoc
from counter_app.printing.registry import spec_of
from counter_app.printing.sheet import MM, Paper, Sheet, geometry_of
from counter_app.printing.templates import FormSet, FormTemplate, load_forms
from onestop.errors import UserError

AUTHOR_FALLBACK = "Counter App"


def render(document: Any, paper: Paper = "A4", *, dpi: int = 300, forms: FormSet | None = None) -> bytes:
    """The finished pages of ``document``, every copy on pages of its own.

    ``dpi``: the printer's dots, for codes drawn on whole dots (203, 300, 600 or 1200; 300 suits 600 and 1200 too).
    ``forms``: the workstation's forms; the shipped ones by default.
    Raises UserError ``paper-not-supported`` when the form has no layout for the paper, EnvironmentFault ``font-missing``.
    Takes about 40 ms once warm; the first call also loads the PDF library (a second or more on an old PC).
    """
    template = (forms or load_forms()).choose(document.form, document.form_date)
    if paper not in template.papers:
        spec = spec_of(document)
        raise UserError(
            "paper-not-supported",
            f"{spec.name} chỉ in được trên khổ {' hoặc '.join(template.papers)}. Hãy chọn khổ giấy khác.",
            form=spec.key,
            paper=str(paper),
        )
    if dpi not in DOTS_PER_MODULE:
        raise ValueError("dpi must be one of " + ", ".join(map(str, DOTS_PER_MODULE)))
    if template.purpose in desk_pages.OTHERWISE:
        return desk_pages.build(document, template, paper, dpi)
    return build(document, template, paper, dpi)


def build(document: Any, template: FormTemplate, paper: Paper, dpi: int = 300, *, office_facts: dict[str, Any] | None = None) -> bytes:
    """The pages of ``document`` on one particular template. ``office_facts``: facts instead of the document's own (a preview)."""
    from reportlab import rl_config
    from reportlab.platypus import BaseDocTemplate, Frame, PageBreak, PageTemplate

    rl_config.useA85 = 0  # binary streams: a quarter smaller, and printers have taken them for decades
    from counter_app.printing import engine, fonts, parts
    from counter_app.printing.facts import blank_facts, facts_of

    sheet = Sheet(geometry_of(template, paper), template, dpi, fonts.register())
    geometry, blank = sheet.geometry, isinstance(document, BlankDoc) and office_facts is None
    story: list[Any] = []
    for number, copy in enumerate(document.copies):
        facts = office_facts or (blank_facts(document.header, template) if blank else facts_of(document, template, copy))
        story += [PageBreak()] if number else []
        story += [parts.CopyStart(), *engine.story(template.blocks, facts, sheet, blank=blank)]
    title_code = sheet.clean(document.title_code)

    def canvas(*args: object, **kwargs: object) -> parts.NumberedCanvas:
        made = parts.NumberedCanvas(*args, **kwargs)
        made.sheet, made.reprint = sheet, document.reprint
        mark = template.labels.get("form_mark", "")
        made.mark = sheet.words("form_mark", number=template.number, basis=document.legal_basis or template.basis) if mark else ""
        made.foot_code = title_code
        return made

    out = io.BytesIO()
    pages = BaseDocTemplate(
        out, pagesize=(geometry.width * MM, geometry.height * MM), lang="vi-VN", title=f"{template.name} {title_code}".strip(),
        author=sheet.clean(document.header.unit) or AUTHOR_FALLBACK, subject=template.name, creator="Counter App", pageCompression=1,
    )
    frame = Frame(
        geometry.left * MM, geometry.bottom * MM, geometry.usable * MM, (geometry.height - geometry.top - geometry.bottom) * MM, 0, 0, 0, 0,
    )
    pages.addPageTemplates(PageTemplate("page", [frame]))
    pages.build(story, canvasmaker=canvas)
    return out.getvalue()
