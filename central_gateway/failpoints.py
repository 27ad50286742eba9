"""Where the crash tests end the process (SIGKILL): at each step of a push."""

from __future__ import annotations

import os


def failpoint(name: str) -> None:
    """Does nothing unless the environment names this point in ``CENTRAL_GATEWAY_FAILPOINT``."""
    if os.environ.get("CENTRAL_GATEWAY_FAILPOINT") == name:
        os.kill(os.getpid(), 9)
