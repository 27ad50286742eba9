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
from counter_app.ui.pages.merge_dialog import MergeDialog
from counter_app.ui.pages.review_words import value_words
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

    def asked_to_wait(self):
        return 0.0


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


@pytest.mark.parametrize(("link", "words"), [
    (LinkState.OFFLINE, "đang mất mạng; máy tự gửi khi có mạng"),
    (LinkState.PORTAL, "mở trình duyệt để đăng nhập mạng"),
    (LinkState.SERVER_TROUBLE, "trung tâm đang gặp sự cố hoặc đang bận; máy tự gửi lại"),
    (LinkState.NOT_TRUSTED, "hãy xem ngày giờ của máy có đúng không"),
    (LinkState.FENCED, "hãy xuất thao tác ra tệp và gửi từ máy khác"),
    (LinkState.UPGRADE_NEEDED, "cần cập nhật phần mềm"),
    (LinkState.ONLINE, "đang gửi"),
])
def test_why_it_waits_in_the_tile_and_beside_each_line(page, stage, link, words):
    dossier = stage.bench.with_status(State.DONE)
    lifecycle.return_result(stage.bench.desk, dossier.id, collector_name=dossier.owner.name)
    stage.bench.clock.advance(days=3, hours=1)
    stage.ctx.link = lambda: link
    page.presenter.refresh()
    assert page.tiles[1].lead.text() == "1" and page.tiles[1].detail.text().startswith("Cũ nhất 3 ngày, ")
    assert words in page.tiles[1].detail.text()
    assert link is LinkState.ONLINE or words in page._why.text().lower()


def test_a_full_disk_is_the_reason_whatever_the_link(page, stage):
    dossier = stage.bench.with_status(State.DONE)
    lifecycle.return_result(stage.bench.desk, dossier.id, collector_name=dossier.owner.name)
    stage.ctx.sync = Engine()
    stage.ctx.sync.last = SyncReport(link=LinkState.OFFLINE, problems=["Đĩa đã đầy."], stopped="Đĩa đã đầy. Hãy dọn bớt.")
    stage.ctx.link = lambda: LinkState.OFFLINE
    page.presenter.refresh()
    assert "đĩa đã đầy. Hãy dọn bớt" in page.tiles[1].detail.text() and "Đĩa đã đầy" in page._why.text()


def test_what_is_set_aside_is_not_called_sent(page, stage):
    dossier = stage.bench.with_status(State.DONE)
    lifecycle.return_result(stage.bench.desk, dossier.id, collector_name=dossier.owner.name)
    with stage.bench.store.write() as unit:
        unit.quarantine(unit.outbox()[0].op, "server-error", "Trung tâm lỗi khi nhận việc này.")
    page.presenter.refresh()
    assert page.tiles[1].lead.text() == "1" and "1 việc tạm gác" in page.tiles[1].detail.text()


@pytest.mark.parametrize(("why", "words"), [
    ("metered", "chờ đường truyền không tính cước theo dung lượng; có thì tự gửi tiếp"),
    ("capped:8000", "gửi chậm theo giới hạn 64 kbit/s trong Cài đặt; còn khoảng 9 phút"),
    ("capped:1250000", "gửi chậm theo giới hạn 10.000 kbit/s trong Cài đặt; còn khoảng một phút"),
    ("capped:10", "còn khoảng 117 giờ"),
    ("", "đang gửi dần"),
    ("capped:x", "đang gửi dần"),
])
def test_files_on_their_way_are_said_with_the_reason(page, stage, why, words):
    stage.ctx.link = lambda: LinkState.ONLINE
    with stage.bench.store.write() as unit:
        unit.add_blob("a" * 64, 4_200_000, "0" * 32, NOW)
        unit.meta_set("files_wait", why)
    page.presenter.refresh()
    assert page.tiles[1].lead.text() == "1 tệp đính kèm"
    assert page.tiles[1].detail.text().startswith("Còn 4,2 MB, ") and words in page.tiles[1].detail.text()
    dossier = stage.bench.with_status(State.DONE)
    lifecycle.return_result(stage.bench.desk, dossier.id, collector_name=dossier.owner.name)
    page.presenter.refresh()
    assert page.tiles[1].lead.text() == "1" and "1 tệp đính kèm: còn 4,2 MB" in page.tiles[1].detail.text()


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
    assert line.rows == (("Điện thoại", "0905111222", "0905999888"),) and line.who .startswith("Phạm Thị Phong Lan · quầy 902 · ")
    assert line.stands, "who wrote what is at the centre"
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


TWO_FIELDS = dict(
    current={"owner.phone": "0905111222", "owner.address": "12 đường Yersin, phường Nha Trang"},
    wanted={"owner.phone": "0905999888", "owner.address": "21 đường Yersin, phường Nha Trang"},
)


def test_field_by_field_with_a_key_for_each(page, stage, qtbot):
    review = a_review(stage.bench, **TWO_FIELDS)
    with stage.bench.store.read() as reader:
        before = reader.dossier(review.entity).owner
    page.presenter.refresh()
    assert [choice.decision for choice in page.reviews.rows()[0].choices] == ["theirs", "mine", "merged"]
    page.reviews.setFocus()
    qtbot.keyClick(page.window(), Qt.Key.Key_3, Qt.KeyboardModifier.AltModifier)
    dialog = page.findChild(MergeDialog)
    second = dialog._paths[1]
    assert set(dialog.take().values()) == {"theirs"} and a11y.unnamed(dialog) == []
    qtbot.keyClick(dialog, Qt.Key.Key_2)
    assert dialog.take()[second] == "mine" and dialog.take()[dialog._paths[0]] == "theirs"
    qtbot.keyClick(dialog, Qt.Key.Key_1)
    qtbot.keyClick(dialog, Qt.Key.Key_1)
    qtbot.keyClick(dialog, Qt.Key.Key_Return)
    with stage.bench.store.read() as reader:
        done, owner = reader.review(review.id), reader.dossier(review.entity).owner
        kinds = [item.kind for item in reader.outbox()]
    assert (done.status, done.decision) == ("settled", f"merged {second}")
    assert kinds == ["review.settle", "dossier.correct"]
    wanted = {"owner.phone": "0905999888", "owner.address": "21 đường Yersin, phường Nha Trang"}
    name = second.removeprefix("owner.")
    assert getattr(owner, name) == wanted[second]
    other = ({"phone", "address"} - {name}).pop()
    assert getattr(owner, other) == getattr(before, other)
    assert stage.outcomes == [SaveOutcome.SETTLED]


@pytest.mark.parametrize(("take", "decision"), [({}, "theirs"), ({"owner.phone": "theirs"}, "theirs"),
                                                ({"owner.phone": "mine", "owner.address": "mine"}, "mine")])
def test_all_fields_of_one_side_are_that_sides_decision(stage, take, decision):
    review = a_review(stage.bench, **TWO_FIELDS)
    done, _ = reviews.settle(stage.bench.desk, review.id, reviews.MERGED, take=take)
    assert done.decision == decision


@pytest.mark.parametrize("take", [{"owner.name": "mine"}, {"owner.phone": "ours"}, {"owner.phone": ""}])
def test_a_field_that_is_not_in_doubt_cannot_be_taken(stage, take):
    review = a_review(stage.bench, **TWO_FIELDS)
    with pytest.raises(UserError) as refused:
        reviews.settle(stage.bench.desk, review.id, reviews.MERGED, take=take)
    assert refused.value.code == "field-unknown"
    with stage.bench.store.read() as reader:
        assert reader.review(review.id).status == "open" and not reader.outbox()


def test_one_field_is_not_chosen_field_by_field(stage):
    review = a_review(stage.bench)
    with pytest.raises(UserError) as refused:
        reviews.settle(stage.bench.desk, review.id, reviews.MERGED, take={"owner.phone": "mine"})
    assert refused.value.code == "decision-unknown"


@pytest.mark.parametrize(("path", "value", "words"), [
    ("owner.gender", "female", "Nữ"),
    ("owner.kind", "organisation", "Tổ chức"),
    ("owner.dob", "1990-03-02", "02/03/1990"),
    ("owner.dob", "1947", "1947"),
    ("return_method", "post", "Qua bưu chính công ích"),
    ("channel", "online-assisted", "Hỗ trợ nộp trực tuyến"),
    ("due_at", "2026-12-01T17:00:00+07:00", "17:00 01/12/2026"),
    ("received_at", "2026-12-01T08:05:00+07:00", "08:05 01/12/2026"),
    ("received_by", "hoa.nt", "Nguyễn Thị Hoa"),
    ("status", 2, "Được tiếp nhận"),
    ("fees", [{"id": "x", "name": "Lệ phí", "amount": 8000, "at": "2026-11-23T09:12:00+07:00", "by": "hoa.nt"}],
     "Lệ phí 8.000\u00a0đ (09:12 23/11/2026, Nguyễn Thị Hoa)"),
    ("submitter", {"name": "Lê Văn A", "relation": "authorised", "phone": "", "authority": None}, "Lê Văn A, Người được ủy quyền"),
    ("owner.email", None, "(trống)"),
    ("submitter", {}, "(trống)"),
])
def test_values_are_words_not_codes(path, value, words):
    assert value_words(path, value, {"hoa.nt": "Nguyễn Thị Hoa"}) == words


def test_a_refused_correction_shows_what_it_would_have_changed(page, stage):
    a_review(stage.bench, code="value-invalid", message="Giá trị đính chính không đúng kiểu của ô.", current={}, wanted={},
             op={"kind": "dossier.correct",
                 "data": {"reason": "x", "changes": {"owner.gender": {"old": "male", "new": "female"}, "zzz": 7}}})
    page.presenter.refresh()
    ((head, now, wanted),) = page.reviews.rows()[0].rows
    assert (head, wanted) == ("Giới tính", "Nữ") and now in ("Nam", "Nữ", "(trống)")


def test_the_centres_reckoning_of_a_due_date_is_not_called_the_desks(page, stage):
    a_review(stage.bench, code="due-date-differs", current={"due_at": "2026-12-01T17:00:00+07:00"},
             wanted={"due_at": "2026-12-02T17:00:00+07:00"}, op={"kind": "dossier.create"})
    page.presenter.refresh()
    assert page.reviews.rows()[0].heads[1:] == ("Đã in trên giấy hẹn", "Trung tâm tính lại")


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
             wanted={"decision": "merged owner.address", "settled_by": "hoa.nt"})
    page.presenter.refresh()
    (line,) = page.reviews.rows()
    assert line.what == "Hai quyết định khác nhau"
    assert line.rows[0] == ("Quyết định", "Giữ giá trị trung tâm", "Ghi giá trị của quầy cho: địa chỉ")
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
        message="Hồ sơ đã chuyển sang trạng thái khác (đang là “Dừng xử lý”).",
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
    _view.reviews.select(next(i for i, line in enumerate(_view.reviews.rows()) if line.paths))
    _view.choice_buttons[2].click()
    dialog = _view.findChild(MergeDialog)
    qtbot.keyClick(dialog, Qt.Key.Key_2)
    pictures(dialog, "sync-merge")
    bench.close()
