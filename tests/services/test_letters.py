"""Forms 02–05 and the register, from what really happened to a dossier in the store."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from counter_app.domain.periods import parse_period
from counter_app.printing import pdf
from counter_app.printing.words import day_in_words
from counter_app.services import handover, letters, lifecycle, paper
from counter_app.services.paper_menu import DOSSIER_MAKERS
from counter_app.services.receive import receive
from counter_app.services.register import register
from onestop.errors import UserError
from onestop.ids import uuid7_hex
from onestop.model import Dossier
from onestop.vntime import to_vn
from tests.desk import DeskBench, a_form, make_desk
from tests.printing.test_forms import text_of

REASON = "Thiếu giấy khai sinh của con"


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[DeskBench]:
    made = make_desk(tmp_path, username="truong.nt")
    yield made
    made.close()


def received(bench: DeskBench, **changes) -> Dossier:
    return receive(bench.desk, a_form("1.004873", **changes))[0].dossier


def filed_online(bench: DeskBench) -> Dossier:
    """Only what was registered online, and not received yet, can be refused."""
    filed = replace(received(bench), id=uuid7_hex(), code=None, provisional_code="TN-7-261123-0099", status=1, channel="online",
                    version=3, events=())
    bench.pull(filed)
    return filed


@pytest.mark.parametrize(("form", "code"), [("02", "no-supplement"), ("03", "not-refused"), ("04", "not-extended"), ("05", "not-stopped")])
def test_what_has_not_happened_is_not_printed(bench: DeskBench, form: str, code: str):
    with pytest.raises(UserError) as refused:
        DOSSIER_MAKERS[form](bench.desk, received(bench))
    assert refused.value.code == code


def test_the_supplement_request_says_what_is_missing_and_why(bench: DeskBench):
    dossier, _ = lifecycle.ask_supplement(bench.desk, received(bench).id, ("Bản sao giấy khai sinh", "Tờ khai đã ký"), REASON)
    made = letters.supplement_request(bench.desk, dossier)
    assert (made.form, made.entity, made.copy_no, made.title) == ("02", dossier.id, 1, dossier.shown_code)
    words = text_of(pdf.render(made.document), 0)
    for fact in ("PHIẾU YÊU CẦU BỔ SUNG, HOÀN THIỆN HỒ SƠ", "1 Bản sao giấy khai sinh 2 Tờ khai đã ký", f"Lý do: {REASON}",
                 dossier.owner.name, bench.desk.staff.name, "Mẫu số 02"):
        assert fact in words, fact
    assert "lần thứ" not in words and dossier.owner.id_no not in words


def test_the_supplement_request_says_until_when(bench: DeskBench):
    one, until = received(bench), bench.desk.now() + timedelta(days=20)
    with pytest.raises(UserError) as refused:
        lifecycle.ask_supplement(bench.desk, one.id, ("Tờ khai",), REASON, answer_by=bench.desk.now())
    assert refused.value.code == "answer-in-past"
    dossier, _ = lifecycle.ask_supplement(bench.desk, one.id, ("Tờ khai",), REASON, answer_by=until)
    words = text_of(pdf.render(letters.supplement_request(bench.desk, dossier).document), 0)
    assert f"Thời hạn bổ sung, hoàn thiện: chậm nhất {day_in_words(until)}." in words


def test_a_second_request_names_who_allowed_it(bench: DeskBench):
    one = received(bench)
    lifecycle.ask_supplement(bench.desk, one.id, ("Tờ khai",), REASON)
    lifecycle.answer_supplement(bench.desk, one.id)
    dossier, _ = lifecycle.ask_supplement(bench.desk, one.id, ("Bản cam kết",), REASON, approver="Lê Hoàng Nam")
    words = text_of(pdf.render(letters.supplement_request(bench.desk, dossier).document), 0)
    assert "yêu cầu bổ sung lần thứ 2" in words and "Lê Hoàng Nam phê duyệt" in words
    assert "Bản cam kết" in words and "1 Tờ khai" not in words


def test_the_refusal_has_its_reason_and_counts_its_reprints(bench: DeskBench):
    dossier, _ = lifecycle.refuse(bench.desk, filed_online(bench).id, "Không thuộc thẩm quyền giải quyết của xã")
    made = letters.refusal(bench.desk, dossier)
    assert "Không thuộc thẩm quyền giải quyết của xã" in text_of(pdf.render(made.document), 0)
    assert made.document.reprint is None
    paper.printed(bench.desk, made, "pdf")
    again = letters.refusal(bench.desk, bench.dossier(dossier.id))
    assert again.copy_no == 2
    assert "Bản in lại lần 1" in text_of(pdf.render(again.document), 0)


def test_the_apology_has_the_old_day_and_the_new_one(bench: DeskBench):
    one = received(bench)
    new = one.due_at + timedelta(days=14)
    dossier, _ = lifecycle.extend(bench.desk, one.id, new, "Chờ ý kiến của Sở Tư pháp")
    words = text_of(pdf.render(letters.apology(bench.desk, dossier).document), 0)
    old_day, new_day = to_vn(one.due_at), to_vn(new)
    assert f"Thời gian hẹn trả kết quả trước đây: {old_day:%H} giờ {old_day:%M} phút, ngày {old_day:%d}" in words
    assert f"Thời gian hẹn trả kết quả mới: {new_day:%H} giờ {new_day:%M} phút, ngày {new_day:%d}" in words
    assert "Lý do: Chờ ý kiến của Sở Tư pháp" in words and f"Kính gửi: {one.owner.name}" in words
    assert "lần đầu" not in words and "Gia hạn lần" not in words


def test_a_second_apology_tells_the_day_before_it_and_the_first(bench: DeskBench):
    one = received(bench)
    second, third = one.due_at + timedelta(days=14), one.due_at + timedelta(days=28)
    lifecycle.extend(bench.desk, one.id, second, "Chờ ý kiến của Sở Tư pháp")
    dossier, _ = lifecycle.extend(bench.desk, one.id, third, "Chờ kết quả đo đạc", approver="Lê Hoàng Nam")
    document = letters.apology(bench.desk, dossier).document
    assert (document.first_due_at, document.old_due_at, document.new_due_at, document.times) == (one.due_at, second, third, 2)
    assert document.signer == "Lê Hoàng Nam"
    words = text_of(pdf.render(document), 0)
    first, before = to_vn(one.due_at), to_vn(second)
    assert "(Gia hạn lần thứ 2)" in words
    assert f"hẹn trả kết quả lần đầu: {first:%H} giờ {first:%M} phút, ngày {first:%d}" in words
    assert f"hẹn trả kết quả trước đây: {before:%H} giờ {before:%M} phút, ngày {before:%d}" in words


def test_the_stop_notice_tells_whose_wish_it_was(bench: DeskBench):
    one = received(bench)
    lifecycle.withdraw(bench.desk, one.id, "Không còn nhu cầu")
    dossier, _ = lifecycle.stop(bench.desk, one.id, "Theo đề nghị của công dân")
    document = letters.stop_notice(bench.desk, dossier).document
    assert document.asked_at is not None and document.ask_reason == "Không còn nhu cầu" and document.stage == "Được tiếp nhận"
    words = text_of(pdf.render(document), 0)
    assert "Lý do đề nghị rút: Không còn nhu cầu" in words and "Lý do dừng: Theo đề nghị của công dân" in words
    other = received(bench)
    slip, _ = handover.create_slip(bench.desk, "out", "H32.15.01", [other.id])
    handover.confirm_slip(bench.desk, slip.id)
    dossier, _ = lifecycle.stop(bench.desk, other.id, "Đối tượng không còn tồn tại")
    document = letters.stop_notice(bench.desk, dossier).document
    assert document.signer == bench.desk.staff.name
    assert document.asked_at is None and "Thời gian đề nghị rút" not in text_of(pdf.render(document), 0)


def test_the_register_lists_what_was_received_in_the_period(bench: DeskBench):
    first, second = received(bench), filed_online(bench)
    filed_online(bench)  # nobody has looked at it: not received
    lifecycle.refuse(bench.desk, second.id, "Không thuộc thẩm quyền")
    day = f"{to_vn(bench.desk.now()):%Y-%m-%d}"
    made = register(bench.desk, parse_period(day))
    assert (made.form, made.entity, made.title) == ("07", "", day)
    assert {line.code for line in made.document.lines} >= {first.shown_code, second.shown_code}
    assert [line.note for line in made.document.lines if line.code == second.shown_code] == [f"Từ chối {to_vn(bench.desk.now()):%d/%m/%Y}"]
    words = text_of(pdf.render(made.document))
    assert "SỔ THEO DÕI HỒ SƠ" in words and first.shown_code in words and "Tổng số: 4 hồ sơ (bằng chữ: bốn hồ sơ)." in words
    before = register(bench.desk, parse_period("2025"))
    assert before.document.lines == () and "Không có hồ sơ nào trong kỳ này" in text_of(pdf.render(before.document))
    paper.printed(bench.desk, made, "pdf")
