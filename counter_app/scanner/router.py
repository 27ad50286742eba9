"""Hands each scan to exactly one place: the page or dialog on top.

Scans are routed by what they are, never by what has the focus. The handlers form a stack; only the top one is asked
(a dialog is exclusive: a receipt scanned while it waits for an identity card must not act on the page underneath).
A type it does not want is answered with a sentence, and every scan is kept in memory for a while so that nothing read
is lost: the person can copy the text or use it after closing the dialog. Not thread-safe: call it in one thread.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from counter_app.scanner.raw import RawScan

KEPT = 20
"""Scans kept for copying; in memory only, since they may hold personal data."""

WAITING = 50
"""Scans that may wait while one is worked on (a stack of receipts scanned faster than a dialog opens)."""


class Routing(Enum):
    """How a scan ended at the router."""

    HANDLED = "handled"
    UNWANTED = "unwanted"
    NO_HANDLER = "no-handler"
    QUEUED = "queued"
    OVERFLOW = "overflow"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What happened to one scan. ``message`` is the Vietnamese sentence to show; empty when handled or queued."""

    routing: Routing
    scan: Any = field(repr=False)
    raw: RawScan
    message: str = ""


Handler = Callable[[Any, RawScan], None]


@dataclass(frozen=True, slots=True, eq=False)
class Token:
    """Proof of a push, needed to pop; identity is what counts."""

    handler: Handler
    wants: frozenset[type]
    expects: str


class Router:
    """The exclusive handler stack.

    ``name_of`` gives the Vietnamese noun for a scan ("mã hồ sơ", "thẻ căn cước") used in sentences. ``on_outcome`` is
    told every final outcome, also of scans that had to wait; it shows the sentence and plays the sound.
    """

    def __init__(
        self,
        name_of: Callable[[Any], str] | None = None,
        on_outcome: Callable[[Outcome], None] | None = None,
    ) -> None:
        self._name_of = name_of or (lambda scan: "mã vừa quét")
        self._on_outcome = on_outcome
        self._stack: list[Token] = []
        self._busy = False
        self._waiting: deque[tuple[Any, RawScan]] = deque()
        self._recent: deque[Outcome] = deque(maxlen=KEPT)

    def push(self, handler: Handler, wants: set[type], expects: str = "") -> Token:
        """Make ``handler`` the only receiver. ``wants`` are the scan types it takes (subclasses included);
        ``expects`` names them for the sentence shown when something else is scanned."""
        token = Token(handler, frozenset(wants), expects)
        self._stack.append(token)
        return token

    def pop(self, token: Token) -> None:
        """Remove a handler wherever it stands; removing it twice does nothing (windows close in any order)."""
        if token in self._stack:
            self._stack.remove(token)

    @property
    def recent(self) -> tuple[Outcome, ...]:
        """The last scans, newest first, whatever became of them."""
        return tuple(reversed(self._recent))

    def deliver(self, scan: Any, raw: RawScan) -> Outcome:
        """Route one scan. While another one is being handled (a handler that opens a dialog) it waits its turn."""
        if self._busy:
            if len(self._waiting) >= WAITING:
                message = "Quét quá nhanh, mã này chưa được xử lý. Hãy quét lại sau khi xong mã trước."
                return self._close(Outcome(Routing.OVERFLOW, scan, raw, message))
            self._waiting.append((scan, raw))
            return Outcome(Routing.QUEUED, scan, raw)
        self._busy = True
        self._waiting.append((scan, raw))
        try:
            while self._waiting:  # what an earlier handler's failure left behind comes first
                outcome = self._route(*self._waiting.popleft())
                if outcome.raw is raw:
                    answer = outcome
        finally:
            self._busy = False
        return answer

    def _route(self, scan: Any, raw: RawScan) -> Outcome:
        if not self._stack:
            message = f"Đã đọc {self._name_of(scan)} nhưng chưa có màn hình nào nhận. Hãy mở trang cần dùng rồi quét lại."
            return self._close(Outcome(Routing.NO_HANDLER, scan, raw, message))
        top = self._stack[-1]
        if not isinstance(scan, tuple(top.wants)):
            waits = f"Ở đây đang chờ {top.expects}. " if top.expects else ""
            message = f"{waits}Vừa quét {self._name_of(scan)}, không dùng được ở bước này; nội dung vẫn được giữ để chép lại."
            return self._close(Outcome(Routing.UNWANTED, scan, raw, message))
        outcome = self._close(Outcome(Routing.HANDLED, scan, raw), tell=False)
        top.handler(scan, raw)
        if self._on_outcome is not None:
            self._on_outcome(outcome)
        return outcome

    def _close(self, outcome: Outcome, tell: bool = True) -> Outcome:
        self._recent.append(outcome)
        if tell and self._on_outcome is not None:
            self._on_outcome(outcome)
        return outcome
