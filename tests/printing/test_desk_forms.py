"""The desk's own papers on paper: what stands there, which codes can be read, long and strange texts, forms for handwriting."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pypdf
import pypdfium2
import pytest

from counter_app.printing import desk_facts, pdf
from counter_app.printing.desk_documents import LabelSheetDoc
from counter_app.printing.facts import facts_of
from counter_app.printing.kinds import vocabularies
from counter_app.printing.labels.sizes import load_sizes
from counter_app.printing.letters import BlankDoc
from counter_app.printing.preview import preview_pages
from counter_app.printing.registry import FORMS
from counter_app.printing.sheet import MM
from counter_app.printing.templates import load_forms
from onestop.errors import UserError
from tests.printing import desk_samples as desk
from tests.printing import label_samples
from tests.printing.desk_parts import ITEM, LONG_CODE, SLIP, s10
from tests.printing.reading import codes, dots
from tests.printing.samples import AT, CODE, HEADER, LONG_ADDRESS, LONG_NAME, PROVISIONAL

SAMPLES = desk.all_samples() | label_samples.all_samples()
MINE = ("accounts-add", "accounts-change", "cash-note", "cover-label", "handover-one", "post-list", "postal-label", "refund-note", "report",
        "ticket")


def text_of(content: bytes) -> str:
    """All words of a PDF, spaces made equal."""
    return " ".join(" ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages).split())


def pages_of(content: bytes) -> int:
    return len(pypdf.PdfReader(io.BytesIO(content)).pages)


@pytest.fixture(scope="module")
def made() -> dict[str, bytes]:
    """Every sample rendered once."""
    return {name: pdf.render(document, paper) for name, (document, paper) in SAMPLES.items()}


def test_the_registry_lists_them_with_what_they_are_about():
    listed = {key: (FORMS[key].about, FORMS[key].purpose, FORMS[key].papers[0]) for key in MINE}
    assert listed == {
        "accounts-add": ("office", "list", "A4"), "accounts-change": ("office", "list", "A4"), "cash-note": ("dossier", "slip", "A5"),
        "cover-label": ("dossier", "label", "100x75"), "handover-one": ("dossier", "slip", "A4"), "post-list": ("slip", "list", "A4"),
        "postal-label": ("dossier", "label", "100x75"), "refund-note": ("dossier", "slip", "A5"), "report": ("period", "report", "A4"),
        "ticket": ("dossier", "ticket", "80")}


@pytest.mark.parametrize("name", [name for name, (document, _) in SAMPLES.items() if document.form != "handover"])
def test_the_facts_are_those_of_the_vocabulary(name: str):
    document = SAMPLES[name][0]
    for one in document.labels if isinstance(document, LabelSheetDoc) else (document,):
        vocabulary = vocabularies()[one.form]
        facts = desk_facts.facts_of(one)
        for key, value in facts.items():
            if isinstance(value, list):
                assert all(set(row) == vocabulary.lists[key] for row in value), key
            else:
                assert key in vocabulary.facts and isinstance(value, str), key
        assert vocabulary.facts <= set(facts_of(one, load_forms().choose(one.form, one.form_date)))


@pytest.mark.parametrize(("name", "words"), [
    ("cash-note-a5", ["PHIẾU THU TẠM", "KHÔNG PHẢI BIÊN LAI, HÓA ĐƠN THUẾ", "Trần Văn Quyết", "150.000", "75.000", "Cộng 225.000",
                      "Một trăm năm mươi nghìn đồng", "Phạm Thu Hằng", "0004512"]),
    ("refund-note-a5", ["PHIẾU HOÀN TIỀN", "KHÔNG PHẢI BIÊN LAI, HÓA ĐƠN THUẾ", "PHỤ TRÁCH BỘ PHẬN", "Lý do hoàn"]),
    ("handover-one-a4", ["GIẤY BÀN GIAO HỒ SƠ", "Liên 1: Bên giao", "Liên 2: Bên nhận", "I. GIAO HỒ SƠ", "II. NHẬN KẾT QUẢ", "Đỗ Minh Quân",
                         "14 giờ 05 phút", "Hạn trả kết quả về quầy: 17 giờ 00 phút, ngày 07 tháng 12 năm 2026"]),
    ("post-list-a4", ["DANH SÁCH BƯU GỬI", SLIP, s10(1), "ĐT: 0912 345 678", "6 bưu gửi (bằng chữ: sáu bưu gửi)", "hỏa tốc",
                      "Võ Thành Tâm"]),
    ("report-a4", ["Tháng 11 năm 2026", "TỔNG CỘNG 3.555 711 2.607 237 2.921 948 1.896 77 634 577 57", "chưa phải số liệu chính thức",
                   "Biểu II.06a/VPCP/KSTT", "(13)", "23/11/2026 07:53"]),
    ("report-a4-short", ["Không có hồ sơ nào trong kỳ", "TỔNG CỘNG –"]),
    ("accounts-change-a4", ["Người thôi tham gia", "Người thay thế", "083088001234", "001099012345", "3 người (bằng chữ: ba người)"]),
    ("accounts-add-a4", ["CẤP MỚI TÀI KHOẢN", "Phòng Văn hóa – Xã hội"]),
    ("postal-label-100x75", ["Người gửi: Trung tâm Phục vụ hành chính công tỉnh Khánh Hòa", "RR 12 345 678 5 VN", "0912 345 678", CODE]),
    ("postal-label-80x50", ["Dán tem bưu chính tại đây"]),
    ("handover-back-a4", ["Bên giao: Đỗ Minh Quân – Phòng Quản lý xây dựng", "Bên nhận: Phạm Thu Hằng – Trung tâm", "phòng giữ lại",
                          "5 hồ sơ (bằng chữ: năm hồ sơ)"]),
    ("handover-post-a4", ["Chuyển bưu chính", "Bên nhận: Bưu chính công ích", "3 hồ sơ (bằng chữ: ba hồ sơ)"]),
    ("cover-label-100x75", [CODE, "Nguyễn Thị Ngọc Thuỷ", "17:00 08/12/2026", "Phòng Quản lý xây dựng"]),
])
def test_what_stands_on_the_paper(made: dict[str, bytes], name: str, words: list[str]):
    found = text_of(made[name])
    assert [word for word in words if word not in found] == []
    assert "{" not in found and "None" not in found


@pytest.mark.parametrize("name", [name for name in SAMPLES if name.endswith("extreme")])
def test_the_longest_texts_are_all_there(made: dict[str, bytes], name: str):
    found = text_of(made[name])
    assert (LONG_NAME[:80] in found) or name.startswith("report")
    assert "Bản in lại lần" in found or name.split("-")[0] in ("report", "accounts", "postal", "cover")
    if name.startswith(("handover-one", "postal-label-100x150")):
        assert LONG_ADDRESS[-40:] in found


def test_sums_are_never_torn(made: dict[str, bytes]):
    """A number on two lines is read as two numbers."""
    found = text_of(made["cash-note-a4-extreme"])
    assert all(number in found for number in ("9.999.999.028", "299.999.970.465", "199.999.980.000", "99.999.990.465"))
    small = text_of(pdf.render(desk.cash_note_extreme(), "A5"))
    assert all(number in small for number in ("9.999.999.028", "299.999.970.465", "199.999.980.000", "99.999.990.465"))


def test_long_tables_repeat_their_head_and_the_end_stays_with_the_signatures(made: dict[str, bytes]):
    for name, head, end in (("post-list-a4-extreme", "Mã bưu gửi (S10)", "NHÂN VIÊN BƯU CHÍNH"),
                            ("report-a4-extreme", "Lĩnh vực", "THỦ TRƯỞNG ĐƠN VỊ"),
                            ("cash-note-a4-extreme", "Khoản thu", "NGƯỜI THU TIỀN")):
        pages = [" ".join(page.extract_text().split()) for page in pypdf.PdfReader(io.BytesIO(made[name])).pages]
        per_copy = len(pages) // len(SAMPLES[name][0].copies)
        assert per_copy > 1
        assert all(head in page for page in pages[: per_copy - 1]), name
        assert end in pages[per_copy - 1] and f"Trang {per_copy}/{per_copy}" in pages[per_copy - 1]


def expected(document: Any) -> tuple[list[str], list[str]]:
    """Linear and square codes of all pages of the first copy."""
    if document.form == "handover":
        return sorted([document.slip_no, *(line.code for line in document.lines)]), [document.slip_no]
    if document.form == "post-list":
        return sorted([document.slip_no, *(line.item for line in document.lines if line.item)]), [document.slip_no]
    if document.form in ("report", "accounts-change", "accounts-add"):
        return [], []
    return [document.title_code], [document.title_code]


@pytest.mark.parametrize("dpi", [203, 300, 600])
@pytest.mark.parametrize("name", ["cash-note-a5", "handover-one-a4", "post-list-a4", "cash-note-a5-short", "handover-back-a4",
                                  "handover-post-a4"])
def test_every_code_is_read_back(name: str, dpi: int):
    document, paper = SAMPLES[name]
    content = pdf.render(document, paper, dpi=dpi)
    first = slice(0, pages_of(content) // len(document.copies))
    read = [codes(page) for page in dots(content, dpi, first)]
    assert (sorted(code for linear, _ in read for code in linear), [code for _, square in read for code in square]) == expected(document)


@pytest.mark.parametrize(("name", "linear", "square"), [
    ("postal-label-100x75", [ITEM], []), ("postal-label-80x50-extreme", [ITEM], []), ("postal-label-80x50", [], []),
    ("postal-label-a4-14", sorted([*(s10(n) for n in range(9)), ITEM]), []), ("cover-label-100x75", [CODE], []),
    ("cover-label-80x50-extreme", [], [LONG_CODE]), ("cover-label-a4-8", sorted([CODE, PROVISIONAL, LONG_CODE]), []),
    ("cover-label-a4-24", [], sorted([CODE] * 3 + [PROVISIONAL, LONG_CODE])),
])
@pytest.mark.parametrize("dpi", [203, 300, 600])
def test_every_code_of_a_label_is_read_back(name: str, linear: list[str], square: list[str], dpi: int):
    document, paper = SAMPLES[name]
    [page] = dots(pdf.render(document, paper, dpi=dpi), dpi)
    assert codes(page) == (linear, square)


@pytest.mark.parametrize("name", ["cash-note-a5", "refund-note-a5", "handover-one-a4", "post-list-a4", "cover-label-100x75",
                                  "postal-label-a4-14"])
def test_codes_survive_a_photocopy(name: str):
    import cv2

    document, paper = SAMPLES[name]
    page = next(iter(dots(pdf.render(document, paper), 300)))
    rng = np.random.default_rng(11)
    askew = cv2.getRotationMatrix2D((page.shape[1] / 2, page.shape[0] / 2), 0.8, 0.98)
    copied = cv2.warpAffine(page, askew, page.shape[::-1], borderValue=255)
    copied = cv2.GaussianBlur(copied, (0, 0), 1.1).astype(float) * 0.75 + 35 + rng.normal(0, 12, page.shape)
    wanted = codes(page)
    assert wanted != ([], []) and codes(np.clip(copied, 0, 255).astype("uint8")) == wanted


# ---- labels on their stickers


def ink(page: np.ndarray) -> np.ndarray:
    return page < 128


@pytest.mark.parametrize("name", [name for name in SAMPLES if "label" in name])
def test_nothing_is_printed_between_or_beside_the_stickers(name: str):
    """Also with the longest texts: a label that runs over its edge spoils its neighbour."""
    document, paper = SAMPLES[name]
    size = load_sizes().get(paper)
    [page] = dots(pdf.render(document, paper), 203)
    dark = ink(page)
    for number in range(size.count):
        left, top = size.place(number)
        sides = ((top, size.label[1]), (left, size.label[0]))
        box = tuple(slice(round((low + 1.5) * 8), round((low + length - 1.5) * 8)) for low, length in sides)
        used = document.skip <= number < document.skip + len(document.labels)
        assert bool(dark[box].any()) is used, number
        dark[box] = False
    assert not dark.any()


def test_labels_beyond_one_sheet_go_on_on_the_next(made: dict[str, bytes]):
    sheet = label_samples.postal_labels(*(label_samples.postal_label(item=s10(n)) for n in range(20)), skip=10)
    content = pdf.render(sheet, "a4-14")
    found = [linear for linear, _ in map(codes, dots(content, 203))]
    assert [len(page) for page in found] == [4, 14, 2]
    assert sorted(code for page in found for code in page) == [s10(n) for n in range(20)]


def test_a_roll_has_a_page_a_label_of_its_size():
    sheet = label_samples.cover_labels(*label_samples.cover_labels().labels * 3)
    document = pypdfium2.PdfDocument(pdf.render(sheet, "80x50"))
    try:
        assert [tuple(round(side / MM) for side in document[n].get_size()) for n in range(len(document))] == [(80, 50)] * 3
    finally:
        document.close()


# ---- strange input


@pytest.mark.parametrize("name", ["cash-note-a5", "handover-one-a4", "post-list-a4-short", "report-a4", "accounts-add-a4",
                                  "postal-label-100x75", "cover-label-a4-24"])
def test_other_scripts_and_control_signs_do_no_harm(name: str):
    document, paper = SAMPLES[name]
    strange = "漢字 \x07\u202eمرحبا\u202c 😀 <b>&amp;</b> {owner} %s"

    def spoilt(value: Any) -> Any:
        if isinstance(value, tuple):
            return tuple(spoilt(one) for one in value)
        if hasattr(value, "__dataclass_fields__") and not hasattr(value, "copies"):
            kept = ("item", "parent", "unit", "place")
            names = [n for n in value.__dataclass_fields__ if isinstance(getattr(value, n), str) and n not in kept]
            return replace(value, **{n: strange for n in names})
        return value

    changes: dict[str, Any] = {}
    for key in document.__dataclass_fields__:
        value = getattr(document, key)
        if isinstance(value, str) and key in ("owner", "payer", "agency", "recipient", "address", "cashier", "to_person", "author"):
            changes[key] = strange
        elif key in ("lines", "components"):
            changes[key] = spoilt(value)
        elif key == "labels":
            changes[key] = tuple(replace(one, owner=strange) if hasattr(one, "owner") else replace(one, receiver=strange) for one in value)
    found = text_of(pdf.render(replace(document, **changes), paper))
    assert "<b>" in found and "{owner}" in found and "[?]" in found
    assert not any(sign in found for sign in "\x07\u202e漢م")


def test_a_paper_the_form_does_not_fit_is_refused_by_name():
    for document, paper in ((desk.post_list(), "A5"), (label_samples.postal_labels(), "A4"), (label_samples.ticket(), "A4"),
                            (desk.cash_note(), "80")):
        with pytest.raises(UserError) as caught:
            pdf.render(document, paper)
        assert caught.value.code == "paper-not-supported" and FORMS[document.form].papers[0] in caught.value.message


@pytest.mark.parametrize("form", [key for key in MINE if "label" not in key and key != "ticket"])
def test_a_blank_one_can_be_filled_in_by_hand(form: str):
    paper = FORMS[form].papers[0]
    content = pdf.render(BlankDoc(header=HEADER, form=form, made_at=AT), paper)
    found = text_of(content)
    assert load_forms().choose(form, AT.date()).labels["title"] in found and "TRUNG TÂM PHỤC VỤ HÀNH CHÍNH CÔNG" in found
    assert "None" not in found and pages_of(content) == 1
    assert not any(name in found for name in ("Nguyễn", "0 bưu gửi", "0 người"))


def test_the_files_are_small_tagged_and_without_personal_data_in_their_properties(made: dict[str, bytes]):
    for name, content in made.items():
        info = pypdf.PdfReader(io.BytesIO(content)).metadata
        assert info.author == "Trung tâm Phục vụ hành chính công" and b"vi-VN" in content
        assert not any(word in str(info) for word in ("Nguyễn", "Trần", "0830"))
        assert len(content) < (80_000 if not name.endswith("extreme") else 110_000), name


@pytest.mark.parametrize(("form", "paper", "linear", "square"), [
    ("cover-label", "a4-14", 1, 0), ("cover-label", "a4-24", 0, 1), ("postal-label", "100x150", 1, 0), ("ticket", "80", 1, 1),
    ("ticket", "58", 0, 1), ("cash-note", "A5", 1, 1), ("report", "A4", 0, 0),
])
def test_an_office_can_look_at_its_own_template_before_it_is_used(tmp_path: Path, form: str, paper: str, linear: int, square: int):
    (tmp_path / f"{form}.json").write_text('{"name": "Mẫu của đơn vị"}', "utf-8")
    content = preview_pages(tmp_path / f"{form}.json", paper)
    found = codes(next(iter(dots(content, 203))))
    assert (len(found[0]), len(found[1])) == (linear, square)
    assert "Mẫu của đơn vị" in str(pypdf.PdfReader(io.BytesIO(content)).metadata.title)
