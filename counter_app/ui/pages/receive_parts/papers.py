"""The checklist: what the published list asks for against what lies on the desk."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QGridLayout, QLabel, QLineEdit, QSizePolicy, QWidget

from counter_app.domain.checklist import missing_components
from counter_app.domain.procedure import ComponentRule, Procedure
from counter_app.ui.icons import set_icon
from counter_app.ui.theme import set_text_role, spacing, theme
from counter_app.ui.widgets import Card
from onestop.model import Component


class CountBox(QLineEdit):
    """A small count: digits, or ↑ ↓; empty means the least. Space puts what the list asks for (or takes it away).

    Signals: ``value_changed(int)``, ``space_pressed()``. (A QSpinBox without its arrows loses its text under a stylesheet.)
    """

    value_changed = Signal(int)
    space_pressed = Signal()

    def __init__(self, name: str, low: int = 0, high: int = 999, parent: QWidget | None = None) -> None:
        super().__init__(str(low), parent)
        self._low, self._high = low, high
        self.setMaxLength(len(str(high)))
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setAccessibleName(name)
        self.setFixedWidth(round(theme().em * 3.2))
        self.textChanged.connect(self._text_changed)

    def value(self) -> int:
        """The count."""
        text = self.text().strip()
        return min(max(int(text), self._low), self._high) if text.isascii() and text.isdigit() else self._low

    def set_value(self, count: int) -> None:
        """Show ``count``, kept within the bounds."""
        self.setText(str(min(max(count, self._low), self._high)))

    @Slot(str)
    def _text_changed(self, text: str) -> None:
        digits = "".join(ch for ch in text if ch in "0123456789")
        if digits != text:
            self.setText(digits)
            return
        self.value_changed.emit(self.value())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Up: 1, Qt.Key.Key_Down: -1}.get(Qt.Key(event.key()))
        if step is not None:
            self.set_value(self.value() + step)
            self.selectAll()
        elif event.key() == Qt.Key.Key_Space:
            self.space_pressed.emit()
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        QTimer.singleShot(0, self, self.selectAll)  # after the click that brought the focus

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self.set_value(self.value())
        super().focusOutEvent(event)


class _Row:
    """One paper."""

    def __init__(self, rule: ComponentRule, grid: QGridLayout, line: int) -> None:
        self.rule = rule
        self.icon = QLabel()
        self.name = QLabel(rule.name)
        self.name.setWordWrap(True)
        self.name.setTextFormat(Qt.TextFormat.PlainText)
        self.name.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        asks = ", ".join([f"{rule.originals} bản chính"] * bool(rule.originals) + [f"{rule.copies} bản sao"] * bool(rule.copies))
        self.name.setToolTip(f"{rule.name}\nDanh mục: {asks or 'xuất trình'}{'' if rule.required else ', chỉ khi cần'}")
        self.originals = CountBox(f"Bản chính: {rule.name}")
        self.copies = CountBox(f"Bản sao: {rule.name}")
        top = Qt.AlignmentFlag.AlignVCenter
        grid.addWidget(self.icon, line, 0, top)
        grid.addWidget(self.name, line, 1)
        grid.addWidget(self.originals, line, 2, top)
        grid.addWidget(self.copies, line, 3, top)

    def widgets(self) -> tuple[QWidget, ...]:
        return self.icon, self.name, self.originals, self.copies


class ChecklistCard(Card):
    """``changed()`` when a count changes. Each line starts with a sign: enough, missing, or not brought (and not needed)."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self._grid = QGridLayout()
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(spacing(2))
        self._grid.setVerticalSpacing(spacing(1))
        self._grid.setColumnStretch(1, 1)
        self._title = set_text_role(QLabel(self.tr("Thành phần hồ sơ")), "section")
        self._grid.addWidget(self._title, 0, 0, 1, 2)
        for column, words in ((2, self.tr("Bản chính")), (3, self.tr("Bản sao"))):
            self._grid.addWidget(set_text_role(QLabel(words), "label"), 0, column, Qt.AlignmentFlag.AlignCenter)
        self.body.addLayout(self._grid)
        self._empty = set_text_role(QLabel(self.tr("Chọn thủ tục để hiện danh mục giấy tờ.")), "muted")
        self.add(self._empty)
        self.body.addStretch(1)
        self._procedure: Procedure | None = None
        self._rows: list[_Row] = []

    def set_procedure(self, procedure: Procedure | None, counts: dict[str, list[int]]) -> None:
        """Show the list of ``procedure`` with these counts (code → originals, copies)."""
        for row in self._rows:
            for widget in row.widgets():
                self._grid.removeWidget(widget)
                widget.hide()
                widget.deleteLater()
        self._rows = []
        self._procedure = procedure
        self._empty.setVisible(procedure is None)
        for number, rule in enumerate(procedure.components if procedure else (), 1):
            row = _Row(rule, self._grid, number)
            originals, copies = counts.get(rule.code, [0, 0])
            row.originals.set_value(originals)
            row.copies.set_value(copies)
            for box in (row.originals, row.copies):
                box.value_changed.connect(self._count_changed)
                box.space_pressed.connect(self._space)
            self._rows.append(row)
        self._mark()

    def boxes(self) -> list[CountBox]:
        """All editors in the order of the page."""
        return [box for row in self._rows for box in (row.originals, row.copies)]

    def counts(self) -> dict[str, list[int]]:
        """Code → originals, copies."""
        return {row.rule.code: [row.originals.value(), row.copies.value()] for row in self._rows}

    @Slot()
    def _count_changed(self) -> None:
        self._mark()
        self.changed.emit()

    @Slot()
    def _space(self) -> None:
        for row in self._rows:
            if self.sender() in (row.originals, row.copies):
                there = row.originals.value() or row.copies.value()
                row.originals.set_value(0 if there else row.rule.originals)
                row.copies.set_value(0 if there else row.rule.copies)
                row.originals.selectAll()

    def _mark(self) -> None:
        if self._procedure is None:
            return
        brought = tuple(Component(code=code, name="", originals=o, copies=c) for code, (o, c) in self.counts().items())
        lacking = {gap.code for gap in missing_components(self._procedure, brought)}
        for row in self._rows:
            there = bool(row.originals.value() or row.copies.value())
            name, role, words = (("circle-alert", "warning", self.tr("Còn thiếu")) if row.rule.code in lacking else
                                 ("circle-check", "success", self.tr("Đủ")) if there else
                                 ("circle-dashed", "neutral", self.tr("Không nộp, không bắt buộc")))
            set_icon(row.icon, name, role)
            row.icon.setToolTip(words)
            row.icon.setAccessibleName(words)
            set_text_role(row.name, "value" if there or row.rule.code in lacking else "muted")
