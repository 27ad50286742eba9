"""A page that is open when the density changes looks like one that is made afterwards."""

import pytest
from PySide6.QtWidgets import QBoxLayout, QGridLayout, QLayout

from counter_app.ui.pages.handover_presenter import build_handover_page
from counter_app.ui.pages.receive_presenter import build_receive_page
from counter_app.ui.theme import apply_theme
from tests.ui.pages.stage import in_window

PAGES = {"receive": build_receive_page, "handover": build_handover_page}


def measures(page) -> list[list[int]]:
    """Margins and gaps of all layouts, in the order of making."""
    found = []
    for layout in page.findChildren(QLayout):
        if isinstance(layout, QBoxLayout | QGridLayout):
            margins = layout.contentsMargins()
            found.append([margins.left(), margins.top(), margins.right(), margins.bottom(), layout.spacing()])
    return found


@pytest.mark.parametrize("page_id", PAGES)
@pytest.mark.parametrize("letters", [1.0, 1.25])
def test_margins_of_an_open_page_follow_the_density(app, stage, qtbot, page_id, letters):
    window, page = in_window(stage, page_id, PAGES[page_id])
    qtbot.addWidget(window)
    app.processEvents()
    at_first = measures(page)
    apply_theme(app, "light", letters, "compact")
    app.processEvents()
    later, fresh = in_window(stage, page_id, PAGES[page_id])
    qtbot.addWidget(later)
    was, now = measures(page), measures(fresh)
    assert len(was) == len(now) and was != at_first
    assert max(abs(a - b) for one, other in zip(was, now, strict=True) for a, b in zip(one, other, strict=True)) <= 1
    for _ in range(5):
        apply_theme(app, "light", 1.5, "comfortable")
        apply_theme(app, "light", letters, "compact")
    assert measures(page) == was  # back and forth wears nothing down
    apply_theme(app, "light")
    assert measures(page) == at_first
