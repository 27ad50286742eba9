"""``counter-app recover``: after ``store-damaged``."""

from __future__ import annotations

import argparse

from counter_app.cli.output import emit
from counter_app.services.rescue import rescue
from counter_app.services.workstation import open_workstation


def run_recover(args: argparse.Namespace) -> int:
    """Make the store anew from what can be read, then one sync. Exit 0: the counter can work (also when nothing was wrong)."""
    done = rescue(args.profile)
    told: dict[str, object] = {"damaged": done.damaged, "kept": str(done.kept) if done.kept else None, "ops": done.ops,
                               "unread": done.unread, "enrolled": done.enrolled}
    if not done.damaged:
        emit(told)
        return 0
    if not done.enrolled:
        emit(told | {"message": "Không đọc được danh tính của máy. Hãy đăng ký lại: counter-app init. Tệp cũ vẫn được giữ."})
        return 1
    station = open_workstation(args.profile)
    try:
        report = station.engine.run_once()
        emit(told | {"link": report.link.key, "pushed": report.pushed, "pulled": report.pulled, "problems": report.problems})
    finally:
        station.close()
    return 0
