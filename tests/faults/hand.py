"""A counter as a process of its own that faults can kill: ``python -m tests.faults.hand PROFILE WORD…``.

Words: ``receive`` (one dossier; ``receive:5`` five), ``sync``, ``wait`` (until a line comes on stdin). Each finished word prints
one JSON line: what a person could have seen by then. ``HAND_DIES_AT=N``: SIGKILL at the Nth connect, send or receive, of whatever
thread; ``HAND_COUNTS=1``: how many there were is the last line.
"""

from __future__ import annotations

import itertools
import json
import os
import secrets
import signal
import socket
import sys
from pathlib import Path
from typing import Any

from counter_app.services.desk import Desk
from counter_app.services.receive import ReceiveForm, receive
from counter_app.services.workstation import open_workstation
from onestop.errors import UserError
from onestop.model import Party


def a_form() -> ReceiveForm:
    """One more citizen."""
    return ReceiveForm(
        procedure="1.004873",
        owner=Party(
            name="Nguyễn Văn An", id_no=f"001099{secrets.randbelow(10**6):06d}", dob="1999", gender="male", address="Số 1 Trần Phú"
        ),
    )


def say(**facts: object) -> None:
    """One line, written at once by one system call."""
    os.write(1, json.dumps(facts).encode() + b"\n")


def sign_in(desk: Desk) -> None:
    """The head of the desk, without a password: the fault is elsewhere."""
    with desk.store.read() as reader:
        desk.staff = next(person.row for person in reader.staff_list() if "head" in person.row.roles)


def count_the_network(dies_at: int) -> itertools.count[int]:
    """Count the calls of this process on its sockets; end it as number ``dies_at`` begins (0: never). strace counts for each thread by
    itself, and each request has a thread of its own."""
    counted = itertools.count(1)

    def watched(method: Any) -> Any:
        def call(self: socket.socket, *words: Any) -> Any:
            if next(counted) == dies_at:
                os.kill(os.getpid(), signal.SIGKILL)
            return method(self, *words)

        return call

    for name in ("connect", "sendall", "recv_into"):
        setattr(socket.socket, name, watched(getattr(socket.socket, name)))
    return counted


def main(profile: Path, words: list[str]) -> None:
    try:
        station = open_workstation(profile, lambda new: "2468")
    except UserError as error:
        say(word="open", refused=error.code)
        return
    sign_in(station.desk)
    counted = count_the_network(int(os.environ.get("HAND_DIES_AT", "0")))
    station.client.base_url = os.environ.get("HAND_URL", station.client.base_url)
    try:
        for word in words:
            name, _, count = word.partition(":")
            for _ in range(int(count or 1)):
                if name == "wait":
                    sys.stdin.readline()
                    continue
                try:
                    if name == "receive":
                        dossier = receive(station.desk, a_form())[0].dossier
                        say(word=name, code=dossier.code or dossier.provisional_code, id=dossier.id)
                    elif name == "sync":
                        report = station.engine.run_once()
                        say(word=name, link=report.link.key, pushed=report.pushed, pulled=report.pulled)
                    else:
                        raise SystemExit(f"unknown word {name}")
                except UserError as error:
                    say(word=name, refused=error.code)
    finally:
        station.close()
        if os.environ.get("HAND_COUNTS"):
            say(calls=next(counted) - 1)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
