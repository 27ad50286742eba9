"""What the screen offers when paper did not come out: the dossier is safe, and "In lại / Đổi máy in / Lưu PDF"."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QPoint, Qt, QTimer, QUrl, Slot
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog, QMenu, QWidget

from counter_app.domain.outcomes import PrintOutcome
from counter_app.services.paper import Paper
from counter_app.ui.context import UiContext
from counter_app.ui.notify import notice
from counter_app.ui.print_flow import PrintFlow
from counter_app.ui.print_words import form_name
from counter_app.ui.widgets.floating import FloatingPanel

if TYPE_CHECKING:
    from counter_app.ui.print_batch import BatchPanel

ACTIONS = (("again", "In lại"), ("other", "Đổi máy in"), ("pdf", "Lưu PDF"))
SAVED_SECONDS = 15
"""So long a file's place is told; the next print has its own."""
_TOLD = frozenset({PrintOutcome.QUEUED, PrintOutcome.DONE, PrintOutcome.REPRINTED})
_UNKNOWN = (("done", "Đã ra giấy"), ("again", "In lại"), ("pdf", "Lưu PDF"))


class PrintPanel(FloatingPanel):
    """Lies over ``host`` while prints need a person: all of them at once (a receipt and its control sheet share one printer). A later
    success takes them away. Also opens the preview over ``host``."""

    def __init__(self, ctx: UiContext, flow: PrintFlow, host: QWidget) -> None:
        super().__init__(host)
        self._ctx, self._flow = ctx, flow
        self._papers: list[Paper] = []
        self.batch: BatchPanel | None = None
        flow.troubled.connect(self._troubled)
        flow.printed.connect(self._printed)
        flow.preview_requested.connect(self._preview)
        self.action_requested.connect(self._chosen)
        self.saved = FloatingPanel(host)
        self._folder = Path()
        self._saved_timer = QTimer(self)
        self._saved_timer.setSingleShot(True)
        self._saved_timer.timeout.connect(self.saved.hide)
        self.saved.action_requested.connect(self._open_folder)
        flow.unheard.connect(self._told)
        flow.batch_requested.connect(self._batch)
        flow.long_begun.connect(self._long)
        if (page_shown := getattr(host, "page_shown", None)) is not None:
            page_shown.connect(self._page_changed)
            host.toast.shown.connect(self.saved.hide)  # type: ignore[attr-defined]

    @property
    def papers(self) -> tuple[Paper, ...]:
        """What waits for a decision."""
        return tuple(self._papers)

    @Slot(object, object, object)
    def _troubled(self, outcome: PrintOutcome, facts: dict[str, Any], paper: Paper) -> None:
        if self.isHidden():
            self._papers = []
        self._drop(paper)
        self._papers.append(paper)
        listed = ", ".join(f"{form_name(p.form)} {p.title}" for p in self._papers)
        self.show_notice(notice(outcome, **facts), f"Chưa in: {listed}.", _UNKNOWN if outcome is PrintOutcome.UNKNOWN else ACTIONS)

    @Slot(object, object, object)
    def _told(self, outcome: PrintOutcome, facts: dict[str, Any], paper: Paper) -> None:
        """What no page has said: where a file went (a file is not heard), and that paper came out."""
        if self.batch is not None and self.batch.holds(paper):
            return
        if outcome is PrintOutcome.SAVED_PDF:
            self._folder = Path(facts["folder"])
            name = form_name(paper.form)
            self.saved.show_notice(notice(outcome, **facts), f"{name[:1].upper()}{name[1:]} {paper.title}: tệp {Path(facts['path']).name}",
                                   (("folder", "Mở thư mục"),))
            self._saved_timer.start(1000 * SAVED_SECONDS)
        elif outcome in _TOLD and (toast := getattr(self.parentWidget(), "show_toast", None)) is not None:
            told = notice(outcome, **facts)
            toast(f"{told.sentence.rstrip('.')} ({paper.title}).", told.role, told.icon)

    @Slot(str)
    def _page_changed(self, _page: str) -> None:
        """What was said on the page before is read or is not wanted."""
        self.saved.hide()

    @Slot(str, object)
    def _batch(self, title: str, papers: list[Any]) -> None:
        """Many papers: one after the other, with how far they are and a way to stop."""
        from counter_app.ui.print_batch import BatchPanel

        if self.batch is not None:
            self.batch.add(papers)
            return
        self.batch = BatchPanel(self._ctx, self._flow, title, papers, self.parentWidget())
        self.batch.ended.connect(self._batch_ended)
        self.batch.start()

    @Slot(object, int)
    def _long(self, paper: Paper, pages: int) -> None:
        """A lone paper of many pages (a register): how far it is, and a way to stop. One of a batch is shown there."""
        from counter_app.ui.print_batch import BatchPanel

        if self.batch is not None:
            return
        self.batch = BatchPanel(self._ctx, self._flow, f"{form_name(paper.form)} {paper.title}".strip(), [], self.parentWidget())
        self.batch.ended.connect(self._batch_ended)
        self.batch.adopt(paper, pages)

    @Slot()
    def _batch_ended(self) -> None:
        self.batch = None

    @Slot(str)
    def _open_folder(self, _action: str) -> None:
        self.saved.hide()
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._folder)))

    @Slot(object)
    def _printed(self, paper: Paper) -> None:
        self._drop(paper)
        if not self._papers:
            self.hide()

    def _drop(self, paper: Paper) -> None:
        self._papers = [p for p in self._papers if (p.form, p.entity) != (paper.form, paper.entity)]

    @Slot(str)
    def _chosen(self, action: str) -> None:
        match action:
            case "again":
                self._print(None)
            case "done":
                for paper in list(self._papers):
                    self._flow.confirm(paper)
            case "other":
                self._ctx.tasks.run_task(_queues, self._choose_queue, self._ctx.fail, key="queues", owner=self)
            case "pdf":
                for paper in self._papers:
                    ask_for_file(self, self._flow, paper)

    def _print(self, queue: str | None) -> None:
        papers, self._papers = self._papers, []
        self.hide()
        for paper in papers:
            self._flow.print_paper(paper, queue=queue)

    def _choose_queue(self, queues: list[str]) -> None:
        """A menu of the queues; choosing one this time changes no settings."""
        menu = QMenu(self)
        if not queues:
            menu.addAction(self.tr("Máy này chưa có máy in")).setEnabled(False)
        for queue in queues:
            menu.addAction(queue).triggered.connect(partial(self._print_on, queue))
        menu.popup(self.mapToGlobal(QPoint(0, -menu.sizeHint().height())))

    def _print_on(self, queue: str, _checked: bool = False) -> None:
        self._print(queue)

    @Slot(object)
    def _preview(self, papers: list[Paper]) -> None:
        from counter_app.ui.print_view import PrintView

        PrintView(self._ctx, self._flow, papers, self.parentWidget()).open()


def ask_for_file(parent: QWidget, flow: PrintFlow, paper: Paper) -> QFileDialog:
    """Ask where the PDF should go; nothing waits meanwhile."""
    dialog = QFileDialog(parent, "Lưu PDF", str(flow.pdf_name(paper)), "PDF (*.pdf)")
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setDefaultSuffix("pdf")
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.fileSelected.connect(lambda name: flow.save_pdf(paper, Path(name)))
    dialog.open()
    return dialog


def _queues() -> list[str]:
    from counter_app.printing.printers import list_printers

    return [printer.name for printer in list_printers()]
