"""The card "Máy in" of the settings page, and the dialog with everything one purpose's printer can be told. Passive."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QDoubleValidator
from PySide6.QtWidgets import QComboBox, QGridLayout, QLineEdit, QWidget

from counter_app.printing.profiles import DPI, FARTHEST_MM, MOST_COPIES, PDF_QUEUE, PURPOSES, Profile
from counter_app.ui.a11y import name as named
from counter_app.ui.dialogs.base import BaseDialog
from counter_app.ui.pages.dossier_parts import plain
from counter_app.ui.theme import spacing
from counter_app.ui.widgets import Card, FormField, KeyButton, field_row

DUPLEX = (("", "Theo máy in"), ("none", "Một mặt"), ("long", "Hai mặt, lật cạnh dài"), ("short", "Hai mặt, lật cạnh ngắn"))
Queues = Sequence[tuple[str, str]]


def summary(profile: Profile) -> str:
    """What differs from the usual, in a few words."""
    sides = "" if profile.duplex in ("", "none") else "hai mặt"
    moved = "" if not (profile.dx_mm or profile.dy_mm) else f"dời {_mm(profile.dx_mm)}, {_mm(profile.dy_mm)} mm"
    copies = f"{profile.copies} bản" if profile.copies > 1 else ""
    paper = f"{profile.paper} mm" if profile.paper.isdecimal() else profile.paper
    return " · ".join(part for part in (paper, copies, profile.tray, sides, moved) if part)


def _mm(value: float) -> str:
    return f"{value:g}".replace(".", ",").replace("-", "−")


class PrintersCard(Card):
    """A line for each purpose. ``queue_chosen(purpose, queue)``, ``edit_requested(purpose)``, ``trial_requested(purpose)``."""

    queue_chosen = Signal(str, str)
    edit_requested = Signal(str)
    trial_requested = Signal(str)

    def __init__(self, combo: type[QComboBox], parent: QWidget | None = None) -> None:
        super().__init__(self.tr("Máy in"), self.tr("theo từng loại giấy tờ"), parent)
        grid = QGridLayout()
        grid.setHorizontalSpacing(spacing(2))
        grid.setVerticalSpacing(spacing(1.5))
        self.queues: dict[str, Any] = {}
        self.notes: dict[str, Any] = {}
        self.edits: dict[str, KeyButton] = {}
        self.trials: dict[str, KeyButton] = {}
        for y, (purpose, (title, _papers)) in enumerate(PURPOSES.items()):
            queue = named(combo(), f"{title}: máy in")
            queue.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            queue.setMinimumContentsLength(11)
            queue.activated.connect(lambda _i, p=purpose, w=queue: self.queue_chosen.emit(p, w.currentData()))
            edit, trial = KeyButton("", "settings", kind="quiet"), KeyButton("", "printer", kind="quiet")
            for button, words, signal in ((edit, self.tr("Thiết lập máy in: {0}"), self.edit_requested),
                                          (trial, self.tr("In thử: {0}"), self.trial_requested)):
                button.setAccessibleName(words.format(title))
                button.setToolTip(words.format(title))
                button.clicked.connect(lambda _checked=False, p=purpose, s=signal: s.emit(p))
            self.queues[purpose], self.edits[purpose], self.trials[purpose] = queue, edit, trial
            self.notes[purpose] = plain("", "muted", wrap=False)
            for x, widget in enumerate((plain(title, wrap=False), queue, self.notes[purpose], edit, trial)):
                grid.addWidget(widget, y, x)
        grid.setColumnStretch(1, 1)
        self.body.addLayout(grid)
        self.note = plain("", "muted")
        self.add(self.note)

    def set_printers(self, queues: Queues, profiles: Mapping[str, Profile], locked: str, note: str) -> None:
        """The queues there are, and what each purpose uses. A purpose without a profile (a wrong setting) shows nothing chosen."""
        for purpose, queue in self.queues.items():
            profile = profiles.get(purpose, Profile())
            queue.fill(queues, profile.queue)
            queue.setEnabled(not locked)
            queue.setToolTip(locked or queue.currentText())
            self.notes[purpose].setText(summary(profile))
        self.note.setText(locked or note)
        self.note.setVisible(bool(locked or note))


class ProfileDialog(BaseDialog):
    """One purpose's printer. ``kept(Profile)`` when saved, ``tried(Profile)`` prints the test page with what stands here now,
    ``queue_changed(str)`` when another printer was chosen (its status and trays come by `set_status`)."""

    kept = Signal(object)
    tried = Signal(object)
    queue_changed = Signal(str)

    def __init__(self, purpose: str, profile: Profile, queues: Queues, papers: Sequence[str], *, locked: str = "",
                 names: Mapping[str, str] | None = None, parent: QWidget | None = None) -> None:
        title, _ = PURPOSES[purpose]
        super().__init__(self.tr("Máy in: {0}").format(title), "", icon="printer", parent=parent)
        self.queue = QComboBox(editable=True)
        self.queue.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        for data, words in queues:
            self.queue.addItem(words, data)
        if self.queue.findData(profile.queue) < 0:
            self.queue.addItem(profile.queue, profile.queue)
        self.queue.setCurrentIndex(self.queue.findData(profile.queue))
        self.paper, self.tray, self.duplex, self.dpi = QComboBox(), QComboBox(editable=True), QComboBox(), QComboBox()
        for size in papers:
            self.paper.addItem((names or {}).get(size) or (f"{size} mm" if size.isdecimal() else size), size)
        if self.paper.findData(profile.paper) < 0:
            self.paper.addItem(profile.paper, profile.paper)
        self.paper.setCurrentIndex(self.paper.findData(profile.paper))
        self.tray.addItem(self.tr("Máy in chọn"), "")
        if profile.tray:
            self.tray.addItem(profile.tray, profile.tray)
        self.tray.setCurrentIndex(self.tray.count() - 1)
        for data, words in DUPLEX:
            self.duplex.addItem(words, data)
        self.duplex.setCurrentIndex(self.duplex.findData(profile.duplex))
        for dots in DPI:
            self.dpi.addItem(f"{dots} dpi", dots)
        self.dpi.setCurrentIndex(self.dpi.findData(profile.dpi))
        self.copies = QComboBox()
        for count in range(1, MOST_COPIES + 1):
            self.copies.addItem(str(count), count)
        self.copies.setCurrentIndex(profile.copies - 1)
        self.dx, self.dy = (self._offset(value) for value in (profile.dx_mm, profile.dy_mm))
        self.fields = {
            "queue": FormField(self.tr("Máy in"), self.queue, hint=self.tr("Chọn, hoặc gõ địa chỉ máy in phiếu: tcp://192.168.1.50:9100, "
                                                                            "file:///dev/usb/lp0, raw:TÊN")),
            "paper": FormField(self.tr("Khổ giấy"), self.paper), "tray": FormField(self.tr("Khay"), self.tray),
            "copies": FormField(self.tr("Số bản"), self.copies), "duplex": FormField(self.tr("Mặt giấy"), self.duplex),
            "dpi": FormField(self.tr("Điểm của máy in"), self.dpi),
            "dx_mm": FormField(self.tr("Dời ngang (mm)"), self.dx, hint=self.tr("dương: sang phải")),
            "dy_mm": FormField(self.tr("Dời dọc (mm)"), self.dy, hint=self.tr("dương: xuống dưới")),
        }
        f = self.fields
        self.body.addWidget(f["queue"])
        self.status = plain("", "muted")
        self.body.addWidget(self.status)
        self.body.addLayout(field_row(f["paper"], f["tray"], f["copies"], stretches=(2, 3, 1)))
        self.body.addLayout(field_row(f["duplex"], f["dpi"], stretches=(3, 2)))
        self.body.addLayout(field_row(f["dx_mm"], f["dy_mm"]))
        self.trial_button = self.add_button(self.tr("In thử"), "printer")
        self.cancel_button = self.add_button(self.tr("Hủy"), key="Esc")
        self.save_button = self.add_button(self.tr("Lưu"), "check", "primary", default=True)
        self.save_button.clicked.connect(lambda: self.kept.emit(self.values()))
        self.trial_button.clicked.connect(lambda: self.tried.emit(self.values()))
        self.cancel_button.clicked.connect(self.reject)
        self.queue.activated.connect(self._chosen)
        self.queue.lineEdit().editingFinished.connect(self._chosen)
        self._asked = profile.queue
        if locked:
            self.set_text(locked)
            for field in self.fields.values():
                field.editor.setEnabled(False)
            self.save_button.setEnabled(False)

    def _offset(self, value: float) -> QLineEdit:
        edit = QLineEdit(self.locale().toString(value, "f", 1))
        edit.setValidator(QDoubleValidator(-FARTHEST_MM, FARTHEST_MM, 1, edit))
        return edit

    def _millimetres(self, edit: QLineEdit) -> float:
        value, fine = self.locale().toDouble(edit.text().strip() or "0")
        return round(value, 1) if fine else FARTHEST_MM * 10  # refused with the field's words

    def current_queue(self) -> str:
        """The chosen queue, or the address that was typed."""
        typed = self.queue.currentText().strip()
        at = self.queue.findText(typed, Qt.MatchFlag.MatchExactly)
        return str(self.queue.itemData(at)) if at >= 0 else typed

    def values(self) -> dict[str, Any]:
        """What stands here, not yet checked."""
        tray = self.tray.currentText().strip()
        at = self.tray.findText(tray, Qt.MatchFlag.MatchExactly)
        return {"queue": self.current_queue(), "paper": self.paper.currentData(), "tray": self.tray.itemData(at) if at >= 0 else tray,
                "copies": self.copies.currentData(), "duplex": self.duplex.currentData(), "dx_mm": self._millimetres(self.dx),
                "dy_mm": self._millimetres(self.dy), "dpi": self.dpi.currentData()}

    def set_status(self, words: str, trays: Sequence[str] = ()) -> None:
        """How the chosen printer is, and the trays it names."""
        self.status.setText(words)
        self.status.setVisible(bool(words))
        kept = self.tray.currentText()
        for tray in trays:
            if self.tray.findText(tray, Qt.MatchFlag.MatchExactly) < 0:
                self.tray.addItem(tray, tray)
        self.tray.setCurrentText(kept)
        self.fit()

    def show_error(self, field: str, message: str) -> None:
        """Beside the field, or above all of them."""
        for name, one in self.fields.items():
            one.set_error(message if name == field else "")
        if field not in self.fields:
            self.set_text(message)
        self.fit()

    @Slot()
    def _chosen(self) -> None:
        queue = self.current_queue()
        if queue != self._asked:
            self._asked = queue
            self.queue_changed.emit(queue)


__all__ = ["PDF_QUEUE", "PrintersCard", "ProfileDialog", "summary"]
