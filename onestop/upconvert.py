"""Ops of older schemas, as today's code reads them.

An op's bytes are frozen when it is made and may be months old when they arrive. They are never rewritten: their hash stays that
of the bytes as sent. What is lifted is only the reading of the envelope. Each step takes an envelope of schema *n* to *n* + 1.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from onestop.ops import OP_SCHEMA

Envelope = dict[str, Any]


def _to_2(envelope: Envelope) -> Envelope:
    """Schema 1 knew no clock and no way of signing in: nothing is invented about them."""
    return envelope | {"hlc": 0, "skew": None, "auth": "online"}


_STEPS: dict[int, Callable[[Envelope], Envelope]] = {1: _to_2}


def lift(envelope: Envelope, schema: int) -> Envelope:
    """``envelope`` (the op as a JSON object) of ``schema`` as ``OP_SCHEMA`` writes it. Raises ValueError for a schema no
    step starts from (0, or newer than ``OP_SCHEMA``)."""
    while schema != OP_SCHEMA:
        step = _STEPS.get(schema)
        if step is None:
            raise ValueError("no way from this schema")
        schema += 1
        envelope = step(envelope) | {"schema": schema}
    return envelope
