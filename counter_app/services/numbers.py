"""The spare number: one contiguous online number kept ready, so that saving never waits for the network.

On a good day codes are contiguous because each save takes the spare and the background fetches the next; with no spare the
counter's own lane gives the code at once.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from counter_app.services.desk import Desk
from onestop.codec import decode, encode
from onestop.wire import NumberReply

if TYPE_CHECKING:
    from counter_app.store.unit import Unit
    from counter_app.sync.central import Central

_KEY = "spare_number"


def take_spare(unit: Unit, desk: Desk, day: date) -> NumberReply | None:
    """The spare number, if it is for ``day``; it is gone from the store with this transaction."""
    raw = unit.meta_get(_KEY)
    if not raw or desk.settings.numbering != "lane":
        return None
    spare = decode(NumberReply, raw)
    if spare.date != day:
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
        raw = reader.meta_get(_KEY)
    if raw and decode(NumberReply, raw).date == today:
        return False
    reply = central.next_number(today)
    with desk.store.write() as unit:
        if not unit.meta_get(_KEY) or decode(NumberReply, unit.meta_get(_KEY)).date != today:
            unit.meta_set(_KEY, encode(reply).decode())
    return True
