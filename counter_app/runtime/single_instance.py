"""One window per profile. A file lock of the operating system: it goes with the process, also after a kill. Commands may run
beside a window; SQLite keeps them apart."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from counter_app.runtime.paths import unwritable
from onestop.errors import UserError


class SingleInstance:
    """Held from construction to ``release``. Raises UserError ``already-running``; EnvironmentFault ``profile-unwritable``."""

    def __init__(self, file: Path) -> None:
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            self._handle: int | None = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise unwritable(file.parent) from error
        try:
            _lock(self._handle)
        except OSError:
            os.close(self._handle)
            self._handle = None
            raise UserError("already-running", "Chương trình đang mở với hồ sơ làm việc này. Hãy dùng cửa sổ đang mở.") from None

    def release(self) -> None:
        """Let another window in. The file stays: removing it would race with the next one."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None

    def __enter__(self) -> SingleInstance:
        return self

    def __exit__(self, *exc: object) -> None:
        self.release()


if sys.platform == "win32":
    import msvcrt

    def _lock(handle: int) -> None:
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _lock(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
