"""When a sighting is believed.

A QR code corrects and checks itself, and a Code 128 that fits the grammar of our codes with a real date passed a check digit and a
grammar: one read is enough. Everything else must be read twice alike within a few frames, PDF417 too (the library corrected a damaged
one into nonsense in which a date was left). So must what was weighed from soft pixels or read by the second engine, unless it is a QR
code that fits a grammar as well: a correction gone wrong changes a quarter of the code and leaves nothing that looks like one of ours.
A weighed linear code that fits no grammar is never believed. This is what keeps wrong texts at none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from counter_app.scanner.reads import CORRECTING, PDF417, Read

WINDOW_FRAMES = 8


def enough(read: Read, fits: Callable[[str], bool]) -> bool:
    """Whether one sighting is proof."""
    if read.symbology == PDF417:
        return False
    checked, known = read.symbology in CORRECTING, fits(read.text)
    return checked and known if read.processed else checked or known


def credible(read: Read, fits: Callable[[str], bool]) -> bool:
    """Whether any number of sightings is proof: the same bend or blur makes the same mistake in every frame, so a linear code that
    was weighed must fit a grammar as well."""
    return not read.processed or read.symbology in CORRECTING or fits(read.text)


class Confirm:
    """Feed it the reads of each frame, also of empty ones; it returns those to be believed, every frame anew.

    ``fits`` says whether a text is a code of known grammar. One object per camera session; not thread-safe.
    """

    def __init__(self, fits: Callable[[str], bool], window: int = WINDOW_FRAMES) -> None:
        self._fits = fits
        self._window = window
        self._frame = 0
        self._last: dict[tuple[str, str], int] = {}
        self._believed: dict[tuple[str, str], int] = {}

    def frame(self, reads: Iterable[Read]) -> list[Read]:
        """The believed ones among ``reads`` of the next frame."""
        self._frame += 1
        self._forget()
        confirmed = []
        for read in reads:
            if not credible(read, self._fits):
                continue
            key = (read.symbology, read.text)
            if self._is_enough(read) or key in self._believed or key in self._last:
                self._believed[key] = self._frame
                confirmed.append(read)
            self._last[key] = self._frame
        return confirmed

    def reset(self) -> None:
        """Forget all sightings (the camera was stopped)."""
        self._last.clear()
        self._believed.clear()

    def _is_enough(self, read: Read) -> bool:
        return enough(read, self._fits)

    def _forget(self) -> None:
        for table in (self._last, self._believed):
            for key in [k for k, seen in table.items() if self._frame - seen >= self._window]:
                del table[key]
