"""Saving what the form says: all errors at once, required papers missing only knowingly, corrections with a reason."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QObject, Signal

from counter_app.domain.outcomes import SaveOutcome
from counter_app.services.correct import correct
from counter_app.services.receive import ReceiveForm, check, receive
from counter_app.ui.context import UiContext
from counter_app.ui.dialogs.questions import ReasonDialog
from counter_app.ui.notify import Notice, Sound, notice
from counter_app.ui.pages.receive_parts import values as form
from counter_app.ui.pages.receive_parts.rules import FormRules
from counter_app.ui.pages.receive_view import ReceiveView
from onestop.errors import EnvironmentFault, InvalidFields, UserError
from onestop.model import Dossier


class FormSaving(QObject):
    """``saved(Received, print)`` and ``corrected(Dossier, print)`` after the COMMIT. What is refused is told through ``say`` (the
    message line) and beside the fields; everything typed stays."""

    saved = Signal(object, bool)
    corrected = Signal(object, bool)

    def __init__(self, ctx: UiContext, view: ReceiveView, rules: FormRules, say: Callable[..., None], parent: QObject) -> None:
        super().__init__(parent)
        self._ctx, self._view, self._rules, self._say = ctx, view, rules, say

    def save(self, form_id: str, print_after: bool, *, acknowledged: bool = False) -> None:
        """Check and save; ``form_id`` becomes the dossier's identity, so that a form can be saved only once."""
        self._view.clear_marks()
        try:
            wanted = self._judge(acknowledged)
            if self._rules.correcting is not None:
                self._ask_reason(self._rules.correcting, wanted, print_after)
                return
            done, _ = receive(self._ctx.desk, wanted, dossier_id=form_id)
        except UserError as error:
            self._refused(error, print_after)
            return
        self.saved.emit(done, print_after)

    def _judge(self, acknowledged: bool) -> ReceiveForm:
        """All errors at once. Raises InvalidFields and what `check` raises."""
        desk, values, bad = self._ctx.desk, self._view.values(), {}
        try:
            wanted = form.to_form(values, self._rules.procedure, desk.now(), acknowledge_missing=acknowledged)
        except InvalidFields as error:
            bad |= error.fields
            wanted = form.to_form(values | {"received_at": ""}, self._rules.procedure, desk.now())
        try:
            if self._rules.correcting is not None:
                wanted = replace(wanted, received_at=None)
            cleaned = check(desk, wanted)[1]
        except InvalidFields as error:
            raise InvalidFields(bad | error.fields) from None
        if bad:
            raise InvalidFields(bad)
        return cleaned if self._rules.correcting is not None or wanted.received_at else replace(cleaned, received_at=None)

    def _refused(self, error: UserError, print_after: bool) -> None:
        if isinstance(error, InvalidFields):
            outcome, facts = SaveOutcome.FIELDS_WRONG, {"count": len(error.fields)}
            self._ctx.say(outcome, **facts)
            self._say(notice(outcome, **facts), " ".join(self._view.show_errors(error.fields)))
        elif error.code == "components-missing":
            again = "acknowledge-print" if print_after else "acknowledge"
            self._say(Notice("warning", "file-warning", error.message, Sound.WARNING), actions=((again, "Vẫn tiếp nhận"),), focus=True)
        elif isinstance(error, EnvironmentFault):
            outcome = SaveOutcome.DISK_FULL if error.code == "disk-full" else SaveOutcome.STORE_FAULT
            self._ctx.say(outcome)
            self._say(notice(outcome), "" if outcome is SaveOutcome.DISK_FULL else error.message)
        else:
            self._ctx.say(SaveOutcome.REFUSED, reason=error.message)
            self._say(notice(SaveOutcome.REFUSED, reason=error.message))

    def _ask_reason(self, dossier: Dossier, wanted: ReceiveForm, print_after: bool) -> None:
        changes = form.corrections(dossier, wanted)
        if not changes:
            raise UserError("nothing-to-correct", "Không có gì thay đổi so với hồ sơ đang lưu.")
        self._ask_why(dossier, changes, print_after)

    def _ask_why(self, dossier: Dossier, changes: dict[str, Any], print_after: bool, typed: str = "", problem: str = "") -> None:
        why = self.tr("Vì sao phải đính chính? Giấy đã in cần được in lại và thu hồi bản cũ.")
        dialog = ReasonDialog(self.tr("Đính chính hồ sơ {0}").format(dossier.shown_code), why, verb=self.tr("Lưu đính chính"),
                              initial=typed, parent=self._view.window())
        dialog.field.set_error(problem)

        def given(reason: str, _category: object) -> None:
            try:
                corrected, _ = correct(self._ctx.desk, dossier.id, changes, reason)
            except UserError as error:
                if isinstance(error, InvalidFields) and "reason" in error.fields:  # what is typed comes back to be put right
                    self._ask_why(dossier, changes, print_after, reason, error.fields["reason"])
                else:
                    self._refused(error, print_after)
                return
            self.corrected.emit(corrected, print_after)

        dialog.reason_given.connect(given)
        dialog.open()
