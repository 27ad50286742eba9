"""Run the service in this process until it is told to stop."""

from __future__ import annotations

import json
import logging
import os
import socket
import sys
from pathlib import Path
from typing import Any

import uvicorn
from sqlalchemy import select

from central_gateway.app import create_app
from central_gateway.services import enrol, recovery
from central_gateway.settings import Settings
from central_gateway.state import Gateway, open_gateway
from central_gateway.tables import agency
from onestop.errors import EnvironmentFault


def serve(settings: Settings, *, host: str, port: int, port_file: Path | None, demo: tuple[int, int] | None) -> None:
    """Listen on ``host``:``port`` (0: any free one). When requests are answered, one JSON line is printed (and written to
    ``port_file``): ``{"url", "enrol_codes": {agency: code}}``; codes only with ``demo`` = (seed, number of dossiers).
    Raises UserError for a database or an address that cannot be used."""
    logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    for name in ("alembic", "uvicorn.error"):
        logging.getLogger(name).setLevel(logging.WARNING)
    gateway = open_gateway(settings)
    try:
        recovery.at_start(gateway)
        gateway.blobs.sweep()
        codes = _demo(gateway, *demo) if demo else {}
        with bound(host, port) as listener:
            name = f"[{host}]" if ":" in host else host
            line = json.dumps({"url": f"http://{name}:{listener.getsockname()[1]}", "enrol_codes": codes})
            config = uvicorn.Config(create_app(gateway), access_log=False, log_config=None, server_header=False, date_header=False,
                                    timeout_keep_alive=75, timeout_graceful_shutdown=10)
            _Server(config, gateway, line, port_file).run(sockets=[listener])
    finally:
        gateway.close()


class _Server(uvicorn.Server):
    """Says when it is ready."""

    def __init__(self, config: uvicorn.Config, gateway: Gateway, line: str, port_file: Path | None) -> None:
        super().__init__(config)
        self._gateway = gateway
        self._line = line
        self._port_file = port_file

    async def shutdown(self, sockets: list[Any] | None = None) -> None:
        self._gateway.pokes.stop()
        await super().shutdown(sockets)

    async def startup(self, sockets: list[Any] | None = None) -> None:
        await super().startup(sockets)
        if self._port_file is not None:
            part = self._port_file.with_name(self._port_file.name + ".part")
            part.write_text(self._line + "\n", encoding="utf-8")
            os.replace(part, self._port_file)
        print(self._line, flush=True)


def bound(host: str, port: int) -> socket.socket:
    """A listening address of ours. Raises EnvironmentFault ``address-in-use``."""
    # The protocol must be named: asyncio turns Nagle's delay (44 ms a reply) off only for sockets that say they are TCP.
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
    except (OSError, OverflowError) as error:
        listener.close()
        raise EnvironmentFault("address-in-use", "Không mở được cổng mạng này. Hãy chọn cổng khác bằng --port.",
                               reason=type(error).__name__) from None
    return listener


def _demo(gateway: Gateway, seed: int, count: int) -> dict[str, str]:
    """The demonstration province in an empty database, and a fresh enrolment code for each of its counters."""
    from central_gateway.demo.load import load_demo

    load_demo(gateway, seed=seed, count=count)
    with gateway.database.read() as conn:
        agencies = list(conn.scalars(select(agency.c.id).order_by(agency.c.id)))
    return {name: gateway.database.retrying(lambda conn, name=name: enrol.new_code(conn, name, gateway.settings)) for name in agencies}
