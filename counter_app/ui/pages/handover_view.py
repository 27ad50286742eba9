"""The page "Bàn giao": the pile that is being scanned, or one slip to confirm."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QStackedWidget

from counter_app.services.desk import Desk
from counter_app.ui.pages.handover_compose import ComposeView
from counter_app.ui.pages.handover_confirm import ConfirmView
from counter_app.ui.pages.handover_list import find_units
from counter_app.ui.pages.presented import PresentedPage
from counter_app.ui.widgets import Choice


class HandoverView(PresentedPage):
    """Two faces: ``compose`` and ``confirm``."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(self.tr("Bàn giao"), self.tr("Quét từng giấy tiếp nhận để lập phiếu; quét phiếu để xác nhận"))

        def fetch(text: str) -> Sequence[Choice]:
            return [
                Choice(unit.id, unit.name, unit.short_name if unit.short_name != unit.name else "", self.tr("hay giao") if often else "")
                for unit, often in find_units(desk, text)
            ]

        self.compose = ComposeView(desk, fetch)
        self.confirm = ConfirmView()
        self.stack = QStackedWidget()
        self.stack.addWidget(self.compose)
        self.stack.addWidget(self.confirm)
        self.body.addWidget(self.stack, 1)
        self.show_pile()

    def show_pile(self) -> None:
        """Back to the pile."""
        self.stack.setCurrentWidget(self.compose)
        self.notices, self._first = self.compose.panel, self.compose.code
        if self.isVisible():
            self.compose.code.setFocus()

    def show_slip(self) -> None:
        """One slip."""
        self.stack.setCurrentWidget(self.confirm)
        self.notices, self._first = self.confirm.panel, self.confirm.table
        self.confirm.table.view.setFocus()

    def on_slip(self) -> bool:
        """Is one slip shown?"""
        return self.stack.currentWidget() is self.confirm
