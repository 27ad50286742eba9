from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QLineEdit

from counter_app.ui.theme import colour


def test_the_example_text_of_a_field_can_be_read(app, qtbot):
    """A stylesheet with a text colour makes Qt halve the placeholder's opacity unless it is told the colour."""
    edit = QLineEdit()
    qtbot.addWidget(edit)
    edit.setPlaceholderText("ngày/tháng/năm")
    edit.show()
    assert edit.palette().color(QPalette.ColorRole.PlaceholderText) == colour("text_muted")
