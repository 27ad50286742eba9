"""``init``, ``sync``, ``outbox``, ``conflicts``, ``export``, ``doctor``: the machine itself."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from counter_app.runtime.paths import Profile
from counter_app.runtime.settings import GATEWAY_URL, Settings
from tests.cli.conftest import AGENCY, CommandLine, a_form, spawn
from tests.servers.gateway import GatewayProcess
from tests.servers.process import free_port


class _Portal(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = "<html><title>Đăng nhập WiFi</title></html>".encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_GET

    def log_message(self, *args: object) -> None:
        """Quiet."""


@pytest.fixture(scope="module")
def portal() -> Iterator[str]:
    """A hotel's sign-in page where the gateway should be."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Portal)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_saved_sent_equal(cli: CommandLine, cli_gateway: GatewayProcess) -> None:
    code = cli.received("Sẽ Gửi Đi")
    waiting = cli("outbox").out
    assert waiting and cli("show", code).one["state"] == "saved"
    report = cli("sync", "--once").one
    assert report["link"] == "online" and report["pushed"] >= len(waiting) and report["problems"] == [] and report["needs_person"] == 0
    assert cli("outbox").out == [] and cli("conflicts").out == [] and cli("show", code).one["state"] == "confirmed"
    here = cli("export", "--json").text
    assert here.strip() == cli_gateway.export(AGENCY).strip()
    whole = json.loads(here)
    assert list(whole) == ["dossiers", "slips", "reviews"]
    ids = [dossier["id"] for dossier in whole["dossiers"]]
    assert ids == sorted(ids) and all(dossier["version"] >= 1 for dossier in whole["dossiers"])
    assert code in [d["code"] for d in whole["dossiers"]]


def test_resolve(cli: CommandLine) -> None:
    assert cli("resolve", "0" * 32, "--keep", "theirs").refusal == "review-unknown"
    assert cli("resolve", "0" * 32, "--keep", "mine").refusal == "review-unknown"


def test_doctor(cli: CommandLine) -> None:
    done = cli("doctor")
    found = {finding["what"]: finding for finding in done.out}
    assert set(found) == {"disk", "fonts", "keyring", "printers", "scanners", "store", "gateway", "alarms", "clock", "numbers", "calendar"}
    assert all(len(finding["message"]) > 8 and "Không kiểm tra được" not in finding["message"] for finding in done.out), done.out
    assert {what: found[what]["state"] for what in ("fonts", "keyring", "store", "gateway", "numbers")} == {
        "fonts": "ok", "keyring": "warning", "store": "ok", "gateway": "ok", "numbers": "ok"}
    assert done.rc == (1 if any(f["state"] == "bad" for f in done.out) else 0)


def test_doctor_before_there_is_a_profile(cli: CommandLine, tmp_path: Path) -> None:
    done = cli.on(tmp_path / "none")("doctor")
    assert done.rc == 1 and done.out[-1]["what"] == "profile" and done.out[-1]["state"] == "bad" and not (tmp_path / "none").exists()


def test_init_from_the_shell_with_the_real_cost_of_keys(cli: CommandLine, cli_gateway: GatewayProcess, tmp_path: Path) -> None:
    profile = tmp_path / "p"
    code = cli_gateway.enrol_code("H32.27")
    done = spawn("init", "--gateway", cli_gateway.url + "/", "--enrol", f" {code} ", profile=profile).one
    assert done["agency"] == "H32.27" and done["link"] == "online" and done["procedures"] > 50
    assert {file.name for file in profile.iterdir()} >= {"store.db", "store.key", "settings.json"}
    assert (profile / "store.key").stat().st_mode & 0o077 == 0
    here = cli.on(profile)
    assert here("init", "--gateway", cli_gateway.url, "--enrol", code).refusal == "already-enrolled"
    assert here("receive", "-", user="truong.dk", stdin=json.dumps(a_form())).one["code"].startswith("H32.27-")
    assert cli.on(tmp_path / "q")("init", "--gateway", cli_gateway.url, "--enrol", code).refusal == "enrol-code-invalid"


@pytest.mark.parametrize(("url", "refusal"), [
    ("", "gateway-url-invalid"), ("https://", "gateway-url-invalid"), ("http://[", "gateway-url-invalid"),
    ("ftp://x", "gateway-url-invalid"),
    ("http://x:99999", "gateway-url-invalid"), ("trung-tam.gov.vn", "gateway-url-invalid"),
    ("DEAD", "central-unreachable"), ("PORTAL", "central-unreachable"),
])
def test_init_at_what_is_no_gateway(cli: CommandLine, cli_gateway: GatewayProcess, portal: str, tmp_path: Path, url: str,
                                    refusal: str) -> None:
    """Nothing half-enrolled stays: the same folder is enrolled afterwards."""
    here = cli.on(tmp_path / "p")
    url = {"DEAD": f"http://127.0.0.1:{free_port()}", "PORTAL": portal}.get(url, url)
    done = here("init", "--gateway", url, "--enrol", "ABCD-EFGH")
    assert done.refusal == refusal
    assert "vẫn làm việc bình thường" not in done.problems[0]["message"]
    if url == portal:
        assert "trang web" in done.problems[0]["message"]
        assert here("list").refusal == "not-enrolled"
        assert here("init", "--gateway", cli_gateway.url, "--enrol", cli_gateway.enrol_code(AGENCY)).one["link"] == "online"
        assert here.count() > 5


def test_init_with_wrong_words(cli: CommandLine, cli_gateway: GatewayProcess, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    words = ("init", "--gateway", cli_gateway.url, "--enrol", "x" * 10_000)
    assert cli.on(tmp_path / "p")(*words).refusal == "enrol-code-invalid"
    assert cli.on(tmp_path / "p")(*words, "--name", "n" * 10_000).refusal == "invalid-fields"
    assert cli.on(tmp_path / "p")(*words, "--ca", tmp_path).refusal == "ca-unreadable"
    assert cli.on(tmp_path / "file")(*words).refusal == "profile-unwritable"
    assert cli.on(tmp_path / "file" / "p")(*words).refusal == "profile-unwritable"


def test_work_goes_on_while_the_gateway_answers_html(cli: CommandLine, enrolled: Path, portal: str, cli_gateway: GatewayProcess) -> None:
    """Signed in from memory, received, printed; nothing of the outbox is lost, and all of it arrives afterwards."""
    cli.received("Trước Khi Mất Mạng")
    settings = Settings(Profile(enrolled).settings_file)
    settings.set(GATEWAY_URL, portal)
    try:
        done = cli("sync", "--once")
        assert done.rc == 1 and done.out[0]["link"] == "portal" and "đăng nhập mạng" in done.out[0]["message"]
        waiting = len(cli("outbox").out)
        code = cli.received("Trong Khi Mất Mạng")
        assert len(cli("outbox").out) == waiting + 1
        found = {finding["what"]: finding["state"] for finding in cli("doctor").out}
        assert found["gateway"] == "bad" and found["store"] == "ok"
    finally:
        settings.set(GATEWAY_URL, cli_gateway.url)
    assert cli("sync", "--once").one["pushed"] >= waiting + 1
    assert cli("show", code).one["state"] == "confirmed"


def test_settings(cli: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    machine = tmp_path / "machine.json"
    monkeypatch.setenv("COUNTER_APP_MACHINE_SETTINGS", str(machine))
    shown = {line["key"]: line for line in cli("settings").out}
    assert shown["attachment_kbits"] == {"key": "attachment_kbits", "value": 0, "default": 0, "locked": False} and "metered_line" in shown
    assert cli("settings", "attachment_kbits", "256").one["value"] == 256
    assert cli("settings", "metered_line", "no").one["value"] == "no"
    for words in (("attachment_kbits", "-1"), ("attachment_kbits", "nhanh"), ("attachment_kbits", "1.5"), ("metered_line", "maybe"),
                  ("sounds", "1"), ("attachment_kbits", "[" * 5000)):
        assert cli("settings", *words).refusal == "settings-invalid"
    assert cli("settings", "colour").refusal == "setting-unknown"
    machine.write_text(json.dumps({"locked": {"attachment_kbits": 64}}), "utf-8")
    assert cli("settings", "attachment_kbits", "0").refusal == "setting-locked"
    assert cli("settings", "attachment_kbits").one == {"key": "attachment_kbits", "value": 64, "default": 0, "locked": True}
    assert cli("settings", "metered_line", "system").one["value"] == "system"
