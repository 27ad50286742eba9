"""The sync: cycles, one after another, and the thread that runs them.

Push and pull do not wait for each other: a refused push never stops the pull, a failing pull never stops the push. Everything
it tells the window is a fact in the past tense; the window turns facts into signals.
"""

from __future__ import annotations

import logging
import random
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING

from counter_app.sync.allowance import Allowance
from counter_app.sync.backoff import Breaker
from counter_app.sync.client import GatewayClient
from counter_app.sync.cycle import Cycle
from counter_app.sync.errors import Alarm, Busy, HistoryDiverged, NotReached, Refused
from counter_app.sync.link_state import LinkState, keep_link
from counter_app.sync.poke import Poker
from counter_app.sync.report import SyncReport
from onestop.errors import EnvironmentFault, UserError

if TYPE_CHECKING:
    from counter_app.runtime.clock import Clock
    from counter_app.store.engine import Store

__all__ = ["SyncEngine", "SyncReport"]
log = logging.getLogger(__name__)

ACTIVE_SECONDS = 15.0
#: Between two batches after a long outage: time for the other counters of the province.
TURN_SECONDS = (1.0, 3.0)
_DIVERGED = "Hệ thống trung tâm vừa được khôi phục từ bản cũ; máy giữ nguyên dữ liệu và chờ đối chiếu."


class SyncEngine:
    """Runs cycles against one gateway for one agency (partition). ``listener`` is called on the sync thread after each cycle,
    and on every change of the link. ``pause``: seconds between cycles that nobody asked for. ``rng`` is injected so that a test
    can replay a run."""

    def __init__(self, store: Store, client: GatewayClient, part: str, clock: Clock,
                 listener: Callable[[SyncReport], None] = lambda report: None, *, pause: float = ACTIVE_SECONDS,
                 rng: random.Random | None = None) -> None:
        self._store, self._client = store, client
        self._rng = rng or random.Random()
        self.listener = listener
        self.pause = pause
        self.last = SyncReport()
        self.breaker = Breaker(store, clock, self._rng)
        self._wake, self._stop = threading.Event(), threading.Event()
        self._asked = False
        self._lock = threading.Lock()
        self._steps = Cycle(store, client, part, clock, self.breaker, self._stop)
        self._steps.wanted = lambda: self._stop.is_set() or self._wake.is_set()
        self._poker = Poker(client, self.wake, self._stop)
        self._thread: threading.Thread | None = None

    def allow(self, allowance: Callable[[], Allowance]) -> None:
        """From now on attachments keep to what ``allowance()`` says (asked on the sync thread)."""
        self._steps.share.now = allowance

    @property
    def part(self) -> str:
        """The agency this machine serves, as the gateway last said."""
        return self._steps.part

    def start(self) -> None:
        """Begin to run cycles in the engine's own thread."""
        self._stop.clear()
        self._thread = threading.Thread(target=self._run, name="sync", daemon=True)
        self._thread.start()

    def wake(self) -> None:
        """Something was saved, or the gateway has news: do not wait for the next turn (but for what the gateway asked for)."""
        self._wake.set()

    def retry_now(self) -> None:
        """A person asked: also waits of our own end at once. What the gateway asked for still holds."""
        self._asked = True
        self._wake.set()

    def asked_to_wait(self) -> float:
        """Seconds for which the gateway asked to be left alone (0: it did not); a person's wish waits with the rest."""
        return self.breaker.wait() if self.breaker.asked else 0.0

    def stop(self, timeout: float = 10.0) -> bool:
        """End the thread after the request in flight; what it sent is sent again next time. Returns whether it ended."""
        self._stop.set()
        self._wake.set()
        if self._thread is not None:
            self._thread.join(timeout)
            return not self._thread.is_alive()
        return True

    def run_once(self, *, verify: bool = False) -> SyncReport:
        """One cycle, now, in the caller's thread. Network trouble is in the report, not raised; the store's faults are raised.
        ``verify``: compare what we hold with what the gateway holds (``SyncReport.equal``)."""
        with self._lock:
            report = SyncReport()
            try:
                self._steps.run(report, verify=verify)
            except HistoryDiverged as diverged:
                report.link = diverged.link
                report.problems.append(_DIVERGED)
            except Alarm as alarm:
                report.link = alarm.link
                report.problems.append(alarm.sentence)
                with self._store.write() as unit:
                    unit.count_alarm(alarm.what)
            except Busy as busy:
                report.link, report.retry_after = busy.link, busy.after
            except NotReached as missed:
                report.link = missed.link
            except Refused as refused:
                report.link = _link_of(refused)
                report.problems.append(refused.message)
            self.last = report
            with suppress(EnvironmentFault):  # a disk that is full has been told of, or will be
                keep_link(self._store, report.link)
            return report

    def cycle(self) -> float:
        """Run one and tell it; returns how many seconds the next should wait."""
        try:
            report = self.run_once()
        except UserError as error:  # disk full, locked: the environment; tell and try again
            log.warning("sync stopped at %s", error.code)
            self.last = SyncReport(link=self.last.link, problems=[error.message], stopped=error.message)
            self.listener(self.last)
            return self.pause
        except Exception:
            log.exception("sync cycle failed")
            return self.pause
        wait = self._wait_after(report)
        self.listener(report)
        return wait

    def _wait_after(self, report: SyncReport) -> float:
        if report.ok:
            if report.retry_after is not None:  # the end of a long outage: in our own moment
                self.breaker.pause(report.retry_after)
                return report.retry_after
            self.breaker.worked()
            if report.more:
                return self._rng.uniform(*TURN_SECONDS)
            return self.pause * self._rng.uniform(0.5, 1.5)
        return self.breaker.failed(report.retry_after, at_most=self.pause)

    def _run(self) -> None:
        wait = self.breaker.wait()
        while not self._stop.is_set():
            self._patience(wait)
            if self._stop.is_set():
                break
            wait = self.cycle()
            with suppress(UserError):  # a disk that fails: without its hints the turns go on
                self._poker.follow(self._steps.part, self._head() if self.last.ok and (self.last.uploading or not self.last.more) else None)
        self._client.close()

    def _patience(self, wait: float) -> None:
        """Wait out; a wake ends it, except what the gateway asked for."""
        if wait > 0:
            self._wake.wait(wait)
        left = self.breaker.wait()
        while left > 0 and not self._stop.is_set() and (self.breaker.asked or not self._asked):
            self._stop.wait(min(left, 1.0))
            left = self.breaker.wait()
        self._asked = False
        self._wake.clear()

    def _head(self) -> int:
        with self._store.read() as reader:
            return reader.position(self._steps.part).seq


def _link_of(refused: Refused) -> LinkState:
    if refused.status == 426:
        return LinkState.UPGRADE_NEEDED
    if refused.status == 403 or (refused.status == 401 and "fenced" in refused.code):
        return LinkState.FENCED
    return LinkState.SERVER_TROUBLE
