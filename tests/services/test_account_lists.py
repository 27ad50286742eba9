"""Lists of staff accounts: what offices really have as files, and clear answers without anybody's name for the rest."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from counter_app.services.account_lists import AccountRow, parse_account_list, read_account_list
from onestop.errors import EnvironmentFault, UserError

HEAD = "Phân hệ,Họ tên người thôi,Số định danh người thôi,Người thay thế,Số định danh người thay thế,Ghi chú"
LINE = "Một cửa điện tử,Trần Văn Quyết,083088001234,Lê Thị An,001099012345,từ 01/12/2026"
ROW = AccountRow(subsystem="Một cửa điện tử", name="Trần Văn Quyết", id_no="083088001234", new_name="Lê Thị An",
                 new_id_no="001099012345", note="từ 01/12/2026")


@pytest.mark.parametrize("raw", [
    f"{HEAD}\n{LINE}\n".encode(),
    f"\ufeff{HEAD}\r\n{LINE}\r\n\r\n".encode(),
    f"{HEAD}\n{LINE}\n".replace(",", ";").encode(),
    f"{HEAD}\n{LINE}\n".replace(",", "\t").encode("utf-16"),
    f"STT,{HEAD}\n1,{LINE}\n".encode(),
    (HEAD + "\n" + LINE.replace("083088001234", '"083 088 001 234"')).encode(),
    json.dumps([{"subsystem": ROW.subsystem, "name": ROW.name, "id_no": ROW.id_no, "new_name": ROW.new_name, "new_id_no": ROW.new_id_no,
                 "note": ROW.note}]).encode(),
    json.dumps({"rows": [{"subsystem": ROW.subsystem, "name": ROW.name, "id_no": ROW.id_no, "new_name": ROW.new_name,
                          "new_id_no": ROW.new_id_no, "note": ROW.note}]}, ensure_ascii=False, indent=1).encode(),
])
def test_files_as_offices_have_them(raw: bytes):
    assert parse_account_list(raw, "change").rows == (ROW,)


def test_additions_name_the_unit():
    raw = "Phân hệ;Họ và tên;CCCD;Đơn vị;Ghi chú\nTiếp nhận;Lê Thị An;001099012345;Phòng Tư pháp;\n".encode()
    found = parse_account_list(raw, "add")
    assert found.kind == "add" and found.rows[0].unit == "Phòng Tư pháp" and found.rows[0].name == "Lê Thị An"


@pytest.mark.parametrize(("raw", "line", "why"), [
    (b"", 0, "không có dòng nào"),
    (HEAD.encode(), 0, "không có dòng nào"),
    (b"a,b\n1,2", 1, "dòng đầu phải ghi tên cột"),
    (f"{HEAD}\n{LINE}\nTiếp nhận,,083088001234".encode(), 3, "thiếu họ tên"),
    (f"{HEAD}\nTiếp nhận,Trần Văn Quyết,83088001234".encode(), 2, "12 chữ số"),
    (f"{HEAD}\nTiếp nhận,Trần Văn Quyết,083088001234,Lê Thị An".encode(), 2, "thiếu số định danh người thay thế"),
    (f"{HEAD}\n{LINE},thừa".encode(), 2, "nhiều ô hơn"),
    (f'{HEAD}\n"Tiếp nhận,Trần'.encode(), 2, "ngoặc kép"),
    (f"{HEAD}\n{'x' * 300},Trần Văn Quyết,083088001234".encode(), 2, "ô phân hệ"),
    (f"{HEAD}\nTiếp nhận,Trần 😀 Quyết,083088001234".encode(), 2, "ô họ tên"),
    ("Phân hệ,Họ tên".encode("cp1258", "replace"), 0, "UTF-8"),
    (b'[{"name": 1}]', 1, "là chữ"), (b'[{"ten": "Quy\xe1\xba\xbft"}]', 1, "mục lạ"), (b'{"rows": 1}', 0, "danh sách"),
    (b'[{"name": "Tr', 1, "cú pháp JSON"), (b"[" * 100_000, 0, "cú pháp JSON"),
    (f"{HEAD}\n{(LINE + chr(10)) * 501}".encode(), 0, "quá 500 dòng"),
])
def test_bad_files_are_refused_with_line_and_reason_and_without_names(raw: bytes, line: int, why: str):
    with pytest.raises(UserError) as caught:
        parse_account_list(raw, "change")
    error = caught.value
    assert error.code == "account-list-invalid" and why in error.message and error.facts["line"] == line
    assert not any(secret in error.message + str(error.facts) for secret in ("Quyết", "083088", "83088", "Trần"))


def test_control_characters_and_decomposed_letters_become_clean_text():
    raw = f"{HEAD}\nTiếp\x07 nhận,Trần Văn Quyê\u0301t\u202e,083088001234".encode()
    row = parse_account_list(raw, "change").rows[0]
    assert (row.subsystem, row.name) == ("Tiếp nhận", "Trần Văn Quyết")


def test_a_file_that_is_not_there_or_too_large(tmp_path: Path):
    with pytest.raises(EnvironmentFault) as caught:
        read_account_list(tmp_path / "none.csv", "change")
    assert caught.value.code == "account-list-unreadable"
    (tmp_path / "big.csv").write_bytes(b"x" * 1_000_001)
    with pytest.raises(UserError, match="account-list-invalid"):
        read_account_list(tmp_path / "big.csv", "change")
    (tmp_path / "good.csv").write_text(f"{HEAD}\n{LINE}", "utf-8")
    assert read_account_list(tmp_path / "good.csv", "change").rows == (ROW,)
