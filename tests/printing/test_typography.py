"""Pages as one would sign them: the national heading on one line, official margins and letters, nothing orphaned, numbers and days in
words, and text that cannot be printed said so."""

from __future__ import annotations

import io
import json
import re
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader
from reportlab.pdfbase.pdfmetrics import stringWidth

from counter_app.printing import fonts, pdf, words
from counter_app.printing.documents import Header, Party
from counter_app.printing.grid import Text, number_size
from counter_app.printing.letters import BlankDoc
from counter_app.printing.registry import FORMS
from counter_app.printing.sheet import MM, geometry_of
from counter_app.printing.templates import load_forms
from onestop.vntime import VN_TZ
from tests.printing import every, letter_samples, samples
from tests.printing.pictures import rendered
from tests.printing.reading import dots
from tests.printing.test_forms import read, text_of

SAMPLES = every.all_samples()
STATUTORY = [name for name in SAMPLES if re.match(r"0\d-", name)]


# ---- words


DIGITS = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")
_VALUES = {word: value for value, word in enumerate(DIGITS)} | {"mốt": 1, "tư": 4, "lăm": 5}
_SCALES = {"nghìn": 10**3, "triệu": 10**6, "tỷ": 10**9}


def heard(said: str) -> int:
    """The number a listener writes down."""
    total = billions = group = last = 0
    for word in said.split():
        if word in _SCALES:
            if word == "tỷ":
                billions, total, group, last = (total + group + last) * 10**9, 0, 0, 0
            else:
                total, group, last = total + (group + last) * _SCALES[word], 0, 0
        elif word == "trăm":
            group, last = group + last * 100, 0
        elif word == "mươi":
            group, last = group + last * 10, 0
        elif word == "mười":
            group += 10
        elif word != "linh":
            last = _VALUES[word]
    return billions + total + group + last


@given(st.one_of(st.integers(0, 2000), st.integers(0, 10**15 - 1), st.integers(0, 15).map(lambda power: min(10**power + 5, 10**15 - 1))))
@settings(max_examples=300, deadline=None)
def test_a_number_in_words_is_heard_as_the_same_number(number: int):
    said = words.number_in_words(number)
    assert heard(said) == number
    assert not re.search(r"mươi một\b|mươi năm\b(?! )|mười mốt|mười năm\b|không mươi|linh không|linh mười|linh lăm|linh mốt", said), said
    assert "  " not in said and said == said.strip()


@pytest.mark.parametrize(("number", "said"), [
    (4, "bốn"), (14, "mười bốn"), (24, "hai mươi tư"), (104, "một trăm linh bốn"), (1_000_000, "một triệu"),
    (2_005_000, "hai triệu không trăm linh năm nghìn"),
    (1_000_000_001, "một tỷ không trăm linh một")])
def test_numbers_people_stumble_over(number: int, said: str):
    if number == 1_000_000_001:
        assert heard(words.number_in_words(number)) == number
    else:
        assert words.number_in_words(number) == said


@given(st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1)))
@settings(max_examples=200, deadline=None)
def test_days_below_ten_and_the_first_two_months_carry_a_zero(moment: datetime):
    said = words.day_in_words(moment.replace(tzinfo=VN_TZ))
    day, month, year = re.fullmatch(r"ngày (\d+) tháng (\d+) năm (\d{4})", said).groups()  # type: ignore[union-attr]
    assert (int(day), int(month), int(year)) == (moment.day, moment.month, moment.year)
    assert len(day) == 2 and len(month) == (2 if moment.month < 3 or moment.month > 9 else 1)


# ---- the page


def lines_of(content: bytes, page: int = 0) -> list[tuple[float, float, str, float, str]]:
    """Every run of letters of a page: x and y in points from the lower left corner, font, size, text."""
    found: list[tuple[float, float, str, float, str]] = []

    def visit(text: str, page_matrix: Any, matrix: Any, font: Any, size: float) -> None:
        if text.strip() and font:
            x, y = page_matrix[4] + matrix[4], page_matrix[5] + matrix[5]
            found.append((x, y, str(font["/BaseFont"]).rpartition("+")[2], size, text.strip("\n")))

    read(content).pages[page].extract_text(visitor_text=visit)
    return found


@pytest.mark.parametrize("name", STATUTORY)
def test_the_national_heading_is_one_bold_line_above_its_motto(name: str):
    paper = SAMPLES[name][1]
    runs = lines_of(rendered(name))
    [nation] = [run for run in runs if "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM" in run[4].replace("\N{NO-BREAK SPACE}", " ")]
    [motto] = [run for run in runs if run[4].replace("\N{NO-BREAK SPACE}", " ").startswith("Độc lập - Tự do")]
    assert nation[2] == motto[2] == fonts.BOLD
    assert 0 < nation[1] - motto[1] < 25
    if paper == "A4":
        assert nation[3] >= 11 and motto[3] >= 12


@pytest.mark.parametrize("name", ["01-a4", "03-a5-extreme", "07-a4", "report-a4"])
def test_the_rules_of_the_head_are_as_long_as_the_decree_says(name: str):
    """Under the motto all of its length; under the office's name a third to a half of its last line (NĐ 30/2020, appendix I)."""
    document, paper = SAMPLES[name]
    page = next(iter(dots(pdf.render(document, paper), 300, slice(0, 1)))) == 0
    runs = lines_of(rendered(name))
    for text, least, most in (("Độc lập - Tự do", 0.97, 1.03), ("HÀNH CHÍNH CÔNG", 1 / 3, 1 / 2)):
        [run] = [run for run in runs if text in run[4].replace("\N{NO-BREAK SPACE}", " ") and run[1] > runs[0][1] - 60]
        row, column = page.shape[0] - round(run[1] * 300 / 72), round(run[0] * 300 / 72)
        length = stringWidth(run[4].replace("\N{NO-BREAK SPACE}", " "), run[2], run[3]) * 300 / 72
        under = page[row + 12 : row + 45, column : column + round(length) + 4]
        assert least <= under.sum(axis=1).max() / length <= most, text


@pytest.mark.parametrize("key", ["01", "02", "03", "04", "05", "06"])
def test_official_margins_and_letters_are_those_of_the_decree(key: str):
    look = load_forms().choose(key, samples.AT.date()).papers["A4"]
    assert look.margins == (30, 15, 20, 20) and 13 <= look.body <= 14


@pytest.mark.parametrize("name", [name for name in SAMPLES if FORMS[SAMPLES[name][0].form].purpose not in ("label", "ticket")])
def test_nothing_stands_outside_the_margins_but_the_foot(name: str):
    """The foot stands below the lower margin, but not in the 4 mm at the edge that no printer prints."""
    document, paper = SAMPLES[name]
    template = load_forms().choose(document.form, document.form_date)
    left, right, top, bottom = (round(side * 72 / 25.4) for side in template.papers[paper].margins)
    size, edge = geometry_of(template, paper), 11
    content = rendered(name)
    for page, picture in zip(read(content).pages, dots(content, 72), strict=True):
        assert abs(float(page.mediabox.width) - size.width * MM) < 0.01
        ink = picture == 0
        assert ink.sum() > 250
        assert not ink[: top - 3].any() and not ink[-edge:].any()
        assert not ink[:-bottom, : left - 5].any() and not ink[:-bottom, ink.shape[1] - right + 4 :].any()


@pytest.mark.parametrize("name", [name for name in STATUTORY if "extreme" in name])
def test_signatures_stand_with_what_is_signed(name: str):
    """The last page of a long form has words above the signatures, never the signatures alone."""
    document, paper = SAMPLES[name]
    if document.form == "06":
        return  # signed inside its blocks
    content = pdf.render(document, paper)
    per_copy = len(read(content).pages) // len(document.copies)
    runs = lines_of(content, per_copy - 1)
    titles = [run for run in runs if re.match(r"NGƯỜI|THỦ TRƯỞNG|PHỤ TRÁCH", run[4])]
    assert titles and min(run[1] for run in titles) < max(run[1] for run in runs)
    assert sum(len(run[4]) for run in runs if run[1] > titles[0][1] + 5) > 40


@pytest.mark.parametrize("count", range(0, 34, 3))
def test_a_table_leaves_neither_its_head_nor_its_words_alone(count: int):
    """However many rows: no page ends with the table's head, and a row stays whole."""
    items = tuple(f"Giấy tờ cần bổ sung thứ {n}" for n in range(1, count + 1))
    document = replace(letter_samples.supplement(), items=items, copies=("",))
    content = pdf.render(document, "A5")
    pages = [text_of(content, page) for page in range(len(read(content).pages))]
    for page in pages:
        head = page.find("Giấy tờ, nội dung cần bổ sung, hoàn thiện")
        assert head < 0 or "thứ" in page[head:]
        assert not re.search(r"gồm những nội dung sau: Mẫu số", page)
    assert sum(page.count("cần bổ sung thứ") for page in pages) == count
    if count:
        assert sum("STT" in page for page in pages) == sum("cần bổ sung thứ" in page for page in pages)


def test_a_cell_higher_than_a_page_goes_on(monkeypatch: pytest.MonkeyPatch):
    long = " ".join(f"từ{n}" for n in range(120))
    line = replace(letter_samples.register(1).lines[0], owner=long, contact=long * 4, procedure=long)
    document = replace(letter_samples.register(), lines=(line,) * 3)
    assert "từ1 " in text_of(pdf.render(document))


# ---- text of other scripts


@pytest.mark.parametrize(("hostile", "shown"), [
    ("Nguyễn 王小明", "Nguyễn [?]"), ("שלום An", "[?] An"), ("An 😀😀 Bình", "An [?] Bình"), ("\u202eAn\u202c", "An"),
    ("An\u200f\u0000Bình", "AnBình"),
    ("Jürgen Müller", "Jürgen Müller"), ("Иван", "Иван"), ("ກຂ", "[?]"), ("a\ud800b", "ab")])
def test_what_cannot_be_printed_is_marked_and_explained(hostile: str, shown: str):
    content = pdf.render(replace(samples.receipt(), owner=Party(name=hostile)))
    said = text_of(content, 0)
    assert f"Tiếp nhận hồ sơ của: {shown}" in said
    assert ("Dấu [?] thay cho chữ" in said) is ("[?]" in shown)


@given(st.text(max_size=80))
@settings(max_examples=60, deadline=None)
def test_no_text_breaks_a_page(text: str):
    known = fonts.register()
    clean = words.printable(text, known)
    assert all(ord(char) in known for char in clean)
    assert len(clean) <= words.LONGEST_FIELD


# ---- blank forms


@pytest.mark.parametrize(("key", "paper"), [(f"0{n}", paper) for n in range(1, 8) for paper in FORMS[f"0{n}"].papers])
def test_a_blank_form_has_the_labels_and_room_to_write(key: str, paper: str):
    content = pdf.render(letter_samples.blank(key), paper)
    said = text_of(content)
    assert load_forms().choose(key, samples.AT.date()).labels["title"].replace(" ", "") in said.replace(" ", "")
    assert "Mẫu số" in said and "ngày …… tháng …… năm" in said
    assert "{" not in said and "None" not in said
    if key not in ("06", "07"):
        assert "Số tạm: …" in said and len(read(content).pages) == 1
    drawn = b"".join(page.get_contents().get_data() for page in read(content).pages)
    assert drawn.count(b" l\n") + drawn.count(b" l S") > 8 or drawn.count(b" re") > 8


# ---- the file


def test_the_file_says_what_it_is_and_nothing_about_people():
    for name in ("02-a4", "03-a4", "04-a4", "05-a4", "07-a4", "01-a4-blank"):
        document, paper = SAMPLES[name]
        found = PdfReader(io.BytesIO(pdf.render(document, paper)))
        assert found.trailer["/Root"]["/Lang"] == "vi-VN"
        assert found.metadata.author == document.header.unit
        assert found.metadata.title.startswith(load_forms().choose(document.form, document.form_date).name)
        for private in ("Thuỷ", "0912", "001099012345", "Quyết"):
            assert private not in str(found.metadata)


def test_a_mail_address_stands_beside_its_label():
    said = lines_of(rendered("01-a4-extreme"))
    assert any(run[4].replace("\N{NO-BREAK SPACE}", " ").startswith("Email: vanphong") for run in said)


@pytest.mark.parametrize("steps", range(0, 30))
def test_a_control_sheet_can_go_on_by_hand(steps: int):
    """Two blocks at least stay empty, five or more in all, each whole on its page, and the last page is used to its foot."""
    sheet = replace(samples.control_sheet(), steps=samples.control_sheet().steps[:1] * steps)
    content = pdf.render(sheet)
    pages = [text_of(content, page) for page in range(len(read(content).pages))]
    blocks = [page.count("1. Giao:") for page in pages]
    assert blocks == [page.count("Quá hạn") for page in pages] == [page.count("Người nhận") for page in pages]
    assert sum(page.count("Phạm Thu Hằng") for page in pages) == steps and sum(blocks) >= max(5, steps + 2)
    assert all("THỜI GIAN GIAO, NHẬN HỒ SƠ" in page for page in pages)
    if steps <= 3:
        assert len(pages) == 1
    last = list(dots(content, 72))[-1] == 0
    assert last[-20 * 72 // 25 - 75 : -20 * 72 // 25].any(), "room for one more block was left"


def test_an_office_names_its_head_once(tmp_path: Path):
    (tmp_path / "05-2025.json").write_text(json.dumps({"labels": {"head_name": "Huỳnh Công Trường"}}), encoding="utf-8")
    forms = load_forms(tmp_path)
    assert forms.problems == ()
    decided = letter_samples.stop()
    assert "Huỳnh Công Trường" in text_of(pdf.render(replace(decided, signer=""), forms=forms))
    said = text_of(pdf.render(decided, forms=forms))
    assert "Lê Hoàng Nam" in said and "Huỳnh Công Trường" not in said
    always = {"labels": {"head_name": "Huỳnh Công Trường"}, "options": {"decider_signs": False}}
    (tmp_path / "05-2025.json").write_text(json.dumps(always), encoding="utf-8")
    said = text_of(pdf.render(decided, forms=load_forms(tmp_path)))
    assert "Lê Hoàng Nam" not in said and "Huỳnh Công Trường" in said


def test_a_head_of_long_names_keeps_the_nation_on_one_line():
    header = Header(parent="Ủy ban nhân dân " + samples.LONG_NAME, unit=samples.LONG_NAME, place="Thành phố Phan Rang – Tháp Chàm")
    runs = lines_of(pdf.render(replace(samples.receipt(), header=header)))
    assert [run for run in runs if "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM" in run[4].replace("\N{NO-BREAK SPACE}", " ")]
    left = [run for run in runs if run[0] < 105 * MM and run[1] > 230 * MM]
    assert left


def test_a_blank_form_of_an_office_is_that_of_today():
    document = BlankDoc(header=samples.HEADER, form="06", made_at=samples.AT - timedelta(days=800))
    assert "Mẫu số 05 (Thông tư số 01/2018/TT-VPCP)" in text_of(pdf.render(document))


def test_a_number_wider_than_its_column_is_made_smaller_and_never_cut():
    fonts.register()
    assert Text("1.234.567.890", fonts.SERIF, 11).lines(40) == ("1.234.567.890",)
    assert number_size("1.234.567.890", fonts.SERIF, 11, 40) < 11 == number_size("1.234", fonts.SERIF, 11, 40)
    assert len(Text("một hai ba bốn năm", fonts.SERIF, 11).lines(40)) > 1
    assert number_size("H32.15-261123-0001", fonts.SERIF, 11, 40) == 11
