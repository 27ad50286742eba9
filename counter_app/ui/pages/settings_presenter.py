"""Decisions of "Cài đặt": every change is written at once; what an administrator fixed cannot be touched."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QApplication

from counter_app.runtime.settings import (
    ATTACHMENT_KBITS,
    CAMERA,
    CAMERA_MIRROR,
    DENSITY,
    FONT_SCALE,
    HID_SCANNER,
    IDLE_LOCK_MINUTES,
    KNOWN,
    METERED_LINE,
    SCANNER_PREFIX,
    SCANNER_SUFFIX,
    SERIAL_BAUD,
    SERIAL_PORT,
    SOUNDS,
    THEME,
    Settings,
)
from counter_app.ui.context import UiContext
from counter_app.ui.pages.settings_printing import LOCKED, PrinterSettings
from counter_app.ui.pages.settings_view import SettingsView
from counter_app.ui.theme import apply_theme
from onestop.errors import UserError

if TYPE_CHECKING:
    from counter_app.scanner.qt.devices import CameraDevices

_SIMPLE = (THEME, FONT_SCALE, DENSITY, SOUNDS, IDLE_LOCK_MINUTES, ATTACHMENT_KBITS, METERED_LINE, SERIAL_BAUD, SCANNER_PREFIX,
           SCANNER_SUFFIX, CAMERA_MIRROR)


def _queues() -> Sequence[tuple[str, str]]:
    from counter_app.printing.printers import list_printers

    return [(p.name, p.name + (" (mặc định)" if p.default else "") + (f" – {p.trouble}" if p.trouble else "")) for p in list_printers()]


def _ports() -> Sequence[tuple[str, str]]:
    from counter_app.scanner.serial_port import list_ports

    return [(p.usb_id or p.name, f"{p.title} ({p.name})") for p in list_ports()]


def _hid_scanners() -> Sequence[tuple[str, str]]:
    from counter_app.scanner.hid import list_hid

    return [(info.id, info.title) for info in list_hid()]


def _load_cameras() -> None:
    import_module("counter_app.scanner.qt.devices")


def _cameras(parent: QObject) -> CameraDevices:
    from counter_app.scanner.qt.devices import CameraDevices

    return CameraDevices(parent)


@dataclass(frozen=True, slots=True)
class Devices:
    """Where the lists come from: (value kept, words), asked in the background. For cameras ``load_cameras`` reads the libraries in the
    background, ``cameras`` makes the list that looks after itself."""

    queues: Callable[[], Sequence[tuple[str, str]]] = _queues
    ports: Callable[[], Sequence[tuple[str, str]]] = _ports
    cameras: Callable[[QObject], CameraDevices] = _cameras
    hid_scanners: Callable[[], Sequence[tuple[str, str]]] = _hid_scanners
    load_cameras: Callable[[], None] = _load_cameras


class SettingsPresenter(QObject):
    """Looks are applied here; every other change is told by ``facts.settings_changed(key)``."""

    def __init__(self, ctx: UiContext, view: SettingsView, devices: Devices) -> None:
        super().__init__(view)
        self._ctx, self._view, self._devices = ctx, view, devices
        self._cameras: CameraDevices | None = None
        self.printers = PrinterSettings(ctx, view.printers, devices.queues, self)
        view.changed.connect(self.change)
        view.scanner_trial_requested.connect(self._try_scanner)
        view.camera_trial_requested.connect(self._try_camera)
        view.refresh_requested.connect(self.find_devices)
        view.office_papers_requested.connect(self._office_papers)

    @property
    def _settings(self) -> Settings:
        assert self._ctx.settings is not None
        return self._ctx.settings

    # ---- the frame

    def enter(self) -> None:
        """Show what is in force, and look for devices."""
        for setting in _SIMPLE:
            self._show(setting.key)
        self._view.set_about(self._about())
        self.find_devices()

    def leave(self) -> None:
        """Nothing to end: every change is written."""

    def command(self, command_id: str) -> bool:
        """No command of its own."""
        return False

    # ---- values

    def _locked(self, key: str) -> str:
        return LOCKED if self._settings.locked(KNOWN[key]) else ""

    def _show(self, key: str) -> None:
        self._view.set_value(key, self._settings.get(KNOWN[key]), self._locked(key))

    @Slot(str, object)
    def change(self, key: str, value: Any) -> None:
        """Write one value; on refusal the old one is shown again."""
        if value == self._settings.get(KNOWN[key]):
            return
        try:
            self._settings.set(KNOWN[key], value)
        except UserError as error:
            self._ctx.fail(error)
            if key in {s.key for s in _SIMPLE}:
                self._show(key)
            return
        if key in (THEME.key, FONT_SCALE.key, DENSITY.key):
            self._apply_looks()
        self._ctx.facts.settings_changed.emit(key)

    def _apply_looks(self) -> None:
        app, values = QApplication.instance(), self._settings
        if isinstance(app, QApplication):
            mode = {"system": "auto"}.get(values.get(THEME), values.get(THEME))
            apply_theme(app, mode, values.get(FONT_SCALE), values.get(DENSITY))  # type: ignore[arg-type]

    # ---- devices

    @Slot()
    def find_devices(self) -> None:
        """Ask for queues, ports and cameras off the window's thread."""
        self.printers.find()
        self._ctx.tasks.run_task(self._devices.ports, self._ports_found, self._ctx.fail, key="settings-ports", owner=self)
        self._ctx.tasks.run_task(self._devices.hid_scanners, self._hid_found, self._ctx.fail, key="settings-hid", owner=self)
        self._ctx.tasks.run_task(self._devices.load_cameras, self._ask_cameras, self._ctx.fail, key="settings-cameras", owner=self)

    def _ports_found(self, ports: Sequence[tuple[str, str]]) -> None:
        none = [("", "Không dùng")]
        self._view.set_devices(SERIAL_PORT.key, [*none, *ports], self._settings.get(SERIAL_PORT), self._locked(SERIAL_PORT.key))

    def _hid_found(self, scanners: Sequence[tuple[str, str]]) -> None:
        none = [("", "Không dùng")]
        self._view.set_devices(HID_SCANNER.key, [*none, *scanners], self._settings.get(HID_SCANNER), self._locked(HID_SCANNER.key))

    def _ask_cameras(self, _loaded: None) -> None:
        if self._cameras is None:
            self._cameras = self._devices.cameras(self)
            self._cameras.changed.connect(self._cameras_found)
        self._cameras.look()
        self._cameras_found()

    @Slot()
    def _cameras_found(self) -> None:
        cameras = self._cameras.found() if self._cameras is not None else None
        if cameras is None:
            return
        shown = [("", "Camera mặc định"), *((camera.id, camera.title) for camera in cameras)]
        self._view.set_devices(CAMERA.key, shown, self._settings.get(CAMERA), self._locked(CAMERA.key))

    @Slot()
    def _try_scanner(self) -> None:
        self._ctx.go("scanner-trial")

    @Slot()
    def _office_papers(self) -> None:
        from counter_app.ui.pages.office_papers import offer_office_papers

        offer_office_papers(self._ctx, self._view)

    @Slot()
    def _try_camera(self) -> None:
        self._ctx.toggle_camera()

    def _about(self) -> list[tuple[str, str]]:
        desk = self._ctx.desk
        try:
            program = version("counter-app")
        except PackageNotFoundError:
            program = "bản chạy từ mã nguồn"
        with desk.store.read() as reader:
            gateway = reader.meta_get("gateway_url") or "chưa đăng ký"
        return [
            ("Phiên bản", program),
            ("Đơn vị", desk.unit.name),
            ("Mã đơn vị", desk.agency),
            ("Quầy số", str(desk.device)),
            ("Trung tâm", gateway),
            ("Thư mục dữ liệu", str(self._settings.file.parent)),
        ]


def build_settings_page(ctx: UiContext, devices: Devices | None = None) -> SettingsView:
    """The page, ready for the frame."""
    view = SettingsView()
    view.presenter = SettingsPresenter(ctx, view, devices or Devices())
    return view
