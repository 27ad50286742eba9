"""Decisions of "Tra cứu": what is listed, and what a search opens."""

from __future__ import annotations

from PySide6.QtCore import QObject, Slot

from counter_app.services.desk import Changes
from counter_app.store.rows import ListFilter, Row
from counter_app.ui.context import UiContext
from counter_app.ui.pages.find_view import FindView
from onestop.model import Dossier
from onestop.states import State

LIMIT = 200
_TITLES = {
    "received-today": "Nhận hôm nay",
    "due-soon": "Sắp hạn",
    "overdue": "Quá hạn",
    "ready": "Có kết quả, chờ trả",
    "unsent": "Chưa gửi về trung tâm",
    "needs-person": "Cần người xử lý",
}
_EMPTY = {
    "received-today": "Hôm nay chưa nhận hồ sơ nào.",
    "due-soon": "Không có hồ sơ nào đến hạn hôm nay hay ngày mai.",
    "overdue": "Không có hồ sơ quá hạn.",
    "ready": "Không có kết quả nào đang chờ trả.",
    "unsent": "Mọi việc đã được gửi về trung tâm.",
    "needs-person": "Không có việc nào cần người xử lý.",
}


class FindPresenter(QObject):
    """Lists come from the store (indexed, at most 200 rows); nothing is filtered here."""

    def __init__(self, ctx: UiContext, view: FindView) -> None:
        super().__init__(view)
        self._ctx, self._view = ctx, view
        self._text, self._filter = "", ""
        self._people: tuple[str, tuple[str, ...]] | None = None
        self._shown = False
        view.opened.connect(self._open)
        view.filter_requested.connect(self.show_filter)
        view.clear_requested.connect(self.clear)
        view.receive_requested.connect(self._receive)
        ctx.facts.changed.connect(self._changed)

    def enter(self) -> None:
        """The page is shown: lists may have aged meanwhile."""
        self._shown = True
        self.refresh()

    def leave(self) -> None:
        """Nothing to stop; the list is read again on entering."""
        self._shown = False

    def command(self, command_id: str) -> bool:
        """F4 and F5 take the dossier under the cursor along."""
        row = self._view.current()
        if row is None or not self._view.list_has_focus():
            return False
        if command_id == "return" and row.status == State.DONE:
            self._ctx.return_dossier(row.id)
            return True
        if command_id == "handover" and row.status in (State.ACCEPTED, State.PROCESSING):
            self._ctx.hand_over([row.id])
            return True
        return False

    def typed(self, text: str) -> None:
        """While somebody types in the search box."""
        self._text, self._filter, self._people = text.strip(), "", None
        self.refresh()

    def submitted(self, text: str) -> bool:
        """Enter in the search box. One hit opens; returns whether it did."""
        self.typed(text)
        rows = self._view.rows()
        if self._text and len(rows) == 1:
            self._open(rows[0])
            return True
        self._view.focus_list()
        return False

    def show_found(self, title: str, dossiers: tuple[Dossier, ...]) -> None:
        """List a person's dossiers (an ID card was shown)."""
        self._text, self._filter, self._people = "", "", (title, tuple(d.id for d in dossiers))
        self.refresh()
        self._view.focus_list()

    @Slot(str)
    def show_filter(self, queue_id: str) -> None:
        """A counter of the strip; empty takes the filter off."""
        self._text, self._filter, self._people = "", queue_id, None
        self.refresh()

    @Slot()
    def clear(self) -> None:
        """Back to what was received last."""
        self.show_filter("")

    def refresh(self) -> None:
        """Read the counters and the list again; the cursor stays on its dossier."""
        desk = self._ctx.desk
        now = desk.now() if desk.settings.lateness_by == "minute" else desk.today()
        with desk.store.read() as reader:
            counts = reader.counts(now)
            total: int | None = None
            if self._people:
                rows = reader.rows(list(self._people[1]))
                title, empty = self._people[0], "Người này chưa có hồ sơ nào trên máy."
            elif self._text:
                rows = reader.find(self._text, LIMIT)
                title, empty = f"Kết quả cho “{_short(self._text)}”", ""
            else:
                wanted = self._list_filter()
                rows = reader.list_dossiers(wanted, LIMIT)
                total = reader.count_dossiers(wanted) if self._filter else None
                title = _TITLES.get(self._filter, "Mới tiếp nhận")
                empty = _EMPTY.get(self._filter, "Máy này chưa có hồ sơ nào. Hồ sơ mới tiếp nhận hoặc nhận từ trung tâm sẽ hiện ở đây.")
        self._view.set_counts(
            {
                "received-today": counts.received_today,
                "due-soon": counts.due_soon,
                "overdue": counts.overdue,
                "ready": counts.ready,
                "unsent": counts.unsent,
                "needs-person": counts.needs_person,
            },
            self._filter,
        )
        if self._text and not rows:
            self._view.set_nothing(_short(self._text))
        else:
            self._view.set_empty(empty)
        self._view.set_rows(
            rows,
            total,
            title,
            desk.now(),
            clearable=bool(self._text or self._filter or self._people),
            more=bool(self._text) and len(rows) == LIMIT,
        )

    def _list_filter(self) -> ListFilter:
        desk = self._ctx.desk
        now = desk.now() if desk.settings.lateness_by == "minute" else desk.today()
        filters = {
            "received-today": ListFilter(received_on=desk.today()),
            "due-soon": ListFilter(due_soon=True, now=now, order="due"),
            "overdue": ListFilter(overdue=True, now=now, order="due"),
            "ready": ListFilter(ready=True),
            "unsent": ListFilter(unsent=True),
            "needs-person": ListFilter(needs_person=True),
        }
        return filters.get(self._filter, ListFilter())

    @Slot(object)
    def _open(self, row: Row) -> None:
        self._ctx.open_dossier(row.id)

    @Slot()
    def _receive(self) -> None:
        self._ctx.receive_for(None)

    @Slot(object)
    def _changed(self, changes: Changes) -> None:
        if self._shown:
            self.refresh()


def _short(text: str) -> str:
    """Long texts would push everything else away."""
    return text if len(text) <= 40 else text[:39] + "…"


def build_find_page(ctx: UiContext) -> FindView:
    """The page, ready for the frame."""
    view = FindView(ctx.desk)
    view.presenter = FindPresenter(ctx, view)
    return view
