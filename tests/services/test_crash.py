"""The process dies (SIGKILL, a power cut) while a use case saves: all of it is there, or nothing."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from onestop.states import State
from tests.desk import DeskBench, make_desk

ROOT = Path(__file__).resolve().parents[2]
KEY = bytes(range(32))

_CHILD = """
import json, os, sys
sys.path.insert(0, sys.argv[1])
from tests.services.test_crash import UNIT, opened
from pathlib import Path
from counter_app.services import handover, lifecycle
from counter_app.services.receive import receive
from tests.desk import a_form
bench = opened(Path(sys.argv[2]))
dossiers = [receive(bench.desk, a_form(name=name))[0].dossier.id for name in ("Một", "Hai", "Ba")]
slip = handover.create_slip(bench.desk, "out", UNIT, dossiers)[0].id
print(json.dumps([dossiers, slip]), flush=True)
os.environ["COUNTER_APP_FAILPOINT"] = sys.argv[3]
handover.confirm_slip(bench.desk, slip)
"""
UNIT = "H32.15.01"


def opened(folder: Path) -> DeskBench:
    """The same desk again: the store's key is the same."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tests.desk.secrets.token_bytes", lambda size: KEY)
        return make_desk(folder, username="truong.nt")


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL")
@pytest.mark.parametrize(("point", "done"), [("before-witness", False), ("after-witness", False), ("before-commit", False),
                                             ("after-commit", True)])
def test_killed_while_a_slip_of_three_is_confirmed(tmp_path: Path, point: str, done: bool) -> None:
    """Three moves and the slip itself are one unit of work; afterwards it is confirmed (again) and nothing doubles."""
    from counter_app.services import handover

    child = subprocess.run([sys.executable, "-c", _CHILD, str(ROOT), str(tmp_path), point], capture_output=True, text=True, check=False,
                           timeout=60)
    assert child.returncode == -signal.SIGKILL, child.stderr
    dossiers, slip = json.loads(child.stdout)
    bench = opened(tmp_path)
    try:
        with bench.store.read() as reader:
            ops = reader.outbox()
            assert reader.verify_audit() is None
        assert [op.dseq for op in ops] == list(range(1, len(ops) + 1)) and len(ops) == 4 + 4 * done
        assert {bench.dossier(d).status for d in dossiers} == {State.PROCESSING if done else State.ACCEPTED}
        if not done:
            handover.confirm_slip(bench.desk, slip)
        assert all(sum(event.kind == "handover" for event in bench.dossier(d).events) == 1 for d in dossiers)
        assert {bench.dossier(d).holder for d in dossiers} == {UNIT}
        assert bench.store.check() == []
    finally:
        bench.close()
