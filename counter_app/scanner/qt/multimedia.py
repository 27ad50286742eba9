"""QtMultimedia, entered by one door: without its complaints about libraries this program does not need."""

from __future__ import annotations

import os
import sys
from functools import cache
from pathlib import Path

from PySide6.QtCore import QLoggingCategory


@cache
def quiet_multimedia() -> None:
    """Call before the first use of QtMultimedia. Its back end reports every optional library it does not find (hardware video
    decoding, PipeWire) as a warning; none of them is needed for a camera picture or a sound."""
    QLoggingCategory.setFilterRules("qt.multimedia.symbolsresolver*=false\nqt.multimedia.ffmpeg.info=false\nqt.multimedia.ffmpeg.debug=false")


def sound_is_there() -> bool:
    """Whether asking Qt for a loudspeaker makes sense. On Linux Qt complains on the console when no sound server runs."""
    if sys.platform != "linux":
        return True
    runtime = os.environ.get("XDG_RUNTIME_DIR", "")
    return bool(os.environ.get("PULSE_SERVER")) or (runtime != "" and (Path(runtime) / "pulse" / "native").exists())


def com_for_this_thread() -> None:
    """Windows: the camera's interfaces want COM on the thread that calls them. Elsewhere, and the second time, nothing."""
    if sys.platform == "win32":
        import ctypes

        ctypes.windll.ole32.CoInitializeEx(None, 0)
