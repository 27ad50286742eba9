"""Tells a USB scanner that types from a person who types, by timing alone.

A scanner in keyboard mode sends a character every 1–30 ms; nobody keeps that up for six characters. The detector is fed
with characters and times and answers what to do with each: let it pass, hold it back, or, at the end of a burst, take
the text as a scan or give the held characters back to the field. It holds only what starts like a code, so a person
who rolls over three keys loses nothing but a tenth of a second, and a name typed by an input helper is never delayed.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum, auto
from itertools import pairwise
from statistics import median

MIN_CHARACTERS = 6
MEDIAN_GAP_S = 0.035
MAX_GAP_S = 0.100
SILENCE_S = 0.120
HOLD_AFTER = 3
MAX_CHARACTERS = 4096

_CODE_START = re.compile(r"(\][A-Za-z]\d|\d{3}|\d{2}\.|[A-Za-z]\d{2}|[A-Za-z]{2}\d|tam|ban|htt|www)", re.IGNORECASE)


class Action(Enum):
    """What the caller does with the key it just offered."""

    PASS = auto()
    """Deliver the key as usual."""
    HOLD = auto()
    """Keep the key back; a later verdict says whether it belongs to a scan."""
    SCAN = auto()
    """A scan is complete: swallow this key, undo what the burst typed into the field, use ``text``."""
    GIVE_BACK = auto()
    """No scan: deliver the held keys in order, then this one."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Answer to one key or to a silence. ``text`` is set for SCAN; ``note`` says what was repaired (see `repair`)."""

    action: Action
    text: str = field(default="", repr=False)
    note: str | None = None


PASS = Verdict(Action.PASS)
HOLD = Verdict(Action.HOLD)
GIVE_BACK = Verdict(Action.GIVE_BACK)


class BurstDetector:
    """Feed it every printable key, terminator and silence; times in seconds on any one steady clock.

    ``fits`` says whether a text is a known code. A burst that fits is always a scan. One that does not fit is a scan
    only if no text field has the focus (``in_field`` of the last key): text of unknown kind that arrives while a
    person stands in a field (a fee receipt's number, an input helper, a macro) belongs into that field.
    """

    def __init__(self, fits: Callable[[str], bool]) -> None:
        self._fits = fits
        self._chars: list[str] = []
        self._times: list[float] = []
        self._held = 0
        self._in_field = False
        self._terminated_at: float | None = None

    @property
    def active(self) -> bool:
        """True while a burst is open, that is while a silence means something."""
        return bool(self._chars)

    def is_start(self, when: float) -> bool:
        """True when a character at ``when`` would open a new burst (the moment to remember the field's text)."""
        return not self._chars or when - self._times[-1] > MAX_GAP_S

    def character(self, char: str, when: float, in_field: bool, may_hold: bool = True) -> Verdict:
        """A printable character at ``when``. A burst that broke off before it is settled by this same answer. ``may_hold`` is
        False for a character that cannot be kept back (an input method has committed it already)."""
        settled = PASS
        if self._chars and self.is_start(when):
            settled = self._settle_broken()
        self._chars.append(char)
        self._times.append(when)
        self._in_field = in_field
        if settled.action is Action.GIVE_BACK:
            return settled
        if len(self._chars) > MAX_CHARACTERS:
            return self._settle_broken()
        if self._held and not self._is_fast(recent=8):
            return self._settle_broken()
        if may_hold and (self._held or self._looks_like_scanner()):
            self._held += 1
            return HOLD
        return PASS

    def terminator(self, when: float) -> Verdict:
        """Enter or Tab at ``when``: the usual end of a scan. The second one of a CR+LF pair is swallowed with it."""
        if not self._chars:
            doubled = self._terminated_at is not None and when - self._terminated_at <= MAX_GAP_S
            self._terminated_at = None
            return Verdict(Action.HOLD) if doubled else PASS
        if when - self._times[-1] > MAX_GAP_S:
            return self._settle_broken()
        verdict = self._finish()
        if verdict.action is Action.SCAN:
            self._terminated_at = when
        return verdict

    def interrupted(self) -> Verdict:
        """Another key, a click or a change of focus: what is held goes back to the field."""
        return self._settle_broken()

    def silence(self) -> Verdict:
        """Nothing came for ``SILENCE_S``: the end of a scan whose scanner sends no terminator."""
        return self._finish() if self._chars else PASS

    def _looks_like_scanner(self) -> bool:
        if len(self._chars) < HOLD_AFTER or not self._is_fast(recent=8):
            return False
        return bool(_CODE_START.match("".join(self._chars[:HOLD_AFTER])))

    def _is_fast(self, recent: int = 0) -> bool:
        times = self._times[-recent - 1 :] if recent else self._times
        return median(b - a for a, b in pairwise(times)) <= MEDIAN_GAP_S

    def _finish(self) -> Verdict:
        text = "".join(self._chars)
        if len(text) >= MIN_CHARACTERS and self._is_fast():
            repaired, note = repair(text, self._fits)
            if self._fits(repaired) or not self._in_field:
                self._reset()
                return Verdict(Action.SCAN, repaired, note)
        return self._settle_broken()

    def _settle_broken(self) -> Verdict:
        held = self._held
        self._reset()
        return GIVE_BACK if held else PASS

    def _reset(self) -> None:
        self._chars.clear()
        self._times.clear()
        self._held = 0
        self._in_field = False
        self._terminated_at = None


_AZERTY = str.maketrans(
    "&é\"'(-è_çà)" + "aqzwAQZW" + ",;:!?./§" + "mM1234567890°",
    "1234567890-" + "qawzQAWZ" + "m,./M<>?" + ";:!@#$%^&*()_",
)
"""What a French layout makes of a key → what the same key is on the US layout that scanners type on."""


def repair(text: str, fits: Callable[[str], bool]) -> tuple[str, str | None]:
    """Undo Caps Lock or a French keyboard layout when that, and only that, makes the text a known code.

    Returns (text, note): the note is "caps-lock", "keyboard-layout" or None.
    """
    if fits(text):
        return text, None
    for note, candidate in (
        ("caps-lock", text.swapcase()),
        ("keyboard-layout", text.translate(_AZERTY)),
        ("keyboard-layout", text.swapcase().translate(_AZERTY)),
    ):
        if candidate != text and fits(candidate):
            return candidate, note
    return text, None
