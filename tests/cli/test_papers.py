"""``print`` and ``scan``: paper is made, counted, read back; where it cannot go the count stays."""

from __future__ import annotations

from pathlib import Path

import pypdfium2
import pytest

from tests.cli.conftest import CommandLine

UNIT = "H32.15.01"


def words_of(pdf: Path) -> str:
    document = pypdfium2.PdfDocument(pdf)
    try:
        return "\n".join(document[n].get_textpage().get_text_bounded() for n in range(len(document)))
    finally:
        document.close()


def picture_of(pdf: Path, to: Path) -> Path:
    """The first page as a scanner of an office delivers it."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        document[0].render(scale=200 / 72).to_pil().save(to)
    finally:
        document.close()
    return to


def test_the_forms_are_listed_without_a_profile(cli: CommandLine, tmp_path: Path) -> None:
    listed = cli.on(tmp_path / "none")("print", "--list").out
    assert {"01", "06", "handover", "return"} <= {form["form"] for form in listed}
    assert not (tmp_path / "none").exists()


def test_a_receipt_is_printed_counted_and_read_back(cli: CommandLine, tmp_path: Path) -> None:
    code, out = cli.received("Ngô Thị Giấy"), tmp_path / "giấy tiếp nhận.pdf"
    first = cli("print", "01", code, "--out", out).one
    assert (first["form"], first["code"], first["copy_no"], first["state"]) == ("01", code, 1, "done")
    assert out.stat().st_size == first["bytes"] and "Ngô Thị Giấy" in words_of(out) and "in lại" not in words_of(out).lower()
    assert cli("print", "01", code, "--out", out).refusal == "output-exists" and out.stat().st_size == first["bytes"]
    again = cli("print", "01", code, "--out", out, "--paper", "A5", "--overwrite").one
    assert again["copy_no"] == 2 and "in lại" in words_of(out).lower()
    assert cli("show", code).one["prints"] == {"01": 2}

    picture = picture_of(out, tmp_path / "giấy.png")
    (line,) = cli("scan", picture).out
    assert (line["file"], {read["text"].replace(".", "") for read in line["reads"]}) == (str(picture), {code.replace(".", "")})
    assert {read["kind"] for read in line["reads"]} == {"dossier-code"}
    assert cli("scan", picture, "--expect", "code").out[0]["reads"]
    assert {read["symbology"] for read in cli("scan", picture, "--expect", "idcard").out[0]["reads"]} <= {"qr"}
    assert cli("show", line["reads"][0]["text"]).one["code"] == code


def test_the_other_forms(cli: CommandLine, tmp_path: Path) -> None:
    code, out = cli.received("Người Lấy"), tmp_path / "a.pdf"
    assert cli("print", "06", code, "--out", out).one["form"] == "06"
    assert cli("print", "return", code, "--out", out).refusal == "not-returned"
    slip = cli("handover", "--to", UNIT, code).one["number"]
    cli("handover", "confirm", slip)
    assert cli("print", "handover", slip, "--out", out, "--overwrite").one["code"] == slip
    assert slip in words_of(out) and code in words_of(out)
    cli("result", code)
    cli("return", code)
    assert cli("print", "return", code, "--out", out, "--overwrite").one["copy_no"] == 1
    assert "Người Lấy" in words_of(out)
    assert cli("show", code).one["prints"] == {"06": 1, "return": 1}


def test_where_paper_cannot_go(cli: CommandLine, tmp_path: Path) -> None:
    code = cli.received("Không In Được")
    (tmp_path / "file").write_text("x")
    folder = tmp_path / "folder.pdf"
    folder.mkdir()
    for out in (tmp_path / "file" / "a.pdf", tmp_path / "gone" / "a.pdf", folder, tmp_path / ("n" * 300), ".", "/"):
        assert cli("print", "01", code, "--out", out).refusal == "output-unwritable", out
    assert sorted(p.name for p in tmp_path.iterdir()) == ["file", "folder.pdf"]
    printer = cli("print", "01", code, "--printer", "Không Có Máy Này")
    assert printer.refusal in ("printer-unknown", "printing-unavailable")
    assert cli("show", code).one["prints"] == {}


@pytest.mark.parametrize(("words", "refusal"), [
    (["99", "X", "--out", "a.pdf"], "form-unknown"), ([], "form-unknown"), (["01"], "print-target-missing"),
    (["01", "X"], "print-target-missing"), (["01", "H32.15-991231-9999", "--out", "a.pdf"], "dossier-unknown"),
    (["handover", "PBG-X", "--out", "a.pdf"], "slip-unknown"),
])
def test_nothing_to_print(cli: CommandLine, words: list[str], refusal: str) -> None:
    assert cli("print", *words).refusal == refusal


def test_the_list_says_number_purpose_and_papers(cli: CommandLine) -> None:
    listed = {form["form"]: form for form in cli("print", "--list").out}
    assert (listed["01"]["purpose"], listed["01"]["papers"], listed["01"]["about"]) == ("receipt-a4", ["A4", "A5"], "dossier")
    assert listed["06"]["number"] == "06" and listed["07"]["about"] == "period" and listed["ticket"]["purpose"] == "ticket"
    assert {form["purpose"] for form in listed.values()} == {"receipt-a4", "form", "slip", "list", "label", "ticket", "report"}


def test_blank_forms_for_handwriting_are_no_print_of_anybody(cli: CommandLine, tmp_path: Path) -> None:
    out = tmp_path / "trống.pdf"
    assert cli("print", "01", "--blank", "--out", out).one["code"] == ""
    assert "GIẤY TIẾP NHẬN" in words_of(out)
    code = cli.received("Không Liên Quan")
    assert cli("print", "01", code, "--blank", "--out", tmp_path / "b.pdf").refusal == "blank-impossible"
    assert cli("print", "ticket", "--blank", "--out", tmp_path / "b.pdf").refusal == "blank-impossible"
    assert [path.name for path in tmp_path.iterdir()] == ["trống.pdf"]


def test_an_offices_template_is_looked_at_first(cli: CommandLine, tmp_path: Path) -> None:
    template, out = tmp_path / "01-2025.json", tmp_path / "xem.pdf"
    template.write_text('{"labels": {"left_sign": "NGƯỜI GIAO HỒ SƠ"}}', "utf-8")
    assert cli.on(tmp_path / "none")("print", "--preview", template, "--out", out).one["state"] == "done"
    assert "NGƯỜI GIAO HỒ SƠ" in words_of(out)
    template.write_text('{\n "labels": {"left_sgn": "X"}}', "utf-8")
    refused = cli("print", "--preview", template, "--out", tmp_path / "y.pdf")
    assert refused.refusal == "form-file-invalid" and refused.problems[0]["facts"]["line"] == 2
    assert cli("print", "--preview", template).refusal == "print-target-missing"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["01-2025.json", "xem.pdf"]


def test_names_with_quotes_and_places_that_are_taken(cli: CommandLine, tmp_path: Path) -> None:
    code = cli.received("Dấu Nháy")
    odd = tmp_path / "giấy \"hẹn\" của 'ông' $HOME;.pdf"
    assert cli("print", "01", code, "--out", odd).one["state"] == "done" and odd.exists()
    before = odd.read_bytes()
    assert cli("print", "01", code, "--out", odd).refusal == "output-exists"
    assert odd.read_bytes() == before and cli("show", code).one["prints"] == {"01": 1}
    link = tmp_path / "link.pdf"
    link.symlink_to(tmp_path / "gone")
    assert cli("print", "01", code, "--out", link).refusal == "output-exists"
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([odd.name, "link.pdf"])
