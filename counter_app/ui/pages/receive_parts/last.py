"""What was received last: its way to the centre and its paper, as long as the next one is not saved."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QObject, Signal, Slot

from counter_app.domain.outcomes import Outcome
from counter_app.services import paper
from counter_app.services.desk import Changes
from counter_app.services.paper import Paper
from counter_app.ui.context import UiContext
from counter_app.ui.notify import notice
from counter_app.ui.pages.dossier_words import sync_chip
from counter_app.ui.pages.presented import print_paper
from counter_app.ui.pages.receive_parts.side import LastReceiptCard
from counter_app.ui.texts import moment_text
from onestop.errors import UserError
from onestop.model import Dossier


class LastReceipt(QObject):
    """Follows one dossier and shows it in its card. ``moved(SyncState)`` when it came further on its way;
    ``paper_told(outcome, facts)`` how a print of it goes."""

    moved = Signal(str)
    paper_told = Signal(object, object)

    def __init__(self, ctx: UiContext, card: LastReceiptCard, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._ctx, self._card = ctx, card
        self.dossier: Dossier | None = None
        self._state = ""
        ctx.facts.changed.connect(self._changed)
        told = getattr(ctx.printing, "told", None)
        if told is not None:
            told.connect(self._told)

    def show(self, dossier: Dossier) -> None:
        """Follow ``dossier`` from now on."""
        self.dossier = dossier
        self._card.set_paper("Chưa in.")
        self._refresh()

    def print(self, *, everything: bool = False) -> bool:
        """Print the receipt (again); ``everything``: with the control sheet that goes into the folder. False: there was no sheet to
        print, and why has been told."""
        sheets = self._papers(everything=everything)
        for sheet in sheets:
            print_paper(self._ctx, sheet)
        return bool(sheets)

    def preview(self) -> None:
        """Look at the receipt and the control sheet first."""
        if self._ctx.printing is not None:
            self._ctx.printing.preview(self._papers(everything=True))

    def _papers(self, *, everything: bool) -> list[Paper]:
        if self.dossier is None:
            return []
        with self._ctx.desk.store.read() as reader:
            self.dossier = reader.dossier(self.dossier.id) or self.dossier
        try:
            made = [paper.receipt(self._ctx.desk, self.dossier)]
            if everything:
                made.append(paper.control_sheet(self._ctx.desk, self.dossier))
        except UserError as error:
            self._ctx.fail(error)
            return []
        return made

    @Slot(object)
    def _changed(self, changes: Changes) -> None:
        if self.dossier is not None and self.dossier.id in changes.dossiers:
            self._refresh()

    def _refresh(self) -> None:
        assert self.dossier is not None
        with self._ctx.desk.store.read() as reader:
            self.dossier = reader.dossier(self.dossier.id) or self.dossier
            state = reader.sync_state(self.dossier.id)
        shown = self.dossier
        if state != self._state:
            self._state = state
            self.moved.emit(state)
        self._card.set_printed(bool(shown.prints.get("01")))
        self._card.show_receipt(shown.shown_code, shown.owner.name, f"{shown.procedure_name}\nHẹn trả {moment_text(shown.due_at)}",
                                sync_chip(state))

    @Slot(object, object, object)
    def _told(self, outcome: Outcome, facts: dict[str, Any], sheet: Paper) -> None:
        if self.dossier is not None and sheet.entity == self.dossier.id:
            told = notice(outcome, **facts)
            self._card.set_paper(told.sentence, "error" if told.role == "danger" else "muted")
            if self._card.isVisible() and (claim := getattr(self._ctx.printing, "claim", None)) is not None:
                claim()
            self.paper_told.emit(outcome, facts)
