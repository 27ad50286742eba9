"""What the chosen procedure means for the form: checklist, fees, due date; and what the typed number says about the person."""

from __future__ import annotations

from counter_app.domain.idnumber import WARNINGS_VI, check_id_no, parse_dob
from counter_app.domain.procedure import Procedure
from counter_app.services.receive import preview_due
from counter_app.ui.context import UiContext
from counter_app.ui.pages.receive_parts import values as form
from counter_app.ui.pages.receive_parts.procedures import choice_of, info_words, refusal
from counter_app.ui.pages.receive_view import ReceiveView
from counter_app.ui.texts import date_text
from onestop.calendar import WEEKDAYS_VI
from onestop.errors import UserError
from onestop.model import Dossier
from onestop.vntime import to_vn


class FormRules:
    """``procedure``: the version in the form; ``correcting``: the stored dossier that is corrected (None: a new one)."""

    def __init__(self, ctx: UiContext, view: ReceiveView) -> None:
        self._ctx, self._view = ctx, view
        self.procedure: Procedure | None = None
        self.correcting: Dossier | None = None

    def show(self, procedure: Procedure | None, counts: dict[str, list[int]], collected: set[str]) -> None:
        """Put a procedure (None: none) into the form with these counts and fees taken."""
        self.procedure = procedure
        info = info_words(self._ctx.desk, procedure) if procedure else ""
        choice = choice_of(procedure) if procedure else None
        self._view.set_procedure(choice, info, counts, collected, fees_enabled=self.correcting is None)
        why = refusal(self._ctx.desk, procedure) if procedure and self.correcting is None else ""
        if why:
            self._view.mark("procedure", why)
        self._view.set_mode(self.correcting.shown_code if self.correcting else "", not why)
        self.show_due()

    def version_of_the_day(self) -> None:
        """A paper day entered afterwards takes the rules of that day."""
        moment = form.parse_moment(self._view.values()["received_at"], self._ctx.desk.now())
        if self.procedure is None or moment is None or self.correcting is not None or self.procedure.holds_on(moment.date()):
            return
        then = self._ctx.desk.catalogue.procedure(self.procedure.code, moment.date())
        if then is not None:
            self.show(then, form.prefilled(then), set(self._view.values()["fees"]))

    def show_due(self) -> None:
        """When it would be due if it were received at the moment that is typed, and why."""
        desk, procedure = self._ctx.desk, self.procedure
        moment = form.parse_moment(self._view.values()["received_at"], desk.now())
        if procedure is None or refusal(desk, procedure):
            why = "Chọn thủ tục để tính ngày hẹn." if procedure is None else "Không tiếp nhận thủ tục này tại quầy."
            self._view.due.show_due("", "", [why])
            return
        if moment is None:
            self._view.due.show_due("", "", ["Nhận lúc: ghi cả giờ và ngày, ví dụ 14:30 20/11."])
            return
        if self.correcting is not None and procedure.code == self.correcting.procedure_code:
            due, reasons = self.correcting.due_at, ["Ngày đã hẹn với người nộp; đính chính không đổi ngày hẹn."]
        else:
            try:
                found = preview_due(desk, procedure, moment)
            except UserError as error:
                self._view.due.show_due("", "", [error.message])
                return
            due, reasons = found.due_at, [step.text_vi for step in found.steps if step.kind != "due"]
        if due is None:
            self._view.due.show_due("–", "", reasons)
            return
        day = to_vn(due)
        self._view.due.show_due(date_text(day), f"{day:%H:%M} {WEEKDAYS_VI[day.weekday()]}", reasons)

    def look_at_person(self, *, infer: bool) -> None:
        """Compare the number with what else is typed: warnings, never refusals. A new number fills an empty gender."""
        values = self._view.values()
        number = values["owner.id_no"].strip()
        if values["owner.kind"] != "person" or len(number) < 9:
            self._view.owner.set_note("")
            return
        looked = check_id_no(number, dob=parse_dob(values["owner.dob"]), gender=values["owner.gender"] or None)
        if infer and looked.gender and not values["owner.gender"]:
            self._view.set_values(values | {"owner.gender": looked.gender})
        warnings = looked.warnings if looked.ok or len(number) >= 12 else ()
        self._view.owner.set_note(". ".join(WARNINGS_VI[code] for code in warnings))
