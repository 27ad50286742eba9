"""A keyboard scanner as the X server sees one: real key strokes into a real window, by the place of each key, under every layout,
with Caps Lock, with an input method, on a PC that is too busy."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

if sys.platform == "win32":
    pytest.skip("an X screen is a Unix thing", allow_module_level=True)

from Xlib import X, display
from Xlib.ext import xtest

from counter_app.scanner.positions import _US, X_OFFSET
from counter_app.scanner.positions import us_character as us
from tests.servers.screen import VirtualScreen

pytestmark = [pytest.mark.unix_servers, pytest.mark.xdist_group("wedge-screen")]
ROOT = Path(__file__).parents[2]
CODE = "000.00.16.H59-260213-0042"
URL = f"https://dvc.example.gov.vn/tra-cuu?MHS={CODE}"
TEXT = "đang gõ dở"
_KEY_OF = {char: (code, shift) for code, pair in reversed(_US.items()) for shift, char in reversed(list(enumerate(pair)))}
_SHIFT, _ENTER, _TAB, _CAPS = 50, 36, 23, 66


class Scanner:
    """Presses the keys a US keyboard has the text on, as scanners in keyboard mode do."""

    def __init__(self, name: str) -> None:
        self._display = display.Display(name)

    def close(self) -> None:
        self._display.close()

    def scan(self, text: str, gap: float = 0.004, end: int | None = _ENTER, pauses: dict[int, float] | None = None) -> None:
        """``pauses``: seconds of standstill before the character of that number."""
        for n, char in enumerate(text):
            time.sleep((pauses or {}).get(n, gap))
            code, shift = _KEY_OF[char]
            self._stroke(code + X_OFFSET, bool(shift))
        if end is not None:
            time.sleep((pauses or {}).get(len(text), gap))
            self._stroke(end)

    def flood(self, keys: int) -> None:
        """Keys as fast as the server takes them."""
        for n in range(keys):
            self._stroke(10 + n % 9, sync=n % 500 == 0)
        self._display.sync()

    def caps_lock(self) -> None:
        self._stroke(_CAPS)

    def _stroke(self, code: int, shift: bool = False, sync: bool = True) -> None:
        if shift:
            xtest.fake_input(self._display, X.KeyPress, _SHIFT)
        xtest.fake_input(self._display, X.KeyPress, code)
        xtest.fake_input(self._display, X.KeyRelease, code)
        if shift:
            xtest.fake_input(self._display, X.KeyRelease, _SHIFT)
        if sync:
            self._display.sync()


class Desk:
    """The window with its fields, in a process of its own; lines of its answers are read by a thread."""

    def __init__(self, screen: VirtualScreen, *words: str, **env: str) -> None:
        self._process = subprocess.Popen([sys.executable, "-m", "tests.scanner.wedge_window", *words], cwd=ROOT, text=True, bufsize=1,
                                         stdin=subprocess.PIPE, stdout=subprocess.PIPE, env={**os.environ, **screen.env, **env})
        self.scans: list[dict] = []
        self._answers: list[dict] = []
        self._ready = threading.Condition()
        threading.Thread(target=self._read, daemon=True).start()
        self._answer()
        self.wait(lambda: self.ask("state")["active"])

    def _read(self) -> None:
        for line in self._process.stdout:
            told = json.loads(line)
            with self._ready:
                (self.scans if {"scan", "trouble"} & told.keys() else self._answers).append(told)
                self._ready.notify_all()

    def _answer(self) -> dict:
        with self._ready:
            assert self._ready.wait_for(lambda: self._answers, timeout=30), "the window says nothing"
            return self._answers.pop(0)

    def ask(self, do: str, **more: object) -> dict:
        self.tell(do, **more)
        return self._answer()

    def tell(self, do: str, **more: object) -> None:
        self._process.stdin.write(json.dumps({"do": do, **more}) + "\n")

    def wait(self, ready) -> None:
        """Until something holds; the order of keys and answers of two processes is nobody's promise."""
        until = time.monotonic() + 20
        while not ready():
            assert time.monotonic() < until, (self.scans, self.ask("state"))
            time.sleep(0.02)

    def heard(self, seconds: float) -> bool:
        """Whether a scan arrives in time."""
        until = time.monotonic() + seconds
        while time.monotonic() < until and not any("scan" in s for s in self.scans):
            time.sleep(0.02)
        return any("scan" in s for s in self.scans)

    def scanned(self, count: int = 1) -> list[tuple[str, str | None]]:
        """Wait for so many scans and a little longer; then all there are, as (text, note)."""
        self.wait(lambda: len([s for s in self.scans if "scan" in s]) >= count)
        time.sleep(0.2)
        got, self.scans[:] = [(s["scan"], s["note"]) for s in self.scans if "scan" in s], []
        return got

    def close(self) -> None:
        self._process.terminate()
        self._process.wait(10)
        self._process.stdout.close()
        self._process.stdin.close()


@pytest.fixture(scope="module")
def screen():
    own = VirtualScreen()  # layouts and Caps Lock are the whole screen's
    yield own
    own.stop()


@pytest.fixture(scope="module")
def scanner(screen):
    keys = Scanner(screen.display)
    yield keys
    keys.close()


@pytest.fixture(scope="module")
def window(screen):
    made = Desk(screen)
    yield made
    made.close()


@pytest.fixture
def desk(window):
    window.ask("field", name="line", text=TEXT)
    window.scans.clear()
    return window


def layout(screen: VirtualScreen, name: str) -> None:
    subprocess.run(["setxkbmap", "-display", screen.display, name], check=True, capture_output=True)


def test_every_character_of_our_codes_has_its_key():
    for char in "0123456789.-HGTN:/?=&":
        code, shift = _KEY_OF[char]
        assert us(code, bool(shift)) == char


@pytest.mark.parametrize(("field", "end"), [("line", _ENTER), ("line", _TAB), ("line", None), ("area", _ENTER), ("area", None),
                                           ("button", _ENTER), ("button", None)])
def test_a_scan_leaves_no_trace(desk, scanner, field, end):
    desk.ask("field", name=field, text=TEXT)
    scanner.scan(CODE, end=end)
    assert desk.scanned() == [(CODE, None)]
    state = desk.ask("state")
    assert (state.get(field, TEXT), state["pressed"]) == (TEXT, 0)


@pytest.mark.parametrize(("at", "pause"), [(1, 0.15), (2, 0.45), (3, 0.15), (8, 0.45), (10, 0.15), (14, 0.45), (20, 0.15), (24, 0.45),
                                           (25, 0.15), (25, 0.45)])
def test_a_scan_torn_by_a_busy_pc_is_one_scan(desk, scanner, at, pause):
    """Also where its rest alone would be a code: ``H59-260213-0042``."""
    scanner.scan(CODE, pauses={at: pause})
    assert desk.scanned() == [(CODE, None)]
    assert desk.ask("state")["line"] == TEXT


def test_a_scan_torn_twice(desk, scanner):
    scanner.scan(CODE, pauses={4: 0.2, 10: 0.3, 25: 0.2})
    assert desk.scanned() == [(CODE, None)]
    assert desk.ask("state")["line"] == TEXT


@pytest.mark.parametrize("busy_ms", [60, 150, 400])
def test_a_window_that_is_busy_gets_all_of_it_at_once(desk, scanner, busy_ms):
    desk.tell("block", ms=busy_ms)
    scanner.scan(CODE)
    assert desk.scanned() == [(CODE, None)]
    assert desk.ask("state")["line"] == TEXT


def test_scans_on_a_pc_under_load(desk, scanner):
    """Twice in ten they left characters behind, before torn pieces were joined."""
    burning = [subprocess.Popen([sys.executable, "-c", "import os; os.nice(2)\nwhile True: sum(range(10000))"]) for _ in range(6)]
    try:
        codes = [f"000.00.16.H59-260213-{n:04d}" for n in range(15)]
        for code in codes:
            scanner.scan(code)
            time.sleep(0.05)
        assert [text for text, _ in desk.scanned(len(codes))] == codes
    finally:
        for process in burning:
            process.kill()
            process.wait()
    assert desk.ask("state")["line"] == TEXT


def test_a_person_at_the_keys(desk, scanner):
    scanner.scan("000.00.16.H59", gap=0.045, end=None)
    desk.wait(lambda: desk.ask("state")["line"] == TEXT + "000.00.16.H59")
    assert desk.scans == []
    time.sleep(0.3)  # nobody scans while still typing


@pytest.mark.parametrize(("name", "note"), [("fr", "keyboard-layout"), ("de", "keyboard-layout"), ("vn", "keyboard-layout"), ("us", None)])
def test_the_keyboard_of_the_pc_has_another_layout(screen, desk, scanner, name, note):
    layout(screen, name)
    try:
        for _ in range(2):
            scanner.scan(CODE)
            assert desk.scanned() == [(CODE, note)]
        assert desk.ask("state")["line"] == TEXT
    finally:
        layout(screen, "us")


def test_caps_lock_is_undone_where_it_matters_and_said(desk, scanner):
    scanner.caps_lock()
    try:
        scanner.scan(URL)
        assert desk.scanned() == [(URL, "caps-lock")]
        assert desk.ask("state")["line"] == TEXT
    finally:
        scanner.caps_lock()


def test_french_keys_and_caps_lock_together(screen, desk, scanner):
    layout(screen, "fr")
    scanner.caps_lock()
    try:
        scanner.scan(CODE)
        assert desk.scanned() == [(CODE, "keyboard-layout")]
    finally:
        scanner.caps_lock()
        layout(screen, "us")


def test_endless_keys_are_bounded_said_and_harmless(desk, scanner):
    """As fast as the server takes them; the detector alone gets its megabyte in test_keystrokes."""
    desk.ask("field", name="button", text="")
    before = desk.ask("state")["memory_mb"]
    scanner.flood(40_000)
    scanner.scan("", end=_ENTER)
    desk.wait(lambda: desk.scans)
    time.sleep(0.2)
    state = desk.ask("state")
    assert {told.get("trouble") for told in desk.scans} == {"flood"} and state["pressed"] == 0
    assert state["memory_mb"] - before < 60
    desk.ask("field", name="line", text=TEXT)
    desk.scans.clear()
    scanner.scan(CODE)
    assert desk.scanned() == [(CODE, None)]


def test_what_was_typed_a_moment_before_stays(desk, scanner):
    scanner.scan("000.00.16.H59", gap=0.045, end=None)
    scanner.scan(CODE, pauses={0: 0.3})
    assert desk.scanned() == [(CODE, None)]
    assert desk.ask("state")["line"] == TEXT + "000.00.16.H59"


def test_what_the_scanner_was_told_to_put_around_a_code(screen, scanner):
    made = Desk(screen, "##", "$")
    try:
        made.ask("field", name="line", text=TEXT)
        scanner.scan(f"##{CODE}$")
        assert made.scanned() == [(f"##{CODE}$", None)]
        assert made.ask("state")["line"] == TEXT
    finally:
        made.close()
