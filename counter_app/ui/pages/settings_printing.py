"""Decisions about printers on "Cài đặt": which queue for which purpose, asked how it is, tried with a page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Slot

from counter_app.domain.outcomes import PrintOutcome
from counter_app.printing.profiles import PDF_QUEUE, PURPOSES, Profile, changed, problems, profile_for, store_profile
from counter_app.runtime.settings import PRINTERS
from counter_app.services.print_trial import print_trial, save_trial
from counter_app.ui.context import UiContext
from counter_app.ui.pages.settings_printers import PrintersCard, ProfileDialog
from onestop.errors import UserError

if TYPE_CHECKING:
    from counter_app.printing.jobs import Status

LOCKED = "Do quản trị khóa"


class PrinterSettings(QObject):
    """The card "Máy in". ``find`` looks for queues again; every change is written at once."""

    def __init__(self, ctx: UiContext, card: PrintersCard, queues: Callable[[], Sequence[tuple[str, str]]], parent: QObject) -> None:
        super().__init__(parent)
        self._ctx, self._card, self._ask_queues = ctx, card, queues
        self._queues: list[tuple[str, str]] = []
        self._dialog: ProfileDialog | None = None
        card.queue_chosen.connect(self._queue_chosen)
        card.edit_requested.connect(self.edit)
        card.trial_requested.connect(self.trial)

    @property
    def _settings(self) -> Any:
        assert self._ctx.settings is not None
        return self._ctx.settings

    def find(self) -> None:
        """Ask for queues off the window's thread."""
        self._show("Đang tìm máy in…")
        self._ctx.tasks.run_task(self._ask_queues, self._found, self._not_found, key="settings-queues", owner=self)

    def _found(self, queues: Sequence[tuple[str, str]]) -> None:
        self._queues = list(queues)
        self._show("" if queues else "Máy này chưa có máy in. Giấy tờ vẫn lưu được thành PDF.")

    def _not_found(self, error: Exception) -> None:
        self._queues = []
        self._show(error.message if isinstance(error, UserError) else "Không hỏi được hệ thống in của máy.")

    def _show(self, note: str) -> None:
        wrong = problems(self._settings)
        self._card.set_printers(self._choices(), {purpose: self._profile(purpose) for purpose in PURPOSES}, self._locked(),
                                wrong[0] if wrong else note)

    def _choices(self) -> list[tuple[str, str]]:
        return [("", "Máy in mặc định"), *self._queues, (PDF_QUEUE, "Lưu thành tệp PDF")]

    def _locked(self) -> str:
        return LOCKED if self._settings.locked(PRINTERS) else ""

    def _profile(self, purpose: str) -> Profile:
        try:
            return profile_for(self._settings, purpose)
        except UserError:
            return Profile(paper=PURPOSES[purpose][1][0])

    # ---- changes

    @Slot(str, str)
    def _queue_chosen(self, purpose: str, queue: str) -> None:
        self._keep(purpose, {"queue": queue})
        self._show("")

    def _keep(self, purpose: str, values: dict[str, Any]) -> bool:
        try:
            store_profile(self._settings, purpose, changed(purpose, self._profile(purpose), **values))
        except UserError as error:
            if self._dialog is not None:
                self._dialog.show_error(str(error.facts.get("field", "queue" if "address" in error.code else "")), error.message)
            else:
                self._ctx.fail(error)
            return False
        self._ctx.facts.settings_changed.emit(PRINTERS.key)
        return True

    @Slot(str)
    def edit(self, purpose: str) -> None:
        """Open everything there is to say about a purpose's printer."""
        profile = self._profile(purpose)
        names = self._label_papers() if purpose == "label" else {}
        papers = tuple(names) or PURPOSES[purpose][1]
        dialog = ProfileDialog(purpose, profile, self._choices(), papers, locked=self._locked(), names=names, parent=self._card.window())
        self._dialog = dialog
        dialog.kept.connect(lambda values: self._kept(dialog, purpose, values))
        dialog.tried.connect(lambda values: self._tried(dialog, purpose, values))
        dialog.queue_changed.connect(lambda queue: self._ask_status(dialog, queue))
        dialog.finished.connect(self._closed)
        dialog.open()
        self._ask_status(dialog, profile.queue)

    def _label_papers(self) -> dict[str, str]:
        """Label paper by name, the office's own sizes too."""
        from counter_app.printing.labels.sizes import load_sizes

        return {key: size.name for key, size in load_sizes(self._settings.file.parent / "forms").sizes.items()}

    @Slot(int)
    def _closed(self, _result: int) -> None:
        self._dialog = None
        self._show("")

    def _kept(self, dialog: ProfileDialog, purpose: str, values: dict[str, Any]) -> None:
        if self._keep(purpose, values):
            dialog.accept()

    def _tried(self, dialog: ProfileDialog, purpose: str, values: dict[str, Any]) -> None:
        try:
            profile = changed(purpose, self._profile(purpose), **values)
        except UserError as error:
            dialog.show_error(str(error.facts.get("field", "queue")), error.message)
            return
        dialog.set_status("Đang gửi trang in thử…")
        self._try(purpose, profile, lambda words: self._say_in(dialog, words))

    def _say_in(self, dialog: ProfileDialog, words: str) -> None:
        if self._dialog is dialog:
            dialog.set_status(words)

    def _ask_status(self, dialog: ProfileDialog, queue: str) -> None:
        if queue == PDF_QUEUE:
            dialog.set_status("Bản in được lưu vào thư mục exports của hồ sơ máy.")
            return
        name = queue or next((known for known, _ in self._queues), "")
        if not name:
            dialog.set_status("")
            return
        dialog.set_status("Đang hỏi máy in…")
        self._ctx.tasks.run_task(lambda: _status(name), lambda status: self._status_known(dialog, queue, name, status),
                                 lambda error: self._say_in(dialog, error.message if isinstance(error, UserError) else ""),
                                 key="printer-status", owner=self)

    def _status_known(self, dialog: ProfileDialog, queue: str, name: str, status: Status) -> None:
        if self._dialog is not dialog or dialog.current_queue() != queue:
            return
        words = f"{name}: {status.trouble}." if status.trouble else f"{name}: sẵn sàng."
        dialog.set_status(" ".join(part for part in (words, f"Máy {status.model}." if status.model else "") if part), status.trays)

    # ---- trying

    @Slot(str)
    def trial(self, purpose: str) -> None:
        """The test page on the purpose's printer."""
        self._try(purpose, self._profile(purpose), None)

    def _try(self, purpose: str, profile: Profile, told: Callable[[str], None] | None) -> None:
        desk, settings = self._ctx.desk, self._settings
        if profile.queue == PDF_QUEUE:
            path = settings.file.parent / "exports" / f"in-thu-{purpose}.pdf"
            self._ctx.tasks.run_task(lambda: save_trial(desk, settings, purpose, path),
                                     lambda _done: self._tell(PrintOutcome.SAVED_PDF, told, copy=1, folder=str(path.parent)),
                                     self._ctx.fail, owner=self)
            return
        self._ctx.tasks.run_task(lambda: print_trial(desk, settings, purpose, profile),
                                 lambda sent: self._tell(PrintOutcome.QUEUED, told, printer=sent.queue),
                                 lambda error: self._try_failed(error, told), owner=self)

    def _try_failed(self, error: Exception, told: Callable[[str], None] | None) -> None:
        if told is not None and isinstance(error, UserError):
            told(error.message)
        elif isinstance(error, UserError) and error.code == "no-printer":
            self._ctx.say(PrintOutcome.NO_PRINTER)
        else:
            self._ctx.fail(error)

    def _tell(self, outcome: PrintOutcome, told: Callable[[str], None] | None, **facts: Any) -> None:
        if told is not None:
            told(outcome.say(**facts))
        else:
            self._ctx.say(outcome, **facts)


def _status(name: str) -> Status:
    from counter_app.printing.printers import status

    return status(name)
