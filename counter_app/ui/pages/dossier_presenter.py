"""Decisions of the dossier page: what is shown, what may be done, what happens then."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, Slot

from counter_app.domain.outcomes import SaveOutcome
from counter_app.services import access, lifecycle
from counter_app.services.desk import Changes
from counter_app.services.lookup import LookupResult
from counter_app.services.paper_menu import DOSSIER_MAKERS, dossier_choices
from counter_app.ui.context import UiContext
from counter_app.ui.pages import dossier_forms as forms
from counter_app.ui.pages.dossier_actions import available
from counter_app.ui.pages.dossier_facts import build_facts, source_words
from counter_app.ui.pages.dossier_filing import Filing
from counter_app.ui.pages.dossier_view import DossierView
from counter_app.ui.pages.paper_menu import offer_papers
from counter_app.ui.pages.presented import print_paper, saved_outcome
from onestop.errors import UserError
from onestop.model import Dossier

_KEYS = {
    "supplement": ("supplement", "supplement-in"),
    "collect-fee": ("collect-fee",),
    "print": ("print-return", "print-01"),
    "print-more": ("print-more",),
    "return": ("return",),
    "handover": ("slip", "handover"),
}


class DossierPresenter(QObject):
    """``open(id)`` shows a dossier of this PC, ``show_answer`` one that may be the centre's."""

    def __init__(self, ctx: UiContext, view: DossierView) -> None:
        super().__init__(view)
        self._ctx, self._view = ctx, view
        self._dossier: Dossier | None = None
        self._answer: LookupResult | None = None
        self._filing = Filing(ctx, view.files)
        view.action_requested.connect(self.do)
        view.reveal_requested.connect(self._reveal)
        view.note_requested.connect(self._note)
        view.find_requested.connect(self._find)
        ctx.facts.changed.connect(self._changed)
        ctx.facts.signed_in.connect(self._signed_in)
        view.show_nothing()

    def enter(self) -> None:
        """Shown again: the dossier may have moved on."""
        self.refresh()

    def leave(self) -> None:
        """Revealed numbers are masked again by the next refresh."""

    def command(self, command_id: str) -> bool:
        """The F-keys do what the buttons show; a key whose action is not there stays with the frame."""
        if command_id == "preview":
            return self._preview()
        for action_id in _KEYS.get(command_id, ()):
            button = self._view.actions.buttons.get(action_id)
            if button is not None and button.isEnabled():
                self.do(action_id)
                return True
        return False

    def open(self, dossier_id: str) -> None:
        """Show a dossier as this PC has it."""
        self._answer = None
        with self._ctx.desk.store.read() as reader:
            self._dossier = reader.dossier(dossier_id)
        self.refresh()
        self._view.focus_action()

    def show_answer(self, answer: LookupResult) -> None:
        """Show what a look-up found, from here or from the centre."""
        self._dossier, self._answer = answer.dossier, answer
        self.refresh()
        self._view.focus_action()

    def refresh(self) -> None:
        """Read again and show."""
        if self._dossier is None:
            self._view.show_nothing()
            return
        desk, central = self._ctx.desk, self._answer is not None and self._answer.provenance == "central"
        with desk.store.read() as reader:
            here = reader.dossier(self._dossier.id)
            if here is not None:
                self._dossier, central = here, False
            sync = reader.sync_state(here.id) if here is not None else None
            reviews = len(reader.reviews(entity=self._dossier.id)) if here is not None else 0
            names = reader.staff_names()
            slip = reader.open_slip_of(here.id) if here is not None else None
        source = source_words("central", self._answer.as_of) if central and self._answer else source_words("cache", None)
        facts = build_facts(desk, self._dossier, sync=sync, reviews=reviews, names=names, source=source)
        roles = desk.staff.roles if desk.staff else ()
        self._view.files.setVisible(here is not None)
        if here is not None:
            self._filing.show(here)
        self._view.show_facts(facts, available(self._dossier, roles, desk.agency, slip.number if slip else "") if here is not None else [])

    @property
    def dossier(self) -> Dossier | None:
        """What is open."""
        return self._dossier

    @Slot(str)
    def do(self, action_id: str) -> None:
        """Do an action of the list."""
        dossier = self._dossier
        if dossier is None:
            return
        if action_id == "return":
            self._ctx.return_dossier(dossier.id)
        elif action_id == "handover":
            self._ctx.hand_over([dossier.id])
        elif action_id == "slip":
            with self._ctx.desk.store.read() as reader:
                slip = reader.open_slip_of(dossier.id)
            if slip is not None:
                self._ctx.open_slip(slip.id)
            else:  # confirmed meanwhile, at another desk
                self.refresh()
        elif action_id == "correct":
            self._ctx.correct_dossier(dossier.id)
        elif action_id == "print-more":
            offer_papers(self._ctx, self._view, f"In giấy của hồ sơ {dossier.shown_code}", dossier_choices(self._ctx.desk, dossier))
        elif action_id.startswith("print-"):
            self._print(action_id.removeprefix("print-"))
        elif action_id == "accept":
            self._run(lambda: lifecycle.accept(self._ctx.desk, dossier.id))
        elif action_id == "payment-done":
            self._run(lambda: lifecycle.payment_done(self._ctx.desk, dossier.id))
        else:
            self._form(forms.form_for(self._ctx.desk, dossier, action_id))

    def _form(self, form: forms.Form) -> None:
        dialog = self._view.ask(form.title, form.asks, text=form.text, verb=form.verb, icon=form.icon, danger=form.danger)

        def submit(values: dict[str, Any]) -> None:
            try:
                form.do(values)
            except UserError as error:
                if error.code == "due-needed" and self._dossier is not None:
                    dialog.reject()
                    self._form(forms.due_form(self._ctx.desk, self._dossier))
                else:
                    dialog.show_problem(error)
                return
            dialog.accept()
            self._saved(form.outcome)
            if form.paper and values.get("print") == forms.PRINT_NOW:
                self._print(form.paper)

        dialog.submitted.connect(submit)

    def _run(self, work: Callable[[], Any]) -> None:
        try:
            work()
        except UserError as error:
            self._ctx.fail(error)
            return
        self._saved(None)

    def _saved(self, outcome: SaveOutcome | None) -> None:
        self._ctx.say(outcome or saved_outcome(self._ctx))
        self.refresh()

    def _print(self, form: str) -> None:
        assert self._dossier is not None
        try:
            print_paper(self._ctx, DOSSIER_MAKERS[form](self._ctx.desk, self._dossier))
        except UserError as error:
            self._ctx.fail(error)

    def _preview(self) -> bool:
        """The papers of this dossier as they would be printed now."""
        if self._dossier is None or self._ctx.printing is None or not self._view.actions.buttons:
            return False
        papers = []
        for form in ("01", "02", "03", "04", "05", "06", "return"):
            try:
                papers.append(DOSSIER_MAKERS[form](self._ctx.desk, self._dossier))
            except UserError:
                continue  # nothing of the kind has happened to this dossier
        self._ctx.printing.preview(papers)
        return True

    @Slot(str)
    def _reveal(self, who: str) -> None:
        assert self._dossier is not None
        try:
            self._view.show_id(who, access.reveal_id(self._ctx.desk, self._dossier.id, "submitter" if who == "submitter" else "owner"))
        except UserError as error:
            self._ctx.fail(error)

    @Slot()
    def _note(self) -> None:
        self._ctx.go("sync")

    @Slot()
    def _find(self) -> None:
        self._ctx.go("find")

    @Slot(object)
    def _changed(self, changes: Changes) -> None:
        if self._dossier is not None and self._view.isVisible() and (self._dossier.id in changes.dossiers or changes.reviews):
            self.refresh()

    @Slot(object)
    def _signed_in(self, staff: object) -> None:
        if self._view.isVisible():
            self.refresh()


def build_dossier_page(ctx: UiContext) -> DossierView:
    """The page, ready for the frame."""
    view = DossierView()
    view.presenter = DossierPresenter(ctx, view)
    return view
