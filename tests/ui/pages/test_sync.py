"""Đồng bộ: what waits and why, and deciding what the centre did not take."""

from dataclasses import replace
from datetime import timedelta

import pytest
from PySide6.QtCore import Qt

from counter_app.domain.outcomes import SaveOutcome
from counter_app.services import fees, lifecycle, reviews
from counter_app.services.receive import receive
from counter_app.sync.engine import SyncReport
from counter_app.sync.link_state import LinkState
from counter_app.ui import a11y
from counter_app.ui.pages import sync_facts
from counter_app.ui.pages.sync_presenter import build_sync_page
from onestop.errors import UserError
from onestop.ids import uuid7_hex
from onestop.model import Review
from onestop.states import State
from onestop.wire import OpResult
from tests.desk import NOW, a_form, make_desk
from tests.ui.pages.stage import in_window, make_stage


class Engine:
    """Counts how often somebody asked for a cycle."""

    def __init__(self):
        self.woken, self.last = 0, SyncReport()

    def wake(self):
        self.woken += 1

    def retry_now(self):
        self.woken += 1


def a_review(bench, status=State.DONE, **changes):
    dossier = bench.with_status(status)
    values = dict(
        id=uuid7_hex(),
        agency="H32.15",
        entity=dossier.id,
        entity_kind="dossier",
        code="field-changed-elsewhere",
        message="Người khác đã sửa cùng ô này với giá trị khác.",
        op={"kind": "dossier.correct", "data": {"reason": "Người dân báo số mới"}},
        current={"owner.phone": "0905111222"},
        wanted={"owner.phone": "0905999888"},
        opened_at=NOW - timedelta(hours=2),
        by="lan.nt",
        device=902,
        version=1,
    )
    review = Review(**{**values, **changes})
    bench.pull(review)
    return review


@pytest.fixture
def page(stage, qtbot):
    window, view = in_window(stage, "sync", build_sync_page)
    qtbot.addWidget(window)
    return view


def test_waiting_changes_in_words(page, stage):
    dossier = stage.bench.with_status(State.DONE)
    lifecycle.return_result(stage.bench.desk, dossier.id, collector_name=dossier.owner.name)
    line = page.outbox.rows()[0]
    assert (line.what, line.kind, line.state.text) == (dossier.code, "Trả kết quả", "Chờ gửi")
    assert page.tiles[1].lead.text() == "1"


def test_nothing_waits(page):
    assert page.tiles[1].lead.text() == "0" and not page.outbox.rows() and page.detail.isHidden()


def test_offline_sentence_says_work_goes_on(page, stage):
    stage.ctx.link = lambda: LinkState.OFFLINE
    stage.ctx.facts.link_changed.emit(LinkState.OFFLINE)
    assert page.tiles[0].lead.text() == "Mất mạng" and "vẫn làm việc bình thường" in page.tiles[0].detail.text().lower()


def test_f8_wakes_the_sync(page, stage):
    stage.ctx.sync = Engine()
    assert page.presenter.command("sync") and stage.ctx.sync.woken == 1 and not page.sync_button.isEnabled()
    stage.ctx.facts.synced.emit(SyncReport())
    assert page.sync_button.isEnabled()


def test_both_values_and_keeping_theirs(page, stage):
    review = a_review(stage.bench)
    page.presenter.refresh()
    line = page.reviews.rows()[0]
    assert line.rows == (("Điện thoại", "0905111222", "0905999888"),) and line.who == "Phạm Thị Phong Lan · quầy 902"
    assert line.code != "–" and [choice.decision for choice in line.choices] == ["theirs", "mine"]
    page.choice_buttons[0].click()
    with stage.bench.store.read() as reader:
        done = reader.review(review.id)
        assert (done.status, done.decision, done.settled_by) == ("settled", "theirs", "hoa.nt")
        assert reader.sync_state(review.entity) != "needs_person"
    assert stage.outcomes == [SaveOutcome.SETTLED] and not page.reviews.rows()


def test_the_desks_value_goes_again_by_one_key(page, stage, qtbot):
    review = a_review(stage.bench)
    page.presenter.refresh()
    page.reviews.setFocus()
    qtbot.keyClick(page.window(), Qt.Key.Key_2, Qt.KeyboardModifier.AltModifier)
    with stage.bench.store.read() as reader:
        assert reader.review(review.id).decision == "mine"
        assert reader.dossier(review.entity).owner.phone == "0905999888"
        kinds = [item.kind for item in reader.outbox()]
    assert kinds == ["review.settle", "dossier.correct"]


def test_a_possible_duplicate_shows_both_dossiers(page, stage):
    first = stage.bench.with_status(State.PROCESSING)
    review = a_review(
        stage.bench,
        code="maybe-duplicate",
        current={"id": first.id, "code": first.code, "received_at": "2026-11-20T08:00:00+07:00", "received_by": "lan.nt", "device": 7},
        wanted={"id": "x", "code": "H32.15-261123-0001", "received_at": "2026-11-23T08:00:00+07:00", "received_by": "hoa.nt", "device": 9},
    )
    page.presenter.refresh()
    line = page.reviews.rows()[0]
    assert line.what == "Có thể trùng hồ sơ" and line.rows[0] == ("Mã hồ sơ", first.code, "H32.15-261123-0001")
    page.other_button.click()
    assert stage.went == [("open_dossier", first.id)]
    page.choice_buttons[0].click()
    with stage.bench.store.read() as reader:
        assert reader.review(review.id).decision == "keep-both"


def test_two_decisions_for_one_thing_stand_side_by_side(page, stage):
    a_review(stage.bench, code="settled-differently", current={"decision": "theirs", "settled_by": "lan.nt"},
             wanted={"decision": "mine", "settled_by": "hoa.nt"})
    page.presenter.refresh()
    (line,) = page.reviews.rows()
    assert line.what == "Hai quyết định khác nhau" and line.rows[0] == ("Quyết định", "Giữ giá trị trung tâm", "Ghi giá trị của quầy")
    assert [choice.label for choice in line.choices] == ["Đã xem"]


def test_what_waits_longer_than_a_working_day_comes_first_and_is_marked(page, stage):
    a_review(stage.bench)
    old = a_review(stage.bench, State.PROCESSING, opened_at=NOW - timedelta(days=7))
    page.presenter.refresh()
    assert [line.late for line in page.reviews.rows()] == [True, False] and page.reviews.rows()[0].id == old.id


def test_a_clashed_code_is_replaced(stage):
    dossier = stage.bench.with_status(State.PROCESSING)
    bare = replace(dossier, code=None, version=dossier.version + 1)
    stage.bench.pull(bare)
    review = a_review(stage.bench, entity=dossier.id, code="code-clash", current={"code": None}, wanted={"code": dossier.code})
    reviews.settle(stage.bench.desk, review.id, reviews.NEW_CODE)
    with stage.bench.store.read() as reader:
        now = reader.dossier(dossier.id)
        assert now.code and now.code != dossier.code and reader.review(review.id).status == "settled"


def test_unsent_work_goes_to_a_file_and_into_another_machine(page, stage, tmp_path):
    dossier = stage.bench.with_status(State.DONE)
    lifecycle.return_result(stage.bench.desk, dossier.id, collector_name=dossier.owner.name)
    with stage.bench.store.write() as unit:
        unit.meta_set("device_key", bytes(range(32)).hex())
    page.export_requested.emit(tmp_path / "stuck.json")
    assert stage.outcomes == [SaveOutcome.EXPORTED] and (tmp_path / "stuck.json").stat().st_mode & 0o077 == 0
    page.import_requested.emit(tmp_path / "stuck.json")
    assert stage.outcomes[-1] is SaveOutcome.IMPORTED


def test_settled_twice_is_refused(stage):
    review = a_review(stage.bench)
    reviews.settle(stage.bench.desk, review.id)
    with pytest.raises(UserError) as refused:
        reviews.settle(stage.bench.desk, review.id)
    assert refused.value.code == "review-settled"


def test_a_cashier_decides_nothing(stage):
    review = a_review(stage.bench)
    stage.bench.sign_in("thu.nt")
    with pytest.raises(UserError) as refused:
        reviews.settle(stage.bench.desk, review.id)
    assert refused.value.code == "role-missing"


def test_set_aside_is_sent_again_on_request(page, stage):
    dossier = stage.bench.with_status(State.DONE)
    lifecycle.return_result(stage.bench.desk, dossier.id, collector_name=dossier.owner.name)
    with stage.bench.store.write() as unit:
        unit.quarantine(unit.outbox()[0].op, "internal", "Trung tâm gặp lỗi với thay đổi này.")
    page.presenter.refresh()
    assert page.outbox.rows()[0].state.text == "Tạm gác" and "gặp lỗi" in page._why.text()
    page.again_button.click()
    assert page.outbox.rows()[0].state.text == "Chờ gửi"


def test_clock_and_lanes_in_words(stage):
    assert sync_facts.clock_tile(timedelta(minutes=12)).role == "danger" and "Chậm 3" in sync_facts.clock_tile(timedelta(minutes=-3)).lead
    assert "10/01/2027" in sync_facts.lane_tile(stage.bench.desk, 396, NOW.replace(year=2027, month=1, day=10), "2200–2399").lead
    assert sync_facts.lane_tile(stage.bench.desk, 0, None, "").role == "warning"


def test_a_date_nobody_vouches_for_is_confirmed_by_the_head(page, stage):
    bench = stage.bench
    receive(bench.desk, a_form(name="Nguyễn Văn Hai", acknowledge_missing=True))
    bench.clock.is_anchored = False
    bench.clock.advance(days=40)
    page.presenter.refresh()
    assert page.tiles[3].lead.text() == "Hôm nay là 02/01/2027?" and not page.clock_button.isHidden()
    with pytest.raises(UserError) as refused:
        receive(bench.desk, a_form(name="Trần Thị Ba", acknowledge_missing=True))
    assert refused.value.code == "clock-unsure"
    bench.sign_in("hoa.nt")
    page.clock_button.click()
    assert stage.failed and stage.failed[-1].code == "role-missing"
    bench.sign_in("truong.nt")
    page.clock_button.click()
    assert page.clock_button.isHidden()
    receive(bench.desk, a_form(name="Trần Thị Ba", acknowledge_missing=True))


def test_enter_opens_the_dossier(page, stage):
    review = a_review(stage.bench)
    page.presenter.refresh()
    page.open_button.click()
    assert stage.went == [("open_dossier", review.entity)]


def test_names_for_everything(page, stage):
    a_review(stage.bench)
    page.presenter.refresh()
    assert a11y.unnamed(page) == [] and a11y.tab_order_faults(page) == []


def test_picture(app, tmp_path, qtbot, pictures):
    bench = make_desk(tmp_path / "more", demo=6000, username="truong.nt")
    stage = make_stage(bench)
    stage.ctx.link = lambda: LinkState.OFFLINE
    stage.ctx.sync = Engine()
    desk = bench.desk
    for minutes, name in ((0, "Nguyễn Thị Thanh Hương"), (9, "Trần Quang Khải"), (7, "Lê Hoàng Yến Nhi")):
        bench.clock.advance(minutes=minutes)
        done, _ = receive(desk, a_form(name=name, acknowledge_missing=True))
    if done.dossier.fees:
        fees.add_fee(desk, done.dossier.id, code=done.dossier.fees[0].code)
    lifecycle.ask_supplement(desk, done.dossier.id, ("Bản sao giấy khai sinh",), "Thiếu giấy khai sinh của con")
    ready = bench.with_status(State.DONE)
    lifecycle.return_result(desk, ready.id, collector_name=ready.owner.name)
    with bench.store.write() as unit:
        ops = [op for op, _ in unit.next_batch("H32.15", max_ops=2)]
        unit.settle([OpResult(op=ops[0], s="deferred", code="catalogue-older", message="Trung tâm chưa có thủ tục này")])
    bench.clock.advance(minutes=47)
    a_review(
        bench,
        State.PROCESSING,
        current={"owner.phone": "0905111222", "owner.address": "12 đường Yersin, phường Nha Trang"},
        wanted={"owner.phone": "0905999888", "owner.address": "21 đường Yersin, phường Nha Trang"},
    )
    a_review(
        bench,
        State.STOPPED,
        message="Hồ sơ đã chuyển sang trạng thái khác (đang là 8).",
        op={"kind": "status.transition", "data": {"action": "result"}},
        code="transition-not-allowed",
        current={"status": 8},
        wanted={"status": 9},
        opened_at=NOW - timedelta(days=4),
        by="minh.nt",
        device=7,
    )
    window, _view = in_window(stage, "sync", build_sync_page)
    from counter_app.ui.widgets.top_bar import LinkView

    window.set_link(LinkView.OFFLINE, 6)
    qtbot.addWidget(window)
    pictures(window, "sync")
    bench.close()
