"""The command without a word: open the window. Imports nothing that the other commands need."""

from __future__ import annotations

import argparse

from onestop.errors import EnvironmentFault


def run_window(args: argparse.Namespace) -> int:
    from counter_app.app import run, screen_is_there

    if not screen_is_there():  # else Qt ends the process
        raise EnvironmentFault("no-screen", "Không có màn hình nên không mở được cửa sổ. Các lệnh khác vẫn dùng được: counter-app --help.")
    return run(args.profile)
