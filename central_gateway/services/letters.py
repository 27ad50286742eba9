"""Dead letters: what an authenticated device sent and nobody could read is kept as it came, for a person with tools.

The bytes may hold personal data: they stay in the database, never in a log. The same bytes from the same device are kept once.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Sequence

import msgspec
from sqlalchemy import Connection, func, select
from sqlalchemy.dialects import postgresql, sqlite

from central_gateway.tables import dead_letter
from onestop.vntime import iso, utc_now

log = logging.getLogger("central_gateway")

MOST_BYTES = 1024 * 1024
#: A device gone mad must not fill the disk; what it sends stays on it anyway.
MOST_OF_DEVICE = 200
#: Refusals of a whole push that say: nobody can read this.
UNREADABLE = frozenset({"body-invalid", "op-id-invalid", "op-repeated"})


class Letter(msgspec.Struct, kw_only=True):
    """A dead letter without its content."""

    sha256: str
    device: int
    agency: str
    at: str
    reason: str
    size: int


def keep(conn: Connection, device: int, agency: str, reason: str, bodies: Sequence[bytes]) -> None:
    """Keep each of ``bodies``, cut after ``MOST_BYTES``."""
    room = MOST_OF_DEVICE - conn.execute(select(func.count()).select_from(dead_letter).where(dead_letter.c.device == device)).scalar_one()
    log.error("device %d sent what nobody can read: %s, %d bytes", device, reason, sum(map(len, bodies)))
    if room < len(bodies):
        log.error("device %d has %d dead letters: no more are kept", device, MOST_OF_DEVICE - room)
    dialect = postgresql if conn.dialect.name == "postgresql" else sqlite
    for body in bodies[:max(room, 0)]:
        conn.execute(dialect.insert(dead_letter).values(
            device=device, sha256=hashlib.sha256(body).hexdigest(), agency=agency, at=iso(utc_now()), reason=reason[:64],
            body=body[:MOST_BYTES],
        ).on_conflict_do_nothing())


def listing(conn: Connection) -> list[Letter]:
    """All of them, oldest first."""
    columns = dead_letter.c
    rows = conn.execute(
        select(columns.sha256, columns.device, columns.agency, columns.at, columns.reason, func.length(columns.body).label("size"))
        .order_by(columns.at, columns.sha256)
    )
    return [Letter(sha256=r.sha256, device=r.device, agency=r.agency, at=r.at, reason=r.reason, size=r.size) for r in rows]


def body(conn: Connection, sha256: str) -> bytes | None:
    """What a letter holds."""
    return conn.execute(select(dead_letter.c.body).where(dead_letter.c.sha256 == sha256).limit(1)).scalar()
