"""The page "Đồng bộ": what has not reached the centre yet and why, and what a person has to decide."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QFileDialog, QGridLayout, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from counter_app.ui.icons import set_icon
from counter_app.ui.pages.dossier_parts import OneLine, fill_grid, plain
from counter_app.ui.pages.presented import PresentedPage
from counter_app.ui.pages.review_facts import ReviewLine
from counter_app.ui.pages.sync_facts import OutboxLine, Tile
from counter_app.ui.theme import set_text_role, spacing, theme
from counter_app.ui.widgets import Card, Column, DataTable, KeyButton, ScrollBody, SectionHeader, SideColumn, Wrap, row
from counter_app.ui.widgets.chip import Chip


class TileView(Card):
    """One figure with its sentence."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self.body.setSpacing(spacing(1))
        self._icon, self._title = QLabel(), set_text_role(QLabel(), "label")
        self.lead, self.detail = OneLine("section"), plain("", "muted")
        self.body.addLayout(row(self._icon, self._title, 1))
        self.body.addWidget(self.lead)
        self.body.addWidget(self.detail)
        self.body.addStretch(1)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)

    def set_tile(self, tile: Tile) -> None:
        """Show it."""
        set_icon(self._icon, tile.icon, tile.role)
        self._title.setText(tile.title)
        self.lead.setText(tile.lead)
        self.detail.setText(tile.detail)
        self.setAccessibleName(f"{tile.title}: {tile.lead}. {tile.detail}")


#: One key settles: the first choice is the safest.
_CHOICE_KEYS = ("Alt+1", "Alt+2", "Alt+3")


def _when(line: ReviewLine) -> Chip:
    return Chip(line.when, "danger", "clock") if line.late else Chip(line.when)


def _late(line: ReviewLine) -> str:
    return "Chờ quá một ngày làm việc" if line.late else ""

_REVIEWS_EM, _NARROW_EM = 26, 50
"""Width of what a person decides. Where it and the outbox have less than this, it goes below."""


class SyncView(PresentedPage):
    """Signals: ``sync_requested()``, ``settle_requested(ReviewLine, decision)``, ``again_requested`` and ``edit_requested(OutboxLine)``,
    ``export_requested(Path)``, ``import_requested(Path)``, ``clock_confirmed()``, ``open_requested(line)`` for a line of either list."""

    sync_requested = Signal()
    settle_requested = Signal(object, str)
    export_requested = Signal(object)
    import_requested = Signal(object)
    clock_confirmed = Signal()
    again_requested = Signal(object)
    edit_requested = Signal(object)
    open_requested = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(
            self.tr("Đồng bộ"), self.tr("Mất mạng không dừng việc tại quầy: mọi thứ được lưu trên máy và tự gửi sau"), parent
        )
        self.clock_button = KeyButton("", "calendar")
        self.clock_button.clicked.connect(self.clock_confirmed)
        self.clock_button.hide()
        self.add_header_widget(self.clock_button)
        self.sync_button = KeyButton(self.tr("Gửi và nhận ngay"), "refresh-cw", "F8", "primary")
        self.sync_button.clicked.connect(self.sync_requested)
        self.add_header_widget(self.sync_button)
        tiles = QHBoxLayout()
        tiles.setSpacing(spacing(3))
        self.tiles = [TileView() for _ in range(4)]
        for tile in self.tiles:
            tiles.addWidget(tile, 1)
        self.body.addLayout(tiles)
        scroll = ScrollBody()
        scroll.body.setContentsMargins(0, 0, 0, 0)
        scroll.body.addWidget(SideColumn(self._outbox(), self._reviews(), _REVIEWS_EM, _NARROW_EM), 1)
        self.body.addWidget(scroll, 1)
        self._first = self.outbox

    def _outbox(self) -> QWidget:
        side = QWidget()
        column = QVBoxLayout(side)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(spacing(2))
        self.outbox_header = SectionHeader(self.tr("Chờ gửi"))
        self.again_button = KeyButton(self.tr("Gửi lại việc đang gác"), "rotate-cw", kind="quiet")
        self.again_button.clicked.connect(self._again)
        self.edit_button = KeyButton(self.tr("Sửa rồi gửi lại…"), "file-pen-line", kind="quiet")
        self.edit_button.clicked.connect(self._edit)
        self.export_button = KeyButton(self.tr("Xuất ra tệp…"), "download", kind="quiet")
        self.export_button.setToolTip(self.tr("Khi máy này không gửi được: mang tệp sang máy khác của đơn vị để gửi"))
        self.export_button.clicked.connect(self._export)
        self.import_button = KeyButton(self.tr("Nhập từ tệp…"), "cloud-upload", kind="quiet")
        self.import_button.setToolTip(self.tr("Gửi giúp thao tác của máy khác trong đơn vị"))
        self.import_button.clicked.connect(self._import)
        self.outbox_header.add_widget(self.export_button)
        self.outbox_header.add_widget(self.import_button)
        column.addWidget(self.outbox_header)

        def tip(line: OutboxLine) -> str:
            tries = self.tr("đã thử {0} lần").format(line.attempts) if line.attempts else self.tr("chưa thử gửi")
            return " · ".join(part for part in (tries, line.message) if part)

        self.outbox = DataTable(
            [
                Column(self.tr("Hồ sơ, phiếu"), lambda x: x.what, "code", 11.5),
                Column(self.tr("Việc"), lambda x: x.kind, width=8, stretch=1),
                Column(self.tr("Tình trạng"), kind="chip", width=9.6, chip=lambda x: x.state, tooltip=tip),
                Column(self.tr("Đã chờ"), lambda x: x.age, "number", 5, tooltip=tip),
            ],
            name=self.tr("Thay đổi chờ gửi"),
            empty_icon="cloud-check",
            empty_title=self.tr("Không còn gì chờ gửi"),
            empty_advice=self.tr("Thay đổi mới tại quầy hiện ở đây cho đến khi trung tâm xác nhận."),
        )
        self.outbox.opened.connect(self.open_requested)
        self.outbox.current_changed.connect(self._outbox_line)
        column.addWidget(self.outbox, 1)
        self._why = plain("", "muted")
        column.addWidget(self._why)
        aside = QHBoxLayout()
        aside.addWidget(self.again_button)
        aside.addWidget(self.edit_button)
        aside.addStretch(1)
        column.addLayout(aside)
        return side

    def _reviews(self) -> QWidget:
        side = QWidget()
        column = QVBoxLayout(side)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(spacing(2))
        self.review_header = SectionHeader(self.tr("Cần người xử lý"))
        self.review_header.setMinimumHeight(self.outbox_header.sizeHint().height())  # both tables begin on one line
        column.addWidget(self.review_header)
        self.reviews = DataTable(
            [
                Column(self.tr("Hồ sơ, phiếu"), lambda x: x.code, "code", 10.5),
                Column(self.tr("Việc"), lambda x: x.what, width=7, stretch=1),
                Column(self.tr("Lúc"), kind="chip", width=9, chip=_when, tooltip=_late),
            ],
            name=self.tr("Việc cần người xử lý"),
            empty_icon="badge-check",
            empty_title=self.tr("Không có việc nào cần quyết định"),
            empty_advice=self.tr("Khi trung tâm không nhận một thay đổi, cả hai giá trị hiện ở đây để chọn."),
            wished_rows=3,  # what decides below it must be in sight on a small screen
        )
        self.reviews.current_changed.connect(self._review)
        self.reviews.opened.connect(self.open_requested)
        column.addWidget(self.reviews, 2)
        self.detail = Card()
        self._message, self._who = plain("", "strong"), plain("", "muted")
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(spacing(4))
        self._grid.setVerticalSpacing(spacing(1.5))
        self.detail.body.addWidget(self._message)
        self.detail.body.addWidget(self._who)
        self.detail.body.addLayout(self._grid)
        self._advice = plain("", "muted")
        self.detail.body.addWidget(self._advice)
        self.open_button = KeyButton(self.tr("Xem hồ sơ"), "folder-open", "Enter")
        self.open_button.clicked.connect(self._open_review)
        self.other_button = KeyButton(self.tr("Xem hồ sơ đã có"), "folder-open")
        self.other_button.clicked.connect(self._open_other)
        self.choice_buttons = [KeyButton("", "check", key) for key in _CHOICE_KEYS]
        for place, button in enumerate(self.choice_buttons):
            button.clicked.connect(partial(self._settle, place))
        self.detail.body.addStretch(1)
        self.detail.body.addWidget(Wrap(self.open_button, self.other_button, *self.choice_buttons, first=2))
        for place, key in enumerate(_CHOICE_KEYS):
            action = QAction(self)
            action.setShortcut(QKeySequence(key))
            action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            action.triggered.connect(partial(self._settle, place))
            self.addAction(action)
        self.detail.setMinimumHeight(round(theme().em * 8))
        column.addWidget(self.detail, 3)
        return side

    # ---- setters

    def set_tiles(self, tiles: Sequence[Tile]) -> None:
        """The four figures."""
        for view, tile in zip(self.tiles, tiles, strict=True):
            view.set_tile(tile)

    def set_unreadable(self, tile: Tile) -> None:
        """The store cannot be read just now: the reason instead of a figure that may be wrong."""
        self.tiles[1].set_tile(tile)

    def set_outbox(self, lines: list[OutboxLine], total: int) -> None:
        """What waits; the cursor stays on its line."""
        before = self.outbox.current_row()
        self.outbox.set_rows(lines, total)
        place = next((i for i, line in enumerate(lines) if before is not None and line.op == before.op), 0)
        if place:
            self.outbox.select(place)
        self.outbox_header.set_title(self.tr("Chờ gửi"), str(total) if total else "")
        self.again_button.setVisible(any(line.set_aside for line in lines))
        self.edit_button.setVisible(any(line.set_aside for line in lines))
        self._outbox_line(self.outbox.current_row())

    def set_reviews(self, lines: list[ReviewLine]) -> None:
        """What a person decides."""
        before = self.reviews.current_row()
        self.reviews.set_rows(lines)
        place = next((i for i, line in enumerate(lines) if before is not None and line.id == before.id), 0)
        if place:
            self.reviews.select(place)
        late = sum(line.late for line in lines)
        old = self.tr(" · {0} quá một ngày làm việc").format(late) if late else ""
        self.review_header.set_title(self.tr("Cần người xử lý"), f"{len(lines)}{old}" if lines else "")
        self.detail.setVisible(bool(lines))

    def ask_clock(self, day: str) -> None:
        """Offer the head of the section to vouch for the PC's date (empty: there is no doubt)."""
        self.clock_button.setVisible(bool(day))
        if day:
            self.clock_button.set_text(self.tr("Xác nhận ngày {0} là đúng").format(day))

    def set_busy(self, busy: bool) -> None:
        """A cycle was asked for and is not back yet."""
        self.sync_button.setEnabled(not busy)
        self.sync_button.set_text(self.tr("Đang gửi và nhận…") if busy else self.tr("Gửi và nhận ngay"))

    @Slot(object)
    def _outbox_line(self, line: OutboxLine | None) -> None:
        if line is None:
            self._why.setText("")
            return
        tries = self.tr("Đã thử {0} lần").format(line.attempts) if line.attempts else self.tr("Chưa thử gửi")
        self._why.setText(" · ".join(part for part in (line.what, tries, line.message) if part))

    @Slot(object)
    def _review(self, line: ReviewLine | None) -> None:
        if line is None:
            return
        self._message.setText(line.message)
        self._who.setText(self._authors(line))
        fill_grid(self._grid, line.rows, head=line.heads, wide=(1, 2))
        self._advice.setText("\n".join(f"{choice.label}: {choice.advice[0].lower()}{choice.advice[1:]}" for choice in line.choices))
        for place, button in enumerate(self.choice_buttons):
            choice = line.choices[place] if place < len(line.choices) else None
            button.setVisible(choice is not None)
            if choice is not None:
                button.set_text(choice.label)
        self.open_button.setVisible(bool(line.entity))
        self.other_button.setVisible(bool(line.other))
        QTimer.singleShot(0, self, self._fit_detail)  # labels made just now count only when they are shown

    @Slot()
    def _fit_detail(self) -> None:
        """Both values are read whole; the list gives way, then the page scrolls."""
        needed = self.detail.layout().totalHeightForWidth(self.detail.width())
        self.detail.setMinimumHeight(max(round(theme().em * 8), needed))

    def _authors(self, line: ReviewLine) -> str:
        """Who, which desk and when, of each side."""
        if not line.stands:
            return line.who
        return "\n".join(self.tr("{0}: {1}").format(head, who) for head, who in zip(line.heads[1:], (line.stands, line.who), strict=True))

    def _settle(self, place: int, _checked: bool = False) -> None:
        line = self.reviews.current_row()
        if line is not None and place < len(line.choices):
            self.settle_requested.emit(line, line.choices[place].decision)

    @Slot()
    def _open_other(self) -> None:
        line = self.reviews.current_row()
        if line is not None and line.other:
            self.open_requested.emit(replace(line, entity=line.other))

    @Slot()
    def _export(self) -> None:
        dialog = self._dialog(self.tr("Xuất thao tác chưa gửi"), "thao-tac-chua-gui.json", QFileDialog.AcceptMode.AcceptSave)
        dialog.fileSelected.connect(lambda name: self.export_requested.emit(Path(name)))
        dialog.open()

    @Slot()
    def _import(self) -> None:
        dialog = self._dialog(self.tr("Nhập thao tác của máy khác"), "", QFileDialog.AcceptMode.AcceptOpen)
        dialog.fileSelected.connect(lambda name: self.import_requested.emit(Path(name)))
        dialog.open()

    def _dialog(self, title: str, name: str, mode: QFileDialog.AcceptMode) -> QFileDialog:
        dialog = QFileDialog(self, title, name, "JSON (*.json)")
        dialog.setAcceptMode(mode)
        dialog.setDefaultSuffix("json")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        return dialog

    @Slot()
    def _open_review(self) -> None:
        if (line := self.reviews.current_row()) is not None:
            self.open_requested.emit(line)

    @Slot()
    def _again(self) -> None:
        if (line := self._aside()) is not None:
            self.again_requested.emit(line)

    @Slot()
    def _edit(self) -> None:
        if (line := self._aside()) is not None:
            self.edit_requested.emit(line)

    def _aside(self) -> OutboxLine | None:
        """The line of the cursor where it is set aside, else the first one that is."""
        line = self.outbox.current_row()
        if line is None or not line.set_aside:
            line = next((x for x in self.outbox.rows() if x.set_aside), None)
        return line
