"""The spare number: one contiguous online number kept ready, so that saving never waits for the network.

On a good day codes are contiguous because each save takes the spare and the background fetches the next; with no spare the
counter's own lane gives the code at once.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import msgspec

from counter_app.services.desk import Desk
from counter_app.store.numbering import JUMP_SECONDS
from onestop.wire import NumberReply

if TYPE_CHECKING:
    from counter_app.runtime.clock import Clock
    from counter_app.store.unit import Unit
    from counter_app.sync.central import Central

_KEY = "spare_number"


class _Spare(msgspec.Struct):
    """``boot`` and ``offset`` (wall clock less monotonic) say when it was fetched: in a restored disk image the spare may be on
    paper already, and only a new start or a jump of the clock betrays the image (sync.md §2.5, 6)."""

    number: NumberReply
    boot: str
    offset: float


def take_spare(unit: Unit, desk: Desk, day: date) -> NumberReply | None:
    """The spare number, if it is for ``day``; it is gone from the store with this transaction."""
    spare = _spare(unit.meta_get(_KEY), desk.clock)
    if spare is None or desk.settings.numbering != "lane" or spare.date != day:
        return None
    unit.meta_set(_KEY, "")
    return spare


def fetch_spare(desk: Desk, central: Central) -> bool:
    """Ask the centre for today's next number unless one is already waiting. Called in the background; raises
    EnvironmentFault when the centre cannot be reached."""
    if desk.settings.numbering != "lane":
        return False
    today = desk.today()
    with desk.store.read() as reader:
        waiting = _spare(reader.meta_get(_KEY), desk.clock)
    if waiting is not None and waiting.date == today:
        return False
    reply = central.next_number(today)
    with desk.store.write() as unit:
        waiting = _spare(unit.meta_get(_KEY), desk.clock)
        if waiting is None or waiting.date != today:
            fresh = _Spare(reply, desk.clock.boot_id(), _offset(desk.clock))
            unit.meta_set(_KEY, msgspec.json.encode(fresh).decode())
    return True


def _spare(raw: str | None, clock: Clock) -> NumberReply | None:
    """What is kept, unless this may be a restored image of the disk."""
    if not raw:
        return None
    try:
        kept = msgspec.json.decode(raw, type=_Spare)
    except msgspec.MsgspecError:
        return None  # kept by another version of the program: a gap, never a number twice
    if kept.boot != clock.boot_id() or abs(_offset(clock) - kept.offset) > JUMP_SECONDS:
        return None
    return kept.number


def _offset(clock: Clock) -> float:
    return clock.wall().timestamp() - clock.monotonic()
