"""The settings of this PC from a shell: what is in force, and changing one by the same rules as the page "Cài đặt"."""

from __future__ import annotations

import argparse
import json
from typing import Any

from counter_app.cli.output import emit
from counter_app.runtime.paths import profile_at
from counter_app.runtime.settings import KNOWN, Setting, Settings
from onestop.errors import UserError


def run_settings(args: argparse.Namespace) -> None:
    """All settings, one, or (with a value) that one changed. Raises ``setting-unknown``, ``settings-invalid``, ``setting-locked``,
    ``settings-unwritable``. A window that is open takes a change in when it starts the next time."""
    settings = Settings(profile_at(args.profile).settings_file)
    if args.key is None:
        for setting in KNOWN.values():
            emit(_line(settings, setting))
        return
    setting = KNOWN.get(args.key)
    if setting is None:
        raise UserError("setting-unknown", "Không có thiết lập này. Xem danh sách: counter-app settings.", key=args.key)
    if args.value is not None:
        settings.set(setting, _value(setting, args.value))
    emit(_line(settings, setting))


def _line(settings: Settings, setting: Setting[Any]) -> dict[str, object]:
    return {"key": setting.key, "value": settings.get(setting), "default": setting.default, "locked": settings.locked(setting)}


def _value(setting: Setting[Any], text: str) -> Any:
    """A text setting takes the word as it is; of others it is read as JSON, and what is none is left for the setting to refuse."""
    if isinstance(setting.default, str):
        return text
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text
