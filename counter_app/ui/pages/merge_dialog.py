"""Settle a review field by field: a key for each field takes the desk's value or gives the centre's back, Enter writes."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QButtonGroup, QGridLayout, QHBoxLayout, QRadioButton, QWidget

from counter_app.services.reviews import MINE, THEIRS
from counter_app.ui.dialogs.base import BaseDialog
from counter_app.ui.pages.dossier_parts import plain
from counter_app.ui.pages.review_facts import ReviewLine
from counter_app.ui.theme import spacing, theme

#: Digits change the first nine fields; a correction seldom has more than three.
_KEYS = 9


class _Value(QWidget):
    """One of two values: a radio button and its words, which wrap; a press anywhere chooses it."""

    def __init__(self, label: str, head: str, value: str) -> None:
        super().__init__()
        self.button = QRadioButton()
        self.button.setAccessibleName(f"{label}, {head}: {value}")
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(spacing(1.5))
        line.addWidget(self.button, 0, Qt.AlignmentFlag.AlignTop)
        line.addWidget(plain(value, "value"), 1)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.button.setFocus()
        self.button.setChecked(True)


class MergeDialog(BaseDialog):
    """``chosen({field: "mine" | "theirs"})``. Each field keeps the centre's value until its key (1, 2, …) or the other value is pressed."""

    chosen = Signal(dict)

    def __init__(self, line: ReviewLine, parent: QWidget | None = None) -> None:
        super().__init__(f"Chọn từng ô – {line.code}", "Phím số đổi ô đó giữa hai giá trị. Ô không đổi giữ giá trị của trung tâm.",
                         icon="file-pen-line", role="accent", parent=parent)
        self.setMinimumWidth(round(theme().em * 44))
        self._paths = line.paths
        self.choices: list[tuple[QRadioButton, QRadioButton]] = []
        grid = QGridLayout()
        grid.setHorizontalSpacing(spacing(4))
        grid.setVerticalSpacing(spacing(2.5))
        for x, head in enumerate(("", *line.heads)):
            grid.addWidget(plain(head, "label", wrap=False), 0, x)
        for y, (label, theirs, mine) in enumerate(line.rows[: len(line.paths)], 1):
            grid.addWidget(plain(str(y) if y <= _KEYS else "", "strong", wrap=False), y, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(plain(label, "value", wrap=False), y, 1, Qt.AlignmentFlag.AlignTop)
            group = QButtonGroup(self)
            pair = _Value(label, line.heads[1], theirs), _Value(label, line.heads[2], mine)
            for x, value in enumerate(pair, 2):
                group.addButton(value.button)
                grid.addWidget(value, y, x)
            pair[0].button.setChecked(True)
            self.choices.append((pair[0].button, pair[1].button))
        grid.setColumnStretch(2, 1)
        grid.setColumnStretch(3, 1)
        self.body.addLayout(grid)
        self.cancel_button = self.add_button(self.tr("Quay lại"), key="Esc")
        self.cancel_button.clicked.connect(self.reject)
        self.confirm_button = self.add_button(self.tr("Ghi các ô đã chọn"), kind="primary", key="Enter", default=True)
        self.confirm_button.clicked.connect(self.confirm)
        self.choices[0][0].setFocus()

    def take(self) -> dict[str, str]:
        """What is chosen now."""
        return {path: MINE if mine.isChecked() else THEIRS for path, (_, mine) in zip(self._paths, self.choices, strict=True)}

    @Slot()
    def confirm(self) -> None:
        """Write it."""
        self.chosen.emit(self.take())
        self.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        place = event.key() - Qt.Key.Key_1
        if 0 <= place < min(_KEYS, len(self.choices)):
            theirs, mine = self.choices[place]
            other = theirs if mine.isChecked() else mine
            other.setFocus()
            other.setChecked(True)
            return
        super().keyPressEvent(event)
