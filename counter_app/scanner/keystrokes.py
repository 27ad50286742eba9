"""Tells a USB scanner that types from a person who types, by timing alone.

A scanner in keyboard mode sends a character every 1–30 ms; nobody keeps that up for six characters. The detector is fed
with characters and times and answers what to do with each: let it pass, hold it back, or, at the end of a burst, take
the text as a scan or give the held characters back to the field. It holds only what starts like a code, so a person
who rolls over three keys loses nothing but a tenth of a second, and a name typed by an input helper is never delayed.

A busy PC tears a burst: keys come late, or the silence is noticed before keys that were pressed long ago. Such pieces are put
together again when together they are a code; a torn code must neither stay in the field nor open the dossier its rest names.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum, auto
from itertools import pairwise
from re import IGNORECASE, compile
from statistics import median

from counter_app.scanner.repair import has_vietnamese_letters, repair

MIN_CHARACTERS = 6
MEDIAN_GAP_S = 0.035
MAX_GAP_S = 0.100
SILENCE_S = 0.120
PROVEN_MEDIAN_S = 0.050
"""A whole code beyond doubt may come this slowly (a PC under load): nobody types one of twenty characters at that pace."""
JOIN_S = 1.0
"""Pieces of one scan may be this far apart when only together they are a code (a PC under load)."""
LATE_END_S = 0.600
"""The Enter of a scan that was ended by silence is still the scanner's."""
HOLD_AFTER = 3
MAX_CHARACTERS = 4096
"""More than any code a scanner types; a longer burst is a device gone wrong, or a macro."""
_MAX_PIECES = 6

_CODE_START = compile(r"(\][A-Za-z]\d|\d{3}|\d{2}\.|[A-Za-z]\d{2}|[A-Za-z]{2}\d|tn-|htt|www)", IGNORECASE)


class Action(Enum):
    """What the caller does with the key it just offered."""

    PASS = auto()
    """Deliver the key as usual."""
    HOLD = auto()
    """Keep the key back; a later verdict says whether it belongs to a scan. As answer to an end: swallow it. To a silence: ask again."""
    SCAN = auto()
    """A scan is complete: swallow this key, undo what the last ``pieces`` bursts typed into the field, use ``text``."""
    GIVE_BACK = auto()
    """No scan: deliver the held keys in order, then this one."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Answer to one key or to a silence. ``text`` and the parts after ``note`` are set for SCAN; ``note`` is a key of
    ``raw.NOTES_VI``: what was repaired, or (without SCAN) what is wrong."""

    action: Action
    text: str = field(default="", repr=False)
    note: str | None = None
    pieces: int = 1
    received: str = field(default="", repr=False)
    by_position: str = field(default="", repr=False)
    gaps: tuple[float, ...] = ()


PASS = Verdict(Action.PASS)
HOLD = Verdict(Action.HOLD)
GIVE_BACK = Verdict(Action.GIVE_BACK)


@dataclass(slots=True)
class _Burst:
    """Characters, their times and (where known) what their keys type on a US keyboard."""

    chars: list[str] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    places: list[str] = field(default_factory=list)

    def add(self, char: str, when: float, place: str) -> None:
        self.chars.append(char)
        self.times.append(when)
        self.places.append(place)

    def take_back(self) -> None:
        for part in (self.chars, self.times, self.places):
            part.pop()

    def is_fast(self, recent: int = 0, limit: float = MEDIAN_GAP_S) -> bool:
        times = self.times[-recent - 1 :] if recent else self.times
        return len(times) > 1 and median(b - a for a, b in pairwise(times)) <= limit

    def joined(self, other: _Burst) -> _Burst:
        return _Burst(self.chars + other.chars, self.times + other.times, self.places + other.places)


class BurstDetector:
    """Feed it every printable key, terminator and silence; times in seconds on any one steady clock.

    ``fits`` says whether a text may be a code, ``proves`` (default: the same) whether it is one beyond doubt: damaged and torn
    texts are put right only by proof. A burst that fits is always a scan. One that does not fit is a scan only if no text field
    has the focus (``in_field`` of the last key): text of unknown kind that arrives while a person stands in a field (a fee
    receipt's number, an input helper, a macro) belongs into that field.
    """

    def __init__(self, fits: Callable[[str], bool], proves: Callable[[str], bool] | None = None) -> None:
        self._fits = fits
        self._proves = proves or fits
        self._burst = _Burst()
        self._earlier: list[_Burst] = []
        self._held = 0
        self._in_field = False
        self._rewritten = False
        self._swallow_until: float | None = None
        self._flooded_at: float | None = None
        self._ends_with_key = False

    @property
    def active(self) -> bool:
        """True while a burst is open, that is while a silence means something."""
        return bool(self._burst.chars)

    @property
    def looks_like_scan(self) -> bool:
        """Is the open burst as fast as a scanner, long enough, and begins like a code?"""
        return len(self._burst.chars) >= MIN_CHARACTERS and self._looks_like_scanner()

    def is_start(self, when: float) -> bool:
        """True when a character at ``when`` would open a new piece (the moment to remember the field's text)."""
        if self._is_flooded(when):
            return False
        return not self._burst.chars or when - self._burst.times[-1] > MAX_GAP_S

    def continues(self, when: float) -> bool:
        """Could a piece that opens at ``when`` belong to the ones before (whose texts of the field are still needed)?"""
        last = self._burst.times[-1:] or [t for piece in self._earlier[-1:] for t in piece.times[-1:]]
        return bool(last) and when - last[0] <= JOIN_S

    def character(self, char: str, when: float, in_field: bool, may_hold: bool = True, place: str = "") -> Verdict:
        """A printable character at ``when``. A burst that broke off before it is settled by this same answer. ``may_hold`` is
        False for a character that cannot be kept back (an input method has committed it already). ``place``: what this key
        types on a US keyboard."""
        self._in_field = in_field
        if self._is_flooded(when):
            self._flooded_at = when
            return PASS
        settled = PASS
        if self.is_start(when):
            if not self.continues(when):
                settled = self._settle(keep=False)
            elif self._burst.chars:
                settled = self._settle(keep=True)
        self._burst.add(char, when, place)
        self._in_field = in_field  # settling forgot it
        if len(self._burst.chars) > MAX_CHARACTERS:
            verdict = self._settle(keep=False)
            self._flooded_at, self._in_field = when, in_field
            return Verdict(verdict.action, note="flood")
        if settled.action is Action.GIVE_BACK:
            return settled
        if self._held and not self._burst.is_fast(recent=8) and len(self._burst.chars) > 1:
            return self._settle(keep=True)
        if may_hold and (self._held or self._looks_like_scanner()):
            self._held += 1
            return HOLD
        return PASS

    def backspace(self, when: float) -> Verdict:
        """A Backspace in the middle of a burst: no scanner sends one, an input helper (UniKey) does, to put another letter there."""
        if not self._burst.chars or when - self._burst.times[-1] > MAX_GAP_S or not self._burst.is_fast():
            return self.interrupted()
        self._burst.take_back()
        self._rewritten = True
        if self._held:
            self._held += 1
            return HOLD
        return PASS

    def terminator(self, when: float) -> Verdict:
        """Enter or Tab at ``when``: the usual end of a scan. The second one of a CR+LF pair is swallowed with it, and so is one that
        comes after the silence had to do."""
        if not self._burst.chars:
            swallowed = self._swallow_until is not None and when <= self._swallow_until
            self._swallow_until = None
            if swallowed:
                self._ends_with_key = True
            if self._is_flooded(when) and not self._in_field:
                return HOLD
            return HOLD if swallowed else PASS
        late = when - self._burst.times[-1]
        if late > JOIN_S:
            return self._settle(keep=False)
        verdict = self._finish(strict=late > MAX_GAP_S)
        if verdict.action is Action.SCAN:
            self._swallow_until = when + MAX_GAP_S
            self._ends_with_key = True
        else:
            self._earlier.clear()
        return verdict

    def interrupted(self) -> Verdict:
        """Another key, a click or a change of focus: what is held goes back to the field."""
        self._flooded_at = None
        return self._settle(keep=False)

    def silence(self, when: float | None = None) -> Verdict:
        """Nothing came for ``SILENCE_S``: the end of a scan whose scanner sends no terminator. From one that always did, and for a text
        that may be the beginning of a code, a little more is waited for: HOLD means ask again (``when`` is now; None: it is over)."""
        if not self._burst.chars:
            return PASS
        last = self._burst.times[-1]
        found = self._candidate()
        if found and when is not None and when - last < LATE_END_S and (self._ends_with_key or not self._proves(found[0])):
            return HOLD
        verdict = self._finish(keep=True)
        if verdict.action is Action.SCAN:
            self._swallow_until = last + LATE_END_S
            self._ends_with_key = False
        return verdict

    def _is_flooded(self, when: float) -> bool:
        if self._flooded_at is not None and when - self._flooded_at > MAX_GAP_S:
            self._flooded_at = None
        return self._flooded_at is not None

    def _looks_like_scanner(self) -> bool:
        whole = self._whole() if self._earlier else self._burst
        if len(whole.chars) < HOLD_AFTER or not whole.is_fast(recent=8):
            return False
        return bool(_CODE_START.match("".join(whole.chars[:HOLD_AFTER])) or _CODE_START.match("".join(whole.places[:HOLD_AFTER])))

    def _whole(self) -> _Burst:
        whole = _Burst()
        for piece in (*self._earlier, self._burst):
            whole = whole.joined(piece)
        return whole

    def _candidate(self, strict: bool = False) -> tuple[str, str | None, int, _Burst] | None:
        """Text, note, number of pieces and burst of the scan these keys are, or None. The longest that is proven; else one that only
        fits, if no earlier piece could be its beginning."""
        pieces = [*self._earlier, self._burst]
        whole = _Burst()
        proven, fitting = None, None
        for count, piece in enumerate(reversed(pieces), start=1):
            whole = piece.joined(whole)
            text = "".join(whole.chars)
            if len(text) < MIN_CHARACTERS or not whole.is_fast(limit=PROVEN_MEDIAN_S):
                continue
            places = "".join(whole.places) if all(whole.places) else ""
            repaired, note = repair(text, self._proves, places, self._fits)
            half = repaired[: len(repaired) // 2]
            if half + half == repaired and self._proves(half):
                repaired = half  # delivered twice without an end in between
            if self._proves(repaired):
                proven = repaired, note, count, whole
            elif count == 1 and whole.is_fast() and (self._fits(repaired) or not self._in_field):
                fitting = repaired, note, count, whole
        if proven or strict or fitting is None:
            return proven
        torn = any(piece.is_fast() or len(piece.chars) < HOLD_AFTER for piece in self._earlier)
        return None if torn and self._fits(fitting[0]) else fitting

    def _finish(self, *, strict: bool = False, keep: bool = False) -> Verdict:
        if found := self._candidate(strict):
            text, note, count, whole = found
            note = note or ("input-method" if self._rewritten else None)
            gaps = tuple(b - a for a, b in pairwise(whole.times))
            places = "".join(whole.places) if all(whole.places) else ""
            self._reset()
            return Verdict(Action.SCAN, text, note, count, "".join(whole.chars), places, gaps)
        spoilt = self._rewritten and has_vietnamese_letters("".join(self._burst.chars)) and self._burst.is_fast()
        verdict = self._settle(keep)
        return Verdict(verdict.action, note="input-method") if spoilt else verdict

    def _settle(self, keep: bool) -> Verdict:
        """No scan so far. ``keep``: what comes next may be the rest of it."""
        earlier = [*self._earlier, self._burst][-_MAX_PIECES:] if keep and self._burst.chars else []
        held = self._held
        self._reset()
        self._earlier = earlier
        return GIVE_BACK if held else PASS

    def _reset(self) -> None:
        self._burst = _Burst()
        self._earlier = []
        self._held = 0
        self._in_field = False
        self._rewritten = False
        self._swallow_until = None
