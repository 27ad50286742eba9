"""Heads and positions: who saw what, and whether this database is the history they saw."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import BigInteger, Connection, and_, bindparam, insert, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from central_gateway.errors import Refused
from central_gateway.line import Line
from central_gateway.services.life import Life, read
from central_gateway.tables import feed, feed_chain, feed_head
from onestop.feed import GENESIS, Position, Sum, format_positions, parse_positions

_EMPTY = Sum()
#: How far ahead of ours an epoch may be and still be believed: a province is not restored more often.
_MOST_AHEAD = 1000


def open_part(conn: Connection, part: str) -> None:
    """Make sure ``part`` has its head row (sequence 0)."""
    dialect = postgresql if conn.dialect.name == "postgresql" else sqlite
    conn.execute(dialect.insert(feed_head).values(part=part, seq=0, chain=GENESIS).on_conflict_do_nothing())


def head(conn: Connection, part: str) -> Position:
    """The last feed row of ``part``."""
    row = conn.execute(select(feed_head.c.seq, feed_head.c.chain).where(feed_head.c.part == part)).first()
    return Position(part, row.seq, row.chain) if row else Position(part)


def all_heads(conn: Connection) -> list[Position]:
    """The head of every partition that has rows."""
    rows = conn.execute(select(feed_head.c.part, feed_head.c.seq, feed_head.c.chain).where(feed_head.c.seq > 0).order_by(feed_head.c.part))
    return [Position(row.part, row.seq, row.chain) for row in rows]


@dataclass(frozen=True, slots=True)
class Taken:
    """A head whose lock we hold, as it was: the last row before ours and the sum over all current states."""

    seq: int = 0
    chain: str = GENESIS
    total: Sum = _EMPTY


_TAKE = (update(feed_head).where(feed_head.c.part == bindparam("of")).values(seq=feed_head.c.seq + bindparam("count", type_=BigInteger))
         .returning(feed_head.c.seq, feed_head.c.chain, feed_head.c.held, feed_head.c.xor))
_BEGIN = insert(feed_head).values(part=bindparam("of"), seq=bindparam("count"), chain=GENESIS)
_SET = (update(feed_head).where(feed_head.c.part == bindparam("of"))
        .values(chain=bindparam("last"), held=bindparam("states"), xor=bindparam("sum")))


def take(line: Line, part: str, count: int) -> Callable[[], Taken]:
    """Lock the head of ``part`` until the end of the transaction and move it on by ``count``; what it was is told when asked for.
    This is the last lock a push takes: whoever sees sequence s+1 therefore sees s."""
    answer = line.send(_TAKE, of=part, count=count)

    def taken() -> Taken:
        rows = answer.rows()
        if not rows:
            line.send(_BEGIN, of=part, count=count)
            return Taken()
        return Taken(rows[0].seq - count, rows[0].chain, Sum(rows[0].held, int(rows[0].xor, 16)))

    return taken


def set_chain(line: Line, part: str, chain: str, total: Sum) -> None:
    """Store the chain value and the sum of the new head, whose lock we hold."""
    line.send(_SET, of=part, last=chain, states=total.count, sum=total.text)


@dataclass(frozen=True, slots=True)
class Standing:
    """How a partition stands. Feed rows up to ``pruned`` and chain values up to ``forgotten`` are no longer kept."""

    seq: int = 0
    total: Sum = _EMPTY
    pruned: int = 0
    forgotten: int = 0


def standing(conn: Connection, part: str) -> Standing:
    """The head of ``part`` with its sum and what retention left."""
    row = conn.execute(select(feed_head).where(feed_head.c.part == part)).first()
    return Standing(row.seq, Sum(row.held, int(row.xor, 16)), row.pruned, row.forgotten) if row else Standing()


def contradicted(conn: Connection, claimed: Sequence[Position]) -> list[Position]:
    """Those of ``claimed`` that are not our history: beyond our head, or with another chain value. One older than the chain
    values we keep (400 days) can no longer be compared and is believed: nobody is told to throw work away for that."""
    found = claimed
    for table in (feed, feed_chain):
        if not found:
            return []
        # Each by its key: for ``(part, seq) IN (…)`` SQLite reads the whole feed, at every request.
        wanted = or_(*(and_(table.c.part == position.part, table.c.seq == position.seq) for position in found))
        rows = conn.execute(select(table.c.part, table.c.seq, table.c.chain).where(wanted))
        stored = {(row.part, row.seq): row.chain for row in rows}
        wrong = [position for position in found if stored.get((position.part, position.seq), position.chain) != position.chain]
        if wrong:
            return wrong
        found = [position for position in found if (position.part, position.seq) not in stored]
    return [position for position in found if position.seq > standing(conn, position.part).forgotten]


class Contradiction(Exception):
    """A caller's history is not ours. ``restored``: it proves that this database was restored after epoch ``ours``; the new one is
    to be ``at_least`` so. Answered outside the read in which it was found (``services.recovery.meet``)."""

    def __init__(self, part: str, ours: int, *, restored: bool = False, why: str = "device", at_least: int = 0) -> None:
        super().__init__(part)
        self.part, self.ours, self.restored, self.why, self.at_least = part, ours, restored, why, at_least


def check(conn: Connection, life: Life, epoch: str | None, positions: str | None, part: str) -> None:
    """Stop a caller whose history is not ours, before anything is read or applied. Raises Contradiction, Refused 400
    ``position-malformed``."""
    now = life.now(conn)
    if now.moved:
        raise Contradiction(part, now.epoch, restored=True, why="server")
    if epoch is None and positions is None:
        return
    try:
        claimed = parse_positions(positions or "")
        theirs = int(epoch or "")
    except ValueError:
        raise Refused(400, "position-malformed", "Vị trí đồng bộ của máy không đọc được.") from None
    if theirs > now.epoch:
        now = life.now(conn, fresh=True)  # another process may have begun it just now
    if theirs != now.epoch:
        raise Contradiction(part, now.epoch, restored=0 < theirs - now.epoch <= _MOST_AHEAD, at_least=theirs + 1)
    claimed = [position for position in claimed if position.seq or position.chain != GENESIS]
    wrong = contradicted(conn, claimed)
    if wrong:
        fresh = life.now(conn, fresh=True).epoch
        raise Contradiction(part, fresh, restored=fresh == theirs and any(position.part == part for position in wrong))


def diverged(conn: Connection, part: str) -> Refused:
    """409: this database is not the history the caller saw (one of the two was restored); with the epoch and head that hold now."""
    message = "Dữ liệu trên hệ thống trung tâm không khớp với máy này (có thể vừa được khôi phục). Máy sẽ tự đối chiếu lại."
    return Refused(409, "history-diverged", message, heads=format_positions([head(conn, part)]), epoch=read(conn).epoch)
