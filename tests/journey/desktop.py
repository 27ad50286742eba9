"""A receptionist's desktop for one counter: its own screen, window manager and session bus with the accessibility services.

Each counter gets one of its own, as if it were a PC of its own: key strokes go to one window only, and a program that asks the
bus for accessibility finds what any Linux desktop has.
"""

from __future__ import annotations

import shutil

from jeepney import DBusAddress, new_method_call
from jeepney.io.blocking import open_dbus_connection

from tests.servers.process import Server, private_folder, require
from tests.servers.screen import VirtualScreen

_BUS = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:path={socket}</listen>
  <auth>EXTERNAL</auth>
  <standard_session_servicedirs/>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/>
  </policy>
</busconfig>
"""


class Desktop:
    """``env`` is what a program needs to show its window here and to be found by ``accessibility_bus``."""

    def __init__(self) -> None:
        self._folder = private_folder("desk-")
        self._servers: list[Server] = []
        self._screen = VirtualScreen()
        try:
            self._open()
        except BaseException:
            self.stop()
            raise

    def _open(self) -> None:
        socket, config = self._folder / "bus", self._folder / "bus.conf"
        config.write_text(_BUS.format(socket=socket))
        self.env = {**self._screen.env, "DBUS_SESSION_BUS_ADDRESS": f"unix:path={socket}", "XDG_RUNTIME_DIR": str(self._folder),
                    "GSETTINGS_BACKEND": "memory", "QT_ACCESSIBILITY": "1", "QT_LINUX_ACCESSIBILITY_ALWAYS_ON": "1"}
        command = [require("dbus-daemon", "dbus"), f"--config-file={config}", "--nofork"]
        bus = Server("dbus-daemon", command, self._folder / "bus.log", self.env)
        self._servers.append(bus)
        bus.wait_until(socket.exists)
        manager = require("matchbox-window-manager", "matchbox-window-manager")
        self._servers.append(Server("window manager", [manager, "-use_titlebar", "no"], self._folder / "windows.log", self.env))
        self.accessibility_bus = self._accessibility_bus()

    @property
    def display(self) -> str:
        return self._screen.display

    def _accessibility_bus(self) -> str:
        """The address of the accessibility bus; asking for it starts it (at-spi2-core's service file)."""
        with open_dbus_connection(bus=self.env["DBUS_SESSION_BUS_ADDRESS"]) as connection:
            launcher = DBusAddress("/org/a11y/bus", "org.a11y.Bus", "org.a11y.Bus")
            reply = connection.send_and_get_reply(new_method_call(launcher, "GetAddress"), timeout=20)
        return reply.body[0]

    def stop(self) -> None:
        for server in reversed(self._servers):
            server.stop()
        self._screen.stop()
        shutil.rmtree(self._folder, ignore_errors=True)
