"""The checklist: what the published list asks for against what lies on the desk."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QSizePolicy, QWidget

from counter_app.domain.checklist import missing_components
from counter_app.domain.procedure import ComponentRule, Procedure
from counter_app.ui.icons import set_icon
from counter_app.ui.pages.receive_parts.count_box import CountBox
from counter_app.ui.pages.receive_parts.other_paper import Other, OtherPaper
from counter_app.ui.pages.receive_parts.party import SKIP_ENTER
from counter_app.ui.theme import set_text_role, spacing
from counter_app.ui.widgets import Card, KeyButton
from onestop.model import Component


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
    """``changed()`` when a count changes, ``lines_changed()`` when a line comes or goes. Each line starts with a sign: enough, missing,
    or not brought (and not needed). Papers that no list knows get lines of their own below (Alt+G)."""

    changed = Signal()
    lines_changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self._grid = QGridLayout()
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(spacing(2))
        self._grid.setVerticalSpacing(spacing(1))
        self._grid.setColumnStretch(1, 1)
        self._title = set_text_role(QLabel(self.tr("Thành phần hồ sơ")), "section")
        self.add_button = KeyButton(self.tr("Thêm"), "plus", "Alt+G", "quiet")
        self.add_button.setAccessibleName(self.tr("Thêm giấy tờ khác"))
        self.add_button.setToolTip(self.tr("Thêm giấy tờ không có trong danh mục của thủ tục"))
        self.add_button.setProperty(SKIP_ENTER, True)
        self.add_button.clicked.connect(lambda: self.add_other())
        head = QHBoxLayout()
        head.addWidget(self._title)
        head.addWidget(self.add_button)
        head.addStretch(1)
        self._grid.addLayout(head, 0, 0, 1, 2)
        for column, words in ((2, self.tr("Bản chính")), (3, self.tr("Bản sao"))):
            self._grid.addWidget(set_text_role(QLabel(words), "label"), 0, column, Qt.AlignmentFlag.AlignCenter)
        self.body.addLayout(self._grid)
        self._empty = set_text_role(QLabel(self.tr("Chọn thủ tục để hiện danh mục giấy tờ.")), "muted")
        self.add(self._empty)
        self.body.addStretch(1)
        self._procedure: Procedure | None = None
        self._rows: list[_Row] = []
        self._others: list[OtherPaper] = []
        self.add_button.hide()

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
        self.add_button.setVisible(procedure is not None)
        self._place_others()
        self._mark()

    def boxes(self) -> list[CountBox]:
        """The counts of the published list."""
        return [box for row in self._rows for box in (row.originals, row.copies)]

    def editors(self) -> list[QWidget]:
        """Everything that takes the cursor, in the order of the page."""
        return [self.add_button, *self.boxes(), *(widget for other in self._others for widget in other.widgets()[1:])]

    def add_other(self, value: Sequence = ("", 1, 0), *, focus: bool = True) -> None:
        """One more line for a paper that no list knows; the cursor goes to its name. A blank line is taken before a new one."""
        blank = next((other for other in self._others if not other.name.text().strip()), None)
        if blank is None:
            blank = OtherPaper(self, *value)
            blank.changed.connect(self.changed)
            blank.left_blank.connect(self._left_blank)
            self._others.append(blank)
            self._place_others()
            self.lines_changed.emit()
        if focus:
            blank.name.setFocus(Qt.FocusReason.OtherFocusReason)

    def others(self) -> list[Other]:
        """``[name, originals, copies]`` of the papers that no list knows."""
        return [other.value() for other in self._others if other.name.text().strip()]

    def set_others(self, values: Sequence[Other]) -> None:
        """Show these; what already stands there stays as it is."""
        if [list(value) for value in values] == self.others():
            return
        while self._others:
            self._drop(self._others[-1])
        for value in values:
            self.add_other(value, focus=False)
        self.lines_changed.emit()

    @Slot(object)
    def _left_blank(self, other: OtherPaper) -> None:
        QTimer.singleShot(0, self, lambda: self._drop_blank(other))  # the cursor is on its way out of this very line

    def _drop_blank(self, other: OtherPaper) -> None:
        if other in self._others and not other.name.text().strip() and not other.name.hasFocus():
            self._drop(other)
            self.lines_changed.emit()

    def _drop(self, other: OtherPaper) -> None:
        self._others.remove(other)
        for widget in other.widgets():
            self._grid.removeWidget(widget)
            widget.hide()
            widget.deleteLater()
        other.deleteLater()

    def _place_others(self) -> None:
        for line, other in enumerate(self._others, len(self._rows) + 1):
            other.place(self._grid, line)

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
