"""One command a move of the life-cycle, handover, fees: from the desk to the department, back, and out to the citizen."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from onestop.vntime import VN_TZ, iso
from tests.cli.conftest import CommandLine

UNIT = "H32.15.01"


def later(**delta: float) -> str:
    return iso(datetime.now(VN_TZ) + timedelta(**delta))


def test_the_straight_path(cli: CommandLine) -> None:
    one, two = cli.received("Giao Một"), cli.received("Giao Hai")
    slip = cli("handover", "--to", UNIT, one, two, "--person", "Chị Hà").one
    assert (slip["direction"], slip["status"], [line["code"] for line in slip["lines"]]) == ("out", "open", [one, two])
    refused = cli("handover", "--to", UNIT, one)
    assert refused.refusal == "lines-not-allowed" and slip["number"] in refused.problems[0]["message"]
    confirmed = cli("handover", "confirm", slip["number"], one).one
    assert [(line["code"], line["state"]) for line in confirmed["lines"]] == [(one, "received"), (two, "refused")]
    assert cli("handover", "confirm", slip["number"]).refusal == "slip-confirmed"
    shown = cli("show", one).one
    assert (shown["status"], shown["holder"]) == (4, UNIT)
    assert cli("show", two).one["status"] == 2

    back = cli("handover", "--from", UNIT, one).one
    assert back["direction"] == "back"
    cli("handover", "confirm", back["id"])
    assert cli("show", one).one["status"] == 9
    assert cli("return", one, "--relation", "authorised", "--collector", "Lê Văn Nhận").refusal == "authority-missing"
    given = cli("return", one, "--relation", "authorised", "--collector", "Lê Văn Nhận", "--collector-id", "079 305 000 123",
                "--authority", "Giấy ủy quyền 5/2026", "--original", "Sổ hộ khẩu", "--note", "đã xem thẻ").one
    assert given["status"] == 10
    taken = cli("show", one).one["returned"]
    assert (taken["collector_name"], taken["collector_id_no"], taken["relation"], taken["authority"], taken["originals"]) == (
        "Lê Văn Nhận", "079305000123", "authorised", "Giấy ủy quyền 5/2026", ["Sổ hộ khẩu"])
    assert cli("return", one).refusal == "transition-not-allowed"


def test_a_result_by_hand_and_the_owner_collects(cli: CommandLine) -> None:
    code = cli.received("Chủ Hồ Sơ")
    assert cli("result", code).refusal == "transition-not-allowed"
    slip = cli("handover", "--to", UNIT, code).one["number"]
    cli("handover", "confirm", slip)
    assert cli("result", code, "--number", "12/GXN", "--kind", "Giấy xác nhận").one["status"] == 9
    assert cli("return", code, user="lan.nt").refusal == "role-missing"
    assert cli("return", code, user="minh.nt").one["status"] == 10
    shown = cli("show", code).one
    assert shown["returned"]["collector_name"] == "Chủ Hồ Sơ" and shown["result"]["number"] == "12/GXN"


def test_supplement_once_a_stage(cli: CommandLine) -> None:
    code = cli.received("Bổ Sung")
    assert cli("supplement", code, "--item", "Tờ khai").refusal == "reason-missing"
    assert cli("supplement", code, "--reason", "thiếu chữ ký").refusal == "items-missing"
    assert cli("supplement", code, "--item", "Tờ khai", "--reason", "thiếu chữ ký").one["status"] == 5
    assert cli("supplement", code, "--answered", "--due", "hôm nào").refusal == "date-invalid"
    assert cli("supplement", code, "--answered", "--due", "2020-01-01").refusal == "due-in-past"
    assert cli("supplement", code, "--answered").one["status"] == 2
    again = ("supplement", code, "--item", "Ảnh", "--reason", "ảnh mờ")
    assert cli(*again).refusal == "supplement-repeated"
    assert cli(*again, "--approver", "Trưởng bộ phận").one["status"] == 5
    asked = cli("show", code).one["supplements"]
    assert [(s["no"], s["stage"], s["items"], s["approver"]) for s in asked] == [
        (1, "intake", ["Tờ khai"], ""), (2, "intake", ["Ảnh"], "Trưởng bộ phận")]


def test_extend_stop_and_withdraw(cli: CommandLine) -> None:
    code = cli.received("Gia Hạn")
    was = cli("show", code).one["due_at"]
    assert cli("extend", code, "--due", "mai", "--reason", "chờ ý kiến").refusal == "date-invalid"
    assert cli("extend", code, "--due", "2020-01-01", "--reason", "chờ ý kiến").refusal == "due-not-later"
    assert cli("extend", code, "--due", later(days=30)).refusal == "reason-missing"
    assert cli("extend", code, "--due", later(days=30), "--reason", "chờ ý kiến", user="lan.nt").refusal == "role-missing"
    new = later(days=30)
    assert cli("extend", code, "--due", new, "--reason", "chờ ý kiến").one["due_at"] == new
    assert cli("show", code).one["original_due_at"] == was
    assert cli("withdraw", code, "--reason", "không cần nữa").one["status"] == 7
    assert cli("stop", code, "--reason", "theo đơn rút", user="hoa.nt").refusal == "role-missing"
    assert cli("stop", code, "--reason", "theo đơn rút").one["status"] == 8
    assert cli("extend", code, "--due", later(days=60), "--reason", "chờ ý kiến").refusal == "dossier-closed"
    assert cli("withdraw", code, "--reason", "x" * 5000).refusal == "reason-too-long"


def test_only_what_was_filed_online_is_accepted_or_refused(cli: CommandLine) -> None:
    code = cli.received("Đã Nhận")
    assert cli("accept", code).refusal == "transition-not-allowed"
    assert cli("refuse", code).refusal == "reason-missing"
    assert cli("refuse", code, "--reason", "không được nữa").refusal == "transition-not-allowed"


def test_correct(cli: CommandLine) -> None:
    code = cli.received("Tên Sai")
    before = cli("show", code).one
    for pair, refusal in (("owner.name=🎉", "invalid-fields"), ("set_count=x", "correction-invalid"), ("id=1", "field-not-correctable"),
                          ("owner.name", "correction-invalid"), ("owner.name=Tên Sai", "nothing-to-correct")):
        assert cli("correct", code, "--set", pair, "--reason", "gõ nhầm").refusal == refusal, pair
    assert cli("correct", code, "--set", "owner.name=Tên Đúng").refusal == "reason-missing"
    assert cli("show", code).one == before
    done = cli("correct", code, "--set", "owner.name=Tên Đúng", "--set", "set_count=3", "--set", "procedure=1.012786",
               "--reason", "gõ nhầm").one
    shown = cli("show", code).one
    assert (shown["owner"]["name"], shown["set_count"], shown["procedure_code"], shown["limit_value"]) == ("Tên Đúng", 3, "1.012786", 1)
    assert done["due_at"] != before["due_at"]
    assert cli("correct", code, "--set", "submitter=null", "--reason", "gõ nhầm").refusal == "nothing-to-correct"
    assert code not in [row["code"] for row in cli("find", "ten sai").out]


def test_fees(cli: CommandLine) -> None:
    code = cli.received("Nộp Phí")
    (asked,) = cli("fee", "list", code).out
    assert asked["entry"] == "due" and asked["amount"] > 0
    for words, refusal in ((["--amount", "-1", "--fee", asked["code"]], "invalid-fields"), (["--fee", "XX"], "fee-unknown"),
                           (["--fee", asked["code"], "--amount", "9" * 30], "invalid-fields"), ([], "fee-missing")):
        assert cli("fee", "add", code, *words).refusal == refusal, words
    done = cli("fee", "add", code, "--fee", asked["code"], "--receipt-no", "BL-001", user="thu.nt").one
    assert [(row["entry"], row["amount"]) for row in done["fees"]] == [("due", asked["amount"]), ("collected", asked["amount"])]
    assert cli("fee", "list", code).out[1]["receipt_no"] == "BL-001"


@pytest.mark.parametrize(("words", "refusal"), [
    (["--to", UNIT], "slip-empty"), (["X"], "unit-missing"), (["confirm"], "slip-missing"), (["confirm", "PBG-X"], "slip-unknown"),
    (["--to", "H99.99", "X"], "dossier-unknown"), ([], "unit-missing"),
])
def test_slips_that_are_none(cli: CommandLine, words: list[str], refusal: str) -> None:
    assert cli("handover", *words).refusal == refusal


@pytest.mark.parametrize("words", [["accept"], ["refuse"], ["stop"], ["withdraw"], ["extend", "--due", "2030-01-01"], ["result"],
                                   ["return"], ["correct"], ["supplement", "--answered"], ["fee", "list"]])
def test_a_code_nobody_knows(cli: CommandLine, words: list[str]) -> None:
    words = [words[0], words[1], "H32.15-991231-9999", *words[2:]] if words[0] == "fee" else [words[0], "H32.15-991231-9999", *words[1:]]
    assert cli(*words).refusal == "dossier-unknown"
