"""Work off the GUI thread: a pool of two for printing, export and asking the centre.

Results travel through a queued signal to a slot of a QObject that lives in the GUI thread, so callbacks may touch widgets
(a lambda connected directly would run in the worker's thread). A late answer – cancelled, superseded by the same key, or whose
owner is gone – is dropped. Nothing here is a timer or a loop; `shutdown` leaves no thread behind.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from itertools import count
from threading import Event
from typing import Any, Protocol

import shiboken6
from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

log = logging.getLogger(__name__)

WORKERS = 2
OnDone = Callable[[Any], None]
OnError = Callable[[Exception], None]


class CancelToken:
    """Lets a caller give up on a task. The task may look at it; its answer is dropped in any case. Thread-safe."""

    def __init__(self) -> None:
        self._event = Event()

    @property
    def cancelled(self) -> bool:
        """True once nobody wants the answer any more."""
        return self._event.is_set()

    def cancel(self) -> None:
        """Give up. Repeating it does nothing."""
        self._event.set()


class _Latest:
    """Of the tasks with one key only the latest is wanted: typing in a search box."""

    def __init__(self) -> None:
        self._tokens: dict[str, CancelToken] = {}

    def take(self, key: str | None, token: CancelToken) -> None:
        """``token`` is the latest of ``key`` from now on; the one before is given up."""
        if key is None:
            return
        if (earlier := self._tokens.get(key)) is not None:
            earlier.cancel()
        self._tokens[key] = token

    def leave(self, key: str | None, token: CancelToken) -> None:
        """Its answer is there: nothing to give up any more."""
        if key is not None and self._tokens.get(key) is token:
            del self._tokens[key]


class Runner(Protocol):
    """What presenters ask for; `TaskRunner` in the program, `InlineRunner` in tests."""

    def run_task(
        self,
        func: Callable[[], Any],
        on_done: OnDone | None = None,
        on_error: OnError | None = None,
        *,
        key: str | None = None,
        owner: QObject | None = None,
        token: CancelToken | None = None,
        after_ms: int = 0,
    ) -> CancelToken: ...


class TaskRunner(QObject):
    """Runs functions on a pool of two and delivers on the GUI thread. Create it there; ``on_unhandled`` receives exceptions of
    tasks that have no ``on_error`` (default: logged by type, never by text, since texts may hold personal data)."""

    _finished = Signal(int, object, object)

    def __init__(self, parent: QObject | None = None, on_unhandled: OnError | None = None) -> None:
        super().__init__(parent)
        self._pool = ThreadPoolExecutor(WORKERS, thread_name_prefix="counter-task")
        self._ids = count(1)
        self._waiting: dict[int, tuple[OnDone | None, OnError | None, QObject | None, CancelToken, str | None]] = {}
        self._latest = _Latest()
        self._futures: set[Future[None]] = set()
        self._on_unhandled = on_unhandled
        self._closed = False
        self._finished.connect(self._deliver, Qt.ConnectionType.QueuedConnection)

    @property
    def busy(self) -> int:
        """Tasks whose answer has not been delivered or dropped yet."""
        return len(self._waiting)

    def run_task(
        self,
        func: Callable[[], Any],
        on_done: OnDone | None = None,
        on_error: OnError | None = None,
        *,
        key: str | None = None,
        owner: QObject | None = None,
        token: CancelToken | None = None,
        after_ms: int = 0,
    ) -> CancelToken:
        """Run ``func()`` on the pool; then call ``on_done(result)`` or ``on_error(exception)`` on the GUI thread.

        A new task with the same ``key`` cancels the earlier one (typing in a search box). When ``owner`` was deleted meanwhile the
        answer is dropped. Give ``token`` if ``func`` itself should be able to notice the cancellation. Returns the token. After
        `shutdown` nothing is run and the returned token is already cancelled. ``after_ms``: begin so much later, when the window has
        been painted (a worker that computes takes half of the interpreter from it)."""
        token = token or CancelToken()
        if self._closed:
            token.cancel()
            return token
        self._latest.take(key, token)
        number = next(self._ids)
        self._waiting[number] = (on_done, on_error, owner, token, key)
        if after_ms:
            QTimer.singleShot(after_ms, self, lambda: self._submit(number, func, token))
        else:
            self._submit(number, func, token)
        return token

    def _submit(self, number: int, func: Callable[[], Any], token: CancelToken) -> None:
        if self._closed:
            return
        future = self._pool.submit(self._work, number, func, token)
        self._futures.add(future)
        future.add_done_callback(self._futures.discard)

    def _work(self, number: int, func: Callable[[], Any], token: CancelToken) -> None:
        result: Any = None
        error: Exception | None = None
        if not token.cancelled:
            try:
                result = func()
            except Exception as caught:  # handed to the GUI thread, which decides
                error = caught
        if shiboken6.isValid(self):
            self._finished.emit(number, result, error)

    @Slot(int, object, object)
    def _deliver(self, number: int, result: Any, error: Exception | None) -> None:
        on_done, on_error, owner, token, key = self._waiting.pop(number)
        self._latest.leave(key, token)
        if token.cancelled or (owner is not None and not shiboken6.isValid(owner)):
            return
        if error is None:
            if on_done is not None:
                on_done(result)
        elif on_error is not None:
            on_error(error)
        elif self._on_unhandled is not None:
            self._on_unhandled(error)
        else:
            log.error("background task failed: %s", type(error).__name__)

    def shutdown(self, timeout: float = 30.0) -> bool:
        """Drop all answers, start nothing new and wait up to ``timeout`` seconds for running tasks. Returns False when one
        would not end (the caller decides whether to leave anyway)."""
        self._closed = True
        for *_rest, token, _key in self._waiting.values():
            token.cancel()
        self._pool.shutdown(wait=False, cancel_futures=True)
        return not wait(set(self._futures), timeout).not_done


class InlineRunner:
    """Runs each task at once in the caller's thread, for tests of presenters; the same rules for errors and tokens.
    ``hold=True`` keeps tasks until `release`, to test late answers."""

    def __init__(self, hold: bool = False) -> None:
        self.hold = hold
        self._held: list[tuple[Callable[[], Any], OnDone | None, OnError | None, QObject | None, CancelToken]] = []
        self._latest = _Latest()

    def run_task(
        self,
        func: Callable[[], Any],
        on_done: OnDone | None = None,
        on_error: OnError | None = None,
        *,
        key: str | None = None,
        owner: QObject | None = None,
        token: CancelToken | None = None,
        after_ms: int = 0,
    ) -> CancelToken:
        """As `TaskRunner.run_task`, now. An exception without ``on_error`` is raised to the test."""
        token = token or CancelToken()
        self._latest.take(key, token)
        self._held.append((func, on_done, on_error, owner, token))
        if not self.hold:
            self.release()
        return token

    def release(self) -> None:
        """Run what was held, in order."""
        while self._held:
            func, on_done, on_error, owner, token = self._held.pop(0)
            if token.cancelled:
                continue
            try:
                result = func()
            except Exception as error:
                if on_error is None:
                    raise
                on_error(error)
                continue
            if not token.cancelled and (owner is None or shiboken6.isValid(owner)) and on_done is not None:
                on_done(result)
