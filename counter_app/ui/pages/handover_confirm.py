"""The second half of the hand-over page: one slip, checked line by line or as a whole, then confirmed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from PySide6.QtCore import QKeyCombination, Qt, Signal, Slot
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QLabel, QLineEdit, QVBoxLayout, QWidget

from counter_app.ui.texts import date_text
from counter_app.ui.theme import set_text_role, spacing
from counter_app.ui.widgets import Chip, Column, DataTable, FormField, KeyButton, ScanPanel, StatusChip, field_row, row

_MARKS = {
    "": Chip("Chưa kiểm", "neutral", "circle-dashed"),
    "received": Chip("Đã nhận", "success", "circle-check"),
    "refused": Chip("Không nhận", "danger", "circle-x"),
}


@dataclass(frozen=True, slots=True)
class ConfirmLine:
    """One line of the slip. ``mark``: nothing yet, ``received`` or ``refused``."""

    dossier: str
    seq: int
    code: str
    owner: str
    procedure: str
    due_at: datetime | None
    mark: str = ""
    remark: str = ""


class ConfirmView(QWidget):
    """Signals: ``toggle_requested(ConfirmLine)``, ``remark_changed(ConfirmLine, str)``, ``confirm_requested()``,
    ``print_requested()``, ``back_requested()``."""

    toggle_requested = Signal(object)
    remark_changed = Signal(object, str)
    confirm_requested = Signal()
    print_requested = Signal()
    back_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(spacing(3))
        self.number, self.way = set_text_role(QLabel(), "section"), set_text_role(QLabel(), "value")
        self.made = set_text_role(QLabel(), "muted")
        self.status = StatusChip()
        column.addLayout(row(self.number, self.status, 1, self.made, gap=3))
        column.addWidget(self.way)
        self.panel = ScanPanel(self.tr("Quét từng giấy tiếp nhận để kiểm từng dòng, hoặc bấm nhận đủ cả phiếu."))
        column.addWidget(self.panel)
        self.table = DataTable(
            [
                Column(self.tr("STT"), lambda x: str(x.seq), "number", 2.6),
                Column(self.tr("Mã hồ sơ"), lambda x: x.code, "code", 11),
                Column(self.tr("Chủ hồ sơ"), lambda x: x.owner, width=11, stretch=2),
                Column(self.tr("Thủ tục"), lambda x: x.procedure, width=13, stretch=4),
                Column(self.tr("Hẹn trả"), lambda x: date_text(x.due_at), "date", 6.5),
                Column(self.tr("Kiểm đếm"), kind="chip", width=8.5, chip=lambda x: _MARKS[x.mark]),
                Column(self.tr("Ghi chú"), lambda x: x.remark, width=9, stretch=3),
            ],
            name=self.tr("Các dòng của phiếu"),
        )
        self.table.current_changed.connect(self._show_remark)
        # Enter as a key of the table, not as a shortcut: a shortcut hears the Enter that ends a scan before anyone can hold it back.
        self.table.opened.connect(self._toggle)
        space = QShortcut(QKeySequence(QKeyCombination(Qt.Key.Key_Space)), self.table.view)
        space.setContext(Qt.ShortcutContext.WidgetShortcut)
        space.activated.connect(self._toggle)
        column.addWidget(self.table, 1)
        self.remark, self.person = QLineEdit(), QLineEdit()
        self.remark.setMaxLength(200)
        self.person.setMaxLength(120)
        self.remark.editingFinished.connect(self._remarked)
        self.remark_field = FormField(self.tr("Ghi chú cho dòng đang chọn"), self.remark)
        self.person_field = FormField(self.tr("Người nhận bàn giao"), self.person)
        column.addLayout(field_row(self.remark_field, self.person_field, stretches=(3, 2)))
        self.back_button = KeyButton(self.tr("Quay lại"), "chevron-left", "Esc", "quiet")
        self.print_button = KeyButton(self.tr("In lại phiếu"), "printer", "F9")
        self.toggle_button = KeyButton(self.tr("Đổi dòng đang chọn"), "list-checks", "Space")
        self.confirm_button = KeyButton("", "clipboard-check", "Ctrl+Enter", "primary")
        self.back_button.clicked.connect(self.back_requested)
        self.print_button.clicked.connect(self.print_requested)
        self.toggle_button.clicked.connect(self._toggle)
        self.confirm_button.clicked.connect(self.confirm_requested)
        column.addLayout(row(self.back_button, 1, self.print_button, self.toggle_button, self.confirm_button))
        escape = QShortcut(QKeySequence(QKeyCombination(Qt.Key.Key_Escape)), self)
        escape.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        escape.activated.connect(self.back_requested)

    def set_slip(self, number: str, way: str, made: str, status: Chip, *, person: str, open_slip: bool) -> None:
        """The head of the slip; a confirmed one can only be read and printed."""
        self.number.setText(self.tr("Phiếu bàn giao {0}").format(number))
        self.way.setText(way)
        self.made.setText(made)
        self.status.set_chip(status.text, status.role, status.icon)
        self.person.setText(person)
        for widget in (self.remark_field, self.person_field, self.toggle_button, self.confirm_button):
            widget.setVisible(open_slip)
        self.panel.setVisible(open_slip)
        self.panel.clear()

    def set_lines(self, lines: list[ConfirmLine], button: str, select: str = "") -> None:
        """The lines with their marks, and what confirming does now."""
        before = select or (self.table.current_row().dossier if self.table.current_row() else "")
        self.table.set_rows(lines)
        place = next((i for i, line in enumerate(lines) if line.dossier == before), 0)
        self.table.select(place)
        self.confirm_button.set_text(button)

    @Slot()
    def _toggle(self) -> None:
        if self.toggle_button.isVisible() and (line := self.table.current_row()) is not None:
            self.toggle_requested.emit(line)

    @Slot(object)
    def _show_remark(self, line: ConfirmLine | None) -> None:
        self.remark.setText(line.remark if line else "")

    @Slot()
    def _remarked(self) -> None:
        line = self.table.current_row()
        if line is not None and self.remark.text() != line.remark:
            self.remark_changed.emit(line, self.remark.text())
