"""What is on paper: every fact, every code readable from real dots, every page in its frame."""

from __future__ import annotations

import io
import unicodedata
from dataclasses import replace
from datetime import datetime

import numpy as np
import pytest
from pypdf import PdfReader

from counter_app.printing import pdf
from counter_app.printing.documents import ComponentLine, HandoverSlipDoc, Party
from counter_app.printing.registry import FORMS, spec_of
from onestop.errors import UserError
from onestop.vntime import VN_TZ
from tests.printing import every, samples
from tests.printing.reading import codes, dots

SAMPLES = every.all_samples()


def read(content: bytes) -> PdfReader:
    return PdfReader(io.BytesIO(content))


def text_of(content: bytes, page: int | None = None) -> str:
    pages = read(content).pages
    chosen = pages if page is None else [pages[page]]
    return " ".join(" ".join(p.extract_text() for p in chosen).replace("\N{NO-BREAK SPACE}", " ").split())


@pytest.mark.parametrize("dpi", [203, 300, 600])
@pytest.mark.parametrize("name", ["01-a4", "01-a5", "01-a4-short", "01-a5-extreme", "06-a4", "06-a4-short", "return-a5"])
def test_codes_are_read_from_the_dots_of_cheap_and_good_printers(name: str, dpi: int):
    document, paper = SAMPLES[name]
    code = document.title_code
    for drawn_for in {300, dpi}:  # the file made for the usual printer, and the one made for this one
        content = pdf.render(document, paper, dpi=drawn_for)
        [page] = dots(content, dpi, slice(0, 1))
        if dpi == 600 and name != "01-a4":
            page = page[: len(page) // 3]  # the codes stand at the top; looking through all of a fine page takes its time
        assert codes(page) == ([code], [code]), (name, dpi, drawn_for)


@pytest.mark.parametrize("dpi", [203, 300])
def test_both_copies_have_their_codes(dpi: int):
    document = samples.receipt()
    pages = list(dots(pdf.render(document, "A5"), dpi))
    assert [codes(page) for page in pages] == [([document.code], [document.code])] * 2


@pytest.mark.parametrize("dpi", [203, 300, 600])
def test_every_line_of_a_handover_slip_has_a_code_that_reads(dpi: int):
    slip = samples.handover(14)
    content = pdf.render(slip, dpi=203 if dpi == 203 else 300)
    pages = len(read(content).pages) // 2
    assert pages == 3
    linear: list[str] = []
    for page in dots(content, dpi, slice(0, pages)):
        linear += codes(page)[0]
    assert sorted(linear) == sorted([slip.slip_no, *(line.code for line in slip.lines)])


@pytest.mark.parametrize(("dpi", "module"), [(203, 2), (300, 3), (600, 6)])
def test_bars_start_on_dots_and_are_whole_dots_wide(dpi: int, module: int):
    """Runs in a row of dots through the bars are multiples of the module: nothing was rounded by the printer."""
    [page] = dots(pdf.render(samples.receipt(), dpi=dpi), dpi, slice(0, 1))
    widths = np.diff(np.flatnonzero(np.diff(page[int(46 * dpi / 25.4)].astype(int))))[:100]  # 46 mm down: through the bars
    assert len(widths) == 100
    assert set(widths % module) == {0}
    assert min(widths) == module


def test_a_code_too_wide_for_the_paper_is_left_to_the_qr():
    long = "H59.16.12.345-20261123-0092637-ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    [page] = dots(pdf.render(replace(samples.receipt(), code=long), "A5"), 300, slice(0, 1))
    assert codes(page) == ([], [long])
    [slip, *_] = dots(pdf.render(replace(samples.handover(1), lines=(replace(samples.handover(1).lines[0], code=long),))), 300)
    assert codes(slip) == ([samples.handover().slip_no], sorted([samples.handover().slip_no, long]))


def test_the_qr_text_of_the_province_is_kept():
    url = "https://dichvucong.example.vn/tra-cuu?maHoSo=H32.15-261123-0001"
    [page] = dots(pdf.render(replace(samples.receipt(), qr=url)), 300, slice(0, 1))
    assert codes(page) == ([samples.CODE], [url])


def test_a_receipt_says_everything():
    doc = samples.receipt()
    words = text_of(pdf.render(doc), 0)
    for fact in ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc", "Khánh Hòa, ngày 23 tháng 11 năm 2026",
                 "GIẤY TIẾP NHẬN HỒ SƠ VÀ HẸN TRẢ KẾT QUẢ", "Mã hồ sơ: H32.15-261123-0001", "(Liên 1: Lưu)", "Nguyễn Thị Ngọc Thuỷ",
                 "001•••••2345", "0912 345 678", "ngocthuy@example.vn", "Số 8, tổ dân phố Phước Hưng", "Trần Văn Quyết",
                 "giấy ủy quyền số 12/2026", "(1.013225)", "Đơn đề nghị cấp giấy phép xây dựng", "1 bộ", "10 ngày làm việc",
                 "08 giờ 05 phút, ngày 23 tháng 11 năm 2026", "17 giờ 00 phút, ngày 08 tháng 12 năm 2026", "Tại quầy của Trung tâm",
                 "Lệ phí 75.000 đồng (đã thu)", "Quyển số: 03; số thứ tự: 1245", "Phạm Thu Hằng", "0258 3 822 111", "dichvucong.gov.vn",
                 "Mã tra cứu: K7Q2", "Mẫu số 01 (Thông tư số 03/2025/TT-VPCP)", "Trang 1/1"):
        assert fact in words, fact
    assert "001099012345" not in words
    assert "Bản in lại" not in words


def test_two_copies_are_two_pages_alike_but_for_their_name():
    for paper in ("A4", "A5"):
        content = pdf.render(samples.receipt(), paper)
        assert len(read(content).pages) == 2
        first, second = text_of(content, 0), text_of(content, 1)
        assert first.replace("Liên 1: Lưu", "") == second.replace("Liên 2: Giao người nộp", "")


@pytest.mark.parametrize(("display", "shown"), [("full", "001099012345"), ("masked", "001•••••2345"), ("last4", "••••••••2345")])
def test_the_id_number_is_shown_as_the_setting_wants(display: str, shown: str):
    words = text_of(pdf.render(replace(samples.receipt(), id_display=display)), 0)
    assert shown in words
    assert ("001099012345" in words) is (display == "full")


def test_a_provisional_receipt_is_marked_and_has_no_due_date():
    words = text_of(pdf.render(samples.receipt_short()), 0)
    assert "Số tạm — chờ cấp mã hồ sơ: TN-7-261123-0003" in words
    assert "Mã hồ sơ:" not in words
    assert "Thời gian trả kết quả: Sẽ thông báo sau khi hồ sơ được cấp mã" in words


def test_the_official_receipt_names_the_provisional_number_too():
    words = text_of(pdf.render(replace(samples.receipt(), provisional_code=samples.PROVISIONAL)), 0)
    assert f"Mã hồ sơ: {samples.CODE}" in words
    assert f"Số tạm đã cấp: {samples.PROVISIONAL}" in words


def test_reprints_are_marked_on_every_page():
    content = pdf.render(samples.receipt_extreme())
    for page in range(len(read(content).pages)):
        assert "Bản in lại lần 3, 25/11/2026 11:05, Phạm Thu Hằng" in text_of(content, page)


def test_sixty_papers_repeat_the_head_and_count_pages_in_each_copy():
    content = pdf.render(samples.receipt_extreme(), "A5")
    pages = len(read(content).pages)
    half = pages // 2
    assert pages % 2 == 0 and half >= 3
    for page in range(1, half - 1):
        assert "STT Tên giấy tờ Loại giấy tờ Số lượng" in text_of(content, page)
    for page in range(pages):
        assert f"Trang {page % half + 1}/{half}" in text_of(content, page)
    assert "giấy tờ thứ 60" in text_of(content)


def test_the_form_of_the_day_of_reception_is_used():
    old = replace(samples.receipt(), received_at=datetime(2025, 9, 14, 23, 59, tzinfo=VN_TZ))
    words = text_of(pdf.render(old), 0)
    assert "Mẫu số 01 (Thông tư số 01/2018/TT-VPCP)" in words
    assert "(1) Đơn đề nghị cấp giấy phép xây dựng (1 bản chính)" in words
    sheet = samples.control_sheet()
    assert "Mẫu số 06 (Thông tư số 03/2025/TT-VPCP)" in text_of(pdf.render(sheet))
    assert "Mẫu số 05 (Thông tư số 01/2018/TT-VPCP)" in text_of(pdf.render(replace(sheet, received_at=old.received_at)))


def test_the_control_sheet_has_its_blocks_and_never_tears_one():
    content = pdf.render(samples.control_sheet())
    words = text_of(content)
    assert words.count("Người giao") == words.count("Người nhận") == words.count("Trước hạn") == words.count("Quá hạn") == 6
    assert "14 giờ 05 phút, ngày 23 tháng 11 năm 2026" in words
    for page in range(len(read(content).pages)):
        one = text_of(content, page)
        assert one.count("1. Giao") == one.count("Người giao") == one.count("Quá hạn")
        assert "THỜI GIAN GIAO, NHẬN HỒ SƠ" in one


def test_a_handover_slip_counts_in_digits_and_words():
    words = text_of(pdf.render(samples.handover(21)))
    assert "Tổng cộng: 21 hồ sơ (bằng chữ: hai mươi mốt hồ sơ)." in words
    assert "Thiếu bản vẽ số 2" in words
    assert "Không có hồ sơ nào" in text_of(pdf.render(replace(samples.handover(), lines=())))


def test_a_return_slip_says_who_took_what():
    words = text_of(pdf.render(samples.return_slip(), "A5"))
    for fact in ("Trần Văn Quyết", "Người được ủy quyền", "083•••••1234", "giấy ủy quyền số 12/2026", "(2) Hợp đồng tặng cho",
                 "biên lai số 0004512", "NGƯỜI NHẬN KẾT QUẢ", "11 giờ 00 phút, ngày 07 tháng 12 năm 2026"):
        assert fact in words, fact


@pytest.mark.parametrize("name", ["01-a4", "06-a4", "handover-a4", "return-a4"])
def test_files_are_small_speak_vietnamese_and_carry_their_fonts(name: str):
    document, paper = SAMPLES[name]
    content = pdf.render(document, paper)
    assert len(content) <= 80_000
    found = read(content)
    assert found.trailer["/Root"]["/Lang"] == "vi-VN"
    assert document.title_code in found.metadata.title
    assert "Thuỷ" not in str(found.metadata)  # no personal data outside the page
    for font in found.pages[0]["/Resources"]["/Font"].values():
        if "LiberationSerif" in font["/BaseFont"]:
            assert "/FontFile2" in font["/FontDescriptor"]
    used = {font["/BaseFont"].partition("+")[2] for font in found.pages[0]["/Resources"]["/Font"].values()}
    assert {"LiberationSerif", "LiberationSerif-Bold"} <= used


@pytest.mark.parametrize("paper", ["A4", "A5"])
@pytest.mark.parametrize("hostile", [
    "x" * 10_000, "Nguyễn Văn 😀 An", unicodedata.normalize("NFD", "Nguyễn Thị Ngọc Thuỷ"), "<b>a & b</i> <img src='x'/>",
    "a\x00b\x1b[0m\nc", "\u202eđảo\u202c", "{0} {name} %s",
], ids=["10000", "emoji", "nfd", "markup", "control", "bidi", "braces"])
def test_any_text_gets_on_paper(hostile: str, paper: str):
    party = Party(name=hostile, id_no=hostile, phone=hostile, email=hostile, address=hostile, authority=hostile)
    doc = replace(samples.receipt(), owner=party, submitter=party, procedure_name=hostile, subject=hostile, fees=hostile,
                  components=(ComponentLine(name=hostile, originals=1, note=hostile),), return_method=hostile, unit_name=hostile,
                  receiver=hostile, hotline=hostile, lookup_secret=hostile, book_no=hostile, limit=hostile,
                  header=replace(samples.HEADER, parent=hostile, place=hostile))
    words = text_of(pdf.render(doc, paper))
    assert "Đơn vị" not in words
    if "😀" in hostile:
        assert "Nguyễn Văn [?] An" in words
    if "Thuy" in hostile:
        assert "Nguyễn Thị Ngọc Thuỷ" in words
    if "img" in hostile:
        assert "<b>a & b</i> <img src='x'/>" in words
    line = replace(samples.handover(1).lines[0], owner=hostile, procedure=hostile, remark=hostile, code=hostile)
    slip: HandoverSlipDoc = replace(samples.handover(1), lines=(line,), from_person=hostile, to_unit=hostile, note=hostile)
    pdf.render(slip)
    pdf.render(replace(samples.control_sheet(), owner=hostile, procedure_name=hostile, steps=(
        replace(samples.control_sheet().steps[0], from_unit=hostile, giver=hostile, note=hostile),)))
    pdf.render(replace(samples.return_slip(), collector=party, originals=(hostile,) * 3, result=hostile), paper)


def test_a_form_without_layout_for_a_paper_is_refused():
    with pytest.raises(UserError) as refused:
        pdf.render(samples.handover(), "A5")
    assert refused.value.code == "paper-not-supported"
    assert "A4" in refused.value.message


def test_the_registry_knows_every_document_and_every_document_has_samples():
    assert {"01", "02", "03", "04", "05", "06", "07", "handover", "return"} <= set(FORMS)
    assert list(FORMS)[:7] == ["01", "02", "03", "04", "05", "06", "07"]
    assert {spec_of(document).key for document, _ in SAMPLES.values()} <= set(FORMS)
    assert {"01", "02", "03", "04", "05", "06", "07", "handover", "return"} <= {document.form for document, _ in SAMPLES.values()}
    assert FORMS["07"].about == "period" and FORMS["01"].papers == ("A4", "A5")
