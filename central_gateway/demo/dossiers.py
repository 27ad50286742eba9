"""Some 20,000 invented dossiers of a whole province in all national states, the same for the same seed and moment.

Numbers are those of the online pool (0001–1999), contiguous per counter and day; due dates are the real ones
(``onestop.deadline``); every history is one that the desk could have written.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from central_gateway.demo import words
from central_gateway.demo.history import Desk
from central_gateway.demo.life import Life
from central_gateway.demo.people import People, Place, postal_item
from central_gateway.demo.published import CALENDAR_FILE, Menu, Version, counters, read
from central_gateway.demo.slips import SlipBook
from central_gateway.demo.timeline import Timeline
from onestop.calendar import load_calendar
from onestop.codes import format_code, format_provisional
from onestop.model import Component, Dossier, FeeEntry, Party, Slip, Submitter
from onestop.vntime import VN_TZ, utc_now

SEED = 20261122
COUNT = 20_000
LAST_ONLINE = 1999
#: Desk numbers of the invented past; far from those a gateway gives to real counters.
DEVICES = {"H32.01": 901, "H32.15": 902, "H32.27": 903, "H32.38": 904}
_SHARES = {"H32.01": 0.28, "H32.15": 0.42, "H32.27": 0.18, "H32.38": 0.12}
_COMMUNES = {
    "H32.01": ("phường Bắc Nha Trang", "phường Tây Nha Trang", "xã Cam Lâm", "phường Ninh Hòa"), "H32.15": ("phường Nha Trang",),
    "H32.27": ("xã Diên Khánh",), "H32.38": ("xã Vạn Ninh",),
}
_FIRMS = {"DN", "GT", "MT", "CG", "VH", "TS"}
_MIXED = {"XD", "VL", "YT", "NN", "QH"}
#: The last days were busy ones, latest first: a demonstration shows work in hand.
_RUSH = (2.4, 2.2, 1.8, 1.4)
_WEEKDAY = (1.3, 1.1, 1.0, 1.0, 0.9, 0.6, 0.5)


@dataclass(frozen=True, slots=True)
class Province:
    """What was generated."""

    dossiers: tuple[Dossier, ...]
    slips: tuple[Slip, ...]


def generate(seed: int = SEED, count: int = COUNT, now: datetime | None = None) -> Iterator[Dossier]:
    """The dossiers alone, counter after counter in the order of reception. See ``build``."""
    return iter(build(seed, count, now).dossiers)


def build(seed: int = SEED, count: int = COUNT, now: datetime | None = None) -> Province:
    """``count`` dossiers received up to ``now`` (default: the present) and the slips they travelled on.

    The days go back some 14 months; fewer dossiers come from fewer days, so that a small province still looks alive.
    Raises ValueError where a day would need more numbers than the online pool has.
    """
    now = (now or utc_now()).astimezone(VN_TZ).replace(microsecond=0)
    rng = random.Random(f"{seed}/{count}")
    back = max(12, min(295, count // 10))
    timeline = Timeline(load_calendar(CALENDAR_FILE), now, back)
    people = People(rng, now.year)
    dossiers: list[Dossier] = []
    slips: list[Slip] = []
    left = count
    for counter in counters():
        agency = counter["id"]
        share = left if counter is counters()[-1] else round(count * _SHARES[agency])
        left -= share
        here = _Counter(rng, timeline, people, agency)
        dossiers += here.receive(share)
        slips += here.desk.slips.slips()
    return Province(tuple(dossiers), tuple(slips))


class _Counter:
    """One counter's past."""

    def __init__(self, rng: random.Random, timeline: Timeline, people: People, agency: str) -> None:
        staff = [s for s in read("staff") if s["agency"] == agency]
        names = {s["id"]: s["name"] for s in staff}
        self.rng, self.timeline, self.people, self.agency = rng, timeline, people, agency
        self.menu = Menu(agency)
        self.provisional = next(c for c in counters() if c["id"] == agency)["numbering"] == "provisional"
        self.places = tuple(Place(c, c.startswith("xã")) for c in _COMMUNES[agency])
        self.known: list[Party] = []
        book = SlipBook(rng, people, agency, DEVICES[agency], names, timeline.now, self.uid)
        self.desk = Desk(rng=rng, timeline=timeline, slips=book, uid=self.uid, agency=agency, device=DEVICES[agency],
                         staff={s["username"].partition(".")[0]: s["id"] for s in staff})

    def uid(self, at: datetime) -> str:
        """A UUIDv7 whose random part comes from the seed."""
        bits = self.rng.getrandbits(74)
        ms = int(at.timestamp() * 1000)
        return f"{ms << 80 | 0x7 << 76 | (bits >> 62) << 64 | 0b10 << 62 | bits & 0x3FFF_FFFF_FFFF_FFFF:032x}"

    def receive(self, share: int) -> Iterator[Dossier]:
        for i, arrivals in self._arrivals(share):
            day = self.timeline.days[i]
            if len(arrivals) > LAST_ONLINE:
                raise ValueError("more dossiers a day than the online pool has numbers")
            unknown = 0
            for number, second in enumerate(arrivals, 1):
                received = self.timeline.moment(i, second // 60, second % 60)
                version = self.menu.choose(self.rng, day)
                code, provisional = format_code(self.agency, day, number), None
                if self.provisional and self.rng.random() < 0.1:
                    unknown += 1
                    provisional = format_provisional(self.desk.device, day, unknown)
                yield Life(self.desk, version, self._first(version, received, code, provisional)).lived()

    def _arrivals(self, share: int) -> Iterator[tuple[int, list[int]]]:
        """For each worked day the seconds at which people came, none later than now."""
        rng, line = self.rng, self.timeline
        limit = line.now.hour * 3600 + line.now.minute * 60 + line.now.second - 90
        weights = [_WEEKDAY[line.days[i].weekday()] * rng.uniform(0.75, 1.25) for i in range(line.past)]
        for back, more in enumerate(_RUSH, 1):
            weights[-back] *= more
        if line.works_today():
            weights[-1] *= min(1.0, max(0.0, (limit - 7 * 3600) / (9.5 * 3600)))
        for i, n in sorted(Counter(rng.choices(range(line.past), weights, k=share)).items()):
            seconds = []
            today = i == line.past - 1 and line.works_today()
            while len(seconds) < n:
                second = line.arrival(rng)
                seconds.append(second if not today or second <= limit else rng.randint(7 * 3600, max(7 * 3600 + 1, limit)))
            yield i, sorted(seconds)

    def _first(self, version: Version, received: datetime, code: str, provisional: str | None) -> Dossier:
        rng, data, agency = self.rng, version.data, self.agency
        identity = self.uid(received)
        by = self.desk.staff["lan" if rng.random() < 0.6 else "hoa"]
        place = rng.choice(self.places)
        owner = self._owner(data["field_id"], place, local=bool(data["by_counter"]))
        methods = data["return_methods"]
        channel = self._channel(methods) if provisional is None else "counter"
        pick = rng.random()
        method = "post" if pick < 0.12 and "post" in methods else "online" if pick < 0.2 and "online" in methods else "counter"
        other = self._submitter(owner, place, received, in_person=methods == ["counter"])
        limit = data["limit"]
        due = None if channel == "online" else self.timeline.due(received, limit["value"], limit["unit"])
        subject = (words.land_subject(rng.randint(1, 900), rng.randint(1, 80), place.commune) if data["field_id"] in ("DD", "XD") else "")
        return Dossier(
            id=identity, agency=agency, code=code, provisional_code=provisional, competent_agency=version.competent_agency,
            procedure_code=data["code"], procedure_version=data["version"], procedure_name=data["name"], sector=data["field"],
            channel=channel, owner=owner, submitter=other, subject=subject,  # type: ignore[arg-type]
            set_count=1 if rng.random() < 0.9 else 2, components=_components(data["code"], data["version"], rng.getrandbits(3)),
            fees=self._fees(data, by, received), return_method=method, return_address=owner.address if method == "post" else "",  # type: ignore[arg-type]
            postal_codes=(postal_item(rng),) if channel == "post" else (), received_at=received, received_by=by, due_at=due,
            original_due_at=due, limit_value=limit["value"],
            limit_unit=limit["unit"], status=1 if channel == "online" else 2, holder="" if channel == "online" else agency,
        )

    def _channel(self, methods: list[str]) -> str:
        pick = self.rng.random()
        if "post" not in methods:
            return "counter"
        return "counter" if pick < 0.6 else "online" if pick < 0.8 else "online-assisted" if pick < 0.95 else "post"

    def _owner(self, field: str, place: Place, *, local: bool) -> Party:
        rng = self.rng
        if field in _FIRMS or (field in _MIXED and not local and rng.random() < 0.6):
            return self.people.organisation(place)
        if self.known and rng.random() < 0.3:
            return rng.choice(self.known)
        self.known.append(self.people.person(place))
        return self.known[-1]

    def _submitter(self, owner: Party, place: Place, received: datetime, *, in_person: bool) -> Submitter | None:
        """Somebody else than the owner; never where the law wants the owner in person (marriage, a will)."""
        rng = self.rng
        if in_person or rng.random() > (0.8 if owner.kind == "organisation" else 0.14):
            return None
        person = self.people.person(place)
        day = received - timedelta(days=rng.randint(0, 20))
        paper = "Giấy giới thiệu" if owner.kind == "organisation" else "Giấy ủy quyền"
        return Submitter(name=person.name, id_no=person.id_no, phone=person.phone, address=person.address,
                         authority=f"{paper} ngày {day:%d/%m/%Y}")

    def _fees(self, data: dict, by: str, at: datetime) -> tuple[FeeEntry, ...]:
        rows = []
        for fee in data["fees"]:
            due = FeeEntry(id=self.uid(at), kind=fee["kind"], code=fee["code"], name=fee["name"], amount=fee["amount"],
                           moment=fee["moment"], at=at, by=by)
            rows.append(due)
            if fee["moment"] == 1 and fee["amount"]:
                rows.append(FeeEntry(id=self.uid(at), kind=due.kind, code=due.code, name=due.name, amount=due.amount, moment=1,
                                     entry="collected", method="cash" if self.rng.random() < 0.5 else "transfer",
                                     receipt_no=f"{self.rng.randint(0, 9_999_999):07d}", at=at, by=by))
        return tuple(rows)


@cache
def _components(code: str, version: int, extra: int) -> tuple[Component, ...]:
    """What lay on the desk: all required papers and some of the others."""
    data = next(p for p in read("procedures") if p["code"] == code and p["version"] == version)
    return tuple(Component(code=c["code"], name=c["name"], originals=c["originals"], copies=c["copies"])
                 for i, c in enumerate(data["components"]) if c["required"] or extra >> i % 3 & 1)
