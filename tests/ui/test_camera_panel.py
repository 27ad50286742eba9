"""The camera's panel: whatever it has to say is whole, and lies in the corner of the window."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QWidget

from counter_app.ui.camera_panel import CameraPanel
from counter_app.ui.theme import apply_theme

LONG = "Không mở được camera. Có thể chương trình khác đang dùng; hãy đóng chương trình đó rồi thử lại."


@pytest.fixture
def host(qtbot):
    made = QWidget()
    made.resize(1366, 768)
    qtbot.addWidget(made)
    made.show()
    return made


def fits(panel: CameraPanel, host: QWidget) -> bool:
    words = panel._hint
    return words.height() >= words.heightForWidth(words.width()) and host.rect().contains(panel.geometry())


@pytest.mark.parametrize("scale", [1.0, 1.25, 1.5, 2.0])
def test_words_of_any_length_are_whole(host, qapp, scale):
    apply_theme(qapp, "light", scale)
    try:
        panel = CameraPanel(host)
        panel.open_panel()
        for words in ("", "Giữ yên", LONG, "Giữ yên"):
            panel.show_hint(words)
            qapp.processEvents()
            assert fits(panel, host)
        panel.show_problem("camera-failed", LONG)
        qapp.processEvents()
        assert fits(panel, host) and panel._picture.isHidden(), "no empty frame above a sentence"
        lower = panel.geometry()
        panel.show_picture(QImage(640, 360, QImage.Format.Format_RGB888))
        qapp.processEvents()
        assert fits(panel, host) and panel._picture.isVisible() and panel.height() > lower.height()
    finally:
        apply_theme(qapp, "light")


def test_larger_letters_are_followed_when_it_opens_again(host, qapp):
    panel = CameraPanel(host)
    panel.open_panel()
    width = panel._picture.width()
    apply_theme(qapp, "light", 1.5)
    try:
        panel.open_panel()
        assert panel._picture.width() > width
    finally:
        apply_theme(qapp, "light")
