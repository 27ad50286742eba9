"""From stored dossiers and slips to the desk's own papers: the right facts, refusals in words, every print noted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from counter_app.domain.periods import parse_period
from counter_app.services import cash_note, fees, folder_papers, handover, lifecycle, office_papers, paper, post_lists
from counter_app.services.account_lists import AccountList, AccountRow
from counter_app.services.receive import receive
from onestop.errors import InvalidFields, UserError
from onestop.model import Dossier, Slip
from tests.desk import NOW, DeskBench, a_form, make_desk

UNIT = "H32.15.01"


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[DeskBench]:
    made = make_desk(tmp_path, username="truong.nt")
    yield made
    made.close()


def received(bench: DeskBench, **changes) -> Dossier:
    return receive(bench.desk, a_form("1.004873", **changes))[0].dossier


def ready(bench: DeskBench, **changes) -> Dossier:
    dossier = received(bench, **changes)
    slip, _ = handover.create_slip(bench.desk, "out", UNIT, [dossier.id])
    handover.confirm_slip(bench.desk, slip.id)
    return lifecycle.register_result(bench.desk, dossier.id, number="12/TB")[0]


def to_post(bench: DeskBench, dossier: Dossier, item: str = "RR123456785VN", **remarks: str) -> Slip:
    return handover.create_slip(bench.desk, "post", handover.POST_UNIT, [dossier.id], items={dossier.id: item} if item else {},
                                remarks=remarks and {dossier.id: remarks["remark"]})[0]


def test_the_cash_note_adds_up_fee_by_fee(bench: DeskBench):
    dossier = received(bench)
    bench.sign_in("thu.nt")
    fees.add_fee(bench.desk, dossier.id, code="X1", entry="due", amount=50_000, kind="phi", name="Phí thẩm định")
    fees.add_fee(bench.desk, dossier.id, code="X1", amount=50_000, kind="phi", name="Phí thẩm định", receipt_no="0004512")
    fees.add_fee(bench.desk, dossier.id, code="X2", entry="due", amount=75_000, name="Lệ phí cấp giấy")
    made = cash_note.cash_note(bench.desk, bench.dossier(dossier.id))
    lines = {line.name: line for line in made.document.lines}
    thu = lines["Phí thẩm định"]
    assert (thu.kind, thu.due, thu.collected, thu.outstanding) == ("Phí", 50_000, 50_000, 0)
    assert (thu.receipt_no, thu.method) == ("0004512", "Tiền mặt")
    assert lines["Lệ phí cấp giấy"].outstanding == 75_000
    assert made.document.collected == 50_000 and made.document.in_words == "Năm mươi nghìn đồng"
    assert made.document.cashier == bench.desk.staff.name and made.document.made_at == NOW
    with pytest.raises(UserError, match="no-refund"):
        cash_note.refund_note(bench.desk, bench.dossier(dossier.id))
    fees.add_fee(bench.desk, dossier.id, code="X1", entry="refunded", amount=20_000)
    back = cash_note.refund_note(bench.desk, bench.dossier(dossier.id)).document
    assert [line.name for line in back.lines] == ["Phí thẩm định"]
    assert (back.refunded, back.in_words) == (20_000, "Hai mươi nghìn đồng")
    assert cash_note.cash_note(bench.desk, bench.dossier(dossier.id)).document.in_words == "Ba mươi nghìn đồng"


def test_without_fees_there_is_no_cash_note(bench: DeskBench):
    with pytest.raises(UserError, match="no-fees"):
        cash_note.cash_note(bench.desk, replace(received(bench), fees=()))


def test_the_list_for_the_postman(bench: DeskBench):
    home = ready(bench, return_method="post", return_address="9 Lê Lợi, phường Huế")
    slip = to_post(bench, home, remark="hỏa tốc")
    document = post_lists.post_list(bench.desk, slip).document
    [line] = document.lines
    assert (line.item, line.code, line.receiver, line.address, line.remark) == (
        "RR123456785VN", home.code, "Nguyễn Văn An", "9 Lê Lợi, phường Huế", "hỏa tốc")
    assert line.content.endswith("12/TB") and document.to_unit == "Bưu chính công ích" and document.slip_no == slip.number
    assert post_lists.postal_labels(bench.desk, slip, skip=3).document.labels[0].item == "RR123456785VN"
    assert post_lists.postal_label(bench.desk, home).document.labels[0].item == "RR123456785VN"
    handover.confirm_slip(bench.desk, slip.id)
    assert post_lists.item_of(bench.desk, bench.dossier(home.id)) == "RR123456785VN"
    lifecycle.return_result(bench.desk, home.id, collector_name="Bưu tá", relation="post", postal_code="EE000000014VN")
    assert post_lists.item_of(bench.desk, bench.dossier(home.id)) == "EE000000014VN"
    out, _ = handover.create_slip(bench.desk, "out", UNIT, [received(bench).id])
    for make in (post_lists.post_list, post_lists.postal_labels):
        with pytest.raises(UserError, match="not-to-the-post"):
            make(bench.desk, out)


def test_a_line_whose_dossier_is_not_here_still_names_its_code(bench: DeskBench):
    slip = to_post(bench, ready(bench), item="")
    slip = replace(slip, lines=tuple(replace(line, dossier="f" * 32, remark="RR123456784VN") for line in slip.lines))
    [line] = post_lists.post_list(bench.desk, slip).document.lines
    assert (line.item, line.remark, line.receiver) == ("", "RR123456784VN", "") and line.code == slip.lines[0].code


def test_a_postal_label_of_its_own(bench: DeskBench):
    dossier = ready(bench)
    label = post_lists.postal_label(bench.desk, dossier, item="rr 123 456 785 vn").document.labels[0]
    assert (label.item, label.receiver, label.phone, label.address) == (
        "RR123456785VN", "Nguyễn Văn An", "0912345678", "12 đường Yersin, phường Nha Trang")
    assert post_lists.postal_label(bench.desk, dossier).document.labels[0].item == ""
    with pytest.raises(InvalidFields, match="postal-code-invalid"):
        post_lists.postal_label(bench.desk, dossier, item="RR123456784VN")
    with pytest.raises(UserError, match="address-missing"):
        post_lists.postal_label(bench.desk, replace(dossier, owner=replace(dossier.owner, address="")))


def test_folder_papers_say_what_the_dossier_says(bench: DeskBench):
    dossier = received(bench)
    slip, _ = handover.create_slip(bench.desk, "out", UNIT, [dossier.id], to_person="Đỗ Minh Quân")
    one = folder_papers.handover_one(bench.desk, dossier).document
    assert (one.slip_no, one.to_person, one.from_person, one.handed_at) == (slip.number, "Đỗ Minh Quân", slip.from_person, slip.made_at)
    assert one.title_code == dossier.code and len(one.components) == len(dossier.components)
    handover.confirm_slip(bench.desk, slip.id)
    later = folder_papers.handover_one(bench.desk, bench.dossier(dossier.id)).document
    assert (later.slip_no, later.handed_at) == ("", None) and later.to_unit
    cover = folder_papers.cover_label(bench.desk, dossier, skip=2).document
    assert cover.skip == 2 and (cover.labels[0].code, cover.labels[0].due_at) == (dossier.code, dossier.due_at)
    assert [label.code for label in folder_papers.cover_labels(bench.desk, slip).document.labels] == [dossier.code]
    ticket = folder_papers.ticket(bench.desk, dossier).document
    assert ticket.code == dossier.code and ticket.due_at == dossier.due_at and "001099012345" not in repr(ticket)


def test_the_report_of_a_period(bench: DeskBench):
    received(bench)
    made = office_papers.report(bench.desk, parse_period("2026-11"), recipient="Sở Khoa học và Công nghệ")
    total = made.document.total
    assert (made.title, made.document.period, total.received, total.settled + total.open) == ("2026-11", "Tháng 11 năm 2026", 1, 1)
    assert [line.received for line in made.document.lines] == [1]


def test_lists_of_accounts_are_the_heads_and_the_administrators(bench: DeskBench):
    accounts = AccountList("change", (AccountRow(subsystem="Một cửa", name="A", id_no="001099012345"),))
    made = office_papers.account_list(bench.desk, accounts)
    assert (made.form, made.title, made.document.lines[0].id_no) == ("accounts-change", "", "001099012345")
    bench.sign_in("hoa.nt")
    with pytest.raises(UserError, match="role-missing"):
        office_papers.account_list(bench.desk, accounts)


def test_every_print_is_noted_where_it_belongs(bench: DeskBench):
    dossier = received(bench)
    made = folder_papers.cover_label(bench.desk, dossier)
    assert made.copy_no == 1 and paper.printed(bench.desk, made, "Zebra").dossiers == {dossier.id}
    assert folder_papers.cover_label(bench.desk, bench.dossier(dossier.id)).copy_no == 2
    slip, _ = handover.create_slip(bench.desk, "out", UNIT, [dossier.id])
    assert paper.printed(bench.desk, folder_papers.cover_labels(bench.desk, slip), "Zebra").slips == {slip.id}
    report = office_papers.report(bench.desk, parse_period("2026"))
    paper.printed(bench.desk, report, "pdf")
    paper.printed(bench.desk, office_papers.account_list(
        bench.desk, AccountList("add", (AccountRow(subsystem="Một cửa", name="Trần Văn Quyết", id_no="001099012345"),))), "pdf")
    with bench.store.read() as reader:
        lines = reader.audit_tail(2)
        assert reader.verify_audit() is None
    assert [(line.action, line.facts["form"], line.facts["about"]) for line in lines] == [
        ("print", "accounts-add", ""), ("print", "report", "2026")]
    assert not any("Quyết" in str(line.facts) or "001099" in str(line.facts) for line in lines)
