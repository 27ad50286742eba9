"""Keys while a scanner is tried out: everything is taken, slow or fast, and told with its times. No rule of the daily work applies, since
it is the set-up of the scanner that is looked at."""

from __future__ import annotations

import time
from itertools import pairwise

from counter_app.scanner.keystrokes import MAX_CHARACTERS
from counter_app.scanner.raw import Arrival, RawScan, Source

SILENCE_S = 0.5
"""What comes later is another scan, or a person at the keyboard."""


class Listening:
    """Collects one arrival after another. Times in seconds on any one steady clock."""

    def __init__(self) -> None:
        self._forget()

    def _forget(self) -> None:
        self._chars: list[str] = []
        self._times: list[float] = []
        self._places: list[str] = []
        self._rewritten = False
        self._cut = False

    @property
    def active(self) -> bool:
        """Has anything come that was not told yet?"""
        return bool(self._chars)

    def character(self, char: str, when: float, place: str = "") -> None:
        """One printable character. What is too long for any code is counted no further."""
        if len(self._chars) >= MAX_CHARACTERS:
            self._cut = True
            return
        self._chars.append(char)
        self._times.append(when)
        self._places.append(place)

    def backspace(self) -> None:
        """An input helper takes back what was typed, to put another letter there."""
        self._rewritten = True
        if self._chars:
            for part in (self._chars, self._times, self._places):
                part.pop()

    def composing(self) -> None:
        """An input method has the keys in its hands: what it commits need not be what was sent."""
        self._rewritten = True

    def end(self, end: str) -> RawScan | None:
        """The arrival so far, ended by ``enter``, ``tab`` or ``silence``; None when nothing came."""
        if not self._chars:
            return None
        text = "".join(self._chars)
        gaps = tuple(b - a for a, b in pairwise(self._times))
        places = "".join(self._places) if all(self._places) else ""
        raw = RawScan(text, Source.WEDGE, time.monotonic(), note="flood" if self._cut else None,
                      arrival=Arrival(text, gaps, end, places, self._rewritten))
        self._forget()
        return raw


__all__ = ["SILENCE_S", "Listening"]
