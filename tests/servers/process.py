"""Child processes of the test servers: they end with the tests, whatever happens to them."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path


class ServerFailed(RuntimeError):
    """A real server the tests need did not start; the text holds the end of its log."""


def free_port() -> int:
    """A TCP port of the loopback that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def require(program: str, package: str) -> str:
    """Full path of a program, also where only root's PATH has it; fails with the Debian package to install."""
    found = shutil.which(program, path=os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/sbin", "/usr/local/sbin"]))
    if found is None:
        raise ServerFailed(f"{program} is not installed; Debian package: {package} (sh dev.sh setup test installs it)")
    return found


def private_folder(prefix: str, owner: str | None = None) -> Path:
    """A short-named folder under the system's temporary folder (Unix sockets allow 107 characters), readable by its owner only."""
    folder = Path(tempfile.mkdtemp(prefix=prefix))
    if owner is not None:
        shutil.chown(folder, owner)
    return folder


def setpriv(user: str | None = None) -> list[str]:
    """Start of a command that runs what follows as another user (root only), or as ourselves."""
    command = [require("setpriv", "util-linux")]
    if user is not None:
        import pwd  # not on Windows, where this module must still import

        account = pwd.getpwnam(user)
        command += ["--reuid", str(account.pw_uid), "--regid", str(account.pw_gid), "--clear-groups"]
    return command


class Server:
    """One child process with its log in a file. It is killed by the kernel if the tests die before they could stop it."""

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        log: Path,
        env: Mapping[str, str] | None = None,
        user: str | None = None,
        pass_fds: Sequence[int] = (),
    ):
        self.name, self.log = name, log
        with log.open("ab") as output:
            self.process = subprocess.Popen(
                [*setpriv(user), "--pdeathsig", "KILL", *command],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env={**os.environ, **(env or {})},
                cwd=log.parent,
                pass_fds=pass_fds,
            )

    def wait_until(self, ready: Callable[[], bool], seconds: float = 30) -> None:
        """Returns once `ready`; raises ServerFailed with the end of the log if the process ended or time is up."""
        deadline = time.monotonic() + seconds
        while not ready():
            if self.process.poll() is not None:
                raise ServerFailed(f"{self.name} ended with code {self.process.returncode}:\n{self.log_tail()}")
            if time.monotonic() > deadline:
                self.stop()
                raise ServerFailed(f"{self.name} was not ready within {seconds} s:\n{self.log_tail()}")
            time.sleep(0.02)

    def log_tail(self) -> str:
        return self.log.read_text(errors="replace")[-3000:]

    def stop(self, how: signal.Signals = signal.SIGTERM, seconds: float = 20) -> None:
        """Ends the process by a signal, and by SIGKILL if it does not listen."""
        if self.process.poll() is not None:
            return
        self.process.send_signal(how)
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def answers(host: str, port: int) -> bool:
    """True if something accepts TCP connections there."""
    with contextlib.suppress(OSError), socket.create_connection((host, port), timeout=1):
        return True
    return False
