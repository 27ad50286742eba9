"""Moves after reception on a fixed calendar: supplements and what they do to the due date, extension, stop, result, return."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from counter_app.services import handover, lifecycle
from counter_app.services.lookup import look_up
from counter_app.services.new_code import new_code
from counter_app.services.receive import receive
from onestop.errors import InvalidFields, UserError
from onestop.model import Dossier
from onestop.states import State
from onestop.vntime import VN_TZ
from tests.desk import NOW, DeskBench, a_form, make_desk

UNIT = "H32.15.01"


def at(day: int, hour: int, minute: int = 0, month: int = 11) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=VN_TZ)


def received(bench: DeskBench, procedure: str = "1.004873") -> Dossier:
    return receive(bench.desk, a_form(procedure))[0].dossier


def with_department(bench: DeskBench, procedure: str = "1.004873") -> Dossier:
    dossier = received(bench, procedure)
    slip, _ = handover.create_slip(bench.desk, "out", UNIT, [dossier.id])
    handover.confirm_slip(bench.desk, slip.id)
    return bench.dossier(dossier.id)


def refused(code: str, act, /, *args, **kwargs) -> UserError:
    with pytest.raises(UserError) as caught:
        act(*args, **kwargs)
    assert caught.value.code == code
    return caught.value


def test_supplement_once_per_stage(bench: DeskBench) -> None:
    """The counter asks once, the department once; each further time needs somebody who approves it, besides the reason."""
    dossier = received(bench)
    ask = ("Ảnh 3×4",), "thiếu ảnh"
    assert lifecycle.ask_supplement(bench.desk, dossier.id, *ask)[0].status == State.SUPPLEMENT
    refused("transition-not-allowed", lifecycle.ask_supplement, bench.desk, dossier.id, *ask)
    lifecycle.answer_supplement(bench.desk, dossier.id)
    before = bench.dossier(dossier.id)
    for nobody in ("", "   ", "\u200b\x00"):
        error = refused("supplement-repeated", lifecycle.ask_supplement, bench.desk, dossier.id, *ask, approver=nobody)
        assert error.facts == {"stage": "intake"}
    refused("reason-missing", lifecycle.ask_supplement, bench.desk, dossier.id, ask[0], " ", approver="Chị Hà")
    assert bench.dossier(dossier.id) == before
    lifecycle.ask_supplement(bench.desk, dossier.id, *ask, approver=" Chị  Hà ")
    lifecycle.answer_supplement(bench.desk, dossier.id)
    slip, _ = handover.create_slip(bench.desk, "out", UNIT, [dossier.id])
    handover.confirm_slip(bench.desk, slip.id)
    lifecycle.ask_supplement(bench.desk, dossier.id, *ask)
    assert lifecycle.answer_supplement(bench.desk, dossier.id)[0].status == State.PROCESSING
    refused("supplement-repeated", lifecycle.ask_supplement, bench.desk, dossier.id, *ask)
    asked = bench.dossier(dossier.id).supplements
    assert [(s.no, s.stage, s.approver) for s in asked] == [(1, "intake", ""), (2, "intake", "Chị Hà"), (3, "appraisal", "")]
    assert all(s.answered_at is not None for s in asked)


def test_nothing_is_cut_and_nothing_is_kept_of_what_is_too_long(bench: DeskBench) -> None:
    dossier = received(bench)
    long = "x" * 10_000
    refused("items-missing", lifecycle.ask_supplement, bench.desk, dossier.id, ("", "\x00"), "lý do")
    refused("invalid-fields", lifecycle.ask_supplement, bench.desk, dossier.id, (long,), "lý do")
    refused("reason-too-long", lifecycle.ask_supplement, bench.desk, dossier.id, ("Ảnh",), long)
    refused("invalid-fields", lifecycle.ask_supplement, bench.desk, dossier.id, ("Ảnh",), "lý do", approver=long)
    assert bench.dossier(dossier.id) == dossier


@pytest.mark.parametrize(("procedure", "asked", "answered", "expected"), [
    # restart: the whole limit from the day the papers came
    ("1.004873", at(25, 9), at(30, 10), at(3, 17, month=12)),
    # resume, working days: due 01/12; asked on 25/11 four days were left
    ("1.004746", at(25, 9), at(7, 10, month=12), at(11, 17, month=12)),
    # resume, asked when it was already late: the next working day
    ("1.004746", at(3, 9, month=12), at(7, 10, month=12), at(8, 17, month=12)),
    # resume, calendar days: due 10/12; asked on 25/11 eleven working days were left
    ("1.010803", at(25, 9), at(30, 10), at(15, 17, month=12)),
    # resume, hours: four from 10:20 are due at 16:20; asked at 15:10 one whole hour was left
    ("2.000908", at(23, 15, 10), at(25, 9), at(25, 10)),
    # resume, the same day: answered after the cutoff it is the next working day's
    ("1.001193", at(23, 11), at(25, 14, 59), at(25, 17)),
    ("1.001193", at(23, 11), at(25, 15, 1), at(26, 17)),
])
def test_what_a_supplement_does_to_the_due_date(bench: DeskBench, procedure: str, asked: datetime, answered: datetime,
                                                expected: datetime) -> None:
    dossier = received(bench, procedure)
    bench.clock.moment = asked
    lifecycle.ask_supplement(bench.desk, dossier.id, ("Ảnh",), "thiếu ảnh")
    bench.clock.moment = answered
    done = lifecycle.answer_supplement(bench.desk, dossier.id)[0]
    assert done.due_at == expected
    assert (done.supplements[0].due_before, done.supplements[0].due_after) == (dossier.due_at, expected)
    assert done.original_due_at == dossier.due_at


def test_a_due_date_by_hand(bench: DeskBench) -> None:
    dossier = received(bench, "1.012817")
    lifecycle.ask_supplement(bench.desk, dossier.id, ("Bản đồ",), "sai tỷ lệ")
    refused("due-needed", lifecycle.answer_supplement, bench.desk, dossier.id)
    refused("due-in-past", lifecycle.answer_supplement, bench.desk, dossier.id, due_at=NOW - timedelta(minutes=1))
    assert bench.dossier(dossier.id).status == State.SUPPLEMENT
    assert lifecycle.answer_supplement(bench.desk, dossier.id, due_at=at(30, 17))[0].due_at == at(30, 17)


def test_the_agency_s_own_cutoff(tmp_path: Path) -> None:
    bench = make_desk(tmp_path, username="truong.nt", same_day_cutoff="11:00")
    try:
        dossier = received(bench, "1.001193")
        assert dossier.due_at == at(23, 17)
        lifecycle.ask_supplement(bench.desk, dossier.id, ("Ảnh",), "thiếu ảnh")
        bench.clock.moment = at(25, 11, 1)
        assert lifecycle.answer_supplement(bench.desk, dossier.id)[0].due_at == at(26, 17)
    finally:
        bench.close()


def test_filed_online(bench: DeskBench) -> None:
    """Accepting gives code and due date from now on; refusing needs a reason; neither works twice."""
    filed = replace(received(bench), id="0" * 31 + "1", code=None, status=1, channel="online", due_at=None, events=(), version=1)
    other = replace(filed, id="0" * 31 + "2")
    bench.pull(filed, other)
    bench.clock.advance(days=2)
    done = lifecycle.accept(bench.desk, filed.id)[0]
    assert (done.status, done.code, done.due_at) == (2, "H32.15-261125-2200", at(30, 17))
    refused("transition-not-allowed", lifecycle.accept, bench.desk, filed.id)
    refused("reason-missing", lifecycle.refuse, bench.desk, other.id, "k")
    assert lifecycle.refuse(bench.desk, other.id, "không đúng thẩm quyền")[0].status == State.REFUSED
    refused("transition-not-allowed", lifecycle.accept, bench.desk, other.id)


def test_filed_online_where_numbers_are_provisional(tmp_path: Path) -> None:
    bench = make_desk(tmp_path, username="truong.nt", numbering="provisional")
    try:
        filed = replace(received(bench), id="0" * 31 + "1", code=None, provisional_code=None, status=1, channel="online", due_at=None,
                        events=(), version=1)
        bench.pull(filed)
        done = lifecycle.accept(bench.desk, filed.id)[0]
        assert (done.status, done.code, done.shown_code) == (2, None, "TN-7-261123-0002")
        assert look_up(bench.desk, "TN-7-261123-0002").dossier == done
        refused("numbers-exhausted", new_code, bench.desk, filed.id)
    finally:
        bench.close()


def test_extension_keeps_the_first_promise(bench: DeskBench) -> None:
    dossier = received(bench)
    assert dossier.due_at == at(27, 17)
    refused("due-not-later", lifecycle.extend, bench.desk, dossier.id, at(27, 17), "chờ ý kiến")
    bench.clock.moment = at(10, 9, month=12)
    refused("due-in-past", lifecycle.extend, bench.desk, dossier.id, at(30, 17), "chờ ý kiến")
    done = lifecycle.extend(bench.desk, dossier.id, at(15, 17, month=12), "chờ ý kiến")[0]
    assert (done.due_at, done.original_due_at) == (at(15, 17, month=12), at(27, 17))
    bench.sign_in("lan.nt")
    refused("role-missing", lifecycle.extend, bench.desk, dossier.id, at(20, 17, month=12), "chờ ý kiến")


def test_withdrawal_and_stop(bench: DeskBench) -> None:
    dossier = with_department(bench)
    lifecycle.withdraw(bench.desk, dossier.id, "không cần nữa")
    bench.sign_in("hoa.nt")
    refused("role-missing", lifecycle.stop, bench.desk, dossier.id, "theo đơn")
    bench.sign_in("truong.nt")
    assert lifecycle.stop(bench.desk, dossier.id, "theo đơn")[0].status == State.STOPPED
    refused("dossier-closed", lifecycle.extend, bench.desk, dossier.id, at(15, 17, month=12), "chờ ý kiến")


def ready(bench: DeskBench) -> Dossier:
    dossier = with_department(bench)
    return lifecycle.register_result(bench.desk, dossier.id, number="12/GXN")[0]


def test_return_to_whom_it_may_go(bench: DeskBench) -> None:
    dossier = ready(bench)
    assert dossier.result is not None and dossier.result.kind
    give = lifecycle.return_result
    refused("collector-missing", give, bench.desk, dossier.id, collector_name="\u200b")
    refused("authority-missing", give, bench.desk, dossier.id, collector_name="Lê Văn Nhận", relation="authorised", authority=" ")
    refused("invalid-fields", give, bench.desk, dossier.id, collector_name="Lê Văn Nhận", relation="friend")
    refused("invalid-fields", give, bench.desk, dossier.id, collector_name="Lê 🎉")
    for field in ("collector_id_no", "authority", "note", "phone", "postal_code"):
        with pytest.raises(InvalidFields) as caught:
            give(bench.desk, dossier.id, collector_name="Lê Văn Nhận", **{field: "9" * 10_000})
        assert list(caught.value.fields) == [field]
    assert bench.dossier(dossier.id) == dossier
    bench.sign_in("lan.nt")
    refused("role-missing", give, bench.desk, dossier.id, collector_name="Lê Văn Nhận")
    bench.sign_in("minh.nt")
    done = give(bench.desk, dossier.id, collector_name=" Lê  Văn Nhận ", collector_id_no="079 305 000 123", relation="authorised",
                authority="Giấy ủy quyền số 5", originals=("Sổ đỏ",))[0]
    assert done.returned is not None and done.status == State.RETURNED and done.holder == ""
    assert (done.returned.collector_name, done.returned.collector_id_no, done.returned.by) == (
        "Lê Văn Nhận", "079305000123", bench.desk.staff.id if bench.desk.staff else "")
    refused("transition-not-allowed", give, bench.desk, dossier.id, collector_name="Lê Văn Nhận")


def test_being_late_or_owing_never_withholds_a_result(bench: DeskBench) -> None:
    dossier = ready(bench)
    bench.clock.advance(days=90)
    assert any(fee.entry == "due" for fee in dossier.fees)
    assert lifecycle.return_result(bench.desk, dossier.id, collector_name=dossier.owner.name)[0].status == State.RETURNED


def test_nobody_signed_in_moves_nothing(bench: DeskBench) -> None:
    dossier = received(bench)
    bench.desk.staff = None
    for act in (lambda: lifecycle.stop(bench.desk, dossier.id, "lý do"), lambda: lifecycle.answer_supplement(bench.desk, dossier.id),
                lambda: lifecycle.return_result(bench.desk, dossier.id, collector_name="A"),
                lambda: lifecycle.accept(bench.desk, dossier.id)):
        refused("not-signed-in", act)
    assert bench.dossier(dossier.id) == dossier
