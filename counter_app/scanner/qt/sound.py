"""Short sounds that answer a scan. Silent where there is no loudspeaker; never a reason to fail."""

from __future__ import annotations

import logging

from PySide6.QtCore import QObject, QUrl

from counter_app.scanner.qt.multimedia import quiet_multimedia, sound_is_there
from onestop.resources import resource_dir

log = logging.getLogger(__name__)

SILENT = "none"


class SoundPlayer(QObject):
    """Plays ``resources/sounds/<name>.wav``. QtMultimedia is loaded at the first sound, not at start-up (it costs 0.2 s)."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._enabled = True
        self._effects: dict[str, QObject] = {}

    def set_enabled(self, enabled: bool) -> None:
        """The person's setting."""
        self._enabled = enabled

    def play(self, name: str) -> bool:
        """Play a sound by its name (a ``ui.notify.Sound`` is one); True when it was given to a loudspeaker. An unknown name
        and a PC without sound are silence."""
        if not self._enabled or str(name) == SILENT:
            return False
        effect = self._effect(str(name))
        if effect is None:
            return False
        effect.play()  # type: ignore[attr-defined]
        return True

    def _effect(self, name: str) -> QObject | None:
        if not sound_is_there():
            return None
        quiet_multimedia()
        from PySide6.QtMultimedia import QMediaDevices, QSoundEffect

        # Asked each time (cheap): headphones come and go, and an effect made without a device stays mute and complains.
        if QMediaDevices.defaultAudioOutput().isNull():
            return None
        if name not in self._effects:
            file = resource_dir("sounds") / f"{name}.wav"
            if not file.is_file():
                log.warning("no such sound: %s", name)
                return None
            effect = QSoundEffect(self)
            effect.setSource(QUrl.fromLocalFile(str(file)))
            effect.setVolume(0.8)
            self._effects[name] = effect
        return self._effects[name]
