"""How an invented dossier writes its history: each step as the event that the real op would write (``onestop.apply``)."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from central_gateway.demo.published import Version
from central_gateway.demo.slips import SlipBook
from central_gateway.demo.timeline import Timeline
from onestop.model import Dossier, Event, FeeEntry, Supplement

#: Older handovers than this many worked days carry no slip: their slips were purged long ago.
SLIP_DAYS = 25


class Present(Exception):
    """The next step lies in the future: the dossier stands where it stands."""


@dataclass(slots=True)
class Desk:
    """What the lives at one counter share."""

    rng: random.Random
    timeline: Timeline
    slips: SlipBook
    uid: Callable[[datetime], str]
    agency: str
    device: int
    staff: dict[str, str]
    off_day_returns: int = 0


class History:
    """One dossier's past so far. ``first`` is the dossier as received, without events; ``at`` the moment of the last event."""

    def __init__(self, desk: Desk, version: Version, first: Dossier) -> None:
        self.desk, self.version, self.rng, self.line = desk, version, desk.rng, desk.timeline
        self.at = first.received_at
        self.first = first
        self.changed: dict[str, Any] = {}
        self.events: list[Event] = []
        self.fees = list(first.fees)
        self.prints: dict[str, int] = {}
        self.status = first.status
        self.due = first.due_at
        self.supplements: list[Supplement] = []
        self.recent = self.line.index[first.received_at.date()] >= self.line.past - SLIP_DAYS

    def _collect(self, fee: FeeEntry, at: datetime) -> None:
        by = self.desk.staff["thu"]
        number = f"{self.rng.randint(0, 9_999_999):07d}"
        method = "cash" if self.rng.random() < 0.55 else "transfer"
        self.fees.append(replace(fee, id=self.desk.uid(at), entry="collected", method=method, receipt_no=number, at=at, by=by))
        self._event("fee-collected", at, by, code=fee.code, amount=fee.amount)

    def _print(self, form: str, minutes: int = 0) -> None:
        at = self.at + timedelta(seconds=45) if not minutes else self._later(minutes)
        copy = self.prints.get(form, 0) + 1
        self._event("print", at, self.events[-1].by, form=form, copy_no=copy)
        self.prints[form] = copy

    def _move(self, action: str, at: datetime, by: str, to: int, reason: str = "", **facts: Any) -> None:
        self._need(at)
        origin = self.status
        if "holder" in facts:
            self.changed["holder"] = facts["holder"]
        self._event(action, at, by, reason, **{"from": origin, "to": to}, **{k: v for k, v in facts.items() if v})
        self.status = to

    def _event(self, kind: str, at: datetime, by: str, reason: str = "", **facts: Any) -> None:
        self._need(at)
        self.at = max(at, self.at)
        self.events.append(Event(id=self.desk.uid(at), kind=kind, at=at, by=by, device=self.desk.device, reason=reason, facts=facts))

    def _later(self, minutes: int) -> datetime:
        return self.line.later(self.at, minutes)

    def _need(self, at: datetime) -> None:
        if at > self.line.now:
            raise Present
