"""The page "Hồ sơ": one dossier, everything about it, and what can be done with it now."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QSizePolicy, QStackedWidget, QVBoxLayout, QWidget

from counter_app.ui.pages.dossier_actions import Action
from counter_app.ui.pages.dossier_dialogs import Ask, FieldsDialog
from counter_app.ui.pages.dossier_facts import DossierFacts
from counter_app.ui.pages.dossier_files import FilesCard
from counter_app.ui.pages.dossier_parts import ActionList, IdRow, Timeline, clear_layout, fill_grid, pair_row, plain
from counter_app.ui.pages.presented import PresentedPage
from counter_app.ui.theme import fix_width, set_text_role, spacing
from counter_app.ui.widgets import Banner, Card, EmptyState, Pair, ScrollBody, StatusChip, row

_NARROW_EM = 30
"""Where two groups of facts beside each other have less than this, they go below each other."""


class DossierView(PresentedPage):
    """Signals: ``action_requested(id)``, ``reveal_requested("owner" | "submitter")``, ``note_requested()`` (the button of the
    notice), ``find_requested()``."""

    action_requested = Signal(str)
    reveal_requested = Signal(str)
    note_requested = Signal()
    find_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(self.tr("Hồ sơ"), parent=parent)
        self._stack = QStackedWidget()
        self.empty = EmptyState(
            "scan-line", self.tr("Chưa mở hồ sơ nào"), self.tr("Quét giấy hẹn, hoặc tìm theo mã, tên, số định danh."), self.tr("Tra cứu")
        )
        self.empty.action_requested.connect(self.find_requested)
        self._stack.addWidget(self.empty)
        self._stack.addWidget(self._dossier())
        self.body.addWidget(self._stack, 1)

    def _dossier(self) -> QWidget:
        page = QWidget()
        outer = QVBoxLayout(page)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(spacing(3))
        self.state, self.sync = StatusChip(), StatusChip()
        self._procedure, self._line = plain("", "section"), plain("", "muted")
        self._source = plain("", "muted", wrap=False)
        top = QHBoxLayout()
        top.setSpacing(spacing(4))
        words = QVBoxLayout()
        words.setSpacing(spacing(0.5))
        words.addWidget(self._procedure)
        words.addWidget(self._line)
        top.addLayout(words, 1)
        top.addWidget(self._source, 0, Qt.AlignmentFlag.AlignBottom)
        outer.addLayout(top)
        for chip in (self.state, self.sync):
            self.add_header_widget(chip)
        self.note = Banner()
        self.note.action_requested.connect(self.note_requested)
        outer.addWidget(self.note)
        columns = QHBoxLayout()
        columns.setSpacing(spacing(4))
        columns.addWidget(self._left(), 1)
        columns.addWidget(self._right())
        outer.addLayout(columns, 1)
        return page

    def _left(self) -> QWidget:
        scroll = ScrollBody()
        people = Card()
        halves = QWidget(), QWidget()
        self.owner_id, self.submitter_id = IdRow(self.tr("Số định danh")), IdRow(self.tr("Số định danh"))
        self.owner_id.reveal_requested.connect(lambda: self.reveal_requested.emit("owner"))
        self.submitter_id.reveal_requested.connect(lambda: self.reveal_requested.emit("submitter"))
        self._owner, self._submitter = QVBoxLayout(), QVBoxLayout()
        titles = self.tr("Chủ hồ sơ"), self.tr("Nộp và nhận")
        ids = self.owner_id, self.submitter_id
        for half, title, rows, id_row in zip(halves, titles, (self._owner, self._submitter), ids, strict=True):
            side = QVBoxLayout(half)
            side.setContentsMargins(0, 0, 0, 0)
            side.setSpacing(spacing(1.5))
            side.addWidget(set_text_role(QLabel(title), "section"))
            rows.setSpacing(spacing(1.5))
            side.addLayout(rows)
            rows.addWidget(id_row)  # its place in the tab order is that of its making
            side.addStretch(1)
        people.add(Pair(*halves, (1, 1), _NARROW_EM, 6))
        scroll.body.addWidget(people)
        self._components, self._fees = Card(self.tr("Thành phần hồ sơ"), " "), Card(self.tr("Phí, lệ phí"))
        self._component_grid, self._fee_grid = QGridLayout(), QGridLayout()
        for card, grid in ((self._components, self._component_grid), (self._fees, self._fee_grid)):
            grid.setHorizontalSpacing(spacing(3))
            grid.setVerticalSpacing(spacing(1.5))
            card.body.addLayout(grid)
            card.body.addStretch(1)
        self.fee_chip = StatusChip()
        assert self._fees.header is not None
        self._fees.header.add_widget(self.fee_chip)
        scroll.body.addWidget(Pair(self._components, self._fees, (5, 4), _NARROW_EM))
        self.files = FilesCard()
        scroll.body.addWidget(self.files)
        history = Card(self.tr("Lịch sử"), self.tr("mới nhất ở trên"))
        self.timeline = Timeline()
        history.add(self.timeline)
        history.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        scroll.body.addWidget(history)
        scroll.body.addStretch(1)
        return scroll

    def _right(self) -> QWidget:
        side = ScrollBody()
        fix_width(side, em=17.5)
        todo = Card(self.tr("Việc làm được"))
        self.actions = ActionList()
        self.actions.chosen.connect(self.action_requested)
        todo.body.setSpacing(spacing(1.5))
        todo.add(self.actions)
        due = Card(self.tr("Hẹn trả kết quả"))
        self._due = plain("", "code")
        self.due_chip = StatusChip()
        self._due.setWordWrap(False)
        due.body.setSpacing(spacing(1.5))
        due.add(self._due)
        due.body.addLayout(row(self.due_chip, 1))  # below: the longest words beside the date are wider than the column
        self._left_words = plain("", "value")
        due.add(self._left_words)
        self._papers_at = plain("", "value")
        due.add(self._papers_at)
        self._reasons = QVBoxLayout()
        self._reasons.setSpacing(spacing(1))
        due.body.addLayout(self._reasons)
        side.body.addWidget(due)
        side.body.addWidget(todo)
        side.body.addStretch(1)
        return side

    def show_nothing(self) -> None:
        """No dossier is open."""
        self.set_title(self.tr("Hồ sơ"))
        self.state.hide()
        self.sync.hide()
        self._stack.setCurrentIndex(0)

    def show_facts(self, facts: DossierFacts, actions: Sequence[Action]) -> None:
        """Show a dossier."""
        self.set_title(facts.code)
        self.state.set_chip(facts.state.text, facts.state.role, facts.state.icon)
        self.state.setToolTip(facts.state_full)
        self.state.show()
        self.sync.setVisible(facts.sync is not None)
        if facts.sync is not None:
            self.sync.set_chip(facts.sync.text, facts.sync.role, facts.sync.icon)
        self._procedure.setText(facts.procedure)
        self._line.setText(facts.procedure_line)
        self._source.setText(facts.source)
        if facts.note is not None:
            self.note.show_banner(facts.note.text, facts.note.role, facts.note.icon, facts.note.action)
        else:
            self.note.hide()
        self._people(self._owner, facts.owner, self.owner_id, facts.owner_id)
        self._people(self._submitter, (*facts.submitter, (self.tr("Đã in"), facts.prints)), self.submitter_id, facts.submitter_id)
        fill_grid(self._component_grid, facts.components, right=(1, 2), head=("", self.tr("Bản chính"), self.tr("Bản sao")))
        assert self._components.header is not None
        self._components.header.set_title(self.tr("Thành phần hồ sơ"), facts.set_line)
        fill_grid(self._fee_grid, [(f"{name}\n{state}", amount) for name, state, amount in facts.fees], right=(1,))
        self.fee_chip.set_chip(facts.fee_line, facts.fee_role)
        self._due.setText(facts.due)
        self.due_chip.set_chip(facts.due_chip.text, facts.due_chip.role, facts.due_chip.icon)
        self._left_words.setText(facts.due_left)
        self._left_words.setVisible(bool(facts.due_left))
        self._papers_at.setText(self.tr("Hồ sơ giấy: {0}").format(facts.papers_at))
        clear_layout(self._reasons)
        for reason in facts.due_reasons:
            self._reasons.addWidget(plain(reason, "muted"))
        focus_lost = self.actions.set_actions(actions)
        self.timeline.set_moments(facts.history)
        self._stack.setCurrentIndex(1)
        buttons = [b for b in self.actions.buttons.values() if b.isEnabled()]
        self._first = next((b for b in buttons if b.property("kind") == "primary"), buttons[0] if buttons else None)
        if focus_lost:
            self.focus_action()

    def focus_action(self) -> None:
        """The next sensible step gets the focus."""
        if self._first is not None:
            self._first.setFocus(Qt.FocusReason.OtherFocusReason)

    def _people(self, rows: QVBoxLayout, pairs: Sequence[tuple[str, str]], id_row: IdRow, masked: str) -> None:
        rows.removeWidget(id_row)
        clear_layout(rows)
        for number, (label, value) in enumerate(pairs):
            rows.addWidget(pair_row(label, value))
            if number == 0:
                rows.addWidget(id_row)
        id_row.set_masked(masked)

    def show_id(self, who: str, number: str) -> None:
        """The whole identity number of ``who``."""
        (self.owner_id if who == "owner" else self.submitter_id).show_number(number)

    def ask(
        self, title: str, asks: Sequence[Ask], *, text: str = "", verb: str, icon: str = "file-pen-line", danger: bool = False
    ) -> FieldsDialog:
        """Open a small form over the window."""
        dialog = FieldsDialog(title, asks, text=text, verb=verb, icon=icon, danger=danger, parent=self.window())
        dialog.open()
        return dialog
