"""Form texts are data: the right version for the day, an office's own wording, and never a broken form."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from counter_app.printing import pdf
from counter_app.printing.templates import KINDS, load_forms
from onestop.resources import resource_dir
from tests.printing import samples
from tests.printing.test_forms import text_of


def write(folder: Path, name: str, data: object) -> None:
    (folder / name).write_text(data if isinstance(data, str) else json.dumps(data), encoding="utf-8")


def test_every_kind_has_a_version_for_every_day():
    forms = load_forms()
    for kind in KINDS:
        for day in (date(2019, 1, 1), date(2025, 9, 14), date(2025, 9, 15), date(2026, 11, 22), date(2030, 1, 1)):
            assert forms.choose(kind, day).holds_on(day), (kind, day)


@pytest.mark.parametrize(("day", "receipt", "control"), [
    (date(2025, 9, 14), ("01", "01/2018"), ("05", "01/2018")), (date(2025, 9, 15), ("01", "03/2025"), ("06", "03/2025"))])
def test_numbers_move_in_september_2025(day: date, receipt: tuple[str, str], control: tuple[str, str]):
    for kind, (number, basis) in (("receipt", receipt), ("control-sheet", control)):
        found = load_forms().choose(kind, day)
        assert found.number == number
        assert basis in found.basis


def test_replaced_law_is_never_the_basis_of_today():
    for kind in KINDS:
        assert "2018" not in load_forms().choose(kind, date(2026, 11, 22)).basis


def test_an_office_changes_one_sentence(tmp_path: Path):
    write(tmp_path, "01-2025.json", {"labels": {"note_post": "Nhận kết quả tại nhà: gọi {hotline}.".replace("{hotline}", "1022")}})
    forms = load_forms(tmp_path)
    assert forms.problems == ()
    words = text_of(pdf.render(samples.receipt(), forms=forms))
    assert "Nhận kết quả tại nhà: gọi 1022." in words
    assert "mang theo giấy này" in words  # the rest is ours


def test_an_office_adds_the_version_of_a_new_law(tmp_path: Path):
    write(tmp_path, "01-2027.json", {"extends": "01-2025", "basis": "Thông tư số 09/2027/TT-VPCP", "valid_from": "2027-01-01"})
    forms = load_forms(tmp_path)
    assert forms.choose("receipt", date(2026, 12, 31)).basis.endswith("03/2025/TT-VPCP")
    assert forms.choose("receipt", date(2027, 1, 1)).basis == "Thông tư số 09/2027/TT-VPCP"


@pytest.mark.parametrize(("data", "why"), [
    ("{", "JSON"), ("[]", "đối tượng"), ("\x00\xff", "JSON"), ({"labels": {"no_such": "x"}}, "no_such"),
    ({"labels": {"title": 5}}, "title"),
    ({"labels": {"note_hotline": "{hotline.__class__}"}}, "note_hotline"), ({"labels": {"note_hotline": "{secret}"}}, "note_hotline"),
    ({"labels": {"note_hotline": "{hotline"}}, "ngoặc"), ({"labels": {"note_hotline": "{hotline:>9999999999}"}}, "chỗ điền"),
    ({"labels": []}, "labels"), ({"options": {"show_id": "yes"}}, "options"), ({"valid_from": "15/9/2025"}, "valid_from"),
    ({"valid_from": "2026-01-01", "valid_to": "2025-01-01"}, "valid_to"), ({"script": "x"}, "script"),
    ({"form": "return-slip"}, "biểu mẫu"),
    ({"labels": {"title": "x" * 1001}}, "title"), ("[" * 100_000, "JSON"), ('{"basis": "' + "x" * 300_000 + '"}', "lớn"),
])
def test_a_broken_file_of_the_office_leaves_ours_and_says_so(tmp_path: Path, data: object, why: str):
    write(tmp_path, "01-2025.json", data)
    forms = load_forms(tmp_path)
    [problem] = forms.problems
    assert problem.code == "form-file-invalid"
    assert why in problem.message and "01-2025.json" in problem.message
    assert forms.templates == load_forms().templates
    pdf.render(samples.receipt(), forms=forms)


def test_a_file_that_belongs_to_no_form_is_named(tmp_path: Path):
    write(tmp_path, "bieu-mau.json", {"labels": {}})
    [problem] = load_forms(tmp_path).problems
    assert "bieu-mau.json" in problem.message


def test_a_missing_folder_is_no_problem(tmp_path: Path):
    assert load_forms(tmp_path / "none") is load_forms()


def test_shipped_files_are_readable_json_in_nfc():
    import unicodedata

    for path in resource_dir("forms").glob("*.json"):
        text = path.read_text(encoding="utf-8")
        assert unicodedata.is_normalized("NFC", text)
        assert json.loads(text)["form"] in KINDS
