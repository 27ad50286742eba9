"""The camera while it is wanted: a small picture over the corner of the window, with the found code outlined and one hint."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QImage, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from counter_app.ui.theme import colour, set_text_role, spacing, theme
from counter_app.ui.widgets import KeyButton, row

_BLINK_MS = 350


class CameraPanel(QWidget):
    """Lies over the lower right corner of ``host``. ``close_requested()`` from its cross."""

    close_requested = Signal()

    def __init__(self, host: QWidget) -> None:
        super().__init__(host)
        self.setAccessibleName(self.tr("Camera quét mã"))
        self._good = False
        self._title = set_text_role(QLabel(self.tr("Đưa mã vào khung hình")), "section")
        self._close = KeyButton("", "x", "F10", "quiet")
        self._close.setAccessibleName(self.tr("Tắt camera"))
        self._close.clicked.connect(self.close_requested)
        self._picture = QLabel()
        self._picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._picture.setAccessibleName(self.tr("Hình từ camera"))
        self._hint = set_text_role(QLabel(), "muted")
        self._hint.setWordWrap(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(spacing(3), spacing(2), spacing(3), spacing(3))
        column.setSpacing(spacing(2))
        column.addLayout(row(self._title, 1, self._close))
        column.addWidget(self._picture)
        column.addWidget(self._hint)
        self._blink = QTimer(self)
        self._blink.setSingleShot(True)
        self._blink.setInterval(_BLINK_MS)
        self._blink.timeout.connect(self._calm)
        host.installEventFilter(self)
        self.hide()

    def open_panel(self) -> None:
        """Show the panel, still without a picture."""
        width = round(theme().em * 19)  # letters may be larger than last time
        self._picture.setFixedSize(width, round(width * 9 / 16))
        self._hint.setFixedWidth(width)
        self._picture.show()
        self._picture.setPixmap(QPixmap())
        self._picture.setText(self.tr("Đang mở camera…"))
        self.show_hint("")
        self.show()
        self.raise_()
        self._place()

    @Slot(QImage)
    def show_picture(self, picture: QImage) -> None:
        """The newest frame with the codes outlined."""
        if self._picture.isHidden():
            self._picture.show()
            self._place()
        self._picture.setPixmap(QPixmap.fromImage(picture).scaled(self._picture.size(), Qt.AspectRatioMode.KeepAspectRatio,
                                                                  Qt.TransformationMode.FastTransformation))

    @Slot(str)
    def show_hint(self, text: str) -> None:
        """What to do; empty when all is well."""
        set_text_role(self._hint, "strong" if text else "muted")
        self._hint.setText(text or self.tr("Giữ giấy cách camera khoảng 15 cm, nghiêng cũng đọc được."))
        self._place()

    @Slot(str, str)
    def show_problem(self, _code: str, message: str) -> None:
        """Why there is no picture."""
        self._picture.setPixmap(QPixmap())
        self._picture.hide()
        set_text_role(self._hint, "error")
        self._hint.setText(message)
        self._place()

    def blink(self) -> None:
        """A code was read."""
        self._good = True
        self._blink.start()
        self.update()

    @Slot()
    def _calm(self) -> None:
        self._good = False
        self.update()

    def _place(self) -> None:
        """As large as its words and its picture, in its corner."""
        host = self.parentWidget()
        self._hint.setFixedHeight(self._hint.heightForWidth(self._hint.width()))
        self.adjustSize()
        self.move(host.width() - self.width() - spacing(6), host.height() - self.height() - spacing(12))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and self.isVisible():
            self._place()
        return False

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(colour("success") if self._good else colour("border_strong"))
        painter.setBrush(colour("surface"))
        radius = max(6, spacing(2))
        painter.drawRoundedRect(self.rect().adjusted(0, 0, -1, -1), radius, radius)
        painter.end()
