"""The message line of the reception: what was just said, until an edit or the truth makes it old."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from PySide6.QtCore import QObject, Slot

from counter_app.domain.outcomes import PrintOutcome, SaveOutcome
from counter_app.ui.notify import Notice, notice
from counter_app.ui.pages.receive_parts.last import LastReceipt
from counter_app.ui.pages.receive_view import ReceiveView
from counter_app.ui.print_words import TROUBLES

_MOVES = {"sent": SaveOutcome.SENT, "confirmed": SaveOutcome.CONFIRMED, "needs_person": SaveOutcome.NEEDS_PERSON}
_PRINTED = frozenset({PrintOutcome.DONE, PrintOutcome.REPRINTED, PrintOutcome.SAVED_PDF})
_REPRINT = (("reprint", "In lại giấy tiếp nhận"),)


class MessageLine(QObject):
    """Follows ``last``: where the saved dossier is by now, and how the print of a correction ends."""

    def __init__(self, view: ReceiveView, last: LastReceipt, parent: QObject) -> None:
        super().__init__(parent)
        self._view, self._last = view, last
        self._saved_words = self._reprinting = ""
        self._passing = False  # it says what an edit makes old
        last.moved.connect(self._moved)
        last.paper_told.connect(self._reprint_told)

    def say(self, told: Notice, detail: str = "", actions: tuple[tuple[str, str], ...] = (), *, focus: bool = False) -> None:
        """Show it until the next edit."""
        self._view.tell(told, detail, actions, focus=focus)
        self._passing = True

    def edited(self) -> None:
        """After an edit: how many fields are still wrong, or nothing."""
        if not self._passing:
            return
        left = sum(bool(field.error()) for field in self._view.fields.values())
        if left:
            self._view.tell(notice(SaveOutcome.FIELDS_WRONG, count=left))
        else:
            self._passing = False
            self._view.notices.clear()

    def saved(self, outcome: SaveOutcome, code: str, detail: str) -> None:
        """A dossier was received."""
        told = notice(outcome, code=code)
        self._saved_words = told.sentence
        self.say(told, detail)

    @Slot(str)
    def _moved(self, state: str) -> None:
        """What was "saved, waiting" goes on its way: the line must not say what is no longer true."""
        outcome = _MOVES.get(state)
        if outcome is not None and self._saved_words and self._view.notices.sentence() == self._saved_words:
            told = notice(outcome)
            self._saved_words = told.sentence
            self.say(told, self._last.dossier.shown_code if self._last.dossier else "")

    def corrected(self, code: str, *, print_after: bool) -> None:
        """A dossier was corrected; with ``print_after`` its receipt is printed again from here."""
        told = notice(SaveOutcome.CORRECTED_HERE)
        if not print_after:
            self.say(told, code, _REPRINT, focus=True)
            return
        self._reprinting = "Đã sửa và ghi lý do. Đang in lại giấy tiếp nhận…"
        self.say(replace(told, sentence=self._reprinting), code)
        if not self._last.print():
            self._reprint_told(PrintOutcome.CANCELLED, {})

    @Slot(object, object)
    def _reprint_told(self, outcome: PrintOutcome, facts: dict[str, Any]) -> None:
        """The end of the print that belongs to a correction, as long as its message is still the one shown."""
        if not self._reprinting or self._view.notices.sentence() != self._reprinting or self._last.dossier is None:
            return
        told = notice(outcome, **facts)
        done, code = outcome in _PRINTED, self._last.dossier.shown_code
        if done or outcome in TROUBLES:
            but = "" if done or outcome is PrintOutcome.UNKNOWN else ", nhưng chưa in lại được"
            self._reprinting = f"Đã sửa và ghi lý do{but}. {told.sentence}"
            self.say(replace(told, sentence=self._reprinting), code, () if done else _REPRINT)
