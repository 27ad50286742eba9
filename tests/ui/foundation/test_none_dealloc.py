"""PySide6 6.12.0 loses a reference to None at every such call and aborts the process after some 5,000 on Python 3.10 and 3.11."""

import sys

from PySide6.QtWidgets import QLabel


def test_setting_a_text_twenty_thousand_times_keeps_none_alive(app):
    label = QLabel()
    before = sys.getrefcount(None)
    for i in range(20_000):
        label.setText(str(i))
    assert label.text() == "19999"
    assert sys.getrefcount(None) > before - 5_000
