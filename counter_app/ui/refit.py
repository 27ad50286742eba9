"""Margins and gaps of what is already on the screen follow the spacing unit, as pages made later do by themselves.

A layout does not know by how many units it was set apart; it is measured once, in the unit under which it was made, and the measure
is kept, so that going back and forth does not wear it down by rounding."""

from __future__ import annotations

from PySide6.QtWidgets import QApplication, QBoxLayout, QFormLayout, QGridLayout, QLayout, QStyle

_STEPS, _PIXELS = "unitSteps", "unitPixels"


def refit_layouts(app: QApplication, before: float, now: float) -> None:
    """Set every layout of every window apart by ``now`` instead of ``before`` pixels a unit."""
    if before == now:
        return
    for window in app.topLevelWidgets():
        for layout in window.findChildren(QLayout):
            if isinstance(layout, QBoxLayout | QGridLayout | QFormLayout):
                _refit(layout, before, now)


def _refit(layout: QBoxLayout | QGridLayout | QFormLayout, before: float, now: float) -> None:
    pixels = _measure(layout)
    if layout.property(_PIXELS) != pixels:  # new, or set anew by its own page since
        layout.setProperty(_STEPS, [round(4 * value / before) / 4 for value in pixels])  # the program counts in quarters
    fitted = [round(steps * now) if value > 0 else value for steps, value in zip(layout.property(_STEPS), pixels, strict=True)]
    if pixels[:4] == [QApplication.style().pixelMetric(QStyle.PixelMetric.PM_LayoutLeftMargin)] * 4:
        fitted[:4] = pixels[:4]  # the style's own margins know no unit
    layout.setContentsMargins(*fitted[:4])
    if isinstance(layout, QBoxLayout):
        layout.setSpacing(fitted[4])
    else:
        layout.setHorizontalSpacing(fitted[4])
        layout.setVerticalSpacing(fitted[5])
    layout.setProperty(_PIXELS, _measure(layout))


def _measure(layout: QBoxLayout | QGridLayout | QFormLayout) -> list[int]:
    margins = layout.contentsMargins()
    gaps = [layout.spacing()] if isinstance(layout, QBoxLayout) else [layout.horizontalSpacing(), layout.verticalSpacing()]
    return [margins.left(), margins.top(), margins.right(), margins.bottom(), *gaps]
