"""A ticket's dots as ESC/POS: reset, raster pictures, feed, cut. Every receipt printer since the TM-T88 understands these four.

We write the commands ourselves: they are thirty bytes, and the library for them brings six packages (decision 0018).
Source: Epson ESC/POS command reference (ESC @, GS v 0, ESC J, GS V).
"""

from __future__ import annotations

from typing import Literal

from counter_app.printing.tickets.picture import Ticket

Cut = Literal["partial", "full", "none"]

BAND_ROWS = 256
"""Rows a picture command: cheap printers hold no more, and what is burnt already makes room for the rest."""
FEED_DOTS = 120
"""From the head to the knife on most printers (15 mm): the last line must be past it."""

RESET = b"\x1b@"
_RASTER = b"\x1dv0\x00"
_FEED = b"\x1bJ"
_CUTS = {"partial": b"\x1dV\x01", "full": b"\x1dV\x00", "none": b""}


def escpos(ticket: Ticket, *, copies: int = 1, cut: Cut = "partial", feed_dots: int = FEED_DOTS) -> bytes:
    """The bytes for the printer's port. Each copy is cut off by itself. ``feed_dots`` after the last line (0 to 2000)."""
    if not 1 <= copies <= 20 or not 0 <= feed_dots <= 2000:
        raise ValueError("copies 1 to 20, feed 0 to 2000 dots")
    across = ticket.width // 8
    one = bytearray()
    for top in range(0, ticket.height, BAND_ROWS):
        rows = min(BAND_ROWS, ticket.height - top)
        one += _RASTER + across.to_bytes(2, "little") + rows.to_bytes(2, "little")
        one += ticket.rows[top * across : (top + rows) * across]
    left = feed_dots
    while left:
        one += _FEED + bytes([min(left, 255)])
        left -= min(left, 255)
    one += _CUTS[cut]
    return RESET + bytes(one) * copies
