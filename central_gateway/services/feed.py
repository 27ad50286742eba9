"""Reading the feed: pages in commit order, and snapshots to start from."""

from __future__ import annotations

from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, LargeBinary, cast, select, tuple_

from central_gateway.errors import Refused
from central_gateway.services import heads
from central_gateway.tables import entity, feed
from onestop.feed import GENESIS, Position, parse_positions
from onestop.wire import FeedItem, PullReply, SnapshotItem, SnapshotReply

MAX_PAGE = 1000
#: Characters, or bytes where states come as bytes.
MAX_PAGE_CHARS = 4_000_000


def pull(conn: Connection, part: str, after: str, limit: int) -> PullReply:
    """The rows after ``after`` (``<seq>:<chain>``, empty: from the start). Raises Refused 409 ``history-diverged`` when that
    row is not ours, 410 ``cursor-too-old`` when rows after it were dropped (a snapshot brings what they said), RuntimeError when
    the feed has a hole: an alarm, never skipped."""
    start = _position(part, after)
    if (start.seq or start.chain != GENESIS) and heads.contradicted(conn, [start]):
        raise heads.diverged(conn, part)
    rows = conn.execute(
        select(feed.c.seq, feed.c.op_id, feed.c.kind, feed.c.id, feed.c.version, feed.c.chain, _stored(conn, feed.c.data))
        .where(feed.c.part == part, feed.c.seq > start.seq).order_by(feed.c.seq).limit(max(1, min(limit, MAX_PAGE)))
    ).all()
    head = heads.standing(conn, part)  # after the rows: it may be ahead of them, never behind
    if start.seq < head.pruned:
        raise Refused(410, "cursor-too-old", "Máy đã lâu không đồng bộ: máy sẽ gửi phần của mình rồi tải lại toàn bộ dữ liệu hiện tại.")
    items: list[FeedItem] = []
    size = 0
    for expected, row in enumerate(rows, start.seq + 1):
        if row.seq != expected:
            raise RuntimeError("the feed has a hole")
        size += len(row.data)
        if items and size > MAX_PAGE_CHARS:
            break
        kind, data = _state(row.kind, row.data, alone=limit == 1)
        items.append(FeedItem(seq=row.seq, op=row.op_id, kind=kind, id=row.id, v=row.version, chain=row.chain, data=data))
    last = Position(part, items[-1].seq, items[-1].chain) if items else start
    page = PullReply(part=part, items=items, next=cursor(last), more=last.seq < head.seq, head=head.seq)
    if not page.more:
        page.count, page.xor = head.total.count, head.total.text
    return page


def snapshot(conn: Connection, part: str, as_of: str, after: str, limit: int) -> SnapshotReply:
    """Current states in the order of (kind, id). ``as_of`` is the head when the first page was read; later pages repeat it,
    so that a pull from there brings whatever changed in between (versions make that harmless)."""
    position = _position(part, as_of) if as_of else heads.head(conn, part)
    where = [entity.c.part == part]
    if after:
        kind, slash, identity = after.partition("/")
        if not slash or "\0" in after:  # no text of a database
            raise Refused(400, "cursor-malformed", "Vị trí đọc dữ liệu không đọc được.")
        where.append(tuple_(entity.c.kind, entity.c.id) > tuple_(kind, identity))
    size = max(1, min(limit, MAX_PAGE))
    rows = conn.execute(
        select(entity.c.kind, entity.c.id, entity.c.version, _stored(conn, entity.c.data)).where(*where)
        .order_by(entity.c.kind, entity.c.id).limit(size + 1)
    ).all()
    states = [_state(r.kind, r.data, alone=limit == 1) for r in rows[:size]]
    items = [SnapshotItem(kind=kind, id=r.id, v=r.version, data=data) for r, (kind, data) in zip(rows, states, strict=False)]
    following = f"{rows[len(items) - 1].kind}/{items[-1].id}" if items else after
    return SnapshotReply(part=part, as_of=cursor(position), items=items, next=following, more=len(rows) > size)


def _stored(conn: Connection, column: ColumnElement[str]) -> ColumnElement[Any]:
    """A column of JSON as bytes where the database hands them out as they lie there (SQLite): text would be decoded and encoded again, a
    third of a page's time. PostgreSQL's driver is quicker with text."""
    return cast(column, LargeBinary).label("data") if conn.dialect.name == "sqlite" else column


def _state(kind: str, stored: str | bytes, *, alone: bool) -> tuple[str, msgspec.Raw]:
    """A state as it goes out: the stored text itself, unread. A caller to whom a page was no JSON asks for single rows (``alone``);
    then a damaged one is told as such (kind ``unreadable``, the text as a string), so that it can be kept aside."""
    data = stored if isinstance(stored, bytes) else stored.encode()
    if alone:
        try:
            msgspec.json.decode(data)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            return "unreadable", msgspec.Raw(msgspec.json.encode(data.decode("utf-8", "replace")))
    return kind, msgspec.Raw(data)


def cursor(position: Position) -> str:
    """``<seq>:<chain>``."""
    return f"{position.seq}:{position.chain}"


def _position(part: str, text: str) -> Position:
    if not text:
        return Position(part)
    try:
        return parse_positions(f"{part}={text}")[0]
    except (ValueError, IndexError):
        raise Refused(400, "cursor-malformed", "Vị trí đọc dữ liệu không đọc được.") from None
