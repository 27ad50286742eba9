"""The files of the open dossier: seen, opened, added (also by dropping them there), taken off."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QMimeData, Qt, Signal, Slot
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QFileDialog, QGridLayout, QLabel, QWidget

from counter_app.services.attachments import AttachmentView
from counter_app.ui.icons import set_icon
from counter_app.ui.pages.dossier_parts import OneLine, clear_layout, plain
from counter_app.ui.texts import size_text
from counter_app.ui.theme import spacing
from counter_app.ui.widgets import Card, KeyButton

_ICONS = {"uploading": ("cloud-upload", "text_muted"), "refused": ("file-warning", "danger"), "here": ("file-check-2", "success"),
          "central": ("cloud", "text_muted")}

#: What another program may be asked to show; anything else could run.
SHOWN = frozenset(
    (".pdf", ".png", ".jpg", ".jpeg", ".tif", ".tiff", ".webp", ".bmp", ".txt", ".doc", ".docx", ".xls", ".xlsx", ".odt", ".ods")
)


@dataclass(frozen=True, slots=True)
class FileLine:
    """One file as a line. ``sha256`` names it; ``detail`` is its size and how far it is."""

    sha256: str
    name: str
    detail: str
    state: str


def file_line(view: AttachmentView) -> FileLine:
    """The words for one file."""
    one = view.attachment
    share = f" {100 * view.sent // one.size} %" if view.state == "uploading" and one.size and view.sent else ""
    return FileLine(one.sha256, one.name, f"{size_text(one.size)} · {view.message or view.words + share}", view.state)


class FilesCard(Card):
    """Signals: ``add_requested(list[Path])``, ``open_requested(sha256)``, ``save_requested(sha256, name)``, ``remove_requested(sha256,
    name)``."""

    add_requested = Signal(list)
    open_requested = Signal(str)
    save_requested = Signal(str, str)
    remove_requested = Signal(str, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(self.tr("Tệp đính kèm"), " ", parent)
        self.add_button = KeyButton(self.tr("Thêm tệp…"), "plus", kind="quiet")
        self.add_button.clicked.connect(self._choose)
        assert self.header is not None
        self.header.add_widget(self.add_button)
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(spacing(2))
        self._grid.setVerticalSpacing(spacing(1))
        self._grid.setColumnStretch(1, 1)
        self.body.addLayout(self._grid)
        self._shown: tuple[FileLine, ...] | None = None
        self.lines: dict[str, tuple[KeyButton, ...]] = {}

    def show_files(self, files: Sequence[FileLine], *, may_add: bool) -> None:
        """Show these; the same again change nothing. ``may_add``: this person may add and take off."""
        self.setAcceptDrops(may_add)
        self.add_button.setVisible(may_add)
        assert self.header is not None
        none = self.tr("chưa có; kéo ảnh quét, PDF vào đây") if may_add else self.tr("chưa có")
        self.header.set_title(self.tr("Tệp đính kèm"), self.tr("{0} tệp").format(len(files)) if files else none)
        if tuple(files) == self._shown:
            return
        self._shown = tuple(files)
        clear_layout(self._grid)
        self.lines = {file.sha256: self._line(y, file, may_add) for y, file in enumerate(files)}

    def _line(self, y: int, file: FileLine, may_remove: bool) -> tuple[KeyButton, ...]:
        picture, name = QLabel(), OneLine("value")
        set_icon(picture, *_ICONS[file.state])
        name.setText(file.name)
        self._grid.addWidget(picture, y, 0)
        self._grid.addWidget(name, y, 1)
        self._grid.addWidget(plain(file.detail, "muted", wrap=False), y, 2, Qt.AlignmentFlag.AlignRight)
        opens = self._button("eye", self.tr("Mở {0}").format(file.name))
        opens.clicked.connect(lambda: self.open_requested.emit(file.sha256))
        saves = self._button("download", self.tr("Lưu {0} ra đĩa").format(file.name))
        saves.clicked.connect(lambda: self.save_requested.emit(file.sha256, file.name))
        removes = self._button("trash-2", self.tr("Gỡ {0} khỏi hồ sơ").format(file.name))
        removes.clicked.connect(lambda: self.remove_requested.emit(file.sha256, file.name))
        removes.setVisible(may_remove)
        for x, button in enumerate((opens, saves, removes), 3):
            self._grid.addWidget(button, y, x)
        return opens, saves, removes

    def _button(self, icon: str, words: str) -> KeyButton:
        button = KeyButton("", icon, kind="quiet")
        button.setAccessibleName(words)
        button.setToolTip(words)
        return button

    @Slot()
    def _choose(self) -> None:
        kinds = self.tr("Ảnh quét, PDF, văn bản") + f" ({' '.join('*' + kind for kind in sorted(SHOWN))});;" + self.tr("Mọi tệp") + " (*)"
        dialog = QFileDialog(self, self.tr("Chọn tệp đính kèm"), "", kinds)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.filesSelected.connect(lambda names: self.add_requested.emit([Path(name) for name in names]))
        dialog.open()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if _files(event.mimeData()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        files = _files(event.mimeData())
        if files:
            event.acceptProposedAction()
            self.add_requested.emit(files)


def _files(data: QMimeData) -> list[Path]:
    return [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()]
