"""A desk that used up both its lanes gets one more for the day while it has a network, before papers have to say "TN"."""

from __future__ import annotations

import msgspec

from tests.sync.test_counters import sync
from tests.sync.test_push_trouble import take_in


def test_one_more_lane_for_today_before_numbers_are_provisional(gateway, counter) -> None:
    station = counter()
    sync(station)
    day = station.desk.today()
    with station.store.write() as unit:
        main = unit.leases()
        facts = unit.store.facts(unit)
        unit.numbers = msgspec.structs.replace(facts, lanes={x.lease: (day.isoformat(), x.last - 1) for x in main})
    gateway.stop()
    used = [take_in(station) for _ in main]
    assert all(dossier.code for dossier in used) and take_in(station).provisional_code
    gateway.start()
    sync(station)
    with station.store.read() as reader:
        extra = [x for x in reader.leases() if x.lease not in {m.lease for m in main}]
        assert len(main) == 2 and [(x.valid_from, x.valid_to) for x in extra] == [(day, day)]
        assert reader.lane_room(day) == 200
    gateway.stop()
    dossier = take_in(station)
    assert extra[0].first <= int(dossier.code.rpartition("-")[2]) <= extra[0].last
    gateway.start()
    sync(station)
    with station.store.read() as reader:
        assert len(reader.leases()) == 3, "there is room: no further lane"
