"""A virtual X screen (Xvfb) for tests that start the program as a process with a real window."""

import os
import shutil
from collections.abc import Iterator

import pytest

from tests.servers.process import Server, ServerFailed, private_folder, require


class VirtualScreen:
    """An Xvfb of 1366×768, 24 bits. `env` is what a program needs to show its window there."""

    def __init__(self) -> None:
        self._folder = private_folder("xvfb-")
        reader, writer = os.pipe()
        command = [require("Xvfb", "xvfb"), "-displayfd", str(writer), "-screen", "0", "1366x768x24", "-nolisten", "tcp", "-noreset"]
        try:
            self._server = Server("Xvfb", command, self._folder / "xvfb.log", pass_fds=(writer,))
        finally:
            os.close(writer)
        with os.fdopen(reader) as answer:
            number = answer.readline().strip()
        if not number:
            raise ServerFailed(f"Xvfb did not start:\n{self._server.log_tail()}")
        self.display = f":{number}"
        self.env = {"DISPLAY": self.display, "QT_QPA_PLATFORM": "xcb"}

    def stop(self) -> None:
        self._server.stop()
        shutil.rmtree(self._folder, ignore_errors=True)


@pytest.fixture(scope="session")
def virtual_screen() -> Iterator[VirtualScreen]:
    """One virtual screen for the session (per worker)."""
    screen = VirtualScreen()
    yield screen
    screen.stop()
