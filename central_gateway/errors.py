"""A refusal on its way to becoming a problem document."""

from __future__ import annotations

from typing import Any

from onestop.errors import UserError


class Refused(UserError):
    """The request is refused with HTTP ``status``. ``code`` and ``message`` as in UserError; ``heads``/``ops``/``epoch``/``left`` go
    into the problem document, ``headers`` onto the reply."""

    def __init__(
        self, status: int, code: str, message: str, *, heads: str = "", ops: list[dict[str, Any]] | None = None,
        headers: dict[str, str] | None = None, epoch: int | None = None, left: int | None = None,
    ) -> None:
        super().__init__(code, message)
        self.status = status
        self.heads = heads
        self.ops = ops or []
        self.headers = headers or {}
        self.epoch = epoch
        self.left = left


def busy(seconds: int = 2) -> Refused:
    """503 with a Retry-After: the database is held by somebody else for the moment; nothing was done."""
    return Refused(503, "busy", "Hệ thống đang bận, máy sẽ tự gửi lại sau ít giây.", headers={"Retry-After": str(seconds)})
