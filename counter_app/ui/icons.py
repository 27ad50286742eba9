"""One icon family (Lucide, ISC licence), drawn from SVG in the colours of the theme.

An icon is asked for by name and colour role; pictures are cached by name, colour and size. `set_icon` leaves a note on the
object so that `retint` can draw it again after a change of theme without a list of everybody.
"""

from __future__ import annotations

from functools import cache, lru_cache

from PySide6.QtCore import QByteArray, QObject, QSize, Qt
from PySide6.QtGui import QAction, QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QWidget

from counter_app.ui.assets import asset_dir
from counter_app.ui.theme import theme

_NAME, _ROLE, _SIZE = "iconName", "iconRole", "iconPixels"


@cache
def icon_names() -> frozenset[str]:
    """Names of the bundled icons."""
    return frozenset(path.stem for path in asset_dir("icons").glob("*.svg"))


def pixmap(name: str, role: str = "text", size: int | None = None, ratio: float = 1.0) -> QPixmap:
    """The icon as a picture of ``size`` logical pixels for a screen of ``ratio``. Raises KeyError for an unknown name."""
    return _draw(name, theme().tokens.colour(role), size or theme().icon_size, ratio)


def icon(name: str, role: str = "text", size: int | None = None) -> QIcon:
    """The icon of ``size`` logical pixels in the colour of ``role`` (``text``, ``text_muted``, ``accent``, ``on_accent``, a status
    role), with a paler picture for disabled widgets. Raises KeyError for an unknown name."""
    tokens = theme().tokens
    return _icon(name, tokens.colour(role), tokens.text_disabled, size or theme().icon_size)


def set_icon(target: QObject, name: str, role: str = "text", size: int | None = None) -> None:
    """Give a button, action or label an icon that follows later changes of theme. An empty name removes it."""
    target.setProperty(_NAME, name)
    target.setProperty(_ROLE, role)
    target.setProperty(_SIZE, size or 0)
    _apply(target)


def retint(app: QApplication) -> None:
    """Draw every icon given by `set_icon` again in the colours now in force."""
    for widget in app.allWidgets():
        if widget.property(_NAME):
            _apply(widget)
    for window in app.topLevelWidgets():
        for action in window.findChildren(QAction):
            if action.property(_NAME):
                _apply(action)


def _apply(target: QObject) -> None:
    name, role = target.property(_NAME), target.property(_ROLE)
    size = target.property(_SIZE) or theme().icon_size
    if isinstance(target, QLabel):
        target.setPixmap(pixmap(name, role, size, target.devicePixelRatioF()) if name else QPixmap())
    elif isinstance(target, QAbstractButton):
        target.setIcon(icon(name, role, size) if name else QIcon())
        target.setIconSize(QSize(size, size))
    elif isinstance(target, QAction):
        target.setIcon(icon(name, role, size) if name else QIcon())
    elif isinstance(target, QWidget):
        target.setWindowIcon(icon(name, role, 32) if name else QIcon())


@lru_cache(maxsize=512)
def _icon(name: str, colour: str, disabled: str, size: int) -> QIcon:
    made = QIcon()
    for ratio in (1.0, 2.0):
        made.addPixmap(_draw(name, colour, size, ratio), QIcon.Mode.Normal)
        made.addPixmap(_draw(name, disabled, size, ratio), QIcon.Mode.Disabled)
    return made


@lru_cache(maxsize=1024)
def _draw(name: str, colour: str, size: int, ratio: float) -> QPixmap:
    if name not in icon_names():
        raise KeyError(name)
    svg = (asset_dir("icons") / f"{name}.svg").read_text(encoding="utf-8").replace("currentColor", colour)
    picture = QPixmap(round(size * ratio), round(size * ratio))
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    QSvgRenderer(QByteArray(svg.encode())).render(painter)
    painter.end()
    picture.setDevicePixelRatio(ratio)
    return picture
