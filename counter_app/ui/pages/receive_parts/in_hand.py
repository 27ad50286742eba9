"""The form that lies open: what is in it, what it was when it was opened, and how it changes places with the parked ones."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QObject, Slot

from counter_app.domain.procedure import ComponentRule, Procedure
from counter_app.ui.context import UiContext
from counter_app.ui.pages.receive_parts import values as form
from counter_app.ui.pages.receive_parts.parking import Parked, Parking
from counter_app.ui.pages.receive_parts.rules import FormRules
from counter_app.ui.pages.receive_parts.scans import FormScans
from counter_app.ui.pages.receive_parts.values import Values
from counter_app.ui.pages.receive_view import ReceiveView
from onestop.ids import uuid7_hex
from onestop.model import Dossier


class FormInHand(QObject):
    """``id`` becomes the dossier's identity; ``cleared``: what Ctrl+Z brings back, until something is typed."""

    def __init__(self, ctx: UiContext, view: ReceiveView, rules: FormRules, scans: FormScans, parent: QObject) -> None:
        super().__init__(parent)
        self._ctx, self._view, self._rules, self._scans = ctx, view, rules, scans
        self.id = uuid7_hex()
        self.cleared: Parked | None = None
        self.parking = Parking(ctx.desk, self.snapshot, self)
        view.draft_chosen.connect(self.open_draft)

    def snapshot(self) -> Parked | None:
        """The form as it stands; None when there is nothing to keep."""
        values, correcting = self._view.values(), self._rules.correcting
        if correcting is not None:
            if values == self._opened_as:
                return None
        elif form.is_blank(values):
            return None
        title = form.title_of(values, self._rules.procedure)
        return Parked(self.id, f"Đính chính: {title}" if correcting else title, values, True, correcting.id if correcting else "",
                      self._scans.from_card)

    def put_aside(self) -> None:
        """Park the form and begin a blank one."""
        now = self.snapshot()
        if now is not None and not self.parking.put(replace(now, open=False)):
            return
        self.begin()
        self.list_drafts()

    def begin(self) -> None:
        """A blank form."""
        self._load(form.blank())

    def done(self) -> None:
        """It became a dossier, or is not wanted any more: forget it and begin a blank one."""
        self.parking.drop(self.id)
        self.begin()

    def clear(self) -> Parked | None:
        """As ``done``, and it can be brought back; returns what was in it."""
        now = self.snapshot()
        self.done()
        self.cleared = now
        return now

    def bring_back(self) -> None:
        """What was cleared stands in the form again."""
        back, self.cleared = self.cleared, None
        if back is not None:
            self.restore(back)
            self.parking.keep()

    def correct(self, dossier: Dossier) -> None:
        """Open a stored dossier; what is half typed is parked."""
        if self.snapshot() is not None:
            self.put_aside()
        self._load(form.from_dossier(dossier), f"correct-{dossier.id}", correcting=dossier)

    def restore(self, parked: Parked) -> None:
        """Put a parked form back."""
        correcting = None
        if parked.correcting:
            with self._ctx.desk.store.read() as reader:
                correcting = reader.dossier(parked.correcting)
        self._load(parked.values, parked.id, correcting=correcting, from_card=parked.from_card)
        if correcting is not None:
            self._opened_as = form.blank()  # it differs from the dossier, or it would not have been parked
        self._rules.look_at_person(infer=False)

    def left_open(self) -> Parked | None:
        """Put back what a crash or a power cut left in the form, and return it."""
        left = next((parked for parked in self.parking.all() if parked.open), None)
        if left is not None:
            self.restore(left)
        return left

    @Slot(str)
    def open_draft(self, draft_id: str) -> None:
        """One of the parked forms changes places with this one."""
        chosen = next((parked for parked in self.parking.all() if parked.id == draft_id), None)
        if chosen is None:
            return
        self.put_aside()
        self.restore(chosen)
        self.parking.keep()
        self.list_drafts()
        self._view.focus("procedure" if not chosen.values["procedure"] else "owner.id_no")

    def list_drafts(self) -> None:
        """Show the parked ones behind their button."""
        self._view.set_drafts([(parked.id, parked.title) for parked in self.parking.all() if parked.id != self.id])

    def _load(self, values: Values, form_id: str = "", *, correcting: Dossier | None = None, from_card: Values | None = None) -> None:
        self.id, self._rules.correcting = form_id or uuid7_hex(), correcting
        self._scans.clear()
        self._scans.from_card = dict(from_card or {})
        self._view.clear_marks()
        self._view.notices.clear()
        self._view.owner.set_note("")
        desk = self._ctx.desk
        procedure: Procedure | None = None
        if correcting is not None and values["procedure"] == correcting.procedure_code:
            procedure = _with_own_papers(desk.catalogue.version(correcting.procedure_code, correcting.procedure_version), correcting)
        if procedure is None and values["procedure"]:
            procedure = desk.catalogue.procedure(values["procedure"], desk.today())
        counts = values["components"] or (form.prefilled(procedure) if procedure else {})
        self._rules.show(procedure, counts, set(values["fees"]))
        self._view.set_values(values)
        self._opened_as = self._view.values()
        self._rules.show_due()


def _with_own_papers(procedure: Procedure | None, dossier: Dossier) -> Procedure | None:
    """The version the dossier was received under, with papers of the folder that no list knows."""
    if procedure is None:
        return None
    known = {rule.code for rule in procedure.components}
    own = tuple(ComponentRule(code=c.code, name=c.name, originals=c.originals, copies=c.copies, required=False)
                for c in dossier.components if c.code not in known)
    return replace(procedure, components=(*procedure.components, *own)) if own else procedure
