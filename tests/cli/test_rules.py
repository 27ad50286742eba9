"""``due``, ``classify`` and ``scan``: rules that need no profile."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from counter_app.cli.parser import build_parser
from counter_app.cli.rules import run_classify
from tests.cli.conftest import CommandLine, spawn

CARD = "001099012345||Nguyễn Văn An|01011999|Nam|12 Yersin, Nha Trang|01012022"


@pytest.mark.parametrize(("received", "limit", "unit", "expected"), [
    ("2026-02-13T09:00", 3, "workday", "2026-02-25"),  # Tết 16–20
    ("2026-04-24T09:00", 5, "workday", "2026-05-06"),  # 27/4, 30/4, 1/5
    ("2026-08-21T09:00", 2, "workday", "2026-08-24"),  # make-up Saturday 22/08
    ("2026-11-20T09:00", 15, "workday", "2026-12-14"),  # 24/11
    ("2026-11-23T09:00", 1, "workday", "2026-11-25"),
    ("2026-12-31T09:00", 1, "workday", "2027-01-04"),
    ("2026-11-25T15:30", 1, "same-day", "2026-11-26"),  # 15:00 rule
    ("2026-11-25T15:00", 1, "same-day", "2026-11-25"),
    ("2026-11-21T09:00", 2, "workday", "2026-11-26"),  # a Saturday, by online filing
])
def test_the_vectors(cli: CommandLine, received: str, limit: int, unit: str, expected: str) -> None:
    done = cli("due", "--received", received, "--limit", limit, "--unit", unit).one
    assert done["due_at"][:10] == expected and done["due_at"].endswith("+07:00")
    assert done["steps"][0]["kind"] == "received" and done["steps"][-1]["text"].startswith("Hẹn trả")


def test_the_contract_of_due(cli: CommandLine) -> None:
    assert cli("due", "--received", "2026-02-13T09:00", "--limit", "3", "--unit", "workday").one["due_at"] == "2026-02-25T17:00:00+07:00"
    assert cli("due", "--received", "2026-02-13T02:00:00Z", "--limit", "3").one["due_at"] == "2026-02-25T17:00:00+07:00"


def test_the_cutoff(cli: CommandLine) -> None:
    day = ("due", "--received", "2026-11-25T14:30", "--unit", "same-day")
    assert cli(*day).one["due_at"][:10] == "2026-11-25"
    assert cli(*day, "--cutoff", "14:00").one["due_at"][:10] == "2026-11-26"


def test_an_office_s_own_calendar(cli: CommandLine, tmp_path: Path) -> None:
    calendar = tmp_path / "lịch.json"
    week = {day: ["07:00-11:30", "13:30-17:00"] for day in ("mon", "tue", "wed", "thu", "fri")}
    body: dict[str, Any] = {"version": 1, "weekdays": week, "days": [{"date": "2026-11-26", "kind": "off", "note": "họp"}]}
    calendar.write_text(json.dumps(body), encoding="utf-8")
    words = ("due", "--received", "2026-11-25T09:00", "--limit", "1", "--calendar", calendar)
    done = cli(*words).one
    assert done["due_at"][:10] == "2026-11-27" and any("họp" in step["text"] for step in done["steps"])
    body["days"][0]["kind"] = "nghỉ"
    for content in (json.dumps(body).encode(), b"{", b"", b"\xff\xfe", b"[" * 100_000, b"[]", b'{"version": 99}'):
        calendar.write_bytes(content)
        assert cli(*words).refusal == "calendar-file-invalid", content
    assert cli("due", "--received", "2026-11-25", "--calendar", tmp_path).refusal == "calendar-file-unreadable"
    assert cli("due", "--received", "2026-11-25", "--calendar", tmp_path / "x").refusal == "calendar-file-unreadable"


@pytest.mark.parametrize(("words", "refusal"), [
    (["--received", "13/02/2026"], "date-invalid"), (["--received", ""], "date-invalid"), (["--received", "\x00"], "date-invalid"),
    (["--received", "0001-01-01T00:00:00+14:00"], "date-invalid"), (["--received", "9999-12-31T23:00"], "deadline-too-far"),
    (["--received", "2026-02-13", "--limit", "-3"], "limit-invalid"), (["--received", "2026-02-13", "--limit", "0"], "limit-invalid"),
    (["--received", "2026-02-13", "--limit", "9" * 40], "deadline-too-far"),
    (["--received", "2026-02-13", "--limit", "9" * 40, "--unit", "day"], "deadline-too-far"),
    (["--received", "2026-02-13", "--limit", "9" * 40, "--unit", "hour"], "deadline-too-far"),
    (["--received", "2026-02-13", "--cutoff", "25:00"], "date-invalid"),
    (["--received", "2026-02-13", "--cutoff", "15:00+07:00"], "date-invalid"),
])
def test_due_of_nonsense(cli: CommandLine, words: list[str], refusal: str) -> None:
    assert cli("due", *words).refusal == refusal


@pytest.mark.parametrize(("text", "kind"), [
    ("H32.15-261123-0001", "dossier-code"), ("000.00.15.H32-261123-0001", "dossier-code"), ("H19.01-261123-0001", "dossier-code"),
    (CARD, "citizen-card"),
    ("https://dichvucong.gov.vn/tra-cuu?ma_ho_so=H32.15-261123-0001", "tracking-url"), ("EA123456785VN", "postal-item"),
    ("001099012345", "unknown"), ("", "unknown"), ("\x00", "unknown"), ("🎉", "unknown"), ("x" * 10_000, "unknown"),
])
def test_classify(cli: CommandLine, text: str, kind: str) -> None:
    assert cli("classify", text).one["kind"] == kind
    assert cli("classify", "-", stdin=text).one["kind"] == kind


def test_profile_is_taken_on_both_sides_of_every_command(cli: CommandLine, tmp_path: Path) -> None:
    """Also by the commands that need none: a script puts it on every line."""
    place = ("--profile", tmp_path / "nơi này")
    assert cli("classify", "EA123456785VN", *place).one == cli(*place, "classify", "EA123456785VN").one
    assert cli("due", *place, "--received", "2026-11-25T09:00").one["due_at"]
    assert cli("scan", tmp_path / "x.png", *place).rc == 1
    assert list(tmp_path.iterdir()) == []
    commands = next(a for a in build_parser()._actions if isinstance(a, argparse._SubParsersAction)).choices
    assert [name for name, sub in commands.items() if "--profile" not in sub._option_string_actions] == []


def test_a_garbled_card_is_a_card_with_a_warning(cli: CommandLine) -> None:
    garbled = CARD.replace("Nguyễn Văn An", "Nguy?n V\ufffdn An")
    done = cli("classify", garbled).one
    assert done["kind"] == "citizen-card" and "garbled" in json.dumps(done)
    assert "garbled" not in json.dumps(cli("classify", CARD).one)


def test_pictures_that_are_none(cli: CommandLine, tmp_path: Path) -> None:
    """Each file is answered; what is a picture is read although its neighbours are not."""
    (tmp_path / "empty.png").write_bytes(b"")
    (tmp_path / "text.jpg").write_text("không phải ảnh")
    Image.new("L", (2, 2)).save(tmp_path / "small.png")
    Image.new("L", (400, 300), 255).save(tmp_path / "white.png")
    whole = (tmp_path / "white.png").read_bytes()
    (tmp_path / "half.png").write_bytes(whole[: len(whole) // 2])
    done = cli("scan", *[tmp_path / n for n in ("empty.png", "text.jpg", "small.png", "half.png", "gone.png", "", "white.png")])
    assert done.rc == 1
    codes = [line.get("error", {}).get("code") for line in done.out]
    assert codes == ["picture-unreadable", "picture-unreadable", "picture-too-small", "picture-unreadable", "picture-missing",
                     "picture-unreadable", None]
    assert done.out[-1]["reads"] == [] and done.out[-1]["ms"] >= 0


def test_as_a_process_in_a_bare_locale() -> None:
    assert spawn("classify", CARD, LC_ALL="C", PYTHONUTF8="0").one["kind"] == "citizen-card"
    assert "--walk" in spawn("demo", "--help").text


def test_no_screen(tmp_path: Path) -> None:
    """The window says so; Qt alone would end the process with a signal."""
    nowhere = {"DISPLAY": "", "WAYLAND_DISPLAY": "", "QT_QPA_PLATFORM": ""}
    assert spawn("--profile", tmp_path, **nowhere).refusal == "no-screen"
    assert spawn("demo", "--dir", tmp_path / "demo", **nowhere).refusal == "no-screen"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="a device file of Unix")
def test_input_without_end_is_cut(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    with open("/dev/zero", encoding="utf-8") as endless:
        monkeypatch.setattr("sys.stdin", endless)
        run_classify(argparse.Namespace(text="-"))
    assert json.loads(capsys.readouterr().out)["why"] == "too-long"
