"""Every command of the program in one table: id, words, key, icon. Keys are QActions of the window (0.1 ms; a button's own
shortcut or mnemonic answers 100 ms late), the same on every page, and shown on the buttons."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget

from counter_app.ui.icons import set_icon


@dataclass(frozen=True, slots=True)
class Command:
    """One command. ``keys`` are portable key sequences, the first is shown. ``words`` help the palette to find it."""

    id: str
    text: str
    icon: str
    keys: tuple[str, ...] = ()
    words: str = ""


COMMANDS: tuple[Command, ...] = (
    Command("receive", "Tiếp nhận hồ sơ mới", "file-plus", ("F2",), "nhan ho so moi"),
    Command("find", "Quét mã hoặc tìm kiếm", "search", ("F3",), "tra cuu"),
    Command("return", "Trả kết quả", "hand-coins", ("F4",), "giao ket qua"),
    Command("handover", "Bàn giao hồ sơ", "arrow-left-right", ("F5",), "phieu ban giao chuyen"),
    Command("supplement", "Bổ sung giấy tờ", "file-warning", ("F6",), "yeu cau bo sung"),
    Command("collect-fee", "Thu phí, lệ phí", "banknote", ("F7",), "thu tien le phi"),
    Command("sync", "Đồng bộ ngay", "refresh-cw", ("F8",), "gui nhan trung tam"),
    Command("print", "In hoặc in lại", "printer", ("F9", "Ctrl+P"), "giay hen phieu"),
    Command("print-more", "In giấy khác…", "printer", ("Ctrl+F9",),
            "phieu thu nhan bia ho so nhan buu gui phieu nhac hen ban giao so theo doi bao cao danh sach tai khoan"),
    Command("preview", "Xem trước bản in", "eye", ("Shift+F9",), "xem truoc giay hen phieu"),
    Command("camera", "Quét bằng camera", "camera", ("F10",), "webcam"),
    Command("save-print", "Lưu và in", "save", ("Ctrl+Return",), "luu"),
    Command("undo", "Hoàn tác việc vừa làm", "undo-2", ("Ctrl+Z",), "huy quay lai"),
    Command("palette", "Tìm lệnh", "command", ("Ctrl+K",), "bang lenh"),
    Command("scan-box", "Về ô quét", "scan-line", (), "esc esc"),
    Command("help", "Trợ giúp và phím tắt", "circle-help", ("F1",), "huong dan"),
    Command("zoom-in", "Chữ to hơn", "plus", ("Ctrl++", "Ctrl+="), "phong to co chu"),
    Command("zoom-out", "Chữ nhỏ hơn", "minus", ("Ctrl+-",), "thu nho co chu"),
    Command("zoom-reset", "Cỡ chữ thường", "type", ("Ctrl+0",), "co chu mac dinh"),
    Command("density", "Đổi mật độ: thoáng hoặc gọn", "list-filter", (), "khoang cach day"),
    Command("theme-light", "Giao diện sáng", "sun", (), "mau trang"),
    Command("theme-dark", "Giao diện tối", "moon", (), "mau den"),
    Command("theme-auto", "Giao diện theo hệ thống", "sun-moon", (), "mau tu dong"),
    Command("lock", "Khóa màn hình", "lock", ("Ctrl+L",), "tam khoa"),
    Command("sign-out", "Đăng xuất", "log-out", (), "thoat tai khoan"),
)
"""Esc Esc (to the scan box) is handled by the window, because one Esc must stay with editors and popups."""

BY_ID = {command.id: command for command in COMMANDS}


def key_of(command_id: str) -> str:
    """The key shown for a command, e.g. ``F2`` or ``Ctrl+Enter``; empty when it has none."""
    return shown_key(BY_ID[command_id])


def shown_key(command: Command) -> str:
    """The key as buttons show it: Return is called Enter, as on the keyboard. (Registering both "Ctrl+Return" and "Ctrl+Enter" makes
    Qt call each of them ambiguous and do nothing.)"""
    return command.keys[0].replace("Return", "Enter") if command.keys else ""


class CommandSet(QObject):
    """The QActions of one window. ``triggered(id)`` for every command, whether by key, button or palette."""

    triggered = Signal(str)

    def __init__(self, window: QWidget, commands: Iterable[Command] = COMMANDS) -> None:
        super().__init__(window)
        self._window = window
        self._actions: dict[str, QAction] = {}
        self.commands: list[Command] = []
        for command in commands:
            self.add(command)

    def add(self, command: Command) -> QAction:
        """Add one more command (pages without a key in the table). Raises ValueError for an id or key that is taken."""
        taken = {key for known in self.commands for key in known.keys}
        if command.id in self._actions or taken & set(command.keys):
            raise ValueError(f"command {command.id}: id or key is taken")
        action = QAction(command.text, self._window)
        action.setShortcuts([QKeySequence(key) for key in command.keys])
        action.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
        action.setAutoRepeat(False)
        action.setProperty("shownKey", shown_key(command))
        set_icon(action, command.icon, "text_muted")
        action.triggered.connect(partial(self._emit, command.id))
        self._window.addAction(action)
        self._actions[command.id] = action
        self.commands.append(command)
        return action

    def __getitem__(self, command_id: str) -> QAction:
        return self._actions[command_id]

    def __contains__(self, command_id: str) -> bool:
        return command_id in self._actions

    def set_enabled(self, enabled: bool, except_ids: frozenset[str] = frozenset()) -> None:
        """Switch all commands on or off (lock screen, sign-in)."""
        for command_id, action in self._actions.items():
            action.setEnabled(enabled or command_id in except_ids)

    def _emit(self, command_id: str, checked: bool = False) -> None:
        self.triggered.emit(command_id)
