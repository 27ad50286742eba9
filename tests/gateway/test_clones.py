"""One incarnation used by two machines, and what hello says about it."""

from __future__ import annotations

import copy
import uuid
from dataclasses import replace

from sqlalchemy import select

from central_gateway.tables import op as op_table
from onestop.codec import encode_op
from onestop.ids import uuid7_hex
from onestop.wire import HelloReply
from tests.gateway.counter import Counter, problem


def hello(counter: Counter) -> HelloReply:
    return counter.ok(counter.call("GET", "/v1/hello"), HelloReply)


def renewed(counter: Counter) -> None:
    """What a counter does when it is told that it is a clone."""
    counter.inc = uuid.uuid4().hex
    counter.token = ""
    counter.sign_on()


def test_hello_names_the_newest_op_of_this_incarnation(counter: Counter) -> None:
    assert (hello(counter).dseq, hello(counter).last_op) == (0, "")
    ops = [counter.create() for _ in range(3)]
    counter.push(*ops)
    assert (hello(counter).dseq, hello(counter).last_op) == (3, ops[2].op)
    renewed(counter)
    assert (hello(counter).dseq, hello(counter).last_op) == (0, "")


def test_a_cloned_pc_is_noticed_nothing_is_applied_and_nothing_is_lost(counter: Counter) -> None:
    shared = counter.create()
    counter.push_one(shared)
    clone = copy.copy(counter)
    mine, theirs = [counter.create(), counter.create()], [clone.create(), clone.create()]
    assert [op.dseq for op in mine] == [op.dseq for op in theirs] == [2, 3]
    counter.push(*mine)
    extra = clone.create()
    problem(clone.push_raw([encode_op(shared), *map(encode_op, theirs), encode_op(extra)]), 409, "incarnation-forked")
    for machine in (counter, clone):  # both, whatever they ask, until they begin a new one
        problem(machine.push_raw([]), 409, "incarnation-forked")
        problem(machine.call("GET", "/v1/hello"), 409, "incarnation-forked")
        problem(machine.call("GET", "/v1/pull", params={"part": machine.part}), 409, "incarnation-forked")
    renewed(counter)
    renewed(clone)
    assert {item.op for item in counter.pull()} == {shared.op, *(op.op for op in mine)}
    assert [r.s for r in clone.push(shared, *theirs, extra)] == ["duplicate", "applied", "applied", "applied"]
    assert [r.s for r in counter.push(*mine, counter.create())] == ["duplicate", "duplicate", "applied"]
    kinds = [item.kind for item in counter.pull()]
    assert (kinds.count("dossier"), kinds.count("review")) == (7, 3)  # three codes were printed on two papers: staff re-issue them


def test_two_ops_with_one_number_in_a_batch_are_a_fork_too(counter: Counter) -> None:
    first = counter.create()
    problem(counter.push_raw([encode_op(first), encode_op(replace(counter.create(), dseq=first.dseq))]), 409, "incarnation-forked")
    renewed(counter)
    assert counter.pull() == []


def test_ops_that_prove_nothing_take_no_place(counter: Counter, new_counter) -> None:
    foreign = replace(new_counter().create(), dseq=1)
    broken = b'{"op":"%s","dseq":2,"entity":"x1","kind":"dossier.create"}' % uuid7_hex().encode()
    assert [r.s for r in counter.push(encode_op(foreign), broken)] == ["rejected", "rejected"]
    assert hello(counter).dseq == 0
    assert [r.s for r in counter.push(counter.create(), counter.create())] == ["applied", "applied"]


def test_the_same_ops_under_a_new_incarnation_are_duplicates_not_forks(counter: Counter, gateway) -> None:
    ops = [counter.create(), counter.create()]
    counter.push(*ops)
    renewed(counter)
    assert [r.s for r in counter.push(*ops)] == ["duplicate", "duplicate"]
    with gateway.database.read() as conn:
        assert len(conn.execute(select(op_table.c.op_id)).all()) == 2
