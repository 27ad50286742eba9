"""The model under every table: plain rows, columns that know how to read them. No proxy model (a Qt proxy over a Python model
costs a second per key at 5,000 rows): sorting, filtering and limiting are the store's work."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from counter_app.ui.widgets.chip import Chip

CODE_WIDTH, DATE_WIDTH, MOMENT_WIDTH, MONEY_WIDTH, CHIP_WIDTH = 13.0, 6.0, 8.5, 7.0, 11.0
"""Widths in em that fit a 25-character dossier code, dd/mm/yyyy, hh:mm dd/mm/yyyy, millions of đồng, and a status chip."""

Index = QModelIndex | QPersistentModelIndex
CHIP_ROLE = int(Qt.ItemDataRole.UserRole) + 1
ROW_ROLE = int(Qt.ItemDataRole.UserRole) + 2


@dataclass(frozen=True, slots=True)
class Column:
    """One column. ``value(row)`` gives the text; ``chip(row)`` a chip instead (its text is then the cell's text).

    ``kind``: ``text`` left; ``date``, ``number``, ``money`` right-aligned; ``code`` left, semi-bold; ``chip``. ``width`` in em
    (font heights); ``stretch`` > 0 shares what is left over. ``tooltip(row)`` replaces the automatic one (the full text when cut).
    ``yields`` > 0: with letters too large for all columns this one is left out, the highest number first (rather than scroll sideways).
    """

    title: str
    value: Callable[[Any], str] | None = None
    kind: Literal["text", "date", "number", "money", "code", "chip"] = "text"
    width: float = 8
    stretch: int = 0
    chip: Callable[[Any], Chip | None] | None = None
    tooltip: Callable[[Any], str] | None = None
    yields: int = 0

    def text(self, row: Any) -> str:
        """The cell's text."""
        if self.chip is not None:
            chip = self.chip(row)
            return chip.text if chip else ""
        return self.value(row) if self.value else ""

    @property
    def right_aligned(self) -> bool:
        """Dates, numbers and money stand at the right."""
        return self.kind in ("date", "number", "money")


class RowModel(QAbstractTableModel):
    """Rows as given, read through columns. Cells carry the text for screen readers: "title: value"."""

    def __init__(self, columns: Sequence[Column], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._columns = tuple(columns)
        self._rows: list[Any] = []

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns."""
        return self._columns

    def rows(self) -> list[Any]:
        """The rows shown, in order."""
        return list(self._rows)

    def row_at(self, index: int) -> Any | None:
        """One row, or None outside."""
        return self._rows[index] if 0 <= index < len(self._rows) else None

    def set_rows(self, rows: Sequence[Any]) -> None:
        """Show other rows."""
        self.beginResetModel()
        self._rows = list(rows)
        self.endResetModel()

    def insert_row(self, position: int, row: Any) -> None:
        """Add one row, keeping selection and scroll position."""
        self.beginInsertRows(QModelIndex(), position, position)
        self._rows.insert(position, row)
        self.endInsertRows()

    def remove_row(self, position: int) -> None:
        """Take one row away."""
        self.beginRemoveRows(QModelIndex(), position, position)
        del self._rows[position]
        self.endRemoveRows()

    def update_row(self, position: int, row: Any) -> None:
        """Replace one row."""
        self._rows[position] = row
        self.dataChanged.emit(self.index(position, 0), self.index(position, len(self._columns) - 1))

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._columns)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        column, row = self._columns[index.column()], self._rows[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return column.text(row)
            case Qt.ItemDataRole.TextAlignmentRole:
                side = Qt.AlignmentFlag.AlignRight if column.right_aligned else Qt.AlignmentFlag.AlignLeft
                return int(side | Qt.AlignmentFlag.AlignVCenter)
            case Qt.ItemDataRole.AccessibleTextRole:
                return f"{column.title}: {column.text(row)}"
            case Qt.ItemDataRole.ToolTipRole:
                return column.tooltip(row) if column.tooltip else None
            case _ if role == CHIP_ROLE:
                return column.chip(row) if column.chip else None
            case _ if role == ROW_ROLE:
                return row
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation != Qt.Orientation.Horizontal or not 0 <= section < len(self._columns):
            return None
        column = self._columns[section]
        if role == Qt.ItemDataRole.DisplayRole:
            return column.title
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if column.right_aligned else Qt.AlignmentFlag.AlignLeft
            return int(side | Qt.AlignmentFlag.AlignVCenter)
        return None
