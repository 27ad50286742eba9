"""Printing as the window does it: in the background, followed to its end, and never at the dossier's cost.

Order: ask the printer → render → hand to the queue (or file) → follow → note the print. Whatever goes wrong, the dossier is safe and the
panel offers "In lại / Đổi máy in / Lưu PDF". Jobs are asked after by a timer, so that a printer without paper holds no worker of the pool.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QStandardPaths, QTimer, Signal, Slot

from counter_app.domain.outcomes import PrintOutcome
from counter_app.printing.profiles import PDF_QUEUE
from counter_app.services import print_jobs
from counter_app.services.paper import Paper, printed
from counter_app.services.print_jobs import Target
from counter_app.ui.context import UiContext
from counter_app.ui.print_pool import EXPORTS, cancel, save, states
from counter_app.ui.print_words import TROUBLES, done, facts_of, file_name, form_name, refusal, same_paper, trouble
from onestop.errors import UserError

if TYPE_CHECKING:
    from counter_app.printing.printers import Job, JobState
    from counter_app.printing.templates import FormSet

log = logging.getLogger(__name__)

POLL_MS = 500
SILENT_SECONDS = 90.0
"""A job that neither ends nor says what it lacks for so long needs a look at the printer."""
LONG_PAGES = 6
"""From so many pages on a paper shows how far it is, and can be stopped."""
FORGET_SECONDS = 3600.0
"""A job that waits for paper is followed this long: somebody may still load it."""
#: The window shows what was saved before the page is worked out.
_PAINT_FIRST_MS = 80


@dataclass(slots=True)
class _Running:
    """A job on its way. ``stop`` set: no further page."""

    paper: Paper
    job: Job
    pages: int = 0
    since: float = field(default_factory=monotonic)
    told: str = ""


class PrintFlow(QObject):
    """``told(PrintOutcome, facts, Paper)`` for every step; ``unheard(…)`` the same when no page has said it itself (``claim``);
    ``printed(Paper)`` once the print is noted; ``troubled(PrintOutcome, facts, Paper)`` when a person has to choose what to do;
    ``paged(Paper, page, pages)`` how far a long document is; ``preview_requested([Paper])`` when pages should be looked at first;
    ``batch_requested(title, [Paper or callable])`` when many go together; ``long_begun(Paper, pages)`` when one of many pages is in the
    queue. All on the GUI thread."""

    told = Signal(object, object, object)
    unheard = Signal(object, object, object)
    printed = Signal(object)
    troubled = Signal(object, object, object)
    paged = Signal(object, int, int)
    preview_requested = Signal(object)
    batch_requested = Signal(str, object)
    long_begun = Signal(object, int)

    def __init__(self, ctx: UiContext, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._ctx = ctx
        self._running: list[_Running] = []
        self._unnoted: list[tuple[Paper, str]] = []
        self._todo: list[tuple[Paper, Callable[[FormSet], Callable[[], None]]]] = []
        self._stopped: set[tuple[str, str]] = set()
        self._asking = self._busy = self._claimed = False
        self._forms: FormSet | None = None
        self._timer = QTimer(self)
        self._timer.setInterval(POLL_MS)
        self._timer.timeout.connect(self._ask)
        ctx.facts.signed_in.connect(self._note_later)

    def target(self, form: str, *, queue: str | None = None, copies: int | None = None) -> Target:
        """This PC's printer for a form. Raises what ``print_jobs.target_for`` raises."""
        return print_jobs.target_for(self._ctx.settings, form, queue=queue, copies=copies)

    def print_paper(self, paper: Paper, *, queue: str | None = None, copies: int | None = None) -> None:
        """Print one form; ``queue`` and ``copies`` for this time instead of the profile's. An earlier job of the same form that still
        waits is taken out of its queue first, so that it does not come out twice."""
        settings = self._ctx.settings
        jobs = [running.job for running in self._take_out(paper)]
        self._stopped.discard(same_paper(paper))
        self._tell(PrintOutcome.PREPARING, {"document": form_name(paper.form)}, paper)

        def page(number: int, pages: int) -> bool:  # in the worker; signals arrive on the GUI thread
            self._sending(paper, number, pages)
            return same_paper(paper) not in self._stopped

        def work(forms: FormSet) -> Callable[[], None]:
            cancel(jobs)
            target = print_jobs.target_for(settings, paper.form, queue=queue, copies=copies)
            if target.queue == PDF_QUEUE and settings is not None:
                saved = save(paper, target, settings.file.parent / EXPORTS / file_name(paper), forms)
                return lambda: self._ended(paper, *saved)
            sent = print_jobs.send(paper, target, forms, page)
            return lambda: self._submitted(paper, sent.job, sent.queue, sent.pages)

        self._in_turn(paper, work)

    def _sending(self, paper: Paper, number: int, pages: int) -> None:
        if number == 1 and pages >= LONG_PAGES:
            self.long_begun.emit(paper, pages)
        self.paged.emit(paper, number, pages)

    def print_many(self, title: str, papers: list[Any]) -> None:
        """Print several; each is a ``Paper`` or a callable that makes one when its turn has come. Many of them show how far they are
        and can be stopped."""
        if len(papers) == 1:
            only = papers[0]
            self.print_paper(only if isinstance(only, Paper) else only())
        elif papers:
            self.batch_requested.emit(title, papers)

    def take_back(self, paper: Paper) -> None:
        """Stop a paper between two pages: out of the queue if it waits there, and nothing more of it is sent."""
        self._stopped.add(same_paper(paper))
        self._todo = [entry for entry in self._todo if same_paper(entry[0]) != same_paper(paper)]
        stuck = self._take_out(paper)
        jobs = [running.job for running in stuck]
        if jobs:
            self._ctx.tasks.run_task(lambda: cancel(jobs), owner=self)
            for running in stuck:
                self._log(paper, running.job.printer, "stopped")

    def waiting(self) -> int:
        """Papers that are neither out nor given up."""
        return len(self._running) + len(self._todo) + self._busy

    def claim(self) -> None:
        """Called by a page in its slot of ``told``: it is on the screen and has said it itself."""
        self._claimed = True

    def save_pdf(self, paper: Paper, path: Path) -> None:
        """Write the form to a file instead; it counts as a print. A file that is there is written over: the dialog asked."""
        settings = self._ctx.settings

        def work(forms: FormSet) -> Callable[[], None]:
            saved = save(paper, print_jobs.target_for(settings, paper.form), path, forms)
            return lambda: self._ended(paper, *saved)

        self._in_turn(paper, work)

    def preview(self, papers: list[Paper]) -> None:
        """Let the person look at the pages before they are printed."""
        if papers:
            self.preview_requested.emit(papers)

    def render(self, paper: Paper) -> tuple[bytes, Target, FormSet]:
        """The finished pages as this PC's printer would get them, and that printer. For a worker: the first call loads the PDF library and
        the forms. Hand the forms to `keep_forms`."""
        forms = self._load_forms()
        target = self.target(paper.form)
        return print_jobs.pages(paper, target, forms), target, forms

    def pdf_name(self, paper: Paper) -> Path:
        """Where "Lưu PDF" proposes to write: a code, never a name."""
        folder = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation) or str(Path.home())
        return Path(folder) / file_name(paper)

    def confirm(self, paper: Paper) -> None:
        """The person saw that it came out although nobody told: note it."""
        out = self._take_out(paper)
        self._ended(paper, done(paper), facts_of(paper, out[0].job.printer if out else "?"), "confirmed")

    def stop(self) -> None:
        """At shutdown: stop following; what is in the queue is printed all the same."""
        self._timer.stop()
        self._running = []

    # ---- on the GUI thread

    def _take_out(self, paper: Paper) -> list[_Running]:
        stuck = [running for running in self._running if same_paper(running.paper) == same_paper(paper)]
        self._running = [running for running in self._running if running not in stuck]
        return stuck

    def _in_turn(self, paper: Paper, work: Callable[[FormSet], Callable[[], None]]) -> None:
        """Papers leave in the order they were asked for (the receipt before the control sheet), one at a time. ``work`` runs in the pool
        and says what is to be done here afterwards."""
        self._todo.append((paper, work))
        self._next()

    def _next(self) -> None:
        if self._busy or not self._todo:
            return
        self._busy = True
        paper, work = self._todo.pop(0)

        def run() -> tuple[FormSet, Callable[[], None]]:
            forms = self._load_forms()
            return forms, work(forms)

        def ended(end: tuple[FormSet, Callable[[], None]]) -> None:
            self._busy = False
            self.keep_forms(end[0])
            self._next()
            end[1]()

        def failed(error: Exception) -> None:
            self._busy = False
            self._next()
            self._failed(paper, error)

        self._ctx.tasks.run_task(run, ended, failed, owner=self, after_ms=_PAINT_FIRST_MS)

    def _load_forms(self) -> FormSet:
        """Our forms with the office's own files over them. In a worker: reading and checking them takes a quarter of a second."""
        from counter_app.printing.templates import load_forms

        return self._forms or load_forms(self._ctx.settings.file.parent / "forms" if self._ctx.settings is not None else None)

    def keep_forms(self, forms: FormSet) -> None:
        """From now on these; what is wrong with a file of the office is told once."""
        if self._forms is None:
            self._forms = forms
            for problem in forms.problems:
                self._ctx.fail(problem)

    def _submitted(self, paper: Paper, job: Job, queue: str, pages: int) -> None:
        self._running.append(_Running(paper, job, pages))
        self._tell(PrintOutcome.QUEUED, facts_of(paper, queue) | {"pages": pages}, paper)
        if same_paper(paper) in self._stopped:
            self.take_back(paper)
        elif pages >= LONG_PAGES:
            self.long_begun.emit(paper, pages)
        self._timer.start()

    @Slot()
    def _ask(self) -> None:
        """Ask the queues, off the GUI thread, once at a time."""
        if not self._running:
            self._timer.stop()
        elif not self._asking:
            self._asking = True
            jobs = [running.job for running in self._running]
            self._ctx.tasks.run_task(lambda: states(jobs), self._answered, self._not_answered, owner=self)

    def _not_answered(self, error: Exception) -> None:
        self._asking = False
        if not isinstance(error, UserError):
            self._ctx.fail(error)

    def _answered(self, found: dict[Job, JobState]) -> None:
        self._asking = False
        for running in list(self._running):
            state = found.get(running.job)
            if state is not None:
                self._step(running, state)

    def _step(self, running: _Running, state: JobState) -> None:
        paper, printer = running.paper, running.job.printer
        facts = facts_of(paper, printer) | {"reason": state.reason}
        age = monotonic() - running.since
        if state.pages and running.pages:
            self.paged.emit(paper, state.pages, running.pages)
        if state.state == "done":
            self._running.remove(running)
            self._ended(paper, done(paper), facts)
        elif state.state == "failed":
            self._running.remove(running)
            self._log(paper, printer, "failed", state.reason)
            self._tell(PrintOutcome.CANCELLED, facts, paper)
        elif state.settled or age > FORGET_SECONDS or (age > SILENT_SECONDS and not running.told):
            self._running.remove(running)
            self._log(paper, printer, "unknown", state.reason)
            self._tell(PrintOutcome.UNKNOWN, facts, paper)
        elif state.reason and state.state != "unknown":
            if running.told != state.reason:
                running.told = state.reason
                self._tell(trouble(state.reason), facts, paper)
        elif state.state == "printing" and running.told != "printing":
            running.told = "printing"
            self._tell(PrintOutcome.PRINTING, facts, paper)

    def _ended(self, paper: Paper, outcome: PrintOutcome, facts: dict[str, Any], logged: str = "") -> None:
        self._unnoted.append((paper, facts["printer"]))
        self._note_later()
        self._log(paper, facts["printer"], logged or ("saved" if outcome is PrintOutcome.SAVED_PDF else "done"))
        self._tell(outcome, facts, paper)
        self.printed.emit(paper)

    @Slot()
    @Slot(object)
    def _note_later(self, _staff: object = None) -> None:
        """Note what came out. While nobody is signed in it waits: a print without a name would be of no use."""
        while self._unnoted and self._ctx.desk.staff is not None:
            paper, target = self._unnoted.pop(0)
            if not paper.entity:
                continue
            try:
                printed(self._ctx.desk, paper, target)
            except UserError as error:
                log.warning("a print could not be noted: %s", error.code)
                self._ctx.fail(error)

    def _log(self, paper: Paper, printer: str, outcome: str, reason: str = "") -> None:
        try:
            print_jobs.log_attempt(self._ctx.desk, paper, printer, outcome, reason)
        except UserError as error:
            log.warning("an attempt to print could not be logged: %s", error.code)

    def _failed(self, paper: Paper, error: Exception) -> None:
        if not isinstance(error, UserError):
            self._ctx.fail(error)
            error = UserError("print-failed", "Chương trình chưa tạo được bản in.")
        if error.code == "print-stopped":
            self._log(paper, "", "stopped")
            return
        printer, asked = str(error.facts.get("printer", "")), str(error.facts.get("reason", ""))
        self._log(paper, printer, "not-ready" if error.code == "printer-not-ready" else "failed", asked or error.code)
        self._tell(refusal(error.code, printer, asked), facts_of(paper, printer) | {"reason": asked or error.message.rstrip(".")}, paper)

    def _tell(self, outcome: PrintOutcome, facts: dict[str, Any], paper: Paper) -> None:
        self._claimed = False
        self.told.emit(outcome, facts, paper)
        if not self._claimed:
            self.unheard.emit(outcome, facts, paper)
        if outcome in TROUBLES:
            self.troubled.emit(outcome, facts, paper)
