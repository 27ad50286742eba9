"""An office for a day: a gateway on PostgreSQL, two counters with windows, one printer."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from pypdf import PdfReader

from tests.servers.cups import IppPrinter
from tests.servers.gateway import GatewayProcess
from tests.servers.postgres import PostgresServer

if TYPE_CHECKING:
    from tests.journey.counter_process import CounterProcess

AGENCY = "H32.15"


@dataclass
class Office:
    """Everything real, nothing shared between the counters but the gateway and the printer."""

    gateway: GatewayProcess
    first: CounterProcess
    second: CounterProcess
    printer: IppPrinter
    folder: Path
    pictures: Path
    _shown: list[str] = field(default_factory=list)

    def picture(self, counter: CounterProcess, what: str) -> None:
        """Keep what this counter shows: 01-sign-in.png, 02-…"""
        self._shown.append(what)
        counter.keys.picture(self.pictures / f"{len(self._shown):02d}-{what}.png")

    def keep(self, name: str, figures: object) -> None:
        """Keep what was measured beside the pictures, and show it (pytest -s or -rP)."""
        text = json.dumps(figures, ensure_ascii=False, indent=1)
        (self.pictures / f"{name}.json").write_text(text, encoding="utf-8")
        print(f"{name}: {text}")

    def printed(self, *words: str, after: Path | None = None, seconds: float = 60) -> Path:
        """The document that came out of the printer with all these words on its first page; ``after``: a later one than that."""
        deadline = time.monotonic() + seconds
        while True:
            found = self.printer.documents
            for document in found[found.index(after) + 1 if after else 0:]:
                text = " ".join(PdfReader(document).pages[0].extract_text().split())
                if all(word in text for word in words):
                    return document
            assert time.monotonic() < deadline, f"no {words} among {len(found)} printed documents:\n{self.printer.log_tail()}"
            time.sleep(0.2)


@pytest.fixture
def office(tmp_path: Path, postgres_server: PostgresServer, ipp_printer: IppPrinter, request: pytest.FixtureRequest) -> Iterator[Office]:
    """Two counters of the demo province's centre, enrolled and started. Whatever fails, the last pictures and logs are kept."""
    from tests.journey.counter_process import CounterProcess  # X and D-Bus in Python are not on Windows

    pictures = Path(os.environ.get("JOURNEY_PICTURES") or tmp_path / "pictures")
    pictures.mkdir(parents=True, exist_ok=True)
    failed_before = request.session.testsfailed
    gateway = GatewayProcess(postgres_server.create_database(), tmp_path)
    counters: list[CounterProcess] = []
    try:
        for name in ("quay-1", "quay-2"):
            counters.append(CounterProcess(name, tmp_path, gateway.port, ipp_printer.env))
            counters[-1].enrol(gateway.enrol_code(AGENCY), sync_seconds=2, camera=f"file:{tmp_path / name / 'camera'}")
        yield Office(gateway, *counters, ipp_printer, tmp_path, pictures)
        if request.session.testsfailed > failed_before:
            for counter in counters:
                counter.keys.picture(pictures / f"last-{counter.name}.png")
                print(f"--- {counter.name}:\n{counter.log()}\n--- pictures: {pictures}")
    finally:
        for counter in counters:
            counter.remove()
        gateway.stop()
