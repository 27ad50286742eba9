"""Handover slips, the money ledger, corrections: refused as a whole, with the reason at each line; never half-done."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from counter_app.domain.fees import money_vi
from counter_app.services import fees, handover, lifecycle
from counter_app.services.correct import correct
from counter_app.services.receive import receive
from onestop.errors import InvalidFields, UserError
from onestop.model import Dossier, Party, Submitter
from onestop.states import State
from onestop.vntime import iso
from tests.desk import NOW, DeskBench, a_form

UNIT = "H32.15.01"


def received(bench: DeskBench, procedure: str = "1.004873", **changes: Any) -> Dossier:
    return receive(bench.desk, a_form(procedure, **changes))[0].dossier


def refused(code: str, act, /, *args, **kwargs) -> UserError:
    with pytest.raises(UserError) as caught:
        act(*args, **kwargs)
    assert caught.value.code == code
    return caught.value


def why(bench: DeskBench, dossier: Dossier, direction: handover.Direction) -> str:
    with bench.store.read() as reader:
        reason = handover.why_not(bench.desk, reader, bench.dossier(dossier.id), direction)
    return reason.code if reason else ""


def test_why_a_dossier_cannot_go_on_a_slip(bench: DeskBench) -> None:
    dossier = received(bench)
    assert [why(bench, dossier, d) for d in ("out", "back", "post")] == ["", "not-for-this-slip", "not-for-this-slip"]
    elsewhere = replace(dossier, id="0" * 32, agency="H32.27", code="H32.27-261123-0001", version=1)
    bench.pull(elsewhere)
    assert why(bench, elsewhere, "out") == "dossier-elsewhere"
    slip, _ = handover.create_slip(bench.desk, "out", UNIT, [dossier.id])
    assert why(bench, dossier, "out") == "already-on-slip"
    handover.confirm_slip(bench.desk, slip.id)
    assert [why(bench, dossier, d) for d in ("out", "back", "post")] == ["", "", "not-for-this-slip"]
    lifecycle.register_result(bench.desk, dossier.id)
    assert [why(bench, dossier, d) for d in ("out", "back", "post")] == ["not-for-this-slip", "not-for-this-slip", ""]


def test_one_bad_line_and_no_slip_is_made(bench: DeskBench) -> None:
    good, gone = received(bench), received(bench)
    lifecycle.stop(bench.desk, gone.id, "theo đơn")
    error = refused("lines-not-allowed", handover.create_slip, bench.desk, "out", UNIT, [good.id, gone.id, "f" * 32])
    assert isinstance(error, InvalidFields) and set(error.fields) == {gone.code, "f" * 32}
    assert why(bench, good, "out") == ""
    refused("slip-empty", handover.create_slip, bench.desk, "out", UNIT, [])
    refused("unit-unknown", handover.create_slip, bench.desk, "out", "H99", [good.id])
    refused("slip-too-long", handover.create_slip, bench.desk, "out", UNIT, [f"{n:032x}" for n in range(201)])
    refused("invalid-fields", handover.create_slip, bench.desk, "out", UNIT, [good.id], to_person="x" * 10_000)
    slip, changes = handover.create_slip(bench.desk, "out", UNIT, [good.id, good.id])
    assert [line.dossier for line in slip.lines] == [good.id] and slip.number.endswith("001")
    assert changes.slips == {slip.id} and changes.dossiers == {good.id}


def test_some_lines_arrive_some_do_not_some_moved_on(bench: DeskBench) -> None:
    here, missing, moved = received(bench), received(bench), received(bench)
    slip, _ = handover.create_slip(bench.desk, "out", UNIT, [here.id, missing.id, moved.id])
    lifecycle.stop(bench.desk, moved.id, "theo đơn")
    refused("not-on-slip", handover.confirm_slip, bench.desk, slip.id, received=["0" * 32])
    done, _ = handover.confirm_slip(bench.desk, slip.id, received=[here.id, moved.id], person="Chị Hà",
                                    remarks={missing.id: "không có trong túi"})
    assert [line.state for line in done.lines] == ["received", "refused", "received"]
    assert [bench.dossier(d.id).status for d in (here, missing, moved)] == [State.PROCESSING, State.ACCEPTED, State.STOPPED]
    assert done.lines[1].remark == "không có trong túi" and "đã chuyển trạng thái" in done.lines[2].remark
    assert bench.dossier(here.id).holder == UNIT
    refused("slip-confirmed", handover.confirm_slip, bench.desk, slip.id)
    refused("slip-unknown", handover.confirm_slip, bench.desk, "0" * 32)
    assert why(bench, missing, "out") == ""


def test_the_ledger_only_grows(bench: DeskBench) -> None:
    dossier = received(bench)
    (asked,) = dossier.fees
    bench.sign_in("thu.nt")
    fees.add_fee(bench.desk, dossier.id, code=asked.code, receipt_no=" BL 001 ")
    fees.add_fee(bench.desk, dossier.id, code=asked.code, entry="refunded", amount=1)
    done = fees.add_fee(bench.desk, dossier.id, code="SAO", entry="due", amount=5000, name="Sao y", kind="phi")[0]
    assert [(f.entry, f.code, f.amount) for f in done.fees] == [
        ("due", asked.code, asked.amount), ("collected", asked.code, asked.amount), ("refunded", asked.code, 1), ("due", "SAO", 5000)]
    assert done.fees[1].receipt_no == "BL 001" and len({f.id for f in done.fees}) == 4
    add = fees.add_fee
    for wrong in ({"amount": -1}, {"amount": 10**11}, {"entry": "stolen"}, {"receipt_no": "9" * 61}, {"method": "m" * 41}):
        refused("invalid-fields", add, bench.desk, dossier.id, code=asked.code, **wrong)
    rest = asked.amount - 1
    error = refused("refund-too-large", add, bench.desk, dossier.id, code=asked.code, entry="refunded", amount=rest + 1)
    assert isinstance(error, InvalidFields) and f"mới thu {money_vi(rest)}" in error.fields["amount"]
    error = refused("refund-too-large", add, bench.desk, dossier.id, code="SAO", entry="refunded", amount=1)
    assert "chưa thu khoản nào" in error.message
    refused("fee-unknown", add, bench.desk, dossier.id, code="NEW", amount=5)
    refused("fee-unknown", add, bench.desk, dossier.id, code="NEW", name="Mới")
    refused("invalid-fields", add, bench.desk, dossier.id, code="NEW", name="n" * 201, amount=5)
    refused("dossier-unknown", add, bench.desk, "0" * 32, code=asked.code)
    assert bench.dossier(dossier.id).fees == done.fees


def test_another_procedure_brings_its_version_limit_and_due_date(bench: DeskBench) -> None:
    dossier = received(bench, received_at=NOW - timedelta(days=3))
    done = correct(bench.desk, dossier.id, {"procedure": "1.004746"}, "chọn nhầm thủ tục")[0]
    assert (done.procedure_code, done.procedure_version, done.limit_value, done.limit_unit) == ("1.004746", 1, 5, "workday")
    # received on Friday 20/11; 24/11 is off: 23, 25, 26, 27, 30
    assert dossier.received_at.day == 20 and iso(done.due_at) == "2026-11-30T17:00:00+07:00"
    assert done.received_at == dossier.received_at and done.events[-1].reason == "chọn nhầm thủ tục"
    by_hand = correct(bench.desk, dossier.id, {"procedure": "1.012786", "due_at": "2026-12-20T17:00"}, "chọn nhầm thủ tục")[0]
    assert (by_hand.limit_value, iso(by_hand.due_at)) == (1, "2026-12-20T17:00:00+07:00")
    refused("authority-elsewhere", correct, bench.desk, dossier.id, {"procedure": "1.002835"}, "chọn nhầm")
    refused("procedure-unknown", correct, bench.desk, dossier.id, {"procedure": "0"}, "chọn nhầm")


@pytest.mark.parametrize(("path", "value"), [
    ("owner.name", ""), ("owner.name", "🎉"), ("owner.name", "x" * 201), ("owner.name", 5), ("owner.name", None), ("owner.id_no", "12"),
    ("owner.dob", "31/02/1999"), ("owner.gender", "khác"), ("owner.email", "e" * 121), ("owner.address", "a" * 301),
    ("subject", "s" * 1001),
    ("set_count", 0), ("set_count", 100), ("set_count", "2"), ("channel", "fax"), ("return_method", "fax"),
    ("components", [{"code": "TP01", "name": "Tờ khai", "originals": -1}]), ("components", [{"code": "TP01"}]), ("components", "x"),
    ("submitter", {"name": ""}), ("submitter", {"name": "A", "id_no": "9" * 21}), ("submitter", {}), ("due_at", "mai"), ("due_at", 5),
    ("due_at", "2026-11-01T17:00"), ("due_at", "0001-01-01T00:00+14:00"),
])
def test_a_correction_is_judged_like_a_reception(bench: DeskBench, path: str, value: Any) -> None:
    dossier = received(bench)
    with pytest.raises(InvalidFields) as caught:
        correct(bench.desk, dossier.id, {path: value, "return_address": "12 Yersin"}, "gõ nhầm")
    assert [field.partition(".")[0] if path == "submitter" else field for field in caught.value.fields] == [path]
    assert bench.dossier(dossier.id) == dossier


def test_a_person_turns_out_to_be_a_company(bench: DeskBench) -> None:
    dossier = received(bench)
    done = correct(bench.desk, dossier.id, {"owner.kind": "organisation", "owner.name": "Công ty A+B", "owner.id_no": "", "owner.dob": None,
                                            "owner.gender": None, "submitter": {"name": " Nguyễn  Văn An ", "id_no": "001 099 012 345"}},
                   "nộp cho công ty")[0]
    assert (done.owner.kind, done.owner.id_no, done.owner.dob) == ("organisation", "", None)
    assert done.submitter is not None and (done.submitter.name, done.submitter.id_no) == ("Nguyễn Văn An", "001099012345")


def test_who_may_correct_what(bench: DeskBench) -> None:
    dossier = received(bench)
    bench.sign_in("lan.nt")
    refused("role-missing", correct, bench.desk, dossier.id, {"due_at": "2026-12-20T17:00"}, "gõ nhầm")
    assert correct(bench.desk, dossier.id, {"subject": "Mới"}, "gõ nhầm")[0].subject == "Mới"
    refused("nothing-to-correct", correct, bench.desk, dossier.id, {"subject": " Mới "}, "gõ nhầm")
    refused("field-not-correctable", correct, bench.desk, dossier.id, {"received_at": "2026-11-01"}, "gõ nhầm")
    refused("reason-missing", correct, bench.desk, dossier.id, {"subject": "Khác"}, "  ")
    refused("reason-too-long", correct, bench.desk, dossier.id, {"subject": "Khác"}, "x" * 1001)
    bench.sign_in("truong.nt")
    lifecycle.stop(bench.desk, dossier.id, "theo đơn")
    bench.sign_in("lan.nt")
    refused("dossier-closed", correct, bench.desk, dossier.id, {"subject": "Khác"}, "gõ nhầm")
    bench.sign_in("truong.nt")
    assert correct(bench.desk, dossier.id, {"subject": "Khác"}, "gõ nhầm")[0].subject == "Khác"


@pytest.mark.parametrize("sign", ["🎉", "📍", "漢", "\ufffd"])
def test_signs_no_paper_can_carry_are_refused_by_the_name_of_their_field(bench: DeskBench, sign: str) -> None:
    """They would be boxes on the receipt; the sentence says which field, the everyday signs pass."""
    owner = Party(name="Nguyễn Văn An", id_no="001099012345", address=f"12 Yersin {sign}")
    submitter = Submitter(name="Lê Thị Bình", authority=f"Giấy ủy quyền {sign}")
    with pytest.raises(InvalidFields) as caught:
        receive(bench.desk, a_form(owner=owner, submitter=submitter, subject=f"Khai sinh {sign}", return_address=sign))
    fields = caught.value.fields
    assert set(fields) == {"owner.address", "submitter.authority", "subject", "return_address"}
    assert fields["owner.address"].startswith("Địa chỉ chủ hồ sơ có ký tự không in được") and sign in fields["owner.address"]
    dossier = receive(bench.desk, a_form(subject="Thửa số 5 ≤ 100 m², giá 2.000.000 ₫ – “gấp” → 30°C…"))[0].dossier
    with pytest.raises(InvalidFields) as caught:
        correct(bench.desk, dossier.id, {"subject": "khác"}, f"Ghi nhầm {sign}")
    assert caught.value.fields["reason"].startswith("Lý do có ký tự không in được")
    with pytest.raises(InvalidFields):
        lifecycle.ask_supplement(bench.desk, dossier.id, (f"Bản vẽ {sign}",), "Thiếu bản vẽ")
    assert bench.dossier(dossier.id).subject.startswith("Thửa số 5 ≤ 100 m²")


def test_postal_items_are_checked_and_stand_first_in_their_lines_remark(bench: DeskBench) -> None:
    one, two = received(bench), received(bench)
    for dossier in (one, two):
        slip, _ = handover.create_slip(bench.desk, "out", UNIT, [dossier.id])
        handover.confirm_slip(bench.desk, slip.id)
        lifecycle.register_result(bench.desk, dossier.id)
    for items in ({one.id: "RR123456784VN"}, {one.id: "thư"}, {one.id: "RR123456785VN", two.id: "rr 123456785 vn"}):
        refused("postal-code-invalid", handover.create_slip, bench.desk, "post", handover.POST_UNIT, [one.id, two.id], items=items)
    slip, _ = handover.create_slip(bench.desk, "post", handover.POST_UNIT, [one.id, two.id], items={one.id: "rr 123456785 vn"},
                                   remarks={one.id: "hỏa tốc"})
    assert [line.remark for line in slip.lines] == ["RR123456785VN hỏa tốc", ""]
