"""Printing as the window does it: in the background, followed to its end, and never at the dossier's cost.

Order: render → hand to the queue (or file) → note the print → follow. Whatever goes wrong, the dossier is safe and the panel offers
"In lại / Đổi máy in / Lưu PDF".
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QStandardPaths, Qt, Signal, Slot

from counter_app.domain.outcomes import PrintOutcome
from counter_app.runtime.settings import PRINTERS, RECEIPT_PAPER
from counter_app.services.paper import Paper, printed
from counter_app.ui.context import UiContext
from onestop.errors import EnvironmentFault, UserError

ACTIONS = (("again", "In lại"), ("other", "Đổi máy in"), ("pdf", "Lưu PDF"))
#: A "queue" that is a folder: the exports of the profile.
PDF_QUEUE = "pdf"
_FOLLOW_SECONDS = 90.0
_NAMES = {"01": "giấy tiếp nhận", "06": "phiếu kiểm soát", "handover": "phiếu bàn giao", "return": "phiếu trả kết quả"}


@dataclass(frozen=True, slots=True)
class Target:
    """Where a form goes: queue (empty: the default one), paper, copies."""

    queue: str = ""
    paper: str = "A4"
    copies: int = 1


class PrintFlow(QObject):
    """``told(PrintOutcome, facts, Paper)`` on the GUI thread for every step; ``printed(Paper)`` once the print is noted;
    ``troubled(PrintOutcome, facts, Paper)`` when a person has to choose what to do."""

    told = Signal(object, object, object)
    printed = Signal(object)
    troubled = Signal(object, object, object)
    _stepped = Signal(object, object, object)

    def __init__(self, ctx: UiContext, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._ctx = ctx
        self._closing = False
        self._stepped.connect(self._tell, Qt.ConnectionType.QueuedConnection)

    def target(self, form: str) -> Target:
        """This PC's printer for a form."""
        settings = self._ctx.settings
        if settings is None:
            return Target()
        chosen: dict[str, Any] = settings.get(PRINTERS).get(form, {})
        paper = chosen.get("paper") or (settings.get(RECEIPT_PAPER) if form == "01" else "A4")
        return Target(str(chosen.get("queue", "")), str(paper), int(chosen.get("copies", 1)))

    def print_paper(self, paper: Paper, *, queue: str | None = None) -> None:
        """Print one form; ``queue`` for this time instead of the form's own."""
        target = self.target(paper.form)
        if queue is not None:
            target = Target(queue, target.paper, target.copies)
        if target.queue == PDF_QUEUE:
            self.save_pdf(paper, self._exports() / self._name(paper))
            return
        self._tell(PrintOutcome.PREPARING, {"document": _NAMES.get(paper.form, paper.form)}, paper)
        self._ctx.tasks.run_task(lambda: self._work(paper, target), lambda end: self._ended(paper, *end),
                                 lambda error: self._failed(paper, error), owner=self)

    def save_pdf(self, paper: Paper, path: Path) -> None:
        """Write the form to a file instead; it counts as a print."""
        self._ctx.tasks.run_task(lambda: self._save(paper, path), lambda end: self._ended(paper, *end),
                                 lambda error: self._failed(paper, error), owner=self)

    def pdf_name(self, paper: Paper) -> Path:
        """Where "Lưu PDF" proposes to write: a code, never a name."""
        folder = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation) or str(Path.home())
        return Path(folder) / self._name(paper)

    def _exports(self) -> Path:
        assert self._ctx.settings is not None
        return self._ctx.settings.file.parent / "exports"

    @staticmethod
    def _name(paper: Paper) -> str:
        return f"{paper.form}-{paper.title}-{paper.copy_no}.pdf"

    def stop(self) -> None:
        """At shutdown: stop following; what is in the queue is printed all the same."""
        self._closing = True

    # ---- in the pool

    def _work(self, paper: Paper, target: Target) -> tuple[PrintOutcome, dict[str, Any]]:
        from counter_app.printing import pdf, printers

        content = pdf.render(paper.document, target.paper)
        queues = printers.list_printers()
        if not queues:
            return PrintOutcome.NO_PRINTER, {}
        queue = target.queue or queues[0].name
        job = printers.submit(content, queue, copies=target.copies, paper=target.paper, title=f"{paper.form} {paper.title}")
        self._stepped.emit(PrintOutcome.QUEUED, {"printer": queue}, paper)

        def step(state: printers.JobState) -> None:
            if state.reason and not state.final:
                self._stepped.emit(PrintOutcome.PRINTER_ERROR, {"printer": queue, "reason": state.reason}, paper)
            elif state.state == "printing":
                self._stepped.emit(PrintOutcome.PRINTING, {"printer": queue}, paper)

        end = printers.follow(job, timeout=_FOLLOW_SECONDS, told=step, stopped=lambda: self._closing)
        facts = {"printer": queue, "reason": end.reason, "document": _NAMES.get(paper.form, paper.form), "count": paper.copy_no - 1}
        if end.state == "done":
            return (PrintOutcome.REPRINTED if paper.copy_no > 1 else PrintOutcome.DONE), facts
        if end.state == "failed":
            return PrintOutcome.CANCELLED, facts
        return PrintOutcome.UNKNOWN, facts

    def _save(self, paper: Paper, path: Path) -> tuple[PrintOutcome, dict[str, Any]]:
        from counter_app.printing import pdf, printers

        printers.save_pdf(pdf.render(paper.document, self.target(paper.form).paper), path)
        return PrintOutcome.SAVED_PDF, {"path": str(path)}

    # ---- on the GUI thread

    def _ended(self, paper: Paper, outcome: PrintOutcome, facts: dict[str, Any]) -> None:
        if outcome in (PrintOutcome.DONE, PrintOutcome.REPRINTED, PrintOutcome.SAVED_PDF):
            try:
                printed(self._ctx.desk, paper, facts.get("printer", "pdf"))
            except UserError as error:
                self._ctx.fail(error)
            self.printed.emit(paper)
        self._tell(outcome, facts, paper)

    def _failed(self, paper: Paper, error: Exception) -> None:
        if not isinstance(error, UserError):
            self._ctx.fail(error)
            return
        outcome = PrintOutcome.PRINTER_GONE if error.code == "printer-unknown" else PrintOutcome.PRINTER_ERROR
        reason = error.message if not isinstance(error, EnvironmentFault) else error.message.rstrip(".")
        self._tell(outcome, {"printer": self.target(paper.form).queue, "reason": reason}, paper)

    @Slot(object, object, object)
    def _tell(self, outcome: PrintOutcome, facts: dict[str, Any], paper: Paper) -> None:
        self.told.emit(outcome, facts, paper)
        if outcome in (PrintOutcome.NO_PRINTER, PrintOutcome.PRINTER_GONE, PrintOutcome.PRINTER_ERROR, PrintOutcome.CANCELLED,
                       PrintOutcome.UNKNOWN, PrintOutcome.PAPER_NEEDED):
            self.troubled.emit(outcome, facts, paper)
