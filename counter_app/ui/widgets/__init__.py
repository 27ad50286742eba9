"""Building blocks of pages. Import them from here; each module holds one kind."""

from typing import TYPE_CHECKING

from counter_app.ui.late import late

if TYPE_CHECKING:
    from counter_app.ui.widgets.chip import Chip, StatusChip, chip_size, paint_chip
    from counter_app.ui.widgets.choices import Choice
    from counter_app.ui.widgets.combo_search import ComboSearch
    from counter_app.ui.widgets.data_table import DataTable
    from counter_app.ui.widgets.edits import DateEdit, MoneyEdit, MoneyLabel, SearchBox
    from counter_app.ui.widgets.form_field import FormField, field_row, show_errors, stack
    from counter_app.ui.widgets.key_button import KeyButton, KeyHint
    from counter_app.ui.widgets.layout import Card, DetailRow, Line, Pair, Reach, ScrollBody, SectionHeader, SideColumn, row
    from counter_app.ui.widgets.messages import Banner, EmptyState, ScanPanel, Toast
    from counter_app.ui.widgets.queue_strip import QUEUES, Queue, QueueStrip
    from counter_app.ui.widgets.row_model import CHIP_WIDTH, CODE_WIDTH, DATE_WIDTH, MOMENT_WIDTH, MONEY_WIDTH, Column, RowModel
    from counter_app.ui.widgets.wrap import Wrap

__getattr__ = late(__name__, {
    "chip": "Chip StatusChip chip_size paint_chip",
    "choices": "Choice",
    "combo_search": "ComboSearch",
    "data_table": "DataTable",
    "edits": "DateEdit MoneyEdit MoneyLabel SearchBox",
    "form_field": "FormField field_row show_errors stack",
    "key_button": "KeyButton KeyHint",
    "layout": "Card DetailRow Line Pair Reach ScrollBody SectionHeader SideColumn row",
    "messages": "Banner EmptyState ScanPanel Toast",
    "queue_strip": "QUEUES Queue QueueStrip",
    "wrap": "Wrap",
    "row_model": "CHIP_WIDTH CODE_WIDTH DATE_WIDTH MOMENT_WIDTH MONEY_WIDTH Column RowModel",
})

__all__ = [
    "CHIP_WIDTH",
    "CODE_WIDTH",
    "DATE_WIDTH",
    "MOMENT_WIDTH",
    "MONEY_WIDTH",
    "QUEUES",
    "Banner",
    "Card",
    "Chip",
    "Choice",
    "Column",
    "ComboSearch",
    "DataTable",
    "DateEdit",
    "DetailRow",
    "EmptyState",
    "FormField",
    "KeyButton",
    "KeyHint",
    "Line",
    "MoneyEdit",
    "MoneyLabel",
    "Queue",
    "QueueStrip",
    "Pair",
    "Reach",
    "RowModel",
    "ScanPanel",
    "ScrollBody",
    "SearchBox",
    "SectionHeader",
    "SideColumn",
    "StatusChip",
    "Toast",
    "Wrap",
    "chip_size",
    "field_row",
    "paint_chip",
    "row",
    "show_errors",
    "stack",
]
