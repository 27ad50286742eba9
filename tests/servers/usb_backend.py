"""A printer on USB for the private CUPS: a backend that takes all bytes and tells what a driver would, since no USB port is here."""

from __future__ import annotations

from pathlib import Path

QUEUE = "may-usb"
_SYSTEM = Path("/usr/lib/cups")
_BACKEND = """#!/bin/sh
[ $# = 0 ] && exit 0
cat "${{6:--}}" >/dev/null
for reason in none $(cat "{folder}/usb"); do [ $reason = none ] || echo "STATE: $reason" >&2; done
"""


def install(place: Path, folder: Path) -> None:
    """CUPS's programs as they are, and one backend more. ``folder``: where the file ``usb`` says what the driver tells."""
    place.mkdir(exist_ok=True)
    for part in _SYSTEM.iterdir():
        if part.name != "backend" and not (place / part.name).exists():
            (place / part.name).symlink_to(part)
    (place / "backend").mkdir(exist_ok=True)
    for program in (_SYSTEM / "backend").iterdir():
        if program.name != "usb" and not (place / "backend" / program.name).exists():
            (place / "backend" / program.name).symlink_to(program)
    (place / "backend/usb").write_text(_BACKEND.format(folder=folder))
    (place / "backend/usb").chmod(0o755)
