"""The table of every list: room to read, keyboard, elided text with a tooltip, an empty state, and a line that says when
there is more than what is shown."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QEvent, QItemSelection, QModelIndex, QPersistentModelIndex, QSize, Qt, Signal, Slot
from PySide6.QtGui import QFont, QHelpEvent, QKeyEvent, QPainter, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHeaderView,
    QLabel,
    QStackedWidget,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QToolTip,
    QVBoxLayout,
    QWidget,
)

from counter_app.ui.texts import number_text
from counter_app.ui.theme import is_theme_change, set_text_role, spacing, theme
from counter_app.ui.widgets.chip import chip_size, paint_chip
from counter_app.ui.widgets.messages import EmptyState
from counter_app.ui.widgets.row_model import CHIP_ROLE, Column, RowModel

Index = QModelIndex | QPersistentModelIndex


class _CellDelegate(QStyledItemDelegate):
    """Paints chips and semi-bold codes; gives cut texts a tooltip."""

    def initStyleOption(self, option: QStyleOptionViewItem, index: Index) -> None:
        super().initStyleOption(option, index)
        option.textElideMode = Qt.TextElideMode.ElideRight
        model = index.model()
        if isinstance(model, RowModel) and model.columns[index.column()].kind == "code":
            option.font.setWeight(QFont.Weight.DemiBold)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        chip = index.data(CHIP_ROLE)
        if chip is None:
            super().paint(painter, option, index)
            return
        self.initStyleOption(option, index)
        option.text = ""
        option.widget.style().drawControl(QStyle.ControlElement.CE_ItemViewItem, option, painter, option.widget)
        paint_chip(painter, option.rect.adjusted(spacing(1), 0, -spacing(1), 0), chip, option.font)

    def helpEvent(self, event: QHelpEvent, view: QAbstractItemView, option: QStyleOptionViewItem, index: Index) -> bool:
        if event.type() == QEvent.Type.ToolTip and index.isValid() and not index.data(Qt.ItemDataRole.ToolTipRole):
            text = str(index.data() or "")
            chip = index.data(CHIP_ROLE)
            need = chip_size(chip, option.font).width() if chip else option.fontMetrics.horizontalAdvance(text) + 2 * spacing(2)
            if need > view.visualRect(index).width():
                QToolTip.showText(event.globalPos(), text, view)
                return True
        return super().helpEvent(event, view, option, index)


class _View(QTableView):
    """Enter opens, Tab leaves the table (cells are walked with the arrows), columns share the width."""

    opened = Signal()
    wished_rows = 0

    def sizeHint(self) -> QSize:
        hint = super().sizeHint()
        if not self.wished_rows:
            return hint
        return QSize(hint.width(), self.horizontalHeader().sizeHint().height() + self.wished_rows * theme().row_height)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            self.opened.emit()
            return
        super().keyPressEvent(event)

    def keyboardSearch(self, _search: str) -> None:
        """Letters choose no row: the first of a scan would walk away from the row that is meant."""

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.share_width()

    def share_width(self) -> None:
        """Fixed columns get their width; stretching ones share the rest in proportion. Where room is short they shrink first, down
        to 5 em; then columns that yield are left out, so that none is pushed out of sight."""
        model = self.model()
        if not isinstance(model, RowModel):
            return
        em, room = theme().em * 0.75, self.viewport().width()
        padding = 2 * spacing(2) + 6
        smallest = round(5 * em) + padding
        widths = [round(column.width * em) + padding for column in model.columns]
        least = [min(smallest, width) if column.stretch else width for column, width in zip(model.columns, widths, strict=True)]
        shown = set(range(len(widths)))
        for section in sorted(shown, key=lambda place: -model.columns[place].yields):
            if model.columns[section].yields and sum(least[place] for place in shown) > room:
                shown.remove(section)
        spare = room - sum(widths[place] for place in shown)
        shares = sum(model.columns[place].stretch for place in shown)
        for section, column in enumerate(model.columns):
            if self.isColumnHidden(section) is (section in shown):
                self.setColumnHidden(section, section not in shown)
            extra = spare * column.stretch // shares if shares else 0
            if section in shown:
                self.setColumnWidth(section, max(widths[section] + extra, least[section]))


class DataTable(QFrame):
    """A list of rows. Signals: ``opened(row)`` (Enter or double click), ``current_changed(row or None)``,
    ``selection_changed()``. Rows are the caller's objects, already sorted, filtered and limited by the store. ``wished_rows``: how many
    of them it wants to show before the page begins to scroll (0: as Qt has it)."""

    opened = Signal(object)
    current_changed = Signal(object)
    selection_changed = Signal()

    def __init__(
        self,
        columns: Sequence[Column],
        *,
        name: str,
        empty_icon: str = "inbox",
        empty_title: str = "",
        empty_advice: str = "",
        multi_select: bool = False,
        wished_rows: int = 0,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setProperty("panel", "card")
        self.model = RowModel(columns, self)
        self.view = _View()
        self.view.wished_rows = wished_rows
        self.view.setModel(self.model)
        self.view.setItemDelegate(_CellDelegate(self.view))
        self.view.setAccessibleName(name)
        self.view.setShowGrid(False)
        self.view.setTabKeyNavigation(False)
        self.view.setWordWrap(False)
        self.view.setCornerButtonEnabled(False)
        self.view.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        modes = QAbstractItemView.SelectionMode
        self.view.setSelectionMode(modes.ExtendedSelection if multi_select else modes.SingleSelection)
        self.view.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.view.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.view.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.view.verticalHeader().hide()
        self.view.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.view.horizontalHeader().setHighlightSections(False)
        self.view.horizontalHeader().setSectionsClickable(False)
        self.view.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.empty = EmptyState(empty_icon, empty_title or self.tr("Chưa có gì ở đây"), empty_advice)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.view)
        self._stack.addWidget(self.empty)
        self._footer = set_text_role(QLabel(), "muted")
        self._footer.setContentsMargins(spacing(2), spacing(1), spacing(2), spacing(1))
        self._footer.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(1, 1, 1, 1)
        column.setSpacing(0)
        column.addWidget(self._stack, 1)
        column.addWidget(self._footer)
        self.view.opened.connect(self._open_current)
        self.view.doubleClicked.connect(self._open_current)
        self.view.selectionModel().selectionChanged.connect(self._selection_changed)
        self.view.selectionModel().currentRowChanged.connect(self._current_changed)
        self._apply_sizes()
        self._show_state()

    def setFocus(self, reason: Qt.FocusReason = Qt.FocusReason.OtherFocusReason) -> None:
        """To the rows. No focus proxy: while the list is empty the rows are hidden, and Tab would stop at their proxy for good."""
        self.view.setFocus(reason)

    def set_rows(self, rows: Sequence[Any], total: int | None = None) -> None:
        """Show ``rows``; the first one becomes current. When ``total`` is larger than their number, a line below says so."""
        self.model.set_rows(rows)
        self.view.share_width()
        if rows:
            self.view.selectRow(0)
        more = total is not None and total > len(rows)
        if more:
            shown, found = number_text(len(rows)), number_text(total or 0)
            self._footer.setText(self.tr("Đang hiện {0} trong {1}. Gõ thêm để thu hẹp.").format(shown, found))
        self._footer.setVisible(more)
        self._show_state()
        if not rows:
            self.current_changed.emit(None)

    def add_row(self, row: Any, at_top: bool = True) -> None:
        """Add one row (scanning into a list) and select it."""
        position = 0 if at_top else self.model.rowCount()
        self.model.insert_row(position, row)
        self.view.share_width()
        self.view.selectRow(position)
        self._show_state()

    def remove_row(self, position: int) -> None:
        """Take one row away; the selection stays at the same place."""
        self.model.remove_row(position)
        if self.model.rowCount():
            self.view.selectRow(min(position, self.model.rowCount() - 1))
        self._show_state()

    def rows(self) -> list[Any]:
        """All rows shown."""
        return self.model.rows()

    def current_row(self) -> Any | None:
        """The row with the cursor, or None."""
        return self.model.row_at(self.view.currentIndex().row())

    def current_position(self) -> int:
        """The number of that row, −1 for none."""
        return self.view.currentIndex().row()

    def selected_rows(self) -> list[Any]:
        """The selected rows, top to bottom."""
        positions = sorted(index.row() for index in self.view.selectionModel().selectedRows())
        return [self.model.row_at(position) for position in positions]

    def select(self, position: int) -> None:
        """Put the cursor on a row."""
        self.view.selectRow(position)

    @Slot()
    def _open_current(self) -> None:
        if (row := self.current_row()) is not None:
            self.opened.emit(row)

    @Slot(QModelIndex, QModelIndex)
    def _current_changed(self, current: QModelIndex, previous: QModelIndex) -> None:
        self.current_changed.emit(self.model.row_at(current.row()))

    @Slot(QItemSelection, QItemSelection)
    def _selection_changed(self, selected: QItemSelection, deselected: QItemSelection) -> None:
        self.selection_changed.emit()

    def _show_state(self) -> None:
        self._stack.setCurrentWidget(self.view if self.model.rowCount() else self.empty)

    def _apply_sizes(self) -> None:
        self.view.verticalHeader().setMinimumSectionSize(theme().row_height)
        self.view.verticalHeader().setDefaultSectionSize(theme().row_height)
        self.view.share_width()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if is_theme_change(event) and hasattr(self, "_footer"):
            self._apply_sizes()
