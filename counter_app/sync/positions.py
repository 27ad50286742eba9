"""Positions as they come over the wire."""

from __future__ import annotations

from counter_app.sync.errors import NotReached
from counter_app.sync.link_state import LinkState
from onestop.feed import Position, parse_positions


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
