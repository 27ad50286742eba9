"""Decisions of "Đồng bộ": what is said about the link, retrying at once, and settling what the centre did not take."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Slot

from counter_app.domain.outcomes import SaveOutcome
from counter_app.services import reviews
from counter_app.services.clock_guard import clock_state, confirm_clock
from counter_app.services.desk import Changes
from counter_app.services.edit_again import draft, edit_again
from counter_app.services.stuck import export_stuck, import_stuck
from counter_app.services.unsent import read_unsent, retry_now
from counter_app.ui.context import UiContext
from counter_app.ui.pages import sync_facts as facts
from counter_app.ui.pages.edit_dialog import EditDialog
from counter_app.ui.pages.merge_dialog import MergeDialog
from counter_app.ui.pages.presented import saved_outcome
from counter_app.ui.pages.review_facts import ReviewLine, review_line
from counter_app.ui.pages.sync_view import SyncView
from onestop.errors import EnvironmentFault, UserError
from onestop.model import Dossier, Review
from onestop.vntime import VN_TZ

if TYPE_CHECKING:
    from counter_app.store.unit import Reader

LIMIT = 200
_WAITING = ("new", "sent", "quarantined")
_BY_HAND = "Bước này đã hỏng trên đĩa và không gửi được nữa: hãy làm lại bước đó trên hồ sơ."
_AFTER = {
    reviews.THEIRS: "Giá trị của trung tâm được giữ.",
    reviews.MINE: "Giá trị của quầy đang được gửi về trung tâm.",
    reviews.MERGED: "Các ô đã chọn của quầy đang được gửi về trung tâm.",
    reviews.NEW_CODE: "Hồ sơ có mã mới: bấm F9 in lại giấy hẹn và thu lại giấy cũ.",
    reviews.KEEP_BOTH: "Cả hai hồ sơ được giữ.",
}


class SyncPresenter(QObject):
    """Everything is read again after each cycle and each change while the page is shown."""

    def __init__(self, ctx: UiContext, view: SyncView) -> None:
        super().__init__(view)
        self._ctx, self._view = ctx, view
        self._shown = False
        view.sync_requested.connect(self.sync_now)
        view.settle_requested.connect(self._settle)
        view.again_requested.connect(self._again)
        view.edit_requested.connect(self._edit)
        view.export_requested.connect(self._export)
        view.import_requested.connect(self._import)
        view.clock_confirmed.connect(self._confirm_clock)
        view.open_requested.connect(self._open)
        ctx.facts.changed.connect(self._changed)
        ctx.facts.synced.connect(self._synced)
        ctx.facts.link_changed.connect(self._link_changed)

    def enter(self) -> None:
        """Show how things stand."""
        self._shown = True
        self._view.set_busy(False)
        self.refresh()

    def leave(self) -> None:
        """Nothing to stop."""
        self._shown = False

    def command(self, command_id: str) -> bool:
        """F8 sends and receives now."""
        if command_id == "sync":
            self.sync_now()
            return True
        return False

    @Slot()
    def sync_now(self) -> None:
        """Do not wait for the next turn; what was set aside is tried once more."""
        if self._ctx.sync is None:
            return
        self._view.set_busy(not self._ctx.sync.asked_to_wait())
        try:
            retry_now(self._ctx.desk, self._ctx.sync)
        except UserError:  # nobody with the right is signed in, or a full disk keeps no note of it: sending what waits needs neither
            self._ctx.sync.wake()
        if self._shown:
            self.refresh()

    def refresh(self) -> None:
        """Read everything again; where the disk does not let us, that is what is said."""
        try:
            self._read()
        except EnvironmentFault as fault:
            self._view.set_unreadable(facts.unreadable_tile(fault.message))

    def _read(self) -> None:
        desk, now = self._ctx.desk, self._ctx.desk.now()
        with desk.store.read() as reader:
            summary = reader.outbox_summary()
            last = self._ctx.sync.last if self._ctx.sync is not None else None
            found = read_unsent(reader, desk, self._ctx.link(), limit=LIMIT, stopped=last.stopped if last is not None else "")
            lines = [facts.outbox_line(op.item, reader.op_bytes(op.item.op), now, op.reason)
                     for op in found.ops if op.item.state in _WAITING]
            names = reader.staff_names()
            open_reviews = [self._line(reader, names, *found) for found in reviews.open_reviews(reader, desk)]
            clock = clock_state(reader, desk)
            leases, room = reader.leases(desk.today()), reader.lane_room(desk.today())
        link, problems = self._ctx.link(), list(last.problems) if last is not None else []
        aside = summary.per_state.get("quarantined", 0)
        until = datetime.combine(max(x.valid_to for x in leases), time(), VN_TZ) if leases else None
        ranges = ", ".join(f"{x.first}–{x.last}" for x in leases)
        self._view.set_tiles(
            (
                facts.link_tile(link, self._ctx.last_sync(), now, self._ctx.sync.asked_to_wait() if self._ctx.sync is not None else 0.0),
                facts.unsent_tile(found, aside, link, problems, now),
                facts.lane_tile(desk, room, until, ranges),
                facts.clock_tile(self._skew(), clock),
            )
        )
        total = summary.waiting + aside
        self._view.set_outbox(lines, total)
        self._view.set_reviews(open_reviews)
        self._view.ask_clock(f"{clock.today:%d/%m/%Y}" if clock.unsure else "")

    def _line(self, reader: Reader, names: dict[str, str], review: Review, late: bool, dossier: Dossier | None) -> ReviewLine:
        slip = reader.slip(review.entity) if dossier is None else None
        code = dossier.shown_code if dossier is not None else slip.number if slip is not None else ""
        return review_line(review, self._ctx.desk, names, code=code, late=late, choices=reviews.choices(review, dossier), dossier=dossier)

    def _skew(self) -> timedelta | None:
        clock = self._ctx.desk.clock
        return clock.wall() - clock.now()

    @Slot(object, str)
    def _settle(self, line: ReviewLine, decision: str) -> None:
        if decision != reviews.MERGED:
            self._decide(line, decision)
            return
        dialog = MergeDialog(line, self._view)
        dialog.chosen.connect(lambda take: self._decide(line, decision, take))
        dialog.open()

    def _decide(self, line: ReviewLine, decision: str, take: dict[str, str] | None = None) -> None:
        def work() -> None:
            reviews.settle(self._ctx.desk, line.id, decision, take=take)
            self._ctx.say(SaveOutcome.SETTLED, reason=_AFTER.get(decision, ""))
            if decision == reviews.NEW_CODE:
                self._ctx.open_dossier(line.entity)  # there its receipt is printed again

        self._try(work, silent=True)

    @Slot(object)
    def _again(self, line: facts.OutboxLine) -> None:
        self._try(lambda: reviews.try_again(self._ctx.desk, line.op))
        self.sync_now()

    @Slot(object)
    def _edit(self, line: facts.OutboxLine) -> None:
        desk = self._ctx.desk
        try:
            with desk.store.read() as reader:
                found = draft(reader, line.op)
        except UserError as error:
            self._ctx.fail(error)
            return
        dialog = EditDialog(found, line.what, self._view)

        def send(values: dict[str, Any], reason: str | None) -> None:
            try:
                done, _ = edit_again(desk, line.op, values, reason)
            except UserError as error:
                dialog.show_error(error)
                return
            dialog.accept()
            if done is None:
                self._ctx.say(SaveOutcome.SETTLED, reason=_BY_HAND)
                self._ctx.open_dossier(line.entity)
            else:
                self._ctx.say(saved_outcome(self._ctx))
            self.sync_now()

        dialog.edited.connect(send)
        dialog.open()

    def _try(self, work: Callable[[], object], *, silent: bool = False) -> None:
        try:
            work()
        except UserError as error:
            self._ctx.fail(error)
        else:
            if not silent:
                self._ctx.say(saved_outcome(self._ctx))
        self.refresh()

    @Slot()
    def _confirm_clock(self) -> None:
        def work() -> None:
            confirm_clock(self._ctx.desk)
            self._ctx.say(SaveOutcome.SETTLED, reason="Ngày của máy đã được xác nhận, tiếp tục tiếp nhận được.")

        self._try(work, silent=True)

    @Slot(object)
    def _export(self, target: Path) -> None:
        def work() -> None:
            done = export_stuck(self._ctx.desk, target)
            outcome = SaveOutcome.EXPORTED_PART if done.damaged else SaveOutcome.EXPORTED
            self._ctx.say(outcome, count=done.count, name=target.name, names=", ".join(done.damaged))

        self._try(work, silent=True)

    @Slot(object)
    def _import(self, source: Path) -> None:
        def work() -> None:
            new, total = import_stuck(self._ctx.desk, source)
            self._ctx.say(SaveOutcome.IMPORTED, count=new, total=total)
            self.sync_now()

        self._try(work, silent=True)

    @Slot(object)
    def _open(self, line: facts.OutboxLine | ReviewLine) -> None:
        with self._ctx.desk.store.read() as reader:
            dossier, slip = reader.dossier(line.entity), reader.slip(line.entity)
        if dossier is not None:
            self._ctx.open_dossier(dossier.id)
        elif slip is not None:
            self._ctx.open_slip(slip.id)

    @Slot(object)
    def _synced(self, report: object) -> None:
        self._view.set_busy(False)
        if self._shown:
            self.refresh()

    @Slot(object)
    def _link_changed(self, link: object) -> None:
        if self._shown:
            self.refresh()

    @Slot(object)
    def _changed(self, changes: Changes) -> None:
        if self._shown:
            self.refresh()


def build_sync_page(ctx: UiContext) -> SyncView:
    """The page, ready for the frame."""
    view = SyncView()
    view.presenter = SyncPresenter(ctx, view)
    return view
