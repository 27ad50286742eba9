"""How the interpreter shares itself among our threads, and when it looks for garbage."""

from __future__ import annotations

import gc
import sys

#: Seconds after which a thread that computes gives way; the interpreter's own 5 ms are a third of a page of a first synchronisation.
_TURN_SECONDS = 0.0005
#: Objects made, net, before the youngest are looked through: a page of a first synchronisation makes some 5,000 that all go at its end.
_YOUNG, _OLDER = 10_000, 20


def give_way_often() -> None:
    """Threads hand the interpreter over ten times as often as usual: the window, or the thread that stores, waits less for it."""
    sys.setswitchinterval(_TURN_SECONDS)


def settle() -> None:
    """A command has loaded what it needs: that is not looked through for garbage again, and new things not at every turn. (The window
    collects in its own time, ``ui.collector``.)"""
    gc.freeze()
    gc.set_threshold(_YOUNG, _OLDER, _OLDER)
