"""Log files: rotating, and without personal data. Identity and telephone numbers that slip into a message are masked."""

from __future__ import annotations

import logging
import re
import traceback
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import TracebackType

#: A run of 9 to 13 digits may be an identity, telephone or tax number (also written with dots or spaces between groups). Longer
#: runs and hexadecimal ids are left alone.
_NUMBERS = re.compile(r"(?<![0-9A-Za-z])\d(?:[ .]?\d){8,12}(?![0-9A-Za-z])")
FORMAT = "%(asctime)s %(levelname)s %(threadName)s %(name)s %(message)s"


def masked(text: str) -> str:
    """``text`` with everything that looks like an identity or telephone number hidden."""
    return _NUMBERS.sub(lambda m: "•" * len(m[0]), text)


class MaskingFormatter(logging.Formatter):
    """Masks the finished line, and writes tracebacks as places only: an exception's text may hold what a person typed."""

    def format(self, record: logging.LogRecord) -> str:
        kept, record.exc_text = record.exc_text, None  # another handler may have left its own spelling there
        try:
            return masked(super().format(record))
        finally:
            record.exc_text = kept

    def formatException(self, ei: tuple[type[BaseException], BaseException, TracebackType | None]) -> str:  # type: ignore[override]
        return places(ei[0], ei[1], ei[2])


def places(kind: type[BaseException], value: BaseException | None, trace: TracebackType | None) -> str:
    """A traceback with file, line and function of each step, the type of the exception and the stable code of ours; its text is
    left out."""
    steps = [f"  {Path(s.filename).name}:{s.lineno} {s.name}" for s in traceback.extract_tb(trace)]
    code = getattr(value, "code", "")
    named = f" [{code}]" if isinstance(code, str) and code else ""
    chain = []
    cause = value.__cause__ if value is not None else None
    if cause is not None:
        chain = [places(type(cause), cause, cause.__traceback__), "  → "]
    return "\n".join([*chain, *steps, f"{kind.__name__}{named}"])


def setup_logging(folder: Path, *, level: int = logging.INFO, name: str = "counter-app") -> logging.Handler:
    """Log to ``folder``/``name``.log, five files of 2 MB. A folder that cannot be written never stops the program: then
    nothing is logged. Returns the handler (remove it with ``stop_logging``)."""
    handler: logging.Handler
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handler = _QuietRotating(folder / f"{name}.log", maxBytes=2_000_000, backupCount=5, encoding="utf-8", delay=True)
    except OSError:
        handler = logging.NullHandler()
    handler.setFormatter(MaskingFormatter(FORMAT))
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(min(level, root.level or level))
    return handler


def stop_logging(handler: logging.Handler) -> None:
    """Detach and close what ``setup_logging`` made."""
    logging.getLogger().removeHandler(handler)
    handler.close()


class _QuietRotating(RotatingFileHandler):
    def handleError(self, record: logging.LogRecord) -> None:
        """A full disk must not print tracebacks over the work."""
