"""What the command line prints."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

from onestop.errors import UserError

if TYPE_CHECKING:
    from onestop.model import Dossier


def emit(value: Any) -> None:
    """One JSON object on one line of stdout."""
    import msgspec

    sys.stdout.write(json.dumps(msgspec.to_builtins(value), ensure_ascii=False) + "\n")
    sys.stdout.flush()


def refuse(error: UserError, **place: int) -> int:
    """The problem on stderr, and the exit code that goes with it. ``place``: the line or item of the input it is about."""
    sys.stderr.write(json.dumps({**error.problem(), **place}, ensure_ascii=False, default=str) + "\n")
    return 1


def brief(dossier: Dossier, state: str) -> dict[str, Any]:
    """What a script wants to know after any change of a dossier. ``state`` is where it stands on its way to the province."""
    return {"id": dossier.id, "code": dossier.shown_code, "official": dossier.code is not None, "status": dossier.status,
            "received_at": dossier.received_at, "due_at": dossier.due_at, "state": state}
