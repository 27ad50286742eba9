"""Decisions of "Đồng bộ": what is said about the link, retrying at once, and settling what the centre did not take."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from PySide6.QtCore import QObject, Slot

from counter_app.services import reviews
from counter_app.services.desk import Changes
from counter_app.ui.context import UiContext
from counter_app.ui.pages import sync_facts as facts
from counter_app.ui.pages.presented import saved_outcome
from counter_app.ui.pages.sync_view import SyncView
from onestop.errors import UserError
from onestop.vntime import VN_TZ

LIMIT = 200
_WAITING = ("new", "sent", "quarantined")


class SyncPresenter(QObject):
    """Everything is read again after each cycle and each change while the page is shown."""

    def __init__(self, ctx: UiContext, view: SyncView) -> None:
        super().__init__(view)
        self._ctx, self._view = ctx, view
        self._shown = False
        view.sync_requested.connect(self.sync_now)
        view.settle_requested.connect(self._settle)
        view.again_requested.connect(self._again)
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
        """Do not wait for the next turn."""
        if self._ctx.sync is not None:
            self._view.set_busy(True)
            self._ctx.sync.wake()

    def refresh(self) -> None:
        """Read everything again."""
        desk, now = self._ctx.desk, self._ctx.desk.now()
        with desk.store.read() as reader:
            summary = reader.outbox_summary()
            items = reader.outbox(states=_WAITING, limit=LIMIT)
            lines = [facts.outbox_line(item, reader.op_bytes(item.op), now) for item in items]
            names = reader.staff_names()
            open_reviews = [facts.review_line(review, desk, names) for review in reader.reviews()]
            leases, room = reader.leases(desk.today()), reader.lane_room(desk.today())
        link, problems = self._ctx.link(), list(self._ctx.sync.last.problems) if self._ctx.sync is not None else []
        until = datetime.combine(max(x.valid_to for x in leases), time(), VN_TZ) if leases else None
        ranges = ", ".join(f"{x.first}–{x.last}" for x in leases)
        self._view.set_tiles(
            (
                facts.link_tile(link, self._ctx.last_sync(), now),
                facts.unsent_tile(summary.waiting, summary.oldest, link, problems, now),
                facts.lane_tile(desk, room, until, ranges),
                facts.clock_tile(self._skew()),
            )
        )
        total = summary.waiting + summary.per_state.get("quarantined", 0)
        self._view.set_outbox(lines, total)
        self._view.set_reviews(open_reviews)

    def _skew(self) -> timedelta | None:
        clock = self._ctx.desk.clock
        return clock.wall() - clock.now()

    @Slot(object)
    def _settle(self, line: facts.ReviewLine) -> None:
        self._try(lambda: reviews.settle(self._ctx.desk, line.id))

    @Slot(object)
    def _again(self, line: facts.OutboxLine) -> None:
        self._try(lambda: reviews.try_again(self._ctx.desk, line.op))
        self.sync_now()

    def _try(self, work: Any) -> None:
        try:
            work()
        except UserError as error:
            self._ctx.fail(error)
        else:
            self._ctx.say(saved_outcome(self._ctx))
        self.refresh()

    @Slot(object)
    def _open(self, line: facts.OutboxLine | facts.ReviewLine) -> None:
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
