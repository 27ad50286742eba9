"""Imports that give way: a worker that reads modules takes half of the interpreter from the window; here it waits, between two
modules, while the window is late."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib.machinery import ModuleSpec
from time import monotonic, sleep
from types import ModuleType

_LATE_S = 0.06
_LONGEST_S = 0.15
"""Not longer: the window may be waiting for the very module that is being read."""


class _Waiting:
    """Stands first among the finders and finds nothing."""

    def __init__(self, alive: Callable[[], float]) -> None:
        self._alive, self._thread = alive, threading.get_ident()

    def find_spec(self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None) -> ModuleSpec | None:
        if threading.get_ident() == self._thread:
            until = monotonic() + _LONGEST_S
            while (now := monotonic()) - self._alive() > _LATE_S and now < until:
                sleep(0.005)
        return None


@contextmanager
def gently(alive: Callable[[], float]) -> Iterator[None]:
    """What this thread imports inside waits while the window is busy. ``alive()``: when its heart beat last (``monotonic``)."""
    waiting = _Waiting(alive)
    sys.meta_path.insert(0, waiting)
    try:
        yield
    finally:
        sys.meta_path.remove(waiting)
