"""The sync: one cycle (hello, push until empty, pull until no more), and the thread that runs cycles.

Push and pull do not wait for each other: a refused push never stops the pull, a failing pull never stops the push. Everything
it tells the window is a fact in the past tense; the window turns facts into signals.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from counter_app.sync.backoff import Backoff
from counter_app.sync.catalogue import pull_catalogue
from counter_app.sync.client import GatewayClient
from counter_app.sync.errors import Busy, HistoryDiverged, NotReached, Refused
from counter_app.sync.lanes import checked
from counter_app.sync.link_state import LinkState
from counter_app.sync.pull import pull
from counter_app.sync.push import push_batch
from onestop.errors import UserError
from onestop.feed import format_positions
from onestop.ids import uuid7_hex
from onestop.wire import HelloReply, LeaseReply, LeaseRequest

if TYPE_CHECKING:
    from counter_app.runtime.clock import Clock
    from counter_app.store.engine import Store

log = logging.getLogger(__name__)

ACTIVE_SECONDS = 15.0
_STAFF_ETAG = "staff_etag"
#: A lane is renewed when less than this is left of it (it is given for 60 days).
RENEW_BEFORE = timedelta(days=45)
#: An agency may have no more lanes to give: asked again after this long, not with every cycle.
ASK_LANES_SECONDS = 600.0


@dataclass
class SyncReport:
    """What one cycle did. ``problems`` are sentences for staff; ``diverged``: the gateway lost history we have seen."""

    link: LinkState = LinkState.UNKNOWN
    pushed: int = 0
    pulled: int = 0
    refused: int = 0
    changed: set[tuple[str, str]] = field(default_factory=set)
    catalogue_changed: bool = False
    staff_changed: bool = False
    settings_changed: bool = False
    problems: list[str] = field(default_factory=list)
    retry_after: float | None = None

    @property
    def ok(self) -> bool:
        return self.link is LinkState.ONLINE


class SyncEngine:
    """Runs cycles against one gateway for one agency (partition). ``listener`` is called on the sync thread after each cycle,
    and on every change of the link. ``pause``: seconds between cycles that nobody asked for."""

    def __init__(self, store: Store, client: GatewayClient, part: str, clock: Clock,
                 listener: Callable[[SyncReport], None] = lambda report: None, *, pause: float = ACTIVE_SECONDS) -> None:
        self._store, self._client, self._part, self._clock = store, client, part, clock
        self.listener = listener
        self.pause = pause
        self.last = SyncReport()
        self._wake, self._stop = threading.Event(), threading.Event()
        self._cycle = threading.Lock()
        self._ask_lanes_after = 0.0
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin to run cycles in the engine's own thread."""
        self._stop.clear()
        self._thread = threading.Thread(target=self._run, name="sync", daemon=True)
        self._thread.start()

    def wake(self) -> None:
        """Something was saved, or a person asked: do not wait for the next turn."""
        self._wake.set()

    def stop(self, timeout: float = 10.0) -> bool:
        """End the thread after the request in flight; what it sent is sent again next time. Returns whether it ended."""
        self._stop.set()
        self._wake.set()
        if self._thread is not None:
            self._thread.join(timeout)
            return not self._thread.is_alive()
        return True

    def run_once(self) -> SyncReport:
        """One cycle, now, in the caller's thread. Network trouble is in the report, not raised; the store's faults are raised."""
        with self._cycle:
            report = SyncReport()
            try:
                hello = self._hello(report)
                self._beside(report, lambda: self._catalogue(report, hello), "Chưa tải được danh mục mới từ trung tâm; máy tự tải lại.")
                self._beside(report, self._report_sign_ins, "Chưa gửi được lịch sử đăng nhập lên trung tâm; máy tự gửi lại.")
                self._beside(report, lambda: self._leases(hello), "Chưa xin được dải số mới từ trung tâm; máy tự xin lại.")
                self._push(report)
                self._pull(report)
                report.link = LinkState.FENCED if hello.device_state == "fenced" else LinkState.ONLINE
            except HistoryDiverged:
                report.link = LinkState.SERVER_TROUBLE
                report.problems.append("Hệ thống trung tâm vừa được khôi phục từ bản cũ; máy giữ nguyên dữ liệu và chờ đối chiếu.")
            except Busy as busy:
                report.link, report.retry_after = busy.link, busy.after
            except NotReached as missed:
                report.link = missed.link
            except Refused as refused:
                report.link = _link_of(refused)
                report.problems.append(refused.message)
            self.last = report
            return report

    def _hello(self, report: SyncReport) -> HelloReply:
        with self._store.read() as reader:
            epoch = reader.meta_get("epoch")
            self._client.epoch = int(epoch) if epoch else None
            self._client.positions = format_positions(reader.hi())
            staff_etag = reader.meta_get(_STAFF_ETAG)
        hello = self._client.call("GET", "/v1/hello", HelloReply, deadline=15.0, prove=True)
        self._client.epoch = hello.epoch
        with self._store.write() as unit:
            unit.meta_set("epoch", str(hello.epoch))
            known = unit.enrolment()
            report.settings_changed = known is None or known.settings != hello.settings
            unit.save_settings(hello.settings)
            if staff_etag != hello.staff_etag:
                unit.save_staff(hello.staff)
                unit.meta_set(_STAFF_ETAG, hello.staff_etag)
                report.staff_changed = True
        return hello

    def _beside(self, report: SyncReport, step: Callable[[], None], trouble: str) -> None:
        """A step that dossiers must not wait for: when the gateway refuses it or answers nonsense, that is told and the cycle goes
        on. A line that is down, a gateway that is busy and a device that is shut out still end the cycle."""
        try:
            step()
        except Refused as refused:
            if refused.status in (401, 403, 426):
                raise
            report.problems.append(refused.message)
        except (Busy, HistoryDiverged):
            raise
        except NotReached as missed:
            if missed.link is not LinkState.SERVER_TROUBLE:
                raise
            report.problems.append(trouble)

    def _catalogue(self, report: SyncReport, hello: HelloReply) -> None:
        report.catalogue_changed = pull_catalogue(self._store, self._client, hello.catalogue_etag)

    def _report_sign_ins(self) -> None:
        """Failures and lock-outs that happened here while offline count at the centre too."""
        with self._store.read() as reader:
            reports = reader.sign_in_reports()
        if reports:
            self._client.call("POST", "/v1/staff/reports", list, body=[report for _, report in reports], deadline=15.0)
            with self._store.write() as unit:
                unit.sign_in_reported(reports[-1][0])

    def _leases(self, hello: HelloReply) -> None:
        if hello.settings.numbering != "lane" or self._clock.monotonic() < self._ask_lanes_after:
            return
        today = self._clock.now().date()
        with self._store.read() as reader:
            held = [lease for lease in reader.leases() if lease.valid_to >= today]
        if len(held) >= 2 and min(lease.valid_to for lease in held) - today >= RENEW_BEFORE:
            return
        not_before, self._ask_lanes_after = self._ask_lanes_after, self._clock.monotonic() + ASK_LANES_SECONDS
        try:
            reply = self._client.call("POST", "/v1/leases", LeaseReply, deadline=10.0,
                                      body=LeaseRequest(op=uuid7_hex(), held=[lease.token for lease in held]))
        except NotReached:
            self._ask_lanes_after = not_before  # no answer: the next cycle asks again
            raise
        with self._store.read() as reader:
            enrolment = reader.enrolment()
        if enrolment is not None:
            genuine = checked(reply.leases, enrolment)
            with self._store.write() as unit:
                unit.save_leases(genuine)

    def _push(self, report: SyncReport) -> None:
        """Until empty. Trouble here is reported and the pull still runs, unless the link itself is gone."""
        try:
            while not self._stop.is_set():
                pushed = push_batch(self._store, self._client, self._part)
                if pushed is None:
                    return
                report.pushed += len(pushed.results)
                report.refused += pushed.refused
                report.changed.update(pushed.touched)
                with self._store.read() as reader:
                    self._client.positions = format_positions(reader.hi())
                if all(r.s == "deferred" for r in pushed.results):
                    return
        except Refused as refused:
            if refused.status in (401, 403):
                raise
            report.problems.append(refused.message)

    def _pull(self, report: SyncReport) -> None:
        pulled = pull(self._store, self._client, self._part, self._stop.is_set)
        report.pulled = pulled.items
        report.changed |= pulled.changed

    def _run(self) -> None:
        backoff = Backoff()
        while not self._stop.is_set():
            wait = self.pause
            try:
                report = self.run_once()
                if report.ok:
                    backoff.worked()
                else:
                    wait = min(backoff.failed(report.retry_after), self.pause if report.retry_after is None else 900.0)
                self.listener(report)
            except UserError as error:  # disk full, locked: the environment; tell and try again
                log.warning("sync stopped at %s", error.code)
                self.listener(SyncReport(link=self.last.link, problems=[error.message]))
            except Exception:
                log.exception("sync cycle failed")
            self._wake.wait(wait)
            self._wake.clear()
        self._client.close()


def _link_of(refused: Refused) -> LinkState:
    if refused.status == 426:
        return LinkState.UPGRADE_NEEDED
    if refused.status == 403 or (refused.status == 401 and "fenced" in refused.code):
        return LinkState.FENCED
    return LinkState.SERVER_TROUBLE
