"""The ASGI layer that asks ``services.admission``: it waits without holding a thread or a connection of the database."""

from __future__ import annotations

import asyncio
import hashlib
import os
import time

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from central_gateway.errors import Refused, busy
from central_gateway.services.admission import Buckets, Gate, retry_after
from central_gateway.settings import Settings


class Admit:
    """One per process. Pushes have a gate; so have sign-ins, whose password hashes would else hold every thread there is."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app = app
        permits = settings.push_permits or 2 * (os.cpu_count() or 1)
        self._gates = {
            "/v1/push": (Gate(permits, settings.push_queue), asyncio.Semaphore(permits)),
            "/v1/staff/sign-in": (Gate(3, settings.push_queue, 0.2), asyncio.Semaphore(3)),
        }
        self._writes = Buckets(settings.device_rate, settings.device_burst)
        self._reads = Buckets(10 * settings.device_rate, 10 * settings.device_burst)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        self._rate(scope)
        found = self._gates.get(scope["path"])
        if found is None:
            await self.app(scope, receive, send)
            return
        gate, places = found
        wait = gate.enter(time.monotonic())
        if wait:
            raise busy(int(retry_after(wait)))
        started = None
        try:
            async with places:
                started = time.monotonic()
                await self.app(scope, receive, send)
        finally:
            gate.leave(time.monotonic() - started if started is not None else gate.cost * gate.permits)

    def _rate(self, scope: Scope) -> None:
        """By the bearer token: nobody can use up the share of another."""
        token = Headers(scope=scope).get("authorization", "")
        if not token:
            return
        buckets = self._writes if scope["path"] == "/v1/push" else self._reads
        wait = buckets.take(hashlib.sha256(token.encode()).hexdigest()[:32], time.monotonic())
        if wait:
            raise Refused(429, "too-many-requests", "Máy này gửi quá nhiều yêu cầu trong một lúc; máy sẽ tự gửi lại sau ít giây.",
                          headers={"Retry-After": retry_after(wait)})
