"""What printing does in the pool; slow libraries are loaded here."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING, Any

from counter_app.domain.outcomes import PrintOutcome
from counter_app.printing.profiles import PDF_QUEUE
from counter_app.services import print_jobs
from counter_app.services.paper import Paper
from counter_app.services.print_jobs import Target
from counter_app.ui.print_words import facts_of
from onestop.errors import UserError

if TYPE_CHECKING:
    from counter_app.printing.printers import Job, JobState
    from counter_app.printing.templates import FormSet

log = logging.getLogger(__name__)

#: The folder of the profile that the queue ``pdf`` is.
EXPORTS = "exports"


def cancel(jobs: list[Job]) -> None:
    """Take jobs out of their queues; one that cannot be is only logged."""
    from counter_app.printing import printers

    for job in jobs:
        try:
            printers.cancel(job)
        except UserError as error:
            log.warning("a stuck job could not be cancelled: %s", error.code)


def save(paper: Paper, target: Target, path: Path, forms: FormSet) -> tuple[PrintOutcome, dict[str, Any]]:
    """Write the pages to ``path``. Raises what ``printers.save_pdf`` raises."""
    from counter_app.printing import printers

    if path.parent.name == EXPORTS:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    printers.save_pdf(print_jobs.pages(paper, target, forms), path)
    return PrintOutcome.SAVED_PDF, facts_of(paper, PDF_QUEUE) | {"path": str(path), "folder": str(path.parent), "copy": paper.copy_no}


def states(jobs: list[Job]) -> dict[Job, JobState]:
    """How far each is, as its printer or queue says."""
    from counter_app.printing import printers

    return {job: printers.job_state(job) for job in jobs}
