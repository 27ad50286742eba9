"""Settings of this PC: a typed default, the person's file, and a machine-wide file that can lock values.

Machine-wide file: ``{"defaults": {…}, "locked": {…}}``; a value under ``locked`` wins over everything and cannot be changed.
Keys this version does not know are kept as they are (a newer version wrote them).
"""

from __future__ import annotations

import json
import os
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

from onestop.errors import EnvironmentFault, UserError

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Setting(Generic[T]):
    """A known setting. ``choices`` limits the values; ``low`` and ``high`` limit numbers."""

    key: str
    default: T
    choices: tuple[T, ...] = ()
    low: float | None = None
    high: float | None = None

    def problem(self, value: Any) -> str:
        """Why ``value`` does not fit (empty: it does)."""
        kind = type(self.default)
        if type(value) is not kind and not (kind is float and type(value) is int):
            return f"phải là kiểu {_KIND_VI.get(kind, kind.__name__)}"
        if self.choices and value not in self.choices:
            return "phải là một trong: " + ", ".join(map(str, self.choices))
        low, high = self.low, self.high
        if (low is not None and value < low) or (high is not None and value > high):
            return f"phải trong khoảng {low}–{high}"
        return ""


_KIND_VI = {str: "chuỗi ký tự", int: "số nguyên", float: "số", bool: "đúng/sai (true/false)", list: "danh sách", dict: "đối tượng"}

THEME = Setting("theme", "system", ("system", "light", "dark"))
FONT_SCALE = Setting("font_scale", 1.0, low=0.75, high=2.0)
DENSITY = Setting("density", "comfortable", ("comfortable", "compact"))
LANGUAGE = Setting("language", "vi", ("vi", "en"))
SOUNDS = Setting("sounds", True)
IDLE_LOCK_MINUTES = Setting("idle_lock_minutes", 10, low=1, high=120)
GATEWAY_URL = Setting("gateway_url", "")
GATEWAY_CA = Setting("gateway_ca", "")
SYNC_SECONDS = Setting("sync_seconds", 15, low=2, high=600)
#: Attachments take at most so many kbit/s of the line (0: as it bears it). They wait on a line that is paid by volume: as the system says,
#: always, never.
ATTACHMENT_KBITS = Setting("attachment_kbits", 0, low=0, high=1_000_000)
METERED_LINE = Setting("metered_line", "system", ("system", "yes", "no"))
RECEIPT_PAPER = Setting("receipt_paper", "A4", ("A4", "A5"))
PRINTERS: Setting[dict] = Setting("printers", {})
SCANNER_PREFIX = Setting("scanner_prefix", "")
SCANNER_SUFFIX = Setting("scanner_suffix", "")
SERIAL_PORT = Setting("serial_port", "")
SERIAL_BAUD = Setting("serial_baud", 9600, (1200, 2400, 4800, 9600, 19200, 38400, 57600, 115200))
HID_SCANNER = Setting("hid_scanner", "")
CAMERA = Setting("camera", "")
CAMERA_MIRROR = Setting("camera_mirror", False)
DUE_SOON_DAYS = Setting("due_soon_days", 1, low=0, high=30)
PLAIN_STORE = Setting("plain_store", False)

KNOWN: dict[str, Setting[Any]] = {
    s.key: s
    for s in (
        THEME,
        FONT_SCALE,
        DENSITY,
        LANGUAGE,
        SOUNDS,
        IDLE_LOCK_MINUTES,
        GATEWAY_URL,
        GATEWAY_CA,
        SYNC_SECONDS,
        ATTACHMENT_KBITS,
        METERED_LINE,
        RECEIPT_PAPER,
        PRINTERS,
        SCANNER_PREFIX,
        SCANNER_SUFFIX,
        SERIAL_PORT,
        SERIAL_BAUD,
        HID_SCANNER,
        CAMERA,
        CAMERA_MIRROR,
        DUE_SOON_DAYS,
        PLAIN_STORE,
    )
}


def machine_file() -> Path:
    """Where an administrator's file is looked for (``COUNTER_APP_MACHINE_SETTINGS`` overrides)."""
    given = os.environ.get("COUNTER_APP_MACHINE_SETTINGS")
    if given:
        return Path(given)
    if sys.platform == "win32":
        return Path(os.environ.get("PROGRAMDATA", r"C:\ProgramData")) / "counter-app" / "settings.json"
    return Path("/etc/counter-app/settings.json")


class Settings:
    """The values in force. Raises UserError ``settings-invalid`` when a file cannot be read as settings: never half of it."""

    def __init__(self, file: Path, machine: Path | None = None) -> None:
        self.file = file
        machine = machine_file() if machine is None else machine
        shared = _read(machine)
        self._defaults = _section(shared, "defaults", machine)
        self._locked = _section(shared, "locked", machine)
        self._values = _read(file)
        for values, where in ((self._defaults, machine), (self._locked, machine), (self._values, file)):
            _check(values, where)

    def get(self, setting: Setting[T]) -> T:
        """The value in force: locked, else the person's, else the machine's default, else the program's."""
        for values in (self._locked, self._values, self._defaults):
            if setting.key in values:
                return values[setting.key]
        return setting.default

    def locked(self, setting: Setting[Any]) -> bool:
        """Did the administrator fix this value?"""
        return setting.key in self._locked

    def set(self, setting: Setting[T], value: T) -> None:
        """Change a value and write the file. Raises UserError ``setting-locked``, ``settings-invalid`` (also of a file that
        somebody broke); EnvironmentFault ``settings-unwritable`` (then the old value stays)."""
        if self.locked(setting):
            raise UserError("setting-locked", "Quản trị viên đã khóa thiết lập này trên máy.", key=setting.key)
        problem = setting.problem(value)
        if problem:
            raise UserError("settings-invalid", f"Thiết lập “{setting.key}” {problem}.", key=setting.key)
        kept = _read(self.file)  # a command, or another window of ours, may have changed another value meanwhile
        _check(kept, self.file)
        changed = {**kept, setting.key: value}
        part = self.file.with_name(self.file.name + ".part")
        try:
            self.file.parent.mkdir(parents=True, exist_ok=True)
            with open(part, "w", encoding="utf-8") as handle:
                json.dump(changed, handle, ensure_ascii=False, indent=2, sort_keys=True)
                handle.write("\n")
                handle.flush()
                os.fsync(handle.fileno())
            os.replace(part, self.file)
        except OSError as error:
            with suppress(OSError):
                part.unlink()
            raise EnvironmentFault(
                "settings-unwritable",
                f"Không ghi được tệp thiết lập {self.file}. Hãy kiểm tra quyền và dung lượng đĩa.",
                path=str(self.file),
            ) from error
        self._values = changed


def _read(file: Path) -> dict[str, Any]:
    try:
        text = file.read_text(encoding="utf-8-sig")
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except UnicodeDecodeError:
        raise _invalid(file, 1, "không phải mã UTF-8") from None
    except OSError as error:
        raise EnvironmentFault(
            "settings-unreadable", f"Không đọc được tệp thiết lập {file}. Hãy kiểm tra quyền đọc.", path=str(file)
        ) from error
    try:
        data = json.loads(text) if text.strip() else {}
    except json.JSONDecodeError as error:
        raise _invalid(file, error.lineno, "không đúng cú pháp JSON") from None
    except RecursionError:
        raise _invalid(file, 1, "lồng nhau quá sâu") from None
    if not isinstance(data, dict):
        raise _invalid(file, 1, "phải là một đối tượng JSON { … }")
    return data


def _section(shared: dict[str, Any], name: str, file: Path) -> dict[str, Any]:
    found = shared.get(name, {})
    if not isinstance(found, dict):
        raise _invalid(file, _line_of(file, name), f"mục “{name}” phải là một đối tượng")
    return found


def _check(values: dict[str, Any], file: Path) -> None:
    for key, value in values.items():
        problem = KNOWN[key].problem(value) if key in KNOWN else ""
        if problem:
            raise _invalid(file, _line_of(file, key), f"“{key}” {problem}")


def _line_of(file: Path, key: str) -> int:
    lines = file.read_text(encoding="utf-8-sig").splitlines()
    return next((n for n, line in enumerate(lines, 1) if json.dumps(key) in line), 1)


def _invalid(file: Path, line: int, why: str) -> UserError:
    return UserError(
        "settings-invalid",
        f"Tệp thiết lập {file} sai ở dòng {line}: {why}. Hãy sửa dòng đó, hoặc đổi tên tệp để dùng thiết lập mặc định.",
        path=str(file),
        line=line,
    )
