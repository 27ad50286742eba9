"""One cycle: hello, what goes beside, push until empty, pull until no more, and what a restore on either side asks for."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import date, timedelta
from typing import TYPE_CHECKING

from counter_app.store.epoch import durable_of
from counter_app.sync.allowance import Share
from counter_app.sync.backoff import Breaker
from counter_app.sync.beside import Lanes, report_sign_ins
from counter_app.sync.blobs import Uploader
from counter_app.sync.carry import push_carried
from counter_app.sync.catalogue import pull_catalogue
from counter_app.sync.client import GatewayClient
from counter_app.sync.errors import Alarm, Busy, HistoryDiverged, NotReached, Refused, ServerFailed
from counter_app.sync.link_state import LinkState
from counter_app.sync.pull import pull
from counter_app.sync.push import Pusher
from counter_app.sync.recovering import begin_another_life, is_another_life, meet_epoch, salvage
from counter_app.sync.report import SyncReport
from onestop.feed import Position, format_positions
from onestop.wire import H_UNREAD, HelloReply

if TYPE_CHECKING:
    from counter_app.runtime.clock import Clock
    from counter_app.store.engine import Store

_STAFF_ETAG = "staff_etag"
#: Acked ops the gateway's off-site backup covers are kept this long all the same.
KEEP_ACKED = timedelta(days=35)
_NONSENSE = ("Hệ thống trung tâm trả lời sai cho các thao tác đã gửi; máy giữ nguyên dữ liệu và tự gửi lại. Nếu kéo dài, hãy báo bộ phận "
             "CNTT.")
_PUSH_FAILED = "Hệ thống trung tâm gặp lỗi khi nhận dữ liệu; máy giữ nguyên dữ liệu và tự gửi lại."


class Cycle:
    """The steps, against one gateway. ``part``: the agency this machine serves. ``clock``, ``breaker`` and the client's transport are
    given from outside: a simulation runs the same code."""

    def __init__(self, store: Store, client: GatewayClient, part: str, clock: Clock, breaker: Breaker, stop: threading.Event) -> None:
        self._store, self._client, self._clock, self._breaker, self._stop = store, client, clock, breaker, stop
        self.part = part
        self._pusher = Pusher(store, client)
        self._lanes = Lanes(store, client, clock)
        self.share = Share()
        self._uploader = Uploader(store, client, share=self.share)
        self._small_first = False
        #: An update starts the program: what the one before could not read is tried once.
        self._to_read_again = True
        #: Somebody saved something or wants the line: attachments stand back.
        self.wanted: Callable[[], bool] = stop.is_set

    def run(self, report: SyncReport, *, verify: bool = False) -> None:
        """Raises NotReached and Refused where the gateway cannot be worked with; the store's faults."""
        for again in (False, True):
            try:
                self._once(report, verify)
                return
            except HistoryDiverged:
                if again:
                    raise
                self._meet(self._client.call("GET", "/v1/hello", HelloReply, deadline=15.0), report)
            except Refused as refused:
                if again or refused.code != "incarnation-forked":
                    raise
                self._another_life(report)

    def _once(self, report: SyncReport, verify: bool) -> None:
        hello = self._hello(report)
        hold = self._breaker.hold()
        self._beside(report, lambda: self._catalogue(report, hello), "Chưa tải được danh mục mới từ trung tâm; máy tự tải lại.")
        self._beside(report, lambda: report_sign_ins(self._store, self._client),
                     "Chưa gửi được lịch sử đăng nhập lên trung tâm; máy tự gửi lại.")
        self._beside(report, lambda: self._lanes.renew(hello), "Chưa xin được dải số mới từ trung tâm; máy tự xin lại.")
        report.link = LinkState.FENCED if hello.device_state == "fenced" else LinkState.ONLINE
        if hold:
            report.retry_after, report.more = hold, True
            self._small_first = True
            return
        failed = self._push_all(report)
        pulled = pull(self._store, self._client, self.part, self._stop.is_set, verify=verify or self._to_compare())
        report.pulled, report.equal = report.pulled + pulled.items, pulled.equal
        report.notice |= pulled.mended
        report.changed |= pulled.changed
        if failed:
            report.link = LinkState.SERVER_TROUBLE
            return
        if not report.more and not self._stop.is_set():
            self._salvage(report, hello)
            self._leave_former(report)
            self._tidy(hello)
            self._merge_index()
            self._beside(report, lambda: self._attachments(report), "Chưa tải được tệp đính kèm lên trung tâm; máy tự gửi tiếp.")

    def _to_compare(self) -> bool:
        """Once a day both sides' sums are compared, when nobody waits for the line."""
        with self._store.read() as reader:
            return reader.meta_get("compared_on") != self._clock.now().date().isoformat() and not self.wanted()

    def _attachments(self, report: SyncReport) -> None:
        report.uploading = self._uploader.run(self.wanted)
        report.more |= report.uploading

    def _hello(self, report: SyncReport) -> HelloReply:
        with self._store.read() as reader:
            known = reader.epoch()
            self._client.epoch, self._client.positions = known, format_positions(reader.hi())
            staff_etag, unread = reader.meta_get(_STAFF_ETAG), reader.quarantined_pulls()
        if unread and self._to_read_again:
            unread = self._read_again(report)
        self._to_read_again = False
        hello = self._client.call("GET", "/v1/hello", HelloReply, deadline=15.0, prove=True, more={H_UNREAD: str(unread)})
        if known is not None and hello.epoch != known:
            self._meet(hello, report)
        self._client.epoch = hello.epoch
        with self._store.read() as reader:
            another = is_another_life(reader, hello)
        if another:
            self._another_life(report)
        with self._store.write() as unit:
            unit.meta_set("epoch", str(hello.epoch))
            unit.note_durable(durable_of(hello.durable))
            unit.note_contact(hello.server_time)
            enrolment = unit.enrolment()
            report.settings_changed = enrolment is None or enrolment.settings != hello.settings
            unit.save_settings(hello.settings)
            if staff_etag != hello.staff_etag:
                unit.save_staff(hello.staff)
                unit.meta_set(_STAFF_ETAG, hello.staff_etag)
                report.staff_changed = True
            if hello.agency and hello.agency != self.part:
                unit.move_to(hello.agency, hello.agency_name)
                self.part = hello.agency
                report.moved = report.settings_changed = report.notice = True
        return hello

    def _read_again(self, report: SyncReport) -> int:
        with self._store.write() as unit:
            report.changed |= set(unit.read_again(self.part).changed)
            return unit.quarantined_pulls()

    def _meet(self, hello: HelloReply, report: SyncReport) -> None:
        meet_epoch(self._store, self._client, hello)
        report.notice = True

    def _another_life(self, report: SyncReport) -> None:
        begin_another_life(self._store, self._client)
        report.notice = True

    def _beside(self, report: SyncReport, step: Callable[[], None], trouble: str) -> None:
        """A step that dossiers must not wait for: when the gateway refuses it or answers nonsense, that is told and the cycle goes
        on. A line that is down, a gateway that is busy and a device that is shut out still end the cycle; a program that is too old may
        still send what it holds."""
        try:
            step()
        except Refused as refused:
            if refused.status in (401, 403) or refused.code == "incarnation-forked":
                raise
            if refused.status != 426:  # the pull will say so
                report.problems.append(refused.message)
        except (Busy, HistoryDiverged):
            raise
        except NotReached as missed:
            if missed.link is not LinkState.SERVER_TROUBLE:
                raise
            report.problems.append(trouble)

    def _catalogue(self, report: SyncReport, hello: HelloReply) -> None:
        report.catalogue_changed = pull_catalogue(self._store, self._client, hello.catalogue_etag)

    def _push_all(self, report: SyncReport) -> bool:
        """Our agency first, then what is left for agencies served before. Trouble here is reported and the pull still runs, unless
        the link itself is gone. Returns whether the gateway failed on us."""
        try:
            with self._store.read() as reader:
                others = [part for part in reader.parts_waiting() if part != self.part]
            for part in (self.part, *others):
                self._push(part, report)
            report.pushed += push_carried(self._store, self._client, self.part, self._clock)
        except (ServerFailed, Alarm) as trouble:
            self._alarm(trouble, report)
            report.problems.append(trouble.sentence if isinstance(trouble, Alarm) else _PUSH_FAILED)
            return True
        except Refused as refused:
            if refused.status in (401, 403) or refused.code == "incarnation-forked":
                raise
            report.problems.append(refused.message)
        except (Busy, HistoryDiverged):
            raise
        except NotReached as missed:
            if missed.why != "reply-undecodable":
                raise
            report.problems.append(_NONSENSE)
            return True
        return False

    def _push(self, part: str, report: SyncReport) -> None:
        if self._stop.is_set() or report.more:
            return
        for pushed in self._pusher.batches(part, ahead=not self._small_first):
            report.pushed += len(pushed.results)
            report.refused += pushed.refused
            report.changed.update(pushed.touched)
            with self._store.read() as reader:
                self._client.positions = format_positions(reader.hi())
            if self._stop.is_set() or (pushed.results and all(r.s == "deferred" for r in pushed.results)):
                return
            if self._small_first:  # the first batch after a long outage; the rest when others had their turn
                self._small_first, report.more = False, True
                return

    def _alarm(self, trouble: NotReached, report: SyncReport) -> None:
        if isinstance(trouble, Alarm):
            with self._store.write() as unit:
                unit.count_alarm(trouble.what)

    def _salvage(self, report: SyncReport, hello: HelloReply) -> None:
        with self._store.read() as reader:
            before = reader.recovery()
        self._beside(report, lambda: salvage(self._store, self._client, self.part, hello, self._stop.is_set),
                     "Chưa gửi lại hết dữ liệu mà trung tâm đã mất khi khôi phục; máy tự gửi tiếp.")
        with self._store.read() as reader:
            report.notice |= reader.recovery() != before

    def _leave_former(self, report: SyncReport) -> None:
        """Copies of agencies this machine does not serve any more go when nothing of theirs is left to send."""
        with self._store.read() as reader:
            parts = [part for part in reader.parts_held() if part != self.part]
        for part in parts:
            gone = 1
            while gone and not self._stop.is_set():
                with self._store.write() as unit:
                    gone = unit.drop_part(part)
                report.moved |= bool(gone)

    def _merge_index(self) -> None:
        """Between two words of staff, after much was pulled: steps of some 30 ms, until somebody wants the store."""
        more = True
        while more and not self.wanted():
            with self._store.write() as unit:
                more = unit.merge_index()

    def _tidy(self, hello: HelloReply) -> None:
        """Once a day: forget acked ops that the gateway's off-site backup covers."""
        today = self._clock.now().date()
        with self._store.read() as reader:
            done = reader.meta_get("pruned_on") == today.isoformat()
        if done or hello.lost or hello.state != "normal":
            return
        durable = [Position(part, seq) for part, seq in durable_of(hello.durable).items()]
        with self._store.write() as unit:
            unit.prune_acked(durable, self._clock.now() - KEEP_ACKED)
            unit.meta_set("pruned_on", date.isoformat(today))
