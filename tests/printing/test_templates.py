"""Whole pages are data: the right version for the day, an office's own page, and never a broken form: its line and reason are told."""

from __future__ import annotations

import json
import unicodedata
from datetime import date
from pathlib import Path

import pytest

from counter_app.printing import pdf
from counter_app.printing.json_lines import BadForm, parse
from counter_app.printing.kinds import vocabularies
from counter_app.printing.preview import preview_pages
from counter_app.printing.registry import FORMS
from counter_app.printing.templates import FormTemplate, load_forms, read_template, used_labels
from onestop.errors import UserError
from onestop.resources import resource_dir
from tests.printing import samples
from tests.printing.test_forms import text_of

OURS = sorted(resource_dir("forms").glob("*.json"))


def write(folder: Path, name: str, data: object) -> Path:
    (folder / name).write_text(data if isinstance(data, str) else json.dumps(data, ensure_ascii=False, indent=1), encoding="utf-8")
    return folder / name


def test_every_form_has_a_version_for_every_day():
    forms = load_forms()
    for key in FORMS:
        for day in (date(2019, 1, 1), date(2025, 9, 14), date(2025, 9, 15), date(2026, 11, 22), date(2030, 1, 1)):
            assert forms.choose(key, day).holds_on(day), (key, day)


@pytest.mark.parametrize(("key", "before", "after"), [
    ("01", "01", "01"), ("02", "02", "02"), ("03", "03", "03"), ("04", "04", "04"), ("06", "05", "06"), ("07", "06", "07"),
    ("05", "", "05")])
def test_numbers_move_in_september_2025(key: str, before: str, after: str):
    forms = load_forms()
    old, new = forms.choose(key, date(2025, 9, 14)), forms.choose(key, date(2025, 9, 15))
    assert (old.number, new.number) == (before, after)
    assert "03/2025" in new.basis
    assert "01/2018" in old.basis if before else old.basis == ""


def test_the_apology_changes_its_name_with_the_law():
    forms = load_forms()
    assert forms.choose("04", date(2024, 3, 4)).name == "Phiếu xin lỗi và hẹn lại ngày trả kết quả"
    assert forms.choose("04", date(2026, 3, 4)).name == "Văn bản xin lỗi và đề nghị gia hạn thời gian giải quyết"


def test_replaced_law_is_never_the_basis_of_today():
    for key in FORMS:
        assert "2018" not in load_forms().choose(key, date(2026, 11, 22)).basis


def test_an_office_changes_one_sentence(tmp_path: Path):
    write(tmp_path, "01-2025.json", {"labels": {"note_post": "Nhận kết quả tại nhà: gọi 1022."}})
    forms = load_forms(tmp_path)
    assert forms.problems == ()
    words = text_of(pdf.render(samples.receipt(), forms=forms))
    assert "Nhận kết quả tại nhà: gọi 1022." in words
    assert "mang theo giấy này" in words  # the rest is ours


def test_an_office_turns_a_field_off_and_moves_the_margins(tmp_path: Path):
    write(tmp_path, "01-2025.json", {"options": {"show_id": False}, "papers": {"A4": {"margins": [40, 20, 25, 20], "body": 14}}})
    forms = load_forms(tmp_path)
    assert forms.problems == ()
    found = forms.choose("01", date(2026, 11, 23))
    assert (found.papers["A4"].margins, found.papers["A4"].body) == ((40, 20, 25, 20), 14)
    assert found.papers["A5"] == load_forms().choose("01", date(2026, 11, 23)).papers["A5"]
    assert "Số định danh" not in text_of(pdf.render(samples.receipt(), forms=forms))


def test_an_office_lays_out_a_page_of_its_own(tmp_path: Path):
    write(tmp_path, "01-2025.json", {"labels": {"hello": "Kính chào {owner}!"}, "blocks": [
        {"block": "paragraph", "text": "hello", "style": "bold"}, {"block": "table", "rows": "components", "columns": [
            {"title": "component", "fact": "name", "width": 1}]}]})
    forms = load_forms(tmp_path)
    assert forms.problems == ()
    words = text_of(pdf.render(samples.receipt(), forms=forms), 0)
    assert words.startswith("Kính chào Nguyễn Thị Ngọc Thuỷ! Tên giấy tờ Đơn đề nghị cấp giấy phép xây dựng")
    assert "CỘNG HÒA" not in words


def test_an_office_adds_the_version_of_a_new_law(tmp_path: Path):
    write(tmp_path, "01-2027.json", {"extends": "01-2025", "basis": "Thông tư số 09/2027/TT-VPCP", "valid_from": "2027-01-01"})
    forms = load_forms(tmp_path)
    assert forms.choose("01", date(2026, 12, 31)).basis.endswith("03/2025/TT-VPCP")
    assert forms.choose("01", date(2027, 1, 1)).basis == "Thông tư số 09/2027/TT-VPCP"


def one_block(**block: object) -> dict[str, object]:
    return {"blocks": [block]}


@pytest.mark.parametrize(("data", "why"), [
    ("{", "JSON"), ("[]", "đối tượng"), ("\x00\xff", "JSON"), ({"labels": {"no_such": "x"}}, "no_such"),
    ({"labels": {"title": 5}}, "title"),
    ({"labels": {"note_hotline": "{hotline.__class__}"}}, "note_hotline"), ({"labels": {"note_hotline": "{hotlin}"}}, "{hotlin}"),
    ({"labels": {"note_hotline": "{hotline"}}, "ngoặc"), ({"labels": {"note_hotline": "{hotline:>9999999999}"}}, "chỗ điền"),
    ({"labels": {"page": "{owner}"}}, "{owner}"), ({"labels": []}, "labels"), ({"options": {"show_id": "yes"}}, "show_id"),
    ({"options": {"show_star": True}}, "show_star"), ({"valid_from": "15/9/2025"}, "valid_from"), ({"valid_from": 5}, "valid_from"),
    ({"valid_from": "2026-01-01", "valid_to": "2025-01-01"}, "valid_to"), ({"script": "x"}, "script"),
    ({"form": "return-slip"}, "biểu mẫu"),
    ({"labels": {"title": "x" * 2001}}, "title"),
    ("[" * 100_000, "sâu"), ('{"basis": "' + "x" * 300_000 + '"}', "lớn"),
    ({"papers": {"A4": {"margins": [30, 15, 20], "body": 13}}}, "bốn"),
    ({"papers": {"A4": {"margins": [30, 15, 20, 200], "body": 13}}}, "60"),
    ({"papers": {"A4": {"body": 13}}}, "margins"), ({"papers": {}}, "khổ giấy"), ({"blocks": {}}, "danh sách"), ({"blocks": []}, "khối"),
    (one_block(block="paragrap", text="title"), "paragrap"), (one_block(block="paragraph", text="titel"), "titel"),
    (one_block(block="paragraph", fact="onwer"), "onwer"), (one_block(block="paragraph", text="title", colour="red"), "colour"),
    (one_block(block="paragraph", text="title", size="huge"), "small"), (one_block(block="paragraph", text="title", when="onwer"), "onwer"),
    (one_block(block="paragraph", text="title", when="option:show_star"), "show_star"), (one_block(block="space", mm=1000), "250"),
    (one_block(block="space", mm=True), "số"), (one_block(block="table", rows="lines", columns=[]), "lines"),
    (one_block(block="table", rows="components", columns=[{"title": "seq", "width": 5, "fact": "owne"}]), "owne"),
    (one_block(block="table", rows="components", columns=[{"title": "seq", "width": 5}]), "cột"),
    (one_block(block="fields", rows=[[{"label": "owner", "fact": "owner", "blink": True}]]), "blink"), ({"extends": "09-2031"}, "09-2031"),
    ('{"basis": "a",\n "basis": "b"}', "hai lần"), ('{"basis": "a",}', "phẩy"),
    ('{"basis" "a"}', "hai chấm"), ('{"basis": \'a\'}', "ngoặc kép"),
    ('{"basis": NaN}', "ký tự lạ"), ('{"valid_from": ' + "9" * 5000 + "}", "dài"),
])
def test_a_broken_file_of_the_office_leaves_ours_and_says_so(tmp_path: Path, data: object, why: str):
    write(tmp_path, "01-2025.json", data)
    forms = load_forms(tmp_path)
    [problem] = forms.problems
    assert problem.code == "form-file-invalid"
    assert why in problem.message and "01-2025.json" in problem.message
    assert forms.templates == load_forms().templates


def test_the_line_of_the_mistake_is_named(tmp_path: Path):
    path = write(tmp_path, "01-2025.json", '{\n "labels": {\n  "owner": "Người nộp",\n  "phone": "Điện thoại {phnoe}"\n }\n}')
    with pytest.raises(UserError) as refused:
        read_template(path)
    assert refused.value.facts["line"] == 4
    assert "dòng 4" in refused.value.message and "phnoe" in refused.value.message
    page = """{
 "blocks": [
  {"block": "title", "text": "title"},
  {"block": "keep", "blocks": [
   {"block": "paragraph",
    "fact": "ownr"}]}
 ]
}"""
    path = write(tmp_path, "01-2025.json", page)
    with pytest.raises(UserError) as refused:
        read_template(path)
    assert refused.value.facts["line"] == 6


@pytest.mark.parametrize(("text", "line"), [
    ("{\n\n x}", 3), ('{"a": [1,\n2\n3]}', 3), ('{"a": "b\n"}', 1), ("{} {}", 1), ("", 1), ('{"a": tru}', 1)])
def test_syntax_errors_have_a_line(text: str, line: int):
    with pytest.raises(BadForm) as refused:
        parse(text)
    assert refused.value.line == line


@pytest.mark.parametrize("path", OURS, ids=lambda path: path.stem)
def test_the_reader_agrees_with_json_and_our_files_are_whole(path: Path):
    text = path.read_text(encoding="utf-8")
    assert unicodedata.is_normalized("NFC", text)
    found = parse(text)
    assert found.value == json.loads(text)
    assert found.value.get("form", "receipt") in vocabularies()
    assert max(found.lines.values()) == text.rstrip().count("\n") or max(found.lines.values()) <= text.count("\n") + 1


def test_a_file_that_belongs_to_no_form_is_named(tmp_path: Path):
    write(tmp_path, "bieu-mau.json", {"labels": {}})
    [problem] = load_forms(tmp_path).problems
    assert "bieu-mau.json" in problem.message


def test_a_missing_folder_is_no_problem(tmp_path: Path):
    assert load_forms(tmp_path / "none") is load_forms()


def statutory() -> list[FormTemplate]:
    return [template for template in load_forms().templates if template.purpose != "ticket"]


@pytest.mark.parametrize("template", statutory(), ids=lambda template: template.file)
def test_no_label_is_carried_along_unused(template: FormTemplate):
    assert set(template.labels) - used_labels(template) == set()


@pytest.mark.parametrize("template", [t for t in statutory() if t.purpose != "label"], ids=lambda template: template.file)
def test_every_template_can_be_looked_at(template: FormTemplate):
    words = text_of(preview_pages(resource_dir("forms") / f"{template.file}.json"))
    assert len(words) > 100


def test_no_wording_of_a_form_stands_in_the_code():
    """Titles, law and numbers come from the files alone: nothing of them is in a module that lays out pages."""
    package = Path(pdf.__file__).parent
    layout = ["engine", "heads", "page", "tables", "steps", "parts", "layout", "grid", "sheet", "pdf", "facts"]
    for name in layout:
        code = (package / f"{name}.py").read_text(encoding="utf-8")
        for words in ("CỘNG HÒA", "Độc lập", "TT-VPCP", "Bản chính", "NGƯỜI NHẬN", "GIẤY TIẾP", "Mẫu số"):
            assert words not in code, (name, words)
