"""What holds for every test: no screen, nothing of the person's own settings or keyring, no modal box, one printer at a time."""

import os
import shutil
import sys
import tempfile
from pathlib import Path

import hypothesis
import pytest

# Before anything imports Qt. A developer who wants to watch sets QT_QPA_PLATFORM=xcb.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
_home = Path(tempfile.mkdtemp(prefix="counter-test-home-"))
for _name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME", "XDG_RUNTIME_DIR"):
    (_home / _name).mkdir(mode=0o700)
    os.environ[_name] = str(_home / _name)
# Never the keyring of the person who runs the tests; tests of the keyring choose a backend of their own.
os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.fail.Keyring"
os.environ["OPENBLAS_NUM_THREADS"] = "1"  # as in the program, also where numpy is imported before it
os.environ["COUNTER_APP_RESERVE_MB"] = "1"  # hundreds of profiles
if sys.platform != "win32" and "UTF-8" not in os.environ.get("LC_ALL", os.environ.get("LANG", "")).upper():
    os.environ["LC_ALL"] = "C.UTF-8"

from tests.servers.cups import _ipp_printer_of_session, ipp_printer  # noqa: E402, F401
from tests.servers.postgres import postgres_server, postgres_url  # noqa: E402, F401
from tests.servers.screen import virtual_screen  # noqa: E402, F401

# No deadline: the time of one example says nothing on a busy machine. Same examples every time, so that a red run can be repeated.
hypothesis.settings.register_profile("repeatable", deadline=None, derandomize=True, print_blob=True)
hypothesis.settings.load_profile("repeatable")


def pytest_unconfigure() -> None:
    shutil.rmtree(_home, ignore_errors=True)


@pytest.hookimpl(tryfirst=True)  # before -m looks at the marks
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Slow journeys first; tests of a file stay on one worker (their module fixtures are made once), all printer tests on another."""
    items.sort(key=lambda item: item.get_closest_marker("xvfb") is None)
    servers = {"postgres_server", "ipp_printer", "virtual_screen"}
    for item in items:
        if servers & set(getattr(item, "fixturenames", ())) or item.path.parent.name == "servers":
            item.add_marker(pytest.mark.unix_servers)
        if item.get_closest_marker("xdist_group") is None:
            group = "printer" if "ipp_printer" in getattr(item, "fixturenames", ()) else str(item.path)
            item.add_marker(pytest.mark.xdist_group(group))


@pytest.fixture(autouse=True)
def no_modal_boxes(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """A modal box waits for a person: in a test it raises instead, unless the test is marked `allow_modal`."""
    widgets = sys.modules.get("PySide6.QtWidgets")
    if widgets is None or request.node.get_closest_marker("allow_modal"):
        return

    def refuse(kind: str):
        def opened(*arguments, **_options):
            raise AssertionError(f"{kind} opened a modal box: {[word for word in arguments if isinstance(word, str)]}")

        return opened

    monkeypatch.setattr(widgets.QDialog, "exec", refuse("QDialog.exec"))
    boxes = {
        widgets.QMessageBox: ("exec", "about", "critical", "information", "question", "warning"),
        widgets.QFileDialog: ("exec", "getOpenFileName", "getOpenFileNames", "getSaveFileName", "getExistingDirectory"),
        widgets.QInputDialog: ("exec", "getText", "getMultiLineText", "getItem", "getInt", "getDouble"),
    }
    for kind, names in boxes.items():
        for name in names:
            monkeypatch.setattr(kind, name, refuse(f"{kind.__name__}.{name}"))
