"""Op envelopes of every schema so far."""

from __future__ import annotations

import msgspec
import pytest

from onestop.codec import decode_op
from onestop.errors import UserError
from onestop.ops import OP_SCHEMA
from onestop.upconvert import lift

OLD = {
    "op": "0197b1a2c3d4e5f60718293a4b5c6d7e", "dseq": 7, "entity": "e1", "kind": "review.settle", "base": 2,
    "at": "2026-11-20T09:00:00+07:00", "by": "lan", "device": 3, "data": {"decision": "theirs", "note": ""},
}


def read(**facts):
    return decode_op(msgspec.json.encode(OLD | facts))


def test_an_op_without_a_schema_is_of_the_first() -> None:
    op = read()
    assert (op.schema, op.hlc, op.skew, op.auth) == (OP_SCHEMA, 0, None, "online")
    assert (op.op, op.dseq, op.base, op.by, op.device) == (OLD["op"], 7, 2, "lan", 3)


def test_what_the_first_schema_did_not_know_is_not_believed_of_it() -> None:
    op = read(schema=1, hlc=99, skew="?", auth="magic")
    assert (op.schema, op.hlc, op.skew, op.auth) == (OP_SCHEMA, 0, None, "online")


def test_an_op_of_today() -> None:
    op = read(schema=2, hlc=5 << 16 | 3, skew=-0.25, auth="offline")
    assert (op.schema, op.hlc, op.skew, op.auth) == (2, 5 << 16 | 3, -0.25, "offline")


@pytest.mark.parametrize("facts", [
    {"schema": 0}, {"schema": -1}, {"schema": "2"}, {"schema": None}, {"schema": 2, "hlc": -1}, {"schema": 2, "hlc": 2**63},
    {"schema": 2, "skew": "1"}, {"schema": 2, "auth": "guess"}, {"schema": 2, "at": "gestern"}, {"schema": 1, "at": 5},
])
def test_envelopes_nobody_wrote(facts) -> None:
    with pytest.raises(UserError, match="op-invalid"):
        read(**facts)


def test_a_newer_schema_is_not_an_error_of_the_op() -> None:
    with pytest.raises(UserError, match="op-schema-newer"):
        read(schema=OP_SCHEMA + 1, at={"quite": "different"})


def test_every_older_schema_has_a_way_to_today() -> None:
    for schema in range(1, OP_SCHEMA):
        assert lift(dict(OLD), schema)["schema"] == OP_SCHEMA
    assert lift(OLD | {"x": 1}, OP_SCHEMA) == OLD | {"x": 1}
    with pytest.raises(ValueError, match="schema"):
        lift(dict(OLD), OP_SCHEMA + 1)
