"""No code on a doubtful date: a jump ahead or back without the gateway's time is confirmed by the head first."""

from __future__ import annotations

from datetime import timedelta

import pytest

from counter_app.services.clock_guard import clock_state, confirm_clock
from counter_app.services.new_code import new_code
from counter_app.services.receive import ReceiveForm, receive
from onestop.codec import decode_op
from onestop.errors import UserError
from onestop.model import Party
from tests.desk import DeskBench, make_desk


def take_in(bench: DeskBench):
    form = ReceiveForm(procedure="1.004873", owner=Party(name="Nguyễn Văn An", id_no="001099012345", dob="1999", gender="male"))
    return receive(bench.desk, form)[0].dossier


def offline(bench: DeskBench, **moved: float) -> None:
    """No network since the PC was started; its clock moved by this much, its monotonic one did not."""
    bench.clock.is_anchored = False
    bench.clock.moment += timedelta(**moved)


def test_with_the_gateways_time_nothing_asks(bench: DeskBench) -> None:
    take_in(bench)
    bench.clock.advance(days=20)
    assert take_in(bench).code


@pytest.mark.parametrize("days", [0, 2])  # Tuesday is a holiday: Wednesday is the next working day
def test_the_next_working_day_is_believed(bench: DeskBench, days: int) -> None:
    take_in(bench)
    offline(bench, days=days)
    assert take_in(bench).code


@pytest.mark.parametrize("days", [3, 400, -1, -90])
def test_a_jump_is_confirmed_by_the_head_before_a_code(bench: DeskBench, days: int) -> None:
    first = take_in(bench)
    offline(bench, days=days)
    with pytest.raises(UserError) as caught:
        take_in(bench)
    assert caught.value.code == "clock-unsure" and "đồng hồ" in caught.value.message.lower()
    bench.sign_in("lan.nt")
    with pytest.raises(UserError) as caught:
        confirm_clock(bench.desk)
    assert caught.value.code == "role-missing"
    bench.sign_in("truong.nt")
    assert not confirm_clock(bench.desk).unsure
    second = take_in(bench)
    assert second.code is None or second.code != first.code
    with bench.store.read() as reader:
        assert reader.audit_tail(3)[-1].action == "clock-confirmed" or any(e.action == "clock-confirmed" for e in reader.audit_tail(5))
    bench.clock.moment += timedelta(days=30)
    with pytest.raises(UserError) as caught:
        take_in(bench)
    assert caught.value.code == "clock-unsure", "moved once more: asked once more"


def test_the_last_contact_counts_as_well(bench: DeskBench) -> None:
    with bench.store.write() as unit:
        unit.note_contact(bench.clock.now())
    offline(bench, days=-3)
    with bench.store.read() as reader:
        assert clock_state(reader, bench.desk).unsure


def test_a_clock_that_stood_far_ahead_does_not_keep_the_date_there(bench: DeskBench) -> None:
    today = [take_in(bench).code for _ in range(3)]
    offline(bench, days=365)
    confirm_clock(bench.desk)
    ahead = take_in(bench)
    assert ahead.code is None or "271123" in ahead.code
    bench.clock.moment -= timedelta(days=365)
    bench.clock.is_anchored = True
    again = [take_in(bench).code for _ in range(2)]
    assert all(code and "261123" in code for code in again) and not set(again) & set(today)
    numbers = [int(code.rpartition("-")[2]) for code in (*today, *again) if code]
    assert numbers == sorted(set(numbers)), "the day goes on above what it had"


def test_stamps_never_run_back_and_say_how_the_person_signed_in(bench: DeskBench) -> None:
    bench.clock.known_skew = -2.5
    take_in(bench)
    bench.store.signed_in_by = "offline"
    bench.clock.moment -= timedelta(minutes=4)
    take_in(bench)
    with bench.store.read() as reader:
        ops = [decode_op(reader.op_bytes(item.op) or b"") for item in reader.outbox()]
    assert [op.auth for op in ops] == ["online", "offline"] and ops[0].skew == -2.5
    assert ops[1].hlc == ops[0].hlc + 1 and ops[0].hlc >> 16 == int((bench.clock.moment + timedelta(minutes=4)).timestamp() * 1000)
    bench.clock.moment += timedelta(days=900)
    take_in(bench)
    bench.clock.moment -= timedelta(days=900)
    take_in(bench)
    with bench.store.read() as reader:
        ops = [decode_op(reader.op_bytes(item.op) or b"") for item in reader.outbox()]
    assert ops[3].hlc < ops[2].hlc and ops[3].hlc >> 16 == int(bench.clock.moment.timestamp() * 1000), "the gateway's clock takes it back"


def test_a_new_code_is_for_dossiers_without_one(tmp_path) -> None:
    bench = make_desk(tmp_path, username="truong.nt", numbering="provisional")
    try:
        dossier = take_in(bench)
        with pytest.raises(UserError) as caught:
            new_code(bench.desk, dossier.id)
        assert caught.value.code == "numbers-exhausted"
    finally:
        bench.close()
