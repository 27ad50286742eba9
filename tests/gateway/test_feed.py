"""Positions, pages, snapshots, and what many counters at once leave behind."""

from __future__ import annotations

import threading
from collections import Counter as Tally
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import msgspec
import pytest
from sqlalchemy import delete, update

from central_gateway.app import create_app
from central_gateway.errors import Refused
from central_gateway.line import line
from central_gateway.services import heads
from central_gateway.services.push import Push
from central_gateway.state import open_gateway
from central_gateway.tables import feed, feed_head
from onestop.codec import encode_op
from onestop.feed import Position
from onestop.wire import PushRequest, SnapshotReply
from tests.gateway.counter import Counter, problem


@pytest.mark.parametrize(("part", "seq", "own_chain", "begins"), [
    ("H32.15", 1, False, True), ("H32.15", 2, True, True), ("H32.99", 1, True, False)])
def test_a_position_of_another_history_stops_everything(counter: Counter, part: str, seq: int, own_chain: bool, begins: bool) -> None:
    """Of its own agency it is believed: this database was restored, a new epoch begins."""
    counter.push_one(counter.create())
    here = counter.position
    op = encode_op(counter.create())
    counter.position = Position(part, seq, here.chain if own_chain else "f" * 16)
    found = problem(counter.push_raw([op]), 409, "history-diverged")
    assert (found.epoch, found.heads) == (2 if begins else 1, str(here))
    for path in ("/v1/hello", "/v1/catalogue/manifest"):
        assert problem(counter.call("GET", path), 409, "history-diverged").epoch == found.epoch
    counter.position, counter.epoch = here, found.epoch
    assert len(counter.pull()) == 1


def test_another_epoch_stops_everything(counter: Counter) -> None:
    for epoch in (0, -1, 10**6):
        counter.epoch = epoch
        assert problem(counter.push_raw([encode_op(counter.create())]), 409, "history-diverged").epoch == 1
    counter.epoch = 1
    assert counter.pull() == []


def test_a_gateway_put_back_in_time_is_noticed_before_it_takes_anything(counter: Counter, gateway) -> None:
    first, second = counter.create(), counter.create()
    counter.push_one(first)
    before = counter.position
    counter.push_one(second)
    with gateway.database.write() as conn:  # what a restored backup looks like
        conn.execute(delete(feed).where(feed.c.seq > before.seq))
        conn.execute(update(feed_head).where(feed_head.c.part == counter.part).values(seq=before.seq, chain=before.chain))
    problem(counter.push_raw([encode_op(counter.create())]), 409, "history-diverged")


def test_a_malformed_position_is_never_guessed(counter: Counter) -> None:
    zero = "0" * 16
    for header in ("rac", "H32.15=1", f"H32.15=x:{zero}", f"a=1:{zero};a=1:{zero}", f"=1:{zero}", "H32.15=" + "9" * 19 + f":{zero}"):
        problem(counter.call("GET", "/v1/hello", headers={"Sync-Position": header}), 400, "position-malformed")


def test_a_push_must_say_what_it_saw(counter: Counter) -> None:
    headers = counter.headers()
    del headers["Sync-Epoch"]
    counter.headers = lambda: headers
    problem(counter.push_raw([]), 400, "position-missing")
    problem(counter.call("GET", "/v1/hello", headers={"Sync-Epoch": "one"}), 400, "position-malformed")


def test_pages_of_any_size_give_the_same_feed(counter: Counter) -> None:
    ops = [counter.create() for _ in range(23)]
    counter.push(*ops)
    whole = counter.pull()
    assert [item.op for item in whole] == [op.op for op in ops]
    for limit in (1, 7, 23, 1000):
        assert counter.pull(limit) == whole


def test_a_cursor_is_checked_too(counter: Counter) -> None:
    counter.push_one(counter.create())
    for after, status, code in [("1:" + "f" * 16, 409, "history-diverged"), ("2:" + "0" * 16, 409, "history-diverged"),
                                ("rác", 400, "cursor-malformed"), ("1", 400, "cursor-malformed")]:
        problem(counter.call("GET", "/v1/pull", params={"part": counter.part, "after": after}), status, code)
    for limit in ("0", "-1", "1001", "x"):
        problem(counter.call("GET", "/v1/pull", params={"part": counter.part, "limit": limit}), 422, "parameters-invalid")


def test_a_hole_in_the_feed_is_an_alarm(counter: Counter, gateway) -> None:
    counter.push(*[counter.create() for _ in range(3)])
    with gateway.database.write() as conn:
        conn.execute(delete(feed).where(feed.c.seq == 2))
    problem(counter.call("GET", "/v1/pull", params={"part": counter.part}), 500, "internal-error")


def test_a_snapshot_read_while_others_write_and_a_pull_from_there_give_everything(counter: Counter) -> None:
    creates = [counter.create() for _ in range(12)]
    counter.push(*creates)
    held: dict[str, tuple[int, bytes]] = {}
    as_of = after = ""
    pages = 0
    while True:
        params = {"part": counter.part, "as_of": as_of, "after": after, "limit": 5}
        page = counter.ok(counter.call("GET", "/v1/snapshot", params=params), SnapshotReply)
        held |= {item.id: (item.v, bytes(item.data)) for item in page.items}
        as_of, after, pages = page.as_of, page.next, pages + 1
        counter.push(counter.create(), counter.hand_over(creates[pages]))
        if not page.more:
            break
    assert pages >= 3
    for item in counter.pull():
        if item.seq > int(as_of.partition(":")[0]) and item.v > held.get(item.id, (0, b""))[0]:
            held[item.id] = (item.v, bytes(item.data))
    assert held == {item.id: (item.v, bytes(item.data)) for item in counter.pull()}


def test_many_counters_at_once_leave_one_feed_without_a_hole(new_counter) -> None:
    counters = [new_counter() for _ in range(6)]
    start = threading.Barrier(len(counters))
    seen: list[int] = []

    def work(counter: Counter) -> None:
        start.wait()
        for _ in range(5):
            ops = [counter.create() for _ in range(4)]
            results = counter.push(*ops, *[counter.hand_over(op) for op in ops])
            assert {result.s for result in results} == {"applied"}
            seen.extend(result.seq for result in results)

    with ThreadPoolExecutor(len(counters)) as pool:
        list(pool.map(work, counters))
    items = counters[0].pull(limit=97)
    assert len(items) == 6 * 5 * 8
    assert sorted(seen) == [item.seq for item in items]
    assert set(Tally(item.id for item in items).values()) == {2}


def test_the_same_op_from_many_threads_is_applied_once(counter: Counter) -> None:
    create = counter.create()
    raw = [encode_op(create), encode_op(counter.hand_over(create))]
    with ThreadPoolExecutor(8) as pool:
        replies = list(pool.map(lambda _: counter.push_raw(raw), range(16)))
    firsts = [msgspec.json.decode(reply.content)["results"][0]["s"] for reply in replies if reply.status_code == 200]
    assert sorted(set(firsts)) == ["applied", "duplicate"]
    assert firsts.count("applied") == 1
    assert len(counter.pull()) == 2


def test_two_agencies_share_nothing(new_counter) -> None:
    one, two = new_counter("H32.15"), new_counter("H32.27")
    create = one.create()
    one.push_one(create)
    result = two.push_one(two.hand_over(create))
    assert (result.s, result.code) == ("rejected", "other-agency")
    assert [item.kind for item in two.pull()] == ["review"]
    assert len(one.pull()) == 1


def test_two_gateways_on_one_database_agree(counter: Counter, gateway, settings) -> None:
    """A province may run several processes: same key, same epoch, same feed."""
    twin = open_gateway(settings)
    try:
        assert (twin.keys.public_text, twin.epoch) == (gateway.keys.public_text, gateway.epoch)
        counter.push_one(counter.create())
        with twin.database.read() as conn:
            assert heads.head(conn, counter.part) == counter.position
        assert create_app(twin).title
    finally:
        twin.close()


def test_a_database_somebody_else_holds_says_so_and_nothing_is_lost(counter: Counter, gateway) -> None:
    impatient = open_gateway(replace(gateway.settings, lock_timeout_ms=100))
    op = counter.create()
    request = PushRequest(batch="b", device=counter.device, inc=counter.inc, part=counter.part, ops=[msgspec.Raw(encode_op(op))])
    job = Push(impatient.database, impatient.catalogue, counter.part, counter.device, counter.inc)
    with gateway.database.write() as conn:
        with line(conn) as send:
            heads.take(send, counter.part, 0)
        with pytest.raises(Refused) as refused:
            job.accept(request)
    assert (refused.value.status, refused.value.code) == (503, "busy")
    assert int(refused.value.headers["Retry-After"]) > 0
    assert job.accept(request).results[0].s == "applied"
    assert [item.op for item in counter.pull()] == [op.op]
    impatient.close()


def test_an_op_the_database_refuses_is_kept_for_a_person_and_the_others_go_on(counter: Counter, gateway) -> None:
    """The batch fails as a whole, is taken apart, and only the culprit is refused."""
    good, bad = counter.create(), counter.create(counter.dossier(subject="không ghi được"))
    with gateway.database.write() as conn:
        if gateway.database.is_sqlite:
            conn.exec_driver_sql("CREATE TRIGGER no_entry BEFORE INSERT ON entity "
                                 "WHEN NEW.kind = 'dossier' AND NEW.data LIKE '%không ghi%' "
                                 "BEGIN SELECT RAISE(ABORT, 'no'); END")
        else:
            conn.exec_driver_sql("ALTER TABLE entity ADD CHECK (kind <> 'dossier' OR data NOT LIKE '%%không ghi%%')")
    results = counter.push(bad, good, counter.hand_over(good))
    assert [(r.s, r.code) for r in results] == [("rejected", "op-failed"), ("applied", ""), ("applied", "")]
    assert [item.kind for item in counter.pull()] == ["review", "dossier", "dossier"]
    assert counter.push_one(bad).was == "rejected"
