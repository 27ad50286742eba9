"""A private system bus with somebody on it who takes DNS-SD announcements and announces nothing.

ippeveprinter cannot start without a DNS-SD service, even with `-r off`. Avahi's daemon keeps its pid file in one fixed place, wants
root and would announce the test printer to the office's network. So the bus is real and private; the service accepts and keeps quiet.
"""

import threading
from pathlib import Path

from jeepney import HeaderFields, MessageType, new_error, new_method_return
from jeepney.bus_messages import message_bus
from jeepney.io.blocking import open_dbus_connection

from tests.servers.process import Server, require

_CONFIG = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <listen>unix:path={socket}</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*"/><allow receive_sender="*"/><allow own="*"/><allow user="*"/>
  </policy>
</busconfig>
"""
_RUNNING, _API_VERSION = 2, 0x0204
# Method → signature and values of its answer, as in avahi's org.freedesktop.Avahi.*.xml; what is not listed answers nothing.
_ANSWERS = {
    "GetVersionString": ("s", ("quiet",)),
    "GetAPIVersion": ("u", (_API_VERSION,)),
    "GetState": ("i", (_RUNNING,)),
    "GetHostName": ("s", ("localhost",)),
    "GetHostNameFqdn": ("s", ("localhost",)),
    "GetDomainName": ("s", ("local",)),
    "EntryGroupNew": ("o", ("/Client0/EntryGroup0",)),
}


class Announcer:
    """Starts the bus and the quiet service; `env` is what a program needs to find them."""

    def __init__(self, folder: Path):
        socket = folder / "bus.sock"
        config = folder / "bus.conf"
        config.write_text(_CONFIG.format(socket=socket))
        self._bus = Server("dbus-daemon", [require("dbus-daemon", "dbus"), f"--config-file={config}", "--nofork"], folder / "bus.log")
        self._bus.wait_until(socket.exists)
        self.env = {"DBUS_SYSTEM_BUS_ADDRESS": f"unix:path={socket}"}
        self._connection = open_dbus_connection(bus=f"unix:path={socket}")
        self._connection.send_and_get_reply(message_bus.RequestName("org.freedesktop.Avahi"), timeout=10)
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._serve, name="dns-sd", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._end.set()
        self._thread.join(10)
        self._connection.close()
        self._bus.stop()

    def _serve(self) -> None:
        while not self._end.is_set():
            try:
                call = self._connection.receive(timeout=0.2)
            except TimeoutError:
                continue
            if call.header.message_type is not MessageType.method_call:
                continue
            fields = call.header.fields
            member = fields.get(HeaderFields.member)
            if fields.get(HeaderFields.interface, "").startswith("org.freedesktop.Avahi"):
                self._connection.send(new_method_return(call, *_ANSWERS.get(member, ())))
            else:
                self._connection.send(new_error(call, "org.freedesktop.DBus.Error.UnknownMethod", "s", (str(member),)))
