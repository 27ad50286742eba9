"""Rows 21 and 35–37: the gateway, its PostgreSQL or a counter comes back from a backup, a snapshot, a replica, as a copy."""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from counter_app.runtime import clock as clocks
from counter_app.services.reviews import NEW_CODE, settle
from counter_app.services.workstation import Workstation, open_workstation
from counter_app.store import numbering
from tests.faults.checker import ask, check_all, cycle, drain
from tests.faults.conftest import Counters
from tests.faults.hand import sign_in
from tests.faults.moves import take_in
from tests.faults.test_kills import number
from tests.faults.tracing import ROOT
from tests.servers.gateway import GatewayProcess
from tests.servers.postgres import PostgresServer


def recover(gateway: GatewayProcess, *words: str) -> None:
    subprocess.run(
        [sys.executable, "-m", "central_gateway.cli", "recover", *words, "--database", gateway.database, "--yes"],
        check=True,
        cwd=ROOT,
        capture_output=True,
        text=True,
    )


def epoch(gateway: GatewayProcess) -> int:
    return int(ask(gateway, "SELECT value FROM meta WHERE key = 'epoch'")[0][0])


def state(gateway: GatewayProcess) -> str:
    rows = ask(gateway, "SELECT value FROM meta WHERE key = 'state'")
    return rows[0][0] if rows else "normal"


def backup(gateway: GatewayProcess, target: Path) -> Path:
    """What a backup program takes while the gateway runs."""
    with closing(sqlite3.connect(gateway.database.removeprefix("sqlite:///"))) as source, closing(sqlite3.connect(target)) as copy:
        source.backup(copy)
    return target


def put_back(gateway: GatewayProcess, copy: Path) -> None:
    """The gateway goes on with an older file."""
    gateway.stop()
    database = Path(gateway.database.removeprefix("sqlite:///"))
    for suffix in ("", "-wal", "-shm"):
        database.with_name(database.name + suffix).unlink(missing_ok=True)
    shutil.copyfile(copy, database)


def restarted(gateway: GatewayProcess, *stations: Workstation) -> None:
    gateway.start()
    for station in stations:
        station.client.close()
        station.client.base_url = gateway.url
        station.engine.breaker.worked()


def recovered(gateway: GatewayProcess, *stations: Workstation) -> None:
    """Counters replay; the operator ends the recovery; everybody learns of it."""
    for _ in range(4):
        for station in stations:
            station.engine.run_once()
            station.engine.breaker.worked()
    if state(gateway) == "recovering":
        recover(gateway, "finish", "--numbers-may-repeat")
    for station in stations:
        station.client._access = ("", 0.0)


def told(station: Workstation) -> bool:
    with station.store.read() as reader:
        return reader.notice() is not None


@pytest.mark.parametrize("announced", [True, False], ids=["announced", "unnoticed"])
@pytest.mark.parametrize("behind", [0, 1, 40])
def test_row_35_gateway_restored_from_an_older_backup(counter, gateway_up, seen, tmp_path: Path, announced: bool, behind: int) -> None:
    first, second = counter(), counter()
    codes = take_in(first, 2) + take_in(second, 1)
    drain(gateway_up, first, second)
    lanes = set(ask(gateway_up, "SELECT agency, lane, device FROM lease"))
    copy = backup(gateway_up, tmp_path / "backup.db")
    was = epoch(gateway_up)
    if behind:
        codes += take_in(first, behind)
        drain(gateway_up, first)  # acknowledged, and lost with the restore
    codes += take_in(second, 1)  # never sent so far
    put_back(gateway_up, copy)
    if announced:
        recover(gateway_up, "start")
    restarted(gateway_up, first, second)
    recovered(gateway_up, first, second)
    found = check_all(gateway_up, [first, second], filter(None, codes))  # two lanes hold 400; then `TN-…`
    assert epoch(gateway_up) == was + (1 if announced or behind else 0)
    assert state(gateway_up) == "normal"
    assert told(first) or not (announced or behind), "staff are told"
    assert lanes <= set(ask(gateway_up, "SELECT agency, lane, device FROM lease")), "no lane went to another"
    seen(
        "{behind} acknowledged ops behind, {how}: epoch {a}→{b}, all {n} codes there, C1–C7 hold",
        behind=behind,
        how="announced" if announced else "without a word",
        a=was,
        b=epoch(gateway_up),
        n=found["codes"],
    )


@pytest.mark.parametrize("announced", [True, False], ids=["announced", "unnoticed"])
def test_row_35_gateway_far_behind(counter, own_counter, gateway_up, seen, tmp_path: Path, full: bool, announced: bool) -> None:
    """A thousand at full size; what is left of two lanes, and provisional receipts."""
    test_row_35_gateway_restored_from_an_older_backup(counter, gateway_up, seen, tmp_path, announced, 1000 if full else 100)


def test_row_35_new_writes_reach_the_old_head_before_anybody_notices(counter, gateway_up, seen, tmp_path: Path) -> None:
    first, second = counter(), counter()
    drain(gateway_up, first, second)
    copy = backup(gateway_up, tmp_path / "backup.db")
    codes = take_in(first, 3)
    drain(gateway_up, first)
    ((head,),) = ask(gateway_up, "SELECT seq FROM feed_head WHERE part = 'H32.15'")
    put_back(gateway_up, copy)
    restarted(gateway_up, first, second)
    codes += take_in(second, 5)  # saw nothing of the lost ones: its history fits
    cycle(gateway_up, second, ok=True)
    ((now,),) = ask(gateway_up, "SELECT seq FROM feed_head WHERE part = 'H32.15'")
    assert now >= head, "the old head is passed by other rows"
    was = epoch(gateway_up)
    recovered(gateway_up, first, second)
    check_all(gateway_up, [first, second], codes)
    assert epoch(gateway_up) == was + 1, "the chain at our position is another one"
    seen("restored unnoticed, other rows passed the old head: noticed by the chain; all {n} codes there, C1–C7 hold", n=len(codes))


def test_row_35_restored_in_the_middle_of_pushes_and_no_lane_given_twice(
    counter, gateway_up, counters: Counters, seen, tmp_path: Path
) -> None:
    first = counter()
    drain(gateway_up, first)
    copy = backup(gateway_up, tmp_path / "backup.db")
    late = counters.take()  # enrolled after the backup: the restored gateway knows neither it nor its lanes
    codes = take_in(first, 2) + take_in(late, 2)
    drain(gateway_up, first, late)
    with late.store.read() as reader:
        its_lanes = {lease.lane for lease in reader.leases()}
    codes += take_in(first, 3)
    put_back(gateway_up, copy)
    recover(gateway_up, "start")
    restarted(gateway_up, first, late)
    recovered(gateway_up, first, late)
    new = counters.take()
    codes += take_in(new, 2)
    drain(gateway_up, first, new)
    with new.store.read() as reader:
        assert not its_lanes & {lease.lane for lease in reader.leases()}, "a lane that is on paper was given again"
    recovered(gateway_up, late)
    check_all(gateway_up, [first, late, new], codes)
    seen(
        "a counter enrolled after the backup: comes back by its ticket with its 2 dossiers; its lanes {lanes} were given to nobody; "
        "C1–C7 hold",
        lanes=sorted(its_lanes),
    )
    late.close()
    new.close()


def test_row_36_an_asynchronous_replica_is_promoted(durable_postgres: PostgresServer, tmp_path: Path, seen) -> None:
    gateway = GatewayProcess(durable_postgres.create_database(), tmp_path, dossiers=5)
    counters = Counters(tmp_path, gateway)
    standby = None
    try:
        station, other = counters.take(), counters.take()
        codes = take_in(station, 2)
        drain(gateway, station, other)
        standby = durable_postgres.standby()
        was = epoch(gateway)
        standby.stop()  # it stops hearing: what follows is not there
        codes += take_in(station, 4)
        drain(gateway, station)
        durable_postgres.stop(crash=True)
        standby.start()
        standby.promote()
        standby.take_port(durable_postgres.port)
        gateway.stop()
        restarted(gateway, station, other)
        assert epoch(gateway) == was + 1, "another timeline"
        recovered(gateway, station, other)
        check_all(gateway, [station, other], codes)
        assert told(station)
        seen(
            "replica without the last 4 ops promoted: noticed by the timeline, epoch {a}→{b}, all {n} codes there, C1–C7 hold",
            a=was,
            b=epoch(gateway),
            n=len(codes),
        )
        station.close()
        other.close()
    finally:
        gateway.stop()
        if standby is not None:
            standby.remove()


@pytest.fixture
def place(counters: Counters, gateway_up) -> Iterator[Callable[..., Workstation]]:
    """Counters by their folder: opened, closed, copied, opened elsewhere."""
    opened: list[Workstation] = []

    def open_it(folder: Path | None = None) -> Workstation:
        if folder is None:
            station = counters.new()  # one that has given few numbers: the floor is low in the morning
        else:
            with pytest.MonkeyPatch.context() as patch:
                patch.setenv("COUNTER_APP_WITNESS_DIR", str(folder / "witness"))
                station = open_workstation(folder / "profile", lambda new: "2468")
            sign_in(station.desk)
            station.client.base_url = gateway_up.url
        opened.append(station)
        return station

    yield open_it
    for station in opened:
        if not station.store._closed:
            station.close()


def folder_of(station: Workstation) -> Path:
    return station.profile.dir.parent


def clashes(gateway: GatewayProcess) -> list[dict]:
    """The reviews about a code on two dossiers."""
    reviews = [json.loads(raw) for (raw,) in ask(gateway, "SELECT data FROM entity WHERE kind = 'review'")]
    return [one for one in reviews if one["code"] == "code-clash"]


def replaced(folder: Path, image: Path, *, witness: bool) -> None:
    for name in ("profile", "witness") if witness else ("profile",):
        shutil.rmtree(folder / name)
        shutil.copytree(image / name, folder / name)


@pytest.mark.parametrize("how", ["store", "store-and-witness", "disk-image"])
def test_row_37_counter_restored(place, gateway_up, seen, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, how: str) -> None:
    station = place()
    sent = take_in(station, 2)
    drain(gateway_up, station)
    folder, image = folder_of(station), tmp_path / "image"
    station.close()
    shutil.copytree(folder, image)
    station = place(folder)
    sent += take_in(station, 3)
    drain(gateway_up, station)
    lost = take_in(station, 2)  # printed, never sent, gone with the disk
    was = station.client.identity.incarnation
    station.close()
    replaced(folder, image, witness=how != "store")
    if how == "disk-image":
        monkeypatch.setattr(clocks, "_boot_id", lambda: "started again")
    station = place(folder)
    if how == "store":
        assert station.store.rolled_back and told(station)
    fresh = take_in(station)[0]  # before any contact
    if how != "store-and-witness":
        assert number(fresh) > max(map(number, sent + lost)), "above everything that may be on paper"
    drain(gateway_up, station)
    assert station.client.identity.incarnation != was, "a new incarnation"
    assert told(station), "staff are told"
    after = take_in(station)[0]
    if how != "store-and-witness":
        assert after not in {*sent, *lost, fresh}
    check_all(gateway_up, [station], [*sent, fresh, after])
    seen("{how}: noticed, new incarnation, own history pulled back; C1–C7 hold", how=how)


def test_row_37_a_snapshot_resumed_without_a_boot(place, gateway_up, seen, tmp_path: Path) -> None:
    """The virtual machine is set back to the morning: memory and disk alike; only wall and monotonic clock have drifted apart."""
    station = place()
    sent = take_in(station, 2)
    drain(gateway_up, station)
    folder, image = folder_of(station), tmp_path / "image"
    station.close()
    shutil.copytree(folder, image)
    station = place(folder)
    printed = take_in(station, 3)
    station.close()
    replaced(folder, image, witness=True)
    station = place(folder)
    clock = station.store.clock
    real = clock.wall
    evening = real().replace(hour=18, minute=0)  # the floor is at its highest: this counter may have served other tests today
    drift = evening - real() if abs(evening - real()) > clocks.timedelta(minutes=5) else clocks.timedelta(hours=1)
    clock.wall = lambda: real() + drift
    clock.now = clock.wall
    fresh = take_in(station)[0]
    assert fresh not in printed and number(fresh) > max(map(number, printed)), "above the floor of the time of day"
    del clock.wall, clock.now
    seen("snapshot resumed at another time of the day: the number {a} after {b} on paper", a=number(fresh), b=number(printed[-1]))
    check_all(gateway_up, [station], [*sent, fresh])


def test_row_37_more_numbers_in_a_day_than_an_image_can_be_told_from(place, gateway_up, seen, monkeypatch, tmp_path: Path) -> None:
    """The window that stays (decision 12): a desk used more numbers offline than the floor of the hour, its whole disk is put back the
    same day and started offline. It is marked as long as it can happen, and costs a new code, never a dossier."""
    station = place()
    sent = take_in(station, 1)
    drain(gateway_up, station)
    folder, image = folder_of(station), tmp_path / "image"
    station.close()
    shutil.copytree(folder, image)
    station = place(folder)
    with station.store.read() as reader:
        lane = reader.leases()[0]
    monkeypatch.setattr(numbering, "time_floor", lambda _now: number(sent[0]) - lane.first + 3)
    printed = take_in(station, 5)
    with station.store.read() as reader:
        assert reader.beyond_floor() == station.desk.today(), "marked for the day"
    drain(gateway_up, station)
    station.close()
    replaced(folder, image, witness=True)
    monkeypatch.setattr(clocks, "_boot_id", lambda: "started again")
    station = place(folder)
    twice = take_in(station, 1)[0]
    assert twice in printed, "the window is there"
    before = {one["id"] for one in clashes(gateway_up)}  # of other tests
    drain(gateway_up, station)
    check_all(gateway_up, [station], [*sent, *printed])
    reviews = clashes(gateway_up)
    assert [one["status"] for one in reviews if one["id"] not in before] == ["open"], "one more"
    for review in [one["id"] for one in reviews if one["status"] == "open"]:
        settle(station.desk, review, NEW_CODE)
    drain(gateway_up, station)
    held = [code for (code,) in ask(gateway_up, "SELECT code FROM entity WHERE kind = 'dossier'")]
    assert None not in held and len(set(held)) == len(held)
    seen("more numbers offline than the floor of the hour, then the whole disk put back offline: marked, one `code-clash`, both kept, "
         "a new code for one")


def test_row_37_one_image_on_two_machines(place, gateway_up, seen, tmp_path: Path) -> None:
    station = place()
    codes = take_in(station, 2)
    drain(gateway_up, station)
    folder, copy = folder_of(station), tmp_path / "copy"
    station.close()
    shutil.copytree(folder, copy)
    one, two = place(folder), place(copy)
    codes += take_in(one, 3) + take_in(two, 2)
    for _ in range(6):
        for machine in (one, two):
            machine.engine.run_once()
            machine.engine.breaker.worked()
    lives = {one.client.identity.incarnation, two.client.identity.incarnation}
    assert len(lives) == 2, "they go on as two"
    more = take_in(one, 1) + take_in(two, 1)
    assert more[0] != more[1]
    check_all(gateway_up, [one, two], codes + more)
    made = set()
    for machine in (one, two):
        with machine.store.read() as reader:
            made |= {item.op for item in reader.outbox(states=("new", "sent", "acked", "review", "quarantined"), limit=1000)}
    held = {op for (op,) in ask(gateway_up, "SELECT op_id FROM op")}
    assert len(made) >= 2 + 3 + 2 + 2 and made <= held, "the ops of both are kept"
    seen("a cloned machine: told apart by the sequence of ops, two incarnations, ops of both kept; C1–C7 hold")


def test_row_21_history_diverged_is_met_within_one_cycle(counter, gateway_up, seen, tmp_path: Path) -> None:
    station = counter()
    drain(gateway_up, station)
    copy = backup(gateway_up, tmp_path / "backup.db")
    codes = take_in(station, 2)
    drain(gateway_up, station)
    put_back(gateway_up, copy)
    restarted(gateway_up, station)
    report = station.engine.run_once()
    assert report.pushed >= 2, "replayed at once"
    held = {op for (op,) in ask(gateway_up, "SELECT op_id FROM op")}
    with station.store.read() as reader:
        acked = {item.op for item in reader.outbox(states=("acked",), limit=1000)}
    assert acked <= held
    recovered(gateway_up, station)
    check_all(gateway_up, [station], codes)
    seen("409 history-diverged: replayed in the same cycle ({n} ops), C1–C7 hold", n=report.pushed)
