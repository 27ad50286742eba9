"""The page "Tra cứu": the counters, and the list of what was searched or filtered."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from counter_app.services.desk import Desk
from counter_app.store.rows import Row
from counter_app.ui.pages.dossier_words import due_chip, due_words, holder_words, state_chip, sync_chip
from counter_app.ui.pages.presented import PresentedPage
from counter_app.ui.texts import date_text
from counter_app.ui.widgets import QUEUES, Column, DataTable, KeyButton, Queue, QueueStrip, SectionHeader
from onestop.states import state_name

STRIP = (*QUEUES, Queue("needs-person", "Cần xử lý", "triangle-alert", "danger"))


class FindView(PresentedPage):
    """Signals: ``opened(Row)``, ``filter_requested(queue id or empty)``, ``clear_requested()``, ``receive_requested()``."""

    opened = Signal(object)
    filter_requested = Signal(str)
    clear_requested = Signal()
    receive_requested = Signal()

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(
            self.tr("Tra cứu"), self.tr("Gõ ở ô trên cùng: mã, tên không cần dấu, số định danh; hoặc quét giấy hẹn, thẻ căn cước"), parent
        )
        self._desk = desk
        self._now = desk.now()
        self.strip = QueueStrip(STRIP)
        self.strip.filter_requested.connect(self.filter_requested)
        self.body.addWidget(self.strip)
        self.header = SectionHeader("")
        self.clear_button = KeyButton(self.tr("Bỏ lọc"), "x", kind="quiet")
        self.clear_button.clicked.connect(self.clear_requested)
        self.header.add_widget(self.clear_button)
        self.body.addWidget(self.header)
        self.table = DataTable(self._columns(), name=self.tr("Danh sách hồ sơ"), empty_icon="search")
        self.table.opened.connect(self.opened)
        self.table.empty.action_requested.connect(self.receive_requested)
        self.body.addWidget(self.table, 1)
        # F3 leads to the search box, so the page claims no focus of its own; after a search the list gets it.

    def _columns(self) -> list[Column]:
        desk = self._desk
        return [
            Column(self.tr("Mã hồ sơ"), lambda r: r.shown_code, "code", 11),
            Column(self.tr("Chủ hồ sơ"), lambda r: r.owner_name, width=11.5, stretch=2),
            Column(
                self.tr("Thủ tục"),
                lambda r: r.procedure_name,
                width=15,
                stretch=5,
                tooltip=lambda r: f"{r.procedure_code} – {r.procedure_name}",
                yields=1,
            ),
            Column(
                self.tr("Trạng thái"), kind="chip", width=10, chip=lambda r: state_chip(r.status), tooltip=lambda r: state_name(r.status)
            ),
            Column(
                self.tr("Hẹn trả"),
                kind="chip",
                width=11.8,
                chip=lambda r: due_chip(desk, r, self._now),
                tooltip=lambda r: f"{date_text(r.due_at)} · {due_words(desk, r, self._now)[0]}",
            ),
            Column(
                self.tr("Hồ sơ ở"),
                lambda r: holder_words(desk, r.holder, r.status),
                width=8.5,
                stretch=2,
                tooltip=lambda r: holder_words(desk, r.holder, r.status, full=True),
                yields=3,
            ),
            Column(
                self.tr("Đồng bộ"),
                kind="chip",
                width=8.2,
                chip=lambda r: sync_chip(r.sync_state, short=True),
                tooltip=lambda r: sync_chip(r.sync_state).text,
                yields=2,
            ),
        ]

    def set_counts(self, counts: Mapping[str, int], active: str) -> None:
        """The counters, and which one filters."""
        self.strip.set_counts(counts)
        self.strip.set_active(active)

    def set_rows(self, rows: list[Row], total: int | None, title: str, now: datetime, *, clearable: bool, more: bool) -> None:
        """Show the list; ``more``: there are further hits that are not shown. The cursor stays on its dossier."""
        before = self.table.current_row()
        self._now = now
        self.table.set_rows(rows, total)
        if before is not None:
            place = next((i for i, row in enumerate(rows) if row.id == before.id), 0)
            if place:
                self.table.select(place)
        count = total if total is not None else len(rows)
        remark = self.tr("{0} hồ sơ đầu tiên, gõ thêm để thu hẹp").format(len(rows)) if more else self.tr("{0} hồ sơ").format(count)
        self.header.set_title(title, remark if rows else "")
        self.clear_button.setVisible(clearable)

    def set_empty(self, sentence: str) -> None:
        """What an empty list means."""
        self.table.empty.set_state("inbox", sentence)

    def set_nothing(self, text: str) -> None:
        """A search without hits."""
        self.table.empty.set_state(
            "search",
            self.tr("Không tìm thấy “{0}”").format(text),
            self.tr(
                "Thử gõ ít chữ hơn, bỏ dấu, vài số cuối của mã, hoặc số định danh. Hồ sơ của nơi khác: quét hoặc "
                "gõ đủ mã để hỏi trung tâm."
            ),
            self.tr("Tiếp nhận hồ sơ mới"),
        )

    def rows(self) -> list[Row]:
        """What is listed."""
        return self.table.rows()

    def current(self) -> Row | None:
        """The dossier under the cursor."""
        return self.table.current_row()

    def list_has_focus(self) -> bool:
        """Is the cursor in the list (not in the search box)?"""
        return self.table.view.hasFocus()

    def focus_list(self) -> None:
        """Arrows and Enter work in the list."""
        self.table.view.setFocus()
