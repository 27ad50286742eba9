"""Decisions about the files of the open dossier. Copying and fetching run in a worker: a scan is large, the line may be slow."""

from __future__ import annotations

from pathlib import Path
from shutil import rmtree

from PySide6.QtCore import QCoreApplication, QObject, Qt, QUrl, Slot
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog

from counter_app.services import attachments
from counter_app.ui.context import UiContext
from counter_app.ui.dialogs.questions import ReasonDialog
from counter_app.ui.pages.dossier_files import SHOWN, FilesCard, file_line
from onestop.errors import EnvironmentFault, UserError
from onestop.model import Dossier
from onestop.rights import allowed


class Filing(QObject):
    """Between the card and the use cases. ``show(dossier)`` fills the card."""

    def __init__(self, ctx: UiContext, card: FilesCard) -> None:
        super().__init__(card)
        self._ctx, self._card = ctx, card
        self._dossier: Dossier | None = None
        self._shown = ctx.desk.store.path.parent / "opened"
        self._forget()
        app = QCoreApplication.instance()
        assert app is not None
        app.aboutToQuit.connect(self._forget)
        card.add_requested.connect(self.add)
        card.open_requested.connect(self.open)
        card.save_requested.connect(self._ask_where)
        card.remove_requested.connect(self._ask_why)

    def show(self, dossier: Dossier) -> None:
        """The files of ``dossier`` as they are now."""
        self._dossier = dossier
        desk = self._ctx.desk
        with desk.store.read() as reader:
            lines = [file_line(view) for view in attachments.attachments(reader, dossier)]
        roles = desk.staff.roles if desk.staff else ()
        self._card.show_files(lines, may_add=dossier.agency == desk.agency and allowed(roles, "attach.link"))

    @Slot(list)
    def add(self, files: list[Path]) -> None:
        """Copy and link; the dossier's own line says it is on its way."""
        dossier = self._dossier
        if dossier is None:
            return
        self._card.add_button.setEnabled(False)
        self._ctx.tasks.run_task(lambda: attachments.attach(self._ctx.desk, dossier.id, files), self._added, self._failed, owner=self)

    @Slot(str)
    def open(self, sha256: str) -> None:
        """Show a file with the program this PC has for it, from a copy in the clear that goes when this program ends."""
        held = self._held(sha256)
        if held is None or self._dossier is None:
            return
        dossier, suffix = self._dossier, Path(held.name).suffix.lower()
        if suffix not in SHOWN:
            self._ctx.fail(UserError("file-kind-not-shown", "Loại tệp này không mở được từ đây. Hãy lưu ra đĩa rồi mở bằng phần mềm khác."))
            return
        self._shown.mkdir(mode=0o700, exist_ok=True)
        target = self._shown / f"{sha256[:16]}{suffix}"
        self._ctx.tasks.run_task(lambda: self._save(dossier, sha256, target), lambda _: self._opened(target), self._failed, owner=self)

    @Slot()
    def _forget(self) -> None:
        """Opened copies lie in the clear: they go with the program, and what a crash left goes at the next start."""
        rmtree(self._shown, ignore_errors=True)

    @Slot(str, str)
    def _ask_where(self, sha256: str, name: str) -> None:
        dialog = QFileDialog(self._card, self.tr("Lưu tệp đính kèm"), name)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(lambda chosen: self.save(sha256, Path(chosen)))
        dialog.open()

    def save(self, sha256: str, target: Path) -> None:
        """Write a file to ``target``."""
        dossier = self._dossier
        if dossier is not None:
            self._ctx.tasks.run_task(lambda: self._save(dossier, sha256, target), None, self._failed, owner=self)

    @Slot(str, str)
    def _ask_why(self, sha256: str, name: str) -> None:
        dialog = ReasonDialog(self.tr("Gỡ tệp khỏi hồ sơ"), name, verb=self.tr("Gỡ tệp"), parent=self._card.window())
        dialog.reason_given.connect(lambda reason, _: self.remove(sha256, reason))
        dialog.open()

    def remove(self, sha256: str, reason: str) -> None:
        """Take a file off; the row and the bytes at the centre stay."""
        if self._dossier is None:
            return
        try:
            self.show(attachments.detach(self._ctx.desk, self._dossier.id, sha256, reason)[0])
        except UserError as error:
            self._ctx.fail(error)

    def _save(self, dossier: Dossier, sha256: str, target: Path) -> None:
        if self._ctx.central is None:
            raise EnvironmentFault("central-unreachable", "Chưa kết nối được trung tâm nên chưa lấy được tệp này.")
        attachments.save(self._ctx.desk, self._ctx.central, dossier, sha256, target)

    def _held(self, sha256: str) -> attachments.Attachment | None:
        return next((one for one in (self._dossier.attachments if self._dossier else ()) if one.sha256 == sha256), None)

    def _added(self, done: object) -> None:
        self._card.add_button.setEnabled(True)
        self.show(done[0])  # type: ignore[index]

    def _failed(self, error: Exception) -> None:
        self._card.add_button.setEnabled(True)
        self._ctx.fail(error)

    def _opened(self, target: Path) -> None:
        if not QDesktopServices.openUrl(QUrl.fromLocalFile(str(target))):
            self._ctx.fail(EnvironmentFault("no-program", "Máy này không có phần mềm mở loại tệp này. Hãy lưu ra đĩa."))
