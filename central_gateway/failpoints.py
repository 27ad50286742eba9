"""Where the crash tests end the process (SIGKILL): at each step of a push."""

from __future__ import annotations

import os

_POINT = os.environ.get("CENTRAL_GATEWAY_FAILPOINT")


def failpoint(name: str) -> None:
    """Does nothing unless the environment named this point in ``CENTRAL_GATEWAY_FAILPOINT`` when the program began."""
    if name == _POINT:
        os.kill(os.getpid(), 9)
