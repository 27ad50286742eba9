"""Fetch what the province holds: whole states in commit order, a page and its cursor in one transaction."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from counter_app.sync.client import GatewayClient
from counter_app.sync.errors import NotReached, Refused
from counter_app.sync.link_state import LinkState
from onestop.feed import Position, parse_positions
from onestop.wire import PullReply, SnapshotReply

if TYPE_CHECKING:
    from collections.abc import Callable

    from counter_app.store.engine import Store

PAGE = 500
SNAPSHOT_PAGE = 1000
#: A counter without any position takes the snapshot (current states) instead of the whole history.
SNAPSHOT_FROM = 2000


@dataclass
class Pulled:
    """How many items came, and which entities changed (for screens)."""

    items: int = 0
    entities: set[str] = field(default_factory=set)


def pull(store: Store, client: GatewayClient, part: str, stopped: Callable[[], bool]) -> Pulled:
    """Everything after our position, page by page, until there is no more or ``stopped()``. A sequence with a hole is an alarm,
    never a skip. Raises NotReached, Refused."""
    done = Pulled()
    position = store.position(part)
    if position.seq == 0:
        position = _bootstrap(store, client, part, done, stopped)
    while not stopped():
        try:
            page = client.call("GET", "/v1/pull", PullReply, deadline=60.0, prove=True, params={
                "part": part, "after": f"{position.seq}:{position.chain}", "limit": str(PAGE)})
        except Refused as refused:
            if refused.code != "cursor-too-old":
                raise
            position = _bootstrap(store, client, part, done, stopped)
            continue
        _check_contiguous(page, position)
        following = _position(page.next)
        if page.items:
            store.apply_page(part, page.items, following)
            done.items += len(page.items)
            done.entities.update(item.id for item in page.items)
            client.positions = store.hi_positions()
        position = following
        if not page.more:
            return done
    return done


def _bootstrap(store: Store, client: GatewayClient, part: str, done: Pulled, stopped: Callable[[], bool]) -> Position:
    """Current states by keyset pages, then the feed from the position they were taken at. A page is idempotent by version, so
    an interrupted bootstrap starts again without harm."""
    after, as_of = "", ""
    while not stopped():
        params = {"part": part, "limit": str(SNAPSHOT_PAGE)}
        if after:
            params |= {"after": after, "as_of": as_of}
        page = client.call("GET", "/v1/snapshot", SnapshotReply, params=params, deadline=60.0, prove=True)
        as_of = as_of or page.as_of
        store.apply_snapshot_page(part, page.items, None if page.more else _position(as_of))
        done.items += len(page.items)
        done.entities.update(item.id for item in page.items)
        if not page.more:
            client.positions = store.hi_positions()
            return _position(as_of)
        after = page.next
    raise NotReached(LinkState.UNKNOWN, "stopped")


def _check_contiguous(page: PullReply, position: Position) -> None:
    expected = range(position.seq + 1, position.seq + 1 + len(page.items))
    if [item.seq for item in page.items] != list(expected):
        raise NotReached(LinkState.SERVER_TROUBLE, "feed-hole")


def _position(text: str) -> Position:
    try:
        (position,) = parse_positions(text)
    except ValueError:
        raise NotReached(LinkState.SERVER_TROUBLE, "position-malformed") from None
    return position
