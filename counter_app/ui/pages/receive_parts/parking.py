"""A half-filled form is parked by itself: a few seconds after it was changed, on leaving, on locking. After a crash or a power cut
it stands in the form again."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from PySide6.QtCore import QObject, QTimer, Slot

from counter_app.services import drafts
from counter_app.services.desk import Desk
from counter_app.ui.pages.receive_parts.values import Values, blank
from onestop.errors import UserError

log = logging.getLogger(__name__)
AFTER_MS = 2000


@dataclass(frozen=True, slots=True)
class Parked:
    """A parked form. ``open``: it was in the form when it was parked (so it goes back there after a restart); ``correcting``: the
    dossier it corrects, empty for a new one; ``from_card``: what a card wrote and nobody changed."""

    id: str
    title: str
    values: Values
    open: bool = True
    correcting: str = ""
    from_card: Values = field(default_factory=dict)


class Parking(QObject):
    """``snapshot()`` gives the form as it stands, or None when there is nothing to keep."""

    def __init__(self, desk: Desk, snapshot: Callable[[], Parked | None], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._desk, self._snapshot = desk, snapshot
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(AFTER_MS)
        self._timer.timeout.connect(self.keep)

    def touched(self) -> None:
        """The form was changed."""
        if not self._timer.isActive():
            self._timer.start()

    @Slot()
    def keep(self) -> bool:
        """Park the form as it stands, still open. False: nothing to keep, or the store would not take it (the form stays on the
        screen; saving it will say why)."""
        self._timer.stop()
        now = self._snapshot()
        return now is not None and self.put(now)

    def put(self, parked: Parked) -> bool:
        """Park ``parked``."""
        content = {"values": parked.values, "open": parked.open, "correcting": parked.correcting, "from_card": parked.from_card}
        try:
            drafts.park(self._desk, parked.id, parked.title, content)
        except UserError as error:
            log.warning("a form could not be parked: %s", error.code)
            return False
        return True

    def drop(self, draft_id: str) -> None:
        """Forget a parked form: it became a dossier, or is not wanted any more."""
        self._timer.stop()
        try:
            drafts.drop(self._desk, draft_id)
        except UserError as error:
            log.warning("a parked form could not be dropped: %s", error.code)

    def all(self) -> list[Parked]:
        """Every parked form, newest first; one that cannot be read any more is left out."""
        found = []
        for draft_id, title, content in drafts.drafts(self._desk):
            values = content.get("values")
            if isinstance(values, dict):
                found.append(Parked(draft_id, title, _mended(values), bool(content.get("open")), str(content.get("correcting") or ""),
                                    {k: v for k, v in (content.get("from_card") or {}).items() if isinstance(v, str)}))
        return found


def _mended(values: dict[str, Any]) -> Values:
    """A form parked by another version of the program: unknown fields go, missing or odd ones are blank."""
    plain = blank()
    return {key: values[key] if isinstance(values.get(key), type(standard)) else standard for key, standard in plain.items()}
