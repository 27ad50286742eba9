"""``counter-app``: every use case without a screen. JSON in, JSON out; exit 0 done, 1 refused (a JSON problem with a stable
``code`` and a Vietnamese ``message`` on stderr), 2 wrong usage."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from counter_app.cli.output import refuse
from counter_app.cli.parser import build_parser
from onestop.errors import UserError

_FILES = frozenset({"file", "files", "images", "out", "preview"})


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; without a word the window opens. Returns the exit code."""
    for stream, errors in ((sys.stdout, "replace"), (sys.stderr, "replace"), (sys.stdin, "strict")):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors=errors)
    args = _readable(build_parser().parse_args(argv))
    try:
        return args.run(args) or 0
    except UserError as error:
        return refuse(error)
    except BrokenPipeError:
        return 0
    except KeyboardInterrupt:
        return 130


def _readable(args: argparse.Namespace) -> argparse.Namespace:
    """Bytes of a word that are no UTF-8 become replacement characters: such a text is looked up and refused like any other. File
    names keep theirs."""
    for name, value in vars(args).items():
        if name in _FILES:
            continue
        if isinstance(value, str):
            setattr(args, name, _printable(value))
        elif isinstance(value, list):
            setattr(args, name, [_printable(part) if isinstance(part, str) else part for part in value])
    return args


def _printable(text: str) -> str:
    return "".join("\ufffd" if "\ud800" <= c <= "\udfff" else c for c in text)


if __name__ == "__main__":
    sys.exit(main())
