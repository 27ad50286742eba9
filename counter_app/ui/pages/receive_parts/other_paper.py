"""A line of the checklist for a paper that no list knows: its name is typed."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import QGridLayout, QLabel, QLineEdit, QWidget

from counter_app.services.receive import MAX_TEXT
from counter_app.ui.icons import set_icon
from counter_app.ui.pages.receive_parts.count_box import CountBox

Other = list
"""``[name, originals, copies]``: JSON types, as a parked form keeps it."""


class _Name(QLineEdit):
    """``left()``: the cursor went (``editingFinished`` is silent where nothing was typed)."""

    left = Signal()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() not in (Qt.FocusReason.ActiveWindowFocusReason, Qt.FocusReason.PopupFocusReason):
            self.left.emit()


class OtherPaper(QObject):
    """``changed()``; ``left_blank(OtherPaper)`` when the cursor goes and no name was typed. The counts wait for the name; a first name
    means one original."""

    changed = Signal()
    left_blank = Signal(object)

    def __init__(self, parent: QObject, name: str = "", originals: int = 1, copies: int = 0) -> None:
        super().__init__(parent)
        self.icon, self.name = QLabel(), _Name(name)
        self.name.setMaxLength(MAX_TEXT)
        self.name.setPlaceholderText(self.tr("Tên giấy tờ khác"))
        self.name.setAccessibleName(self.tr("Tên giấy tờ khác"))
        self.originals, self.copies = CountBox(self.tr("Bản chính giấy tờ khác")), CountBox(self.tr("Bản sao giấy tờ khác"))
        self.originals.set_value(originals)
        self.copies.set_value(copies)
        self.name.textChanged.connect(self._show)
        self.name.left.connect(self._left)
        for box in (self.originals, self.copies):
            box.value_changed.connect(self._show)
            box.space_pressed.connect(self._space)
        self._show()

    def widgets(self) -> tuple[QWidget, ...]:
        return self.icon, self.name, self.originals, self.copies

    def place(self, grid: QGridLayout, line: int) -> None:
        """Put it into a line of the grid."""
        for column, widget in enumerate(self.widgets()):
            grid.addWidget(widget, line, column, Qt.AlignmentFlag.AlignVCenter if column != 1 else Qt.AlignmentFlag(0))

    def value(self) -> Other:
        """What stands in the line."""
        return [self.name.text().strip(), self.originals.value(), self.copies.value()]

    @Slot()
    def _show(self) -> None:
        named, there = bool(self.name.text().strip()), bool(self.originals.value() or self.copies.value())
        for box in (self.originals, self.copies):
            box.setEnabled(named)
        set_icon(self.icon, "circle-check" if named and there else "circle-dashed", "success" if named and there else "neutral")
        self.changed.emit()

    @Slot()
    def _space(self) -> None:
        there = self.originals.value() or self.copies.value()
        self.originals.set_value(0 if there else 1)
        self.copies.set_value(0)

    @Slot()
    def _left(self) -> None:
        if not self.name.text().strip():
            self.left_blank.emit(self)
