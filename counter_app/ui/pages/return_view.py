"""The page "Trả kết quả": results that wait at the left, the one being handed over at the right."""

from __future__ import annotations

from PySide6.QtCore import QKeyCombination, Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from counter_app.services.desk import Desk
from counter_app.store.rows import Row
from counter_app.ui.pages.dossier_words import state_chip
from counter_app.ui.pages.presented import PresentedPage
from counter_app.ui.pages.return_form import ReturnForm
from counter_app.ui.texts import date_text
from counter_app.ui.theme import spacing, theme
from counter_app.ui.widgets import Card, Chip, Column, DataTable, EmptyState, KeyButton, ScanPanel, SectionHeader
from onestop.states import State


class ReturnView(PresentedPage):
    """Signals: ``chosen(Row)``, ``all_requested()`` (the list of everybody again), ``closed()`` (Esc: put the open one aside)."""

    chosen = Signal(object)
    all_requested = Signal()
    closed = Signal()

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(self.tr("Trả kết quả"), self.tr("Quét giấy hẹn hoặc thẻ căn cước của người đến nhận"), parent)
        columns = QHBoxLayout()
        columns.setSpacing(spacing(4))
        left = QVBoxLayout()
        left.setSpacing(spacing(2))
        self.header = SectionHeader("")
        self.all_button = KeyButton(self.tr("Tất cả"), "x", kind="quiet")
        self.all_button.clicked.connect(self.all_requested)
        self.header.add_widget(self.all_button)
        left.addWidget(self.header)

        def waiting(item: Row) -> Chip:
            if item.status != State.DONE:
                return state_chip(item.status)
            return Chip(self.tr("hẹn {0}").format(date_text(item.due_at)[:5]), "success", "file-check-2")

        self.table = DataTable(
            [
                Column(
                    self.tr("Chủ hồ sơ"),
                    lambda r: r.owner_name,
                    width=6,
                    stretch=3,
                    tooltip=lambda r: f"{r.owner_name}\n{r.procedure_name}",
                ),
                Column(self.tr("Mã hồ sơ"), lambda r: r.shown_code, "code", 9.8, tooltip=lambda r: r.procedure_name),
                Column(
                    self.tr("Kết quả"),
                    kind="chip",
                    width=6.6,
                    chip=waiting,
                    tooltip=lambda r: self.tr("Hẹn trả {0}").format(date_text(r.due_at)),
                    yields=1,
                ),
            ],
            name=self.tr("Kết quả chờ trả"),
            empty_icon="hand-coins",
            empty_title=self.tr("Không có kết quả nào đang chờ"),
            empty_advice=self.tr("Kết quả hiện ở đây khi phòng ban bàn giao về quầy."),
        )
        self.table.opened.connect(self.chosen)
        left.addWidget(self.table, 1)
        columns.addLayout(left, 9)
        right = QVBoxLayout()
        right.setSpacing(spacing(2.5))
        self.notices = ScanPanel(self.tr("Đưa giấy hẹn hoặc thẻ căn cước vào máy quét, hoặc chọn trong danh sách rồi Enter."))
        right.addWidget(self.notices)
        self.form = ReturnForm()
        self.empty = EmptyState("hand-coins", self.tr("Chưa chọn hồ sơ"))
        self._stack = QStackedWidget()
        blank = Card()
        blank.add(self.empty, 1)
        self._stack.addWidget(blank)
        self._stack.addWidget(self.form)
        right.addWidget(self._stack, 1)
        columns.addLayout(right, 14)
        self.body.addLayout(columns, 1)
        self._first = self.table
        escape = QShortcut(QKeySequence(QKeyCombination(Qt.Key.Key_Escape)), self)
        escape.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        escape.activated.connect(self.closed)
        self.table.setMinimumWidth(round(theme().em * 14))

    def set_list(self, rows: list[Row], title: str, total: int, *, narrowed: bool) -> None:
        """The list; ``narrowed``: it shows one person only."""
        before = self.table.current_row()
        self.table.set_rows(rows, total)
        place = next((i for i, r in enumerate(rows) if before is not None and r.id == before.id), 0)
        if place:
            self.table.select(place)
        self.header.set_title(title, str(total) if total else "")
        self.all_button.setVisible(narrowed)

    def show_form(self, dossier_id: str = "") -> None:
        """The form of the chosen dossier; the list marks the same one, the focus goes where the next step is."""
        self._stack.setCurrentIndex(1)
        place = next((i for i, r in enumerate(self.table.rows()) if r.id == dossier_id), None)
        if place is not None:
            self.table.select(place)
        self.form.return_button.setFocus(Qt.FocusReason.OtherFocusReason)

    def show_blank(self, icon: str, title: str, advice: str) -> None:
        """No dossier to return now, and why."""
        self.empty.set_state(icon, title, advice)
        self._stack.setCurrentIndex(0)

    def has_form(self) -> bool:
        """Is a dossier being returned?"""
        return self._stack.currentIndex() == 1
