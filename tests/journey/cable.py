"""The network cable between one counter and the gateway. Pulled, it is silent, as a dead line is: connections open and nothing
comes back. That is harder for a program than a refusal, which is at least an answer."""

from __future__ import annotations

import contextlib
import socket
import threading

_CHUNK = 1 << 16


class Cable:
    """Forwards ``url`` to a port of the loopback until `pull`; `plug` brings the line back (old connections are dead by then)."""

    def __init__(self, port: int) -> None:
        self._to = port
        self._plugged = threading.Event()
        self._plugged.set()
        self._lock = threading.Lock()
        self._open: list[socket.socket] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._thread = threading.Thread(target=self._accept, name="cable", daemon=True)
        self._thread.start()

    def pull(self) -> None:
        """From now on nothing passes, in either direction."""
        self._plugged.clear()

    def plug(self) -> None:
        """The line is back. Connections from before are gone, as after any longer outage."""
        self._drop()
        self._plugged.set()

    def remove(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(5)
        self._drop()

    def _drop(self) -> None:
        with self._lock:
            ending, self._open = self._open, []
        for end in ending:
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            with self._lock:
                self._open.append(near)
            if not self._plugged.is_set():
                continue  # taken, and never answered
            try:
                far = socket.create_connection(("127.0.0.1", self._to), timeout=5)
            except OSError:
                near.close()
                continue
            far.settimeout(None)
            with self._lock:
                self._open.append(far)
            for source, target in ((near, far), (far, near)):
                threading.Thread(target=self._pump, args=(source, target), daemon=True).start()

    def _pump(self, source: socket.socket, target: socket.socket) -> None:
        try:
            while data := source.recv(_CHUNK):
                if not self._plugged.is_set():
                    return
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)
        except OSError:
            return
