"""Run the service until it is told to stop."""

from __future__ import annotations

import json
import os
import socket
from pathlib import Path

from sqlalchemy import select

from central_gateway.services import enrol, recovery
from central_gateway.settings import Settings
from central_gateway.state import Gateway, open_gateway
from central_gateway.tables import agency
from central_gateway.workers import logging_on, run_here, run_many
from onestop.errors import EnvironmentFault, UserError


def serve(settings: Settings, *, host: str, port: int, port_file: Path | None, demo: tuple[int, int] | None,
          workers: int = 1) -> None:
    """Listen on ``host``:``port`` (0: any free one). When requests are answered, one JSON line is printed (and written to
    ``port_file``): ``{"url", "enrol_codes": {agency: code}}``; codes only with ``demo`` = (seed, number of dossiers).
    ``workers``: processes on that one address, PostgreSQL only. Raises UserError for a database or an address that cannot be used,
    ``workers-need-postgresql``."""
    logging_on()
    gateway = open_gateway(settings)
    try:
        if workers > 1 and gateway.database.is_sqlite:
            raise UserError("workers-need-postgresql", "Nhiều tiến trình cần PostgreSQL; với SQLite chỉ chạy một tiến trình.")
        recovery.at_start(gateway)
        gateway.blobs.sweep()
        codes = _demo(gateway, *demo) if demo else {}
        with bound(host, port) as listener:
            ready = Ready(listener, host, codes, port_file)
            if workers == 1:
                run_here(gateway, listener, ready)
                return
            gateway.close()
            run_many(settings, listener, workers, ready)
    finally:
        gateway.close()


class Ready:
    """Says once that requests are answered."""

    def __init__(self, listener: socket.socket, host: str, codes: dict[str, str], port_file: Path | None) -> None:
        name = f"[{host}]" if ":" in host else host
        self._line = json.dumps({"url": f"http://{name}:{listener.getsockname()[1]}", "enrol_codes": codes})
        self._port_file = port_file

    def __call__(self) -> None:
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
