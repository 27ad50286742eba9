"""The processes of the service: one, or several on one listening socket. They share nothing but the database, the witness and the
folder of the attachments; one that dies is replaced, and what it had not committed is sent again by the counters."""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from multiprocessing.process import BaseProcess
from typing import Any

import uvicorn

from central_gateway.app import create_app
from central_gateway.settings import Settings
from central_gateway.state import Gateway, open_gateway

log = logging.getLogger("central_gateway")
_LOOK_SECONDS = 0.2
_STOP_SECONDS = 15.0


def logging_on() -> None:
    """To stderr; no personal data is ever logged."""
    logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    for name in ("alembic", "uvicorn.error"):
        logging.getLogger(name).setLevel(logging.WARNING)


def run_here(gateway: Gateway, listener: socket.socket, ready: Callable[[], None]) -> None:
    """Serve in this process until SIGTERM or SIGINT."""
    config = uvicorn.Config(create_app(gateway), access_log=False, log_config=None, server_header=False, date_header=False,
                            timeout_keep_alive=75, timeout_graceful_shutdown=10)
    _Server(config, gateway, ready).run(sockets=[listener])


def run_many(settings: Settings, listener: socket.socket, count: int, ready: Callable[[], None]) -> None:
    """Keep ``count`` processes serving until SIGTERM or SIGINT; ``ready`` is called when all answer."""
    permits = settings.push_permits or max(2, 2 * (os.cpu_count() or 1) // count)
    settings = replace(settings, push_permits=permits)
    context = multiprocessing.get_context("spawn")
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())

    def start() -> tuple[BaseProcess, Any]:
        up = context.Event()
        process = context.Process(target=_work, args=(settings, listener, up, os.getpid()), name="gateway-worker")
        process.start()
        return process, up

    workers = [start() for _ in range(count)]
    told = False
    try:
        while not ended.wait(_LOOK_SECONDS):
            for place, (process, _) in enumerate(workers):
                if not process.is_alive():
                    log.error("worker ended with %s; another one takes its place", process.exitcode)
                    workers[place] = start()
            if not told and all(up.is_set() for _, up in workers):
                ready()
                told = True
    finally:
        for process, _ in workers:
            process.terminate()
        until = time.monotonic() + _STOP_SECONDS
        for process, _ in workers:
            process.join(max(0.1, until - time.monotonic()))
            if process.is_alive():
                process.kill()


def _work(settings: Settings, listener: socket.socket, up: Any, parent: int) -> None:
    logging_on()
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
    gateway = open_gateway(settings)
    try:
        run_here(gateway, listener, up.set)
    finally:
        gateway.close()


def _end_with(parent: int) -> None:
    """A worker whose parent was killed serves nobody: the address would be held for ever."""
    while os.getppid() == parent:
        time.sleep(1.0)
    os.kill(os.getpid(), signal.SIGTERM)


class _Server(uvicorn.Server):
    """Says when it is ready, and lets go of those who wait when it ends."""

    def __init__(self, config: uvicorn.Config, gateway: Gateway, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._gateway, self._ready = gateway, ready

    async def shutdown(self, sockets: list[Any] | None = None) -> None:
        self._gateway.pokes.stop()
        await super().shutdown(sockets)

    async def startup(self, sockets: list[Any] | None = None) -> None:
        await super().startup(sockets)
        self._ready()
