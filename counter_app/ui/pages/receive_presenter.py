"""Decisions of "Tiếp nhận hồ sơ": what the form means while it is typed, when it is saved, and what is kept when it is not."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Slot

from counter_app.domain.identity import Card
from counter_app.domain.idnumber import WARNINGS_VI
from counter_app.domain.outcomes import SaveOutcome
from counter_app.domain.procedure import Procedure
from counter_app.services.receive import Received
from counter_app.ui.context import UiContext
from counter_app.ui.notify import Notice, Sound, notice
from counter_app.ui.pages.presented import saved_outcome
from counter_app.ui.pages.receive_parts import values as form
from counter_app.ui.pages.receive_parts.in_hand import FormInHand
from counter_app.ui.pages.receive_parts.last import LastReceipt
from counter_app.ui.pages.receive_parts.message import MessageLine
from counter_app.ui.pages.receive_parts.procedures import ProcedureFinder
from counter_app.ui.pages.receive_parts.rules import FormRules
from counter_app.ui.pages.receive_parts.saving import FormSaving
from counter_app.ui.pages.receive_parts.scans import FormScans
from counter_app.ui.pages.receive_view import ReceiveView
from onestop.errors import UserError
from onestop.model import Dossier

_TICK_MS = 20_000


class ReceivePresenter(QObject):
    """``receive_for(card)`` begins a reception, ``correct_dossier(id)`` opens a stored dossier for a correction; both park what is
    half typed."""

    def __init__(self, ctx: UiContext, view: ReceiveView, finder: ProcedureFinder) -> None:
        super().__init__(view)
        self._ctx, self._view, self._finder = ctx, view, finder
        self._staff = ""
        self._began = self._shown = False
        self._rules = FormRules(ctx, view)
        self._scans = FormScans(ctx, view, self)
        self._form = FormInHand(ctx, view, self._rules, self._scans, self)
        self._parking = self._form.parking
        self._last = LastReceipt(ctx, view.receipt, self)
        self._line = MessageLine(view, self._last, self)
        self._saving = FormSaving(ctx, view, self._rules, self._line.say, self)
        self._timer = QTimer(self)
        self._timer.setInterval(_TICK_MS)
        self._timer.timeout.connect(self._tick)
        view.edited.connect(self._edited)
        view.procedure_chosen.connect(self._choose)
        view.procedure_cleared.connect(lambda: self._choose(None))
        view.save_requested.connect(self.save)
        self._saving.saved.connect(self._saved)
        self._saving.corrected.connect(self._corrected)
        view.key_pressed.connect(self._key)
        view.notice_action.connect(self._act)
        view.receipt_action.connect(self._receipt_action)
        ctx.facts.signed_in.connect(self._signed_in)
        ctx.facts.catalogue_changed.connect(self._catalogue_changed)
        self._form.begin()

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
            left = self._form.left_open()
            if left is not None:
                self._line.say(Notice("info", "history", "Đã khôi phục hồ sơ đang nhập dở.", Sound.NONE), left.title)
        self._form.list_drafts()

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
            case "undo" if self._form.cleared is not None:
                self._form.bring_back()
            case _:
                return False
        return True

    # ---- what other pages ask

    def receive_for(self, card: Card | None) -> None:
        """Begin a reception, with a card if there is one. A half-typed form is kept: a blank one takes its place."""
        if self._rules.correcting is not None or not form.is_blank(self._view.values()):
            self._form.put_aside()
        if card is not None:
            self._scans.take(card)

    def correct_dossier(self, dossier_id: str) -> None:
        """Open a stored dossier for a correction."""
        with self._ctx.desk.store.read() as reader:
            dossier = reader.dossier(dossier_id)
        if dossier is None:
            self._ctx.fail(UserError("dossier-unknown", "Không có hồ sơ này trên máy."))
            return
        self._form.correct(dossier)
        self._view.tell(Notice("info", "file-pen-line", "Sửa các ô cần đính chính rồi lưu; chương trình sẽ hỏi lý do.", Sound.NONE))
        self._view.focus("owner.name")

    # ---- while it is typed

    @Slot(str)
    def _edited(self, key: str) -> None:
        self._form.cleared = None
        self._scans.typed(key)
        if key in self._view.fields:
            self._view.mark(key, "")
            if key != "procedure":
                self._view.hint(key, "")
        if key:
            self._line.edited()
        if key in ("owner.id_no", "owner.dob", "owner.gender", "owner.kind", ""):
            self._rules.look_at_person(infer=key == "owner.id_no")
        if key == "received_at":
            self._rules.version_of_the_day()
            self._rules.show_due()
        self._parking.touched()

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
        self._saving.save(self._form.id, print_after, acknowledged=acknowledged)

    @Slot(object, bool)
    def _saved(self, done: Received, print_after: bool) -> None:
        dossier = done.dossier
        outcome = saved_outcome(self._ctx) if dossier.code else SaveOutcome.NUMBER_PROVISIONAL
        self._last.show(dossier)
        self._form.done()
        self._ctx.say(outcome, code=dossier.shown_code)
        warnings = " ".join(f"{WARNINGS_VI[code]}." for code in done.warnings if code in WARNINGS_VI)
        self._line.saved(outcome, dossier.shown_code, warnings)
        if print_after:
            self._last.print(everything=True)
        self._form.list_drafts()
        self._view.focus("procedure")

    @Slot(object, bool)
    def _corrected(self, dossier: Dossier, print_after: bool) -> None:
        self._last.show(dossier)
        self._form.done()
        self._ctx.say(SaveOutcome.CORRECTED_HERE)
        self._line.corrected(dossier.shown_code, print_after=print_after)

    # ---- keys and buttons

    @Slot(str)
    def _key(self, action_id: str) -> None:
        if action_id == "park" and self._rules.correcting is None and (now := self._form.snapshot()) is not None:
            self._form.put_aside()
            self._ctx.say(SaveOutcome.PARKED)
            self._line.say(notice(SaveOutcome.PARKED), now.title)
        elif action_id == "clear":
            was_correcting = self._rules.correcting is not None
            if self._form.clear() is not None:
                said = "Đã thôi đính chính, hồ sơ giữ nguyên." if was_correcting else "Đã xóa trắng ô nhập."
                self._line.say(Notice("info", "rotate-ccw", said, Sound.NONE), actions=(("undo", "Hoàn tác"),))
        self._view.focus("procedure")

    @Slot(str)
    def _act(self, action_id: str) -> None:
        if self._scans.act(action_id):
            return
        match action_id:
            case "acknowledge" | "acknowledge-print":
                self.save(action_id == "acknowledge-print", acknowledged=True)
            case "undo":
                self._form.bring_back()
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
            self._form.put_aside()
        self._staff = staff.id if staff else self._staff

    @Slot()
    def _catalogue_changed(self) -> None:
        if self._shown:
            self._finder.refresh()
            self._rules.show_due()


def build_receive_page(ctx: UiContext) -> ReceiveView:
    """The page, ready for the frame. Its ``presenter`` has `receive_for` and `correct_dossier`."""
    finder = ProcedureFinder(ctx.desk)
    view = ReceiveView(ctx.desk, finder.fetch)
    view.presenter = ReceivePresenter(ctx, view, finder)
    return view
