"""What the composition root hands to every page presenter. No global: a page knows only what stands here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from counter_app.domain.outcomes import Outcome
from counter_app.runtime.settings import Settings
from counter_app.scanner.raw import RawScan
from counter_app.scanner.router import Router
from counter_app.services.desk import Changes, Desk
from counter_app.sync.engine import SyncEngine
from counter_app.sync.link_state import LinkState
from counter_app.ui.background import Runner

if TYPE_CHECKING:
    from counter_app.domain.identity import Card
    from counter_app.services.lookup import LookupResult
    from counter_app.sync.central import Central
    from counter_app.ui.print_flow import PrintFlow
    from onestop.model import Dossier


class Facts(QObject):
    """What happened, in the past tense; emitted on the GUI thread only. Screens decide themselves whether to refresh."""

    changed = Signal(object)
    """``Changes``: dossiers, slips or reviews differ from before (saved here, or pulled from the centre)."""
    link_changed = Signal(object)
    """``LinkState``."""
    synced = Signal(object)
    """``SyncReport`` of a finished cycle."""
    signed_in = Signal(object)
    """``StaffRow``, or None after signing out."""
    catalogue_changed = Signal()
    settings_changed = Signal(str)
    """The key of a setting of this PC that was changed on the settings page."""


@dataclass
class UiContext:
    """Everything a page may use.

    ``say(outcome, **facts)`` shows an outcome (colour, icon, sentence, sound); ``fail(error)`` shows a UserError or reports a
    bug; ``open_dossier(id)`` and ``open_slip(id)`` go to the page that shows it; ``go(page_id)`` changes the page.
    ``link()`` is the link state now, ``last_sync()`` the moment of the last complete exchange with the centre.

    The other calls lead from one page to another: ``show_answer(LookupResult)`` shows a dossier that may be the centre's and not
    ours; ``show_found(title, dossiers)`` lists a person's dossiers; ``search(text)`` puts a text to the search;
    ``receive_for(Card)`` begins a reception with a card; ``correct_dossier(id)`` opens a stored one for correction;
    ``return_dossier(id)`` and ``hand_over(ids)`` take a dossier to that page.

    ``labels_used``: how far the sheet of stickers in the printer is used, as the last print left it.
    ``try_scanner(listener)``: while a listener is there, everything the scanners send goes to it alone, as it came; None ends it.
    ``toggle_camera()`` opens the camera's panel, or closes it.
    """

    desk: Desk
    tasks: Runner
    scans: Router
    facts: Facts
    settings: Settings | None = None
    central: Central | None = None
    sync: SyncEngine | None = None
    printing: PrintFlow | None = None
    labels_used: int = 0
    say: Callable[..., None] = field(default=lambda outcome, **facts: None)
    fail: Callable[[Exception], None] = field(default=lambda error: None)
    open_dossier: Callable[[str], None] = field(default=lambda dossier_id: None)
    open_slip: Callable[[str], None] = field(default=lambda slip_id: None)
    go: Callable[[str], None] = field(default=lambda page_id: None)
    show_answer: Callable[[LookupResult], None] = field(default=lambda answer: None)
    show_found: Callable[[str, tuple[Dossier, ...]], None] = field(default=lambda title, dossiers: None)
    search: Callable[[str], None] = field(default=lambda text: None)
    receive_for: Callable[[Card | None], None] = field(default=lambda card: None)
    correct_dossier: Callable[[str], None] = field(default=lambda dossier_id: None)
    return_dossier: Callable[[str], None] = field(default=lambda dossier_id: None)
    hand_over: Callable[[list[str]], None] = field(default=lambda dossier_ids: None)
    try_scanner: Callable[[Callable[[RawScan], None] | None], None] = field(default=lambda listener: None)
    toggle_camera: Callable[[], None] = field(default=lambda: None)
    last_sync: Callable[[], datetime | None] = field(default=lambda: None)
    link: Callable[[], LinkState] = field(default=lambda: LinkState.UNKNOWN)


__all__ = ["Changes", "Facts", "Outcome", "UiContext"]
