"""Positions in the feed. Every partition (one agency) has a gap-free sequence with a hash chain; whoever holds a position
can prove what history it saw, so a gateway restored from an older backup is noticed before it does harm."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

GENESIS = "0" * 16
_POSITION = re.compile(r"^(?P<part>[^=;:\s]{1,64})=(?P<seq>\d{1,18}):(?P<chain>[0-9a-f]{16})$")


@dataclass(frozen=True, slots=True)
class Position:
    """The last feed row of ``part`` somebody has seen: sequence number and chain value (16 hex digits)."""

    part: str
    seq: int = 0
    chain: str = GENESIS

    def __str__(self) -> str:
        return f"{self.part}={self.seq}:{self.chain}"


def next_chain(chain: str, op_id: str, version: int) -> str:
    """chain_s = first 8 bytes of sha256(chain_{s-1} || op_id || version), as hex."""
    return hashlib.sha256(f"{chain}{op_id}{version}".encode()).hexdigest()[:16]


def format_positions(positions: list[Position]) -> str:
    """The value of the ``Sync-Position`` header."""
    return ";".join(str(p) for p in sorted(positions, key=lambda p: p.part))


def parse_positions(text: str) -> list[Position]:
    """Read a ``Sync-Position`` header. Raises ValueError for anything malformed: a position is never guessed."""
    found = []
    for piece in filter(None, (p.strip() for p in text.split(";"))):
        match = _POSITION.match(piece)
        if not match:
            raise ValueError("malformed position")
        found.append(Position(match["part"], int(match["seq"]), match["chain"]))
    if len({p.part for p in found}) != len(found):
        raise ValueError("a partition is named twice")
    return found


def state_mark(kind: str, identity: str, version: int) -> int:
    """What one state contributes to ``Sum.xor``."""
    return int.from_bytes(hashlib.sha256(f"{kind}/{identity}/{version}".encode()).digest()[:8], "big")


@dataclass(frozen=True, slots=True)
class Sum:
    """How many states a partition holds and the exclusive or of their marks: two sides that hold the same (kind, id, version)
    of everything have the same sum. ``with_state`` puts one in, or takes it out again."""

    count: int = 0
    xor: int = 0

    def with_state(self, kind: str, identity: str, version: int, count: int = 1) -> Sum:
        return Sum(self.count + count, self.xor ^ state_mark(kind, identity, version))

    @property
    def text(self) -> str:
        """``xor`` as on the wire: 16 hex digits."""
        return f"{self.xor:016x}"
