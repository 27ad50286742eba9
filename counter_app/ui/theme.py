"""Looks of the program: style, palette, font and stylesheet from one set of tokens.

Fusion is set before any stylesheet (a stylesheet wraps the style that is current, and other styles ignore the palette).
The theme belongs to the one QApplication of a process, as its palette and font do; widgets ask `theme()` when they paint.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Slot
from PySide6.QtGui import QColor, QFont, QFontDatabase, QFontMetricsF, QPalette
from PySide6.QtWidgets import QApplication, QStyleFactory, QWidget

from counter_app.ui.assets import asset_dir
from counter_app.ui.tokens import Tokens, load_tokens

Mode = Literal["auto", "light", "dark"]
Density = Literal["comfortable", "compact"]

BASE_POINTS = 10.0
FONT_SCALES = (0.8, 0.9, 1.0, 1.1, 1.25, 1.5, 1.75, 2.0)
"""Steps of Ctrl+plus and Ctrl+minus."""
FONT_FILES = ("NotoSans-Regular.ttf", "NotoSans-Medium.ttf", "NotoSans-SemiBold.ttf", "NotoSans-Bold.ttf")
FAMILY = "Noto Sans"
_WIDTH = "fixedWidth"


@dataclass(frozen=True, slots=True)
class Theme:
    """What is in force now. ``unit`` is the spacing unit and ``em`` the font height, both in device-independent pixels."""

    tokens: Tokens
    dark: bool
    mode: Mode
    font_scale: float
    density: Density
    em: float
    unit: float

    @property
    def row_height(self) -> int:
        """Height of a table row: 2.2 em, or 1.7 em when compact."""
        return round(self.em * (1.62 if self.density == "comfortable" else 1.32))

    @property
    def icon_size(self) -> int:
        """Edge of an ordinary icon."""
        return round(self.em * 0.92)


_current: Theme | None = None
"""Set by `apply_theme` only. The same scope as QApplication's palette: one per process."""


def theme() -> Theme:
    """The theme in force; a light one before `apply_theme` was called."""
    return _current or _build("light", 1.0, "comfortable", dark=False)


def spacing(steps: float = 1) -> int:
    """``steps`` spacing units in pixels: a quarter of the font height each (a fifth when compact).
    1 = between icon and text, 2 = inside controls, 3 = between fields, 4 = inside cards, 6 = between sections."""
    return max(0, round(theme().unit * steps))


def colour(role: str) -> QColor:
    """The colour of a token role (``text_muted``, ``accent``, ``danger_soft``, …)."""
    return QColor(theme().tokens.colour(role))


def status_colours(role: str) -> tuple[QColor, QColor]:
    """(foreground, soft background) of a status role: info, success, warning, danger, neutral, accent."""
    front, soft = theme().tokens.status(role)
    return QColor(front), QColor(soft)


def load_fonts() -> None:
    """Register the bundled screen fonts; a missing file falls back to the system's font. Repeating it does nothing."""
    app = QApplication.instance()
    if app is None or app.property("fontsLoaded"):
        return
    for name in FONT_FILES:
        path = asset_dir("fonts") / name
        if path.is_file():
            QFontDatabase.addApplicationFont(str(path))
    app.setProperty("fontsLoaded", True)


def screen_font(scale: float = 1.0) -> QFont:
    """The font of the screen: Noto Sans (its digits are of one width), 10 pt at scale 1."""
    font = QFont(FAMILY)
    font.setPointSizeF(BASE_POINTS * scale)
    font.setStyleHint(QFont.StyleHint.SansSerif)
    return font


def apply_theme(app: QApplication, mode: Mode = "auto", font_scale: float = 1.0, density: Density = "comfortable") -> Theme:
    """Put style, palette, font and stylesheet in force for every window, and re-tint icons. ``auto`` follows the system's
    wish, also when it changes later. Cheap enough to call on every Ctrl+plus."""
    from counter_app.ui.icons import retint
    from counter_app.ui.refit import refit_layouts
    from counter_app.ui.stylesheet import build_stylesheet

    global _current
    before = _current
    load_fonts()
    if app.style().objectName().lower() != "fusion" and not app.styleSheet():
        app.setStyle(QStyleFactory.create("Fusion"))
    dark = mode == "dark" or (mode == "auto" and app.styleHints().colorScheme() == Qt.ColorScheme.Dark)
    font_scale = min(max(font_scale, FONT_SCALES[0]), FONT_SCALES[-1])
    app.setFont(screen_font(font_scale))
    _current = _build(mode, font_scale, density, dark=dark)
    app.setPalette(palette(_current.tokens))
    app.setStyleSheet(build_stylesheet(_current))
    retint(app)
    if before is not None:
        _refit(app)
        refit_layouts(app, before.unit, _current.unit)
    _follow_system(app, mode == "auto")
    return _current


def step_scale(current: float, step: int) -> float:
    """The next font scale up (+1) or down (−1); 0 gives 1.0."""
    if step == 0:
        return 1.0
    nearest = min(range(len(FONT_SCALES)), key=lambda i: abs(FONT_SCALES[i] - current))
    return FONT_SCALES[min(max(nearest + step, 0), len(FONT_SCALES) - 1)]


def palette(tokens: Tokens) -> QPalette:
    """A complete QPalette, so that every widget Fusion draws itself fits the tokens."""
    roles = QPalette.ColorRole
    values = {
        roles.Window: tokens.window,
        roles.WindowText: tokens.text,
        roles.Base: tokens.surface,
        roles.AlternateBase: tokens.sunken,
        roles.Text: tokens.text,
        roles.Button: tokens.surface,
        roles.ButtonText: tokens.text,
        roles.BrightText: tokens.on_accent,
        roles.ToolTipBase: tokens.surface,
        roles.ToolTipText: tokens.text,
        roles.PlaceholderText: tokens.text_muted,
        roles.Highlight: tokens.selection,
        roles.HighlightedText: tokens.text,
        roles.Link: tokens.accent,
        roles.LinkVisited: tokens.accent,
        roles.Accent: tokens.accent,
        roles.Light: tokens.surface,
        roles.Midlight: tokens.hover,
        roles.Mid: tokens.border,
        roles.Dark: tokens.border_strong,
        roles.Shadow: tokens.border,
    }
    made = QPalette()
    for role, value in values.items():
        made.setColor(role, QColor(value))
    for role in (roles.WindowText, roles.Text, roles.ButtonText, roles.HighlightedText):
        made.setColor(QPalette.ColorGroup.Disabled, role, QColor(tokens.text_disabled))
    made.setColor(QPalette.ColorGroup.Disabled, roles.Base, QColor(tokens.sunken))
    made.setColor(QPalette.ColorGroup.Disabled, roles.Highlight, QColor(tokens.hover))
    made.setColor(QPalette.ColorGroup.Disabled, roles.Accent, QColor(tokens.border_strong))
    return made


def fix_width(widget: QWidget, *, em: float = 0.0, steps: float = 0.0) -> None:
    """A fixed width in font heights or spacing units that grows and shrinks with the letters."""
    widget.setProperty(_WIDTH, (em, steps))
    _set_width(widget)


def _set_width(widget: QWidget) -> None:
    em, steps = widget.property(_WIDTH)
    widget.setFixedWidth(round(theme().em * em) + spacing(steps))


def _refit(app: QApplication) -> None:
    for widget in app.allWidgets():
        if widget.property(_WIDTH) is not None:
            _set_width(widget)


def restyle(widget: QWidget) -> None:
    """Let the stylesheet look at a changed dynamic property of ``widget`` again."""
    widget.style().unpolish(widget)
    widget.style().polish(widget)
    widget.update()


def set_text_role(widget: QWidget, role: str) -> QWidget:
    """Give a label its place in the hierarchy: ``title`` (page), ``section``, ``label``, ``value``, ``muted``, ``error``,
    ``code`` (dossier codes), ``display`` (one big figure). Returns the widget."""
    widget.setProperty("textRole", role)
    restyle(widget)
    return widget


def _build(mode: Mode, font_scale: float, density: Density, *, dark: bool) -> Theme:
    em = QFontMetricsF(screen_font(font_scale)).height() if QApplication.instance() else 18.0
    unit = em / (4.5 if density == "comfortable" else 5.6)
    return Theme(load_tokens("dark" if dark else "light"), dark, mode, font_scale, density, em, unit)


class _SystemWatcher(QObject):
    """Re-applies an ``auto`` theme when the system switches between light and dark."""

    @Slot()
    def reapply(self) -> None:
        app, now = QApplication.instance(), theme()
        if app is not None and now.mode == "auto":
            apply_theme(app, "auto", now.font_scale, now.density)

    @Slot()
    def scheme_changed(self) -> None:
        # Setting a palette inside the notification of the platform would be overwritten by it.
        QTimer.singleShot(0, self, self.reapply)


def _follow_system(app: QApplication, follow: bool) -> None:
    if follow and app.findChild(_SystemWatcher) is None:
        watcher = _SystemWatcher(app)
        app.styleHints().colorSchemeChanged.connect(watcher.scheme_changed)


def is_theme_change(event: QEvent) -> bool:
    """Does this change event mean that colours or sizes taken from the theme must be taken again?"""
    return event.type() in (QEvent.Type.PaletteChange, QEvent.Type.FontChange, QEvent.Type.StyleChange)
