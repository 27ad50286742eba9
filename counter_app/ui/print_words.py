"""What printing is called in sentences, and what an end or a fault means to the person at the desk."""

from __future__ import annotations

import re
from typing import Any

from counter_app.domain.outcomes import PrintOutcome
from counter_app.services.paper import Paper

NAMES = {"01": "giấy tiếp nhận", "06": "phiếu kiểm soát", "handover": "phiếu bàn giao", "return": "phiếu trả kết quả"}
#: A person has to choose what to do.
TROUBLES = frozenset({PrintOutcome.NO_PRINTER, PrintOutcome.PRINTER_GONE, PrintOutcome.PRINTER_ERROR, PrintOutcome.CANCELLED,
                      PrintOutcome.UNKNOWN, PrintOutcome.PAPER_NEEDED, PrintOutcome.NOT_PRINTED})
_BY_CODE = {"printer-unknown": PrintOutcome.PRINTER_GONE, "no-printer": PrintOutcome.NO_PRINTER}
_PAPER_WORDS = ("giấy",)


def form_name(form: str) -> str:
    """What a form is called in a sentence."""
    if form in NAMES:
        return NAMES[form]
    from counter_app.printing.registry import FORMS

    spec = FORMS.get(form)
    return f"{spec.name[:1].lower()}{spec.name[1:]}" if spec is not None else form


def same_paper(paper: Paper) -> tuple[str, str]:
    """Equal for prints of one form of one dossier or slip."""
    return (paper.form, paper.entity or paper.title)


def file_name(paper: Paper) -> str:
    """Of its PDF. Codes of other systems may hold any printed sign, also one that would lead out of the folder."""
    return f"{paper.form}-{re.sub(r'[^0-9A-Za-z.-]', '_', paper.title)}-{paper.copy_no}.pdf"


def done(paper: Paper) -> PrintOutcome:
    """It is out."""
    return PrintOutcome.REPRINTED if paper.copy_no > 1 else PrintOutcome.DONE


def facts_of(paper: Paper, printer: str) -> dict[str, Any]:
    """What the sentences of an outcome need."""
    return {"printer": printer, "document": form_name(paper.form), "count": paper.copy_no - 1}


def trouble(reason: str) -> PrintOutcome:
    """What a printer's complaint comes to."""
    return PrintOutcome.PAPER_NEEDED if any(word in reason for word in _PAPER_WORDS) and len(reason) < 30 else PrintOutcome.PRINTER_ERROR


def refusal(code: str, printer: str, asked: str) -> PrintOutcome:
    """What an error before the queue comes to; ``asked``: what ``printer`` said of itself."""
    return _BY_CODE.get(code) or (trouble(asked) if printer else PrintOutcome.NOT_PRINTED)
