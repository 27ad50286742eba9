"""A document becomes a PDF: millimetres, embedded subset fonts, tagged as Vietnamese, no personal data in the metadata."""

from __future__ import annotations

import io
from importlib import import_module

from counter_app.printing.barcode import DOTS_PER_MODULE
from counter_app.printing.documents import Document
from counter_app.printing.registry import FormSpec, spec_of
from counter_app.printing.sheet import MM, Paper, Sheet
from counter_app.printing.templates import FormSet, FormTemplate, load_forms
from onestop.errors import UserError

AUTHOR_FALLBACK = "Counter App"


def render(document: Document, paper: Paper = "A4", *, dpi: int = 300, forms: FormSet | None = None) -> bytes:
    """The finished pages of ``document``, every copy on pages of its own.

    ``dpi``: the printer's dots, for codes drawn on whole dots (203, 300, 600 or 1200; 300 suits 600 and 1200 too).
    ``forms``: the workstation's form texts; the shipped ones by default.
    Raises UserError ``paper-not-supported`` when the form has no layout for the paper, EnvironmentFault ``font-missing``.
    Takes about 40 ms once warm; the first call also loads the PDF library (a second or more on an old PC).
    """
    spec = spec_of(document)
    if paper not in spec.sheets:
        raise UserError(
            "paper-not-supported",
            f"{spec.name} chỉ in được trên khổ {' hoặc '.join(spec.papers)}. Hãy chọn khổ giấy khác.",
            form=spec.key,
            paper=str(paper),
        )
    if dpi not in DOTS_PER_MODULE:
        raise ValueError("dpi must be one of " + ", ".join(map(str, DOTS_PER_MODULE)))
    template = (forms or load_forms()).choose(spec.form, document.form_date)
    return _build(document, spec, paper, template, dpi)


def _build(document: Document, spec: FormSpec, paper: Paper, template: FormTemplate, dpi: int) -> bytes:
    from reportlab import rl_config
    from reportlab.platypus import BaseDocTemplate, Frame, PageBreak, PageTemplate

    rl_config.useA85 = 0  # binary streams: a quarter smaller, and printers have taken them for decades
    from counter_app.printing import fonts, layout

    geometry = spec.sheets[paper]
    sheet = Sheet(geometry, template, dpi, fonts.register())
    form = import_module(f"counter_app.printing.forms.{spec.module}")
    story: list[object] = []
    for number, copy in enumerate(document.copies):
        story += [PageBreak()] if number else []
        story += [layout.CopyStart(), *form.story(document, sheet, copy)]

    def canvas(*args: object, **kwargs: object) -> layout.NumberedCanvas:
        made = layout.NumberedCanvas(*args, **kwargs)
        made.sheet, made.reprint = sheet, document.reprint
        made.mark, made.foot_code = layout.form_mark(sheet, document.legal_basis), sheet.clean(document.title_code)
        return made

    out = io.BytesIO()
    size = (geometry.width * MM, geometry.height * MM)
    pages = BaseDocTemplate(
        out, pagesize=size, lang="vi-VN", title=f"{template.name} {document.title_code}".strip(),
        author=document.header.unit or AUTHOR_FALLBACK, subject=template.name, creator="Counter App", pageCompression=1,
    )
    frame = Frame(
        geometry.left * MM, geometry.bottom * MM, geometry.usable * MM,
        (geometry.height - geometry.top - geometry.bottom) * MM, 0, 0, 0, 0,
    )
    pages.addPageTemplates(PageTemplate("page", [frame]))
    pages.build(story, canvasmaker=canvas)
    return out.getvalue()
