"""Steps that dossiers must not wait for: sign-ins judged here are told to the centre, lanes are renewed."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from counter_app.sync.client import GatewayClient
from counter_app.sync.errors import Busy, NotReached
from counter_app.sync.lanes import checked
from onestop.ids import uuid7_hex
from onestop.wire import HelloReply, LeaseReply, LeaseRequest

if TYPE_CHECKING:
    from counter_app.runtime.clock import Clock
    from counter_app.store.engine import Store

#: A lane is renewed when less than this is left of it (it is given for 60 days).
RENEW_BEFORE = timedelta(days=45)
#: An agency may have no more lanes to give: asked again after this long, not with every cycle.
ASK_LANES_SECONDS = 600.0
#: So few numbers left in all lanes for today: while there is a network, one more lane for today is asked for.
FEW_LEFT = 20
_PRESENTED = "lanes_presented"


def report_sign_ins(store: Store, client: GatewayClient) -> None:
    """Failures and lock-outs that happened here while offline count at the centre too."""
    with store.read() as reader:
        reports = reader.sign_in_reports()
    if reports:
        client.call("POST", "/v1/staff/reports", list, body=[report for _, report in reports], deadline=15.0)
        with store.write() as unit:
            unit.sign_in_reported(reports[-1][0])


class Lanes:
    """Keep two lanes far into the future; show a restored gateway those it may have forgotten."""

    def __init__(self, store: Store, client: GatewayClient, clock: Clock) -> None:
        self._store, self._client, self._clock = store, client, clock
        self._ask_after = 0.0

    def renew(self, hello: HelloReply) -> None:
        """Ask when less than ``RENEW_BEFORE`` is left, when hardly a number of today is, and once in each new life of the gateway (which
        then may have to learn that they exist, and grants nothing before). Raises NotReached, Refused."""
        if hello.settings.numbering != "lane":
            return
        today = self._clock.now().date()
        with self._store.read() as reader:
            held = [lease for lease in reader.leases() if lease.valid_to >= today]
            enrolment, presented = reader.enrolment(), reader.meta_get(_PRESENTED)
            room = reader.lane_room(today)
        standing = [lease.valid_to for lease in held if lease.valid_from != lease.valid_to]
        enough = len(standing) >= 2 and min(standing) - today >= RENEW_BEFORE
        known = presented in (None, str(hello.epoch)) or not held
        recovering = hello.state == "recovering"
        extra = enough and room < FEW_LEFT
        if (known and ((enough and not extra) or recovering or self._clock.monotonic() < self._ask_after)) or enrolment is None:
            if presented is None:
                self._presented(hello.epoch)
            return
        not_before, self._ask_after = self._ask_after, self._clock.monotonic() + ASK_LANES_SECONDS
        try:
            reply = self._client.call("POST", "/v1/leases", LeaseReply, deadline=10.0,
                                      body=LeaseRequest(op=uuid7_hex(), held=[lease.token for lease in held], extra=extra))
        except NotReached as missed:
            self._ask_after = not_before  # no answer: the next cycle asks again
            if isinstance(missed, Busy) and recovering:
                self._presented(hello.epoch)  # seen and written down; it gives none before it has recovered
                return
            raise
        genuine = checked(reply.leases, enrolment)
        with self._store.write() as unit:
            unit.save_leases(genuine)
        if len(genuine) > len(held):
            self._ask_after = not_before  # it had some to give
        self._presented(hello.epoch)

    def _presented(self, epoch: int) -> None:
        with self._store.write() as unit:
            unit.meta_set(_PRESENTED, str(epoch))
