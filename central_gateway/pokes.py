"""Counters that wait for news of their agency: one look at the database for all of them every half second, and no thread or
connection for any. A hint only; what counts is read from the feed."""

from __future__ import annotations

import asyncio
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.exc import DBAPIError
from starlette.concurrency import run_in_threadpool

from central_gateway.db import Database
from central_gateway.errors import busy
from central_gateway.tables import feed_head

LOOK_SECONDS = 0.5
MOST_SECONDS = 30
#: Waiting counters of one process; the others poll.
MOST_WAITING = 5000


class _Waiter(NamedTuple):
    part: str
    after: int
    news: asyncio.Future[int]


class Pokes:
    """Who waits in this process."""

    def __init__(self, database: Database, look: float = LOOK_SECONDS) -> None:
        self._database, self._look = database, look
        self._waiting: set[_Waiter] = set()
        self._heads: dict[str, int] = {}
        self._task: asyncio.Task[None] | None = None
        self._stopped = False

    async def wait(self, part: str, after: int, seconds: float) -> int:
        """The head of ``part`` as soon as it is beyond ``after``, else what it is after ``seconds``. Raises Refused ``busy``."""
        head = (await run_in_threadpool(self._read, {part})).get(part, 0)
        if head > after or seconds <= 0 or self._stopped:
            return head
        if len(self._waiting) >= MOST_WAITING:
            raise busy(60)
        waiter = _Waiter(part, after, asyncio.get_running_loop().create_future())
        self._waiting.add(waiter)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._watch())
        try:
            return await asyncio.wait_for(waiter.news, seconds)
        except TimeoutError:
            return head
        finally:
            self._waiting.discard(waiter)

    def stop(self) -> None:
        """The service ends: everybody is answered now."""
        self._stopped = True
        for waiter in list(self._waiting):
            if not waiter.news.done():
                waiter.news.set_result(waiter.after)

    async def _watch(self) -> None:
        while self._waiting:
            await asyncio.sleep(self._look)
            try:
                heads = await run_in_threadpool(self._read, {waiter.part for waiter in self._waiting})
            except DBAPIError:
                continue
            for waiter in list(self._waiting):
                if heads.get(waiter.part, 0) > waiter.after and not waiter.news.done():
                    waiter.news.set_result(heads[waiter.part])

    def _read(self, parts: set[str]) -> dict[str, int]:
        with self._database.read() as conn:
            rows = conn.execute(select(feed_head.c.part, feed_head.c.seq).where(feed_head.c.part.in_(parts)))
            return {row.part: row.seq for row in rows}
