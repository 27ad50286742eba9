"""Room kept back on the disk, so that a full disk is told before a code is promised and what is on its way can still be settled."""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from pathlib import Path

from counter_app.store.errors import StoreFault

#: Less than this free beside the reserve: no new code.
LOW = 8 << 20


class Reserve:
    """A file of ``size`` bytes that really takes its room. It is given up when the disk runs full, and made again when there is
    plenty."""

    def __init__(self, path: Path, size: int) -> None:
        self.path, self.size = path, size
        self._held = self._given_up = False
        if size:
            self._make()

    def require(self) -> None:
        """Before a code is promised. Raises StoreFault ``disk-full`` while there is too little room: nothing was saved, and what the
        reserve held is now free for drafts and for the sync."""
        if not self.size:
            return
        free = shutil.disk_usage(self.path.parent).free
        if free >= (self.size + LOW if self._given_up else LOW):
            if not self._held and free >= 2 * self.size + LOW:
                self._make()
            return
        if self._held:
            with suppress(OSError):
                self.path.unlink()
        self._held, self._given_up = False, True
        raise StoreFault(
            "disk-full",
            "Đĩa sắp hết chỗ nên chưa cấp mã hồ sơ mới. Nội dung đang nhập vẫn còn: hãy dọn bớt đĩa rồi lưu lại; "
            "dữ liệu đã lưu vẫn được gửi.",
            path=str(self.path.parent),
        )

    def _make(self) -> None:
        try:
            if self.path.exists() and self.path.stat().st_size == self.size:
                self._held, self._given_up = True, False
                return
            if shutil.disk_usage(self.path.parent).free < 2 * self.size + LOW:
                return
            with open(os.open(self.path, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o600), "r+b") as handle:
                if hasattr(os, "posix_fallocate"):
                    os.posix_fallocate(handle.fileno(), 0, self.size)
                else:
                    handle.truncate(self.size)
            self._held, self._given_up = True, False
        except OSError:
            with suppress(OSError):
                self.path.unlink()
