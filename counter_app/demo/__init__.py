"""``counter-app demo``: the window on an invented province with a gateway of its own (SQLite, loopback), ready in seconds.

With ``--walk`` it does the main job by itself and names the pictures and PDFs it left, so that anyone can see it over SSH.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import platformdirs

from counter_app.printing.printers import list_printers
from counter_app.printing.profiles import PDF_QUEUE, PURPOSES
from counter_app.runtime.paths import APP, ENV_WITNESS
from counter_app.runtime.secrets import ENV_PIN
from counter_app.runtime.settings import GATEWAY_URL, PRINTERS, Settings
from counter_app.services.setup import initialise
from counter_app.services.workstation import open_workstation, profile_at
from onestop.errors import EnvironmentFault, UserError

AGENCY = "H32.15"
USER, PASSWORD = "hoa.nt", "MotCua@2026"
PIN = "246810"
_READY_SECONDS = 120


class DemoGateway:
    """The local gateway as a process of its own, which ends with this one even if this one is killed.
    ``enrol_code``: for a first enrolment."""

    def __init__(self, folder: Path, count: int) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._log = (folder / "gateway.log").open("ab")
        database = f"sqlite:///{folder / 'gateway.db'}"
        self.process = subprocess.Popen(
            [sys.executable, "-m", "central_gateway.demo.child", "serve", "--database", database, "--port", "0", "--demo-data",
             "--demo-count", str(count)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._log,
            cwd=Path(__file__).resolve().parents[2])
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            raise EnvironmentFault("demo-gateway-failed", f"Không chạy được cổng trung tâm mẫu. Xem {folder / 'gateway.log'}.")
        ready = json.loads(line)
        self.url: str = ready["url"]
        self.enrol_code: str = ready["enrol_codes"][AGENCY]

    def stop(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(10)
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                pipe.close()
        self._log.close()


def run_demo(directory: Path | None, *, walk: bool, fresh: bool, count: int) -> int:
    """Prepare gateway and profile in ``directory`` (kept between runs unless ``fresh``), open the window, clean up."""
    from counter_app.app import run, screen_is_there
    from counter_app.demo.walk import run_walk

    if not screen_is_there():
        raise EnvironmentFault("no-screen", "Không có màn hình. Hãy dùng: sh dev.sh run (tự tạo màn hình ảo).")
    home = (directory or Path(platformdirs.user_data_dir(f"{APP}-demo", appauthor=False))).absolute()
    if fresh and home.exists():
        _remove(home)
    os.environ.setdefault(ENV_WITNESS, str(home / "witness"))
    os.environ.setdefault(ENV_PIN, PIN)
    print(f"Dữ liệu mẫu: {home}", flush=True)
    gateway = DemoGateway(home, count)
    try:
        _prepare(home / "profile", gateway)
        print(f"Đăng nhập: {USER} / {PASSWORD}", flush=True)
        if walk:
            return run_walk(home)
        return run(home / "profile")
    finally:
        gateway.stop()


def _prepare(profile: Path, gateway: DemoGateway) -> None:
    """Enrol once; later runs only learn the gateway's new port."""
    Settings(profile_at(profile).ensure().settings_file).set(GATEWAY_URL, gateway.url)
    try:
        open_workstation(profile).close()
    except UserError as error:
        if error.code != "not-enrolled":
            raise
        print("Đang tạo hồ sơ máy và tải dữ liệu mẫu…", flush=True)
        initialise(profile, url=gateway.url, code=gateway.enrol_code, name="Quầy mẫu").close()
    settings = Settings(profile_at(profile).settings_file)
    if not settings.get(PRINTERS) and not list_printers():
        settings.set(PRINTERS, {purpose: {"queue": PDF_QUEUE} for purpose in PURPOSES})


def _remove(home: Path) -> None:
    """Only a folder that is a demo's own."""
    if not (home / "gateway.db").exists():
        raise UserError("demo-folder-foreign", f"Thư mục {home} không phải dữ liệu mẫu, không xóa.")
    shutil.rmtree(home)
