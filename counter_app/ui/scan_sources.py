"""Where scans come from: keyboard scanner, serial and HID-POS scanner, camera. Each goes through the gate and is routed by what it
is."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal, Slot

from counter_app.domain.outcomes import ScanOutcome
from counter_app.runtime.settings import CAMERA, CAMERA_MIRROR, HID_SCANNER, SCANNER_PREFIX, SCANNER_SUFFIX, SERIAL_BAUD, SERIAL_PORT
from counter_app.scanner.classify import classify
from counter_app.scanner.gate import Gate, Wrapping
from counter_app.scanner.known import TypedGrammar, known_code
from counter_app.scanner.qt.wedge import Wedge
from counter_app.scanner.raw import NOTES_VI, RawScan
from counter_app.scanner.reader import DeviceReader, PortState
from counter_app.ui.camera_panel import CameraPanel
from counter_app.ui.context import UiContext
from counter_app.ui.main_window import MainWindow

log = logging.getLogger(__name__)

if TYPE_CHECKING:
    from counter_app.scanner.qt.camera import CameraSession

_SAID_ONCE = frozenset({"caps-lock", "keyboard-layout", "input-method", "line-speed", "flood"})


class ScanSources(QObject):
    """``start`` begins to listen, ``stop`` releases every device. ``host`` is the window the camera panel lies over; while it is
    covered (sign-in, lock screen) nothing that is scanned has an effect, and the camera is off."""

    _device_read = Signal(object)
    _device_state = Signal(object)

    def __init__(self, ctx: UiContext, host: MainWindow, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._ctx = ctx
        desk = ctx.desk
        self._wrapping = self._configured()
        self._gate = self._new_gate()
        # What the scanner was told to put around a code is part of what it types.
        grammar = TypedGrammar(lambda: desk.codes, lambda: self._wrapping)
        self._wedge = Wedge(grammar.fits, self, grammar.proves)
        self._wedge.troubled.connect(self._tell_repair)
        self._wedge.scanned.connect(self.arrived)
        self._devices: list[DeviceReader] = []
        self._ending: list[DeviceReader] = []
        self._device_read.connect(self.arrived, Qt.ConnectionType.QueuedConnection)
        self._device_state.connect(self._port_changed, Qt.ConnectionType.QueuedConnection)
        self._trial: Callable[[RawScan], None] | None = None
        ctx.try_scanner = self.set_trial
        self._camera: CameraSession | None = None
        self._fits = lambda text: known_code(desk.codes)(text)
        self._host = host
        self._host.covered_changed.connect(self._cover)
        self._told: set[str] = set()
        self._panel: CameraPanel | None = None
        self._closed_for = ""
        self._ended = False
        ctx.toggle_camera = self.toggle_camera
        host.installEventFilter(self)

    def start(self) -> None:
        """Listen to keyboard, serial and HID scanners. The camera opens only when its panel is asked for."""
        self._wedge.set_paused(self._host.is_covered())
        self._wedge.start()
        self._open_devices()

    def stop(self) -> None:
        """Release everything, camera first: its light should go out at once."""
        self._ended = True  # what still waits in the loop finds the window gone
        self._host.removeEventFilter(self)
        self.close_camera()
        self._wedge.stop()
        self._close_devices()
        if self._camera is not None and not self._camera.wait():
            log.warning("the camera did not let go in time")

    def set_trial(self, listener: Callable[[RawScan], None] | None) -> None:
        """While ``listener`` is there, everything any scanner sends goes to it as it came, and nowhere else: the page "Thử máy quét"
        looks at the set-up, so no repair, no gate and no rule of speed stands in between."""
        self._trial = listener
        self._wedge.listen(listener is not None)

    def reload(self) -> None:
        """Settings of the scanners changed; an open camera closes and opens as it is set now."""
        self.close_camera()
        self._wrapping = self._configured()
        self._gate = self._new_gate()
        for reader in self._devices:  # the window does not wait for a driver; who reads next does
            reader.ask_to_stop()
        self._ending = [reader for reader in (*self._ending, *self._devices) if not reader.has_ended]
        self._devices = []
        self._open_devices()

    @Slot(object)
    def arrived(self, raw: RawScan) -> None:
        """One reading of any device."""
        if self._host.is_covered():
            return
        if self._trial is not None:
            self._trial(raw)
            return
        admitted = self._gate.admit(raw)
        if admitted is not None:
            self._ctx.scans.deliver(classify(admitted.text, self._ctx.desk.codes), admitted)
            self._tell_repair(admitted.note or "")

    @Slot(str)
    def _tell_repair(self, note: str) -> None:
        """A keyboard that had to be corrected is said once a day's work, not with each scan."""
        if note in _SAID_ONCE and note not in self._told:
            self._told.add(note)
            self._host.show_toast(NOTES_VI[note], "warning", "keyboard")

    @Slot()
    def toggle_camera(self) -> None:
        """Open the camera panel, or close it."""
        if self._panel is not None and not self._panel.isHidden():
            self.close_camera()
            return
        if self._panel is None:
            from counter_app.scanner.qt.camera import CameraSession  # the picture libraries would slow each start

            self._panel = CameraPanel(self._host)
            self._panel.close_requested.connect(self.close_camera)
            self._camera = CameraSession(self._fits, self)
            self._camera.found.connect(self._seen)
            self._camera.preview.connect(self._panel.show_picture)
            self._camera.hint.connect(self._panel.show_hint)
            self._camera.problem.connect(self._panel.show_problem)
        self._panel.open_panel()
        self._open_camera()

    def _open_camera(self) -> None:
        settings = self._ctx.settings
        assert self._camera is not None
        self._camera.set_mirror(settings is not None and settings.get(CAMERA_MIRROR))
        self._camera.open(settings.get(CAMERA) if settings is not None else "")

    def set_mirror(self, on: bool) -> None:
        """The setting changed; an open preview follows at its next picture."""
        if self._camera is not None:
            self._camera.set_mirror(on)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """A window that nobody sees has no camera: the device is let go of and opened again with the window."""
        if event.type() in (QEvent.Type.Hide, QEvent.Type.Show, QEvent.Type.WindowStateChange):
            QTimer.singleShot(0, self, self._follow_window)
        return False

    @Slot()
    def _follow_window(self) -> None:
        if self._ended or self._panel is None or self._camera is None or self._panel.isHidden():
            return
        seen = self._host.isVisible() and not self._host.isMinimized()
        if not seen and self._camera.is_open:
            self._camera.close()
        elif seen and not self._camera.is_open:
            self._panel.open_panel()
            self._open_camera()

    @Slot()
    def close_camera(self) -> None:
        """Hide the panel and let go of the device."""
        if self._camera is not None:
            self._camera.close()
        if self._panel is not None:
            self._panel.hide()

    @Slot(object)
    def _seen(self, raw: RawScan) -> None:
        """A believed sighting. The panel stays open: the next paper may follow."""
        self.arrived(raw)
        if self._panel is not None:
            self._panel.blink()

    @Slot(bool)
    def _cover(self, covered: bool) -> None:
        self._wedge.set_paused(covered)
        if covered:
            # Who unlocks their own window finds the camera as it was; who signs in next does not.
            self._closed_for = self._username() if self._panel is not None and not self._panel.isHidden() else ""
            self.close_camera()
        elif self._closed_for and self._closed_for == self._username():
            self.toggle_camera()

    def _username(self) -> str:
        staff = self._ctx.desk.staff
        return staff.username if staff is not None else ""

    def _configured(self) -> Wrapping:
        settings = self._ctx.settings
        return Wrapping() if settings is None else Wrapping(settings.get(SCANNER_PREFIX), settings.get(SCANNER_SUFFIX))

    def _new_gate(self) -> Gate:
        """Bar code and QR code of one receipt are one showing: both count as the code they name."""

        def stands_for(text: str) -> str:
            return str(getattr(classify(text, self._ctx.desk.codes), "code", text))

        return Gate(self._wrapping, stands_for)

    def _open_devices(self) -> None:
        settings = self._ctx.settings
        if settings is None:
            return
        if port := settings.get(SERIAL_PORT):
            from counter_app.scanner.serial_port import SerialScanner

            self._devices.append(SerialScanner(port, self._device_read.emit, self._device_state.emit, settings.get(SERIAL_BAUD)))
        if device := settings.get(HID_SCANNER):
            from counter_app.scanner.hid import HidScanner

            self._devices.append(HidScanner(device, self._device_read.emit, self._device_state.emit))
        # Opening may take a driver's time; it runs in the reader's own thread, after the first paint.
        QTimer.singleShot(0, self._start_devices)

    @Slot()
    def _start_devices(self) -> None:
        for reader in self._devices:
            reader.start(self._ending)

    def _close_devices(self) -> None:
        readers = [*self._devices, *self._ending]
        for reader in readers:
            reader.ask_to_stop()
        for reader in readers:
            reader.stop()
        self._devices, self._ending = [], []

    @Slot(object)
    def _port_changed(self, state: PortState) -> None:
        if state is PortState.LOST:
            self._ctx.say(ScanOutcome.DEVICE_LOST)
        elif state is PortState.REFUSED:
            self._ctx.say(ScanOutcome.SCANNER_REFUSED)
