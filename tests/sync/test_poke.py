"""What is saved at one desk is known at the other without anybody waiting for the next turn."""

from __future__ import annotations

import threading

from tests.sync.test_counters import sync, take_in


def test_the_other_desk_learns_at_once(gateway, counter) -> None:
    first, second = counter(), counter()
    sync(first, second)
    second.engine.pause = 600.0
    idle, seen = threading.Event(), threading.Event()
    wanted: set[str] = set()

    def listen(report) -> None:
        idle.set()
        if wanted & {entity for _, entity in report.changed}:
            seen.set()

    second.engine.listener = listen
    second.engine.start()
    try:
        assert idle.wait(30)
        one = take_in(first)
        wanted.add(one.id)
        first.engine.run_once()
        assert seen.wait(30), "the next turn of its own would be in ten minutes"
    finally:
        assert second.engine.stop()
