"""``counter-app pin``: another PIN for a store whose key lies in a file (no keyring on this PC)."""

from __future__ import annotations

import argparse
import getpass
import os
import sys

from counter_app.cli.output import emit
from counter_app.runtime import secrets
from counter_app.runtime.paths import Profile
from onestop.errors import UserError

ENV_NEW_PIN = "COUNTER_APP_NEW_PIN"


def run_pin(args: argparse.Namespace) -> int:
    """Both PINs from the environment, or asked for without being shown; never as an argument, which other users of the PC could see.
    The data stay encrypted by the same key. Raises ``pin-not-used``, ``pin-wrong``, ``pin-too-short``."""
    profile = Profile(args.profile)
    if not secrets.uses_pin(profile):
        raise UserError("pin-not-used", "Máy này giữ khóa trong kho khóa của hệ điều hành, không dùng mã PIN.")
    old = os.environ.get(secrets.ENV_PIN) or _asked("Mã PIN hiện tại: ")
    new = os.environ.get(ENV_NEW_PIN) or _asked("Mã PIN mới: ", twice=True)
    secrets.change_pin(profile, old, new)
    emit({"changed": True})
    return 0


def _asked(prompt: str, *, twice: bool = False) -> str:
    if not sys.stdin.isatty():
        raise UserError("pin-missing", f"Cần mã PIN hiện tại trong biến {secrets.ENV_PIN} và mã mới trong biến {ENV_NEW_PIN}.")
    typed = getpass.getpass(prompt)
    if twice and getpass.getpass("Nhập lại mã PIN mới: ") != typed:
        raise UserError("pin-differs", "Hai lần nhập không giống nhau. Mã PIN cũ vẫn được giữ.")
    return typed
