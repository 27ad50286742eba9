"""What one cycle of the sync did: facts in the past tense, for the window and the command line."""

from __future__ import annotations

from dataclasses import dataclass, field

from counter_app.sync.link_state import LinkState


@dataclass
class SyncReport:
    """``problems`` are sentences for staff. ``retry_after``: seconds the gateway asked for (or a pause of our own). ``more``: there is
    more to send, after others had their turn (``uploading``: attachments). ``moved``: this machine serves another agency now. ``notice``:
    the store has something new to tell people. ``stopped``: what at this machine ended
    the cycle (the disk is full). ``equal``: whether we hold the same as the gateway (None: not compared)."""

    link: LinkState = LinkState.UNKNOWN
    pushed: int = 0
    pulled: int = 0
    refused: int = 0
    changed: set[tuple[str, str]] = field(default_factory=set)
    catalogue_changed: bool = False
    staff_changed: bool = False
    settings_changed: bool = False
    problems: list[str] = field(default_factory=list)
    retry_after: float | None = None
    more: bool = False
    moved: bool = False
    uploading: bool = False
    notice: bool = False
    equal: bool | None = None
    stopped: str = ""

    @property
    def ok(self) -> bool:
        return self.link is LinkState.ONLINE
