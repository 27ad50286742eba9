"""What the screen offers when paper did not come out: the dossier is safe, and "In lại / Đổi máy in / Lưu PDF"."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtCore import QPoint, Slot
from PySide6.QtWidgets import QFileDialog, QMenu, QWidget

from counter_app.domain.outcomes import PrintOutcome
from counter_app.services.paper import Paper
from counter_app.ui.context import UiContext
from counter_app.ui.notify import notice
from counter_app.ui.print_flow import ACTIONS, PrintFlow
from counter_app.ui.widgets.floating import FloatingPanel


class PrintPanel(FloatingPanel):
    """Lies over ``host`` while a print needs a person. A later success of the same paper takes it away."""

    def __init__(self, ctx: UiContext, flow: PrintFlow, host: QWidget) -> None:
        super().__init__(host, rows=1)
        self._ctx, self._flow = ctx, flow
        self._paper: Paper | None = None
        flow.troubled.connect(self._troubled)
        flow.printed.connect(self._printed)
        self.action_requested.connect(self._chosen)

    @Slot(object, object, object)
    def _troubled(self, outcome: PrintOutcome, facts: dict[str, Any], paper: Paper) -> None:
        self._paper = paper
        self.show_notice(notice(outcome, **facts), f"{paper.title} đã lưu an toàn.", ACTIONS)

    @Slot(object)
    def _printed(self, paper: Paper) -> None:
        if self._paper is not None and (paper.form, paper.entity) == (self._paper.form, self._paper.entity):
            self.hide()

    @Slot(str)
    def _chosen(self, action: str) -> None:
        if self._paper is None:
            return
        if action == "again":
            self.hide()
            self._flow.print_paper(self._paper)
        elif action == "other":
            self._ctx.tasks.run_task(_queues, self._choose_queue, self._ctx.fail, key="queues", owner=self)
        elif action == "pdf":
            name, _ = QFileDialog.getSaveFileName(self, self.tr("Lưu PDF"), str(self._flow.pdf_name(self._paper)), "PDF (*.pdf)")
            if name:
                self.hide()
                self._flow.save_pdf(self._paper, Path(name))

    @Slot(object)
    def _choose_queue(self, queues: list[str]) -> None:
        """A menu of the queues; nothing is changed in the settings by choosing one this time."""
        menu = QMenu(self)
        if not queues:
            menu.addAction(self.tr("Máy này chưa có máy in")).setEnabled(False)
        for queue in queues:
            menu.addAction(queue).setData(queue)
        menu.triggered.connect(self._print_on)
        menu.popup(self.mapToGlobal(QPoint(0, -menu.sizeHint().height())))

    @Slot(object)
    def _print_on(self, action: Any) -> None:
        if self._paper is not None and action.data():
            self.hide()
            self._flow.print_paper(self._paper, queue=str(action.data()))


def _queues() -> list[str]:
    from counter_app.printing.printers import list_printers

    return [printer.name for printer in list_printers()]
