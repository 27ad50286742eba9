"""Printing as the window does it: in the background, followed to its end, and never at the dossier's cost.

Order: render → hand to the queue (or file) → follow → note the print. Whatever goes wrong, the dossier is safe and the panel offers
"In lại / Đổi máy in / Lưu PDF". Jobs are asked after by a timer, so that a printer without paper holds no worker of the pool.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QStandardPaths, QTimer, Signal, Slot

from counter_app.domain.outcomes import PrintOutcome
from counter_app.runtime.settings import PRINTERS, RECEIPT_PAPER
from counter_app.services.paper import Paper, printed
from counter_app.ui.context import UiContext
from onestop.errors import UserError

if TYPE_CHECKING:
    from counter_app.printing.printers import Job, JobState
    from counter_app.printing.templates import FormSet

log = logging.getLogger(__name__)

PDF_QUEUE = "pdf"
"""A "queue" that is a folder: the exports of the profile."""
POLL_MS = 500
SILENT_SECONDS = 90.0
"""A job that neither ends nor says what it lacks for so long needs a look at the printer."""
FORGET_SECONDS = 3600.0
"""A job that waits for paper is followed this long: somebody may still load it."""
NAMES = {"01": "giấy tiếp nhận", "06": "phiếu kiểm soát", "handover": "phiếu bàn giao", "return": "phiếu trả kết quả"}
_PAPER_WORDS = ("giấy",)
TROUBLES = frozenset({PrintOutcome.NO_PRINTER, PrintOutcome.PRINTER_GONE, PrintOutcome.PRINTER_ERROR, PrintOutcome.CANCELLED,
                      PrintOutcome.UNKNOWN, PrintOutcome.PAPER_NEEDED})


@dataclass(frozen=True, slots=True)
class Target:
    """Where a form goes: queue (empty: the PC's default one), paper, copies."""

    queue: str = ""
    paper: str = "A4"
    copies: int = 1


@dataclass(slots=True)
class _Running:
    """A job on its way."""

    paper: Paper
    job: Job
    since: float = field(default_factory=monotonic)
    told: str = ""


class PrintFlow(QObject):
    """``told(PrintOutcome, facts, Paper)`` for every step; ``printed(Paper)`` once the print is noted; ``troubled(PrintOutcome, facts,
    Paper)`` when a person has to choose what to do; ``preview_requested([Paper])`` when pages should be looked at first. All on the
    GUI thread."""

    told = Signal(object, object, object)
    printed = Signal(object)
    troubled = Signal(object, object, object)
    preview_requested = Signal(object)

    def __init__(self, ctx: UiContext, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._ctx = ctx
        self._running: list[_Running] = []
        self._unnoted: list[tuple[Paper, str]] = []
        self._todo: list[tuple[Paper, Callable[[], Any], Callable[[Any], None]]] = []
        self._asking = self._busy = False
        self._forms: FormSet | None = None
        self._timer = QTimer(self)
        self._timer.setInterval(POLL_MS)
        self._timer.timeout.connect(self._ask)
        ctx.facts.signed_in.connect(self._note_later)

    def target(self, form: str) -> Target:
        """This PC's printer for a form."""
        settings = self._ctx.settings
        if settings is None:
            return Target()
        chosen: dict[str, Any] = settings.get(PRINTERS).get(form, {})
        paper = chosen.get("paper") or (settings.get(RECEIPT_PAPER) if form == "01" else "A4")
        return Target(str(chosen.get("queue", "")), str(paper), int(chosen.get("copies", 1)))

    def print_paper(self, paper: Paper, *, queue: str | None = None) -> None:
        """Print one form; ``queue`` for this time instead of the form's own. An earlier job of the same form that still waits is
        taken out of its queue first, so that it does not come out twice."""
        target = self.target(paper.form)
        if queue is not None:
            target = Target(queue, target.paper, target.copies)
        if target.queue == PDF_QUEUE and self._ctx.settings is not None:
            self.save_pdf(paper, self._ctx.settings.file.parent / "exports" / _file_name(paper))
            return
        stuck = [running for running in self._running if _same(running.paper, paper)]
        self._running = [running for running in self._running if running not in stuck]
        self._tell(PrintOutcome.PREPARING, {"document": NAMES.get(paper.form, paper.form)}, paper)
        forms = self._form_texts()
        jobs = [running.job for running in stuck]
        self._in_turn(paper, lambda: _submit(paper, target, jobs, forms), lambda end: self._submitted(paper, *end))

    def save_pdf(self, paper: Paper, path: Path) -> None:
        """Write the form to a file instead; it counts as a print."""
        size, forms = self.target(paper.form).paper, self._form_texts()
        self._in_turn(paper, lambda: _save(paper, size, path, forms), lambda end: self._ended(paper, *end))

    def preview(self, papers: list[Paper]) -> None:
        """Let the person look at the pages before they are printed."""
        if papers:
            self._form_texts()
            self.preview_requested.emit(papers)

    def render(self, paper: Paper) -> bytes:
        """The finished pages, on the paper of this PC's printer. For a worker: the first call loads the PDF library."""
        from counter_app.printing import pdf

        return pdf.render(paper.document, self.target(paper.form).paper, forms=self._forms)  # type: ignore[arg-type]

    def pdf_name(self, paper: Paper) -> Path:
        """Where "Lưu PDF" proposes to write: a code, never a name."""
        folder = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation) or str(Path.home())
        return Path(folder) / _file_name(paper)

    def confirm(self, paper: Paper) -> None:
        """The person saw that it came out although nobody told: note it."""
        self._running = [running for running in self._running if not _same(running.paper, paper)]
        self._ended(paper, _done(paper), _facts(paper, "?"))

    def stop(self) -> None:
        """At shutdown: stop following; what is in the queue is printed all the same."""
        self._timer.stop()
        self._running = []

    # ---- on the GUI thread

    def _in_turn(self, paper: Paper, work: Callable[[], Any], done: Callable[[Any], None]) -> None:
        """Papers leave in the order they were asked for (the receipt before the control sheet), one at a time."""
        self._todo.append((paper, work, done))
        self._next()

    def _next(self) -> None:
        if self._busy or not self._todo:
            return
        self._busy = True
        paper, work, done = self._todo.pop(0)

        def ended(end: Any) -> None:
            self._busy = False
            self._next()
            done(end)

        def failed(error: Exception) -> None:
            self._busy = False
            self._next()
            self._failed(paper, error)

        self._ctx.tasks.run_task(work, ended, failed, owner=self)

    def _form_texts(self) -> FormSet:
        """Our forms with the office's own files over them, read once; what is wrong with a file is told once."""
        if self._forms is None:
            from counter_app.printing.templates import load_forms

            self._forms = load_forms(self._ctx.settings.file.parent / "forms" if self._ctx.settings is not None else None)
            for problem in self._forms.problems:
                self._ctx.fail(problem)
        return self._forms

    def _submitted(self, paper: Paper, outcome: PrintOutcome, facts: dict[str, Any], job: Job | None) -> None:
        self._tell(outcome, facts, paper)
        if job is not None:
            self._running.append(_Running(paper, job))
            self._timer.start()

    @Slot()
    def _ask(self) -> None:
        """Ask the queues, off the GUI thread, once at a time."""
        if not self._running:
            self._timer.stop()
        elif not self._asking:
            self._asking = True
            jobs = [running.job for running in self._running]
            self._ctx.tasks.run_task(lambda: _states(jobs), self._answered, self._not_answered, owner=self)

    def _not_answered(self, error: Exception) -> None:
        self._asking = False
        if not isinstance(error, UserError):
            self._ctx.fail(error)

    def _answered(self, states: dict[Job, JobState]) -> None:
        self._asking = False
        for running in list(self._running):
            state = states.get(running.job)
            if state is not None:
                self._step(running, state)

    def _step(self, running: _Running, state: JobState) -> None:
        paper, facts = running.paper, _facts(running.paper, running.job.printer) | {"reason": state.reason}
        age = monotonic() - running.since
        if state.state == "done":
            self._running.remove(running)
            self._ended(paper, _done(paper), facts)
        elif state.state == "failed":
            self._running.remove(running)
            self._tell(PrintOutcome.CANCELLED, facts, paper)
        elif age > FORGET_SECONDS or (age > SILENT_SECONDS and not running.told):
            self._running.remove(running)
            self._tell(PrintOutcome.UNKNOWN, facts, paper)
        elif state.reason and state.state != "unknown":
            if running.told != state.reason:
                running.told = state.reason
                needs_paper = any(word in state.reason for word in _PAPER_WORDS)
                self._tell(PrintOutcome.PAPER_NEEDED if needs_paper else PrintOutcome.PRINTER_ERROR, facts, paper)
        elif state.state == "printing" and running.told != "printing":
            running.told = "printing"
            self._tell(PrintOutcome.PRINTING, facts, paper)

    def _ended(self, paper: Paper, outcome: PrintOutcome, facts: dict[str, Any]) -> None:
        self._unnoted.append((paper, facts["printer"]))
        self._note_later()
        self._tell(outcome, facts, paper)
        self.printed.emit(paper)

    @Slot()
    @Slot(object)
    def _note_later(self, _staff: object = None) -> None:
        """Note what came out. While nobody is signed in it waits: a print without a name would be of no use."""
        while self._unnoted and self._ctx.desk.staff is not None:
            paper, target = self._unnoted.pop(0)
            try:
                printed(self._ctx.desk, paper, target)
            except UserError as error:
                log.warning("a print could not be noted: %s", error.code)
                self._ctx.fail(error)

    def _failed(self, paper: Paper, error: Exception) -> None:
        if not isinstance(error, UserError):
            self._ctx.fail(error)
            error = UserError("print-failed", "Chương trình chưa tạo được bản in.")
        self._tell(PrintOutcome.PRINTER_ERROR, _facts(paper, self.target(paper.form).queue) | {"reason": error.message.rstrip(".")}, paper)

    def _tell(self, outcome: PrintOutcome, facts: dict[str, Any], paper: Paper) -> None:
        self.told.emit(outcome, facts, paper)
        if outcome in TROUBLES:
            self.troubled.emit(outcome, facts, paper)


def _same(one: Paper, other: Paper) -> bool:
    return (one.form, one.entity) == (other.form, other.entity)


def _file_name(paper: Paper) -> str:
    """Codes of other systems may hold any printed sign, also one that would lead out of the folder."""
    return f"{paper.form}-{re.sub(r'[^0-9A-Za-z.-]', '_', paper.title)}-{paper.copy_no}.pdf"


def _done(paper: Paper) -> PrintOutcome:
    return PrintOutcome.REPRINTED if paper.copy_no > 1 else PrintOutcome.DONE


def _facts(paper: Paper, printer: str) -> dict[str, Any]:
    return {"printer": printer, "document": NAMES.get(paper.form, paper.form), "count": paper.copy_no - 1}


# ---- in the pool; slow libraries are loaded here


def _submit(paper: Paper, target: Target, stuck: list[Job], forms: FormSet) -> tuple[PrintOutcome, dict[str, Any], Job | None]:
    from counter_app.printing import pdf, printers

    for job in stuck:
        try:
            printers.cancel(job)
        except UserError as error:
            log.warning("a stuck job could not be cancelled: %s", error.code)
    content = pdf.render(paper.document, target.paper, forms=forms)  # type: ignore[arg-type]
    queues = printers.list_printers()
    queue = target.queue or next((printer.name for printer in queues), "")
    facts = _facts(paper, queue)
    if not queues:
        return PrintOutcome.NO_PRINTER, facts, None
    try:
        job = printers.submit(content, queue, copies=target.copies, paper=target.paper, title=f"{paper.form} {paper.title}")
    except UserError as error:
        gone = error.code == "printer-unknown"
        return (PrintOutcome.PRINTER_GONE if gone else PrintOutcome.PRINTER_ERROR), facts | {"reason": error.message.rstrip(".")}, None
    return PrintOutcome.QUEUED, facts, job


def _save(paper: Paper, size: str, path: Path, forms: FormSet) -> tuple[PrintOutcome, dict[str, Any]]:
    from counter_app.printing import pdf, printers

    printers.save_pdf(pdf.render(paper.document, size, forms=forms), path)  # type: ignore[arg-type]
    return PrintOutcome.SAVED_PDF, _facts(paper, PDF_QUEUE) | {"path": str(path), "folder": str(path.parent), "copy": paper.copy_no}


def _states(jobs: list[Job]) -> dict[Job, JobState]:
    from counter_app.printing import printers

    return {job: printers.job_state(job) for job in jobs}
