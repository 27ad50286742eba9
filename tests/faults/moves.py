"""What most rows do: take people in, look at what waits, wait for something that must end."""

from __future__ import annotations

import threading
from collections.abc import Callable

from counter_app.services.receive import receive
from counter_app.services.workstation import Workstation
from tests.faults.checker import ask
from tests.faults.hand import a_form
from tests.servers.gateway import GatewayProcess


def take_in(station: Workstation, count: int = 1) -> list[str]:
    return [receive(station.desk, a_form())[0].dossier.code for _ in range(count)]


def ops(gateway: GatewayProcess) -> int:
    return ask(gateway, "SELECT count(*) FROM op")[0][0]


def waiting(station: Workstation) -> int:
    with station.store.read() as reader:
        return reader.outbox_summary().waiting


def ends(work: Callable[[], object]) -> object:
    """What ``work`` raised or returned; a failure when it hangs."""
    result: list[object] = []

    def run() -> None:
        try:
            result.append(work())
        except Exception as error:
            result.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(20)
    assert result, "hangs beyond its deadline"
    return result[0]
