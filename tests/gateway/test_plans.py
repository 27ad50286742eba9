"""No request reads a whole table: what every counter asks all day costs the same in a province's tenth year as on its first day."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import event

from central_gateway.state import Gateway
from onestop.ops import Printed
from onestop.wire import HelloReply, LookupReply, PokeReply, SnapshotReply
from tests.gateway.counter import Counter

#: Tables that grow with the province's work.
GROWING = ("op", "entity", "alias", "feed", "feed_chain", "number_issued", "blob")


@pytest.fixture(params=["sqlite"])
def database_url(tmp_path) -> Iterator[str]:
    """The engine whose plans depend on nothing but the statement."""
    yield f"sqlite:///{tmp_path}/gateway.db"


def test_no_request_reads_a_whole_table(gateway: Gateway, counter: Counter) -> None:
    asked: set[str] = set()

    def note(_conn, _cursor, statement, parameters, _context, many) -> None:
        if statement.startswith(("SELECT", "UPDATE", "DELETE", "INSERT INTO op")):
            asked.add(statement)

    event.listen(gateway.database.engine, "before_cursor_execute", note)
    made = [counter.create() for _ in range(3)]
    counter.push(*made)
    counter.push(*made)  # answered before
    counter.push(*(counter.op(op.entity, Printed(form="01", copy_no=1)) for op in made))
    assert len(counter.pull()) == 6
    counter.number("2026-11-20")
    counter.leases()
    page = counter.ok(counter.call("GET", "/v1/snapshot", params={"part": counter.part, "limit": 2}), SnapshotReply)
    counter.ok(counter.call("GET", "/v1/snapshot", params={"part": counter.part, "as_of": page.as_of, "after": page.next}), SnapshotReply)
    counter.ok(counter.call("GET", "/v1/poke", params={"part": counter.part, "after": 0}), PokeReply)
    counter.ok(counter.call("POST", "/v1/lookup", {"code": made[0].data.dossier.code}), LookupReply)
    counter.ok(counter.call("GET", "/v1/hello"), HelloReply)
    event.remove(gateway.database.engine, "before_cursor_execute", note)
    assert any("feed.chain" in statement for statement in asked), "the positions of a request were compared"
    with gateway.database.read() as conn:
        plans = {statement: [row[3] for row in conn.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", (None,) * statement.count("?"))]
                 for statement in asked}
    whole = {f"{statement}: {step}" for statement, steps in plans.items() for step in steps
             if step.startswith("SCAN ") and step.split()[1] in GROWING}
    assert not whole
