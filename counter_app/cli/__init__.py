"""``counter-app``: every use case without a screen. JSON in, JSON out; exit 0 done, 1 refused (a JSON problem with a stable
``code`` and a Vietnamese ``message`` on stderr), 2 wrong usage."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from counter_app.cli.output import refuse
from counter_app.cli.parser import build_parser
from onestop.errors import UserError


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; without a word the window opens. Returns the exit code."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    args = build_parser().parse_args(argv)
    try:
        return args.run(args) or 0
    except UserError as error:
        return refuse(error)
    except BrokenPipeError:
        return 0
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
