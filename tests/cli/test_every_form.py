"""Every form of ``print --list``, to a file and to a real printer; and what a form meets that is not as it should be: one answer in words,
no half file, nothing counted."""

from __future__ import annotations

import json
import os
import shutil
import stat
from pathlib import Path

import pytest

from tests.cli.conftest import CommandLine
from tests.cli.test_papers import words_of
from tests.servers.cups import IppPrinter

ONE_OF_EACH_KIND = ("01", "04", "07", "cover-label", "cash-note", "report")
"""A purpose each; the ticket has printers of its own."""
UNIT, ITEM = "H32.15.01", "RR123456785VN"


def targets(cli: CommandLine, folder: Path) -> dict[str, tuple[str, ...]]:
    """Form → what it is printed of: dossiers that got as far as each form needs. Only what was filed online is
    refused: 03 is blank here."""
    supplement, late, stopped, done = (cli.received(f"Người Có Mẫu {n}", return_method="post", return_address="9 Lê Lợi")
                                                for n in ("Hai", "Bốn", "Năm", "Đủ"))
    cli("supplement", supplement, "--item", "Tờ khai", "--reason", "Thiếu tờ khai")
    slips = [cli("handover", "--to", UNIT, code).one["number"] for code in (late, stopped, done)]
    for slip in slips:
        cli("handover", "confirm", slip)
    cli("extend", late, "--due", "2099-01-05", "--reason", "Chờ ý kiến")
    cli("stop", stopped, "--reason", "Công dân rút")
    cli("fee", "add", done, "--fee", "X", "--entry", "due", "--amount", 20000, "--name", "Lệ phí khác")
    cli("fee", "add", done, "--fee", "X", "--amount", 20000)
    cli("fee", "add", done, "--fee", "X", "--entry", "refunded", "--amount", 20000)
    cli("result", done)
    post = cli("handover", "--post", f"{done}={ITEM}").one["number"]
    cli("return", done)
    people = folder / "người.json"
    row = {"subsystem": "Tiếp nhận", "name": "Lê Thị Mới", "id_no": "001099012345", "unit": "Phòng Tư pháp"}
    people.write_text(json.dumps([row]), "utf-8")
    month = cli("show", done).one["received_at"][:7]
    return {"01": (done,), "02": (supplement,), "03": ("--blank",), "04": (late,), "05": (stopped,), "06": (done,), "07": (month,),
            "accounts-add": (str(people),), "accounts-change": (str(people),), "cash-note": (done,), "refund-note": (done,),
            "cover-label": (done, "--paper", "a4-14"), "handover": (slips[-1],), "handover-one": (done,), "post-list": (post,),
            "postal-label": (f"{done}={ITEM}", "--paper", "a4-14"), "report": (month,), "return": (done,), "ticket": (done,)}


def test_each_to_a_file_and_to_a_printer(own: CommandLine, queue: IppPrinter, tmp_path: Path) -> None:
    wanted = targets(own, tmp_path)
    assert set(wanted) == {form["form"] for form in own("print", "--list").out}
    for form, about in wanted.items():
        out = tmp_path / f"{form}.pdf"
        saved = own("print", form, *about, "--out", out).one
        assert (saved["form"], saved["state"], saved["bytes"]) == (form, "done", out.stat().st_size)
    for number, form in enumerate(ONE_OF_EACH_KIND, start=1):
        printed = own("print", form, *wanted[form], "--printer", queue.queue).one
        assert printed["state"] == "done" and len(queue.documents) == number, form
    refused = own("print", "ticket", *wanted["ticket"], "--printer", queue.queue)
    assert refused.refusal == "paper-not-supported" and "khổ 80" in refused.problems[0]["message"]


def test_a_printer_nobody_has(own: CommandLine, queue: IppPrinter) -> None:
    code, before = own.received("Tên Máy Lạ"), len(queue.documents)
    for name in ('a"b', "it's; rm -rf /", "$(id)", "../..", "-d evil", "máy\nin", "x" * 500, "\0a"):
        assert own("print", "01", code, f"--printer={name}").refusal == "printer-unknown", name
    assert own("show", code).one["prints"] == {} and len(queue.documents) == before


def test_a_file_is_no_printer_and_a_device_no_file(own: CommandLine, tmp_path: Path) -> None:
    code, file, pipe = own.received("Nơi Lạ"), tmp_path / "danh sách", tmp_path / "ống"
    file.write_bytes(b"root:x:0:0")
    os.mkfifo(pipe)
    assert own("print", "ticket", code, f"--printer=file://{file}").refusal == "printer-not-ready"
    assert own("print", "01", code, "--out", pipe, "--overwrite").refusal == "output-unwritable"
    assert file.read_bytes() == b"root:x:0:0" and stat.S_ISFIFO(pipe.stat().st_mode)
    assert own("show", code).one["prints"] == {} and len(list(tmp_path.iterdir())) == 2


@pytest.mark.parametrize(("template", "logo", "told"), [
    ('{\n "labels": {\n  "owner": "Người {ownr}"\n }\n}', 0, "form-file-invalid"), ('{"labels": ', 0, "form-file-invalid"),
    ('{"logo": "l.png"}', 20, "logo-invalid"), ('{"logo": "l.png"}', 100_000_000, "logo-invalid")])
def test_an_offices_broken_file_never_stops_printing(own: CommandLine, queue: IppPrinter, tmp_path: Path, template: str,
                                                     logo: int, told: str) -> None:
    """Ours is used, and the answer says which file is wrong, and where."""
    code, folder, out = own.received("Vẫn In Được"), own.profile / "forms", tmp_path / "a.pdf"
    folder.mkdir(exist_ok=True)
    (folder / "01-2025.json").write_text(template, "utf-8")
    with (folder / "l.png").open("wb") as picture:
        picture.write(b"\x89PNG\r\n\x1a\n")
        picture.truncate(logo)
    try:
        answers = [own("print", "01", code, "--out", out).one]
        if logo != 20:
            answers.append(own("print", "01", code, "--printer", queue.queue).one)
    finally:
        shutil.rmtree(folder)
    assert "Tiếp nhận hồ sơ của: Vẫn In Được" in words_of(out).replace("\N{NO-BREAK SPACE}", " ")
    for answer in answers:
        assert answer["state"] == "done" and [warning["code"] for warning in answer["warnings"]] == [told]
        assert "01-2025.json" in answer["warnings"][0]["message"] or "l.png" in answer["warnings"][0]["message"]


def test_an_offices_own_file_wins(own: CommandLine, tmp_path: Path) -> None:
    code, folder, out = own.received("Mẫu Riêng"), own.profile / "forms", tmp_path / "a.pdf"
    folder.mkdir(exist_ok=True)
    (folder / "01-2025.json").write_text('{"labels": {"title": "GIẤY HẸN CỦA PHƯỜNG"}}', "utf-8")
    try:
        assert "warnings" not in own("print", "01", code, "--out", out).one
    finally:
        shutil.rmtree(folder)
    assert "GIẤY HẸN CỦA PHƯỜNG" in words_of(out)
