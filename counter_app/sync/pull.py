"""Fetch what the province holds: whole states in commit order, a page and its cursor in one transaction."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from counter_app.sync.ahead import Ahead
from counter_app.sync.client import GatewayClient
from counter_app.sync.errors import Alarm, NotReached, Refused
from counter_app.sync.link_state import LinkState
from counter_app.sync.positions import cursor
from onestop.feed import Position, format_positions
from onestop.wire import PullReply, SnapshotReply

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from counter_app.store.arriving import Arrived, Item
    from counter_app.store.engine import Store

    FeedAnswer = tuple[PullReply, list[Arrived]]
    SnapshotAnswer = tuple[SnapshotReply, list[Arrived]]

T = TypeVar("T", PullReply, SnapshotReply)
Where = TypeVar("Where")
PAGE = 500
SNAPSHOT_PAGE = 1000
#: So many unreadable items in one page are no accident: more likely this program (or the gateway) is wrong as a whole.
POISONED_PAGE = 3
_HOLE = "Dòng dữ liệu từ trung tâm bị thiếu ở giữa; máy không nhận phần sau để không bỏ sót hồ sơ. Hãy báo bộ phận CNTT."
_POISONED = "Nhiều bản ghi từ trung tâm không đọc được; máy tạm dừng nhận. Hãy cập nhật chương trình hoặc báo bộ phận CNTT."
_DIFFERS = "Số hồ sơ trên máy và ở trung tâm không khớp nhau dù đã tải lại toàn bộ. Dữ liệu được giữ nguyên; hãy báo bộ phận CNTT."
_MENDED = "Hồ sơ trên máy này lệch với trung tâm nên máy đã tải lại toàn bộ; nay hai bên khớp nhau."
_GONE = (" Trung tâm không có {copies} bản ghi mà máy từng nhận được{names}: máy đã đưa ra khỏi danh sách và cất riêng. Nếu có người cầm "
         "giấy hẹn mang mã đó, hãy báo bộ phận CNTT.")
_AGAIN = " {again} thao tác của quầy được gửi lại."


@dataclass
class Pulled:
    """How many items came, which entities changed (kind, id), for screens, and whether we hold the same as the gateway (None: not
    compared). ``mended``: we did not, until a fresh snapshot was taken; staff is told in the store's notice."""

    items: int = 0
    changed: set[tuple[str, str]] = field(default_factory=set)
    bootstrapped: bool = False
    equal: bool | None = None
    mended: bool = False


@dataclass
class _Pages:
    """Asks for pages. One damaged state at the gateway makes a whole page unreadable: then smaller ones, down to single rows, which the
    gateway looks at itself; and larger ones again behind it."""

    most: int
    size: int = 0

    def ask(self, client: GatewayClient, path: str, kind: type[T], params: dict[str, str]) -> T | None:
        """A page; None: ask again. Raises what the client raises."""
        self.size = self.size or self.most
        try:
            page = client.call("GET", path, kind, params=params | {"limit": str(self.size)}, deadline=60.0, prove=True)
        except NotReached as missed:
            if missed.facts.get("why") != "reply-undecodable" or self.size == 1:
                raise
            self.size = self.size // 8 or 1
            return None
        self.size = min(self.size * 4, self.most)
        return page


@contextmanager
def _three_at_work(client: GatewayClient, ask: Callable[[Where], T | None], following: Callable[[T], Where],
                   read: Callable[[Sequence[Item]], list[Arrived]]) -> Iterator[Ahead[Where, tuple[T, list[Arrived]] | None]]:
    """Pages with their items read (None: ask again): one is asked for, the one before it is read, the caller stores the one before
    that."""
    with Ahead(ask, client) as asked:

        def arrived(where: Where) -> tuple[T, list[Arrived]] | None:
            page = asked.get(where)
            if page is None:
                return None
            if page.more:
                asked.start(following(page))
            return page, read(page.items)

        with Ahead(arrived, client) as ahead:
            yield ahead


def pull(store: Store, client: GatewayClient, part: str, stopped: Callable[[], bool], *, verify: bool = False) -> Pulled:
    """Everything after our position, page by page, until there is no more or ``stopped()``. A sequence with a hole is an alarm,
    never a skip. A counter without any position takes the snapshot of current states instead of the whole history.

    After a snapshot, and with ``verify``, both sides' sums are compared; where they differ one fresh snapshot is taken, after which we
    hold what the gateway holds (``store.doubt``); if that does not help it is an alarm. What has an op of ours is never deleted.
    Raises NotReached, Alarm, Refused."""
    done = _pull(store, client, part, stopped, verify)
    if done.equal is False and not stopped():
        with store.write() as unit:
            unit.count_alarm("sum-differed")
            unit.doubt(part)
        again = _pull(store, client, part, stopped, True)
        done.items, done.equal, done.mended = done.items + again.items, again.equal, again.mended
        done.changed |= again.changed
        if done.equal is False:
            raise Alarm("sum-differs", _DIFFERS)
    return done


def _pull(store: Store, client: GatewayClient, part: str, stopped: Callable[[], bool], verify: bool) -> Pulled:
    done = Pulled()
    with store.read() as reader:
        position = reader.position(part)
        unfinished = reader.snapshot_progress(part)
        read = reader.page_reader()
    if position.seq == 0 or unfinished:
        position = _bootstrap(store, client, part, done, stopped, unfinished)
    pages = _Pages(PAGE)

    def ask(after: Position) -> PullReply | None:
        return pages.ask(client, "/v1/pull", PullReply, {"part": part, "after": f"{after.seq}:{after.chain}"})

    with _three_at_work(client, ask, lambda page: cursor(part, page.next), read) as ahead:
        return _follow(store, client, part, stopped, verify, done, position, ahead)


def _follow(store: Store, client: GatewayClient, part: str, stopped: Callable[[], bool], verify: bool, done: Pulled, position: Position,
            ahead: Ahead[Position, FeedAnswer | None]) -> Pulled:
    while not stopped():
        try:
            answer = ahead.get(position)
            if answer is None:
                continue
            page, items = answer
        except Refused as refused:
            if refused.code != "cursor-too-old":
                raise
            position = _bootstrap(store, client, part, done, stopped, None)
            continue
        if [item.seq for item in page.items] != list(range(position.seq + 1, position.seq + 1 + len(page.items))):
            raise Alarm("feed-hole", _HOLE)
        following = cursor(part, page.next)
        if page.more:
            ahead.start(following)
        if page.items:
            with store.write() as unit:
                result = unit.apply_page(part, items, following)
                if result.broken >= POISONED_PAGE:
                    raise Alarm("page-unreadable", _POISONED)
                client.positions = format_positions(unit.hi())
            done.items += len(page.items)
            done.changed.update(result.changed)
        position = following
        if not page.more:
            if (verify or done.bootstrapped) and page.count >= 0:
                _compare(store, part, page, done)
            break
    return done


def _compare(store: Store, part: str, page: PullReply, done: Pulled) -> None:
    """Do both sides hold the same, but for what is doubted? Then that is none of the gateway's."""
    with store.read() as reader:
        ours, doubted = reader.sum_of(part), reader.doubted(part)
    done.equal = (ours.count, ours.text) == (page.count, page.xor)
    with store.write() as unit:
        unit.meta_set("compared_on", store.clock.now().date().isoformat())
        if doubted and not done.equal:
            unit.believe(part)
        elif doubted:
            gone = unit.disown(part)
            names = f" ({', '.join(gone.names)})" if gone.names else ""
            unit.tell("copies-mended", _MENDED + (_GONE.format(copies=gone.copies, names=names) if gone.copies else "")
                      + (_AGAIN.format(again=gone.again) if gone.again else ""))
            done.changed.update(gone.entities)
            done.mended = True


def _bootstrap(store: Store, client: GatewayClient, part: str, done: Pulled, stopped: Callable[[], bool],
               unfinished: tuple[str, str] | None) -> Position:
    """Current states by keyset pages, then the feed from the position they were taken at. A page is idempotent by version, and
    where the next one begins is kept with it, so an interrupted bootstrap goes on."""
    done.bootstrapped = True
    with store.read() as reader:
        read = reader.page_reader()
    pages = _Pages(SNAPSHOT_PAGE)
    as_of, after = unfinished or ("", "")
    as_of = as_of.rpartition("=")[2]

    def ask(where: tuple[str, str]) -> SnapshotReply | None:
        params = {"after": where[0], "as_of": where[1]} if where[0] else {}
        return pages.ask(client, "/v1/snapshot", SnapshotReply, {"part": part} | params)

    def following(page: SnapshotReply) -> tuple[str, str]:
        nonlocal taken
        taken = taken or page.as_of
        return page.next, taken

    taken = as_of
    with _three_at_work(client, ask, following, read) as ahead:
        return _take_snapshot(store, client, part, done, stopped, as_of, after, ahead)


def _take_snapshot(store: Store, client: GatewayClient, part: str, done: Pulled, stopped: Callable[[], bool], as_of: str, after: str,
                   ahead: Ahead[tuple[str, str], SnapshotAnswer | None]) -> Position:
    while not stopped():
        answer = ahead.get((after, as_of))
        if answer is None:
            continue
        page, items = answer
        as_of = as_of or page.as_of
        position = cursor(part, as_of)
        if page.more:
            ahead.start((page.next, as_of))
        with store.write() as unit:
            result = unit.apply_snapshot_page(part, items, as_of=position, after=page.next, done=not page.more)
            if result.broken >= POISONED_PAGE:
                raise Alarm("page-unreadable", _POISONED)
            client.positions = format_positions(unit.hi())
        done.items += len(page.items)
        done.changed.update(result.changed)
        if not page.more:
            return position
        after = page.next
    raise NotReached(LinkState.UNKNOWN, "stopped")
