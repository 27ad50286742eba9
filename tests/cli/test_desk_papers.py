"""The desk's own papers from the command line: notes, labels, lists, reports, and the ticket on a receipt printer."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from tests.cli.conftest import CommandLine
from tests.cli.test_papers import words_of

UNIT = "H32.15.01"
ITEM = "RR123456785VN"


def ready(cli: CommandLine, name: str) -> str:
    code = cli.received(name, return_method="post", return_address="9 Lê Lợi, phường Huế")
    slip = cli("handover", "--to", UNIT, code).one["number"]
    cli("handover", "confirm", slip)
    cli("result", code)
    return code


def test_notes_labels_and_the_list_for_the_post(cli: CommandLine, tmp_path: Path) -> None:
    code = ready(cli, "Bùi Thị Gửi")

    def printed(form: str, about: str, *more: object) -> str:
        out = tmp_path / f"{form}.pdf"
        done = cli("print", form, about, "--out", out, "--overwrite", *more).one
        assert (done["form"], done["state"], done["bytes"]) == (form, "done", out.stat().st_size)
        return " ".join(words_of(out).split())

    assert cli("print", "refund-note", code, "--out", tmp_path / "a.pdf").refusal == "no-refund"
    cli("fee", "add", code, "--fee", "X", "--entry", "due", "--amount", 20000, "--name", "Lệ phí khác")
    cli("fee", "add", code, "--fee", "X", "--amount", 20000, "--receipt-no", "00123")
    assert "KHÔNG PHẢI BIÊN LAI" in printed("cash-note", code) and "Bùi Thị Gửi" in printed("cash-note", code)
    assert cli("show", code).one["prints"]["cash-note"] == 2
    cli("fee", "add", code, "--fee", "X", "--entry", "refunded", "--amount", 20000)
    assert "Hai mươi nghìn đồng" in printed("refund-note", code)
    assert "I. GIAO HỒ SƠ" in printed("handover-one", code)
    assert code in printed("cover-label", code, "--paper", "a4-24", "--skip", 5)
    assert "RR 12 345 678 5 VN" in printed("postal-label", f"{code}={ITEM}", "--paper", "80x50")
    assert cli("print", "postal-label", f"{code}=RR123456784VN", "--out", tmp_path / "b.pdf").refusal == "postal-code-invalid"
    assert "PHIẾU NHẮC HẸN" not in printed("ticket", code, "--paper", "58")  # a picture, as the printer makes it

    slip = cli("handover", "--post", f"{code}={ITEM}").one
    assert (slip["direction"], slip["lines"][0]["remark"]) == ("post", ITEM)
    listed = printed("post-list", slip["number"])
    assert ITEM in listed and "9 Lê Lợi" in listed and "Bưu chính công ích" in listed
    assert "RR 12 345 678 5 VN" in printed("postal-label", slip["number"])
    assert cli("print", "post-list", code, "--out", tmp_path / "c.pdf").refusal == "slip-unknown"


def test_the_report_of_a_period(cli: CommandLine, tmp_path: Path) -> None:
    cli.received("Trần Văn Kỳ")
    out = tmp_path / "báo cáo.pdf"
    year = cli("show", cli.received()).one["received_at"][:4]
    assert cli("print", "report", year, "--out", out).one["code"] == year
    words = " ".join(words_of(out).split())
    assert f"Năm {year}" in words and "TỔNG CỘNG" in words and "chưa phải số liệu chính thức" in words
    assert cli("print", "report", "tháng 11", "--out", tmp_path / "a.pdf").refusal == "period-invalid"
    assert cli("print", "report", "2099", "--out", tmp_path / "a.pdf").refusal == "period-not-begun"


def test_lists_of_accounts_from_a_file(cli: CommandLine, tmp_path: Path) -> None:
    given, out = tmp_path / "danh sách.json", tmp_path / "a.pdf"
    row = {"subsystem": "Tiếp nhận", "name": "Lê Thị Mới", "id_no": "001099012345", "unit": "Phòng Tư pháp"}
    given.write_text(json.dumps([row], ensure_ascii=False), "utf-8")
    done = cli("print", "accounts-add", given, "--out", out)
    assert "Lê Thị Mới" in words_of(out) and "001099012345" in words_of(out)
    assert done.one["code"] == "" and "Mới" not in done.text and "001099" not in done.text
    given.write_text(json.dumps([row | {"id_no": "12"}]), "utf-8")
    assert cli("print", "accounts-change", given, "--out", tmp_path / "b.pdf").refusal == "account-list-invalid"
    assert cli("print", "accounts-change", tmp_path / "none.csv", "--out", tmp_path / "b.pdf").refusal == "account-list-unreadable"
    given.write_text(json.dumps([row]), "utf-8")
    assert cli("print", "accounts-add", given, "--out", tmp_path / "b.pdf", user="hoa.nt").refusal == "role-missing"
    assert not (tmp_path / "b.pdf").exists()


@pytest.mark.unix_servers
def test_the_ticket_on_a_receipt_printer_is_the_picture_dot_for_dot(cli: CommandLine, tmp_path: Path) -> None:
    from tests.printing.reading import codes
    from tests.servers.receipt_printer import ReceiptPrinter

    code, printer = cli.received("Phạm Thị Nhắc"), ReceiptPrinter().on_tcp()
    try:
        assert cli("print", "01", code, "--printer", printer.address).refusal == "printer-takes-tickets-only"
        done = cli("print", "ticket", code, "--printer", printer.address, "--paper", "80").one
        assert done["state"] == "done" and cli("show", code).one["prints"] == {"ticket": 1}
        [rows] = printer.tickets
    finally:
        printer.close()
    dots = np.unpackbits(np.frombuffer(b"".join(rows), "uint8").reshape(len(rows), -1), axis=1)
    assert dots.shape[1] == 576 and codes(np.where(dots, 0, 255).astype("uint8")) == ([code], [code])
