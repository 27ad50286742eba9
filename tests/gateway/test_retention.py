"""The sum of a partition, and what stays provable when old feed rows are gone."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import msgspec
from sqlalchemy import select, update

from central_gateway.cli import main
from central_gateway.services.retention import prune
from central_gateway.tables import feed, feed_chain
from onestop.codec import encode_op
from onestop.feed import Position, Sum
from onestop.ops import Change
from onestop.vntime import iso, utc_now
from onestop.wire import PullReply, SnapshotReply
from tests.gateway.counter import Counter, problem
from tests.gateway.test_push import Correct


def page(counter: Counter, after: str = "", limit: int = 500) -> PullReply:
    return counter.ok(counter.call("GET", "/v1/pull", params={"part": counter.part, "after": after, "limit": limit}), PullReply)


def held(counter: Counter) -> dict[str, tuple[str, int]]:
    """Every current state, by a snapshot."""
    found, after, more = {}, "", True
    while more:
        reply = counter.ok(counter.call("GET", "/v1/snapshot", params={"part": counter.part, "after": after, "limit": 5}), SnapshotReply)
        found |= {item.id: (item.kind, item.v) for item in reply.items}
        after, more = reply.next, reply.more
    return found


def summed(states: dict[str, tuple[str, int]]) -> Sum:
    total = Sum()
    for identity, (kind, version) in states.items():
        total = total.with_state(kind, identity, version)
    return total


def test_the_last_page_tells_the_sum_of_everything(counter: Counter, new_counter) -> None:
    assert (page(counter).count, page(counter).xor) == (0, Sum().text)
    creates = [counter.create() for _ in range(6)]
    counter.push(*creates, *[counter.hand_over(op) for op in creates[:3]])
    counter.push(counter.op(creates[0].entity, Correct(reason="x", changes={"owner.name": Change(old="khác", new="Nguyễn Bình")}), base=1))
    assert counter.push_one(counter.hand_over(creates[5], base=9)).s == "applied"
    other = new_counter()
    other.push_one(other.create(by="nobody"))  # a review too
    states = held(counter)
    assert {kind for kind, _ in states.values()} == {"dossier", "review"}
    last = page(counter)
    assert (last.count, last.xor) == (len(states), summed(states).text)
    first = page(counter, limit=2)
    assert (first.more, first.count, first.xor) == (True, -1, "")


def test_a_push_that_comes_to_nothing_leaves_the_sum_alone(counter: Counter) -> None:
    op = counter.create()
    counter.push_one(op)
    before = page(counter)
    assert counter.push_one(op).s == "duplicate"
    assert page(counter) == before


def aged(gateway, part: str, upto: int, days: int) -> None:
    """Make the rows up to ``upto`` ``days`` old."""
    with gateway.database.write() as conn:
        conn.execute(update(feed).where(feed.c.part == part, feed.c.seq <= upto)
                     .values(committed_at=iso(utc_now() - timedelta(days=days))))


def test_old_rows_go_and_positions_in_them_are_still_proof(counter: Counter, gateway) -> None:
    positions = []
    for _ in range(6):
        counter.push_one(counter.create())
        positions.append(counter.position)
    aged(gateway, counter.part, 4, 36)
    done = prune(gateway.database, utc_now())
    assert (done.feed, done.chains, done.letters) == (4, 0, 0)
    assert prune(gateway.database, utc_now()).feed == 0
    with gateway.database.read() as conn:
        assert [row.seq for row in conn.execute(select(feed.c.seq).order_by(feed.c.seq))] == [5, 6]
        assert [row.chain for row in conn.execute(select(feed_chain).order_by(feed_chain.c.seq))] == [p.chain for p in positions[:4]]

    counter.position = positions[1]
    create = counter.create()
    assert counter.push_one(create).s == "applied"  # who was away for long still hands over its work
    counter.position = None
    for seq, chain in [(0, ""), (1, positions[0].chain), (3, positions[2].chain)]:
        after = f"{seq}:{chain}" if seq else ""
        problem(counter.call("GET", "/v1/pull", params={"part": counter.part, "after": after}), 410, "cursor-too-old")
    rest = page(counter, f"4:{positions[3].chain}")
    assert [item.seq for item in rest.items] == [5, 6, 7]
    states = held(counter)
    assert create.entity in states
    assert (rest.count, rest.xor) == (len(states), summed(states).text)
    problem(counter.call("GET", "/v1/pull", params={"part": counter.part, "after": "3:" + "0" * 16}), 409, "history-diverged")
    counter.position = Position(counter.part, 2, "f" * 16)
    problem(counter.push_raw([encode_op(counter.create())]), 409, "history-diverged")


def test_chain_values_older_than_anybody_are_dropped_and_believed(counter: Counter, gateway) -> None:
    for _ in range(3):
        counter.push_one(counter.create())
    aged(gateway, counter.part, 3, 401)
    first = counter.position
    assert prune(gateway.database, utc_now()).feed == 3
    counter.push_one(counter.create())
    with gateway.database.read() as conn:
        assert conn.execute(select(feed_chain.c.seq)).first() is None
    counter.position = Position(counter.part, 1, "e" * 16)
    assert counter.push_one(counter.create()).s == "applied"
    counter.position = first
    problem(counter.call("GET", "/v1/pull", params={"part": counter.part, "after": ""}), 410, "cursor-too-old")
    counter.position = Position(counter.part, 99, "e" * 16)
    problem(counter.push_raw([]), 409, "history-diverged")


def test_clocks_that_stepped_back_never_leave_a_hole(counter: Counter, gateway) -> None:
    for _ in range(5):
        counter.push_one(counter.create())
    aged(gateway, counter.part, 1, 50)
    with gateway.database.write() as conn:  # row 4 says it is old, row 2 and 3 are not
        conn.execute(update(feed).where(feed.c.seq == 4).values(committed_at=iso(utc_now() - timedelta(days=50))))
    assert prune(gateway.database, utc_now()).feed == 1
    with gateway.database.read() as conn:
        assert list(conn.scalars(select(feed.c.seq).order_by(feed.c.seq))) == [2, 3, 4, 5]


def test_prune_as_a_command(counter: Counter, gateway, settings, capsys) -> None:
    counter.push(*[counter.create() for _ in range(3)])
    aged(gateway, counter.part, 2, 20)
    assert main(["prune", "--database", settings.database]) == 0
    assert msgspec.json.decode(capsys.readouterr().out) == {"feed": 0, "chains": 0, "letters": 0}
    assert main(["prune", "--database", settings.database, "--feed-days", "10", "--chain-days", "15"]) == 0
    assert msgspec.json.decode(capsys.readouterr().out) == {"feed": 2, "chains": 2, "letters": 0}


def test_pushes_go_on_while_rows_are_dropped(counter: Counter, gateway) -> None:
    stop = threading.Event()
    dropped: list[int] = []

    def drop() -> None:
        while not stop.is_set():
            dropped.append(prune(gateway.database, utc_now() + timedelta(minutes=1), feed_days=0).feed)

    with ThreadPoolExecutor(1) as pool:
        busy = pool.submit(drop)
        for _ in range(25):
            assert {result.s for result in counter.push(*[counter.create() for _ in range(4)])} == {"applied"}
        stop.set()
        busy.result()
    assert 0 < sum(dropped) <= 100
    with gateway.database.read() as conn:
        rows = [*conn.execute(select(feed_chain.c.seq, feed_chain.c.chain)), *conn.execute(select(feed.c.seq, feed.c.chain))]
    assert sorted(row.seq for row in rows) == list(range(1, 101))
    assert dict(map(tuple, rows))[100] == counter.position.chain
    assert counter.push_one(counter.create()).s == "applied"
