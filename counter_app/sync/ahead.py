"""One request ahead of the disk, for both directions."""

from __future__ import annotations

import threading
from queue import SimpleQueue
from typing import TYPE_CHECKING, Generic, TypeVar

from counter_app.sync.client import GatewayClient

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")
Where = TypeVar("Where")


class Ahead(Generic[Where, T]):
    """Asks for the next thing while the last one is being stored: line and gateway work while the disk does. One ahead, so memory stays
    flat. The thread is a daemon of its own: a dead line must not hold the end of the program."""

    def __init__(self, ask: Callable[[Where], T], client: GatewayClient) -> None:
        self._ask, self._client = ask, client
        self._wanted: SimpleQueue[Where | None] = SimpleQueue()
        self._found: SimpleQueue[tuple[T | None, BaseException | None]] = SimpleQueue()
        self._begun: Where | None = None
        self._thread: threading.Thread | None = None

    def __enter__(self) -> Ahead[Where, T]:
        return self

    def __exit__(self, *_: object) -> None:
        self._wanted.put(None)

    def start(self, where: Where) -> None:
        """Begin to ask for ``where``, unless that is begun."""
        if not self._client.lookahead or self._begun is where:
            return
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="ahead", daemon=True)
            self._thread.start()
        self._begun = where
        self._wanted.put(where)

    def get(self, where: Where) -> T:
        """The answer for ``where``: of the question begun, or asked now. Raises what asking raises."""
        begun, self._begun = self._begun, None
        if begun is None:
            return self._ask(where)
        assert begun == where
        answer, error = self._found.get()
        if error is not None:
            raise error
        return answer  # type: ignore[return-value]

    def _work(self) -> None:
        while (where := self._wanted.get()) is not None:
            try:
                self._found.put((self._ask(where), None))
            except BaseException as error:
                self._found.put((None, error))
        self._client.close()
