"""Heads and positions: who saw what, and whether this database is the history they saw."""

from __future__ import annotations

from sqlalchemy import Connection, insert, select, tuple_, update
from sqlalchemy.dialects import postgresql, sqlite

from central_gateway.errors import Refused
from central_gateway.tables import feed, feed_head
from onestop.feed import GENESIS, Position, format_positions, parse_positions


def open_part(conn: Connection, part: str) -> None:
    """Make sure ``part`` has its head row (sequence 0)."""
    dialect = postgresql if conn.dialect.name == "postgresql" else sqlite
    conn.execute(dialect.insert(feed_head).values(part=part, seq=0, chain=GENESIS).on_conflict_do_nothing())


def head(conn: Connection, part: str) -> Position:
    """The last feed row of ``part``."""
    row = conn.execute(select(feed_head.c.seq, feed_head.c.chain).where(feed_head.c.part == part)).first()
    return Position(part, row.seq, row.chain) if row else Position(part)


def take(conn: Connection, part: str, count: int) -> Position:
    """Lock the head of ``part`` until the end of the transaction and move it on by ``count``; returns the head as it was.
    This is the last lock a push takes: whoever sees sequence s+1 therefore sees s."""
    row = conn.execute(
        update(feed_head).where(feed_head.c.part == part).values(seq=feed_head.c.seq + count)
        .returning(feed_head.c.seq, feed_head.c.chain)
    ).first()
    if row is None:
        conn.execute(insert(feed_head).values(part=part, seq=count, chain=GENESIS))
        return Position(part)
    return Position(part, row.seq - count, row.chain)


def set_chain(conn: Connection, part: str, chain: str) -> None:
    """Store the chain value of the new head, whose lock we hold."""
    conn.execute(update(feed_head).where(feed_head.c.part == part).values(chain=chain))


def check(conn: Connection, ours: int, epoch: str | None, positions: str | None, part: str) -> None:
    """Refuse a caller whose history is not ours, before anything is read or applied. Raises Refused 409
    ``history-diverged`` with our epoch and head, 400 ``position-malformed``."""
    if epoch is None and positions is None:
        return
    try:
        claimed = parse_positions(positions or "")
        if int(epoch or "") != ours:
            raise diverged(conn, part)
    except ValueError:
        raise Refused(400, "position-malformed", "Vị trí đồng bộ của máy không đọc được.") from None
    claimed = [position for position in claimed if position.seq or position.chain != GENESIS]
    if not claimed:
        return
    wanted = [(position.part, position.seq) for position in claimed]
    rows = conn.execute(
        select(feed.c.part, feed.c.seq, feed.c.chain).where(tuple_(feed.c.part, feed.c.seq).in_(wanted))
    )
    stored = {(row.part, row.seq): row.chain for row in rows}
    if any(stored.get((position.part, position.seq)) != position.chain for position in claimed):
        raise diverged(conn, part)


def diverged(conn: Connection, part: str) -> Refused:
    """409: this database is not the history the caller saw (one of the two was restored)."""
    message = "Dữ liệu trên hệ thống trung tâm không khớp với máy này (có thể vừa được khôi phục). Máy sẽ tự đối chiếu lại."
    return Refused(409, "history-diverged", message, heads=format_positions([head(conn, part)]))
