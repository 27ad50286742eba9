"""Look at the pages before they are printed, and choose the printer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QComboBox, QDialog, QVBoxLayout, QWidget

from counter_app.printing.profiles import MOST_COPIES
from counter_app.services.paper import Paper
from counter_app.ui.context import UiContext
from counter_app.ui.icons import set_icon
from counter_app.ui.print_flow import PrintFlow
from counter_app.ui.print_panel import ask_for_file
from counter_app.ui.print_words import form_name
from counter_app.ui.theme import spacing
from counter_app.ui.widgets import FormField, field_row

if TYPE_CHECKING:
    from counter_app.printing.templates import FormSet
    from counter_app.services.print_jobs import Target


class PrintView(QDialog):
    """The preview of one or several papers. "In" prints the one that is shown on the chosen printer and closes when it was the only
    one; nothing is printed or counted by looking."""

    def __init__(self, ctx: UiContext, flow: PrintFlow, papers: list[Paper], parent: QWidget | None = None) -> None:
        from counter_app.printing.qt.preview import PreviewWidget

        super().__init__(parent)
        self._ctx, self._flow, self._papers = ctx, flow, list(papers)
        self.setWindowTitle(self.tr("Xem trước bản in"))
        self.setAccessibleName(self.windowTitle())
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowModality(Qt.WindowModality.WindowModal)
        self.forms, self.printers, self.copies = QComboBox(), QComboBox(), QComboBox()
        for paper in self._papers:
            name = form_name(paper.form)
            again = self.tr(" (in lại lần {0})").format(paper.copy_no - 1) if paper.copy_no > 1 else ""
            self.forms.addItem(f"{name[0].upper()}{name[1:]} {paper.title}{again}")
        for count in range(1, MOST_COPIES + 1):
            self.copies.addItem(str(count), count)
        self.printers.addItem(self.tr("Máy in của loại giấy này"), None)
        self.preview = PreviewWidget(decorate=set_icon)
        column = QVBoxLayout(self)
        column.setContentsMargins(spacing(4), spacing(3), spacing(4), spacing(3))
        column.setSpacing(spacing(3))
        choices = (FormField(self.tr("Giấy tờ"), self.forms), FormField(self.tr("Máy in"), self.printers),
                   FormField(self.tr("Số bản"), self.copies))
        column.addLayout(field_row(*choices, stretches=(5, 4, 1)))
        column.addWidget(self.preview, 1)
        self.forms.currentIndexChanged.connect(self._show)
        self.preview.print_requested.connect(self._print)
        self.preview.save_requested.connect(self._save)
        ctx.tasks.run_task(_queues, self._queues_known, self._no_queues, owner=self)
        self._show()

    @property
    def paper(self) -> Paper:
        """The one that is shown."""
        return self._papers[self.forms.currentIndex()]

    @Slot()
    def _show(self) -> None:
        paper = self.paper
        self.preview.clear()
        self._ctx.tasks.run_task(lambda: self._flow.render(paper), self._rendered, self._ctx.fail, key="preview", owner=self)

    def _rendered(self, made: tuple[bytes, Target, FormSet]) -> None:
        content, target, forms = made
        self._flow.keep_forms(forms)
        self.copies.setCurrentIndex(target.profile.copies - 1)
        self.printers.setItemText(0, self.tr("Máy in của loại giấy này") + (f" ({target.queue})" if target.queue else ""))
        self.preview.show_pdf(content, self.paper.title)
        self.preview.print_button.setFocus()

    def _queues_known(self, queues: list[str]) -> None:
        for queue in queues:
            self.printers.addItem(queue, queue)

    def _no_queues(self, _error: Exception) -> None:
        """The form's own printer stays; printing will say what is wrong."""

    @Slot()
    def _print(self) -> None:
        self._flow.print_paper(self.paper, queue=self.printers.currentData(), copies=self.copies.currentData())
        if len(self._papers) == 1:
            self.accept()
        else:
            self.forms.setCurrentIndex((self.forms.currentIndex() + 1) % len(self._papers))

    @Slot()
    def _save(self) -> None:
        ask_for_file(self, self._flow, self.paper)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        parent = self.parentWidget()
        if parent is not None:
            room = parent.window().size()
            self.resize(round(room.width() * 0.7), round(room.height() * 0.92))


def _queues() -> list[str]:
    from counter_app.printing.printers import list_printers

    return [printer.name for printer in list_printers()]
