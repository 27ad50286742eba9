"""Editors: the scan box, dates typed as dd/mm/yyyy, amounts of money; and amounts shown."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QAction, QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QLabel, QLineEdit, QWidget

from counter_app.ui.icons import set_icon
from counter_app.ui.texts import date_text, money_text, number_text, parse_date, parse_money
from onestop.text import nfc


class SearchBox(QLineEdit):
    """The box for scanning and searching. Enter submits; the text stays selected so that the next scan replaces it.

    Input methods are switched off in it (`inputMethodQuery`; attributes and hints do not help): Telex and VNI would change
    what a keyboard-wedge scanner types. Searching works without marks, so nothing is lost.
    """

    submitted = Signal(str)
    edited = Signal(str)

    def __init__(self, placeholder: str = "", icon: str = "scan-line", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setPlaceholderText(placeholder)
        self.setAccessibleName(placeholder or self.tr("Ô quét và tìm kiếm"))
        self.setClearButtonEnabled(True)
        self._lead = QAction(self)
        set_icon(self._lead, icon, "text_muted")
        self.addAction(self._lead, QLineEdit.ActionPosition.LeadingPosition)
        self.returnPressed.connect(self._submit)
        self.textEdited.connect(self.edited)

    def inputMethodQuery(self, query: Qt.InputMethodQuery, argument: object = None) -> object:
        if query == Qt.InputMethodQuery.ImEnabled:
            return False
        return super().inputMethodQuery(query)

    @Slot()
    def _submit(self) -> None:
        text = nfc(self.text()).strip()
        self.selectAll()
        if text:
            self.submitted.emit(text)


class DateEdit(QLineEdit):
    """A day typed as it comes (``3/2``, ``030226``, ``03-02-2026``), shown as dd/mm/yyyy when left. Up and Down move a day.

    `date` is None while empty or wrong; `problem` tells which. ``today`` gives the day that completes a missing year.
    """

    date_changed = Signal(object)

    def __init__(self, today: Callable[[], date] = date.today, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._today = today
        self._last: date | None = None
        self.setPlaceholderText(self.tr("ngày/tháng/năm"))
        self.setMaxLength(12)
        self.textChanged.connect(self._changed)

    def date(self) -> date | None:
        """The day typed, or None."""
        return parse_date(self.text(), self._today())

    def set_date(self, day: date | None) -> None:
        """Show ``day``; None empties."""
        self.setText("" if day is None else date_text(day))

    def problem(self) -> str:
        """Why there is no day although something was typed; empty when all is well."""
        if not self.text().strip() or self.date() is not None:
            return ""
        return self.tr("Ngày không đúng. Hãy nhập ngày/tháng/năm, ví dụ 03/02/2026.")

    @Slot()
    def _changed(self) -> None:
        day = self.date()
        if day != self._last:
            self._last = day
            self.date_changed.emit(day)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Up: 1, Qt.Key.Key_Down: -1}.get(Qt.Key(event.key()))
        if step is not None and not self.isReadOnly():
            day = self.date()
            self.set_date(self._today() if day is None else day + timedelta(days=step))
            return
        super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        if (day := self.date()) is not None and self.text() != date_text(day):
            self.set_date(day)
        super().focusOutEvent(event)


class MoneyEdit(QLineEdit):
    """An amount of đồng typed as it comes (``50k``, ``50.000``), shown grouped when left. `amount` is None while empty or wrong."""

    amount_changed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.setPlaceholderText("0")
        self.setMaxLength(20)
        self.textChanged.connect(lambda _text: self.amount_changed.emit(self.amount()))

    def amount(self) -> int | None:
        """Đồng, or None."""
        return parse_money(self.text())

    def set_amount(self, dong: int | None) -> None:
        """Show an amount; None empties."""
        self.setText("" if dong is None else number_text(dong))

    def focusOutEvent(self, event: QFocusEvent) -> None:
        if (amount := self.amount()) is not None:
            self.set_amount(amount)
        super().focusOutEvent(event)


class MoneyLabel(QLabel):
    """An amount of đồng, right-aligned: ``1.250.000 đ``."""

    def __init__(self, dong: int | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.set_amount(dong)

    def set_amount(self, dong: int | None) -> None:
        """Change the amount; None shows a dash."""
        self.setText(money_text(dong))
