"""The long poll: another desk's change is known here within a second. A hint only: losing it costs latency, never data."""

from __future__ import annotations

import threading
from collections.abc import Callable

from counter_app.sync.client import GatewayClient
from counter_app.sync.errors import NotReached
from onestop.errors import UserError
from onestop.wire import PokeReply

WAIT_SECONDS = 25
#: A gateway without this service, or one that has no room for waiting counters, is asked again after so long.
AGAIN_SECONDS = 600.0


class Poker:
    """Asks in a thread of its own, so that what is saved here never waits for what may come. Started by the first ``follow``."""

    def __init__(self, client: GatewayClient, wake: Callable[[], None], stop: threading.Event) -> None:
        self._client, self._wake, self._stop = client, wake, stop
        self._go = threading.Event()
        self._after: tuple[str, int] | None = None
        self._thread: threading.Thread | None = None

    def follow(self, part: str, head: int | None) -> None:
        """Wake the sync when ``part`` moves beyond ``head``; None: not now (no network)."""
        self._after = None if head is None else (part, head)
        if self._after is None:
            return
        self._go.set()
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="poke", daemon=True)
            self._thread.start()

    def _run(self) -> None:
        while not self._stop.is_set():
            if not self._go.wait(1.0) or self._after is None:
                continue
            self._go.clear()  # one answer, one wake: the cycle it brings says where to go on
            try:
                while not self._stop.is_set() and self._after is not None and not self._moved(*self._after):
                    pass
            except NotReached:
                continue
            except UserError:
                self._stop.wait(AGAIN_SECONDS)
        self._client.close()

    def _moved(self, part: str, after: int) -> bool:
        reply = self._client.call("GET", "/v1/poke", PokeReply, deadline=WAIT_SECONDS + 10,
                                  params={"part": part, "after": str(after), "wait": str(WAIT_SECONDS)})
        if reply.head > after and self._after == (part, after):
            self._wake()
            return True
        return False
