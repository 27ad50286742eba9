"""Positions as they come over the wire."""

from __future__ import annotations

from counter_app.sync.errors import NotReached
from counter_app.sync.link_state import LinkState
from onestop.feed import Position, format_positions, parse_positions


def cursor(part: str, text: str) -> Position:
    """A cursor ``<seq>:<chain>`` of ``part``. Raises NotReached."""
    return one_position(f"{part}={text}")


def one_position(text: str) -> Position:
    """The one position a reply names. Raises NotReached for anything else: a position is never guessed."""
    try:
        (position,) = parse_positions(text)
    except ValueError:
        raise NotReached(LinkState.SERVER_TROUBLE, "position-malformed") from None
    return position


def reaching(positions: str, newest: Position) -> str:
    """``positions`` (the header) with ``newest`` for its partition, where that is further."""
    known = {position.part: position for position in parse_positions(positions)}
    if newest.seq >= known.get(newest.part, newest).seq:
        known[newest.part] = newest
    return format_positions(list(known.values()))
