"""Before there is a store: enrolling a new machine."""

from __future__ import annotations

import socket
from collections.abc import Callable

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QLineEdit, QWidget

from counter_app.ui.background import TaskRunner
from counter_app.ui.dialogs.base import BaseDialog
from counter_app.ui.widgets import Banner, FormField, show_errors
from onestop.errors import UserError


class EnrolDialog(BaseDialog):
    """A machine without a profile: address of the province's gateway and the one-time code from the IT section.

    ``work(url, code, name)`` runs in the background and raises UserError with what to do; ``enrolled()`` when it is done.
    """

    enrolled = Signal()

    def __init__(self, work: Callable[[str, str, str], None], parent: QWidget | None = None) -> None:
        super().__init__(self.tr("Đăng ký máy này"), self.tr("Máy chưa được nối với hệ thống của tỉnh. Nhập địa chỉ và mã đăng ký dùng một "
                         "lần do bộ phận CNTT cấp."), icon="server", role="accent", parent=parent)
        self._work = work
        self._tasks = TaskRunner(self)
        self._message = Banner(inset=3)
        self._fields = {
            "url": FormField(self.tr("Địa chỉ hệ thống trung tâm"), QLineEdit(), required=True, hint="https://…"),
            "code": FormField(self.tr("Mã đăng ký"), QLineEdit(), required=True),
            "name": FormField(self.tr("Tên máy"), QLineEdit(socket.gethostname())),
        }
        self.body.addWidget(self._message)
        for field in self._fields.values():
            self.body.addWidget(field)
            field.editor.returnPressed.connect(self._submit)
        self.add_button(self.tr("Thôi"), key="Esc").clicked.connect(self.reject)
        self._button = self.add_button(self.tr("Đăng ký"), "log-in", "primary", "Enter")
        self._button.clicked.connect(self._submit)

    @Slot()
    def _submit(self) -> None:
        url, code, name = (field.editor.text().strip() for field in self._fields.values())
        errors = {key: self.tr("Chưa nhập.") for key, value in (("url", url), ("code", code)) if not value}
        show_errors(self._fields, errors)
        if errors or not self._button.isEnabled():
            return
        self._busy(True)
        self._tasks.run_task(lambda: self._work(url, code, name), self._done, self._failed, owner=self)

    def _busy(self, busy: bool) -> None:
        self._button.setEnabled(not busy)
        self._button.set_text(self.tr("Đang đăng ký và tải dữ liệu…") if busy else self.tr("Đăng ký"))

    @Slot(object)
    def _done(self, _result: object) -> None:
        self._tasks.shutdown()
        self.enrolled.emit()
        self.accept()

    @Slot(object)
    def _failed(self, error: Exception) -> None:
        self._busy(False)
        text = error.message if isinstance(error, UserError) else self.tr("Lỗi của chương trình. Hãy báo bộ phận CNTT.")
        self._message.show_banner(text, "danger", "circle-alert")
        self.fit()
