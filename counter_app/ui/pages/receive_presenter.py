"""Decisions of "Tiếp nhận hồ sơ": what the form means while it is typed, when it is saved, and what is kept when it is not."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from PySide6.QtCore import QObject, QTimer, Slot

from counter_app.domain.identity import Card
from counter_app.domain.idnumber import WARNINGS_VI
from counter_app.domain.outcomes import PrintOutcome, SaveOutcome
from counter_app.domain.procedure import ComponentRule, Procedure
from counter_app.services.receive import Received
from counter_app.ui.context import UiContext
from counter_app.ui.notify import Notice, Sound, notice
from counter_app.ui.pages.presented import saved_outcome
from counter_app.ui.pages.receive_parts import values as form
from counter_app.ui.pages.receive_parts.last import LastReceipt
from counter_app.ui.pages.receive_parts.parking import Parked, Parking
from counter_app.ui.pages.receive_parts.procedures import ProcedureFinder
from counter_app.ui.pages.receive_parts.rules import FormRules
from counter_app.ui.pages.receive_parts.saving import FormSaving
from counter_app.ui.pages.receive_parts.scans import FormScans
from counter_app.ui.pages.receive_parts.values import Values
from counter_app.ui.pages.receive_view import ReceiveView
from counter_app.ui.print_words import TROUBLES
from onestop.errors import UserError
from onestop.ids import uuid7_hex
from onestop.model import Dossier

_TICK_MS = 20_000
_MOVES = {"sent": SaveOutcome.SENT, "confirmed": SaveOutcome.CONFIRMED, "needs_person": SaveOutcome.NEEDS_PERSON}
_PRINTED = frozenset({PrintOutcome.DONE, PrintOutcome.REPRINTED, PrintOutcome.SAVED_PDF})
_REPRINT = (("reprint", "In lại giấy tiếp nhận"),)


class ReceivePresenter(QObject):
    """``receive_for(card)`` begins a reception, ``correct_dossier(id)`` opens a stored dossier for a correction; both park what is
    half typed."""

    def __init__(self, ctx: UiContext, view: ReceiveView, finder: ProcedureFinder) -> None:
        super().__init__(view)
        self._ctx, self._view, self._finder = ctx, view, finder
        self._id = uuid7_hex()
        self._staff = ""
        self._rules = FormRules(ctx, view)
        self._saving = FormSaving(ctx, view, self._rules, self._say, self)
        self._cleared: Parked | None = None
        self._began = self._shown = False
        self._saved_words = self._reprinting = ""
        self._passing = False  # the message line says what an edit makes old
        self._parking = Parking(ctx.desk, self._snapshot, self)
        self._scans = FormScans(ctx, view, self)
        self._last = LastReceipt(ctx, view.receipt, self)
        self._timer = QTimer(self)
        self._timer.setInterval(_TICK_MS)
        self._timer.timeout.connect(self._tick)
        view.edited.connect(self._edited)
        view.procedure_chosen.connect(self._choose)
        view.procedure_cleared.connect(lambda: self._choose(None))
        view.save_requested.connect(self.save)
        self._last.moved.connect(self._moved)
        self._last.paper_told.connect(self._reprint_told)
        self._saving.saved.connect(self._saved)
        self._saving.corrected.connect(self._corrected)
        view.key_pressed.connect(self._key)
        view.draft_chosen.connect(self._open_draft)
        view.notice_action.connect(self._act)
        view.receipt_action.connect(self._receipt_action)
        ctx.facts.signed_in.connect(self._signed_in)
        ctx.facts.catalogue_changed.connect(self._catalogue_changed)
        self._load(form.blank())

    # ---- the frame

    def enter(self) -> None:
        """The page is shown. The first time, what a crash or a power cut left in the form is put back."""
        self._shown = True
        self._scans.listen()
        self._finder.refresh()
        self._timer.start()
        self._tick()
        if not self._began:
            self._began = True
            self._staff = self._ctx.desk.staff.id if self._ctx.desk.staff else ""
            left = next((parked for parked in self._parking.all() if parked.open), None)
            if left is not None:
                self._restore(left)
                self._say(Notice("info", "history", "Đã khôi phục hồ sơ đang nhập dở.", Sound.NONE), left.title)
        self._list_drafts()

    def leave(self) -> None:
        """Another page or the lock: what is typed stays, and is parked."""
        self._shown = False
        self._scans.stop()
        self._timer.stop()
        self._parking.keep()

    def command(self, command_id: str) -> bool:
        """F-keys of this page."""
        match command_id:
            case "save-print":
                self.save(True)
            case "collect-fee":
                return self._rules.correcting is None and self._view.fees.toggle_all()
            case "print" if self._last.dossier is not None:
                self._last.print()
            case "preview" if self._last.dossier is not None:
                self._last.preview()
            case "undo" if self._cleared is not None:
                self._bring_back()
            case _:
                return False
        return True

    # ---- what other pages ask

    def receive_for(self, card: Card | None) -> None:
        """Begin a reception, with a card if there is one. A half-typed form is kept: a blank one takes its place."""
        if self._rules.correcting is not None or not form.is_blank(self._view.values()):
            self._put_aside()
        if card is not None:
            self._scans.take(card)

    def correct_dossier(self, dossier_id: str) -> None:
        """Open a stored dossier for a correction."""
        with self._ctx.desk.store.read() as reader:
            dossier = reader.dossier(dossier_id)
        if dossier is None:
            self._ctx.fail(UserError("dossier-unknown", "Không có hồ sơ này trên máy."))
            return
        if self._snapshot() is not None:
            self._put_aside()
        self._load(form.from_dossier(dossier), f"correct-{dossier.id}", correcting=dossier)
        self._view.tell(Notice("info", "file-pen-line", "Sửa các ô cần đính chính rồi lưu; chương trình sẽ hỏi lý do.", Sound.NONE))
        self._view.focus("owner.name")

    # ---- while it is typed

    @Slot(str)
    def _edited(self, key: str) -> None:
        self._cleared = None
        self._scans.typed(key)
        if key in self._view.fields:
            self._view.mark(key, "")
            if key != "procedure":
                self._view.hint(key, "")
        if key:
            self._message_is_old()
        if key in ("owner.id_no", "owner.dob", "owner.gender", "owner.kind", ""):
            self._rules.look_at_person(infer=key == "owner.id_no")
        if key == "received_at":
            self._rules.version_of_the_day()
            self._rules.show_due()
        self._parking.touched()

    def _say(self, told: Notice, detail: str = "", actions: tuple[tuple[str, str], ...] = (), *, focus: bool = False) -> None:
        """The message line, until the next edit."""
        self._view.tell(told, detail, actions, focus=focus)
        self._passing = True

    def _message_is_old(self) -> None:
        """After an edit: how many fields are still wrong, or nothing."""
        if not self._passing:
            return
        left = sum(bool(field.error()) for field in self._view.fields.values())
        if left:
            self._view.tell(notice(SaveOutcome.FIELDS_WRONG, count=left))
        else:
            self._passing = False
            self._view.notices.clear()

    @Slot(object)
    def _choose(self, procedure: Procedure | None) -> None:
        self._rules.show(procedure, form.prefilled(procedure) if procedure else {}, set())
        self._parking.touched()

    @Slot()
    def _tick(self) -> None:
        """Time goes on: at 15:00 the same dossier is due a day later."""
        self._view.filing.tick()
        if not self._view.values()["received_at"].strip():
            self._rules.show_due()

    # ---- saving

    @Slot(bool)
    def save(self, print_after: bool, *, acknowledged: bool = False) -> None:
        """Check and save; then print if wanted."""
        self._saving.save(self._id, print_after, acknowledged=acknowledged)

    @Slot(object, bool)
    def _saved(self, done: Received, print_after: bool) -> None:
        dossier = done.dossier
        outcome = saved_outcome(self._ctx) if dossier.code else SaveOutcome.NUMBER_PROVISIONAL
        self._parking.drop(self._id)
        self._last.show(dossier)
        self._load(form.blank())
        self._ctx.say(outcome, code=dossier.shown_code)
        told = notice(outcome, code=dossier.shown_code)
        self._saved_words = told.sentence
        self._say(told, " ".join(f"{WARNINGS_VI[code]}." for code in done.warnings if code in WARNINGS_VI))
        if print_after:
            self._last.print(everything=True)
        self._list_drafts()
        self._view.focus("procedure")

    @Slot(str)
    def _moved(self, state: str) -> None:
        """What was "saved, waiting" goes on its way: the message line must not say what is no longer true."""
        outcome = _MOVES.get(state)
        if outcome is not None and self._saved_words and self._view.notices.sentence() == self._saved_words:
            told = notice(outcome)
            self._saved_words = told.sentence
            self._say(told, self._last.dossier.shown_code if self._last.dossier else "")

    @Slot(object, bool)
    def _corrected(self, dossier: Dossier, print_after: bool) -> None:
        self._parking.drop(self._id)
        self._last.show(dossier)
        self._load(form.blank())
        self._ctx.say(SaveOutcome.CORRECTED_HERE)
        told = notice(SaveOutcome.CORRECTED_HERE)
        if not print_after:
            self._say(told, dossier.shown_code, _REPRINT, focus=True)
            return
        self._reprinting = "Đã sửa và ghi lý do. Đang in lại giấy tiếp nhận…"
        self._say(replace(told, sentence=self._reprinting), dossier.shown_code)
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
            self._say(replace(told, sentence=self._reprinting), code, () if done else _REPRINT)

    # ---- parking

    def _snapshot(self) -> Parked | None:
        values = self._view.values()
        if self._rules.correcting is not None:
            if values == self._opened_as:
                return None
        elif form.is_blank(values):
            return None
        title = form.title_of(values, self._rules.procedure)
        correcting = self._rules.correcting.id if self._rules.correcting else ""
        return Parked(self._id, f"Đính chính: {title}" if correcting else title, values, True, correcting, self._scans.from_card)

    def _put_aside(self) -> None:
        """Park the form and begin a blank one."""
        now = self._snapshot()
        if now is not None and not self._parking.put(replace(now, open=False)):
            return
        self._load(form.blank())
        self._list_drafts()

    def _load(self, values: Values, form_id: str = "", *, correcting: Dossier | None = None, from_card: Values | None = None) -> None:
        self._id, self._rules.correcting = form_id or uuid7_hex(), correcting
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

    def _restore(self, parked: Parked) -> None:
        correcting = None
        if parked.correcting:
            with self._ctx.desk.store.read() as reader:
                correcting = reader.dossier(parked.correcting)
        self._load(parked.values, parked.id, correcting=correcting, from_card=parked.from_card)
        if correcting is not None:
            self._opened_as = form.blank()  # it differs from the dossier, or it would not have been parked
        self._rules.look_at_person(infer=False)

    @Slot(str)
    def _open_draft(self, draft_id: str) -> None:
        chosen = next((parked for parked in self._parking.all() if parked.id == draft_id), None)
        if chosen is None:
            return
        self._put_aside()
        self._restore(chosen)
        self._parking.keep()
        self._list_drafts()
        self._view.focus("procedure" if not chosen.values["procedure"] else "owner.id_no")

    def _list_drafts(self) -> None:
        self._view.set_drafts([(parked.id, parked.title) for parked in self._parking.all() if parked.id != self._id])

    # ---- keys and buttons

    @Slot(str)
    def _key(self, action_id: str) -> None:
        now = self._snapshot()
        if action_id == "park" and now is not None and self._rules.correcting is None:
            self._put_aside()
            self._ctx.say(SaveOutcome.PARKED)
            self._say(notice(SaveOutcome.PARKED), now.title)
        elif action_id == "clear":
            was_correcting = self._rules.correcting is not None
            self._parking.drop(self._id)
            self._load(form.blank())
            self._cleared = now
            if now is not None:
                said = "Đã thôi đính chính, hồ sơ giữ nguyên." if was_correcting else "Đã xóa trắng ô nhập."
                self._say(Notice("info", "rotate-ccw", said, Sound.NONE), actions=(("undo", "Hoàn tác"),))
        self._view.focus("procedure")

    def _bring_back(self) -> None:
        back, self._cleared = self._cleared, None
        if back is not None:
            self._restore(back)
            self._parking.keep()

    @Slot(str)
    def _act(self, action_id: str) -> None:
        if self._scans.act(action_id):
            return
        match action_id:
            case "acknowledge" | "acknowledge-print":
                self.save(action_id == "acknowledge-print", acknowledged=True)
            case "undo":
                self._bring_back()
            case "reprint":
                self._view.notices.clear()
                self._last.print()
                self._view.focus("procedure")

    @Slot(str)
    def _receipt_action(self, action_id: str) -> None:
        if self._last.dossier is None:
            return
        match action_id:
            case "print":
                self._last.print()
            case "correct":
                self.correct_dossier(self._last.dossier.id)
            case "open":
                self._ctx.open_dossier(self._last.dossier.id)

    @Slot(object)
    def _signed_in(self, _staff: object) -> None:
        """Another person at the desk finds a blank form; what the one before typed is parked."""
        staff = self._ctx.desk.staff
        if staff is None:
            self._parking.keep()
        elif self._staff and staff.id != self._staff:
            self._put_aside()
        self._staff = staff.id if staff else self._staff

    @Slot()
    def _catalogue_changed(self) -> None:
        if self._shown:
            self._finder.refresh()
            self._rules.show_due()


def _with_own_papers(procedure: Procedure | None, dossier: Dossier) -> Procedure | None:
    """The version the dossier was received under, with papers of the folder that no list knows."""
    if procedure is None:
        return None
    known = {rule.code for rule in procedure.components}
    own = tuple(ComponentRule(code=c.code, name=c.name, originals=c.originals, copies=c.copies, required=False)
                for c in dossier.components if c.code not in known)
    return replace(procedure, components=(*procedure.components, *own)) if own else procedure


def build_receive_page(ctx: UiContext) -> ReceiveView:
    """The page, ready for the frame. Its ``presenter`` has `receive_for` and `correct_dossier`."""
    finder = ProcedureFinder(ctx.desk)
    view = ReceiveView(ctx.desk, finder.fetch)
    view.presenter = ReceivePresenter(ctx, view, finder)
    return view
