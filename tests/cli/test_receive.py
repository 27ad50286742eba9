"""``receive``, ``show``, ``find`` and ``list``: what a script gives, what it gets, and what is refused by name."""

from __future__ import annotations

import json
import unicodedata
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from counter_app.services.receive import MAX_NAME
from onestop.vntime import VN_TZ, iso
from tests.cli.conftest import CommandLine, a_form, spawn


def ago(**delta: float) -> str:
    return iso(datetime.now(VN_TZ) - timedelta(**delta))


def test_one_object(cli: CommandLine, tmp_path: Path) -> None:
    file = tmp_path / "hồ sơ.json"
    file.write_text(json.dumps(a_form("Lê Thị Hoa"), indent=2), encoding="utf-8-sig")
    done = cli("receive", file).one
    assert done["code"].startswith("H32.15-") and done["official"] and done["status"] == 2 and done["state"] == "saved"
    assert done["received_at"].endswith("+07:00") and done["due_at"] > done["received_at"]
    assert done["steps"][-1]["text"].startswith("Hẹn trả")
    shown = cli("show", done["code"]).one
    assert shown["id"] == done["id"] and shown["owner"]["name"] == "Lê Thị Hoa" and shown["state"] == "saved"
    assert cli("show", done["id"]).one["code"] == done["code"]
    assert cli("show", f"  {done['code'].lower()} ").one["id"] == done["id"]
    found = cli("find", "le thi hoa").out
    assert done["id"] in [row["id"] for row in found]
    assert done["id"] in [row["id"] for row in cli("list", "--unsent").out]
    assert done["id"] in [row["id"] for row in cli("list", "--status", 2, "--limit", 1000).out]
    assert done["id"] not in [row["id"] for row in cli("list", "--overdue").out]


def test_the_past_is_late(cli: CommandLine) -> None:
    code = cli.received("Người Chậm", procedure="1.012786", received_at=ago(days=25))
    late = cli("list", "--overdue").out
    assert code in [row["code"] for row in late]
    assert all(datetime.fromisoformat(row["due_at"]) < datetime.now(VN_TZ) for row in late)


def test_everything_the_form_can_hold(cli: CommandLine) -> None:
    """An organisation, somebody who submits for it, papers, post, a fee taken at once."""
    procedures = {row["code"]: row for row in cli("procedures").out}
    assert procedures["1.004873"]["limit"] == {"value": 3, "unit": "workday"}
    form = a_form("Công ty TNHH A+B", owner__kind="organisation", owner__id_no="", owner__dob=None, owner__gender=None,
                  submitter={"name": "Phạm Văn Nộp", "id_no": "001099012345", "authority": "Giấy giới thiệu 12", "phone": None},
                  channel="post", subject="Xác nhận", set_count=2, return_method="post", return_address="12 Yersin", postal_code=None,
                  components=[{"code": "TP01", "originals": 1}, {"code": "", "name": "Bản vẽ", "copies": 2}])
    shown = cli("show", cli("receive", "-", stdin=json.dumps(form)).one["code"]).one
    assert shown["submitter"]["authority"] == "Giấy giới thiệu 12" and shown["set_count"] == 2 and shown["channel"] == "post"
    assert [c["originals"] or c["copies"] for c in shown["components"]] == [1, 2]
    assert shown["return_address"] == "12 Yersin"


def test_a_bad_line_does_not_stop_the_rest(cli: CommandLine) -> None:
    before = cli.count()
    lines = [json.dumps(a_form("Dòng một")), '{"procedure": ', "", json.dumps(a_form("Dòng bốn", bogus=1)),
             json.dumps(a_form("Dòng năm", subject="hai\u2028dòng"), ensure_ascii=False)]
    done = cli("receive", "-", stdin="\n".join(lines) + "\n")
    assert done.rc == 1 and len(done.out) == 2
    assert [(p["code"], p["line"]) for p in done.problems] == [("json-invalid", 2), ("form-invalid", 4)]
    assert cli.count() == before + 2
    assert cli("show", done.out[1]["code"]).one["subject"] == "hai dòng"


def test_a_list(cli: CommandLine) -> None:
    done = cli("receive", "-", stdin=json.dumps([a_form("Phần tử một"), 7, a_form("Phần tử ba")]))
    assert done.rc == 1 and len(done.out) == 2
    assert [(p["code"], p["item"]) for p in done.problems] == [("form-invalid", 2)]


def test_unknown_fields_are_refused_by_name(cli: CommandLine) -> None:
    wrong = [a_form(bogus=1), a_form(owner__nick="x"), a_form(submitter={"name": "B", "age": 3}),
             a_form(components=[{"code": "TP01", "count": 1}]), {"owner": {"name": "An"}}, {"procedure": "1.004873"},
             {"procedure": "1.004873", "owner": {"id_no": ""}}]
    done = cli("receive", "-", stdin=json.dumps(wrong))
    assert done.rc == 1 and done.text == ""
    named = ["bogus", "owner.nick", "submitter.age", "count", "procedure", "owner", "name"]
    for problem, name in zip(done.problems, named, strict=True):
        assert problem["code"] == "form-invalid" and f"`{name}`" in problem["message"], problem


REFUSED: list[tuple[dict[str, Any], str, str]] = [
    # what is given, the code, the field the sentence stands beside
    (a_form("x" * 10_000), "invalid-fields", "owner.name"),
    (a_form("Nguyễn Văn 🎉"), "invalid-fields", "owner.name"),
    (a_form("\u0000\u200b"), "invalid-fields", "owner.name"),
    (a_form(owner__id_no="00109901234X"), "invalid-fields", "owner.id_no"),
    (a_form(owner__dob="31/02/1999"), "invalid-fields", "owner.dob"),
    (a_form(owner__phone="1"), "invalid-fields", "owner.phone"),
    (a_form(owner__address="y" * 10_000), "invalid-fields", "owner.address"),
    (a_form(owner__email="z" * 10_000), "invalid-fields", "owner.email"),
    (a_form(submitter={"name": "B", "id_no": "9" * 10_000}), "invalid-fields", "submitter.id_no"),
    (a_form(submitter={"name": ""}), "invalid-fields", "submitter.name"),
    (a_form(subject="s" * 10_000), "invalid-fields", "subject"),
    (a_form(set_count=0), "invalid-fields", "set_count"),
    (a_form(set_count=-1), "invalid-fields", "set_count"),
    (a_form(set_count=10**40), "invalid-fields", "set_count"),
    (a_form(components=[{"code": "TP01", "originals": -1}]), "invalid-fields", "components"),
    (a_form(components=[{"code": "TP01", "originals": 10**12}]), "invalid-fields", "components"),
    (a_form(components=[{"code": "k" * 10_000, "name": "n", "originals": 1}]), "invalid-fields", "components"),
    (a_form(components=[{"code": "TP99", "originals": 1}]), "invalid-fields", "components"),
    (a_form(components=[{"code": "TP01", "originals": 1}] * 500), "invalid-fields", "components"),
    (a_form(fee_codes_collected=["không có"]), "invalid-fields", "fee_codes_collected"),
    (a_form(received_at=ago(days=40)), "invalid-fields", "received_at"),
    (a_form(received_at=ago(days=-1)), "invalid-fields", "received_at"),
    (a_form(return_method="post", owner__address=""), "invalid-fields", "return_address"),
    (a_form(received_at="hôm qua"), "date-invalid", ""),
    (a_form(received_at="0001-01-01T00:00:00+14:00"), "date-invalid", ""),
    (a_form(channel="bưu điện"), "form-invalid", ""),
    (a_form(set_count="1"), "form-invalid", ""),
    (a_form(owner__gender="x"), "form-invalid", ""),
    (a_form(procedure=""), "invalid-fields", "procedure"),
    (a_form(procedure="9.999999"), "procedure-unknown", ""),
    (a_form(procedure="p" * 10_000), "procedure-unknown", ""),
    (a_form(procedure="1.002835"), "authority-elsewhere", ""),
    (a_form(procedure="1.011647"), "procedure-not-here", ""),
    (a_form(components=[]), "components-missing", ""),
]


def test_bad_values_each_with_a_sentence_and_nothing_kept(cli: CommandLine) -> None:
    before, waiting = cli.count(), len(cli("outbox").out)
    done = cli("receive", "-", stdin=json.dumps([form for form, _, _ in REFUSED]))
    assert done.rc == 1 and done.text == ""
    assert len(done.problems) == len(REFUSED)
    for problem, (form, code, field) in zip(done.problems, REFUSED, strict=True):
        assert problem["code"] == code, (problem, form)
        assert len(problem["message"]) > 15 and len(problem["message"]) < 400
        if field:
            assert list(problem["facts"]["fields"]) == [field], problem
    assert (cli.count(), len(cli("outbox").out)) == (before, waiting)
    papers = next(p for p in done.problems if p["code"] == "components-missing")
    assert papers["message"].endswith('hoặc thêm "acknowledge_missing": true để vẫn tiếp nhận.')  # no button here
    where = next(p for p in done.problems if p["code"] == "authority-elsewhere")
    assert "làm trên" in where["message"] and where["facts"]["system"]


def test_no_number_is_lost_by_refusals(cli: CommandLine) -> None:
    """The codes before and after a refused reception are neighbours in the counter's lane."""
    def number(code: str) -> int:
        return int(code.rpartition("-")[2])

    cli.received("Lấy số dự phòng")  # a number that a sync before may have left
    first = cli.received("Số một")
    assert cli("receive", "-", stdin=json.dumps(a_form("🎉"))).refusal == "invalid-fields"
    assert number(cli.received("Số hai")) == number(first) + 1


def test_names_are_stored_composed_and_found_either_way(cli: CommandLine) -> None:
    name = "Đặng Thị Tuyết Nhường"
    code = cli.received(unicodedata.normalize("NFD", name) + "\u0000")
    assert cli("show", code).one["owner"]["name"] == name
    for text in (name, unicodedata.normalize("NFD", name), "dang thi tuyet nhuong", "NHUONG"):
        assert code in [row["code"] for row in cli("find", text).out], text


def test_the_longest_name_fits(cli: CommandLine) -> None:
    name = ("Ự" * 9 + " ") * 20
    assert cli("show", cli.received(name[:MAX_NAME])).one["owner"]["name"] == name[:MAX_NAME].strip()


@pytest.mark.parametrize(("content", "code"), [
    (b"", "json-invalid"), (b" \n\n", "json-invalid"), (b'{"procedure": "1.0', "json-invalid"), (b"not json", "json-invalid"),
    (b"[" * 100_000, "json-invalid"), (b'{"a":' * 100_000, "json-invalid"), (b"[1,2", "json-invalid"),
    (b"\x89PNG\r\n\x1a\n\x00\xff", "file-not-utf8"), ("Nguyễn".encode("utf-16"), "file-not-utf8"), (b"PK\x03\x04", "json-invalid"),
])
def test_files_that_are_none(cli: CommandLine, tmp_path: Path, content: bytes, code: str) -> None:
    file = tmp_path / "in.json"
    file.write_bytes(content)
    assert cli("receive", file).refusal == code


def test_the_place_of_a_broken_object(cli: CommandLine) -> None:
    broken = json.dumps(a_form(), indent=2).replace('"procedure"', "procedure", 1)
    done = cli("receive", "-", stdin=broken)
    assert done.refusal == "json-invalid" and "dòng 2" in done.problems[0]["message"]


@pytest.mark.parametrize("path", ["", "missing.json", "a\x00b"])
def test_files_that_cannot_be_read(cli: CommandLine, tmp_path: Path, path: str) -> None:
    assert cli("receive", str(tmp_path / path)).refusal == "file-unreadable"


@pytest.mark.parametrize(("code", "refusal"), [
    ("H32.15-991231-9999", "dossier-unknown"), ("", "dossier-unknown"), ("\x00", "dossier-unknown"), ("🎉", "dossier-unknown"),
    ("x" * 10_000, "dossier-unknown"), ("' OR 1=1 --", "dossier-unknown"), ("H19.01-261123-0001", "other-province"),
    ("000.00.01.H19-261123-0001", "other-province"), ("001099012345", "dossier-unknown"),
])
def test_codes_that_open_nothing(cli: CommandLine, code: str, refusal: str) -> None:
    assert cli("show", code).refusal == refusal


@pytest.mark.parametrize("text", ["", "'", '"', "*", "NEAR(a b", "-", "%", "🎉", "\x00", "x" * 10_000, "AND"])
def test_searches_that_find_nothing(cli: CommandLine, text: str) -> None:
    done = cli("find", text)
    assert done.rc == 0 and done.errors == ""


@pytest.mark.parametrize("words", [
    ["find"], ["list", "--limit", "0"], ["list", "--limit", "1" * 40], ["list", "--status", "x"], ["find", "a", "--limit", "-1"],
    ["receive"], ["nothing"], ["due"], ["show"], ["scan"],
    ["export"], ["list", "--profile", ""], ["print", "01", "x", "--copy", "0"], ["return", "x", "--relation", "friend"],
    ["fee", "take", "x"],
])
def test_wrong_usage(cli: CommandLine, words: list[str]) -> None:
    done = cli(*words)
    assert done.rc == 2 and done.text == "" and "usage" in done.errors


def test_who_may(cli: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    text = json.dumps(a_form())
    assert cli("receive", "-", user="minh.nt", stdin=text).problems[0]["code"] == "role-missing"
    assert cli("receive", "-", user="nobody.nt", stdin=text).refusal == "sign-in-refused"
    assert cli("receive", "-", user="", stdin=text).refusal == "user-missing"
    monkeypatch.setenv("COUNTER_APP_PASSWORD", "")
    assert cli("receive", "-", stdin=text).refusal == "sign-in-empty"
    monkeypatch.setenv("COUNTER_APP_PASSWORD", "sai mật khẩu")
    refused = cli("receive", "-", user="lan.nt", stdin=text)
    assert refused.refusal == "sign-in-refused" and "Còn 4 lần thử" in refused.problems[0]["message"]


def test_as_a_process(enrolled: Path, tmp_path: Path) -> None:
    """Pipes, another working encoding, bytes that are no text."""
    file = tmp_path / "a.json"
    file.write_text(json.dumps(a_form("Hồ Thị Ống"), ensure_ascii=False), encoding="utf-8")
    done = spawn("receive", file, profile=enrolled, PYTHONUTF8="0", LC_ALL="C")
    assert done.one["code"].startswith("H32.15-")
    assert "Hồ Thị Ống" in spawn("find", "ho thi ong", profile=enrolled, LC_ALL="C").text
    assert spawn("show", b"\xff\xfe".decode("utf-8", "surrogateescape"), profile=enrolled).refusal == "dossier-unknown"
