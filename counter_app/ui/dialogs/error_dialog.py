"""Shows a `UserError`: what happened and what to do, with the stable code in small for the help desk."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel, QWidget

from counter_app.ui.dialogs.base import BaseDialog
from counter_app.ui.theme import set_text_role
from onestop.errors import EnvironmentFault, UserError


class ErrorDialog(BaseDialog):
    """One button closes it; with ``retry`` a second one emits ``retry_requested``. Faults of the environment (disk, network,
    printer) look like warnings, refusals like errors. Anything that is no `UserError` is called a fault of the program and shows
    no text of the exception (it may hold personal data)."""

    retry_requested = Signal()

    def __init__(self, error: Exception, *, title: str = "", retry: str = "", parent: QWidget | None = None) -> None:
        if isinstance(error, EnvironmentFault):
            heading, role, icon = self.tr("Thiết bị hoặc môi trường gặp sự cố"), "warning", "triangle-alert"
        elif isinstance(error, UserError):
            heading, role, icon = self.tr("Chưa thực hiện được"), "danger", "circle-x"
        else:
            heading, role, icon = self.tr("Chương trình gặp lỗi"), "danger", "octagon-alert"
        message = (
            error.message
            if isinstance(error, UserError)
            else self.tr(
                "Việc vừa rồi chưa thực hiện được do lỗi của chương trình. Dữ liệu đã lưu không bị ảnh hưởng. "
                "Hãy thử lại; nếu vẫn lỗi, báo bộ phận hỗ trợ mã bên dưới."
            )
        )
        super().__init__(title or heading, message, icon=icon, role=role, parent=parent)
        self.code = error.code if isinstance(error, UserError) else f"bug-{type(error).__name__.lower()}"
        code = set_text_role(QLabel(self.tr("Mã lỗi: {0}").format(self.code)), "muted")
        code.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.body.addWidget(code)
        copy = self.add_button(self.tr("Chép mã lỗi"), "copy", "quiet")
        copy.clicked.connect(self._copy)
        if retry:
            again = self.add_button(retry, "rotate-cw")
            again.clicked.connect(self._retry)
        self.close_button = self.add_button(self.tr("Đóng"), kind="primary", key="Enter", default=True)
        self.close_button.clicked.connect(self.accept)
        self.close_button.setFocus()

    @Slot()
    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.code)

    @Slot()
    def _retry(self) -> None:
        self.accept()
        self.retry_requested.emit()


def show_error(error: Exception, parent: QWidget | None = None, *, title: str = "", retry: str = "") -> ErrorDialog:
    """Open an `ErrorDialog` over ``parent`` (it deletes itself) and return it, to connect ``retry_requested``."""
    dialog = ErrorDialog(error, title=title, retry=retry, parent=parent)
    dialog.open()
    return dialog
