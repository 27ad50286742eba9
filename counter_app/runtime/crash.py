"""What happens when the program itself fails: a native crash leaves a file that is shown at the next start, an exception nobody
caught is logged without personal data and handed to the window."""

from __future__ import annotations

import faulthandler
import logging
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import IO

from counter_app.runtime.logs import places

log = logging.getLogger(__name__)
NAME = "crash.txt"


class CrashGuard:
    """Installed once at start, by the composition root; ``close`` restores what was before."""

    def __init__(self, folder: Path, notify: Callable[[str], None] | None = None) -> None:
        """``notify`` gets the report of an uncaught exception, on the thread where it happened: post it, build no widgets.
        ``last_crash`` holds what the previous run left (empty: it ended well)."""
        self.file = folder / NAME
        self._notify = notify
        self._stream: IO[str] | None = None
        self.last_crash = self._take()
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._stream = open(self.file, "w", encoding="utf-8")  # noqa: SIM115 - faulthandler writes to it until the end
            faulthandler.enable(self._stream)
        except OSError:
            self._stream = None
        self._before = (sys.excepthook, threading.excepthook)
        sys.excepthook = self._uncaught
        threading.excepthook = self._uncaught_in_thread

    def close(self) -> None:
        """An orderly end: nothing is left to show."""
        sys.excepthook, threading.excepthook = self._before
        if self._stream is not None:
            faulthandler.disable()
            self._stream.close()
            self._stream = None
            if self.file.exists() and self.file.stat().st_size == 0:
                self.file.unlink()

    def _take(self) -> str:
        try:
            text = self.file.read_text(encoding="utf-8", errors="replace").strip()
            if text:
                self.file.replace(self.file.with_name("crash-last.txt"))
            return text
        except OSError:
            return ""

    def _uncaught(self, kind: type[BaseException], value: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            self._before[0](kind, value, trace)
            return
        report = places(kind, value, trace)
        log.critical("uncaught exception\n%s", report)
        if self._notify is not None:
            self._notify(report)

    def _uncaught_in_thread(self, args: threading.ExceptHookArgs) -> None:
        if args.exc_type is not SystemExit and args.exc_value is not None:
            self._uncaught(args.exc_type, args.exc_value, args.exc_traceback)
