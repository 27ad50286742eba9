"""Open the profile a command names and sign its staff member in."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator
from contextlib import contextmanager

from counter_app.runtime.interpreter import give_way_often, settle
from counter_app.services.sign_in import sign_in
from counter_app.services.workstation import Workstation, open_workstation
from onestop.errors import UserError


@contextmanager
def workstation(args: argparse.Namespace, *, staff: bool = False) -> Iterator[Workstation]:
    """The opened profile; with ``staff`` the command acts as ``--user`` with the password in COUNTER_APP_PASSWORD."""
    station = open_workstation(args.profile)
    give_way_often()
    settle()
    try:
        if staff:
            if not args.user:
                raise UserError("user-missing", "Lệnh này cần --user và mật khẩu trong biến COUNTER_APP_PASSWORD.")
            sign_in(station.desk, args.user, os.environ.get("COUNTER_APP_PASSWORD", ""), station.central)
        yield station
    finally:
        station.close()
