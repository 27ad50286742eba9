"""What start-up found out about the store stays until somebody has read it. The whole program runs, so in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from counter_app.services.setup import initialise
from tests.servers.gateway import GatewayProcess

ROOT = Path(__file__).parents[3]
DAY = """
import os, sys
from pathlib import Path
from PySide6.QtTest import QTest
from counter_app.app import make_application
from counter_app.app.program import Program
from counter_app.services.sign_in import sign_in
from counter_app.services.workstation import open_workstation
from counter_app.sync.report import SyncReport
from counter_app.ui.dialogs.error_dialog import ErrorDialog
app = make_application()
station = open_workstation(Path(sys.argv[1]), lambda new: "2468")
program = Program(app, station)
program.start()
said = []
for read in (False, True, True):
    sign_in(station.desk, "hoa.nt", "MotCua@2026", station.central)
    program.facts.signed_in.emit(station.desk.staff)
    QTest.qWait(50)
    dialogs = [d for d in program.window.findChildren(ErrorDialog) if d.isVisible()]
    said.append([d.code for d in dialogs])
    for dialog in dialogs:
        dialog.accept() if read else dialog.reject()
    QTest.qWait(50)
with station.store.write() as unit:
    unit.tell("gateway-restored", "Hệ thống trung tâm vừa được khôi phục từ bản sao lưu.")
line = program.window.notice_banner
program.facts.synced.emit(SyncReport(notice=True))
said.append([d.code for d in program.window.findChildren(ErrorDialog) if d.isVisible()])  # somebody may be typing
said.append("" if line.isHidden() else line.text())
line.action_requested.emit()
QTest.qWait(50)
(dialog,) = (d for d in program.window.findChildren(ErrorDialog) if d.isVisible())
dialog.accept()
QTest.qWait(50)
said.append(not line.isHidden())
program.stop()
print(said, flush=True)
os._exit(0)
"""


def test_a_restore_is_told_until_somebody_read_it_and_shown_at_once_to_who_is_at_work(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("COUNTER_APP_WITNESS_DIR", str(tmp_path / "witness"))
    gateway = GatewayProcess(f"sqlite:///{tmp_path / 'gateway.db'}", tmp_path, dossiers=20)
    try:
        station = initialise(tmp_path / "counter", url=gateway.url, code=gateway.enrol_code("H32.15"), ask_pin=lambda new: "2468")
        with station.store.write() as unit:
            unit.meta_set("notice", json.dumps({"code": "store-rolled-back", "message": "Số đã cấp nhưng không còn hồ sơ: 2203."}))
        station.close()
        done = subprocess.run([sys.executable, "-c", DAY, str(station.profile.dir)], cwd=ROOT, capture_output=True, text=True, timeout=60,
                              check=False, env=os.environ | {"QT_QPA_PLATFORM": "offscreen"})
    finally:
        gateway.stop()
    told, line = "['store-rolled-back'], ['store-rolled-back'], []", "'Hệ thống trung tâm vừa được khôi phục.'"
    assert done.stdout.strip() == f"[{told}, [], {line}, False]", done.stderr[-2000:]
