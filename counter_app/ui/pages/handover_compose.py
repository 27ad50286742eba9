"""The first half of the hand-over page: the pile being scanned, and the slips that wait for confirmation."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QKeyCombination, Qt, Signal, Slot
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QLineEdit, QRadioButton, QVBoxLayout, QWidget

from counter_app.domain.postal import spaced
from counter_app.services.desk import Desk
from counter_app.store.rows import SlipRow
from counter_app.ui.pages.handover_list import DIRECTIONS, Entry
from counter_app.ui.texts import date_text, moment_text
from counter_app.ui.theme import spacing
from counter_app.ui.widgets import (
    Chip,
    Choice,
    Column,
    ComboSearch,
    DataTable,
    FormField,
    KeyButton,
    ScanPanel,
    ScrollBody,
    SearchBox,
    SectionHeader,
    SideColumn,
    field_row,
    row,
)

_SIDE_EM, _NARROW_EM = 18, 46
"""Width of the list of slips. Where it and the pile have less than this, it goes below."""


class ComposeView(QWidget):
    """Signals: ``direction_chosen(str)``, ``unit_chosen(id or empty)``, ``code_typed(str)``, ``remove_requested(Entry)``,
    ``make_requested()``, ``slip_opened(SlipRow)``."""

    direction_chosen = Signal(str)
    unit_chosen = Signal(str)
    code_typed = Signal(str)
    remove_requested = Signal(object)
    make_requested = Signal()
    slip_opened = Signal(object)

    def __init__(self, desk: Desk, fetch_units: Callable[[str], Sequence[Choice]], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        pile = QWidget()
        left = QVBoxLayout(pile)
        left.setContentsMargins(0, 0, 0, 0)
        left.setSpacing(spacing(3))
        left.addLayout(self._directions())
        self.code = SearchBox(self.tr("Quét hoặc gõ mã, Enter"), "scan-barcode")
        self.code.submitted.connect(self._typed)
        self.unit = ComboSearch(fetch_units, self.tr("Tự chia theo thủ tục, mỗi đơn vị một phiếu"), self.tr("Đơn vị"), "building-2")
        self.unit.chosen.connect(lambda unit: self.unit_chosen.emit(unit))
        self.unit.cleared.connect(lambda: self.unit_chosen.emit(""))
        self.person = QLineEdit()
        self.person.setMaxLength(120)
        self.unit_field, self.person_field = FormField(self.tr("Đơn vị"), self.unit), FormField(self.tr("Người nhận"), self.person)
        left.addLayout(field_row(FormField(self.tr("Hồ sơ"), self.code), self.unit_field, self.person_field, stretches=(4, 5, 3)))
        self.panel = ScanPanel(self.tr("Đưa từng giấy tiếp nhận vào máy quét, hoặc quét phiếu bàn giao để xác nhận."))
        left.addWidget(self.panel)
        self.table = DataTable(
            self._columns(),
            name=self.tr("Hồ sơ trong phiếu"),
            empty_icon="arrow-left-right",
            empty_title=self.tr("Chưa có hồ sơ nào trong phiếu"),
            empty_advice=self.tr("Quét lần lượt các giấy tiếp nhận; mỗi lần quét có tiếng báo."),
        )
        for key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            shortcut = QShortcut(QKeySequence(QKeyCombination(key)), self.table.view)
            shortcut.setContext(Qt.ShortcutContext.WidgetShortcut)
            shortcut.activated.connect(self._remove)
        left.addWidget(self.table, 1)
        left.addLayout(self._bottom())
        self.columns = SideColumn(pile, self._slips(), _SIDE_EM, _NARROW_EM)
        scroll = ScrollBody()
        scroll.body.addWidget(self.columns, 1)
        outer.addWidget(scroll)

    def _directions(self) -> QHBoxLayout:
        self._group = QButtonGroup(self)
        line = QHBoxLayout()
        line.setSpacing(spacing(5))
        for number, (_direction, words, _unit) in enumerate(DIRECTIONS):
            button = QRadioButton(words)
            self._group.addButton(button, number)
            line.addWidget(button)
        self._group.button(0).setChecked(True)
        self._group.idClicked.connect(self._direction)
        line.addStretch(1)
        return line

    def _columns(self) -> list[Column]:
        names = self._desk.catalogue.units

        def unit_chip(entry: Entry) -> Chip:
            if entry.item:
                return Chip(entry.item, "neutral", "package")
            unit = names.get(entry.unit)
            short = (unit.short_name or unit.name) if unit else entry.unit
            return Chip(short, "warning" if entry.unit != entry.usual else "neutral", "building-2")

        def unit_tip(entry: Entry) -> str:
            if entry.item:
                return self.tr("Bưu gửi {0}").format(spaced(entry.item))
            usual = self._desk.catalogue.unit_name(entry.usual)
            name = self._desk.catalogue.unit_name(entry.unit)
            return name if entry.unit == entry.usual else self.tr("{0}; thủ tục này thường giao {1}").format(name, usual)

        return [
            Column(self.tr("Mã hồ sơ"), lambda e: e.code, "code", 11),
            Column(self.tr("Chủ hồ sơ"), lambda e: e.owner, width=10, stretch=2),
            Column(self.tr("Thủ tục"), lambda e: e.procedure, width=10, stretch=3),
            Column(self.tr("Đơn vị"), kind="chip", width=11, stretch=2, chip=unit_chip, tooltip=unit_tip),
            Column(self.tr("Hạn nội bộ"), lambda e: date_text(e.deadline), "date", 6.5),
        ]

    def _bottom(self) -> QHBoxLayout:
        self.summary = SectionHeader("")
        self.remove_button = KeyButton(self.tr("Bỏ dòng"), "trash-2", "Del", "quiet")
        self.remove_button.clicked.connect(self._remove)
        self.make_button = KeyButton(self.tr("Lập phiếu và in"), "printer", "Ctrl+Enter", "primary")
        self.make_button.clicked.connect(self.make_requested)
        return row(self.summary, 1, self.remove_button, self.make_button)

    def _slips(self) -> QWidget:
        side = QWidget()
        column = QVBoxLayout(side)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(spacing(2))
        self.slip_header = SectionHeader(self.tr("Phiếu chờ xác nhận"))
        column.addWidget(self.slip_header)

        def other(slip: SlipRow) -> str:
            unit = self._desk.catalogue.units.get(slip.from_unit if slip.direction == "back" else slip.to_unit)
            name = (unit.short_name or unit.name) if unit else slip.to_unit
            return f"{'←' if slip.direction == 'back' else '→'} {name}"

        def full(slip: SlipRow) -> str:
            return f"{slip.number} · {other(slip)} · {slip.lines} hồ sơ · {moment_text(slip.made_at)}"

        self.slips = DataTable(
            [
                Column(self.tr("Đơn vị"), other, width=9, stretch=2, tooltip=full),
                Column(self.tr("Hồ sơ"), lambda s: str(s.lines), "number", 3.6),
                Column(self.tr("Lập ngày"), lambda s: date_text(s.made_at)[:5], "date", 4.4, tooltip=full),
            ],
            name=self.tr("Phiếu chờ xác nhận"),
            empty_icon="clipboard-check",
            empty_title=self.tr("Không còn phiếu nào"),
            empty_advice=self.tr("Phiếu đã lập hiện ở đây cho đến khi bên nhận xác nhận."),
        )
        self.slips.opened.connect(self.slip_opened)
        column.addWidget(self.slips, 1)
        return side

    # ---- setters

    def set_direction(self, number: int, unit_label: str, person_label: str) -> None:
        """Which way the papers go, and how the other side is called."""
        self._group.button(number).setChecked(True)
        self.unit_field.set_label(unit_label)
        self.person_field.set_label(person_label)
        self.unit_field.setEnabled(DIRECTIONS[number][0] != "post")

    def set_entries(self, entries: list[Entry], slips: int, select: str = "") -> None:
        """Show the pile; ``select`` is the folder just scanned."""
        self.table.set_rows(entries)
        place = next((i for i, entry in enumerate(entries) if entry.dossier == select), None)
        if place is not None:
            self.table.select(place)
        count = len(entries)
        self.summary.set_title(
            self.tr("{0} hồ sơ").format(count) if count else "", self.tr("{0} phiếu").format(slips) if slips > 1 else ""
        )
        self.make_button.setEnabled(bool(count))
        self.make_button.set_text(self.tr("Lập {0} phiếu và in").format(slips) if slips > 1 else self.tr("Lập phiếu và in"))
        self.remove_button.setEnabled(bool(count))

    def set_slips(self, slips: list[SlipRow]) -> None:
        """The slips that wait for confirmation."""
        self.slips.set_rows(slips)
        self.slip_header.set_title(self.tr("Phiếu chờ xác nhận"), str(len(slips)) if slips else "")

    @Slot(int)
    def _direction(self, number: int) -> None:
        self.direction_chosen.emit(DIRECTIONS[number][0])

    @Slot(str)
    def _typed(self, text: str) -> None:
        self.code_typed.emit(text)
        self.code.clear()

    @Slot()
    def _remove(self) -> None:
        if (entry := self.table.current_row()) is not None:
            self.remove_requested.emit(entry)
