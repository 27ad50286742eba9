"""``central-gateway`` as the child of another program: it ends when its standard input does, that is when the parent goes, however it
goes (also killed, also on Windows)."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time

from central_gateway.cli import main

_GRACE_SECONDS = 15.0


def _watch() -> None:
    """``os.read``, not ``sys.stdin``: a buffered reader held by a thread aborts the interpreter at its end."""
    try:
        while os.read(0, 4096):
            pass
    except OSError:
        pass
    signal.raise_signal(signal.SIGTERM)
    time.sleep(_GRACE_SECONDS)
    os._exit(1)


if __name__ == "__main__":
    threading.Thread(target=_watch, name="parent", daemon=True).start()
    sys.exit(main())
