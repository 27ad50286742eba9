"""A keyboard scanner on a PC where Vietnamese is typed with ibus-unikey: scans arrive whole, what the input method changed is put right
by proof and said, and a person's Vietnamese is left alone."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

if sys.platform == "win32":
    pytest.skip("ibus is Linux's", allow_module_level=True)

from counter_app.scanner.qt.input_method import module_for
from tests.scanner.test_wedge_screen import CODE, TEXT, URL, Desk, Scanner
from tests.servers.process import require
from tests.servers.screen import VirtualScreen

pytestmark = [pytest.mark.unix_servers, pytest.mark.xdist_group("wedge-screen")]
POST = "EE123456785VN"
_ENTER = 36


@pytest.fixture(scope="module")
def screen():
    own = VirtualScreen()
    yield own
    own.stop()


@pytest.fixture(scope="module", params=["telex", "vni"])
def way(request):
    """How Vietnamese is typed."""
    return request.param


@pytest.fixture(scope="module")
def unikey(screen, way):
    """The surroundings of a desktop session in which ibus-unikey has the keys."""
    home = tempfile.mkdtemp(prefix="ibus-")
    env = {"HOME": home, "XDG_CONFIG_HOME": f"{home}/config", "XDG_CACHE_HOME": f"{home}/cache", "XDG_RUNTIME_DIR": home,
           "QT_IM_MODULE": "ibus", "GSETTINGS_BACKEND": "keyfile"}
    settings = Path(home, "config", "glib-2.0", "settings", "keyfile")
    settings.parent.mkdir(parents=True)
    settings.write_text(f"[org/freedesktop/ibus/engine/unikey]\ninput-method='{way}'\n")
    around = {**os.environ, **screen.env, **env}
    bus = subprocess.run([require("dbus-daemon", "dbus"), "--session", "--fork", "--print-address=1", "--print-pid=1"],
                         check=True, capture_output=True, text=True, env=around).stdout.split()
    env["DBUS_SESSION_BUS_ADDRESS"] = around["DBUS_SESSION_BUS_ADDRESS"] = bus[0]
    command = [require("ibus-daemon", "ibus ibus-unikey"), "--panel", "disable", "--config", "disable"]
    daemon = subprocess.Popen(command, env=around, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        until = time.monotonic() + 30
        while _ibus(around, "engine") != "Unikey":
            assert time.monotonic() < until and daemon.poll() is None, "ibus-unikey did not start"
            _ibus(around, "engine", "Unikey")
            time.sleep(0.2)
        # Choosing an engine also sets a keyboard, as a desktop has it; this screen has none of its files.
        subprocess.run(["setxkbmap", "-display", screen.display, "us"], check=True, capture_output=True)
        yield env
    finally:
        daemon.terminate()
        daemon.wait(10)
        os.kill(int(bus[1]), signal.SIGTERM)
        shutil.rmtree(home, ignore_errors=True)


def _ibus(env: dict[str, str], *words: str) -> str:
    return subprocess.run(["ibus", *words], env=env, capture_output=True, text=True, timeout=20).stdout.strip()


@pytest.fixture(scope="module")
def scanner(screen):
    keys = Scanner(screen.display)
    yield keys
    keys.close()


@pytest.fixture(scope="module")
def desk(screen, unikey, scanner, way):
    made = Desk(screen, **unikey)
    until = time.monotonic() + 20
    typed = ""
    while "ế" not in typed:  # the input method of a new window is there a moment later than the window
        assert time.monotonic() < until, f"the input method does not work: {typed!r}"
        made.ask("field", name="line", text="")
        scanner.scan({"telex": "tieengs Vieejt ", "vni": "tie61ng Vie65t "}[way], gap=0.07, end=None)
        time.sleep(0.3)
        typed = made.ask("state")["line"]
    assert typed == "tiếng Việt " and made.scans == [], "a person's Vietnamese is a person's"
    yield made
    made.close()


@pytest.mark.parametrize(("text", "note"), [(CODE, None), (URL, None), (POST, "input-method")])
@pytest.mark.parametrize("end", [_ENTER, None])
def test_scans_arrive_whole_and_the_field_keeps_its_text(desk, scanner, text, note, end, way):
    if way == "vni":
        note = None  # VNI takes back by itself what is no Vietnamese syllable
    for _ in range(1 if end else 4):  # without Enter silence ends a scan, and a starved machine makes silences of its own: scanned again
        desk.ask("field", name="line", text=TEXT)
        time.sleep(0.3)
        scanner.scan(text, end=end)
        if end or desk.heard(5):
            break
    assert desk.scanned() == [(text, note)]
    assert desk.ask("state")["line"] == TEXT


def test_fcitx_without_its_plugin_is_asked_as_ibus(tmp_path):
    assert [module_for(name, tmp_path) for name in ("fcitx", "fcitx5", "ibus", "compose")] == ["ibus", "ibus", "ibus", "compose"]
    (tmp_path / "platforminputcontexts").mkdir()
    (tmp_path / "platforminputcontexts" / "libfcitx5platforminputcontextplugin.so").touch()
    assert module_for("fcitx", tmp_path) == "fcitx"


def test_without_a_field_the_input_method_has_no_hand_in_it(desk, scanner):
    desk.ask("field", name="button", text="")
    time.sleep(0.3)
    scanner.scan(POST)
    assert desk.scanned() == [(POST, None)]
    assert desk.ask("state")["pressed"] == 0
