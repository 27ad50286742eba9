"""What may be dropped: old feed rows, of which the chain values stay; chain values that nobody can have any more.

A feed row is history only: the state it brought stands in the entity, and a counter whose cursor is older starts from a snapshot.
Ops and their answers are never dropped here: deduplication must outlive the computer that was forgotten in a cupboard.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, func, insert, select, update

from central_gateway.db import Database
from central_gateway.tables import dead_letter, feed, feed_chain, feed_head
from onestop.vntime import iso

FEED_DAYS = 35
CHAIN_DAYS = 400
#: Rows a transaction: pushes go on meanwhile; the partition's head is locked last and only for the commit.
_CHUNK = 5000


@dataclass(slots=True)
class Pruned:
    """How many rows were dropped: ``feed`` rows (their chain values kept), ``chains``, ``letters``."""

    feed: int = 0
    chains: int = 0
    letters: int = 0


def prune(database: Database, now: datetime, *, feed_days: int = FEED_DAYS, chain_days: int = CHAIN_DAYS) -> Pruned:
    """Drop feed rows committed more than ``feed_days`` ago, chain values and dead letters older than ``chain_days``. Small
    transactions: it can be stopped at any moment and started again."""
    done = Pruned()
    rows_before, chains_before = iso(now - timedelta(days=feed_days)), iso(now - timedelta(days=max(feed_days, chain_days)))
    with database.read() as conn:
        parts = list(conn.scalars(select(feed_head.c.part).order_by(feed_head.c.part)))
    for part in parts:
        with database.read() as conn:
            last = _last_before(conn, part, rows_before)
        done.feed += _in_chunks(database, lambda conn, part=part, last=last: _drop_rows(conn, part, last))
        done.chains += _in_chunks(database, lambda conn, part=part: _drop_chains(conn, part, chains_before[:10]))
    done.letters = database.retrying(
        lambda conn: conn.execute(delete(dead_letter).where(dead_letter.c.at < chains_before)).rowcount)
    return done


def _in_chunks(database: Database, step) -> int:
    total = 0
    while count := database.retrying(step):
        total += count
    return total


def _last_before(conn: Connection, part: str, moment: str) -> int:
    """The last row before the first one that must stay: clocks step back, so the times of rows are not quite in order."""
    first = conn.execute(select(func.min(feed.c.seq)).where(feed.c.part == part, feed.c.committed_at >= moment)).scalar()
    if first is None:
        first = (conn.execute(select(func.max(feed.c.seq)).where(feed.c.part == part)).scalar() or 0) + 1
    return first - 1


def _drop_rows(conn: Connection, part: str, last: int) -> int:
    """Up to a chunk of the oldest rows of ``part``, not beyond ``last``."""
    oldest = conn.execute(select(func.min(feed.c.seq)).where(feed.c.part == part)).scalar()
    if oldest is None or oldest > last:
        return 0
    until = min(last, oldest + _CHUNK - 1)
    here = feed.c.part == part, feed.c.seq <= until
    chains = select(feed.c.part, feed.c.seq, feed.c.chain, func.substr(feed.c.committed_at, 1, 10)).where(*here)
    conn.execute(insert(feed_chain).from_select(["part", "seq", "chain", "day"], chains))
    count = conn.execute(delete(feed).where(*here)).rowcount
    conn.execute(update(feed_head).where(feed_head.c.part == part).values(pruned=until))
    return count


def _drop_chains(conn: Connection, part: str, day: str) -> int:
    first = select(func.min(feed_chain.c.seq)).where(feed_chain.c.part == part, feed_chain.c.day >= day).scalar_subquery()
    oldest = conn.execute(
        select(feed_chain.c.seq).where(feed_chain.c.part == part, feed_chain.c.seq < func.coalesce(first, 2**62))
        .order_by(feed_chain.c.seq).limit(_CHUNK)
    ).scalars().all()
    if not oldest:
        return 0
    count = conn.execute(delete(feed_chain).where(feed_chain.c.part == part, feed_chain.c.seq <= oldest[-1])).rowcount
    conn.execute(update(feed_head).where(feed_head.c.part == part).values(forgotten=oldest[-1]))
    return count
