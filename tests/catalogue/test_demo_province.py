"""The generated province: every history is what real ops would have written, every code unique, every person invented."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections import Counter, defaultdict
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from central_gateway.demo.dossiers import build, generate
from central_gateway.demo.people import People, Place
from onestop.apply import apply
from onestop.calendar import load_calendar
from onestop.codec import encode
from onestop.codes import load_code_book, parse_provisional, parse_slip_number
from onestop.deadline import Limit, compute_due
from onestop.model import Dossier, Event, Supplement
from onestop.ops import AssignCode, Change, Correct, Create, Extend, Op, Printed, RecordFee, Transition
from onestop.rights import allowed
from onestop.states import State, is_final
from onestop.vntime import VN_TZ

RESOURCES = Path(__file__).resolve().parents[2] / "resources"
CALENDAR = load_calendar(RESOURCES / "calendar" / "vn-2026-2027.json")
FRIDAY = datetime(2026, 11, 20, 10, 40, tzinfo=VN_TZ)
SUNDAY = datetime(2026, 11, 22, 19, 0, tzinfo=VN_TZ)


def load(name: str):
    import json

    return json.loads((RESOURCES / "catalogue" / "demo" / f"{name}.json").read_text("utf-8"))


STAFF = {s["id"]: s for s in load("staff")}
PROCEDURES = {(p["code"], p["version"]): p for p in load("procedures")}


@pytest.fixture(scope="module")
def province():
    return build(7, 20_000, FRIDAY)


def digest(dossiers) -> str:
    total = hashlib.sha256()
    for dossier in dossiers:
        total.update(encode(dossier))
    return total.hexdigest()


def ops_of(dossier: Dossier) -> list[Op]:
    """The ops that a desk would have sent for this history."""
    fees = [fee for fee in dossier.fees if fee.at != dossier.received_at]
    asked = 0
    ops = []
    for i, e in enumerate(dossier.events):
        asked += e.kind == "supplement-ask"
        supplement = dossier.supplements[asked - 1] if asked else None
        ops.append(Op(op=e.id, dseq=i, entity=dossier.id, kind="", base=None, at=e.at, by=e.by, device=e.device,
                      data=payload(dossier, e, fees, supplement)))
    return ops


def payload(dossier: Dossier, event: Event, fees: list, supplement: Supplement | None):
    facts = event.facts
    match event.kind:
        case "receive":
            online = dossier.channel == "online"
            return Create(dossier=replace(
                dossier, code=None if dossier.provisional_code else dossier.code, events=(), prints={}, version=0, supplements=(),
                result=None, returned=None, status=1 if online else 2, holder="" if online else dossier.agency,
                due_at=dossier.original_due_at, fees=tuple(fee for fee in dossier.fees if fee.at == dossier.received_at),
                postal_codes=dossier.postal_codes[:1] if dossier.channel == "post" else ()))
        case "print":
            return Printed(form=facts["form"], copy_no=facts["copy_no"])
        case "code-assigned":
            return AssignCode(code=facts["code"])
        case "correct":
            return Correct(reason=event.reason, changes={path: Change(old=None, new=now(dossier, path)) for path in facts["fields"]})
        case "fee-collected":
            return RecordFee(entry=fees.pop(0))
        case "extend":
            before = supplement.due_after if supplement and supplement.answered_at else dossier.original_due_at or accepted_due(dossier)
            return Extend(old_due_at=before, new_due_at=dossier.due_at, reason=event.reason, approver=facts["approver"])
    extra = {
        "accept": {"due_at": accepted_due(dossier)},
        "supplement-ask": {"supplement": supplement and replace(supplement, answered_at=None, due_after=None)},
        "supplement-in": {"supplement": supplement, "due_at": supplement and supplement.due_after},
        "result": {"result": dossier.result}, "return": {"returned": dossier.returned},
    }.get(event.kind, {})
    holder = "" if event.kind == "return" else facts.get("holder")
    return Transition(action=event.kind, from_status=facts["from"], to_status=facts["to"], reason=event.reason, holder=holder,
                      slip=facts.get("slip", ""), **extra)


def now(dossier: Dossier, path: str):
    return dossier.set_count if path == "set_count" else getattr(dossier.owner, path.removeprefix("owner."))


def accepted_due(dossier: Dossier):
    at = next((e.at for e in dossier.events if e.kind == "accept"), None)
    return at and compute_due(at, Limit(dossier.limit_value, dossier.limit_unit), CALENDAR).due_at


@pytest.mark.parametrize("moment", [FRIDAY, SUNDAY, datetime(2026, 12, 31, 16, 59, tzinfo=VN_TZ)])
def test_every_history_is_what_the_ops_would_have_written(moment):
    for dossier in build(3, 2500, moment).dossiers:
        state = None
        for op in ops_of(dossier):
            done = apply(state, op)
            assert done.status in ("applied", "merged"), (done.code, dossier.code)
            state = replace(done.state, version=op.dseq + 1)
        assert state == dossier


def test_states_of_the_whole_province(province):
    states = Counter(d.status for d in province.dossiers)
    assert len(province.dossiers) == 20_000
    assert set(states) == set(range(1, 11))
    assert states[State.RETURNED] > 17_000 and states[State.DONE] > 100 and states[State.PROCESSING] > 150
    for agency in ("H32.01", "H32.15", "H32.27", "H32.38"):
        here = [d for d in province.dossiers if d.agency == agency]
        open_ones = [d for d in here if d.status in (2, 4) and d.due_at]
        assert any(d.received_at.date() == FRIDAY.date() for d in here)
        assert any(d.due_at.date() == FRIDAY.date() for d in open_ones)
        assert any(d.due_at < FRIDAY for d in open_ones)
        assert sum(d.status == State.DONE for d in here) > 10
    assert {d.channel for d in province.dossiers} == {"counter", "online", "online-assisted", "post"}
    assert {d.return_method for d in province.dossiers} == {"counter", "post", "online"}
    assert {d.limit_unit for d in province.dossiers} == {"workday", "day", "hour", "same-day"}
    assert len({d.procedure_code for d in province.dossiers}) >= 90
    assert any((d.due_at or FRIDAY) > (d.original_due_at or FRIDAY) for d in province.dossiers)


def test_a_sunday_has_something_due_too():
    dossiers = build(7, 20_000, SUNDAY).dossiers
    assert not any(d.received_at.date() == SUNDAY.date() for d in dossiers)
    promised = [d for d in dossiers if d.due_at and d.due_at.date() == SUNDAY.date()]
    assert promised and all(d.events[-1].kind == "extend" and d.status == State.PROCESSING for d in promised)
    assert set(Counter(d.status for d in dossiers)) == set(range(1, 11))


def test_codes(province):
    book = load_code_book(RESOURCES / "codes" / "patterns.json", {"H32.01", "H32.15", "H32.27", "H32.38"})
    codes = [d.code for d in province.dossiers]
    assert len(set(codes)) == len(codes)
    numbers = defaultdict(list)
    for dossier in province.dossiers:
        parsed = book.parse(dossier.code, today=FRIDAY.date())
        assert parsed and not parsed.warnings and parsed.form == "transition"
        assert (parsed.agency, parsed.date) == (dossier.agency, dossier.received_at.date())
        assert 1 <= parsed.number <= 1999
        numbers[parsed.agency, parsed.date].append(parsed.number)
        assert CALENDAR.is_working_day(parsed.date) or parsed.date.year < 2026
        if dossier.provisional_code:
            assert dossier.agency == "H32.38" and parse_provisional(dossier.provisional_code).device == 904
    assert all(values == list(range(1, len(values) + 1)) for values in numbers.values())
    assert sum(d.provisional_code is not None for d in province.dossiers) > 50
    assert max(map(len, numbers.values())) < 200


def test_dossiers_follow_their_procedure_version(province):
    for dossier in province.dossiers:
        version = PROCEDURES[dossier.procedure_code, dossier.procedure_version]
        day = dossier.received_at.date().isoformat()
        assert version["valid_from"] <= day <= (version["valid_to"] or "9999")
        assert not version["authoritative_system"] and dossier.agency in version["agencies"]
        assert dossier.procedure_name == version["name"] and dossier.sector == version["field"]
        assert dossier.return_method in version["return_methods"]
        assert {c["code"] for c in version["components"] if c["required"]} <= {c.code for c in dossier.components}
        assert {f.code for f in dossier.fees} == {f["code"] for f in version["fees"]}


def test_due_dates_are_the_rules_own(province):
    for dossier in province.dossiers[::7]:
        limit = Limit(dossier.limit_value, dossier.limit_unit)
        if dossier.channel != "online":
            assert dossier.original_due_at == compute_due(dossier.received_at, limit, CALENDAR).due_at
        else:
            assert dossier.original_due_at is None
        assert (dossier.due_at is None) == (not any(e.kind == "accept" for e in dossier.events) and dossier.channel == "online")


def test_events_are_in_order_and_by_people_who_may(province):
    kinds = {"receive": "dossier.create", "print": "print.record", "fee-collected": "fee.record", "extend": "deadline.extend",
             "correct": "dossier.correct", "code-assigned": "code.assign"}
    ids = set()
    for dossier in province.dossiers:
        times = [e.at for e in dossier.events]
        assert times == sorted(times) and times[-1] <= FRIDAY and times[0] == dossier.received_at
        assert all((7, 0) <= (t.hour, t.minute) <= (17, 0) and not (11, 31) < (t.hour, t.minute) < (13, 0) for t in times)
        assert dossier.version == len(dossier.events)
        ids.update(e.id for e in dossier.events)
        for event in dossier.events:
            person = STAFF[event.by]
            assert person["agency"] == dossier.agency
            kind = kinds.get(event.kind, "status.transition")
            assert allowed(person["roles"], kind, event.kind if kind == "status.transition" else ""), event.kind
    assert len(ids) == sum(len(d.events) for d in province.dossiers)
    assert {len(d.id) for d in province.dossiers} == {32} and len({d.id for d in province.dossiers}) == 20_000


def test_slips(province):
    dossiers = {d.id: d for d in province.dossiers}
    numbers = [s.number for s in province.slips]
    assert len(set(numbers)) == len(numbers)
    assert {s.direction for s in province.slips} == {"out", "back", "post"}
    used = defaultdict(set)
    for slip in province.slips:
        parsed = parse_slip_number(slip.number)
        assert parsed and parsed.agency == slip.agency and parsed.date == slip.made_at.date()
        assert slip.lines and [line.seq for line in slip.lines] == list(range(1, len(slip.lines) + 1))
        assert slip.version == len(slip.events) and slip.made_at <= FRIDAY
        assert (slip.status == "confirmed") == (slip.confirmed_at is not None)
        for line in slip.lines:
            dossier = dossiers[line.dossier]
            assert line.code == dossier.code and dossier.agency == slip.agency
            used[slip.number].add(line.dossier)
            if slip.status == "open" and slip.direction == "out":
                assert dossier.status == State.ACCEPTED
    for dossier in province.dossiers:
        for event in dossier.events:
            if number := event.facts.get("slip"):
                assert dossier.id in used[number]


def test_slips_still_open_at_the_right_minute():
    slips = build(7, 20_000, datetime(2026, 11, 20, 15, 33, tzinfo=VN_TZ)).slips
    opened = [s for s in slips if s.status == "open"]
    assert opened and all(line.state == "sent" for s in opened for line in s.lines)


def test_money(province):
    for dossier in province.dossiers:
        for fee in dossier.fees:
            assert fee.entry in ("due", "collected") and fee.at and fee.at <= FRIDAY
        collected = {f.code for f in dossier.fees if f.entry == "collected"}
        if dossier.status == State.RETURNED:
            assert collected >= {f.code for f in dossier.fees if f.moment in (1, 4) and f.amount}
        if is_final(dossier.status):
            assert dossier.holder in ("", dossier.agency) or dossier.status == State.STOPPED


def test_same_seed_same_bytes():
    first, again = build(11, 1500, FRIDAY), build(11, 1500, FRIDAY)
    assert digest(first.dossiers) == digest(again.dossiers) == digest(generate(11, 1500, FRIDAY))
    assert digest(first.slips) == digest(again.slips)
    assert digest(build(12, 1500, FRIDAY).dossiers) != digest(first.dossiers)


@pytest.mark.parametrize("count", [1, 4, 50, 300])
def test_small_provinces(count):
    assert len(build(1, count, SUNDAY).dossiers) == count


def test_people_are_well_formed(province):
    import random

    people = People(random.Random(5), 2026)
    seen = [people.person(Place("xã Diên Khánh", True)) for _ in range(3000)]
    assert len({p.id_no for p in seen}) == 3000
    for person in seen:
        assert re.fullmatch(r"\d{12}", person.id_no)
        born = int(person.dob[:4])
        assert int(person.id_no[3]) == (born - 1900) // 100 * 2 + (person.gender == "female")
        assert person.id_no[4:6] == f"{born % 100:02d}" and 18 <= 2026 - born <= 86
        assert 2 <= len(person.name.split()) <= 5
    owners = [d.owner for d in province.dossiers]
    for owner in owners:
        assert owner.phone.startswith("0100") and len(owner.phone) == 10
        assert owner.name == unicodedata.normalize("NFC", owner.name)
        assert owner.email is None or owner.email.endswith("@example.com")
    weights = (31, 29, 23, 19, 17, 13, 7, 5, 3)
    firms = [o for o in owners if o.kind == "organisation"]
    assert len(firms) > 500
    assert all(10 - sum(int(d) * w for d, w in zip(f.id_no, weights, strict=False)) % 11 == int(f.id_no[9]) for f in firms)
    assert 0.4 < sum(o.gender == "female" for o in owners) / (len(owners) - len(firms)) < 0.65
