"""Dossier numbers (sync.md §2.5): the online pool's number when there is one, else the lowest free number of this counter's
lane, else a provisional one. No number is ever printed twice, also not after a restored database or disk image."""

from __future__ import annotations

import json
from datetime import date, datetime
from functools import lru_cache

from msgspec.structs import replace

from counter_app.store.rows import Issued
from counter_app.store.session import Session, WriteSession
from counter_app.store.witness import Facts
from onestop.codes import format_code, format_provisional
from onestop.errors import UserError
from onestop.vntime import to_vn, vn_date
from onestop.wire import Lease, NumberReply

_LEASE = "lease, agency, lane, first, last, valid_from, valid_to, token"
_LEASES = f"SELECT {_LEASE} FROM lease"
_TAKEN = "SELECT 1 FROM code_issued WHERE code = ?1 UNION ALL SELECT 1 FROM dossier WHERE code = ?1 LIMIT 1"
_ISSUED = "INSERT INTO code_issued (code, entity, lease, date, n, at) VALUES (?, ?, ?, ?, ?, ?)"
#: A PC started again, or whose clock jumped against its monotonic one by more than this, may be a restored disk image.
JUMP_SECONDS = 120
#: Numbers a lane of 200 is meant to give a day (half its width) and the burst allowed at the start of a day.
CAPACITY, BURST = 100, 30


def time_floor(now: datetime) -> int:
    """How many numbers of a lane may have been used up to this time of the day: 30 at 07:00, 100 at 17:00. After a restart
    numbering goes on above it, so an image restored during the day cannot print a number again."""
    local = to_vn(now)
    minutes = local.hour * 60 + local.minute - 7 * 60
    return BURST + (CAPACITY - BURST) * min(max(minutes, 0), 600) // 600


class NumberingReads(Session):
    """What is known about numbers."""

    def leases(self, on: date | None = None) -> list[Lease]:
        """The lanes of this counter, main lane first; those valid ``on`` a date when given."""
        kept = self.kept()
        if kept.leases is None:
            kept.leases = sorted((_lease(*row) for row in self._all(_LEASES)), key=lambda x: (x.lane, x.valid_from, x.lease))
        return [x for x in kept.leases if on is None or x.valid_from <= on <= x.valid_to]

    def lane_room(self, on: date) -> int:
        """How many numbers the lanes still hold for this date (warn people before it is 0)."""
        used = self.store.facts(self)
        return sum(max(0, x.last - max(x.first - 1, used.used(x.lease, on.isoformat()))) for x in self.leases(on))

    def last_issued_date(self) -> date | None:
        """The newest date a number was issued for: the business date never goes back behind it."""
        day = self.store.facts(self).last_date()
        return date.fromisoformat(day) if day else None

    def beyond_floor(self) -> date | None:
        """The newest date more numbers were used for than an old image of this disk, put back that day and started offline, could be
        told apart from (`time_floor`)."""
        day = self.meta_get("beyond_floor")
        return date.fromisoformat(day) if day else None

    def clock_is_sure(self) -> bool:
        """Does the date come from the gateway (in this boot), or has a person confirmed it since the clock last moved?"""
        clock, raw = self.store.clock, self.meta_get("clock_confirmed")
        if clock.anchored():
            return True
        if not raw:
            return False
        boot, offset, _ = json.loads(raw)
        return boot == clock.boot_id() and abs(clock.wall().timestamp() - clock.monotonic() - offset) <= JUMP_SECONDS

    def last_contact(self) -> datetime | None:
        """The newest moment the gateway itself told us."""
        raw = self.meta_get("last_contact")
        return datetime.fromisoformat(raw) if raw else None


class Claiming(WriteSession):
    """Write issued numbers down."""

    #: Numbers issued in this transaction that are not written yet: with the dossier that takes one, else before the commit.
    unclaimed: dict[str, tuple[str | None, str, int, int]]

    def claim(self, code: str, entity: str) -> bool:
        """Write down the issued number ``code`` with the dossier it went to (empty: none yet). False: it was not issued in this
        transaction, or is written already."""
        row = self.unclaimed.pop(code, None)
        if row is not None:
            self._run(_ISSUED, code, entity, *row)
        return row is not None

    def claim_rest(self) -> None:
        """Numbers no dossier took in this transaction."""
        for code in list(self.unclaimed):
            self.claim(code, "")


class Numbering(NumberingReads, Claiming):
    """Issue numbers and keep lanes."""

    #: What the witness is told before this transaction commits; None: no number was issued in it.
    numbers: Facts | None

    def issue_code(self, now: datetime, *, online: NumberReply | None = None) -> Issued:
        """The number for a dossier received ``now`` (trusted time). It counts as used once this transaction commits; a crash
        before that skips it.

        Raises UserError ``not-enrolled``; StoreFault ``disk-full`` before anything is promised.
        """
        self.store.reserve.require()
        enrolment = self.enrolment()
        if enrolment is None:
            raise UserError("not-enrolled", "Máy này chưa được đăng ký với hệ thống. Hãy chạy lệnh đăng ký (init) trước.")
        facts = self.numbers or self.store.facts(self)
        today = vn_date(self.store.clock.now())
        ahead = facts.last_date() > today.isoformat() and self.clock_is_sure()
        if ahead:  # a clock that stood in the future does not keep the counter there: dates go back, once, as a new era
            facts = facts.back_in_time()
        day = max(vn_date(now), today) if ahead else max(vn_date(now), date.fromisoformat(facts.last_date() or "0001-01-01"))
        iso = day.isoformat()
        if online is not None and (online.date.isoformat(), online.number) > facts.online and not self._taken(online.code):
            self.numbers = replace(facts, online=(online.date.isoformat(), online.number))
            self._issued(online.code, None, online.date.isoformat(), online.number, now)
            return Issued(online.code, None, None, online.date)
        if enrolment.settings.numbering == "lane":
            floor = time_floor(now) if ahead or self._may_be_an_image() else 0
            for lease in self.leases(day):
                n = max(lease.first + floor, facts.used(lease.lease, iso) + 1)
                while n <= lease.last and self._taken(code := format_code(lease.agency, day, n, enrolment.settings.code_digits)):
                    n += 1
                if n > lease.last:
                    continue
                self.numbers = replace(facts, lanes={**facts.lanes, lease.lease: (iso, n)})
                self._issued(code, lease.lease, iso, n, now)
                self._note_boot()
                guaranteed = n - lease.first < time_floor(now)
                if not guaranteed and self.beyond_floor() != day:
                    self.meta_set("beyond_floor", iso)
                return Issued(code, None, lease.lease, day, guaranteed=guaranteed)
        n = facts.provisional[1] + 1 if facts.provisional[0] == iso else 1
        while self._taken(code := format_provisional(enrolment.device, day, n)):
            n += 1
        self.numbers = replace(facts, provisional=(iso, n))
        self._issued(code, None, iso, n, now)
        return Issued(None, code, None, day)

    def drop_leases(self) -> None:
        """Use none of the lanes held so far, and no number fetched beforehand."""
        self._run("DELETE FROM lease")
        self.kept().leases = None
        self.meta_set("spare_number", "")

    def confirm_clock(self, by: str) -> None:
        """A person says the PC's clock is right, for as long as it runs on undisturbed in this boot."""
        clock = self.store.clock
        self.meta_set("clock_confirmed", json.dumps([clock.boot_id(), clock.wall().timestamp() - clock.monotonic(), by]))

    def save_leases(self, leases: list[Lease]) -> None:
        """The lanes the gateway granted (all that are still valid come again with each reply); expired ones are dropped. Their
        signatures were checked by the caller."""
        self._many(
            f"INSERT OR REPLACE INTO lease ({_LEASE}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            [(x.lease, x.agency, x.lane, x.first, x.last, x.valid_from.isoformat(), x.valid_to.isoformat(), x.token) for x in leases],
        )
        self._run("DELETE FROM lease WHERE valid_to < ?", vn_date(self.store.clock.now()).isoformat())
        self.kept().leases = None
        if not self.meta_get("number_boot"):
            self._note_boot()  # granted in this boot: no older image can know this lane

    def _taken(self, code: str) -> bool:
        return code in self.unclaimed or self._one(_TAKEN, code) is not None

    def _issued(self, code: str, lease: str | None, day: str, n: int, now: datetime) -> None:
        self.unclaimed[code] = lease, day, n, int(now.timestamp())

    def _may_be_an_image(self) -> bool:
        """Was the PC started, or its clock moved, since the last number? Then only the time of day is a safe floor."""
        clock, raw = self.store.clock, self.meta_get("number_boot")
        if not raw:
            return True
        boot, offset = _boot(raw)
        return boot != clock.boot_id() or abs(clock.wall().timestamp() - clock.monotonic() - offset) > JUMP_SECONDS

    def _note_boot(self) -> None:
        """Written only when it says something new: saving has a budget."""
        clock, raw = self.store.clock, self.meta_get("number_boot")
        boot, offset = _boot(raw) if raw else ("", 0.0)
        current = clock.wall().timestamp() - clock.monotonic()
        if boot != clock.boot_id() or abs(current - offset) > 5:
            self.meta_set("number_boot", json.dumps([clock.boot_id(), current]))


@lru_cache(maxsize=64)
def _lease(lease: str, agency: str, lane: int, first: int, last: int, valid_from: str, valid_to: str, token: str) -> Lease:
    return Lease(
        lease=lease,
        agency=agency,
        lane=lane,
        first=first,
        last=last,
        valid_from=date.fromisoformat(valid_from),
        valid_to=date.fromisoformat(valid_to),
        token=token,
    )


@lru_cache(maxsize=4)
def _boot(raw: str) -> tuple[str, float]:
    boot, offset = json.loads(raw)
    return boot, offset
