"""The real program: a process of its own, killed in the middle of work, started again."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path

import httpx
import pytest

from central_gateway.cli import main
from central_gateway.serve import bound
from onestop.codec import encode_op
from onestop.export import export_text
from onestop.ops import Op
from onestop.wire import PushReply
from tests.gateway import province
from tests.gateway.counter import Counter


def command(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    """Exit code, stdout and stderr of one command."""
    capsys.readouterr()
    try:
        code = main(words)
    except SystemExit as left:
        code = left.code
    return code, *capsys.readouterr()


class Process:
    """``central-gateway serve`` on a free port."""

    def __init__(self, url: str, folder: Path, *words: str, port: int = 0) -> None:
        self.file = folder / "ready.json"
        self.file.unlink(missing_ok=True)
        self.log = (folder / "serve.log").open("ab")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "central_gateway.cli", "serve", "--database", url, "--port", str(port), "--port-file", str(self.file),
             *words], stdout=subprocess.PIPE, stderr=self.log, env=os.environ | {"PYTHONPATH": os.getcwd()})
        line = self.process.stdout.readline()
        assert line, (folder / "serve.log").read_text(encoding="utf-8")
        self.ready = json.loads(line)
        assert json.loads(self.file.read_text(encoding="utf-8")) == self.ready
        self.port = int(self.ready["url"].rpartition(":")[2])

    def __enter__(self) -> Process:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.stop(signal.SIGKILL)

    def stop(self, number: int = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        code = self.process.wait(30)
        self.process.stdout.close()
        self.log.close()
        return code


@pytest.fixture
def prepared(database_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> tuple[str, str]:
    """A province set up by commands alone: an enrolment code and the id of a receptionist."""
    monkeypatch.setenv("CENTRAL_GATEWAY_DATABASE", database_url)
    monkeypatch.setenv("CENTRAL_GATEWAY_PASSWORD", province.PASSWORD)
    province.write(tmp_path / "catalogue")
    code, out, err = command(capsys, "catalogue", "import", str(tmp_path / "catalogue"))
    assert (code, err) == (0, "")
    assert json.loads(out)["new"]["procedure"] == 3
    account = ("--username", "lan", "--name", "Lan", "--unit", province.NHA_TRANG, "--role", "reception")
    code, out, err = command(capsys, "staff", "add", *account)
    person = json.loads(out)
    assert person["roles"] == ["reception"]
    code, out, err = command(capsys, "enrol", "--unit", province.NHA_TRANG)
    return json.loads(out)["code"], person["id"]


def push_until_dead(counter: Counter, batches: list[list[Op]], acknowledged: list[str], enough: threading.Event) -> None:
    for batch in batches:
        try:
            reply = counter.ok(counter.push_raw([encode_op(op) for op in batch]), PushReply)
        except httpx.TransportError:
            return
        acknowledged.extend(result.op for result in reply.results)
        if len(acknowledged) >= 100:
            enough.set()


def test_killed_while_a_counter_pushes_nothing_acknowledged_is_lost(
    prepared: tuple[str, str], database_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str],
) -> None:
    code, person = prepared
    acknowledged: list[str] = []
    enough = threading.Event()
    with Process(database_url, tmp_path) as server, httpx.Client(base_url=server.ready["url"], timeout=10, trust_env=False) as http:
        assert server.ready["enrol_codes"] == {}
        counter = Counter(http)
        counter.enrol(code)
        batches = [[counter.create(by=person) for _ in range(20)] for _ in range(60)]
        thread = threading.Thread(target=push_until_dead, args=(counter, batches, acknowledged, enough))
        thread.start()
        assert enough.wait(60)
        assert server.stop(signal.SIGKILL) == -signal.SIGKILL
        thread.join()
    assert 100 <= len(acknowledged) < 1200
    with Process(database_url, tmp_path) as server, httpx.Client(base_url=server.ready["url"], timeout=10, trust_env=False) as http:
        counter.http = http
        held = [item.op for item in counter.pull()]
        assert held[: len(acknowledged)] == acknowledged
        assert len(held) % 20 == 0  # no batch is there in part
        results = [result.s for batch in batches for result in counter.push(*batch)]
        assert results == ["duplicate"] * len(held) + ["applied"] * (1200 - len(held))
        items = counter.pull()
        assert len({item.id for item in items}) == len(items) == 1200
        assert server.stop() in (0, -signal.SIGTERM)
    _, exported, _ = command(capsys, "export", "--json", "--agency", province.NHA_TRANG)
    assert exported == export_text([bytes(item.data) for item in items], [], []) + "\n"
    assert len(json.loads(exported)["dossiers"]) == 1200
    assert json.loads(command(capsys, "export", "--json", "--agency", "H32.27")[1])["dossiers"] == []
    log = (tmp_path / "serve.log").read_text(encoding="utf-8")
    assert "Traceback" not in log
    assert "Nguyễn" not in log


def test_demo_data_is_there_at_once_and_loaded_once(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/demo.db"
    for _ in range(2):
        with (Process(url, tmp_path, "--demo-data", "--demo-count", "300", "--seed", "7") as server,
              httpx.Client(base_url=server.ready["url"], timeout=30, trust_env=False) as http):
            codes = server.ready["enrol_codes"]
            sizes = []
            for agency in sorted(codes):
                counter = Counter(http)
                assert counter.enrol(codes[agency]).agency == agency
                sizes.append(sum(item.kind == "dossier" for item in counter.pull()))
        assert len(codes) >= 3
        assert sum(sizes) == 300


def test_the_command_line_refuses_in_words(prepared: tuple[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for words, refusal in [
        (("enrol", "--unit", "H99"), "agency-unknown"),
        (("staff", "lock", "--username", "ai"), "staff-unknown"),
        (("catalogue", "import", str(tmp_path / "không có")), "catalogue-unreadable"),
        (("serve", "--port", "0", "--database", "mysql://x"), "database-url-invalid"),
        (("serve", "--port", "1", "--host", "203.0.113.1"), "address-in-use"),
    ]:
        code, out, err = command(capsys, *words)
        assert (code, out) == (1, "")
        found = json.loads(err.splitlines()[-1])
        assert found["code"] == refusal
        assert found["message"]
    for words in ((), ("serve", "--port", "99999"), ("fly",), ("enrol",)):
        assert command(capsys, *words)[0] == 2


def test_accounts_are_kept_by_commands(prepared: tuple[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    for word, locked in (("lock", "admin"), ("unlock", "")):
        assert json.loads(command(capsys, "staff", word, "--username", "lan")[1])["locked"] == locked
    _, listed, _ = command(capsys, "staff", "list", "--unit", province.NHA_TRANG)
    assert [json.loads(line)["username"] for line in listed.splitlines()] == ["lan"]
    assert "argon2" not in listed


def test_replies_are_not_held_back_by_the_network_layer() -> None:
    """asyncio leaves Nagle's algorithm on for a socket of protocol 0; with delayed acknowledgements that is 44 ms a reply."""
    with bound("127.0.0.1", 0) as listener:
        assert listener.proto == socket.IPPROTO_TCP


def test_a_password_is_asked_of_a_person_only(database_url, capsys, monkeypatch):
    """A script without a terminal hears how it gives one, and no trace of Python."""
    monkeypatch.delenv("CENTRAL_GATEWAY_PASSWORD", raising=False)
    with open(os.devnull) as nobody:
        monkeypatch.setattr(sys, "stdin", nobody)
        code, out, told = command(capsys, "staff", "add", "--database", database_url, "--username", "lan", "--name", "Lan", "--unit",
                                  "H32.15", "--role", "reception")
    assert (code, out, json.loads(told)["code"]) == (1, "", "password-missing")
